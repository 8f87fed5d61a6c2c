//! What is said of differences, to people: object, part, place, the value on each side, and the two ways on.

use super::vary::shown;
use super::{Difference, Mismatch, Sanction};
use crate::manifest::meaning::Fact;
use serde_json::{Value, json};
use std::fmt::Write;

/// Differences between environments. `reasons` are those of the sanctions.
pub fn differences<'d>(all: impl Iterator<Item = &'d Difference>, reasons: &[String]) -> String {
    let mut out = String::new();
    for difference in all {
        let place = place(difference.facet.map(|f| f.to_string()), &difference.path);
        let _ = writeln!(
            out,
            "`{}` is not the same in all environments{place}",
            difference.object
        );
        let width = difference
            .values
            .iter()
            .map(|(name, _)| name.chars().count())
            .max();
        let width = width.unwrap_or_default();
        for (environment, fact) in &difference.values {
            let fact = fact.as_ref();
            let value = fact.map_or_else(|| "(absent)".to_owned(), |fact| difference.shown(fact));
            let _ = writeln!(out, "  {environment:<width$}  {value}");
        }
        if let Some(template) = &difference.template {
            let _ = writeln!(out, "  from {template}");
        }
        match &difference.sanction {
            Some(Sanction::Vary(index)) => {
                let reason = reasons.get(*index).map_or("", String::as_str);
                let _ = writeln!(out, "  sanctioned: {reason}\n");
            }
            Some(Sanction::Ahead { who, .. }) => {
                let _ = writeln!(out, "  ahead: {who}\n");
            }
            None => {
                let _ = writeln!(
                    out,
                    "  sanction it under `vary` in the project, or remove it:\n    - {}\n",
                    sanction(difference)
                );
            }
        }
    }
    out
}

impl Difference {
    /// What one side has, as a message may have it.
    pub(super) fn shown(&self, fact: &Fact) -> String {
        if self.whole {
            "is there".to_owned()
        } else {
            one(fact)
        }
    }
}

/// Differences between renders of the same.
pub fn unstable(all: &[Difference]) -> String {
    let mut out = String::new();
    for difference in all {
        let place = place(difference.facet.map(|f| f.to_string()), &difference.path);
        let object = &difference.object;
        let environment = difference.values.first().map_or("", |(name, _)| name);
        let _ = writeln!(
            out,
            "`{object}` is not the same each time {environment} is rendered{place}"
        );
        if let Some(template) = &difference.template {
            let _ = writeln!(out, "  from {template}");
        }
    }
    out
}

fn place(facet: Option<String>, path: &str) -> String {
    match facet {
        Some(facet) => format!(": {facet} `{path}`"),
        None => String::new(),
    }
}

/// Whether the values of hidden facts are equal is all that is said of them.
fn one(fact: &Fact) -> String {
    if fact.hidden {
        "(not shown)".to_owned()
    } else {
        shown(&fact.value)
    }
}

/// The entry of `vary` for a difference, to paste.
fn sanction(difference: &Difference) -> String {
    let text = |text: &str| json!(escaped(text)).to_string();
    let path = match (difference.facet, difference.whole) {
        (None, _) => String::new(),
        (Some(_), true) => format!(
            ", path: {}",
            json!(format!("{}/**", escaped(&difference.path)))
        ),
        (Some(_), false) => format!(", path: {}", text(&difference.path)),
    };
    format!(
        "{{kind: {}, name: {}{path}, reason: \"…\"}}",
        difference.kind,
        text(&difference.name)
    )
}

/// A text as a glob that only itself matches.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "*?[]{}\\".contains(c) {
            out.extend(['[', c, ']']);
        } else {
            out.push(c);
        }
    }
    out
}

/// What is not as it is locked.
pub fn mismatches(all: &[Mismatch]) -> String {
    let mut out = String::new();
    for mismatch in all {
        let place = place(mismatch.facet.map(|f| f.to_string()), &mismatch.path);
        let object = &mismatch.object;
        let (what, place) = match (&mismatch.facet, &mismatch.locked) {
            (None, Some(_)) => ("is locked, and is not in the stream", String::new()),
            (None, None) => (
                "is in the stream, and is not locked for this environment",
                String::new(),
            ),
            (Some(_), _) => ("is not as it is locked", place),
        };
        let _ = writeln!(out, "`{object}` {what}{place}");
        if mismatch.facet.is_some() {
            let locked = mismatch.locked.as_ref();
            let locked = locked.map_or_else(|| "(absent)".to_owned(), recorded);
            let now = mismatch
                .now
                .as_ref()
                .map_or_else(|| "(absent)".to_owned(), one);
            let _ = writeln!(out, "  locked  {locked}\n  now     {now}");
        }
        if let Some(template) = &mismatch.template {
            let _ = writeln!(out, "  from {template}");
        }
    }
    out
}

/// A value as the lock has it; of a digest only that it is one.
fn recorded(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.starts_with("sha256:") || text.starts_with("hmac:") => {
            "another value, by its digest".to_owned()
        }
        _ => shown(value),
    }
}
