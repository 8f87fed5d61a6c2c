//! Facts of small streams, written as charts write them.

mod scrape;
mod users;

use super::*;
use crate::manifest::testing::{table, yaml};
use crate::manifest::{ImageFamilies, Places, objects};
use crate::yaml::Stream;

/// Facts of a stream of documents.
fn glob(text: &str) -> Glob {
    Glob::new(text).unwrap()
}

fn facts(documents: &[&str]) -> Facts {
    let places: Places = table("places");
    let text = documents.join("\n---\n");
    let stream = Stream::parse(&text).unwrap();
    let objects = objects(&stream).0;
    let mut builder = FactsBuilder::new(&objects);
    for object in objects {
        let value = stream.documents[object.document]
            .node(object.node)
            .to_value();
        builder.add(
            object.index,
            &value,
            places.of(object.api_version, object.kind),
        );
    }
    builder.finish()
}

#[test]
fn labels_that_any_selector_reads() {
    let facts = facts(&[
        "{apiVersion: v1, kind: Service, spec: {selector: {app: a}}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {selector: {matchLabels: {tier: b}}}}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {\
           selector: {matchExpressions: [{key: release, operator: In, values: [x, \"y\"]}]}, \
           template: {metadata: {labels: {unread: z}}, spec: {\
             nodeSelector: {disk: ssd}, \
             affinity: {\
               nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [\
                 {matchExpressions: [{key: zone, operator: Exists}]}]}}, \
               podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {\
                 labelSelector: {matchLabels: {peer: p}}, matchLabelKeys: [pod-template-hash]}}]}}, \
             topologySpreadConstraints: [{labelSelector: {matchLabels: {spread: s}}}]}}}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {matchLabels: {net: \"n\"}}, \
           ingress: [{from: [{podSelector: {matchLabels: {client: c}}}]}]}}",
        "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, spec: {selector: {matchLabels: {mon: m}}}}",
        "{apiVersion: x/v1, kind: Anything, spec: {labelSelector: 'text in (a,b),!gone, more=1'}}",
        "{apiVersion: v1, kind: ConfigMap, data: {selector: 'config=1'}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, \
           spec: {schema: {matchLabels: {type: object}}}}",
    ]);
    for key in [
        "app",
        "tier",
        "release",
        "peer",
        "pod-template-hash",
        "spread",
        "net",
        "client",
        "mon",
        "text",
        "gone",
        "more",
    ] {
        assert!(facts.reads_label(&glob(key)), "{key}");
    }
    for key in ["unread", "disk", "zone", "config", "type", "a"] {
        assert!(!facts.reads_label(&glob(key)), "{key}");
    }
    assert_eq!(
        facts.label_values("release").collect::<Vec<_>>(),
        ["x", "y"]
    );
    assert_eq!(facts.label_values("pod-template-hash").count(), 0);
}

#[test]
fn the_uid_of_an_image_is_known_where_all_that_write_one_agree() {
    let pod = |name: &str, rest: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{{rest}}}}}")
    };
    let uid = |documents: &[String], image: &str| {
        let documents: Vec<_> = documents.iter().map(String::as_str).collect();
        let facts = facts(&documents);
        let found = facts.uid_of(&Image::parse(image).unwrap());
        found.map(|(uid, source)| (uid, source.to_string(), source.index))
    };
    let own = pod(
        "own",
        "containers: [{image: x/a, securityContext: {runAsUser: 5}}]",
    );
    let shared = pod(
        "shared",
        "securityContext: {runAsUser: 5}, containers: [{image: 'docker.io/x/a:latest'}]",
    );
    let root = pod(
        "root",
        "initContainers: [{image: x/a, securityContext: {runAsUser: 0}}]",
    );
    let none = pod(
        "none",
        "securityContext: {runAsNonRoot: true}, containers: [{image: x/a}]",
    );
    let both = [none.clone(), own.clone(), shared];
    assert_eq!(uid(&both, "x/a"), Some((5, "Pod/own".to_owned(), 1)));
    assert_eq!(uid(&[own, root.clone()], "x/a"), None, "they differ");
    assert_eq!(uid(&[root], "x/a"), None, "root is no evidence");
    assert_eq!(uid(&[none], "x/a"), None);
    let init = pod(
        "init",
        "initContainers: [{image: x/a, securityContext: {runAsUser: 5}}]",
    );
    assert_eq!(
        uid(&[init], "x/a"),
        None,
        "a script shows nothing about a service"
    );
}

#[test]
fn any_shape_is_survived() {
    for text in [
        "null",
        "[]",
        "{kind: []}",
        "{kind: Service, apiVersion: v1, spec: []}",
        "{kind: Service, apiVersion: v1, metadata: {labels: 1}, spec: {selector: {a: 1}, ports: [1, null, {}]}}",
        "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, spec: {policyTypes: {}, ingress: [1, {from: 1, ports: [1]}]}}",
        "{kind: ServiceMonitor, spec: {selector: 1, namespaceSelector: [], endpoints: [1, {}]}}",
        "{kind: PodMonitor, spec: {selector: {matchExpressions: [1, {key: 1}]}, podMetricsEndpoints: {}}}",
        "{kind: Pod, apiVersion: v1, spec: {containers: [1, {image: 1, securityContext: 1, volumeMounts: 1}]}}",
    ] {
        let facts = facts(&[text]);
        let pod = yaml(
            "{metadata: {labels: {a: b}}, spec: {containers: [{ports: 1, volumeMounts: [1]}]}}",
        );
        let pod = Pod { value: &pod };
        let families: ImageFamilies = table("images");
        facts.scrape(Some("ns"), pod, 4040);
        for container in pod.containers() {
            evidence(pod, container, &facts, families.of_text(container.image()));
        }
    }
}
