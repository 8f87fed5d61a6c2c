//! What no patch says, and what refuses an export.

use super::{DEPLOYMENT, component, left, preset};
use crate::krm::kustomize::done;
use crate::lab::{Ended, run, write};
use tempfile::TempDir;

/// The export of a stream by one rule.
pub(super) fn by(rule: &str, stream: &str) -> Ended {
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

/// A file with a digest of the image of `DEPLOYMENT`, and that digest.
fn images(folder: &TempDir) -> (String, String) {
    let file = folder.path().join("images");
    let digest = format!("sha256:{}", "0".repeat(64));
    write(&file, format!("apache/spark:4.1.1@{digest}\n"));
    (file.display().to_string(), digest)
}

/// A later version of the chart names another tag.
#[test]
fn the_digest_of_an_image() {
    let folder = TempDir::new().unwrap();
    let (file, digest) = images(&folder);
    let flags = ["--images", &file, "--preset", "default", "--preset", "pins"];
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
fn a_secret() {
    let rule = "    on: object\n    where: {kinds: [Secret]}\n    \
        patch: [{op: copy, from: /stringData/key, path: /metadata/annotations}, {op: add, path: /metadata/labels, value: {a: b}}]\n";
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: {k: old-word}}\n";
    let export = by(rule, secret);
    let left = left(done(&export));
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left.iter().all(|(_, _, why)| why.contains("Secret")),
        "{left:?}"
    );
    assert!(
        export.stdout.ends_with("patches: []\n"),
        "{}",
        export.stdout
    );
    assert!(!format!("{export:?}").contains("old-word"), "{export:?}");
}

#[test]
fn an_object_without_a_name_of_its_own() {
    for name in ["{generateName: j-}", "{name: 123}", "x"] {
        let nameless = DEPLOYMENT.replace("{name: a}", name);
        let export = component(&nameless, &[]);
        let left = left(done(&export));
        assert!(
            left.iter()
                .all(|(_, _, why)| why.contains("no name that is a text")),
            "{left:?}"
        );
        assert!(left.len() > 1, "{left:?}");
        assert!(
            export.stdout.ends_with("patches: []\n"),
            "{}",
            export.stdout
        );
    }
}

/// What stands behind it would be somebody else's.
#[test]
fn what_is_behind_an_item_that_is_left() {
    let rule = "    on: container\n    default: {env: [{name: IMG, value: {$imageWithDigest: true}}]}\n  - id: other\n    \
        because: of the test\n    on: container\n    default: {env: [{name: B, value: b}]}\n";
    let folder = TempDir::new().unwrap();
    let (images, _) = images(&folder);
    write(&folder.path().join("own.yaml"), preset(rule));
    let own = folder.path().join("own.yaml");
    let flags = ["--images", &images, "--preset", own.to_str().unwrap()];
    let stream = format!("{DEPLOYMENT}        env: [{{name: Z, value: z}}]\n").replace(
        "- {name: main, image: 'apache/spark:4.1.1'}",
        "- name: main\n        image: apache/spark:4.1.1",
    );
    let export = component(&stream, &flags);
    let left = left(done(&export));
    assert!(
        left.iter()
            .any(|(_, _, why)| why.contains("hangs together")),
        "{}",
        export.stdout
    );
    assert!(
        export.stdout.ends_with("patches: []\n"),
        "{}",
        export.stdout
    );
}

/// No kustomize builds it, but a rule may do it.
#[test]
fn metadata_that_a_rule_replaces() {
    let rule = "    on: object\n    patch: [{op: test, path: /metadata/name, value: m}, {op: replace, path: /metadata, value: x}]\n";
    let export = by(
        rule,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n",
    );
    assert!(
        done(&export).contains("{op: replace, path: /metadata, value: x}"),
        "{}",
        export.stdout
    );
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
    assert!(
        done(&export).contains("a\u{fffd}resources"),
        "{}",
        export.stdout
    );
    assert!(!export.stdout.contains("\nresources"), "{}", export.stdout);
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
