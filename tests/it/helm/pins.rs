//! Pins through the hosts: equal wherever a release goes through, and rolling what reads a change, once.

use super::server::{Place, places};
use super::{EXAMPLES, Helm, example, fixtures, hosts, objects, pipe, pod};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

const DIGEST: &str = "sparkk8s.io/config-digest";

/// The digest on each workload that has one.
fn pins(manifests: &str) -> BTreeMap<String, Value> {
    let objects = objects(manifests).into_iter();
    let pinned = objects.filter_map(|(name, object)| {
        let template = match object["kind"].as_str()? {
            "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
            _ => &object["spec"]["template"],
        };
        let digest = template["metadata"]["annotations"].get(DIGEST)?;
        Some((name, digest.clone()))
    });
    pinned.collect()
}

#[test]
fn pins_are_equal_through_both_helms_kustomize_and_the_pipe() {
    let Some([three, four]) = Helm::both() else {
        return;
    };
    let Some(kustomize) = hosts::host("kustomize") else {
        return;
    };
    for chart in EXAMPLES {
        let path = example(chart);
        let template = ["template", "spark", &path];
        let written = three.run(&template).done();
        let piped = pins(&pipe(&["--host", "pipe"], &written).done());
        assert!(!piped.is_empty(), "{chart}");
        assert_eq!(
            pins(&three.guarded(&template, &[]).done()),
            piped,
            "{chart}"
        );
        assert_eq!(pins(&four.guarded(&template, &[]).done()), piped, "{chart}");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("all.yaml"), &written).unwrap();
        let list = "resources: [all.yaml]\ncommonAnnotations: {team: data}\n";
        fs::write(folder.path().join("kustomization.yaml"), list).unwrap();
        let folder = folder.path().to_string_lossy().into_owned();
        let built = hosts::ask(&kustomize, &["build", &folder], "");
        assert_eq!(
            pins(&pipe(&["--host", "pipe"], &built).done()),
            piped,
            "{chart}"
        );
        let _ = fixtures::yaml(&built).expect("kustomize writes YAML");
    }
}

/// A workload's template, and how often its spec was changed.
fn state(place: &Place, name: &str) -> (Value, Value) {
    let object = place.get(name);
    let generation = object["metadata"]["generation"].clone();
    (object["spec"]["template"].clone(), generation)
}

#[test]
fn a_changed_configuration_rolls_its_readers_once_and_stops_no_job() {
    let Some(places) = places("pins", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let upgrade = |every: &str| {
            let value = format!("eventLogs.mirrorEvery={every}");
            let chart = example("history-server");
            let words = [
                "upgrade",
                "--install",
                "spark",
                &chart,
                "--no-hooks",
                "--set",
                &value,
            ];
            // The Job is as it was, although what it stands beside has changed.
            place.guarded(&words, &[]).done();
        };
        upgrade("30");
        let reader = "Deployment/spark-history";
        let (installed, first) = state(&place, reader);
        let job = place.get("Job/spark-make-bucket")["spec"].clone();
        upgrade("30");
        assert_eq!(
            state(&place, reader),
            (installed.clone(), first.clone()),
            "{version:?}"
        );
        upgrade("60");
        let (mut changed, second) = state(&place, reader);
        assert_ne!(second, first, "{version:?}");
        let digest = |template: &Value| template["metadata"]["annotations"][DIGEST].clone();
        assert_ne!(digest(&changed), digest(&installed), "{version:?}");
        // Nothing but the digest is new.
        changed["metadata"]["annotations"][DIGEST] = digest(&installed);
        assert_eq!(changed["metadata"], installed["metadata"], "{version:?}");
        assert_eq!(
            place.get("Job/spark-make-bucket")["spec"],
            job,
            "{version:?}"
        );
        for (name, object) in place.workloads() {
            assert!(pod(&object).is_some(), "{name}");
        }
    }
}
