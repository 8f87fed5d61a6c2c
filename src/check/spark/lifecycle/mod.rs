//! Operators and life cycle: SK701 to SK707, SK801 to SK807.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
