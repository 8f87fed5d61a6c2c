//! Checks: requirements whose logic is Rust, switched on and graded by a preset. One folder or file a family.

mod holder;
pub mod memory;
mod page;
pub mod pod_security;
pub mod validity;
mod violation;

pub use page::{Page, pages};
pub use violation::Violation;
