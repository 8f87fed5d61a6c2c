//! Where an object speaks of `spark.kubernetes.*` settings: properties, command lines, `sparkConf`.

use super::super::spark::{SourceKind, commands, properties, source_kind, texts};
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;

/// Only keys of this family are looked for.
const FAMILY: &str = "spark.kubernetes.";

/// A setting somewhere in an object.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    /// `spark.kubernetes.…`.
    pub key: String,
    /// What it is set to, as written.
    pub value: String,
    /// The string or the map entry that holds it.
    pub path: Pointer,
    /// The line of a ConfigMap's text, from 1.
    pub line: Option<usize>,
    /// The container that it stands in.
    pub container: Option<String>,
    /// Whether it stands in a Secret.
    pub secret: bool,
}

/// Every setting of the family in an object of any kind.
pub fn mentions(object: &Value) -> Vec<Mention> {
    let mut found = Vec::new();
    match source_kind(object) {
        Some(kind) => in_files(kind, object, &mut found),
        None => in_value(object, &mut Vec::new(), None, &mut found),
    }
    found
}

fn in_files(kind: SourceKind, object: &Value, found: &mut Vec<Mention>) {
    for (place, key, text) in texts(kind, object) {
        let itself = key
            .starts_with(FAMILY)
            .then(|| (key.to_owned(), (text.to_string(), None)));
        for (setting, (value, line)) in itself.into_iter().chain(in_text(&text)) {
            found.push(Mention {
                key: setting,
                value,
                path: Pointer::from_iter([place, key]),
                line,
                container: None,
                secret: kind == SourceKind::Secret,
            });
        }
    }
}

/// One step from a value to a value in it; pointers are made for hits only.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

fn pointer(path: &[Step<'_>]) -> Pointer {
    let segment = |step: &Step<'_>| match step {
        Step::Key(key) => (*key).to_owned(),
        Step::Item(at) => at.to_string(),
    };
    path.iter().map(segment).collect()
}

/// Any map may be a `sparkConf`, any string a part of a command line or of `*_OPTS`. Metadata is no configuration.
fn in_value<'v>(
    value: &'v Value,
    path: &mut Vec<Step<'v>>,
    container: Option<&str>,
    found: &mut Vec<Mention>,
) {
    let mention = |key: &str, value: String, path: &[Step<'_>]| Mention {
        key: key.to_owned(),
        value,
        path: pointer(path),
        line: None,
        container: container.map(str::to_owned),
        secret: false,
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| *key != "metadata") {
                path.push(Step::Key(key));
                if key.starts_with(FAMILY) {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    found.push(mention(key, text, path));
                }
                in_value(value, path, container, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            let lists = ["containers", "initContainers", "ephemeralContainers"];
            let named = matches!(path.last(), Some(Step::Key(key)) if lists.contains(key));
            for (at, item) in items.iter().enumerate() {
                path.push(Step::Item(at));
                let name = if named {
                    item["name"].as_str()
                } else {
                    container
                };
                in_value(item, path, name, found);
                path.pop();
            }
        }
        Value::String(text) => {
            for (key, (value, _)) in in_text(text) {
                found.push(mention(&key, value, path));
            }
        }
        _ => {}
    }
}

/// Settings in a text, with the line of those that are entries of a properties file (YAML's `key: value` reads as one,
/// too); the others are words (`--conf key=value`, `-Dkey=value`). The last entry of a key is the one that counts.
fn in_text(text: &str) -> BTreeMap<String, (String, Option<usize>)> {
    let mut found = BTreeMap::new();
    if !text.contains(FAMILY) {
        return found;
    }
    let quotes = ['"', '\''];
    for property in properties(text) {
        let key = property.key.trim_matches(quotes);
        if key.starts_with(FAMILY) {
            let value = property.value.trim_end_matches(',').trim_matches(quotes);
            found.insert(key.to_owned(), (value.to_owned(), Some(property.line)));
        }
    }
    for word in commands(text).iter().flatten() {
        let options = ["--conf=", "-D"];
        let option = options
            .into_iter()
            .find_map(|option| word.strip_prefix(option));
        let word = option.unwrap_or(word);
        if let Some((key, value)) = word.split_once('=')
            && key.starts_with(FAMILY)
        {
            let value = || (value.to_owned(), None);
            found.entry(key.to_owned()).or_insert_with(value);
        }
    }
    found
}
