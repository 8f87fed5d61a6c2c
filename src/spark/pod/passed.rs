//! What an operator passes to Spark: settings one after the other, each with the field that it comes from.

use super::kubeflow::plain;
use crate::spark::memory::Settings;
use crate::yaml::Pointer;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a setting was set to, and where in the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The text, as Spark reads it.
    pub text: String,
    /// The field: `spec.executor.memory`, or `spec.sparkConf` for what stands in it.
    pub field: String,
    /// What stands there, where the operator makes something else of it.
    pub written: Option<String>,
}

/// Settings that a field of the object says, by name; what an operator makes up is not among them.
pub type Origins = BTreeMap<String, Origin>;

/// A setting and its value as an operator passes them on, and where in the object it has that from; nothing where it is the
/// operator's own.
pub type GivenValue = (String, String, Option<Pointer>);

/// Settings that are passed, and the object.
pub(in crate::spark) struct Passed<'a> {
    pub(super) settings: Settings,
    /// All that was passed, in order: of two values of one setting the later counts.
    pub(in crate::spark) given: Vec<GivenValue>,
    pub(super) origins: Origins,
    pub(super) object: &'a Value,
}

impl<'a> Passed<'a> {
    pub(super) fn new(object: &'a Value) -> Self {
        Self {
            settings: Settings::new(),
            origins: Origins::new(),
            given: Vec::new(),
            object,
        }
    }

    /// A setting that no field says.
    pub(super) fn set(&mut self, key: impl Into<String>, text: impl Into<String>) {
        let (key, text) = (key.into(), text.into());
        self.origins.remove(&key);
        self.give(key, text, None);
    }

    /// A setting that a part of the object decides, whose text stands there in another form.
    pub(super) fn set_from(&mut self, key: impl Into<String>, text: impl Into<String>, at: &str) {
        let (key, text) = (key.into(), text.into());
        self.origins.remove(&key);
        self.give(key, text, Pointer::parse(at).ok());
    }

    /// A setting that the field at a pointer says.
    fn told(&mut self, key: String, text: String, at: &str) {
        self.told_in(key, text, (at, at));
    }

    /// A setting that stands somewhere in a mapping: both by their pointers.
    pub(super) fn told_in(&mut self, key: String, text: String, (map, at): (&str, &str)) {
        let origin = Origin {
            text: text.clone(),
            field: dotted(map),
            written: None,
        };
        self.origins.insert(key.clone(), origin);
        self.give(key, text, Pointer::parse(at).ok());
    }

    fn give(&mut self, key: String, text: String, at: Option<Pointer>) {
        self.settings.insert(key.clone(), text.clone());
        self.given.push((key, text, at));
    }

    /// The same of a text that the operator makes of what stands in the field at a pointer.
    pub(super) fn made(&mut self, key: &str, text: String, at: &str, written: String) {
        self.told(key.to_owned(), text, at);
        if let Some(origin) = self.origins.get_mut(key) {
            origin.written = Some(written);
        }
    }

    pub(super) fn at(&self, at: &str) -> Option<&'a Value> {
        self.object.pointer(at).filter(|value| !value.is_null())
    }

    pub(super) fn list(&self, at: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        let list = self.at(at).and_then(Value::as_array);
        list.into_iter().flatten()
    }

    pub(super) fn pairs(
        &self,
        at: &str,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let map = self.at(at).and_then(Value::as_object);
        map.into_iter().flat_map(Map::iter)
    }

    /// A field with a text, a number or a switch; an empty one counts as absent.
    pub(super) fn field(&mut self, at: &str, key: String) {
        let text = self
            .at(at)
            .filter(|value| !value.is_object() && !value.is_array());
        if let Some(text) = text.map(plain).filter(|text| !text.is_empty()) {
            self.told(key, text, at);
        }
    }

    /// A typed field of driver or executor: an empty text is passed on, too, but for an image.
    pub(super) fn typed(&mut self, at: &str, key: String) {
        match self.at(at) {
            Some(Value::String(text)) if text.is_empty() && !key.ends_with("container.image") => {
                self.told(key, String::new(), at);
            }
            _ => self.field(at, key),
        }
    }

    /// Every pair of a mapping, its key behind a prefix.
    pub(super) fn mapping(&mut self, at: &str, prefix: &str) {
        self.mapping_where(at, prefix, |_| true);
    }

    /// The same of keys that are passed on.
    pub(super) fn mapping_where(
        &mut self,
        at: &str,
        prefix: &str,
        is_passed: impl Fn(&str) -> bool,
    ) {
        let pairs = self.pairs(at).filter(|(key, _)| is_passed(key));
        for (key, value) in pairs {
            let from = child(at, key);
            self.told_in(format!("{prefix}{key}"), plain(value), (at, &from));
        }
    }
}

/// A pointer as people write it: `/spec/executor/memory` is `spec.executor.memory`.
fn dotted(at: &str) -> String {
    at.trim_start_matches('/').replace('/', ".")
}

/// A pointer to a key of the mapping at a pointer.
pub(super) fn child(at: &str, key: &str) -> String {
    let key = Pointer::root().child(key);
    format!("{at}{key}")
}
