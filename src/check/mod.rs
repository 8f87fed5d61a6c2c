//! Checks: requirements whose logic is Rust, switched on and graded by a preset. One folder or file a family.

pub mod memory;
mod page;

pub use page::Page;
