//! Design §5, evidence by evidence.

use super::*;

/// What is known of each container of a pod, in a stream that also holds other pods: `declared 185`, `inferred 185`,
/// `root`, `unknown`.
fn judge_in(others: &[&str], spec: &str) -> Vec<String> {
    let facts = facts(others);
    let families: ImageFamilies = table("images");
    let pod = yaml(&format!("{{spec: {{{spec}}}}}"));
    let pod = Pod { value: &pod };
    let judge = |c| match evidence(pod, c, &facts, &families) {
        NonRoot::Declared { uid: Some(uid) } => format!("declared {uid}"),
        NonRoot::Declared { uid: None } => "declared".to_owned(),
        NonRoot::Inferred { uid, .. } => format!("inferred {uid}"),
        NonRoot::Root { .. } => "root".to_owned(),
        NonRoot::Unknown { .. } => "unknown".to_owned(),
    };
    pod.containers().map(judge).collect()
}

fn judge(spec: &str) -> String {
    judge_in(&[], spec).join(", ")
}

/// A pod with one container and this security context for pod and container.
fn contexts(pod: &str, container: &str) -> String {
    judge(&format!(
        "securityContext: {pod}, containers: [{{image: 'corp/x:1', securityContext: {container}}}]"
    ))
}

#[test]
fn what_the_author_wrote_counts_first() {
    for (pod, container, expected) in [
        ("{}", "{runAsUser: 5}", "declared 5"),
        ("{runAsUser: 5}", "{}", "declared 5"),
        ("{runAsUser: 0}", "{runAsUser: 5}", "declared 5"),
        ("{runAsUser: 5}", "{runAsUser: 0}", "root"),
        ("{runAsUser: 0}", "{}", "root"),
        ("{runAsNonRoot: true}", "{}", "declared"),
        ("{}", "{runAsNonRoot: true}", "declared"),
        ("{runAsNonRoot: true}", "{runAsNonRoot: false}", "root"),
        ("{runAsNonRoot: false}", "{}", "root"),
        // As charts write it to please everybody: the uid is what counts.
        ("{runAsNonRoot: false}", "{runAsUser: 185}", "declared 185"),
        ("{runAsNonRoot: true}", "{runAsUser: 0}", "root"),
        ("{fsGroup: 5, runAsGroup: 5}", "{}", "unknown"),
        ("null", "null", "unknown"),
        ("{}", "{runAsUser: '${UID}'}", "unknown"),
        ("{}", "{runAsUser: -1}", "unknown"),
    ] {
        assert_eq!(contexts(pod, container), expected, "{pod} {container}");
    }
}

#[test]
fn the_family_of_an_image() {
    let one = |image: &str| judge(&format!("containers: [{{image: '{image}'}}]"));
    assert_eq!(one("apache/spark:4.1.0"), "inferred 185");
    assert_eq!(one("mirror.corp/apache/airflow:2.11.0"), "inferred 50000");
    assert_eq!(one("busybox:1.36"), "root");
    assert_eq!(one("spark-custom:3.5.7"), "unknown");
    assert_eq!(one("${IMAGE}"), "unknown");
    // The author's word counts more than the table's.
    let explicit =
        "containers: [{image: 'apache/spark:4.1.0', securityContext: {runAsNonRoot: false}}]";
    assert_eq!(judge(explicit), "root");
}

#[test]
fn the_same_image_elsewhere_in_the_stream() {
    let other = "{apiVersion: v1, kind: Pod, metadata: {name: o}, spec: {containers: [\
        {image: 'corp/spark:1', securityContext: {runAsUser: 185}}, \
        {image: 'busybox:1', securityContext: {runAsUser: 1000}}, \
        {image: 'minio/minio:1', securityContext: {runAsUser: 1000}}]}}";
    let judge =
        |image: &str| judge_in(&[other], &format!("containers: [{{image: '{image}'}}]")).join("");
    assert_eq!(judge("corp/spark:1"), "inferred 185");
    assert_eq!(judge("corp/spark:2"), "unknown");
    // Another command in a base image may need root.
    assert_eq!(judge("busybox:1"), "root");
    // It starts as root, but it is known to run as 1000.
    assert_eq!(judge("minio/minio:1"), "inferred 1000");
}

#[test]
fn what_an_image_says_does_not_count_for_init_and_ephemeral_containers() {
    let spec = "initContainers: [{image: 'apache/spark:4.1.0'}, {image: 'apache/spark:4.1.0', restartPolicy: Always}], \
        containers: [{image: 'apache/spark:4.1.0'}], ephemeralContainers: [{image: 'apache/spark:4.1.0'}]";
    assert_eq!(judge(spec), "unknown, inferred 185, inferred 185, unknown");
    let declared = format!("securityContext: {{runAsUser: 7}}, {spec}");
    assert_eq!(
        judge(&declared),
        "declared 7, declared 7, declared 7, declared 7"
    );
}

