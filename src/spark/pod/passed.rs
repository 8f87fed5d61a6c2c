//! What an operator passes to Spark: settings one after the other, each with the field that it comes from.

use super::kubeflow::plain;
use crate::spark::memory::Settings;
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

/// Settings that are passed, and the object.
pub(super) struct Passed<'a> {
    pub(super) settings: Settings,
    pub(super) origins: Origins,
    pub(super) object: &'a Value,
}

impl<'a> Passed<'a> {
    pub(super) fn new(object: &'a Value) -> Self {
        Self {
            settings: Settings::new(),
            origins: Origins::new(),
            object,
        }
    }

    /// A setting that no field says.
    pub(super) fn set(&mut self, key: impl Into<String>, text: impl Into<String>) {
        let key = key.into();
        self.origins.remove(&key);
        self.settings.insert(key, text.into());
    }

    /// A setting that a field says.
    pub(super) fn told(&mut self, key: String, text: String, field: &str) {
        let field = field.to_owned();
        let origin = Origin {
            text: text.clone(),
            field,
            written: None,
        };
        self.origins.insert(key.clone(), origin);
        self.settings.insert(key, text);
    }

    /// The same of a text that the operator makes of what stands in the field.
    pub(super) fn made(&mut self, key: &str, text: String, field: &str, written: String) {
        self.told(key.to_owned(), text, field);
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
            self.told(key, text, &dotted(at));
        }
    }

    /// Every pair of a mapping, its key behind a prefix.
    pub(super) fn mapping(&mut self, at: &str, prefix: &str) {
        for (key, value) in self.pairs(at) {
            self.told(format!("{prefix}{key}"), plain(value), &dotted(at));
        }
    }
}

/// A pointer as people write it: `/spec/executor/memory` is `spec.executor.memory`.
fn dotted(at: &str) -> String {
    at.trim_start_matches('/').replace('/', ".")
}
