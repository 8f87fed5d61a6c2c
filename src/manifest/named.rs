//! `ConfigMap`s and Secrets by what names them, found as pods find them.

use super::spark::{Few, SourceKind};
use std::collections::BTreeMap;

/// Something for each ConfigMap and Secret of a stream.
#[derive(Debug)]
pub(super) struct Named<T>(BTreeMap<(SourceKind, String), Few<String, T>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Named<T> {
    /// Puts one in; a later one of the same name takes its place, as in a cluster.
    pub(super) fn insert(&mut self, kind: SourceKind, (namespace, name): (&str, &str), what: T) {
        let named = self.0.entry((kind, name.to_owned())).or_default();
        named.insert(namespace.to_owned(), what);
    }

    /// Whether there are several of that name, none of which a pod without a namespace can be taken to mean.
    pub(super) fn is_ambiguous(&self, kind: SourceKind, name: &str) -> bool {
        let named = self.0.get(&(kind, name.to_owned()));
        named.is_some_and(|named| named.iter().nth(1).is_some())
    }

    /// The one that a pod of `namespace` means. Where either side names no namespace it is the release's, which nobody
    /// knows here: then an only object of that name is meant.
    pub(super) fn get(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&T> {
        let named = self.0.get(&(kind, name.to_owned()))?;
        let assumed = || {
            let only = named.only();
            only.filter(|(other, _)| namespace.is_empty() || other.is_empty())
                .map(|(_, what)| what)
        };
        named.get(namespace).or_else(assumed)
    }
}
