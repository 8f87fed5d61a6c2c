//! Event logs, history server, metrics: SK401 to SK412.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
