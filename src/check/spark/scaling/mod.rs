//! Dynamic allocation, shuffle, decommissioning, storage: SK301 to SK317.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
