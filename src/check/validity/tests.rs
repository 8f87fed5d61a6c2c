//! Rule by rule: what Kubernetes refuses, and what looks like it and passes.

use super::{rejected, resources};
use crate::check::Violation;
use crate::manifest::Pod;
use serde_json::{Value, json};

/// `<check> <place>` of each violation.
fn lines(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|v| format!("{} {}", v.check, v.path))
        .collect()
}

/// What is found, but that there are ephemeral containers at all.
fn found(spec: &Value) -> Vec<String> {
    let mut lines = all(spec);
    lines.retain(|line| !line.starts_with("api/ephemeral-on-create"));
    lines
}

fn all(spec: &Value) -> Vec<String> {
    lines(&rejected(Pod {
        value: &json!({"spec": spec}),
    }))
}

/// The pod that has this container in `list`.
fn in_list(list: &str, security: &Value) -> Value {
    json!({list: [{"name": "c", "securityContext": security}]})
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

#[test]
fn privileged_and_no_escalation() {
    for list in LISTS {
        let path = format!("/spec/{list}/0/securityContext/allowPrivilegeEscalation");
        let both = json!({"privileged": true, "allowPrivilegeEscalation": false});
        let expected = [format!("api/privileged-without-escalation {path}")];
        assert_eq!(found(&in_list(list, &both)), expected);
    }
    for passes in [
        json!({"privileged": true}),
        json!({"privileged": true, "allowPrivilegeEscalation": true}),
        json!({"privileged": false, "allowPrivilegeEscalation": false}),
    ] {
        assert_eq!(found(&in_list("containers", &passes)), [""; 0], "{passes}");
    }
}

#[test]
fn sys_admin_and_no_escalation_by_its_literal_name() {
    let add = |names: &[&str], escalation: bool| {
        let security =
            json!({"allowPrivilegeEscalation": escalation, "capabilities": {"add": names}});
        found(&in_list("containers", &security))
    };
    let path = "/spec/containers/0/securityContext/capabilities/add/1";
    let expected = [format!("api/sys-admin-without-escalation {path}")];
    assert_eq!(add(&["CHOWN", "CAP_SYS_ADMIN"], false), expected);
    assert_eq!(add(&["CHOWN", "SYS_ADMIN"], false), [""; 0]);
    assert_eq!(add(&["CHOWN", "CAP_SYS_ADMIN"], true), [""; 0]);
}

#[test]
fn windows_pods_have_no_linux_fields() {
    let mut spec = json!({
        "os": {"name": "windows"},
        "hostUsers": true,
        "hostPID": false,
        "securityContext": {"runAsNonRoot": true, "sysctls": [], "fsGroup": 185},
        "containers": [{"name": "c", "securityContext": {"runAsNonRoot": true, "privileged": false}}],
    });
    let expected = [
        "api/linux-field-on-windows /spec/securityContext/fsGroup",
        "api/linux-field-on-windows /spec/hostUsers",
        "api/linux-field-on-windows /spec/containers/0/securityContext/privileged",
    ];
    assert_eq!(found(&spec), expected);
    spec["hostPID"] = json!(true);
    spec["securityContext"]["sysctls"] = json!([{"name": "kernel.shm_rmid_forced", "value": "0"}]);
    assert_eq!(found(&spec).len(), 5);
    // A node selector says where to run, not what the pod is.
    spec["os"] = json!(null);
    spec["nodeSelector"] = json!({"kubernetes.io/os": "windows"});
    assert_eq!(found(&spec), [""; 0]);
}

#[test]
fn linux_pods_have_no_windows_options() {
    let options = json!({"windowsOptions": {}});
    let mut spec = in_list("containers", &options);
    spec["securityContext"] = options;
    assert_eq!(found(&spec), [""; 0], "without `os` they are only ignored");
    spec["os"] = json!({"name": "linux"});
    let expected = [
        "api/windows-options-on-linux /spec/securityContext/windowsOptions",
        "api/windows-options-on-linux /spec/containers/0/securityContext/windowsOptions",
    ];
    assert_eq!(found(&spec), expected);
}

#[test]
fn ephemeral_containers_have_no_resources() {
    let spec =
        |list: &str, resources: Value| json!({list: [{"name": "c", "resources": resources}]});
    let some = json!({"limits": {"memory": "1Gi"}});
    let expected = ["api/ephemeral-resources /spec/ephemeralContainers/0/resources"];
    assert_eq!(found(&spec("ephemeralContainers", some.clone())), expected);
    assert_eq!(found(&spec("ephemeralContainers", json!({}))), [""; 0]);
    assert_eq!(found(&spec("containers", some)), [""; 0]);
}

#[test]
fn ephemeral_containers_are_added_to_running_pods_only() {
    let spec = |list: Value| json!({"containers": [{"name": "c"}], "ephemeralContainers": list});
    let expected = ["api/ephemeral-on-create /spec/ephemeralContainers"];
    assert_eq!(all(&spec(json!([{"name": "e"}]))), expected);
    assert_eq!(all(&spec(json!([]))), [""; 0]);
}

#[test]
fn proc_is_unmasked_with_users_of_its_own_only() {
    let id = "api/unmasked-proc-mount";
    let with = |users: Value, proc: &str| {
        let mut spec = in_list("initContainers", &json!({"procMount": proc}));
        spec["hostUsers"] = users;
        found(&spec)
    };
    let expected = [format!(
        "{id} /spec/initContainers/0/securityContext/procMount"
    )];
    assert_eq!(with(json!(null), "Unmasked"), expected);
    assert_eq!(with(json!(true), "Unmasked"), expected);
    assert_eq!(with(json!(false), "Unmasked"), [""; 0]);
    assert_eq!(with(json!(null), "Default"), [""; 0]);
}

#[test]
fn users_of_its_own_and_namespaces_of_the_host() {
    let id = "api/user-namespace-with-host";
    let spec = json!({"hostUsers": false, "hostNetwork": true, "hostPID": false, "hostIPC": true, "containers": []});
    let expected = [
        format!("{id} /spec/hostNetwork"),
        format!("{id} /spec/hostIPC"),
    ];
    assert_eq!(found(&spec), expected);
    let shared = json!({"hostUsers": true, "hostNetwork": true, "containers": []});
    assert_eq!(found(&shared), [""; 0]);
}

#[test]
fn uid_zero_of_a_container_that_must_not_be_root() {
    let id = "kubelet/root-but-non-root";
    for list in LISTS {
        let own = in_list(list, &json!({"runAsNonRoot": true, "runAsUser": 0}));
        assert_eq!(
            found(&own),
            [format!("{id} /spec/{list}/0/securityContext/runAsUser")]
        );
    }
    // What a container says counts more than what its pod says, field by field.
    let spec = |pod: Value, containers: &[Value]| {
        let containers: Vec<_> = containers
            .iter()
            .map(|c| json!({"securityContext": c}))
            .collect();
        found(&json!({"securityContext": pod, "containers": containers}))
    };
    let (root, non_root) = (json!({"runAsUser": 0}), json!({"runAsNonRoot": true}));
    let of_container = format!("{id} /spec/containers/0/securityContext/runAsUser");
    assert_eq!(
        spec(non_root.clone(), std::slice::from_ref(&root)),
        [of_container]
    );
    let of_pod = [format!("{id} /spec/securityContext/runAsUser")];
    assert_eq!(
        spec(root.clone(), &[non_root.clone(), non_root.clone()]),
        of_pod,
        "said once"
    );
    assert_eq!(spec(root, &[json!({})]), [""; 0]);
    let contradiction = json!({"runAsUser": 0, "runAsNonRoot": true});
    assert_eq!(
        spec(contradiction.clone(), &[json!({"runAsUser": 185})]),
        [""; 0]
    );
    assert_eq!(
        spec(contradiction, &[json!({"runAsNonRoot": false})]),
        [""; 0]
    );
}

#[test]
fn a_uid_that_several_containers_inherit_names_them() {
    let pod = json!({"spec": {
        "securityContext": {"runAsUser": 0, "runAsNonRoot": true},
        "containers": [{"name": "spark"}, {"name": "sidecar"}, {"name": "own", "securityContext": {"runAsUser": 1}}],
    }});
    let violations = rejected(Pod { value: &pod });
    assert_eq!(violations[0].container, None);
    assert!(
        violations[0]
            .message
            .contains("container `spark`, container `sidecar` "),
        "{violations:?}"
    );
}

#[test]
fn uids_mean_nothing_on_windows_nodes() {
    let mut spec = in_list("containers", &json!({"runAsNonRoot": true, "runAsUser": 0}));
    spec["nodeSelector"] = json!({"kubernetes.io/os": "windows"});
    assert_eq!(found(&spec), [""; 0]);
}

/// Whole units, thousandths and GiB: enough of quantities for these tests.
fn millis(value: &Value) -> Option<i128> {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let scales = [("Gi", 1000 << 30), ("m", 1), ("", 1000)];
    let (number, scale) = scales
        .into_iter()
        .find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, scale)))?;
    Some(number.parse::<i128>().ok()? * scale)
}

