//! What no patch says, and what refuses an export.

use super::{DEPLOYMENT, component, left, preset};
use crate::krm::kustomize::done;
use crate::lab::{Ended, run, write};
use tempfile::TempDir;

/// The export of a stream by one rule.
fn by(rule: &str, stream: &str) -> Ended {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.yaml");
    write(&file, preset(rule));
    component(stream, &["--preset", file.to_str().unwrap()])
}

#[test]
fn a_part_of_a_longer_text() {
    let rule = "    on: object\n    where: {kinds: [ConfigMap]}\n    enforce: {data: {env.sh: \"a=1\\nb=3\\n\", new: x}}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  env.sh: |\n    a=1\n    b=2\n";
    let export = by(rule, map);
    let left = left(done(&export));
    assert_eq!(left[0].0, "ConfigMap/m");
    assert_eq!(left[0].1, "/data/env.sh");
    assert!(left[0].2.contains("longer text"), "{left:?}");
    assert_eq!(left.len(), 1);
    assert!(!export.stdout.contains("b=3"), "{}", export.stdout);
    assert!(
        export.stdout.contains("path: /data/new, value: x"),
        "{}",
        export.stdout
    );
    assert!(
        export.stderr.contains("no patch says 1 change"),
        "{}",
        export.stderr
    );
}

/// A later version of the chart names another tag.
#[test]
fn the_digest_of_an_image() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("images");
    let digest = format!("sha256:{}", "0".repeat(64));
    write(&file, format!("apache/spark:4.1.1@{digest}\n"));
    let flags = [
        "--images",
        file.to_str().unwrap(),
        "--preset",
        "default",
        "--preset",
        "pins",
    ];
    let rendered = run(&[&["--host", "pipe"], &flags[..]].concat(), DEPLOYMENT);
    assert!(done(&rendered).contains(&digest), "{}", rendered.stdout);
    let export = component(DEPLOYMENT, &flags);
    let left = left(done(&export));
    assert!(
        left.iter()
            .any(|(_, path, _)| path.ends_with("/containers/0/image")),
        "{left:?}"
    );
    assert!(!export.stdout.contains(&digest), "{}", export.stdout);
}

#[test]
fn data_of_a_secret() {
    let rule = "    on: object\n    where: {kinds: [Secret]}\n    enforce: {stringData: {key: hidden-word}, metadata: {labels: {a: b}}}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: old-word}\n";
    let export = by(rule, secret);
    assert!(
        left(done(&export))[0].2.contains("Secret"),
        "{}",
        export.stdout
    );
    for word in ["hidden-word", "old-word"] {
        assert!(!export.stdout.contains(word), "{}", export.stdout);
        assert!(!export.stderr.contains(word), "{}", export.stderr);
    }
    assert!(
        export
            .stdout
            .contains("path: /metadata/labels, value: {a: b}"),
        "{}",
        export.stdout
    );
}

#[test]
fn an_object_without_a_name_of_its_own() {
    let nameless = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'corp/a:1'}]}}}\n";
    let export = component(
        nameless,
        &[
            "--preset",
            "restricted",
            "--skip",
            "restricted/*=Job/*: of the test",
        ],
    );
    let export = if export.code == Some(0) {
        export
    } else {
        component(nameless, &[])
    };
    assert!(done(&export).contains("patches: []"), "{}", export.stdout);
}

#[test]
fn two_of_one_name() {
    let export = component(&format!("{DEPLOYMENT}---\n{DEPLOYMENT}"), &[]);
    let left = left(done(&export));
    assert!(
        left.iter()
            .any(|(_, _, why)| why.contains("kustomize refuses")),
        "{left:?}"
    );
    assert!(export.stdout.contains("patches: []"), "{}", export.stdout);
}

#[test]
fn a_name_with_line_breaks_adds_nothing_to_the_file() {
    let hostile = DEPLOYMENT.replace("{name: a}", "{name: \"a\\nresources: [x]\\u2028y: z\"}");
    let export = component(&format!("{hostile}---\n{hostile}"), &[]);
    assert!(!done(&export).contains("\nresources"), "{}", export.stdout);
    assert!(!export.stdout.contains('\u{2028}'));
}

#[test]
fn what_is_refused_is_not_exported() {
    let refused = format!("{DEPLOYMENT}        securityContext: {{privileged: true}}\n")
        .replace("{name: main, image: 'apache/spark:4.1.1'}", "name: main\n        image: apache/spark:4.1.1\n        command: [/opt/spark/sbin/start-connect-server.sh]");
    for verb in ["flux", "kustomize"] {
        let ended = run(&["export", verb], &refused);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
        assert!(
            ended.stderr.contains("spark-privileged"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn nothing_in_is_a_mistake() {
    let ended = run(&["export", "flux"], "");
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}
