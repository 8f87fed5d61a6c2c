//! Pins on real charts: no reader of configuration without a digest or a reason, and no digest moves but by what is read.

use super::super::fixtures::{self, say};
use super::super::lab;
use super::{by_default, charts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DIGEST: &str = "sparkk8s.io/config-digest";

/// The pod template of a workload, by this test's own eyes.
fn template(object: &Value) -> Option<&Value> {
    let path = match object["kind"].as_str()? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicaSet" => "/spec/template",
        "CronJob" => "/spec/jobTemplate/spec/template",
        "Pod" => "",
        _ => return None,
    };
    object.pointer(path).filter(|pod| pod["spec"].is_object())
}

fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    format!("{}/{}", text(&object["kind"]), text(&metadata["name"]))
}

/// The `ConfigMap`s and Secrets that a pod names anywhere, `ConfigMap/x`.
fn named(value: &Value, found: &mut BTreeSet<String>) {
    const FIELDS: [(&str, &str, &str); 6] = [
        ("configMap", "name", "ConfigMap"),
        ("configMapRef", "name", "ConfigMap"),
        ("configMapKeyRef", "name", "ConfigMap"),
        ("secret", "secretName", "Secret"),
        ("secretRef", "name", "Secret"),
        ("secretKeyRef", "name", "Secret"),
    ];
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(item, found)),
        Value::Object(map) => {
            for (field, key, kind) in FIELDS {
                let name = map.get(field).and_then(|inner| inner[key].as_str());
                found.extend(name.map(|name| format!("{kind}/{name}")));
            }
            map.values().for_each(|inner| named(inner, found));
        }
        _ => {}
    }
}

/// The digests of a stream's workloads.
fn digests(text: &str) -> BTreeMap<String, Value> {
    let objects = fixtures::objects(fixtures::yaml(text).expect("YAML"));
    let with = objects.iter().filter_map(|object| {
        let digest = template(object)?["metadata"]["annotations"].get(DIGEST)?;
        Some((name(object), digest.clone()))
    });
    with.collect()
}

#[test]
fn whatever_reads_configuration_is_pinned_or_the_report_says_why() {
    let (mut pinned, mut said) = (0, 0);
    for (file, guarded) in by_default() {
        let objects = fixtures::objects(fixtures::yaml(&guarded.text).expect("YAML"));
        let findings = guarded.report["findings"].as_array().expect("findings");
        for (index, object) in objects.iter().enumerate() {
            let Some(pod) = template(object) else {
                continue;
            };
            let mut reads = BTreeSet::new();
            named(&pod["spec"], &mut reads);
            let digest = pod["metadata"]["annotations"].get(DIGEST);
            let reason = findings
                .iter()
                .find(|f| f["id"] == "config-not-pinned" && f["object"]["index"] == index);
            let at = format!("{} {}", file.name, name(object));
            if reads.is_empty() {
                assert_eq!((digest, reason), (None, None), "{at}");
            } else {
                assert!(digest.is_some() || reason.is_some(), "{at} reads {reads:?}");
                let fixed = ["Job", "Pod"].iter().any(|kind| object["kind"] == *kind);
                assert!(digest.is_none() || !fixed, "{at}");
            }
            pinned += usize::from(digest.is_some());
            said += usize::from(digest.is_none() && reason.is_some());
        }
    }
    say(&format!(
        "pins: {pinned} pods pinned, {said} not and it is said why"
    ));
    assert!(by_default().is_empty() || pinned > 300, "{pinned}");
}

#[test]
fn a_changed_value_moves_the_pins_of_its_readers_and_nothing_else_moves_any() {
    let policy = lab::policy(&["pins"], &[]);
    let guarded = |text: &str| digests(&lab::guard(text, &policy).expect("guarded").text);
    let (mut moved, mut changes) = (0, 0);
    for file in charts().iter().step_by(3) {
        let before = guarded(&file.text);
        let objects = fixtures::objects(fixtures::yaml(&file.text).expect("YAML"));
        let stream = |objects: &[Value]| {
            let documents = objects.iter().map(|object| format!("{object}\n"));
            documents.collect::<Vec<_>>().join("---\n")
        };
        assert_eq!(guarded(&stream(&objects)), before, "{}: as JSON", file.name);
        let mut harmless: Vec<_> = objects.iter().cloned().rev().collect();
        for object in &mut harmless {
            object["metadata"]["labels"]["noise"] = json!("n");
            object["metadata"]["annotations"]["config.kubernetes.io/index"] = json!("1");
        }
        assert_eq!(guarded(&stream(&harmless)), before, "{}: noise", file.name);
        for index in 0..objects.len() {
            let Some(key) = first_key(&objects[index]) else {
                continue;
            };
            let mut changed = objects.clone();
            let value = changed[index]["data"][&key].as_str().unwrap_or_default();
            changed[index]["data"][&key] = json!(format!("{value} "));
            let after = guarded(&stream(&changed));
            changes += 1;
            for (workload, digest) in &after {
                if before[workload] != *digest {
                    moved += 1;
                    let reader = objects.iter().find(|object| name(object) == *workload);
                    let mut reads = BTreeSet::new();
                    named(template(reader.unwrap()).unwrap(), &mut reads);
                    assert!(reads.contains(&name(&objects[index])), "{workload}");
                }
            }
        }
    }
    say(&format!(
        "pins: {changes} changed values moved {moved} pins"
    ));
    assert!(charts().is_empty() || moved > 50, "{moved} of {changes}");
}

/// The first key of a `ConfigMap`.
fn first_key(object: &Value) -> Option<String> {
    let data = object["data"].as_object();
    let is_source = object["kind"] == "ConfigMap";
    data.filter(|_| is_source)?.keys().next().cloned()
}
