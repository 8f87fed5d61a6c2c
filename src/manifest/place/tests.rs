//! The table of places, and the way a row works.

use super::*;
use crate::manifest::testing::table;
use serde_json::json;
use std::collections::BTreeSet;

fn places() -> Places {
    table("places")
}

fn operators() -> Places {
    table("operators")
}

fn at(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

#[test]
fn the_tables_are_sorted_unique_and_complete() {
    let (places, operators) = (places(), operators());
    let mut kinds = BTreeSet::new();
    for table in [&places, &operators] {
        let ids: Vec<_> = table.places.iter().map(|p| &p.id).collect();
        assert!(ids.is_sorted() && BTreeSet::from_iter(&ids).len() == ids.len());
        for place in &table.places {
            assert!(!place.pods.is_empty(), "{}", place.id);
            for version in &place.api_versions {
                for kind in &place.kinds {
                    let kind = format!("{version} {kind}");
                    assert!(kinds.insert(kind.clone()), "{kind} twice");
                }
            }
        }
    }
    let versions = operators.places.iter().flat_map(|p| &p.api_versions);
    let groups: BTreeSet<_> = versions.map(|version| group_of(version)).collect();
    let named: Vec<_> = places.groups.iter().map(String::as_str).collect();
    assert_eq!(named, groups.into_iter().collect::<Vec<_>>());
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
        for holder in place.pods(&json!({})) {
            let mut object = json!({"apiVersion": place.api_versions[0], "kind": place.kinds[0]});
            for part in ["metadata", "spec"] {
                let to = holder.resolve(&at(&format!("/{part}"))).unwrap();
                let segments: Vec<_> = to.segments().collect();
                pod_place::put(&mut object, &segments, pod[part].clone());
            }
            assert_eq!(holder.extract(&object).unwrap(), pod, "{}", place.id);
        }
    }
}

#[test]
fn objects_without_a_pod_hold_none() {
    let places = places();
    let row = places.of("v1", "ReplicationController").unwrap();
    for object in [
        json!(null),
        json!([]),
        json!({"spec": {}}),
        json!({"spec": {"template": null}}),
        json!({"spec": {"template": {"metadata": {}}}}),
        json!({"spec": {"template": {"spec": "text"}}}),
    ] {
        assert_eq!(row.pods(&object)[0].extract(&object), None, "{object}");
    }
    assert!(places.of("apps/v2", "Deployment").is_none());
    assert!(places.of("serving.knative.dev/v1", "Pod").is_none());
}

/// The pods of an object of an operator.
#[expect(
    clippy::needless_pass_by_value,
    reason = "so that callers write no `&`"
)]
fn pods(version: &str, kind: &str, spec: Value) -> (Vec<Arc<PodPlace>>, Value) {
    let object = json!({"apiVersion": version, "kind": kind, "spec": spec});
    (operators().of(version, kind).unwrap().pods(&object), object)
}

/// Where each of these parts of a pod is written; `-` where nothing is.
fn written(place: &PodPlace, parts: &[&str]) -> Vec<String> {
    let to = |part: &&str| {
        place
            .resolve(&at(part))
            .map_or("-".into(), |to| to.to_string())
    };
    parts.iter().map(to).collect()
}

#[test]
fn an_operators_field_counts_before_its_template() {
    let version = "sparkoperator.k8s.io/v1beta2";
    let parts = [
        "/spec/securityContext/fsGroup",
        "/spec/containers/0/securityContext",
        "/spec/containers/1/securityContext",
        "/spec/dnsPolicy",
        "/spec/containers/0/resources",
        "/metadata/labels/a",
    ];
    let (places, object) = pods(
        version,
        "SparkApplication",
        json!({
            "image": "apache/spark:4.1.1",
            "driver": {"sidecars": [{"name": "log"}], "securityContext": {"runAsUser": 1}},
            "executor": {"template": {"spec": {
                "securityContext": {"fsGroup": 2},
                "containers": [{"name": "log"}, {"name": "spark-kubernetes-executor", "securityContext": {"runAsUser": 3}}],
            }}},
        }),
    );
    assert_eq!(
        written(&places[0], &parts),
        [
            "/spec/driver/podSecurityContext/fsGroup",
            "/spec/driver/securityContext",
            "/spec/driver/sidecars/0/securityContext",
            "-",
            "-",
            "/spec/driver/labels/a",
        ]
    );
    let driver = places[0].extract(&object).unwrap();
    assert_eq!(
        driver["spec"]["containers"],
        json!([
            {"name": "spark-kubernetes-driver", "image": "apache/spark:4.1.1", "securityContext": {"runAsUser": 1}},
            {"name": "log"},
        ])
    );
    assert_eq!(
        written(&places[1], &parts),
        [
            "/spec/executor/template/spec/securityContext/fsGroup",
            "/spec/executor/template/spec/containers/0/securityContext",
            "/spec/executor/template/spec/containers/1/securityContext",
            "/spec/executor/template/spec/dnsPolicy",
            "/spec/executor/template/spec/containers/0/resources",
            "/spec/executor/labels/a",
        ]
    );
    assert_eq!(places[1].own(), Some(1));
    assert_eq!(places[1].role.as_deref(), Some("spark-executor"));
}

