//! The controls of `restricted`.

use super::{check, check_containers, compliant, found};
use crate::check::pod_security::{
    Level::{Baseline, Restricted},
    Version, evaluate,
};
use crate::manifest::Pod;
use serde_json::{Value, json};

#[test]
fn a_bare_pod_lacks_four_things_and_adding_mends_them() {
    let pod = json!({"spec": {"containers": [{"name": "spark"}]}});
    assert_eq!(found(&pod, Baseline), [""; 0]);
    let expected = [
        "allowPrivilegeEscalation /spec/containers/0/securityContext/allowPrivilegeEscalation +",
        "capabilities_restricted /spec/containers/0/securityContext/capabilities/drop +",
        "runAsNonRoot /spec/containers/0/securityContext/runAsNonRoot +",
        "seccompProfile_restricted /spec/containers/0/securityContext/seccompProfile/type +",
    ];
    assert_eq!(found(&pod, Restricted), expected);
}

#[test]
fn capabilities_of_restricted_stand_in_for_those_of_baseline() {
    let capabilities = |value: Value| json!({"securityContext": {"capabilities": value}});
    let drop = "capabilities_restricted C/securityContext/capabilities/drop +";
    check_containers(
        Restricted,
        &capabilities(json!({"add": ["NET_BIND_SERVICE"]})),
        &[],
    );
    check_containers(
        Restricted,
        &capabilities(json!({"drop": ["NET_RAW", "ALL"]})),
        &[],
    );
    for lacking in [json!(null), json!([]), json!(["NET_RAW"]), json!(["all"])] {
        check_containers(Restricted, &capabilities(json!({"drop": lacking})), &[drop]);
    }
    check_containers(Restricted, &capabilities(json!(null)), &[drop]);
    // Refused once, by the control of `restricted`, whether `baseline` allows it or not.
    let add = "capabilities_restricted C/securityContext/capabilities/add/0";
    check_containers(
        Restricted,
        &capabilities(json!({"add": ["NET_RAW"]})),
        &[add],
    );
    check_containers(
        Restricted,
        &capabilities(json!({"add": ["CHOWN"], "drop": null})),
        &[drop, add],
    );
}

#[test]
fn a_drop_that_is_no_list_is_not_mended_by_adding() {
    let patch = json!({"securityContext": {"capabilities": {"drop": "ALL"}}});
    let path = "capabilities_restricted C/securityContext/capabilities/drop";
    check_containers(Restricted, &patch, &[path]);
}

#[test]
fn restricted_volumes() {
    let volumes = json!([
        {"name": "only-a-name"},
        {"name": "not-of-this-version", "quantumDisk": {}},
        {"name": "image", "image": {"reference": "example.com/jars:1"}},
        {"name": "share", "nfs": {"server": "a", "path": "/"}},
        // The API refuses two sources; upstream's control looks for an allowed one.
        {"name": "both", "emptyDir": {}, "nfs": {}},
    ]);
    let patch = json!({"spec": {"volumes": volumes}});
    check(
        Restricted,
        &patch,
        &["restrictedVolumes /spec/volumes/3/nfs"],
    );
    check(Baseline, &patch, &[]);
}

#[test]
fn seccomp_of_restricted_is_inherited_but_a_bad_value_fails_anywhere() {
    let profile = |kind: &str| json!({"securityContext": {"seccompProfile": {"type": kind}}});
    let path = "seccompProfile_restricted C/securityContext/seccompProfile/type";
    check_containers(Restricted, &profile("Unconfined"), &[path]);
    let of_pod = ["seccompProfile_restricted /spec/securityContext/seccompProfile/type"];
    let bad = json!({"spec": profile("Unconfined")});
    check(Restricted, &bad, &of_pod); // one violation, not one for each container
    let mut pod = compliant();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        json_patch::merge(&mut pod["spec"][list][0], &profile("RuntimeDefault"));
    }
    pod["spec"]["securityContext"]["seccompProfile"] = json!(null);
    assert_eq!(
        found(&pod, Restricted),
        [""; 0],
        "every container has its own"
    );
    pod["spec"]["securityContext"]["seccompProfile"] = json!({"type": "Unconfined"});
    assert_eq!(
        found(&pod, Restricted),
        of_pod,
        "though every container overrides it"
    );
}

#[test]
fn non_root_is_inherited_but_a_false_fails_anywhere() {
    let non_root = |value: Value| json!({"securityContext": {"runAsNonRoot": value}});
    let path = "runAsNonRoot C/securityContext/runAsNonRoot";
    check_containers(Restricted, &non_root(json!(false)), &[path]);
    check_containers(Restricted, &non_root(json!(null)), &[]);
    check_containers(Baseline, &non_root(json!(false)), &[]);
    let mut pod = compliant();
    pod["spec"]["securityContext"]["runAsNonRoot"] = json!(false);
    let of_pod = ["runAsNonRoot /spec/securityContext/runAsNonRoot"];
    assert_eq!(
        found(&pod, Restricted),
        of_pod,
        "one violation, not one for each container"
    );
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        json_patch::merge(&mut pod["spec"][list][0], &non_root(json!(true)));
    }
    assert_eq!(
        found(&pod, Restricted),
        of_pod,
        "though every container overrides it"
    );
    pod["spec"]["securityContext"]["runAsNonRoot"] = json!(null);
    assert_eq!(
        found(&pod, Restricted),
        [""; 0],
        "every container has its own"
    );
}

#[test]
fn user_zero() {
    let uid = |uid: Value| json!({"securityContext": {"runAsUser": uid}});
    check_containers(
        Restricted,
        &uid(json!(0)),
        &["runAsUser C/securityContext/runAsUser"],
    );
    check_containers(Restricted, &uid(json!(185)), &[]);
    check(
        Restricted,
        &json!({"spec": uid(json!(0))}),
        &["runAsUser /spec/securityContext/runAsUser"],
    );
    check(Baseline, &json!({"spec": uid(json!(0))}), &[]);
}

#[test]
fn a_user_namespace_exempts_from_both_controls_of_users() {
    let security = json!({"runAsNonRoot": false, "runAsUser": 0});
    check(
        Restricted,
        &json!({"spec": {"hostUsers": false, "securityContext": security}}),
        &[],
    );
    let expected = [
        "runAsNonRoot /spec/securityContext/runAsNonRoot",
        "runAsUser /spec/securityContext/runAsUser",
    ];
    check(
        Restricted,
        &json!({"spec": {"hostUsers": true, "securityContext": security}}),
        &expected,
    );
}

#[test]
fn windows_pods_are_exempt_from_three_controls_once_they_say_so() {
    let mut pod = json!({"spec": {"os": {"name": "windows"}, "containers": [{"name": "agent"}]}});
    let non_root = "runAsNonRoot /spec/containers/0/securityContext/runAsNonRoot +";
    assert_eq!(found(&pod, Restricted), [non_root]);
    pod["spec"]["securityContext"] = json!({"runAsNonRoot": true});
    assert_eq!(found(&pod, Restricted), [""; 0]);
    // A node selector exempts nothing; the help says what would.
    pod["spec"]["os"] = json!(null);
    pod["spec"]["nodeSelector"] = json!({"kubernetes.io/os": "windows"});
    let violations = evaluate(Pod { value: &pod }, Restricted, Version::LATEST);
    assert_eq!(violations.len(), 3);
    assert!(
        violations
            .iter()
            .all(|v| v.help.contains("spec.os.name: windows")),
        "{violations:?}"
    );
}
