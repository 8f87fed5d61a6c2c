//! The pods that Spark will build: a table of their memory, a picture of it, or whole manifests.

mod bars;

pub use bars::svg;

use crate::manifest::Object;
use crate::manifest::sensitive::masked_value;
use crate::spark::memory::{Part, Rule};
use crate::spark::pod::{Count, Pod, Predicted};
use crate::yaml::block_text;
use serde_json::{Value, json};
use std::fmt::Write;

const HEAD: [&str; 10] = [
    "pod", "count", "heap", "overhead", "off-heap", "python", "request", "limit", "cpu", "together",
];

const NOTHING: &str = "nothing in this stream makes Spark pods";

/// For each application a line and a row a pod; sizes in MiB, as Spark counts.
pub fn table(predicted: &[Predicted], objects: &[Object<'_>]) -> String {
    let mut out = String::new();
    for one in predicted {
        let _ = writeln!(out, "{}{}", objects[one.object], built_by(one));
        match &one.pods {
            Ok(pods) => rows(pods, &mut out),
            Err(why) => _ = writeln!(out, "  {}", why.said("this")),
        }
    }
    if predicted.is_empty() {
        _ = writeln!(out, "{NOTHING}");
    }
    out
}

/// Every pod that is known as a document, for other linters to read.
pub fn manifests(predicted: &[Predicted]) -> String {
    let documents = known(predicted).map(|pod| block_text(&shown(pod)));
    documents.collect::<Vec<_>>().join("---\n")
}

/// The same as a List in JSON, as `kubectl get pods -o json` prints it.
pub fn list(predicted: &[Predicted]) -> String {
    let items: Vec<_> = known(predicted).map(shown).collect();
    let metadata = json!({"resourceVersion": ""});
    let list = json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": metadata});
    format!("{list:#}\n")
}

/// A pod without the credentials that stand in its settings: what is printed ends in tickets and logs.
fn shown(pod: &Pod) -> Value {
    masked_value(&pod.value, "")
}

fn known(predicted: &[Predicted]) -> impl Iterator<Item = &Pod> {
    let pods = predicted.iter().filter_map(|one| one.pods.as_ref().ok());
    pods.flatten()
}

fn built_by(one: &Predicted) -> String {
    let assumed = if one.assumed {
        ", which nothing here names"
    } else {
        ""
    };
    match one.version.as_str() {
        "" => String::new(),
        version => format!(", as Spark {version} builds its pods{assumed}"),
    }
}

fn rows(pods: &[Pod], out: &mut String) {
    let cells: Vec<_> = std::iter::once(HEAD.map(str::to_owned))
        .chain(pods.iter().map(row))
        .collect();
    let width = |column: usize| {
        let widths = cells.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..HEAD.len()).map(width).collect();
    for row in &cells {
        let padded = row.iter().zip(&widths);
        let padded = padded.map(|(cell, width)| format!("{cell:<width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "  {}", line.trim_end());
    }
}

fn row(pod: &Pod) -> [String; 10] {
    let resources = &pod.resources;
    let part = |part: &Part| match part.rule {
        Rule::NotCounted => "-".to_owned(),
        _ if part.mebibytes == 0 => "-".to_owned(),
        _ => format!("{}Mi", part.mebibytes),
    };
    let cpu = match (pod.request("cpu"), pod.limit("cpu")) {
        (None, _) => "-".to_owned(),
        (Some(request), Some(limit)) => format!("{request} to {limit}"),
        (Some(request), None) => request.to_owned(),
    };
    let memory = pod.request("memory");
    [
        pod.role.to_owned(),
        count(pod.count),
        part(&resources.heap),
        part(&resources.overhead),
        part(&resources.off_heap),
        part(&resources.python),
        memory.unwrap_or("-").to_owned(),
        pod.limit("memory").unwrap_or("-").to_owned(),
        cpu,
        memory.map_or_else(|| "-".to_owned(), |_| together(pod.count, resources.memory)),
    ]
}

/// `2`, `1..10`, or `1..` where only the cluster sets a bound.
fn count(count: Count) -> String {
    match count.most {
        Some(most) if most == count.least => most.to_string(),
        Some(most) => format!("{}..{most}", count.least),
        None => format!("{}..", count.least),
    }
}

fn together(count: Count, memory: i64) -> String {
    let all = |count: u64| i128::from(memory) * i128::from(count);
    match count.most {
        Some(most) if most == count.least => format!("{}Mi", all(most)),
        Some(most) => format!("{}..{}Mi", all(count.least), all(most)),
        None => format!("{}Mi..", all(count.least)),
    }
}
