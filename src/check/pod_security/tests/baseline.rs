//! The controls of `baseline`.

use super::{check, check_containers, compliant, found};
use crate::check::pod_security::{
    Level::{Baseline, Restricted},
    Version, evaluate,
};
use crate::manifest::Pod;
use serde_json::{Value, json};

#[test]
fn host_namespaces() {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        check(
            Baseline,
            &json!({"spec": {field: true}}),
            &[&format!("hostNamespaces /spec/{field}")],
        );
        check(Baseline, &json!({"spec": {field: false}}), &[]);
    }
}

#[test]
fn privileged() {
    let path = "privileged C/securityContext/privileged";
    check_containers(
        Baseline,
        &json!({"securityContext": {"privileged": true}}),
        &[path],
    );
    check_containers(
        Baseline,
        &json!({"securityContext": {"privileged": false}}),
        &[],
    );
}

#[test]
fn windows_host_process_of_pod_and_container() {
    let options = |on: bool| json!({"securityContext": {"windowsOptions": {"hostProcess": on}}});
    let path = "securityContext/windowsOptions/hostProcess";
    check_containers(
        Baseline,
        &options(true),
        &[&format!("windowsHostProcess C/{path}")],
    );
    check_containers(Baseline, &options(false), &[]);
    check(
        Baseline,
        &json!({"spec": options(true)}),
        &[&format!("windowsHostProcess /spec/{path}")],
    );
}

#[test]
fn capabilities_of_baseline_are_exact_names() {
    let add = |names: &[&str]| json!({"securityContext": {"capabilities": {"add": names}}});
    check_containers(Baseline, &add(&["CHOWN", "NET_BIND_SERVICE"]), &[]);
    check_containers(
        Baseline,
        &add(&["CHOWN", "CAP_CHOWN", "chown", "NET_RAW"]),
        &[
            "capabilities_baseline C/securityContext/capabilities/add/1",
            "capabilities_baseline C/securityContext/capabilities/add/2",
            "capabilities_baseline C/securityContext/capabilities/add/3",
        ],
    );
}

#[test]
fn host_path_volumes() {
    let volumes =
        json!([{"name": "a", "hostPath": {}}, {"name": "b", "hostPath": null}, {"name": "c"}]);
    let patch = json!({"spec": {"volumes": volumes}});
    check(
        Baseline,
        &patch,
        &["hostPathVolumes /spec/volumes/0/hostPath"],
    );
    // `restricted` says it once, in its own words.
    check(
        Restricted,
        &patch,
        &["restrictedVolumes /spec/volumes/0/hostPath"],
    );
}

#[test]
fn host_ports() {
    let ports = json!({"ports": [{"hostPort": 0}, {"hostPort": null}, {}, {"hostPort": 7077}]});
    check_containers(Baseline, &ports, &["hostPorts C/ports/3/hostPort"]);
}

#[test]
fn host_probes_and_lifecycle() {
    let id = "hostProbesAndHostLifecycle";
    for handler in ["httpGet", "tcpSocket"] {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let expected = format!("{id} C/{probe}/{handler}/host");
            check_containers(
                Baseline,
                &json!({probe: {handler: {"host": "a"}}}),
                &[&expected],
            );
            check_containers(Baseline, &json!({probe: {handler: {"host": ""}}}), &[]);
        }
        for hook in ["postStart", "preStop"] {
            let expected = format!("{id} C/lifecycle/{hook}/{handler}/host");
            let patch = json!({"lifecycle": {hook: {handler: {"host": "a"}}}});
            check_containers(Baseline, &patch, &[&expected]);
        }
    }
}

#[test]
fn app_armor_in_fields() {
    let profile = |kind: Value| json!({"securityContext": {"appArmorProfile": {"type": kind}}});
    let path = "securityContext/appArmorProfile/type";
    check_containers(
        Baseline,
        &profile(json!("Unconfined")),
        &[&format!("appArmorProfile C/{path}")],
    );
    check_containers(Baseline, &profile(json!("RuntimeDefault")), &[]);
    check_containers(Baseline, &profile(json!("Localhost")), &[]);
    let unconfined = json!({"spec": profile(json!("Unconfined"))});
    check(
        Baseline,
        &unconfined,
        &[&format!("appArmorProfile /spec/{path}")],
    );
    let empty = json!({"spec": {"securityContext": {"appArmorProfile": {}}}});
    check(
        Baseline,
        &empty,
        &[&format!("appArmorProfile /spec/{path} +")],
    );
}

