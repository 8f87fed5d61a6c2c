//! An object as facts: each value that means something, at a place that does not depend on how it is written.

use super::{Facet, Meaning, scalar};
use crate::manifest::sensitive::{looks_like_credential, shown_value, tells};
use crate::manifest::spark::properties;
use crate::yaml::base64;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One thing that an object says.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The part of the object that it belongs to.
    pub facet: Facet,
    /// The value, however it was written.
    pub value: Value,
    /// Whether it may not be shown: of a Secret, or what may be a credential.
    pub hidden: bool,
}

/// The facts of an object, by pointer; items of lists by their name.
pub type Facts = BTreeMap<String, Fact>;

/// Reads objects by a table.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'m> {
    /// The table.
    pub meaning: &'m Meaning,
}

impl Reader<'_> {
    /// What an object says.
    pub fn facts(self, object: &Value) -> Facts {
        let kind = object["kind"].as_str().unwrap_or_default();
        let mut walk = Walk {
            meaning: self.meaning,
            kind,
            facts: Facts::new(),
        };
        let identity = ["apiVersion", "kind"];
        let mut path = Vec::new();
        for (key, value) in object.as_object().into_iter().flatten() {
            match (kind, key.as_str()) {
                (_, key) if identity.contains(&key) => {}
                ("ConfigMap" | "Secret", "data" | "stringData") => {}
                (_, "metadata") => {
                    path.push(key.clone());
                    walk.metadata(value, &mut path);
                    path.pop();
                }
                _ => walk.under(key, value, &mut path),
            }
        }
        if matches!(kind, "ConfigMap" | "Secret") {
            walk.data(object);
        }
        walk.facts
    }
}

struct Walk<'m> {
    meaning: &'m Meaning,
    kind: &'m str,
    facts: Facts,
}

impl Walk<'_> {
    /// What names an object is its identity, no fact.
    fn metadata(&mut self, metadata: &Value, path: &mut Vec<String>) {
        for (key, value) in metadata.as_object().into_iter().flatten() {
            if !["name", "namespace", "generateName"].contains(&key.as_str()) {
                self.under(key, value, path);
            }
        }
    }

    fn under(&mut self, key: &str, value: &Value, path: &mut Vec<String>) {
        path.push(key.to_owned());
        self.value(value, path);
        path.pop();
    }

    fn value(&mut self, value: &Value, path: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::Object(map) if map.is_empty() => {
                let says_nothing = path
                    .last()
                    .is_some_and(|key| self.meaning.empty.contains(key));
                if !says_nothing {
                    self.put(path, value.clone());
                }
            }
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| self.under(key, value, path)),
            Value::Array(items)
                if items
                    .iter()
                    .all(|item| !item.is_object() && !item.is_array()) =>
            {
                self.scalars(items, path);
            }
            Value::Array(items) => self.list(items, path),
            scalar => self.put(path, scalar.clone()),
        }
    }

    fn scalars(&mut self, items: &[Value], path: &[String]) {
        if items.is_empty() {
            return;
        }
        let mut items = items.to_vec();
        let place: Vec<_> = path.iter().map(String::as_str).collect();
        if self.meaning.sets.matches(&place) {
            items.sort_by_key(Value::to_string);
            items.dedup();
        }
        self.put(path, items.into());
    }

    /// Items by their name, where the list is one of named things; else by their place.
    fn list(&mut self, items: &[Value], path: &mut Vec<String>) {
        let names = path.last().and_then(|key| self.meaning.named.get(key));
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let name = names.into_iter().flatten().find_map(|name| {
                let value = item.pointer(&format!("/{name}"))?;
                Some(
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned),
                )
            });
            let name = name.unwrap_or_else(|| index.to_string());
            let again = seen.entry(name.clone()).or_default();
            *again += 1;
            let name = if *again > 1 {
                format!("{name}#{again}")
            } else {
                name
            };
            self.under(&name, item, path);
        }
    }

    fn put(&mut self, path: &[String], value: Value) {
        let place: Vec<_> = path.iter().map(String::as_str).collect();
        if self.meaning.noise.matches(&place) || self.meaning.is_default(self.kind, &place, &value)
        {
            return;
        }
        let facet = self.meaning.facet(self.kind, &place);
        let value = if self.meaning.quantities.matches(&place) {
            scalar::quantity(&value)
        } else if facet == Facet::Images {
            scalar::image(&value)
        } else {
            value
        };
        let hidden = may_be_credential(&place, &value);
        let fact = Fact {
            facet,
            value,
            hidden,
        };
        self.facts.insert(pointer(&place), fact);
    }

    /// What a `ConfigMap` or a Secret holds, decoded; properties one by one.
    fn data(&mut self, object: &Value) {
        let secret = self.kind == "Secret";
        let mut data: BTreeMap<&str, String> = BTreeMap::new();
        for (key, value) in object["data"].as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let decoded = base64::decode(&text).filter(|_| secret);
            data.insert(key, decoded.unwrap_or(text));
        }
        for (key, value) in object["stringData"].as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            data.insert(key, text);
        }
        for (key, text) in data {
            if !secret && holds_properties(key) {
                for property in properties(&text) {
                    self.config(&["data", key, &property.key], json!(property.value), secret);
                }
            } else {
                self.config(&["data", key], json!(text), secret);
            }
        }
    }

    fn config(&mut self, place: &[&str], value: Value, secret: bool) {
        let fact = Fact {
            facet: Facet::Config,
            hidden: secret || may_be_credential(place, &value),
            value,
        };
        self.facts.insert(pointer(place), fact);
    }
}

/// Whether a key of a `ConfigMap` is a file of properties, by its name.
fn holds_properties(key: &str) -> bool {
    let name = [".template", ".tmpl", ".tpl"]
        .into_iter()
        .find_map(|end| key.strip_suffix(end))
        .unwrap_or(key);
    [".conf", ".properties"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// What stands behind a telling key, or looks like one in itself.
fn may_be_credential(place: &[&str], value: &Value) -> bool {
    let key = match place {
        // A variable's value is told by its name.
        [.., "env", name, "value"] => name,
        [.., last] => last,
        [] => return false,
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => tells(key) || text.lines().any(looks_like_credential),
        Value::Array(_) | Value::Object(_) => shown_value(value, key) != *value,
    }
}

fn pointer(place: &[&str]) -> String {
    let mut text = String::with_capacity(place.iter().map(|s| s.len() + 1).sum());
    for segment in place {
        text.push('/');
        text.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    }
    text
}
