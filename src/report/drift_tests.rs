//! What people and machines are told of a comparison.

use super::*;
use crate::drift::LeftOut;
use serde_json::json;

fn difference(path: &str, key: &str, live: Value, wanted: Value) -> Difference {
    let owner = Owner {
        manager: "kubectl-edit".into(),
        operation: "Update".into(),
        subresource: None,
        time: Some("2026-01-02T00:00:00Z".into()),
    };
    Difference {
        path: path.into(),
        key: key.into(),
        live: Some(live),
        wanted: Some(wanted),
        owners: vec![owner],
    }
}

fn drift(kind: &str, verdict: Verdict) -> Drift {
    Drift {
        objects: vec![Compared {
            api_version: "v1".into(),
            kind: kind.into(),
            namespace: Some("spark".into()),
            name: "a".into(),
            verdict,
        }],
        left_out: Vec::new(),
    }
}

#[test]
fn a_difference_says_what_and_who() {
    let mut removed = difference(".a", "a", json!(1), json!(2));
    removed.live = None;
    removed.owners.clear();
    let mut added = difference(".b", "b", json!({"name": "X"}), json!(0));
    added.wanted = None;
    added.owners[0].subresource = Some("scale".into());
    let text = text(&drift(
        "Pod",
        Verdict::Differs(vec![
            difference(".c", "c", json!("1"), json!("2")),
            removed,
            added,
        ]),
    ));
    assert_eq!(
        text,
        "Pod/a in `spark`\n  .c: \"1\", not \"2\"\n    by `kubectl-edit` (Update) at 2026-01-02T00:00:00Z\n  \
         .a: 2 was removed\n    Kubernetes does not record who removes a field\n  \
         .b: {\"name\":\"X\"} was added\n    by `kubectl-edit` (Update through `scale`) at 2026-01-02T00:00:00Z\n"
    );
}

#[test]
fn what_is_as_it_should_be_is_counted_and_not_named() {
    let mut same = drift("Pod", Verdict::Same);
    assert_eq!(text(&same), "");
    same.left_out.push(LeftOut {
        kind: "Job".into(),
        name: "b".into(),
        why: "a hook of Helm",
    });
    assert_eq!(
        overview(&same, "test"),
        "sparkk8s-post drift: 1 object of `test`, 0 differences; 1 left out (Job/b: a hook of Helm)\n"
    );
    assert_eq!(
        text(&drift("Pod", Verdict::Missing)),
        "Pod/a in `spark` is not in the cluster\n"
    );
}

#[test]
fn no_credential_is_shown_in_any_format() {
    let seeded = [
        ("Secret", ".data.a", "a", json!("hunter")),
        ("Secret", ".data", "data", json!({"a": "hunter"})),
        ("ConfigMap", ".binaryData.a", "a", json!("hunter")),
        (
            "Pod",
            ".env[name=\"DB_PASSWORD\"].value",
            "DB_PASSWORD",
            json!("hunter"),
        ),
        (
            "Pod",
            ".env[name=\"A\"]",
            "A",
            json!({"name": "API_TOKEN", "value": "hunter"}),
        ),
        ("Pod", ".args", "args", json!(["--password", "hunter"])),
        (
            "ConfigMap",
            ".data.conf",
            "conf",
            json!("a: 1\npassword: hunter\n"),
        ),
        (
            "ConfigMap",
            ".data.pod",
            "pod",
            json!("env:\n- name: DB_PASSWORD\n  value: hunter\n"),
        ),
        (
            "ConfigMap",
            ".data.conf",
            "conf",
            json!("fs.s3a.secret.key hunter"),
        ),
    ];
    for (kind, path, key, value) in seeded {
        let other = match &value {
            Value::String(text) => text.replace("hunter", "hunter2").into(),
            _ => json!("x"),
        };
        for (live, wanted) in [(value.clone(), other.clone()), (other, value)] {
            let found = Verdict::Differs(vec![difference(path, key, live, wanted)]);
            let drift = drift(kind, found);
            for told in [text(&drift), json(&drift, "c")] {
                assert!(!told.contains("hunter"), "{told}");
                assert!(told.contains('…') || told.contains("not shown"), "{told}");
            }
        }
    }
}

#[test]
fn of_a_long_text_the_first_line_that_differs_is_shown() {
    let found = difference(".data.conf", "conf", json!("a\nb\n"), json!("a\nc\nd\n"));
    assert!(line(&found, false).contains(".data.conf line 2: \"b\", not \"c\""));
    let found = difference(".data.conf", "conf", json!("a\n"), json!("a\nc\n"));
    assert!(line(&found, false).contains("line 2: the end, not \"c\""));
    let long = difference(".a", "a", json!("ä".repeat(500)), json!("b"));
    assert!(line(&long, false).chars().count() < 300);
}

#[test]
fn the_schema_of_drift_is_current() {
    let schema = crate::text::current::schema_of_output::<Wire<'_>>();
    crate::text::current::assert_schema("drift.json", &schema);
}
