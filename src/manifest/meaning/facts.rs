//! An object as facts: each value that means something, at a place that does not depend on how it is written.

use super::{Facet, Known, Meaning, scalar};
use crate::manifest::sensitive::{Teller, looks_like_credential, shown_value, tells};
use crate::manifest::spark::properties;
use crate::yaml::base64;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The last line of a text of several lines that ends without a line break.
pub const NO_BREAK: &str = "\\";

/// One thing that an object says.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The part of the object that it belongs to.
    pub facet: Facet,
    /// The value, however it was written.
    pub value: Value,
    /// Whether it may not be shown: of a Secret, or what may be a credential.
    pub hidden: bool,
    /// Whether the API server takes this value where nothing is written.
    pub is_default: bool,
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
        let version = object["apiVersion"].as_str().unwrap_or_default();
        let mut walk = Walk {
            meaning: self.meaning,
            kind,
            native: is_native(version) && kind != "CustomResourceDefinition",
            facts: Facts::new(),
        };
        walk.put(&["apiVersion".into()], version.into());
        let identity = ["apiVersion", "kind"];
        let mut path = Vec::new();
        for (key, value) in object.as_object().into_iter().flatten() {
            match (kind, key.as_str()) {
                (_, key) if identity.contains(&key) => {}
                ("ConfigMap" | "Secret", "data" | "stringData") => {}
                (_, "metadata") => {
                    path.push(key.into());
                    walk.metadata(value, &mut path);
                    path.pop();
                }
                _ => walk.under(key.into(), value, &mut path),
            }
        }
        if matches!(kind, "ConfigMap" | "Secret") {
            walk.data(object);
        }
        walk.facts
    }
}

/// The keys above a value, and the names of items.
type Path<'v> = Vec<Cow<'v, str>>;

struct Walk<'m> {
    meaning: &'m Meaning,
    kind: &'m str,
    /// Whether its fields are those of Kubernetes' own kinds.
    native: bool,
    facts: Facts,
}

/// Whether an API group is one of Kubernetes' own.
fn is_native(version: &str) -> bool {
    let group = version.split_once('/').map_or("", |(group, _)| group);
    !group.contains('.') || group.ends_with(".k8s.io") || group == "apps.openshift.io"
}