#[test]
fn app_armor_in_annotations() {
    let prefix = "container.apparmor.security.beta.kubernetes.io/";
    let annotations: Value = [
        ("a", "unconfined"),
        ("b", "runtime/default"),
        ("c", "localhost/x"),
        ("d", ""),
    ]
    .map(|(name, profile)| (format!("{prefix}{name}"), json!(profile)))
    .into_iter()
    .collect();
    let mut pod = compliant();
    pod["metadata"] = json!({"annotations": annotations});
    let violations = evaluate(Pod { value: &pod }, Baseline, Version::LATEST);
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].container.as_deref(), Some("a"));
    assert_eq!(
        violations[0].path.last().as_deref(),
        Some(format!("{prefix}a").as_str())
    );
    assert!(
        violations[0].path.of(&pod).is_some(),
        "points at what stands there"
    );
}

#[test]
fn se_linux_options() {
    let options = |value: Value| json!({"securityContext": {"seLinuxOptions": value}});
    let all = json!({"type": "spc_t", "user": "root", "role": "sysadm_r", "level": "s0"});
    let expected = ["type", "user", "role"]
        .map(|f| format!("seLinuxOptions C/securityContext/seLinuxOptions/{f}"));
    check_containers(
        Baseline,
        &options(all),
        &expected.each_ref().map(String::as_str),
    );
    check_containers(
        Baseline,
        &options(json!({"type": "", "user": "", "role": null})),
        &[],
    );
    check_containers(
        Baseline,
        &options(json!({"type": "container_engine_t"})),
        &[],
    );
    let pod = json!({"spec": options(json!({"user": "root"}))});
    check(
        Baseline,
        &pod,
        &["seLinuxOptions /spec/securityContext/seLinuxOptions/user"],
    );
}

#[test]
fn proc_mount_is_free_in_a_user_namespace_for_baseline_only() {
    let unmasked = json!({"securityContext": {"procMount": "Unmasked"}});
    check_containers(
        Baseline,
        &unmasked,
        &["procMount C/securityContext/procMount"],
    );
    check_containers(
        Restricted,
        &unmasked,
        &["procMount_restricted C/securityContext/procMount"],
    );
    check_containers(
        Baseline,
        &json!({"securityContext": {"procMount": "Default"}}),
        &[],
    );
    let mut pod = compliant();
    pod["spec"]["hostUsers"] = json!(false);
    json_patch::merge(&mut pod["spec"]["containers"][0], &unmasked);
    assert_eq!(found(&pod, Baseline), [""; 0]);
    let restricted = ["procMount_restricted /spec/containers/0/securityContext/procMount"];
    assert_eq!(found(&pod, Restricted), restricted);
}

#[test]
fn seccomp_of_baseline_may_be_absent_but_not_unconfined() {
    let profile = |value: Value| json!({"securityContext": {"seccompProfile": value}});
    let path = "seccompProfile_baseline C/securityContext/seccompProfile/type";
    check_containers(Baseline, &profile(json!(null)), &[]);
    check_containers(Baseline, &profile(json!({"type": "Localhost"})), &[]);
    check_containers(Baseline, &profile(json!({"type": "Unconfined"})), &[path]);
    check_containers(Baseline, &profile(json!({})), &[&format!("{path} +")]);
}

#[test]
fn sysctls() {
    let sysctls = json!([{"name": "net.ipv4.tcp_rmem"}, {"name": "net.core.somaxconn"}, {}]);
    let expected = [
        "sysctls /spec/securityContext/sysctls/1/name",
        "sysctls /spec/securityContext/sysctls/2/name +",
    ];
    check(
        Baseline,
        &json!({"spec": {"securityContext": {"sysctls": sysctls}}}),
        &expected,
    );
}
