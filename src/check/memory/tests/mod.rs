//! Heaps against limits, as a user meets them: whole objects in, findings out.

mod files;
mod processes;

use super::{Collector, Parameters};
use crate::guard::Finding;
use crate::manifest::Pod;
use crate::manifest::spark::{Sources, source_kind};
use crate::yaml::Pointer;
use serde_json::{Value, json};

/// Judges the last object's pod, its main container in `role`, after all objects were added.
fn run(role: &str, objects: &[Value]) -> Vec<Finding> {
    let parameters = Parameters::default();
    let mut collector = Collector::new(parameters, |_| None);
    let mut sources = Sources::default();
    for (index, object) in objects.iter().enumerate() {
        collector.add(index, object);
        if let Some(kind) = source_kind(object) {
            sources.add(kind, object);
        }
    }
    let index = objects.len() - 1;
    let object = &objects[index];
    let prefix = Pointer::from_iter(["spec", "template"]);
    let template = prefix.of(object).unwrap();
    let inits = template["spec"]["initContainers"]
        .as_array()
        .map_or(0, Vec::len);
    let mut findings = collector.judge(
        index,
        object,
        Pod { value: template },
        &|pointer| prefix.join(pointer),
        &|ordinal| (ordinal == inits).then_some(role),
        &sources,
    );
    findings.extend(collector.findings());
    findings
}

fn deployment(limit: &str, container: Value) -> Value {
    let mut container = container;
    container["name"] = json!("main");
    container["resources"] = json!({"limits": {"memory": limit}});
    json!({"kind": "Deployment", "metadata": {"namespace": "spark"},
        "spec": {"template": {"spec": {"containers": [container]}}}})
}

/// `SK101`, `SK104`, `SK105`, or nothing.
fn verdict(role: &str, objects: &[Value]) -> Option<&'static str> {
    let found = run(role, objects);
    assert!(found.len() < 2, "{found:?}");
    let because = found.first()?.because.clone().unwrap();
    let ids = ["SK101", "SK104", "SK105"];
    ids.into_iter().find(|id| because.contains(id))
}

fn env(name: &str, value: &str) -> Value {
    json!({"env": [{"name": name, "value": value}]})
}

fn submit(words: &str) -> Value {
    json!({"command": ["sh", "-c", format!("exec /opt/spark/bin/spark-submit {words}")]})
}

#[test]
fn any_shape_survives() {
    let junk = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!([[], null]),
        json!({}),
        json!({"a": [1]}),
    ];
    for value in &junk {
        let container = json!({"env": value, "envFrom": value, "command": value, "args": value,
            "volumeMounts": value, "name": value, "resources": {"limits": {"memory": "4Gi"}}});
        let spec = json!({"containers": [container], "initContainers": value, "volumes": value});
        let object = json!({"kind": value, "metadata": value, "data": value, "spec": {"template": {"spec": spec}}});
        let _ = run("spark-connect", &[object]);
        let parameters = Parameters::default();
        let mut collector = Collector::new(parameters, |_| None);
        collector.add(0, value);
        let role = |_| Some("jupyter");
        let none = Sources::default();
        let judged = collector.judge(0, value, Pod { value }, &Pointer::clone, &role, &none);
        assert_eq!((judged, collector.findings()), (vec![], vec![]));
    }
}

#[test]
fn init_containers_are_gone_before_a_heap_grows() {
    let pod = json!({"spec": {
        "initContainers": [{"name": "i", "resources": {"limits": {"memory": "4Gi"}}}],
        "containers": [{"name": "m", "resources": {"limits": {"memory": "4Gi"}}}],
    }});
    let parameters = Parameters::default();
    let collector = Collector::new(parameters, |_| None);
    let view = Pod { value: &pod };
    let (role, none) = (|_| Some("spark-master"), Sources::default());
    let found = collector.judge(0, &pod, view, &Pointer::clone, &role, &none);
    let found: Vec<_> = found.into_iter().map(|f| f.container.unwrap()).collect();
    assert_eq!(found, ["m"]);
}

#[test]
fn every_id_has_a_page() {
    let mut ids: Vec<_> = super::pages().iter().map(|page| page.id).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "memory/heap-exceeds-limit",
            "memory/heap-not-set",
            "memory/heap-refused",
            "memory/template-overwritten",
            "memory/unknown-key",
        ]
    );
}
