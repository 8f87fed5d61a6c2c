//! Spark's own arithmetic and vocabulary: sizes, times, versions, settings, as Spark's classes read them.
//!
//! Everything is known for three releases ([`version::Release`]); what holds for another one is said by its version.

pub mod catalogue;
pub mod size;
pub mod time;
pub mod version;

#[cfg(test)]
pub(crate) mod testing;
