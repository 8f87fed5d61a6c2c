//! The properties files of a stream that Spark's processes read.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::check::spark::world::World;
use crate::manifest::spark::{Property, properties};
use crate::spark::conf::Given;
use crate::yaml::Pointer;
use std::collections::BTreeSet;

/// One file, and the first process that reads it.
pub(super) struct Read<'w> {
    pub(super) case: Case<'w>,
    /// Whether the file is one of a Secret: nothing of its values may be told.
    pub(super) secret: bool,
    pub(super) entries: Vec<Property>,
    /// Whether the process reads this file and no other in its place: not one of several that an init container may have
    /// made it of.
    object: usize,
    path: Pointer,
}

impl Read<'_> {
    /// Where an entry stands.
    pub(super) fn at(&self, key: &str) -> Site {
        Site {
            object: self.object,
            within: Some(self.path.clone()),
            path: Pointer::root().child(key),
            container: None,
        }
    }

    /// The file itself, for an entry that has no key to name it by.
    pub(super) fn whole(&self) -> Site {
        Site::object(self.object, self.path.clone())
    }
}

/// Every one of them, once. A text in which most keys are not Spark's is no properties file: an init container may make one
/// file of several, and any of them is taken for it.
pub(super) fn files<'w>(world: &'w World<'w>) -> Vec<Read<'w>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for process in &world.processes {
        let case = Case { world, process };
        let entries = case.conf().iter().flat_map(|(_, entries)| entries);
        for entry in entries {
            let is_file = matches!(entry.given, Given::File | Given::Defaults);
            let spot = &entry.spot;
            let is_plain = is_file && spot.inside.is_some();
            if !is_plain || !seen.insert((spot.object, spot.path.to_string())) {
                continue;
            }
            let text = world.value(spot.object).pointer(spot.path.as_str());
            let entries = properties(text.and_then(|text| text.as_str()).unwrap_or_default());
            let own = entries.iter().filter(|property| is_spark(&property.key));
            if own.count() * 2 > entries.len() {
                found.push(Read {
                    case,
                    secret: entry.secret,
                    entries,
                    object: spot.object,
                    path: spot.path.clone(),
                });
            }
        }
    }
    found
}

/// Whether a key is meant for Spark, however it is written.
fn is_spark(key: &str) -> bool {
    let key = key.trim_start_matches(['\u{feff}', '"', '\'']);
    key.starts_with("spark.")
}