fn amounts(resources: &Value) -> Vec<String> {
    let pod = json!({"spec": {"containers": [{"name": "c", "resources": resources}]}});
    let violations = resources::rejected(Pod { value: &pod }, millis);
    let found = lines(&violations).into_iter();
    found
        .map(|line| line.replace("/spec/containers/0/resources", ""))
        .collect()
}

#[test]
fn amounts_that_are_none_or_negative() {
    let limits =
        json!({"limits": {"memory": "4g", "cpu": "-1", "nvidia.com/gpu": 1, "pods": null}});
    assert_eq!(
        amounts(&limits),
        ["api/quantity /limits/cpu", "api/quantity /limits/memory"]
    );
    assert_eq!(
        amounts(&json!({"requests": {"cpu": true}})),
        ["api/quantity /requests/cpu"]
    );
}

#[test]
fn what_is_never_overcommitted_has_one_amount() {
    let gpu = |request: Value, limit: Value| {
        amounts(
            &json!({"requests": {"nvidia.com/gpu": request}, "limits": {"nvidia.com/gpu": limit}}),
        )
    };
    let expected = ["api/request-not-limit /requests/nvidia.com~1gpu"];
    assert_eq!(gpu(json!("1"), json!(null)), expected);
    assert_eq!(gpu(json!("1"), json!("2")), expected);
    assert_eq!(gpu(json!("2"), json!("1")), expected);
    assert_eq!(gpu(json!("2"), json!("2")), [""; 0]);
    let request = |name: &str| amounts(&json!({"requests": {name: "1"}}));
    assert_eq!(request("hugepages-2Mi").len(), 1);
    for native in ["cpu", "ephemeral-storage", "kubernetes.io/batch-cpu"] {
        assert_eq!(request(native), [""; 0], "{native}");
    }
    assert_eq!(
        amounts(&json!({"limits": {"nvidia.com/gpu": "1"}})),
        [""; 0]
    );
}

