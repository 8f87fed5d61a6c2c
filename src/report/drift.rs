//! What a comparison with a cluster found, for people and machines; values of Secrets, and what looks like a credential,
//! are an ellipsis.

use super::summary::count;
use crate::drift::{Compared, Difference, Drift, Owner, Verdict};
use crate::manifest::sensitive::{Lines, shown_value};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// What nobody may see, and nobody could read: fields of a kind, by the beginning of their paths.
const HIDDEN: [(&str, &str); 2] = [("Secret", "."), ("ConfigMap", ".binaryData")];
/// Longest value on a line.
const MOST_CHARS: usize = 160;

/// What was found, for people: objects that are as they should be are not named.
pub fn text(drift: &Drift) -> String {
    let mut out = String::new();
    for object in &drift.objects {
        let title = title(object);
        let _ = match &object.verdict {
            Verdict::Same => Ok(()),
            Verdict::Missing => writeln!(out, "{title} is not in the cluster"),
            Verdict::Failed(why) => writeln!(out, "{title} cannot be compared: {why}"),
            Verdict::Differs(found) => {
                let lines = found.iter().map(|one| line(one, is_hidden(object, one)));
                writeln!(out, "{title}\n{}", lines.collect::<Vec<_>>().join("\n"))
            }
        };
    }
    out
}

/// The comparison in numbers.
pub fn overview(drift: &Drift, context: &str) -> String {
    let mut out = format!(
        "sparkk8s-post drift: {} of `{context}`, {}",
        count(drift.objects.len(), "object"),
        count(drift.differences(), "difference"),
    );
    if drift.failures() > 0 {
        let _ = write!(out, ", {} not compared", drift.failures());
    }
    if !drift.left_out.is_empty() {
        let names = drift.left_out.iter();
        let names: Vec<_> = names
            .map(|one| format!("{}/{}: {}", one.kind, one.name, one.why))
            .collect();
        let _ = write!(out, "; {} left out ({})", names.len(), names.join(", "));
    }
    out.push('\n');
    out
}

fn title(object: &Compared) -> String {
    let within = object.namespace.as_ref();
    let within = within.map(|name| format!(" in `{name}`"));
    format!(
        "{}/{}{}",
        object.kind,
        object.name,
        within.unwrap_or_default()
    )
}

fn is_hidden(object: &Compared, found: &Difference) -> bool {
    let hides = |(kind, path): &(&str, &str)| object.kind == *kind && found.path.starts_with(path);
    HIDDEN.iter().any(hides)
}

fn line(found: &Difference, hidden: bool) -> String {
    let path = &found.path;
    let what = match (&found.live, &found.wanted) {
        (Some(Value::String(live)), Some(Value::String(wanted)))
            if !hidden && (live.contains('\n') || wanted.contains('\n')) =>
        {
            let (number, live, wanted) = first_line(live, wanted, &found.key);
            format!("{path} line {number}: {live}, not {wanted}")
        }
        (live, wanted) => {
            let shown = |value: &Value| short(&shown(value, &found.key, hidden));
            match (live, wanted) {
                (Some(live), Some(wanted)) if shown(live) == "…" && shown(wanted) == "…" => {
                    format!("{path} differs; its value is not shown")
                }
                (Some(live), Some(wanted)) => {
                    format!("{path}: {}, not {}", shown(live), shown(wanted))
                }
                (Some(live), None) => format!("{path}: {} was added", shown(live)),
                (None, wanted) => {
                    let wanted = wanted.as_ref().map(shown);
                    format!("{path}: {} was removed", wanted.unwrap_or_default())
                }
            }
        }
    };
    format!("  {what}\n    {}", who(found))
}

fn who(found: &Difference) -> String {
    match found.owners.first() {
        Some(owner) => format!("by {}", named(owner)),
        None if found.live.is_none() => "Kubernetes does not record who removes a field".to_owned(),
        None => "no field manager is recorded".to_owned(),
    }
}

fn named(owner: &Owner) -> String {
    let through = owner.subresource.as_ref();
    let through = through.map(|name| format!(" through `{name}`"));
    let at = owner.time.as_ref().map(|time| format!(" at {time}"));
    format!(
        "`{}` ({}{}){}",
        owner.manager,
        owner.operation,
        through.unwrap_or_default(),
        at.unwrap_or_default()
    )
}

