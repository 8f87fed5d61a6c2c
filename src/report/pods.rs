//! The pods that Spark will build: a table of their memory, or whole manifests.

use crate::manifest::Object;
use crate::spark::memory::{Part, Rule};
use crate::spark::pod::{Count, Pod, Predicted};
use crate::yaml::block_text;
use serde_json::Value;
use std::fmt::Write;

const HEAD: [&str; 10] = [
    "pod", "count", "heap", "overhead", "off-heap", "python", "request", "limit", "cpu", "together",
];

/// For each application a line and a row a pod; sizes in MiB, as Spark counts.
pub fn table(predicted: &[Predicted], objects: &[Object<'_>]) -> String {
    let mut out = String::new();
    for one in predicted {
        let _ = writeln!(out, "{}{}", objects[one.object], built_by(one));
        match &one.pods {
            Ok(pods) => rows(pods, &mut out),
            Err(why) => _ = writeln!(out, "  Spark makes no pod of this: {why}"),
        }
    }
    if predicted.is_empty() {
        out.push_str("no application of an operator is in this stream\n");
    }
    out
}

/// Every pod that is known as a document, for other linters to read.
pub fn manifests(predicted: &[Predicted]) -> String {
    let pods = predicted.iter().filter_map(|one| one.pods.as_ref().ok());
    let documents = pods.flatten().map(|pod| block_text(&pod.value));
    documents.collect::<Vec<_>>().join("---\n")
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
    let limit = limit(&pod.value, pod.role);
    let cores = resources.limit.as_ref();
    let cpu = cores.map_or_else(
        || resources.request.text.clone(),
        |limit| format!("{} to {}", resources.request.text, limit.text),
    );
    [
        pod.role.to_owned(),
        count(pod.count),
        part(&resources.heap),
        part(&resources.overhead),
        part(&resources.off_heap),
        part(&resources.python),
        format!("{}Mi", resources.memory),
        limit.unwrap_or_else(|| "-".to_owned()),
        cpu,
        together(pod.count, resources.memory),
    ]
}

/// What the container of Spark is limited to, also by what an operator does to the pod afterwards.
fn limit(pod: &Value, role: &str) -> Option<String> {
    let containers = pod["spec"]["containers"].as_array()?;
    let name = format!("spark-kubernetes-{role}");
    let own = containers.iter().find(|one| one["name"] == name.as_str());
    let limits = &own.or(containers.first())?["resources"]["limits"];
    limits["memory"].as_str().map(str::to_owned)
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
