//! Heaps against limits, as a user meets them: whole objects in, findings out.

mod files;
mod processes;

use crate::check::spark::testing::of_objects;
use crate::guard::Finding;
use serde_json::{Value, json};

/// What the rules of a heap say of the last object's pod, its main container in `role`.
fn run(role: &str, objects: &[Value]) -> Vec<Finding> {
    let found = of_objects(role, objects).into_iter();
    found
        .filter(|finding| finding.id.starts_with("memory/heap-"))
        .collect()
}

fn deployment(limit: &str, container: Value) -> Value {
    let mut container = container;
    container["name"] = json!("main");
    container["resources"] = json!({"limits": {"memory": limit}});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "spark"},
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
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": value, "data": value,
            "spec": {"template": {"spec": spec}}});
        let _ = run("spark-connect", &[object]);
    }
}

#[test]
fn init_containers_are_gone_before_a_heap_grows() {
    let mut object = deployment("4Gi", json!({}));
    object["spec"]["template"]["spec"]["initContainers"] =
        json!([{"name": "i", "resources": {"limits": {"memory": "4Gi"}}}]);
    let found = run("spark-master", &[object]);
    let found: Vec<_> = found.into_iter().map(|f| f.container.unwrap()).collect();
    assert_eq!(found, ["main"]);
}
