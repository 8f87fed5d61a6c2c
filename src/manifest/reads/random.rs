//! Values that a chart makes up at each render, as somebody declared them.

use crate::manifest::spark::SourceKind;
use crate::text::Glob;
use crate::yaml::Pointer;

/// Keys of `ConfigMap`s or Secrets whose values are others each time: no digest and no lock can hold them.
#[derive(Clone, Debug)]
pub struct Random {
    /// Their kind.
    pub kind: SourceKind,
    /// Names of objects.
    pub name: Glob,
    /// Their namespaces; `None` for any.
    pub namespace: Option<Glob>,
    /// Keys in them; `None` for all.
    pub key: Option<Glob>,
}

impl Random {
    /// Whether it is about an object. A namespace that nobody wrote is the release's, which may be any.
    pub fn is_in(&self, kind: SourceKind, namespace: &str, name: &str) -> bool {
        let fits = |glob: &Glob| namespace.is_empty() || glob.matches(namespace);
        self.kind == kind && self.name.matches(name) && self.namespace.as_ref().is_none_or(fits)
    }

    /// Whether it is about this key of such an object.
    pub fn takes(&self, key: &str) -> bool {
        self.key.as_ref().is_none_or(|glob| glob.matches(key))
    }

    /// Whether it is about what stands at a place of such an object.
    pub fn holds(&self, place: &str) -> bool {
        let place = Pointer::parse(place).unwrap_or_default();
        let mut segments = place.segments();
        let first = segments.next().unwrap_or_default();
        let in_data = ["data", "binaryData"].contains(&&*first);
        in_data && segments.next().is_some_and(|key| self.takes(&key))
    }
}
