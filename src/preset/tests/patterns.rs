//! What patterns match, and where they say that it is.

use super::*;
use serde_json::{Value, json};

/// The pattern of a rule that forbids it.
fn pattern(text: &str) -> Pattern {
    let spec = format!("  rules:\n    - {{id: r, on: pod, forbid: {text}, because: b}}\n");
    let policy = Desk::default()
        .preset("p.yaml", "p", &spec)
        .choose("p.yaml")
        .policy();
    match &policy.rules[0].verb {
        Verb::Forbid(patterns) => patterns[0].clone(),
        other => panic!("{other:?}"),
    }
}

/// Where it matches, or else where not.
fn judged(text: &str, value: &Value) -> String {
    let pattern = pattern(text);
    assert_eq!(
        pattern.matches(value),
        !pattern.hits(value).is_empty(),
        "{text}"
    );
    match (pattern.hits(value).as_slice(), pattern.miss(value)) {
        (hits, None) if !hits.is_empty() => {
            let hits: Vec<_> = hits.iter().map(ToString::to_string).collect();
            format!("yes {}", hits.join(" "))
        }
        ([], Some(miss)) => format!("no {miss}"),
        other => panic!("{text}: {other:?}"),
    }
}

/// A pattern; whether the pod below has it, and where.
const VERDICTS: &[(&str, &str)] = &[
    ("{}", "yes "),
    ("{spec: {hostPID: true}}", "yes /spec/hostPID"),
    ("{spec: {hostPID: false}}", "no /spec/hostPID"),
    ("{spec: {hostIPC: true}}", "no /spec/hostIPC"),
    ("{spec: {hostPID: \"*\"}}", "no /spec/hostPID"),
    (
        "{spec: {hostIPC: null, hostPID: true}}",
        "yes /spec/hostIPC",
    ),
    ("{spec: {hostPID: true, os: {}}}", "no /spec/os"),
    ("{spec: {os: {name: null}}}", "yes /spec/os/name"),
    ("{metadata: {labels: null}}", "yes /metadata/labels"),
    ("{metadata: {labels: {}}}", "no /metadata/labels"),
    (
        "{metadata: {annotations: {prometheus.io/scrape: \"*\"}}}",
        "yes /metadata/annotations/prometheus.io~1scrape",
    ),
    (
        "{metadata: {annotations: {\"prometheus.io/*\": \"true\"}}}",
        "no /metadata/annotations/prometheus.io~1scrape",
    ),
    (
        "{metadata: {annotations: {\"a/*\": c}}}",
        "yes /metadata/annotations/a~1b",
    ),
    (
        "{metadata: {annotations: {\"*\": c}}}",
        "yes /metadata/annotations/a~1b",
    ),
    (
        "{metadata: {annotations: {\"*\": \"*\"}}}",
        "yes /metadata/annotations/a~1b /metadata/annotations/prometheus.io~1scrape",
    ),
    (
        "{spec: {hostPID: true, containers: [{name: \"*\"}]}}",
        "yes /spec/containers/0/name /spec/containers/1/name",
    ),
    (
        "{metadata: {annotations: {\"x/*\": null}}}",
        "yes /metadata/annotations",
    ),
    ("{spec: {containers: []}}", "yes /spec/containers"),
    ("{spec: {initContainers: []}}", "no /spec/initContainers"),
    (
        "{spec: {containers: [{name: side}]}}",
        "yes /spec/containers/1/name",
    ),
    (
        "{spec: {containers: [{name: side, ports: []}]}}",
        "no /spec/containers",
    ),
    (
        "{spec: {containers: [{ports: [{containerPort: 4040.0}]}]}}",
        "yes /spec/containers/0/ports/0/containerPort",
    ),
    (
        "{spec: {containers: [{securityContext: {capabilities: {add: [\"{BPF,CAP_BPF}\"]}}}]}}",
        "yes /spec/containers/1/securityContext/capabilities/add/1",
    ),
    (
        "{spec: {containers: [{securityContext: {capabilities: {add: [CHOWN, NET_ADMIN]}}}]}}",
        "no /spec/containers",
    ),
];

#[test]
fn a_value_has_at_least_what_the_pattern_says() {
    let pod = json!({
        "metadata": {"annotations": {"prometheus.io/scrape": "false", "a/b": "c"}, "labels": null},
        "spec": {
            "hostPID": true,
            "containers": [
                {"name": "main", "ports": [{"containerPort": 4040}]},
                {"name": "side", "securityContext": {"capabilities": {"add": ["CHOWN", "CAP_BPF"]}}},
            ],
        },
    });
    for (text, verdict) in VERDICTS {
        assert_eq!(judged(text, &pod), *verdict, "{text}");
    }
}

#[test]
fn any_shape_of_value_is_survived() {
    let shapes = [
        json!(null),
        json!(true),
        json!(1),
        json!("x"),
        json!([]),
        json!([null]),
        json!({"spec": []}),
    ];
    for value in &shapes {
        for text in [
            "{}",
            "{spec: {a: [b]}}",
            "{spec: null}",
            "{\"*\": {a: null}}",
            "{spec: []}",
        ] {
            judged(text, value);
        }
    }
}

#[test]
fn a_uid_that_is_not_known_leaves_no_value() {
    let spec = "  rules:\n    - {id: r, on: container, default: {a: [{b: {$imageUser: true}}, null, 1.5], c: {d: {$policy: true}}}, because: b}\n";
    let policy = Desk::default()
        .preset("p.yaml", "p", spec)
        .choose("p.yaml")
        .policy();
    let Verb::Default(body) = &policy.rules[0].verb else {
        panic!("{:?}", policy.rules[0].verb);
    };
    assert_eq!(body.to_value(&|_| None), Err(Blank::ImageUser));
    let value = json!({"a": [{"b": 185}, null, 1.5], "c": {"d": "p@1.0.0"}});
    assert_eq!(body.to_value(&|_| Some(185.into())).as_deref(), Ok(&value));
}