impl Walk<'_> {
    /// What names an object is its identity, no fact.
    fn metadata<'v>(&mut self, metadata: &'v Value, path: &mut Path<'v>) {
        for (key, value) in metadata.as_object().into_iter().flatten() {
            if !["name", "namespace", "generateName"].contains(&key.as_str()) {
                self.under(key.into(), value, path);
            }
        }
    }

    fn under<'v>(&mut self, key: Cow<'v, str>, value: &'v Value, path: &mut Path<'v>) {
        path.push(key);
        self.value(value, path);
        path.pop();
    }

    fn value<'v>(&mut self, value: &'v Value, path: &mut Path<'v>) {
        match value {
            Value::Null => {}
            Value::Object(map) if map.is_empty() => {
                let says_nothing = path
                    .last()
                    .is_some_and(|key| self.native && self.meaning.empty.contains(&**key));
                if !says_nothing {
                    self.put(path, value.clone());
                }
            }
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| self.under(key.into(), value, path)),
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

    fn scalars<'v>(&mut self, items: &'v [Value], path: &mut Path<'v>) {
        if items.is_empty() {
            if !self.native {
                self.put(path, json!([]));
            }
            return;
        }
        let mut items = items.to_vec();
        let place: Vec<_> = path.iter().map(|key| &**key).collect();
        if self.native && self.meaning.sets.matches(&place) {
            items.sort_by_key(Value::to_string);
            items.dedup();
        }
        let key = path.last().map_or("", |key| &**key);
        let value = Value::from(items);
        let shown = shown_value(&value, key);
        if shown == value {
            return self.put(path, value);
        }
        // What may be a credential is one of them: the others count as they are.
        let pairs = value
            .as_array()
            .into_iter()
            .flatten()
            .zip(shown.as_array().into_iter().flatten());
        for (index, (item, shown)) in pairs.enumerate() {
            path.push(index.to_string().into());
            self.put_as(path, item.clone(), item != shown);
            path.pop();
        }
    }

    /// Items by their name, where the list is one of named things; else by their place.
    fn list<'v>(&mut self, items: &'v [Value], path: &mut Path<'v>) {
        let key = path.last().cloned().unwrap_or_default();
        let names = self.meaning.named.get(&*key).filter(|_| self.native);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut order = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let name = names.into_iter().flatten().find_map(|name| {
                let value = item.pointer(&format!("/{name}"))?;
                let text = value.as_str().map(str::to_owned);
                Some(text.unwrap_or_else(|| value.to_string()))
            });
            let mut name = name.unwrap_or_else(|| index.to_string());
            // A port is a number of a protocol.
            if let Some(protocol) = item["protocol"].as_str().filter(|other| *other != "TCP")
                && key == "ports"
            {
                name = format!("{name} {protocol}");
            }
            let again = seen.entry(name.clone()).or_default();
            *again += 1;
            if *again > 1 {
                name = format!("{name}#{again}");
            }
            order.push(Value::from(name.as_str()));
            self.under(name.into(), item, path);
        }
        let refers = || {
            items.iter().any(|item| {
                item["value"]
                    .as_str()
                    .is_some_and(|text| text.contains("$("))
            })
        };
        if names.is_some() && (self.meaning.ordered.contains(&*key) || key == "env" && refers()) {
            path.push("(order)".into());
            self.put(path, order.into());
            path.pop();
        }
    }

    fn put(&mut self, path: &[Cow<'_, str>], value: Value) {
        self.put_as(path, value, false);
    }

    fn put_as(&mut self, path: &[Cow<'_, str>], value: Value, hidden: bool) {
        let place: Vec<_> = path.iter().map(|key| &**key).collect();
        let Known {
            is_noise,
            is_quantity,
            is_default,
            facet,
        } = self.meaning.of(self.kind, &place, &value);
        if is_noise {
            return;
        }
        let value = if self.native && is_quantity {
            scalar::quantity(&value)
        } else if facet == Facet::Images {
            scalar::image(&value)
        } else {
            value
        };
        let told = match facet {
            // Names of images, amounts and rights are no credentials, whatever words they hold.
            Facet::Images => value
                .as_str()
                .is_some_and(|image| image.contains('@') && !image.contains("@sha")),
            Facet::Resources | Facet::Security => false,
            Facet::Config | Facet::Rest => may_be_credential(&place, &value),
        };
        let of_secret =
            self.kind == "Secret" && !["type", "immutable", "apiVersion"].contains(&place[0]);
        let fact = Fact {
            facet,
            value,
            hidden: hidden || told || of_secret,
            is_default: self.native && is_default,
        };
        self.facts.insert(pointer(&place), fact);
    }

    /// What a `ConfigMap` or a Secret holds, decoded; properties one by one.
    fn data(&mut self, object: &Value) {
        let secret = self.kind == "Secret";
        let mut data: BTreeMap<&str, String> = BTreeMap::new();
        for place in ["data", "stringData"] {
            for (key, value) in object[place].as_object().into_iter().flatten() {
                let text = value.as_str().map(str::to_owned);
                let text = text.unwrap_or_else(|| value.to_string());
                let decoded = base64::decode(&text).filter(|_| secret && place == "data");
                data.insert(key, decoded.unwrap_or(text));
            }
        }
        for (key, text) in data {
            let mut globs = self.meaning.properties.iter();
            if !secret && globs.any(|glob| glob.matches(key)) {
                // That there is such a file is a fact, too.
                self.config(&["data", key], json!("properties"), false);
                for property in properties(&text) {
                    self.config(&["data", key, &property.key], json!(property.value), false);
                }
            } else if secret || text.lines().count() < 2 {
                self.config(&["data", key], json!(text), secret);
            } else {
                self.text(key, &text);
            }
        }
    }

    /// A text of lines: those that may be credentials by themselves, the others as one.
    fn text(&mut self, key: &str, text: &str) {
        if tells(key) {
            return self.config(&["data", key], json!(text), true);
        }
        let (mut open, mut hidden) = (String::new(), String::new());
        let mut teller = Teller::default();
        // A carriage return counts: no shell reads such a script.
        for line in text.split_terminator('\n') {
            let told = teller.tells(line);
            let other = if told { &mut hidden } else { &mut open };
            other.push_str(line);
            other.push('\n');
            // Where the hidden ones stand counts, too.
            if told {
                open.push_str("…\n");
            }
        }
        if !hidden.is_empty() {
            self.config(&["data", key, "(not shown)"], json!(hidden), true);
        }
        // Whether its last line ends is as good as another line.
        let ends = if text.ends_with('\n') { "" } else { NO_BREAK };
        self.config_as(&["data", key], json!(open + ends), false);
    }

    fn config(&mut self, place: &[&str], value: Value, hidden: bool) {
        let hidden = hidden || may_be_credential(place, &value);
        self.config_as(place, value, hidden);
    }

    fn config_as(&mut self, place: &[&str], value: Value, hidden: bool) {
        let fact = Fact {
            facet: Facet::Config,
            hidden,
            value,
            is_default: false,
        };
        self.facts.insert(pointer(place), fact);
    }
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
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) => tells(key),
        Value::String(text) => tells(key) || text.lines().any(looks_like_credential),
        Value::Array(_) | Value::Object(_) => shown_value(value, key) != *value,
    }
}

fn pointer(place: &[&str]) -> String {
    let mut text = String::with_capacity(place.iter().map(|s| s.len() + 1).sum());
    for segment in place {
        text.push('/');
        if !segment.bytes().any(|b| b == b'~' || b == b'/') {
            text.push_str(segment);
            continue;
        }
        for c in segment.split_inclusive(['~', '/']) {
            match c.strip_suffix(['~', '/']) {
                Some(before) => text.extend([before, if c.ends_with('~') { "~0" } else { "~1" }]),
                None => text.push_str(c),
            }
        }
    }
    text
}
