//! Memory and CPU: SK102 to SK126.

mod overhead_below_floor;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&overhead_below_floor::RULE];
