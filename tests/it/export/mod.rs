//! `export`: what kustomize makes of the patches is what `render` makes of the stream, but for what they say that they
//! leave out.

mod equal;
mod later;
mod left;
mod targets;

use super::fixtures;
use super::krm::kustomize::{Site, done};
use super::lab::{Ended, run};
use serde_json::Value;
use std::collections::BTreeMap;

/// A workload with one container; what follows it is the caller's.
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n\
    \x20 selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n\
    \x20     containers:\n      - {name: main, image: 'apache/spark:4.1.1'}\n";

/// A preset with one rule.
fn preset(rule: &str) -> String {
    let head =
        "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: own, version: 1.0.0}\n";
    format!(
        "{head}spec:\n  summary: one rule\n  rules:\n  - id: rule\n    because: of the test\n{rule}"
    )
}

fn component(stream: &str, flags: &[&str]) -> Ended {
    run(&[&["export", "kustomize"], flags].concat(), stream)
}

/// What kustomize makes of a stream with a component, where it is one.
fn built(stream: &str, component: Option<&str>) -> Option<Ended> {
    let rest = component.map_or("", |_| "components: [guard]\n");
    let site = Site::new(stream, rest)?;
    if let Some(component) = component {
        site.write("guard/kustomization.yaml", component);
    }
    Some(site.build(&[]))
}

/// Objects by what kustomize knows them by.
type Objects = BTreeMap<String, Value>;

fn objects(stream: &str) -> Objects {
    let documents = fixtures::yaml(stream).unwrap_or_else(|error| panic!("{error}\n{stream}"));
    let named = fixtures::objects(documents).into_iter().map(|object| {
        let of = |path| {
            object
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let name = format!("{}/{}", of("/kind"), of("/metadata/name"));
        (
            format!("{name} {} {}", of("/apiVersion"), of("/metadata/namespace")),
            object,
        )
    });
    named.collect()
}

/// The objects that kustomize makes of a stream and a component.
#[track_caller]
fn patched(stream: &str, component: &str) -> Option<Objects> {
    Some(objects(done(&built(stream, Some(component))?)))
}

/// What the head of an export says that no patch says: object, path, and why.
fn left(export: &str) -> Vec<(&str, &str, &str)> {
    let lines = export.lines().filter_map(|line| line.strip_prefix("# - "));
    let parts = lines.flat_map(|line| {
        let (place, why) = line.split_once(": ").expect("a reason");
        let (place, objects) = place.split_once(" of ").expect("objects");
        let path = place.split_once(" (").expect("a rule").0;
        objects.split(", ").map(move |object| (object, path, why))
    });
    parts.collect()
}
