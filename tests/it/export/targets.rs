//! A target is met by its own object alone.

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
fn dots_and_bars_of_names_mean_themselves() {
    let other = DEPLOYMENT.replace("{name: a}", "{name: a.b}");
    let third = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a-b, annotations: {sparkk8s.io/policy: theirs}}\n";
    let export = component(&format!("{DEPLOYMENT}---\n{other}"), &[]);
    assert!(
        done(&export).contains(r"a\\.b") || export.stdout.contains(r"a\.b"),
        "{}",
        export.stdout
    );
    let Some(objects) = patched(&format!("{other}---\n{third}"), &export.stdout) else {
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
    let own = own.replace(
        "corp/a:1'}",
        "corp/a:1', securityContext: {runAsNonRoot: true}}",
    );
    let stream = format!("{DEPLOYMENT}---\n{own}");
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
