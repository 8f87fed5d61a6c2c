//! Control by control: what the constraint refuses, what it sets by itself, and what it takes.

use super::range::{Namespaces, Ranges};
use super::{PAGES, evaluate};
use crate::check::run::parse;
use crate::manifest::Pod;
use serde_json::{Value, json};

const RANGES: &str = "1000650000/10000";

/// `<check> <place>` of each violation, where both ranges are known.
fn found(pod: &Value, legacy: bool) -> Vec<String> {
    found_in(pod, Ranges::of(Some(RANGES), None), legacy)
}

fn found_in(pod: &Value, ranges: Ranges, legacy: bool) -> Vec<String> {
    let violations = evaluate(Pod { value: pod }, ranges, legacy).into_iter();
    violations
        .map(|v| format!("{} {}", v.check, v.path))
        .collect()
}

/// The container in each of the three lists, whose place stands for `C`.
#[track_caller]
fn containers(container: &Value, legacy: bool, expected: &[&str]) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let mut own = container.clone();
        own["name"] = json!("own");
        let pod = json!({"spec": {list: [own]}});
        let place = format!(" /spec/{list}/0/");
        let expected: Vec<_> = expected.iter().map(|e| e.replace(" C/", &place)).collect();
        assert_eq!(found(&pod, legacy), expected, "in {list}");
        for violation in evaluate(Pod { value: &pod }, Ranges::default(), legacy) {
            assert_eq!(violation.container.as_deref(), Some("own"));
            assert!(
                violation.message.starts_with("container `own` "),
                "{}",
                violation.message
            );
        }
    }
}

#[test]
fn what_the_platform_sets_by_itself_may_be_absent() {
    for legacy in [false, true] {
        containers(&json!({}), legacy, &[]);
        containers(
            &json!({"securityContext": {"runAsNonRoot": true, "capabilities": {"drop": ["ALL"]}}}),
            legacy,
            &[],
        );
        let pod = json!({"spec": {"hostNetwork": false, "hostPID": null, "volumes": [{"name": "bare"}, {"emptyDir": {}}],
            "securityContext": {"runAsGroup": 7, "supplementalGroups": [8], "fsGroupChangePolicy": "Always"}}});
        assert_eq!(found(&pod, legacy), [""; 0]);
    }
}

#[test]
fn the_node_is_not_shared() {
    let pod = json!({"spec": {"hostNetwork": true, "hostPID": true, "hostIPC": true}});
    let places = ["hostNetwork", "hostPID", "hostIPC"]
        .map(|field| format!("openshift/hostNamespaces /spec/{field}"));
    assert_eq!(found(&pod, false), places);
    let ports = json!({"ports": [{"containerPort": 1, "hostPort": 0}, {"containerPort": 2, "hostPort": 2}]});
    containers(&ports, true, &["openshift/hostPorts C/ports/1/hostPort"]);
    let volumes = json!([{"name": "a", "hostPath": {}}, {"name": "b", "secret": {}}, {"name": "c", "nfs": {"server": "s"}}]);
    assert_eq!(
        found(&json!({"spec": {"volumes": volumes}}), false),
        [
            "openshift/volumes /spec/volumes/0/hostPath",
            "openshift/volumes /spec/volumes/2/nfs"
        ]
    );
    let image = json!({"spec": {"volumes": [{"name": "a", "image": {"reference": "x"}}]}});
    assert_eq!(found(&image, false), [""; 0]);
    assert_eq!(
        found(&image, true),
        ["openshift/volumes /spec/volumes/0/image"]
    );
}

#[test]
fn privileges_and_what_the_older_constraint_says_of_them() {
    let container = json!({"securityContext": {
        "privileged": true, "allowPrivilegeEscalation": true, "capabilities": {"add": ["NET_BIND_SERVICE", "CHOWN"]}}});
    let at = |field: &str, place: &str| format!("openshift/{field} C/securityContext/{place}");
    let [privileged, escalation, chown, bind] = [
        at("privileged", "privileged"),
        at("allowPrivilegeEscalation", "allowPrivilegeEscalation"),
        at("capabilities", "capabilities/add/1"),
        at("capabilities", "capabilities/add/0"),
    ];
    containers(&container, false, &[&privileged, &escalation, &chown]);
    containers(&container, true, &[&privileged, &bind, &chown]);
}

#[test]
fn ids_lie_in_the_namespaces_range() {
    let user = |id: Value| json!({"securityContext": {"runAsUser": id}});
    let outside = ["openshift/runAsUser C/securityContext/runAsUser"];
    containers(&user(json!(1_000_650_000)), false, &[]);
    containers(&user(json!(1_000_659_999)), true, &[]);
    containers(&user(json!(1_000_660_000)), false, &outside);
    containers(&user(json!(0)), true, &outside);
    containers(&user(json!("185")), false, &outside);
    let pod = |security: Value| json!({"spec": {"securityContext": security, "containers": [{"name": "c"}]}});
    let group = |id: i64| found(&pod(json!({"fsGroup": id})), false);
    assert_eq!(group(1_000_650_000), [""; 0]);
    // The first number alone is allowed, whatever else the range holds.
    assert_eq!(
        group(1_000_650_001),
        ["openshift/fsGroup /spec/securityContext/fsGroup"]
    );
    let known = json!({"runAsUser": 1_000_650_007, "fsGroup": 1_000_650_000});
    assert_eq!(found(&pod(known.clone()), false), [""; 0]);
    let unknown = found_in(&pod(known), Ranges::default(), false);
    assert_eq!(unknown.len(), 2, "{unknown:?}");
}

