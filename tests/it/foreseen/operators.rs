//! Pods of which an operator writes more than Spark does: Apache's `SparkCluster`, Stackable's `SparkApplication`.

use super::{BASELINE, JUDGE, OVERWRITTEN, RULES, found, spec};

/// A cluster of Apache's operator with these lines in its `spec`.
fn cluster(lines: &[&str]) -> String {
    let head =
        "apiVersion: spark.apache.org/v1\nkind: SparkCluster\nmetadata: {name: standing}\nspec:\n";
    spec(head.to_owned(), lines)
}

/// An application of Stackable's operator with these lines in its `spec`.
fn stackable(lines: &[&str]) -> String {
    let head = "apiVersion: spark.stackable.tech/v1alpha1\nkind: SparkApplication\n\
        metadata: {name: app}\nspec:\n  mode: cluster\n  sparkImage: {productVersion: 3.5.8}\n";
    spec(head.to_owned(), lines)
}

/// A template of workers with this in its `spec` and in the container of the worker.
fn worker(of_pod: &str, of_container: &str) -> String {
    let container = format!("{{name: worker, {of_container}}}");
    let template = format!("{{spec: {{{of_pod}containers: [{container}]}}}}");
    format!("workerSpec: {{statefulSetSpec: {{template: {template}}}}}")
}

const WORKER: &str = "/spec/workerSpec/statefulSetSpec/template/spec";

#[test]
fn pods_of_a_cluster_are_judged_where_their_template_is() {
    let host = worker("volumes: [{name: d, hostPath: {path: /mnt}}], ", "env: []");
    assert_eq!(
        found(&cluster(&[&host]), BASELINE),
        [format!(
            "pod-security/hostPathVolumes {WORKER}/volumes/0/hostPath"
        )]
    );
    let over = "resources: {requests: {memory: 4Gi}, limits: {memory: 2Gi}}";
    let at = format!("{WORKER}/containers/0/resources/requests/memory");
    assert_eq!(
        found(&cluster(&[&worker("", over)]), BASELINE),
        [format!("api/request-above-limit {at}")]
    );
    // What Spark puts over templates from 4.3 on, it does not here: it builds none of these pods.
    let context = "securityContext: {allowPrivilegeEscalation: true}";
    let new = cluster(&[
        "runtimeVersions: {sparkVersion: 4.3.0}",
        &worker("", context),
    ]);
    let at = format!("{WORKER}/containers/0/securityContext/allowPrivilegeEscalation");
    assert!(found(&new, JUDGE).contains(&format!("pod-security/allowPrivilegeEscalation {at}")));
}

#[test]
fn what_the_operator_of_a_cluster_overwrites_is_said_with_what_counts() {
    let fields =
        "terminationGracePeriodSeconds: 60, schedulerName: volcano, priorityClassName: low, ";
    let template = worker(fields, "image: 'team/spark:1', imagePullPolicy: Always");
    // No version of Spark has a say in it.
    let lost = |image: &str| found(&cluster(&[&template, image]), OVERWRITTEN);
    let of_pod = ["schedulerName", "terminationGracePeriodSeconds"];
    let of_pod = of_pod.map(|field| format!("field-overwritten {WORKER}/{field}"));
    let image = format!("field-overwritten {WORKER}/containers/0/image");
    assert_eq!(
        lost("sparkConf: {}"),
        [&[image], &of_pod[..]].concat(),
        "the operator's own image"
    );
    let same = "sparkConf: {spark.kubernetes.container.image: 'team/spark:1'}";
    assert_eq!(lost(same), of_pod);
}

#[test]
fn pods_of_stackables_operator_are_judged_where_it_takes_them_from() {
    // Once of the pod that submits, once of those that Spark builds.
    const SHARED: &str = "pod-security/hostPathVolumes /spec/volumes/1/hostPath";
    let conf = "spark.kubernetes.executor.volumes.hostPath.d";
    let lines = [
        &format!("sparkConf: {{{conf}.mount.path: /d, {conf}.options.path: /d}}"),
        "volumes: [{name: own, emptyDir: {}}, {name: node, hostPath: {path: /v}}]",
        "driver: {config: {resources: {cpu: {min: '2', max: '1'}}}}",
        "executor: {podOverrides: {spec: {containers: [{name: spark, securityContext: {privileged: true}}]}}}",
    ];
    let context = "/spec/executor/podOverrides/spec/containers/0/securityContext";
    assert_eq!(
        found(&stackable(&lines), BASELINE),
        [
            "api/request-above-limit /spec/driver/config/resources/cpu/max".to_owned(),
            format!("pod-security/hostPathVolumes /spec/sparkConf/{conf}.options.path"),
            SHARED.to_owned(),
            SHARED.to_owned(),
            format!("pod-security/privileged {context}/privileged"),
        ]
    );
    // `sparkConf` counts before the operator's own fields.
    let limit = "sparkConf: {spark.kubernetes.driver.limit.cores: '2'}";
    assert_eq!(found(&stackable(&[limit, lines[2]]), BASELINE), [""; 0]);
}

#[test]
fn an_image_that_only_the_running_operator_knows_is_nobodys() {
    let pinned = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\n\
        spec: {summary: s, checks: {image-not-pinned: {severity: error}}}\n";
    assert_eq!(found(&stackable(&[]), pinned), [""; 0]);
    let custom = stackable(&[]).replace("productVersion: 3.5.8", "custom: 'team/spark:3.5.8'");
    let at = ["image-not-pinned /spec/sparkImage/custom"; 3];
    assert_eq!(found(&custom, pinned), at, "job, driver and executor");
    // Of a cluster it is the operator's, which a setting replaces.
    let at = "image-not-pinned /spec/sparkConf/spark.kubernetes.container.image";
    assert_eq!(found(&cluster(&[]), pinned), [at; 2]);
}

#[test]
fn rules_see_labels_that_an_operator_gives() {
    let label = "driver: {podOverrides: {metadata: {labels: {team: data}}}}";
    let at = "/spec/executor/podOverrides/metadata/labels/team";
    let all = found(&stackable(&[label]), RULES);
    assert!(all.contains(&format!("team/owner {at}")), "{all:?}");
    assert!(
        !all.iter().any(|one| one.contains("/spec/driver/")),
        "{all:?}"
    );
}
