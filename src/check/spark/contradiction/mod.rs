//! What contradicts itself, or cannot be: SK616 to SK619, numbers of our own.

mod no_executors;
mod no_pod;
mod no_such_version;
mod overruled;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &overruled::RULE,
    &no_such_version::RULE,
    &no_executors::RULE,
    &no_pod::RULE,
];
