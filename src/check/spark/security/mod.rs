//! Security of Spark itself: SK502 to SK514.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
