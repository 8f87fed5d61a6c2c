//! Control by control: what passes, what does not, and where the finger points.

mod baseline;
mod restricted;
mod versions;

use super::{CONTROLS, Level, Version, evaluate};
use crate::manifest::Pod;
use serde_json::{Value, json};

/// A pod that meets `restricted`, with one container in each list.
fn compliant() -> Value {
    let container = |name: &str| {
        json!({"name": name, "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}})
    };
    json!({"metadata": {}, "spec": {
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": [container("setup")],
        "containers": [container("spark")],
        "ephemeralContainers": [container("debug")],
    }})
}

/// `<check> <place>` of each violation, `+` after those that adding alone mends.
fn found(pod: &Value, level: Level) -> Vec<String> {
    let violations = evaluate(Pod { value: pod }, level, Version::LATEST).into_iter();
    violations
        .map(|v| format!("{} {}{}", v.check, v.path, if v.absent { " +" } else { "" }))
        .collect()
}

/// What a merge patch of the compliant pod does.
#[track_caller]
fn check(level: Level, patch: &Value, expected: &[&str]) {
    let mut pod = compliant();
    json_patch::merge(&mut pod, patch);
    assert_eq!(found(&pod, level), expected);
}

/// The same for the container in each of the three lists, whose place stands for `C`.
#[track_caller]
fn check_containers(level: Level, patch: &Value, expected: &[&str]) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let mut pod = compliant();
        json_patch::merge(&mut pod["spec"][list][0], patch);
        let place = format!("/spec/{list}/0");
        let expected: Vec<_> = expected
            .iter()
            .map(|e| e.replace(" C", &format!(" {place}")))
            .collect();
        assert_eq!(found(&pod, level), expected, "in {list}");
        let name = &pod["spec"][list][0]["name"];
        for violation in evaluate(Pod { value: &pod }, level, Version::LATEST) {
            let own = violation.path.to_string().starts_with(&place);
            assert_eq!(
                violation.container.as_deref(),
                own.then(|| name.as_str().unwrap())
            );
        }
    }
}

use Level::{Baseline, Restricted};

#[test]
fn the_table_is_in_upstream_order_and_complete() {
    let row = |c: &super::Control| (c.level, c.id);
    assert!(
        CONTROLS.is_sorted_by(|a, b| row(a) < row(b)),
        "by level, then id, each once"
    );
    assert_eq!(CONTROLS.len(), 19);
    for control in CONTROLS {
        assert!(
            control.revision(Version::LATEST.0).is_some(),
            "{} holds at no version",
            control.id
        );
        assert_eq!(control.page.id, format!("pod-security/{}", control.id));
    }
}

#[test]
fn a_compliant_pod_has_no_violation() {
    check(Restricted, &json!({}), &[]);
}

#[test]
fn help_names_what_stands_in_the_way() {
    let help = |security: Value| {
        let pod = json!({"spec": {"containers": [{"name": "spark", "securityContext": security}]}});
        let violations = evaluate(Pod { value: &pod }, Restricted, Version::LATEST);
        violations
            .into_iter()
            .map(|v| v.help)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(help(json!({"privileged": true})).contains("remove `privileged: true` first"));
    assert!(help(json!({"runAsUser": 0})).contains("change `runAsUser: 0` first"));
    assert!(
        help(json!({"capabilities": {"add": ["CAP_NET_BIND_SERVICE"]}}))
            .contains("write `NET_BIND_SERVICE`")
    );
}

#[test]
fn messages_begin_with_what_is_to_blame() {
    let mut pod = compliant();
    pod["spec"]["hostNetwork"] = json!(true);
    pod["spec"]["containers"] = json!([{"name": "spark"}, {}]);
    for v in evaluate(Pod { value: &pod }, Restricted, Version::LATEST) {
        let subject = match v.path.segments().nth(2).as_deref() {
            Some("0") => "container `spark` ",
            Some("1") => "container without a name ",
            _ => "pod ",
        };
        assert!(v.message.starts_with(subject), "{}", v.message);
        assert!(!v.message.ends_with('.') && !v.help.ends_with('.'));
    }
}

/// Judges by the oldest and the newest policy.
fn survive(pod: &Value) {
    for version in [Version(0), Version::LATEST] {
        evaluate(Pod { value: pod }, Restricted, version);
    }
}

#[test]
fn any_shape_survives() {
    let shapes = [
        json!(null),
        json!(true),
        json!(0),
        json!("x"),
        json!([null, [1]]),
        json!({"a": {}}),
    ];
    for shape in &shapes {
        for pod in [shape.clone(), json!({"spec": shape, "metadata": shape})] {
            survive(&pod);
        }
        for key in [
            "securityContext",
            "volumes",
            "containers",
            "os",
            "hostUsers",
            "nodeSelector",
        ] {
            let pod = json!({"spec": {key: shape}, "metadata": {"annotations": shape}});
            survive(&pod);
        }
        for key in [
            "securityContext",
            "ports",
            "lifecycle",
            "livenessProbe",
            "name",
        ] {
            let pod = json!({"spec": {"containers": [shape, {key: shape}]}});
            survive(&pod);
        }
        for key in [
            "capabilities",
            "seccompProfile",
            "seLinuxOptions",
            "sysctls",
            "runAsUser",
        ] {
            let security = json!({"securityContext": {key: shape}});
            let mut pod = json!({"spec": security});
            pod["spec"]["containers"] = json!([security]);
            survive(&pod);
        }
    }
}

#[test]
fn levels_are_spelled_as_in_labels() {
    for level in [Baseline, Restricted] {
        assert_eq!(json!(level), json!(level.to_string()));
    }
    assert_eq!(
        serde_json::from_value::<Level>(json!("restricted")).unwrap(),
        Restricted
    );
}
