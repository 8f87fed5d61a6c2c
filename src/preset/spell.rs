//! Parts of a policy as YAML on one line.

use super::select::words;
use super::{Body, BodyValue, Glob, ImageGlob, Pattern, Selector};
use crate::yaml::is_safe_plain;

/// A text as a scalar: plain where that means the same to everybody, else quoted.
pub(super) fn scalar(text: &str) -> String {
    if is_safe_plain(text) {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}

/// A value in flow style.
pub(super) fn flow(body: &Body) -> String {
    match &body.value {
        BodyValue::Null => "null".into(),
        BodyValue::Bool(value) => value.to_string(),
        BodyValue::Number(value) => value.to_string(),
        BodyValue::Text(text) => scalar(text),
        BodyValue::Blank(blank) => format!("{{{}: true}}", blank.word()),
        BodyValue::List(items) => list(items.iter().map(flow)),
        BodyValue::Map(entries) => {
            map(entries.iter().map(|(key, body)| (key.as_str(), flow(body))))
        }
    }
}

/// A pattern in flow style.
pub(super) fn pattern(written: &Pattern) -> String {
    match written {
        Pattern::Absent => "null".into(),
        Pattern::Bool(value) => value.to_string(),
        Pattern::Number(value) => value.to_string(),
        Pattern::Text(glob) | Pattern::Image(ImageGlob(glob)) => scalar(glob.text()),
        Pattern::List(items) => list(items.iter().map(pattern)),
        Pattern::Map(entries) => map(entries
            .iter()
            .map(|(key, value)| (key.text(), pattern(value)))),
        Pattern::Not(none) => {
            let none = match none.as_slice() {
                [one] => pattern(one),
                several => list(several.iter().map(pattern)),
            };
            map(std::iter::once(("$not", none)))
        }
    }
}

/// A selector in flow style, in the order of its fields.
pub(super) fn selector(written: &Selector) -> String {
    let texts = |globs: &Option<Vec<Glob>>| {
        let globs = globs.as_ref();
        globs.map(|globs| list(globs.iter().map(|glob| scalar(glob.text()))))
    };
    let boolean = |value: Option<bool>| value.map(|value| value.to_string());
    let kind = |kind: &super::KindGlob| match &kind.group {
        Some(group) => scalar(&format!("{}/{}", group.text(), kind.kind.text())),
        None => scalar(kind.kind.text()),
    };
    let kinds = written.kinds.as_ref();
    let images = written.images.as_ref();
    let labels = written.labels.iter();
    let labels = labels.map(|(name, globs)| {
        let globs = globs.iter().map(|glob| scalar(glob.text()));
        (name.as_str(), list(globs))
    });
    let words = words(written);
    let fields = [
        ("kinds", kinds.map(|all| list(all.iter().map(kind)))),
        ("names", texts(&written.names)),
        ("namespaces", texts(&written.namespaces)),
        ("labels", Some(map(labels)).filter(|labels| labels != "{}")),
        ("workload", boolean(written.workload)),
        ("roles", texts(&written.roles)),
        ("spark", boolean(written.spark)),
        (
            "images",
            images.map(|all| list(all.iter().map(|image| scalar(image.0.text())))),
        ),
        ("families", texts(&written.families)),
        ("containers", texts(&written.containers)),
        (
            "pod",
            written
                .pod
                .as_ref()
                .map(|all| list(all.iter().map(pattern))),
        ),
        ("unread", texts(&written.unread)),
        ("hooks", boolean(written.hooks)),
        ("allNonRoot", boolean(written.all_non_root)),
    ];
    let fields = fields.into_iter().chain(words);
    map(fields.filter_map(|(name, value)| Some((name, value?))))
}

pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

pub(super) fn map<'a>(entries: impl Iterator<Item = (&'a str, String)>) -> String {
    let entries = entries.map(|(key, value)| format!("{}: {value}", scalar(key)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}