#[test]
fn what_every_container_overrides_holds_for_none() {
    let mut pod = json!({"spec": {"securityContext": {"runAsUser": 185}, "containers": [
        {"name": "a", "securityContext": {"runAsUser": 1_000_650_001}}, {"name": "b"}]}});
    assert_eq!(
        found(&pod, false),
        ["openshift/runAsUser /spec/securityContext/runAsUser"]
    );
    pod["spec"]["containers"][1]["securityContext"]["runAsUser"] = json!(1_000_650_002);
    assert_eq!(found(&pod, false), [""; 0]);
}

#[test]
fn labels_and_filters_are_the_clusters() {
    let labels = json!({"securityContext": {"seLinuxOptions": {}}});
    containers(
        &labels,
        true,
        &["openshift/seLinuxOptions C/securityContext/seLinuxOptions"],
    );
    let place = ["openshift/seccompProfile C/securityContext/seccompProfile/type"];
    for (kind, current, older) in [
        (json!({"type": "RuntimeDefault"}), &[][..], &place[..]),
        (
            json!({"type": "Localhost", "localhostProfile": "x"}),
            &place,
            &place,
        ),
        (json!({"type": "Unconfined"}), &place, &place),
        (json!({}), &place, &place),
    ] {
        let container = json!({"securityContext": {"seccompProfile": kind}});
        containers(&container, false, current);
        containers(&container, true, older);
    }
    let annotated = |value: &str| {
        json!({"metadata": {"annotations": {
        "container.seccomp.security.alpha.kubernetes.io/c": value, "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
        "other": "x"}}, "spec": {}})
    };
    assert_eq!(
        found(&annotated("localhost/x"), false),
        [
            "openshift/seccompProfile /metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1c"
        ]
    );
    assert_eq!(found(&annotated("runtime/default"), false), [""; 0]);
    assert_eq!(found(&annotated("runtime/default"), true).len(), 2);
}

#[test]
fn a_namespace_of_the_stream_tells_its_ranges() {
    let mut namespaces = Namespaces::default();
    for (name, annotation, text) in [
        ("data", "openshift.io/sa.scc.uid-range", "5/2"),
        (
            "files",
            "openshift.io/sa.scc.supplemental-groups",
            "9/2,1/1",
        ),
        ("none", "openshift.io/sa.scc.uid-range", "whatever"),
    ] {
        namespaces.add(&json!({"kind": "Namespace", "metadata": {"name": name, "annotations": {annotation: text}}}));
    }
    assert_eq!(namespaces.of(Some("data")), Ranges::of(Some("5/2"), None));
    assert_eq!(namespaces.of(Some("files")), Ranges::of(None, Some("9/2")));
    for unknown in [Some("none"), Some("other"), None] {
        assert_eq!(namespaces.of(unknown), Ranges::default());
    }
    let told = Ranges::of(Some("7/1"), None).or(namespaces.of(Some("data")));
    assert_eq!(told, Ranges::of(Some("7/1"), None), "a parameter wins");
}

#[test]
fn any_shape_survives() {
    for shape in [
        json!(null),
        json!(true),
        json!(0),
        json!("x"),
        json!([null, [1]]),
        json!({"a": {}}),
    ] {
        let keys = [
            "securityContext",
            "volumes",
            "containers",
            "ports",
            "metadata",
            "spec",
            "annotations",
        ];
        for key in keys {
            for pod in [
                json!({key: shape}),
                json!({"spec": {key: shape}}),
                json!({"metadata": {key: shape}}),
                json!({"spec": {"containers": [shape, {key: shape}]}}),
            ] {
                found(&pod, true);
                found_in(&pod, Ranges::default(), false);
            }
            let security = json!({"runAsUser": shape, "fsGroup": shape, "seccompProfile": shape, "capabilities": shape});
            found(
                &json!({"spec": {"securityContext": security, "containers": [{"securityContext": security}]}}),
                true,
            );
        }
        let mut namespaces = Namespaces::default();
        namespaces.add(&json!({"metadata": shape}));
        namespaces.add(&shape);
    }
}

#[test]
fn each_page_shows_what_is_refused_and_how_it_is_mended() {
    let has = |text: &str, id: &str| {
        let pod = parse(text).unwrap();
        let ids = evaluate(Pod { value: &pod }, Ranges::default(), false).into_iter();
        ids.map(|violation| violation.check)
            .any(|check| check == id)
    };
    for page in PAGES {
        assert!(has(page.before, page.id), "{}", page.id);
        assert!(!has(page.after, page.id), "{}", page.id);
    }
    assert_eq!(PAGES.len(), 10);
}
