//! What older versions ask for, and from which on.

use super::compliant;
use crate::check::pod_security::{
    Level::{self, Baseline, Restricted},
    Version, evaluate,
};
use crate::manifest::Pod;
use serde_json::{Value, json};

/// The versions, of all that there are, in which `check` refuses what a merge patch of the compliant pod makes.
#[track_caller]
fn refused(level: Level, patch: &Value, check: &str, from: u8, to: u8) {
    let mut pod = compliant();
    json_patch::merge(&mut pod, patch);
    let refuses = |minor: &u8| {
        let found = evaluate(Pod { value: &pod }, level, Version(*minor));
        found.iter().any(|violation| violation.check == check)
    };
    let minors: Vec<_> = (0..=37).filter(refuses).collect();
    assert_eq!(minors, (from..=to).collect::<Vec<_>>(), "{check} {patch}");
}

#[test]
fn versions_are_spelled_as_in_labels() {
    for (text, minor) in [("v1.0", 0), ("v1.9", 9), ("v1.24", 24), ("v1.37", 37)] {
        assert_eq!(Version::parse(text), Some(Version(minor)));
    }
    for newest in [
        "latest",
        "v1.38",
        "v1.255",
        "v1.256",
        "v1.99999999999999999999",
    ] {
        assert_eq!(Version::parse(newest), Some(Version::LATEST), "{newest}");
    }
    for none in [
        "", "1.24", "v1", "v1.", "v1.01", "v1.-1", "v1.+1", "v1.2 ", "v2.1", "V1.2", "Latest",
    ] {
        assert_eq!(Version::parse(none), None, "{none}");
    }
}

#[test]
fn controls_begin_with_a_version() {
    let of_container = |security: Value| json!({"spec": {"containers": [{"name": "spark", "securityContext": security}]}});
    let bare = of_container(json!({}));
    refused(Restricted, &bare, "allowPrivilegeEscalation", 8, 37);
    refused(Restricted, &bare, "capabilities_restricted", 22, 37);
    let zero = json!({"spec": {"securityContext": {"runAsUser": 0}}});
    refused(Restricted, &zero, "runAsUser", 23, 37);
    let host = json!({"spec": {"containers": [{"livenessProbe": {"httpGet": {"host": "a"}}}]}});
    refused(Baseline, &host, "hostProbesAndHostLifecycle", 34, 37);
    let unmasked = of_container(json!({"procMount": "Unmasked"}));
    refused(Restricted, &unmasked, "procMount", 0, 34);
    refused(Restricted, &unmasked, "procMount_restricted", 35, 37);
    let chown = of_container(json!({"capabilities": {"add": ["SYS_PTRACE"]}}));
    refused(Restricted, &chown, "capabilities_baseline", 0, 21);
}

#[test]
fn lists_grow() {
    let sysctl = |name: &str| json!({"spec": {"securityContext": {"sysctls": [{"name": name}]}}});
    for (name, last) in [
        ("net.ipv4.ip_local_reserved_ports", 26),
        ("net.ipv4.tcp_fin_timeout", 28),
        ("net.ipv4.tcp_rmem", 31),
        ("net.ipv4.tcp_notsent_lowat", 36),
    ] {
        refused(Baseline, &sysctl(name), "sysctls", 0, last);
    }
    let engine =
        json!({"spec": {"securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}});
    refused(Baseline, &engine, "seLinuxOptions", 0, 30);
}

#[test]
fn exemptions_come_later() {
    let windows = json!({"spec": {"os": {"name": "windows"}, "securityContext": {"seccompProfile": null},
        "initContainers": null, "ephemeralContainers": null, "containers": [{"name": "w"}]}});
    refused(Restricted, &windows, "allowPrivilegeEscalation", 8, 24);
    refused(Restricted, &windows, "capabilities_restricted", 22, 24);
    refused(Restricted, &windows, "seccompProfile_restricted", 19, 24);
    let mut pod = compliant();
    json_patch::merge(&mut pod, &windows);
    for violation in evaluate(Pod { value: &pod }, Restricted, Version(24)) {
        assert!(violation.help.contains("v1.25"), "{}", violation.help);
    }
    let root = json!({"spec": {"hostUsers": false, "securityContext": {"runAsNonRoot": null, "runAsUser": 0}}});
    refused(Restricted, &root, "runAsNonRoot", 0, 34);
    refused(Restricted, &root, "runAsUser", 23, 34);
    let unmasked = json!({"spec": {"hostUsers": false, "containers": [{"securityContext": {"procMount": "Unmasked"}}]}});
    refused(Baseline, &unmasked, "procMount", 0, 34);
}

#[test]
fn before_its_field_seccomp_was_annotations() {
    let annotated = |key: &str, value: Value| json!({"metadata": {"annotations": {key: value}}});
    let of_pod = "seccomp.security.alpha.kubernetes.io/pod";
    let of_container =
        |name: &str| format!("container.seccomp.security.alpha.kubernetes.io/{name}");
    let id = "seccompProfile_baseline";
    for level in [Baseline, Restricted] {
        for bad in ["unconfined", "", "docker/defaults", "runtime/default/x"] {
            refused(level, &annotated(of_pod, json!(bad)), id, 0, 18);
            refused(
                level,
                &annotated(&of_container("spark"), json!(bad)),
                id,
                0,
                18,
            );
        }
    }
    let field = json!({"spec": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}});
    refused(Baseline, &field, id, 19, 37);
    let judged = |patch: Value| {
        let mut pod = compliant();
        json_patch::merge(&mut pod, &patch);
        evaluate(Pod { value: &pod }, Baseline, Version(18))
    };
    for good in ["runtime/default", "docker/default", "localhost/x"] {
        assert!(judged(annotated(of_pod, json!(good))).is_empty(), "{good}");
    }
    // Of a container that there is not.
    assert!(judged(annotated(&of_container("other"), json!("unconfined"))).is_empty());
    let found = judged(annotated(&of_container("debug"), json!("unconfined")));
    assert_eq!(found[0].container.as_deref(), Some("debug"));
    let place = "/metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1debug";
    assert_eq!(found[0].path.to_string(), place);
}
