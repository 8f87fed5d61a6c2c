//! Label selectors: what they match, and which labels a stream's selectors read.

use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// `matchLabels` and `matchExpressions`, all of which must hold; an empty one matches everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    needs: Vec<Need>,
}

#[derive(Clone, Debug)]
enum Need {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
    /// Something that the API server refuses: matches nothing.
    Illegible,
}

/// Labels of an object, as far as they are texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels<'l>(Vec<(Cow<'l, str>, Cow<'l, str>)>);

impl<'l> Labels<'l> {
    /// Reads a mapping of labels, or null.
    pub(super) fn of(value: &'l Value) -> Self {
        let pairs = value.as_object().into_iter().flatten();
        let text = |(key, value): (&'l String, &'l Value)| {
            Some((key.as_str().into(), value.as_str()?.into()))
        };
        Self(pairs.filter_map(text).collect())
    }

    /// The same, for longer than the object.
    pub(super) fn owned(&self) -> Labels<'static> {
        let pairs = self.iter();
        let own = |(key, value): (&str, &str)| (key.to_owned().into(), value.to_owned().into());
        let mut pairs: Vec<_> = pairs.map(own).collect();
        pairs.shrink_to_fit();
        Labels(pairs)
    }

    /// Each with its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.iter()
            .find(|(own, _)| *own == key)
            .map(|(_, value)| value)
    }
}

/// The values that selectors ask for, by the key of the label; a key alone where they ask for no value.
pub(super) type ReadLabels = BTreeMap<String, BTreeSet<String>>;

impl Selector {
    /// Reads a `LabelSelector`; null is an empty one.
    pub(super) fn of(value: &Value) -> Self {
        let mut selector = Self::plain(&value["matchLabels"]);
        let expressions = value["matchExpressions"].as_array();
        selector
            .needs
            .extend(expressions.into_iter().flatten().map(expression));
        selector
    }

    /// Reads a plain mapping of labels, as Services have it.
    pub(super) fn plain(labels: &Value) -> Self {
        let need = |(key, value): (&String, &Value)| match value.as_str() {
            Some(value) => Need::In(key.clone(), vec![value.to_owned()]),
            None => Need::Illegible,
        };
        let labels = labels.as_object().into_iter().flatten();
        let mut needs: Vec<_> = labels.map(need).collect();
        needs.shrink_to_fit();
        Self { needs }
    }

    /// Whether it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// A label that it needs with one value.
    pub(super) fn needed(&self) -> Option<(&str, &str)> {
        self.needs.iter().find_map(|need| match need {
            Need::In(key, values) if values.len() == 1 => Some((key.as_str(), values[0].as_str())),
            _ => None,
        })
    }

    /// Whether labels have all that it asks for.
    pub(super) fn matches(&self, labels: &Labels<'_>) -> bool {
        let value = |key: &str| labels.get(key);
        self.needs.iter().all(|need| match need {
            Need::In(key, values) => value(key).is_some_and(|v| values.iter().any(|w| w == v)),
            Need::NotIn(key, values) => value(key).is_none_or(|v| values.iter().all(|w| w != v)),
            Need::Exists(key) => value(key).is_some(),
            Need::Absent(key) => value(key).is_none(),
            Need::Illegible => false,
        })
    }
}

fn expression(value: &Value) -> Need {
    let key = value["key"].as_str().unwrap_or_default().to_owned();
    let values = strings(&value["values"]);
    match value["operator"].as_str() {
        _ if key.is_empty() => Need::Illegible,
        Some("In") => Need::In(key, values),
        Some("NotIn") => Need::NotIn(key, values),
        Some("Exists") => Need::Exists(key),
        Some("DoesNotExist") => Need::Absent(key),
        _ => Need::Illegible,
    }
}

/// Adds the labels that any selector in this object reads, whatever its kind: by the words that selectors are written in.
pub(super) fn read_labels(object: &Value, out: &mut ReadLabels) {
    // Their text is data of others; a schema has selectors' words as names of fields.
    let kind = object["kind"].as_str().unwrap_or_default();
    if !["ConfigMap", "Secret", "CustomResourceDefinition"].contains(&kind) {
        walk(object, out);
    }
}

fn walk(value: &Value, out: &mut ReadLabels) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, out)),
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    // These read the labels of nodes.
                    "nodeAffinity" | "nodeSelector" => {}
                    "matchLabels" | "labelSelectors" => plain(value, out),
                    "matchExpressions" => expressions(value, out),
                    "matchLabelKeys" | "mismatchLabelKeys" => {
                        for key in strings(value) {
                            out.entry(key).or_default();
                        }
                    }
                    "selector" if is_plain(value) => plain(value, out),
                    "selector" | "labelSelector" if value.is_string() => text(value, out),
                    _ => walk(value, out),
                }
            }
        }
        _ => {}
    }
}

fn is_plain(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|map| map.values().all(Value::is_string))
}

fn plain(value: &Value, out: &mut ReadLabels) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let values = out.entry(key.clone()).or_default();
        values.extend(value.as_str().map(str::to_owned));
    }
}

fn expressions(value: &Value, out: &mut ReadLabels) {
    for expression in value.as_array().into_iter().flatten() {
        if let Some(key) = expression["key"].as_str() {
            let values = out.entry(key.to_owned()).or_default();
            values.extend(strings(&expression["values"]));
        }
    }
}

/// `app=spark,tier in (a,b),!x`: the keys are enough.
fn text(value: &Value, out: &mut ReadLabels) {
    for part in value.as_str().unwrap_or_default().split(',') {
        let part = part.trim().trim_start_matches('!');
        let end = part.find(|c: char| c.is_whitespace() || "=!<>()".contains(c));
        let key = &part[..end.unwrap_or(part.len())];
        if !key.is_empty() {
            out.entry(key.to_owned()).or_default();
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
