//! The table of places, and the way a row works.

use super::*;
use crate::manifest::testing::table;
use serde_json::json;
use std::collections::BTreeSet;

fn places() -> Places {
    table("places")
}

fn at(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

#[test]
fn the_table_is_sorted_unique_and_complete() {
    let places = places();
    let ids: Vec<_> = places.places.iter().map(|p| &p.id).collect();
    assert!(ids.is_sorted() && BTreeSet::from_iter(&ids).len() == ids.len());
    let mut kinds = BTreeSet::new();
    for place in &places.places {
        assert!(!place.pods.is_empty(), "{}", place.id);
        for version in &place.api_versions {
            for kind in &place.kinds {
                assert!(
                    kinds.insert(format!("{version} {kind}")),
                    "{version} {kind} twice"
                );
            }
        }
        for pod in &place.pods {
            pod.resolve(&at("/spec/containers/0/image")).unwrap();
            pod.resolve(&at("/metadata/annotations")).unwrap();
        }
    }
    for kind in [
        "v1 Pod",
        "v1 PodTemplate",
        "v1 ReplicationController",
        "apps/v1 Deployment",
        "apps/v1beta1 Deployment",
        "apps/v1beta2 Deployment",
        "extensions/v1beta1 Deployment",
        "apps/v1 ReplicaSet",
        "apps/v1 StatefulSet",
        "apps/v1 DaemonSet",
        "batch/v1 Job",
        "batch/v1 CronJob",
        "batch/v1beta1 CronJob",
        "apps.openshift.io/v1 DeploymentConfig",
    ] {
        assert!(kinds.contains(kind), "{kind}");
    }
}

#[test]
fn every_place_gives_the_pod_that_was_put_there() {
    let pod = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}});
    for place in &places().places {
        for holder in &place.pods {
            let mut object = json!({"apiVersion": place.api_versions[0], "kind": place.kinds[0]});
            for part in ["metadata", "spec"] {
                let to = holder.resolve(&at(&format!("/{part}"))).unwrap();
                let segments: Vec<_> = to.segments().collect();
                put(&mut object, &segments, pod[part].clone());
            }
            assert_eq!(holder.extract(&object).unwrap(), pod, "{}", place.id);
        }
    }
}

#[test]
fn objects_without_a_pod_hold_none() {
    let places = places();
    let holder = &places.of("v1", "ReplicationController").unwrap().pods[0];
    for object in [
        json!(null),
        json!([]),
        json!({"spec": {}}),
        json!({"spec": {"template": null}}),
        json!({"spec": {"template": {"metadata": {}}}}),
        json!({"spec": {"template": {"spec": "text"}}}),
    ] {
        assert_eq!(holder.extract(&object), None, "{object}");
    }
    assert!(places.of("apps/v2", "Deployment").is_none());
    assert!(places.of("serving.knative.dev/v1", "Pod").is_none());
}

#[test]
fn the_longest_prefix_wins_and_may_refuse() {
    let value = json!({"name": "driver", "map": [
        {"pod": "/metadata", "object": "/spec/driver"},
        {"pod": "/spec", "object": "/spec/driver/template/spec"},
        {"pod": "/spec/securityContext", "object": "/spec/driver/podSecurityContext"},
        {"pod": "/spec/containers/0/securityContext", "object": "/spec/driver/securityContext"},
        {"pod": "/spec/restartPolicy", "cannot": "Spark overwrites it"},
    ]});
    let holder: PodPlace = serde_json::from_value(value).unwrap();
    let resolve = |text| holder.resolve(&at(text)).map(|p| p.to_string());
    assert_eq!(
        resolve("/spec/securityContext/fsGroup").unwrap(),
        "/spec/driver/podSecurityContext/fsGroup"
    );
    assert_eq!(
        resolve("/spec/volumes").unwrap(),
        "/spec/driver/template/spec/volumes"
    );
    assert_eq!(
        resolve("/spec/restartPolicy").unwrap_err().to_string(),
        "`/spec/restartPolicy` of the pod cannot be written: Spark overwrites it"
    );
    resolve("").unwrap_err();
    let object = json!({"spec": {"driver": {
        "labels": {"a": "b"},
        "podSecurityContext": {"fsGroup": 1},
        "securityContext": {"runAsUser": 2},
        "template": {"spec": {"restartPolicy": "Never"}},
    }}});
    let pod = holder.extract(&object).unwrap();
    assert_eq!(pod["spec"]["securityContext"]["fsGroup"], 1);
    assert_eq!(
        pod["spec"]["containers"][0]["securityContext"]["runAsUser"],
        2
    );
    assert_eq!(pod["spec"]["restartPolicy"], "Never");
}

#[test]
fn what_rolls_depends_on_the_object() {
    let places = places();
    let rolls = |version, kind, spec: Value| {
        places
            .of(version, kind)
            .unwrap()
            .rolls(&json!({"spec": spec}))
    };
    assert_eq!(rolls("apps/v1", "StatefulSet", json!({})), Rolls::Pods);
    let on_delete = json!({"updateStrategy": {"type": "OnDelete"}});
    assert_eq!(rolls("apps/v1", "StatefulSet", on_delete), Rolls::NewPods);
    assert_eq!(
        rolls("apps/v1", "Deployment", json!({"paused": true})),
        Rolls::NewPods
    );
    assert_eq!(rolls("batch/v1", "CronJob", json!({})), Rolls::NextRun);
    assert_eq!(rolls("batch/v1", "Job", json!({})), Rolls::Nothing);
    let immutable = places.places.iter().filter(|p| p.immutable);
    assert_eq!(
        immutable.map(|p| p.id.as_str()).collect::<Vec<_>>(),
        ["job", "pod"]
    );
}

#[test]
fn rows_with_mistakes_are_refused() {
    for map in [
        json!([{"pod": "/spec"}]),
        json!([{"pod": "/spec", "object": "/a", "cannot": "b"}]),
        json!([{"pod": "spec", "object": "/a"}]),
        json!([{"pod": "/spec", "object": "a"}]),
        json!([{"pod": "/spec", "object": "/a", "other": 1}]),
    ] {
        serde_json::from_value::<PodPlace>(json!({"map": map})).unwrap_err();
    }
}
