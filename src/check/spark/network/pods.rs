//! The pods that other objects of the stream make.

use crate::check::spark::case::Case;
use crate::check::spark::world::{World, same_namespace, selects};
use crate::manifest::Object;
use serde_json::Value;

/// Where each kind of object has its pod.
const PLACES: [(&str, &str); 8] = [
    ("CronJob", "/spec/jobTemplate/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("Deployment", "/spec/template"),
    ("Job", "/spec/template"),
    ("Pod", ""),
    ("ReplicaSet", "/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("StatefulSet", "/spec/template"),
];

/// Each object that makes pods, with its pod. Tests of a chart are none: they come and go.
fn all<'w>(world: &'w World<'w>) -> impl Iterator<Item = (&'w Object<'w>, &'w Value)> {
    PLACES.into_iter().flat_map(move |(kind, at)| {
        let objects = world.of_kind(kind);
        objects.filter_map(move |(object, value)| {
            let hook = value["metadata"]["annotations"]["helm.sh/hook"].as_str();
            let pod = value.pointer(at)?;
            (!hook.is_some_and(|hook| hook.starts_with("test"))).then_some((object, pod))
        })
    })
}

/// The other objects whose pods a Service's selector finds.
pub(super) fn selected<'w>(case: Case<'w>, service: &Value) -> Vec<&'w Object<'w>> {
    let namespace = service["metadata"]["namespace"]
        .as_str()
        .unwrap_or_default();
    let found = all(case.world).filter(|(object, pod)| {
        object.index != case.object
            && same_namespace(object.namespace.unwrap_or_default(), namespace)
            && selects(&service["spec"]["selector"], &pod["metadata"]["labels"])
    });
    found.map(|(object, _)| object).collect()
}
