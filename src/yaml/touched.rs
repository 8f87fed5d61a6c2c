//! Which parts of a value may be others than a document's, so that the rest need not be compared.

use super::{Pointer, index};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Places of a value, as a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// All at and below this place.
    whole: bool,
    below: BTreeMap<String, Touched>,
}

static EVERYTHING: Touched = Touched {
    whole: true,
    below: BTreeMap::new(),
};

impl Touched {
    /// Any part may be another.
    pub const fn everything() -> &'static Self {
        &EVERYTHING
    }

    /// What stands at a place may be another, be new or be gone. Of a list whose items come or go, that is the list.
    pub fn add(&mut self, pointer: &Pointer) {
        let mut at = self;
        for segment in pointer.segments() {
            at = at.below.entry(segment.into_owned()).or_default();
        }
        at.whole = true;
    }

    /// What may be another in a child; `None` where nothing may.
    pub(super) fn child(&self, segment: &str) -> Option<&Self> {
        if self.whole {
            return Some(Self::everything());
        }
        self.below.get(segment)
    }

    /// The children that may be others, by their index; `None` where each may, or one may come or go.
    pub(super) fn items(&self) -> Option<impl Iterator<Item = (usize, &Self)>> {
        let items = self.below.iter();
        (!self.whole).then(|| items.filter_map(|(segment, below)| Some((index(segment)?, below))))
    }

    /// Whether a key may be gone from a mapping.
    pub(super) fn loses(&self, target: &Map<String, Value>) -> bool {
        self.whole || self.below.keys().any(|key| !target.contains_key(key))
    }
}
