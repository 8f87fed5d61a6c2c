//! Which objects a patch is for. kustomize reads each field as a regular expression of the whole value, and an absent
//! one as any value (kustomize 5.8.1, `types.Selector`).

use super::name_of;
use crate::manifest::Object;
use crate::yaml::NodeRef;
use std::collections::BTreeMap;

/// The core group: an absent one would be any.
const CORE: &str = "^$";
/// The namespace of objects that name none, as kustomize takes it.
const DEFAULT: &str = "default";

/// The objects of a patch. A namespace is only named where they would be ambiguous without: to kustomize, what is of no
/// namespace by its kind is in one of its own, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    group: String,
    version: String,
    kind: String,
    namespace: Option<String>,
    names: Vec<String>,
}

impl Target {
    /// The same without names.
    pub(super) fn of_any_name(&self) -> Self {
        Self {
            names: Vec::new(),
            ..self.clone()
        }
    }

    /// Takes in the names of another one.
    pub(super) fn join(&mut self, other: Self) {
        self.names.extend(other.names);
    }

    /// As kustomize reads it.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let fields = [
            ("group", Some(self.group.clone())),
            ("version", Some(self.version.clone())),
            ("kind", Some(self.kind.clone())),
            ("name", Some(self.names.join("|"))),
            ("namespace", self.namespace.clone()),
        ];
        let fields = fields.into_iter();
        fields.filter_map(|(key, value)| Some((key, value?)))
    }
}

/// What tells the objects of a stream apart, by kind and name.
pub(super) struct Targets<'o>(BTreeMap<(&'o str, &'o str), Vec<&'o Object<'o>>>);

impl<'o> Targets<'o> {
    pub(super) fn of(objects: &'o [Object<'o>]) -> Self {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for object in objects {
            let own = by_name.entry((object.kind, object.name));
            own.or_default().push(object);
        }
        Self(by_name)
    }

    /// The others of its kind and name.
    fn others(&self, object: &Object<'o>) -> impl Iterator<Item = &'o Object<'o>> {
        let own = self.0.get(&(object.kind, object.name));
        let index = object.index;
        let others = own.into_iter().flatten().copied();
        others.filter(move |other| other.index != index)
    }

    /// Why no target can name it.
    pub(super) fn why_nameless(
        &self,
        object: &Object<'o>,
        node: NodeRef<'_>,
    ) -> Option<&'static str> {
        if object.name.is_empty() || name_of(node) != Some(object.name) {
            return Some(
                "it has no name that is a text, and kustomize knows objects by their names",
            );
        }
        let mut others = self.others(object);
        let is_same = |other: &Object<'_>| {
            other.api_version == object.api_version && namespace(other) == namespace(object)
        };
        others
            .any(is_same)
            .then_some("another object has the same name, which kustomize refuses")
    }

    /// The target that is met by this object alone.
    pub(super) fn of_object(&self, object: &Object<'o>) -> Target {
        let (group, version) = parts(object);
        // Where they are several, one in no namespace is in `default` for kustomize.
        let is_ambiguous = self
            .others(object)
            .any(|other| namespace(other) != namespace(object));
        Target {
            group: match group {
                "" => CORE.to_owned(),
                group => pattern(group),
            },
            version: pattern(version),
            kind: pattern(object.kind),
            namespace: is_ambiguous.then(|| pattern(namespace(object))),
            names: vec![pattern(object.name)],
        }
    }
}

/// Group and version; the core group is empty.
fn parts<'o>(object: &Object<'o>) -> (&'o str, &'o str) {
    let api_version = object.api_version;
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn namespace<'o>(object: &Object<'o>) -> &'o str {
    object
        .namespace
        .filter(|name| !name.is_empty())
        .unwrap_or(DEFAULT)
}

/// A regular expression that only this text meets.
fn pattern(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '-' | '_' | ':' | '/') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
