//! A map of a few entries. A tree keeps room for eleven in each node, and a stream has many `ConfigMap`s of one.

use std::borrow::Borrow;

/// Entries, sorted by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Few<K, V> {
    /// Puts a value in; a later one takes the place of an earlier one.
    pub(in crate::manifest) fn insert(&mut self, key: K, value: V) {
        match self.0.binary_search_by(|(own, _)| own.cmp(&key)) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, value));
            }
        }
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.0.binary_search_by(|(own, _)| own.borrow().cmp(key));
        at.ok().map(|at| &self.0[at].1)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The only value, where there is one alone.
    pub(in crate::manifest) fn only(&self) -> Option<(&K, &V)> {
        self.iter().next().filter(|_| self.0.len() == 1)
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Few<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        // The later of equal keys comes first here, and stays.
        entries.reverse();
        entries.dedup_by(|a, b| a.0 == b.0);
        entries.reverse();
        entries.shrink_to_fit();
        Self(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_equal_keys_stays() {
        let mut few: Few<_, _> = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(few.iter().collect::<Vec<_>>(), [(&"a", &2), (&"b", &3)]);
        assert_eq!(few.only(), None);
        few.insert("a", 4);
        few.insert("c", 5);
        assert_eq!((few.get("a"), few.get("c")), (Some(&4), Some(&5)));
    }
}
