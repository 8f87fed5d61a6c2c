//! The API server takes each workload of the charts, whatever guarded it.

use super::super::{helm, hosts, lab};
use super::charts;
use super::compat::{WAYS, left, workloads};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

#[test]
fn the_api_server_takes_each_workload_that_it_took_before() {
    let (Some(kubectl), Some(config)) = (hosts::host("kubectl"), helm::kubeconfig("compat")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kubeconfig");
    lab::write(&file, config);
    let all = |texts: &mut dyn Iterator<Item = &String>| -> Vec<Value> {
        texts.flat_map(|text| workloads(text)).collect()
    };
    let charts = charts();
    let written = all(&mut charts.iter().map(|chart| &chart.text));
    let total = written.len();
    let before = created(&kubectl, &file, written);
    assert_eq!(before.len(), total, "what Helm rendered is taken");
    for ((name, _), charts) in WAYS.iter().zip(left()).skip(1) {
        let guarded = all(&mut charts.iter().map(|chart| &chart.text));
        let after = created(&kubectl, &file, guarded);
        let lost: Vec<_> = before.difference(&after).collect();
        assert!(lost.is_empty(), "{name}: {lost:?}");
    }
}

/// The places in the list of the objects that the server would create.
fn created(kubectl: &Path, config: &Path, mut objects: Vec<Value>) -> BTreeSet<String> {
    for (at, object) in objects.iter_mut().enumerate() {
        object["metadata"]["name"] = Value::from(format!("w{at}"));
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("namespace");
        }
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let file = config.with_file_name("objects.json");
    lab::write(&file, list.to_string());
    let mut create = Command::new(kubectl);
    create
        .args(["create", "--dry-run=server", "--output=name", "--filename"])
        .arg(&file)
        .env("KUBECONFIG", config);
    let answer = create.output().expect("kubectl");
    let names = String::from_utf8_lossy(&answer.stdout);
    names.lines().map(str::to_owned).collect()
}
