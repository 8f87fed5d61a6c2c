//! Checks: requirements whose logic is Rust, switched on and graded by a preset. One folder or file a family.

mod credentials;
mod duplicates;
mod foreseen;
mod holder;
mod image;
mod lapsed;
mod lost_newline;
mod message;
mod namespace;
mod openshift;
mod overwritten;
mod page;
pub mod pod_security;
mod pods;
mod remark;
mod run;
mod spark;
mod stranger;
mod substitution;
mod unguarded;
mod unmarked;
pub mod validity;
mod violation;

pub use crate::manifest::template::ParseYaml;
pub use duplicates::findings as duplicate_keys;
pub use lapsed::{EXPIRED, lapsed, soon};
pub use lost_newline::findings as lost_newlines;
pub use message::{Said, recognised, table as messages};
pub use page::{Page, pages};
pub use remark::{REMARKS, Remark};
pub use run::{Checks, specs};
pub use spark::{Numbered, numbered, processes as spark_processes};
pub use stranger::findings as strangers;
pub use unguarded::findings as unguarded;
pub use unmarked::findings as unmarked;
pub use violation::Violation;