#[test]
fn requests_above_limits() {
    let cpu = |request: &str, limit: &str| {
        amounts(&json!({"requests": {"cpu": request}, "limits": {"cpu": limit}}))
    };
    assert_eq!(cpu("2", "1500m"), ["api/request-above-limit /requests/cpu"]);
    assert_eq!(cpu("1", "1000m"), [""; 0]);
    assert_eq!(
        amounts(&json!({"requests": {"memory": "8Gi"}, "limits": {"cpu": "1"}})),
        [""; 0]
    );
    let pod = json!({"spec": {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}});
    let of_pod = lines(&resources::rejected(Pod { value: &pod }, millis));
    assert_eq!(
        of_pod,
        ["api/request-above-limit /spec/resources/requests/cpu"]
    );
}

#[test]
fn any_shape_survives() {
    for shape in [
        json!(null),
        json!(1),
        json!("x"),
        json!([[null]]),
        json!({"cpu": [1], "limits": 3}),
    ] {
        for os in ["linux", "windows"] {
            let pod = json!({"spec": {
                "os": {"name": os}, "securityContext": shape, "resources": shape, "initContainers": shape,
                "containers": [shape, {"securityContext": shape, "resources": {"limits": shape, "requests": shape}}],
            }});
            rejected(Pod { value: &pod });
            resources::rejected(Pod { value: &pod }, millis);
            rejected(Pod { value: &shape });
        }
    }
}