#[test]
fn what_follows_keeps_its_own_place() {
    let (places, object) = pods(
        "sparkoperator.k8s.io/v1beta2",
        "ScheduledSparkApplication",
        json!({"template": {
            "volumes": [{"name": "a"}],
            "driver": {"env": [{"name": "A"}], "template": {"spec": {
                "volumes": [{"name": "b"}],
                "containers": [{"env": [{"name": "B"}]}],
            }}},
        }}),
    );
    let driver = places[0].extract(&object).unwrap();
    assert_eq!(
        driver["spec"]["volumes"],
        json!([{"name": "a"}, {"name": "b"}])
    );
    assert_eq!(
        driver["spec"]["containers"][0]["env"],
        json!([{"name": "A"}, {"name": "B"}])
    );
    assert_eq!(
        written(
            &places[0],
            &[
                "/spec/volumes/1/name",
                "/spec/volumes/2",
                "/spec/containers/0/env/1",
                "/spec/containers/0/env/2"
            ]
        ),
        [
            "/spec/template/driver/template/spec/volumes/0/name",
            "/spec/template/volumes/1",
            "/spec/template/driver/template/spec/containers/0/env/0",
            "/spec/template/driver/env/1",
        ]
    );
}

#[test]
fn what_is_missing_on_the_way_is_made_with_the_name_of_the_container() {
    let (places, object) = pods(
        "sparkoperator.k8s.io/v1alpha1",
        "SparkConnect",
        json!({"server": {}, "executor": []}),
    );
    assert_eq!(places.len(), 1);
    let to = places[0]
        .resolve(&at("/spec/containers/0/securityContext"))
        .unwrap();
    let (first, value) = places[0]
        .rooted(&object, &to, &json!({"runAsUser": 1}))
        .unwrap();
    assert_eq!(first.to_string(), "/spec/server/template");
    let container = json!({"name": "spark-kubernetes-driver", "securityContext": {"runAsUser": 1}});
    assert_eq!(value, json!({"spec": {"containers": [container]}}));
    let wrong = operators()
        .of("sparkoperator.k8s.io/v1alpha1", "SparkConnect")
        .unwrap()
        .misshapen(&object);
    assert_eq!(wrong.unwrap().to_string(), "/spec/executor");
}

#[test]
fn a_pod_for_each_item_or_key() {
    let (places, object) = pods(
        "argoproj.io/v1alpha1",
        "Workflow",
        json!({
            "securityContext": {"fsGroup": 1},
            "templates": [
                {"name": "a", "steps": []},
                {"name": "b", "script": {"image": "i"}, "sidecars": [{"name": "s"}]},
                {"name": "c", "containerSet": {"containers": [{"name": "x"}, {"name": "y"}]}, "securityContext": {}},
            ],
        }),
    );
    let found: Vec<_> = places
        .iter()
        .map(|place| place.extract(&object).unwrap()["spec"].clone())
        .collect();
    assert_eq!(
        found,
        [
            json!({"securityContext": {"fsGroup": 1}, "containers": [{"image": "i"}, {"name": "s"}]}),
            json!({"securityContext": {}, "containers": [{"name": "x"}, {"name": "y"}]}),
        ]
    );
    let (places, _) = pods(
        "kubeflow.org/v1",
        "PyTorchJob",
        json!({"pytorchReplicaSpecs": {
            "Master": {"template": {"spec": {}}}, "a/b": {"template": {}},
        }}),
    );
    assert_eq!(
        places
            .iter()
            .map(|place| written(place, &["/spec"])[0].clone())
            .collect::<Vec<_>>(),
        [
            "/spec/pytorchReplicaSpecs/Master/template/spec",
            "/spec/pytorchReplicaSpecs/a~1b/template/spec"
        ]
    );
}

#[test]
fn a_file_that_the_configuration_names_is_not_pushed_aside() {
    let conf = json!({"spark.kubernetes.driver.podTemplateFile": "/t.yaml"});
    let (places, _) = pods(
        "spark.apache.org/v1",
        "SparkApplication",
        json!({"sparkConf": conf}),
    );
    let cannot = places[0].resolve(&at("/spec/securityContext")).unwrap_err();
    assert_eq!(
        cannot.because,
        "it would take the place of the file that `spark.kubernetes.driver.podTemplateFile` names"
    );
    assert_eq!(
        written(&places[1], &["/spec"]),
        ["/spec/executorSpec/podTemplateSpec/spec"]
    );
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
        json!([{"pod": "/spec/containers/+", "cannot": "b"}]),
        json!([{"pod": "spec", "object": "/a"}]),
        json!([{"pod": "/spec", "object": "a"}]),
        json!([{"pod": "/spec", "object": "/a", "other": 1}]),
    ] {
        serde_json::from_value::<PodRow>(json!({"map": map})).unwrap_err();
    }
}
