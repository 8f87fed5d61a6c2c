//! What will break in Spark's processes: rules over the effective configuration of each, and over what the stream has
//! around them. Each rule is a file.

mod case;
mod gather;
mod index;
mod mounted;
mod parameter;
mod report;
mod rule;
mod said;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod world;

mod contradiction;
mod launch;
mod lifecycle;
mod memory;
mod network;
mod observability;
mod scaling;
mod security;

pub(super) use gather::Gathered;
pub(super) use parameter::{SETTINGS, settings};
pub use report::processes;
pub(super) use report::{findings, world};
pub use rule::{Numbered, numbered};
pub(super) use rule::{check_of, is_switch, own_checks, pages};
pub(super) use world::World;

/// The check that presets switch on; its findings are `spark/…`.
pub(super) const ID: &str = "spark";
