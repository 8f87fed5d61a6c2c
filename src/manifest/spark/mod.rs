//! Spark's configuration as far as a stream tells it: command lines, variables, properties files in `ConfigMap`s and
//! `Secret`s.
//!
//! What the stream does not tell is unknown, never unset; a Secret's value is marked, so that nobody shows it.

mod few;
mod launch;
mod mounts;
mod properties;
mod reading;
mod settings;
mod source;
mod web;
mod words;

pub use few::Few;
pub use launch::{Launch, base};
pub use mounts::{Found, Mounts, Shelf};
pub use properties::{Property, edit, loaded, properties};
pub use reading::{Process, Slot, Slots, Unread};
pub use settings::{Answer, Configuration, written};
pub use source::{
    File, Files, SETTINGS, Setting, SourceKind, Sources, holds, is_size, source_kind, text_of,
    texts,
};
pub use web::{Metering, Web};
pub use words::{commands, options};

#[cfg(test)]
mod tests;
