//! A target is met by its own object alone.

use super::left::by;
use super::{DEPLOYMENT, Objects, component, patched};
use crate::krm::kustomize::done;

const MARK: &str = "/metadata/annotations/sparkk8s.io~1policy";

/// Objects of a stream that the export of another one patches.
fn marked(stream: &str) -> Option<(String, Objects)> {
    let export = component(stream, &[]);
    let objects = patched(stream, done(&export))?;
    Some((export.stdout, objects))
}

#[test]
fn dots_of_names_mean_themselves() {
    let other = DEPLOYMENT.replace("{name: a}", "{name: a.b}");
    let third = "apiVersion: apps/v1\nkind: Deployment\n\
        metadata: {name: a-b, annotations: {sparkk8s.io/policy: theirs}}\n";
    let export = component(&format!("{DEPLOYMENT}---\n{other}"), &[]);
    let later = format!("{other}---\n{third}");
    let Some(objects) = patched(&later, done(&export)) else {
        return;
    };
    let marks: Vec<_> = objects
        .values()
        .map(|object| object.pointer(MARK).unwrap())
        .collect();
    assert_eq!(marks, ["theirs", "default@1.0.0"]);
}

#[test]
fn a_namespace_and_none() {
    let own = DEPLOYMENT.replace("{name: a}", "{name: a, namespace: ns}");
    let own = own.replace("4.1.1'}", "4.1.1', securityContext: {runAsNonRoot: true}}");
    for none in ["{name: a}", "{name: a, namespace: ''}"] {
        let stream = format!("{}---\n{own}", DEPLOYMENT.replace("{name: a}", none));
        let Some((export, objects)) = marked(&stream) else {
            return;
        };
        assert!(export.contains("namespace: default\n"), "{export}");
        assert!(export.contains("namespace: ns\n"), "{export}");
        assert_eq!(objects.len(), 2);
        assert!(
            objects
                .values()
                .all(|object| object.pointer(MARK).is_some())
        );
    }
}

const LABEL: &str = "    on: object\n    enforce: {metadata: {labels: {q: r}}}\n";

/// kustomize has a namespace of its own for what is in none by its kind.
#[test]
fn what_is_in_no_namespace_by_its_kind() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: c, namespace: foo}\nrules: []\n";
    let export = by(LABEL, role);
    let Some(objects) = patched(role, done(&export)) else {
        return;
    };
    assert_eq!(
        objects.values().next().unwrap()["metadata"]["labels"]["q"],
        "r"
    );
}

/// A target without a group would be met by any.
#[test]
fn a_later_kind_of_the_same_name_in_another_group() {
    let service =
        |group: &str| format!("apiVersion: {group}v1\nkind: Service\nmetadata: {{name: s}}\n");
    let export = by(LABEL, &service(""));
    let later = format!("{}---\n{}", service(""), service("serving.knative.dev/"));
    let Some(objects) = patched(&later, done(&export)) else {
        return;
    };
    let labels = objects
        .values()
        .map(|object| object["metadata"].get("labels").is_some());
    assert_eq!(labels.collect::<Vec<_>>(), [false, true]);
}

#[test]
fn the_same_changes_are_one_patch() {
    let stream: Vec<_> = ["p", "q", "r"]
        .iter()
        .map(|name| DEPLOYMENT.replace("{name: a}", &format!("{{name: {name}}}")))
        .collect();
    let export = component(&stream.join("---\n"), &[]);
    assert_eq!(
        done(&export).matches("- target:").count(),
        1,
        "{}",
        export.stdout
    );
    assert!(export.stdout.contains("\"p|q|r\""), "{}", export.stdout);
}
