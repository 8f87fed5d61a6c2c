//! Checks: requirements whose logic is Rust, switched on and graded by a preset. One folder or file a family.

mod duplicates;
mod holder;
pub mod memory;
mod page;
pub mod pod_security;
mod run;
mod stranger;
pub mod validity;
mod violation;

pub use page::{Page, pages};
pub use run::{Checks, specs};
pub use stranger::findings as strangers;
pub use violation::Violation;
