//! Findings as `results` of a KRM function: what kustomize and kpt show, and write into files.

use crate::guard::{Finding, Severity};
use crate::report::Report;
use crate::yaml::{Kind, NodeRef, Pointer, index};
use serde_json::{Map, Value, json};

/// The tag that names the rule or check, and that tells our results from those of other functions.
const ID: &str = "sparkk8s.io/id";
/// The tag that says why a finding does not count.
const WAIVED: &str = "sparkk8s.io/waived";

/// The prefixes under which orchestrators say in which file an item stands, today's first.
const PREFIXES: [&str; 2] = ["internal.config.kubernetes.io/", "config.kubernetes.io/"];

/// Whether a result is one of ours.
pub(super) fn is_ours(result: &Value) -> bool {
    result["tags"][ID].is_string()
}

/// Errors and warnings, and what somebody waived as information. Mere remarks are for `--report`.
pub fn results(report: &Report<'_>) -> Vec<Value> {
    let findings = report.findings.iter();
    let told = findings.filter(|f| f.severity >= Severity::Warning || f.waived.is_some());
    told.map(|finding| result(report, finding)).collect()
}

fn result(report: &Report<'_>, finding: &Finding) -> Value {
    let help = finding.help.as_ref();
    let help = help.map(|help| format!(" (help: {help})"));
    let mut tags = json!({ID: finding.id});
    if let Some(waived) = &finding.waived {
        tags[WAIVED] = waived.reason.as_str().into();
    }
    let severity = match finding.severity {
        _ if finding.waived.is_some() => "info",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let mut result = json!({
        "message": format!("{}{}", finding.message, help.unwrap_or_default()),
        "severity": severity,
        "tags": tags,
    });
    let Some(object) = finding.object.map(|index| &report.objects[index]) else {
        return result;
    };
    let names = [
        ("apiVersion", Some(object.api_version)),
        ("kind", Some(object.kind)),
        ("name", Some(object.name)),
        ("namespace", object.namespace),
    ];
    let names = names.into_iter();
    let names = names.filter_map(|(key, name)| Some((key.to_owned(), name?.into())));
    result["resourceRef"] = Value::Object(names.collect());
    let node = report.stream.documents[object.document].node(object.node);
    let within = finding.within.clone().unwrap_or_default();
    let path = within.join(&finding.path);
    if !path.is_empty() {
        result["field"] = json!({"path": dotted(node, &path)});
    }
    if let Some(file) = file(node) {
        result["file"] = file;
    }
    result
}

/// The file that an item comes from, and its place there, where the orchestrator tells.
fn file(object: NodeRef<'_>) -> Option<Value> {
    let annotations = object.get("metadata")?.get("annotations")?;
    let of = |key: &str| {
        let mut names = PREFIXES.iter().map(|prefix| format!("{prefix}{key}"));
        names.find_map(|name| annotations.get(&name).map(NodeRef::text))
    };
    let mut file = Map::new();
    file.insert("path".into(), of("path")?.into());
    // It is a number there, and a text here.
    if let Some(index) = of("index").and_then(|index| index.parse::<u32>().ok()) {
        file.insert("index".into(), index.into());
    }
    Some(Value::Object(file))
}

/// A pointer as these hosts write one: `spec.template.spec.containers[0].image`; a key that holds a dot is in brackets.
fn dotted(object: NodeRef<'_>, pointer: &Pointer) -> String {
    let mut text = String::new();
    let (mut at, mut path) = (Some(object), Pointer::root());
    for segment in pointer.segments() {
        let in_mapping = at.is_some_and(|node| node.kind() == Kind::Mapping);
        match index(&segment).filter(|_| !in_mapping) {
            Some(index) => text.extend(["[", &index.to_string(), "]"]),
            None if segment.contains(['.', '[', ']', '/']) => {
                text.extend(["[", &Value::from(&*segment).to_string(), "]"]);
            }
            None => {
                text += if text.is_empty() { "" } else { "." };
                text += &segment;
            }
        }
        path = path.child(&*segment);
        at = object.at_pointer(&path);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Stream;

    #[test]
    fn pointers_are_written_as_kpt_writes_them() {
        let text = "spec: {containers: [{name: a}]}\ndata: {\"8\": x}\n";
        let stream = Stream::parse(text).unwrap();
        let root = stream.documents[0].root().unwrap();
        for (pointer, wanted) in [
            ("/spec/containers/0/image", "spec.containers[0].image"),
            ("/data/8", "data.8"),
            ("/absent/0/x", "absent[0].x"),
            (
                "/metadata/annotations/a.b~1c",
                "metadata.annotations[\"a.b/c\"]",
            ),
        ] {
            assert_eq!(dotted(root, &Pointer::parse(pointer).unwrap()), wanted);
        }
    }

    #[test]
    fn a_file_is_told_by_either_pair_of_annotations() {
        for (text, wanted) in [
            (
                "{config.kubernetes.io/path: a.yaml, config.kubernetes.io/index: '2'}",
                json!({"path": "a.yaml", "index": 2}),
            ),
            (
                "{internal.config.kubernetes.io/path: b, config.kubernetes.io/path: a}",
                json!({"path": "b"}),
            ),
            (
                "{config.kubernetes.io/path: a, config.kubernetes.io/index: x}",
                json!({"path": "a"}),
            ),
            ("{config.kubernetes.io/index: '2'}", Value::Null),
            ("3", Value::Null),
        ] {
            let text = format!("metadata: {{annotations: {text}}}\n");
            let stream = Stream::parse(&text).unwrap();
            let found = file(stream.documents[0].root().unwrap());
            assert_eq!(found.unwrap_or_default(), wanted, "{text}");
        }
    }
}
