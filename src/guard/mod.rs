//! Rules: select, propose, settle, apply; what they did and what they have to say.

mod finding;
mod merge;
mod pattern;

pub use finding::{Change, Finding, Op, Severity};
pub use merge::{Merge, Step, apply, leaves, steps, without};
pub use pattern::{matches, mismatch, place};