#[test]
fn a_volume_that_may_belong_to_root_is_in_the_way() {
    let claim = "{name: v, persistentVolumeClaim: {claimName: c}}";
    for (pod, volume, mount, expected) in [
        ("{}", claim, "{name: v}", "unknown"),
        ("{fsGroup: 185}", claim, "{name: v}", "inferred 185"),
        ("{}", claim, "{name: v, readOnly: true}", "inferred 185"),
        (
            "{}",
            "{name: v, persistentVolumeClaim: {claimName: c, readOnly: true}}",
            "{name: v}",
            "inferred 185",
        ),
        ("{}", claim, "{name: w}", "unknown"),
        ("{fsGroup: 185}", claim, "{name: w}", "inferred 185"),
        (
            "{}",
            "{name: v, ephemeral: {volumeClaimTemplate: {}}}",
            "{name: v}",
            "unknown",
        ),
        (
            "{}",
            "{name: v, hostPath: {path: /x}}",
            "{name: v}",
            "unknown",
        ),
        (
            "{fsGroup: 185}",
            "{name: v, hostPath: {path: /x}}",
            "{name: v}",
            "unknown",
        ),
        (
            "{fsGroup: 185}",
            "{name: v, nfs: {server: s, path: /x}}",
            "{name: v}",
            "unknown",
        ),
        (
            "{}",
            "{name: v, nfs: {server: s, path: /x, readOnly: true}}",
            "{name: v}",
            "inferred 185",
        ),
        ("{}", "{name: v, emptyDir: {}}", "{name: v}", "inferred 185"),
        ("{}", "{name: v}", "{name: v}", "inferred 185"),
        (
            "{}",
            "{name: v, configMap: {name: c}}",
            "{name: v}",
            "inferred 185",
        ),
    ] {
        let spec = format!(
            "securityContext: {pod}, volumes: [{volume}], \
             containers: [{{image: 'apache/spark:4.1.0', volumeMounts: [{mount}]}}]"
        );
        assert_eq!(judge(&spec), expected, "{spec}");
    }
}

#[test]
fn only_volumes_in_use_are_in_the_way() {
    let claim = "{name: v, persistentVolumeClaim: {claimName: c}}";
    let unused = format!("volumes: [{claim}], containers: [{{image: 'apache/spark:4.1.0'}}]");
    assert_eq!(judge(&unused), "inferred 185");
    let device = format!(
        "volumes: [{claim}], containers: [{{image: 'apache/spark:4.1.0', volumeDevices: [{{name: v}}]}}]"
    );
    assert_eq!(judge(&device), "unknown");
}

#[test]
fn windows_has_no_uids() {
    let image = "containers: [{image: 'apache/spark:4.1.0'}]";
    assert_eq!(judge(&format!("os: {{name: windows}}, {image}")), "unknown");
    let declared =
        format!("os: {{name: windows}}, securityContext: {{runAsNonRoot: true}}, {image}");
    assert_eq!(judge(&declared), "declared");
}

#[test]
fn the_reasons_are_words_for_people() {
    let facts = facts(&[
        "{apiVersion: v1, kind: Pod, metadata: {name: o}, spec: {containers: [\
        {image: 'corp/x:1', securityContext: {runAsUser: 7}}]}}",
    ]);
    let families: ImageFamilies = table("images");
    let pod = yaml(
        "{spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: c}}], containers: [\
           {image: 'apache/spark:4.1.0'}, \
           {image: 'corp/x:1'}, \
           {image: 'apache/hive:4.0.0', volumeMounts: [{name: data}]}, \
           {image: 'postgres:15'}, \
           {image: 'corp/y:1'}]}}",
    );
    let pod = Pod { value: &pod };
    let because = |c| match evidence(pod, c, &facts, &families) {
        NonRoot::Declared { .. } => unreachable!(),
        NonRoot::Inferred { because, .. }
        | NonRoot::Root { because }
        | NonRoot::Unknown { because } => because,
    };
    assert_eq!(
        pod.containers().map(because).collect::<Vec<_>>(),
        [
            "image `apache/spark:4.1.0` runs as uid 185 (`spark`)",
            "`Pod/o` runs the same image as uid 7",
            "image `apache/hive:4.0.0` runs as uid 1000 (`hive`), but it writes to volume `data` and its pod has no `fsGroup`",
            "image `postgres:15` starts as root",
            "nothing says which user image `corp/y:1` runs as",
        ]
    );
}
