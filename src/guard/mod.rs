//! Rules: select, propose, settle, apply; what they did and what they have to say.

mod finding;

pub use finding::{Change, Finding, Op, Severity};
