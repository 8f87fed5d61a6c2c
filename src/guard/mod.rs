//! Rules: select, propose, settle, apply; what they did and what they have to say.

mod application;
mod conflict;
mod engine;
mod error;
mod finding;
mod judge;
mod merge;
mod need;
mod patch;
mod pinning;
mod remark;
mod remove;
mod respell;
mod select;
mod setting;
mod view;
mod waiver;

pub use crate::preset::{Severity, Waiver};
pub use engine::{Outcome, run};
pub use error::{Clash, PolicyConflict};
pub use finding::{Change, Finding, Json, Op, Operation, Pool, Waived};
pub use judge::{judges_pods, of_pod};
pub use merge::{Merge, Step, apply, steps};
pub use need::absent;
pub use select::concerns;
pub use setting::{Told, Wanted, disagree, not_set, restless, set_in_text, wanted};
pub use view::{Context, Numbered, PodView, Subject, Traits, View};
pub use waiver::{Place, WaiverUse, Waivers};
