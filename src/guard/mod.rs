//! Rules: select, propose, settle, apply; what they did and what they have to say.

mod application;
mod conflict;
mod engine;
mod error;
mod finding;
mod judge;
mod merge;
mod patch;
mod pinning;
mod remark;
mod remove;
mod select;
mod view;
mod waiver;

pub use crate::preset::Severity;
pub use engine::{Outcome, concerns, run};
pub use error::{Clash, PolicyConflict};
pub use finding::{Change, Finding, Json, Op, Operation, Pool};
pub use merge::{Merge, Step, apply, steps};
pub use view::{Context, Numbered, PodView, Subject, Traits, View};
pub use waiver::{BadWaiver, Waiver};
