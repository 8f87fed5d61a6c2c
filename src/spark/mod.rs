//! Spark's own arithmetic and vocabulary: sizes, times, versions, settings, as Spark's classes read them,
//! and the pods that it builds.
//!
//! Everything is known for three releases ([`version::Release`]); what holds for another one is said by its version.

pub mod catalogue;
pub mod conf;
pub mod memory;
pub mod pod;
pub mod process;
pub mod size;
pub mod template;
pub mod time;
pub mod version;

#[cfg(test)]
pub(crate) mod testing;