/// The first line in which two texts differ: its number, and both.
fn first_line(live: &str, wanted: &str, key: &str) -> (usize, String, String) {
    let (live, wanted): (Vec<_>, Vec<_>) = (live.lines().collect(), wanted.lines().collect());
    let same = live.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let at = |lines: &[&str]| match lines.get(same) {
        Some(_) => {
            let line = Lines::of(lines).shown(same).into_owned();
            short(&shown_value(&line.into(), key))
        }
        None => "the end".to_owned(),
    };
    (same + 1, at(&live), at(&wanted))
}

/// A value on a line.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text == "…" => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A value as it may be shown.
fn shown(value: &Value, key: &str, hidden: bool) -> Value {
    if hidden {
        return "…".into();
    }
    shown_value(&line_by_line(value), key)
}

/// Texts of many lines, what may be a credential by the lines around it left out.
fn line_by_line(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => {
            let lines = Lines::of(text.lines().collect::<Vec<_>>());
            lines.all_shown().collect::<Vec<_>>().join("\n").into()
        }
        Value::Array(items) => items.iter().map(line_by_line).collect(),
        Value::Object(map) => {
            let shown = map.values().map(line_by_line);
            Value::Object(map.keys().cloned().zip(shown).collect())
        }
        other => other.clone(),
    }
}

/// A message of somebody else without lines that may hold a credential.
pub fn without_credentials(text: &str) -> String {
    let lines = Lines::of(text.lines().collect::<Vec<_>>());
    lines.all_shown().collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    /// Raised when a field changes its meaning.
    schema_version: u32,
    /// The context of the kubeconfig, or `in-cluster`.
    context: &'a str,
    summary: WireSummary,
    /// In the order of the stream.
    objects: Vec<WireObject<'a>>,
    left_out: Vec<WireLeftOut<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireSummary {
    objects: usize,
    differences: usize,
    failed: usize,
    left_out: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireObject<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    /// `same`, `differs`, `missing` or `failed`.
    status: &'static str,
    /// Why it could not be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<WireDifference<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WireDifference<'a> {
    /// As the API server writes it in a conflict: `.spec.containers[name="a"].image`.
    path: &'a str,
    /// What the cluster has; absent for what was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Value>,
    /// What the stream comes to; absent for what was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<Value>,
    /// Who owns the field, the latest first; nobody for what was removed.
    managers: &'a [Owner],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WireLeftOut<'a> {
    kind: &'a str,
    name: &'a str,
    why: &'static str,
}

/// What was found, for machines: a contract (`docs/schema/drift.json`). Fields are only ever added.
pub fn json(drift: &Drift, context: &str) -> String {
    let left_out = drift.left_out.iter().map(|one| WireLeftOut {
        kind: &one.kind,
        name: &one.name,
        why: one.why,
    });
    let wire = Wire {
        schema_version: 1,
        context,
        summary: WireSummary {
            objects: drift.objects.len(),
            differences: drift.differences(),
            failed: drift.failures(),
            left_out: drift.left_out.len(),
        },
        objects: drift.objects.iter().map(object).collect(),
        left_out: left_out.collect(),
    };
    serde_json::to_string(&wire).expect("internal error: a comparison is JSON") + "\n"
}

fn object(object: &Compared) -> WireObject<'_> {
    let (status, message, found): (_, _, &[Difference]) = match &object.verdict {
        Verdict::Same => ("same", None, &[]),
        Verdict::Missing => ("missing", None, &[]),
        Verdict::Failed(why) => ("failed", Some(why.as_str()), &[]),
        Verdict::Differs(found) => ("differs", None, found),
    };
    let differences = found.iter().map(|found| {
        let shown = |value: &Value| shown(value, &found.key, is_hidden(object, found));
        WireDifference {
            path: &found.path,
            live: found.live.as_ref().map(shown),
            wanted: found.wanted.as_ref().map(shown),
            managers: &found.owners,
        }
    });
    WireObject {
        api_version: &object.api_version,
        kind: &object.kind,
        namespace: object.namespace.as_deref(),
        name: &object.name,
        status,
        message,
        differences: differences.collect(),
    }
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
