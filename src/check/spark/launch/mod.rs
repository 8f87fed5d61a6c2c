//! Configuration files, launch, versions: SK601 to SK614.

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[];
