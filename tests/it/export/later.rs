//! A patch meets a later version of the chart.

use super::left::by;
use super::{DEPLOYMENT, built, component, objects, patched};
use crate::krm::kustomize::done;
use crate::lab::Ended;

/// What kustomize says of a later stream with the patches of a first one.
#[track_caller]
fn refused(export: &Ended, first: &str, later: &str) {
    assert_ne!(later, first);
    let Some(now) = built(first, Some(done(export))) else {
        return;
    };
    done(&now);
    let ended = built(later, Some(&export.stdout)).unwrap();
    assert_ne!(ended.code, Some(0), "{}\n{}", export.stdout, ended.stdout);
    assert!(ended.stderr.contains("test failed"), "{}", ended.stderr);
}

#[test]
fn another_container_in_front_is_not_patched_by_mistake() {
    let later = DEPLOYMENT.replace(
        "      - {name: main",
        "      - {name: first, image: 'b:1'}\n      - {name: main",
    );
    refused(&component(DEPLOYMENT, &[]), DEPLOYMENT, &later);
}

#[test]
fn what_the_chart_decides_now_is_not_overwritten() {
    // Charts leave a key without a value where a list of values is empty.
    for first in ["", "      securityContext:\n"] {
        let first = format!("{DEPLOYMENT}{first}");
        let later = format!("{DEPLOYMENT}      securityContext: {{runAsUser: 7}}\n");
        refused(&component(&first, &[]), &first, &later);
    }
}

#[test]
fn what_was_replaced_or_removed_has_to_be_what_it_was() {
    let pod = |rest: &str| format!("{DEPLOYMENT}      {rest}\n");
    let cases = [
        (
            "enforce: {spec: {dnsPolicy: Default}}",
            "dnsPolicy: None",
            "dnsPolicy: ClusterFirst",
        ),
        (
            "patch: [{op: remove, path: /spec/hostAliases}]",
            "hostAliases: [{ip: 1.1.1.1}]",
            "hostAliases: [{ip: 2.2.2.2}]",
        ),
        // Items that no name tells apart.
        (
            "patch: [{op: add, path: /spec/tolerations/1/effect, value: NoExecute}]",
            "tolerations: [{key: a}, {key: b}]",
            "tolerations: [{key: a}, {key: c}, {key: b}]",
        ),
        // A list of texts is one decision.
        (
            "patch: [{op: test, path: /spec/dnsList/0, value: one}, {op: add, path: /spec/tmp, value: [b]}, {op: remove, path: /spec/tmp}, {op: replace, path: /spec/dnsList/0, value: z}]",
            "dnsList: [one, two]",
            "dnsList: [zero, one, two]",
        ),
    ];
    for (rule, first, later) in cases {
        let export = by(&format!("    on: pod\n    {rule}\n"), &pod(first));
        refused(&export, &pod(first), &pod(later));
    }
}

#[test]
fn a_whole_map_of_annotations_that_goes_leaves_those_of_hosts() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, annotations: {c: d}}\n";
    let export = by(
        "    on: object\n    patch: [{op: remove, path: /metadata/annotations}]\n",
        map,
    );
    let later = map.replace("{c: d}", "{c: d, host: helm}");
    let Some(objects) = patched(&later, done(&export)) else {
        return;
    };
    let annotations = &objects.values().next().unwrap()["metadata"]["annotations"];
    assert_eq!(annotations, &serde_json::json!({"host": "helm"}));
}

/// A patch is committed to a repository, which the values of a chart need not be.
#[test]
fn what_may_be_a_credential_is_neither_tested_nor_written() {
    let env = "- name: main\n        image: apache/spark:4.1.1\n        env: [{name: PASSWORD, value: hunter2}, {name: B, value: b}]";
    let first = DEPLOYMENT.replace("- {name: main, image: 'apache/spark:4.1.1'}", env);
    for rule in [
        "enforce: {env: [{name: PASSWORD, value: other}]}",
        "patch: [{op: test, path: /env/0/name, value: PASSWORD}, {op: add, path: /env/0, value: {name: A, value: a}}]",
    ] {
        let export = by(&format!("    on: container\n    {rule}\n"), &first);
        assert!(!done(&export).contains("hunter2"), "{}", export.stdout);
    }
}

#[test]
fn annotations_of_others_stay() {
    let export = component(DEPLOYMENT, &[]);
    let later = DEPLOYMENT.replace("{name: a}", "{name: a, annotations: {team: data}}");
    let Some(objects) = patched(&later, done(&export)) else {
        return;
    };
    let annotations = &objects.values().next().unwrap()["metadata"]["annotations"];
    assert_eq!(annotations["team"], "data");
    assert_eq!(annotations["sparkk8s.io/policy"], "default@1.0.0");
}

#[test]
fn a_second_export_is_empty() {
    let export = component(DEPLOYMENT, &[]);
    let Some(ended) = built(DEPLOYMENT, Some(done(&export))) else {
        return;
    };
    let again = component(done(&ended), &[]);
    assert!(
        done(&again).ends_with("kind: Component\npatches: []\n"),
        "{}",
        again.stdout
    );
    assert!(
        built(&ended.stdout, Some(&again.stdout))
            .is_none_or(|ended| !objects(done(&ended)).is_empty())
    );
}
