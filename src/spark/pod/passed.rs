//! What an operator passes to Spark: settings in its order, each with the field that it comes from.

use crate::spark::memory::Settings;
use crate::yaml::Pointer;
use serde_json::{Map, Value};

/// A setting and its value as an operator passes them on, and where in the application it has that from; nothing where it
/// is the operator's own.
pub type GivenValue = (String, String, Option<Pointer>);

/// Settings that are passed, and the object.
pub(super) struct Passed<'a> {
    pub(super) settings: Settings,
    pub(super) given: Vec<GivenValue>,
    pub(super) app: &'a Value,
}

impl<'a> Passed<'a> {
    pub(super) fn new(app: &'a Value) -> Self {
        Self {
            settings: Settings::new(),
            given: Vec::new(),
            app,
        }
    }

    /// A value of the operator's own.
    pub(super) fn set(&mut self, key: impl Into<String>, text: impl Into<String>) {
        self.give(key.into(), text.into(), None);
    }

    /// A value that stands at a pointer into the application.
    pub(super) fn set_from(&mut self, key: impl Into<String>, text: impl Into<String>, at: &str) {
        self.give(key.into(), text.into(), Pointer::parse(at).ok());
    }

    fn give(&mut self, key: String, text: String, at: Option<Pointer>) {
        self.settings.insert(key.clone(), text.clone());
        self.given.push((key, text, at));
    }

    pub(super) fn at(&self, at: &str) -> Option<&'a Value> {
        self.app.pointer(at).filter(|value| !value.is_null())
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
            self.set_from(key, text, at);
        }
    }

    pub(super) fn mapping(&mut self, at: &str, prefix: &str) {
        for (key, value) in self.pairs(at) {
            let from = child(at, key);
            self.set_from(format!("{prefix}{key}"), plain(value), &from);
        }
    }

    /// Hadoop's settings, with or without their prefix.
    pub(super) fn hadoop(&mut self) {
        const PREFIX: &str = "spark.hadoop.";
        for (key, value) in self.pairs("/spec/hadoopConf") {
            let from = child("/spec/hadoopConf", key);
            let key = key.strip_prefix(PREFIX).unwrap_or(key);
            self.set_from(format!("{PREFIX}{key}"), plain(value), &from);
        }
    }
}

/// A pointer to a key of the mapping at a pointer.
pub(super) fn child(at: &str, key: &str) -> String {
    let key = Pointer::root().child(key);
    format!("{at}{key}")
}

/// A scalar as text; nothing of null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
