//! Networking, client mode, identity: SK201 to SK215.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
