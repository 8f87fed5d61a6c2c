//! Which selectors may match a mapping of labels, without asking each of them: a stream may hold thousands of Services.

use super::selector::{Labels, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// Selectors by one label that each of them needs.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_label: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    /// Those that need no single value of any label.
    others: Vec<usize>,
}

impl Index {
    /// Adds a selector under a number of its own.
    pub(super) fn add(&mut self, number: usize, selector: &Selector) {
        match selector.needed() {
            Some((key, value)) => {
                let values = self.by_label.entry(key.to_owned()).or_default();
                values.entry(value.to_owned()).or_default().push(number);
            }
            None => self.others.push(number),
        }
    }

    /// The numbers of all selectors that may match any of these labels, in the order in which they were added.
    pub(super) fn candidates<'l>(
        &self,
        labels: impl IntoIterator<Item = &'l Labels<'l>>,
    ) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = self.others.iter().copied().collect();
        let pairs: BTreeSet<_> = labels.into_iter().flat_map(Labels::iter).collect();
        for (key, value) in pairs {
            let numbers = self.by_label.get(key).and_then(|values| values.get(value));
            found.extend(numbers.into_iter().flatten());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_those_that_may_match_are_asked() {
        let mut index = Index::default();
        let selectors = [
            json!({"app": "a"}),
            json!({}),
            json!({"app": "b"}),
            json!({"app": "a", "tier": "x"}),
        ];
        for (number, labels) in selectors.iter().enumerate() {
            index.add(number, &Selector::plain(labels));
        }
        let candidates = |labels| Vec::from_iter(index.candidates([&Labels::of(&labels)]));
        assert_eq!(candidates(json!({"app": "a"})), [0, 1, 3]);
        assert_eq!(candidates(json!({"tier": "x"})), [1]);
        assert_eq!(candidates(json!(null)), [1]);
    }
}
