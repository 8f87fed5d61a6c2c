//! Two branches lock different objects, and git merges them.

use super::Place;
use std::process::Command;

fn object(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '{value}'}}\n")
}

fn stream(values: [(&str, &str); 4]) -> String {
    let objects = values.map(|(name, value)| object(name, value));
    objects.join("---\n")
}

#[test]
fn branches_that_lock_different_objects_merge_without_a_conflict() {
    let start = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")];
    let place = Place::new(&[("dev", ""), ("prod", "")], "");
    let git = |arguments: &[&str]| {
        let identity = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ];
        let output = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(place.path())
            .output()
            .expect("git");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    };
    let lock = |values| {
        let text = stream(values);
        place.write("dev.yaml", &text);
        place.write("prod.yaml", &text);
        let locked = place.lock(&["dev", "prod"], &[]);
        assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    };
    lock(start);
    git(&["init", "-q"]);
    git(&["add", "sparkk8s.lock"]);
    git(&["commit", "-qm", "start"]);
    git(&["checkout", "-qb", "one"]);
    lock([("a", "1"), ("b", "2"), ("c", "1"), ("d", "1")]);
    git(&["commit", "-qam", "b"]);
    git(&["checkout", "-q", "main"]);
    lock([("a", "1"), ("b", "1"), ("c", "2"), ("d", "1")]);
    git(&["commit", "-qam", "c"]);
    git(&["merge", "-q", "one", "-m", "both"]);
    // What came of it is the lock of both.
    let merged = place.read("sparkk8s.lock");
    lock([("a", "1"), ("b", "2"), ("c", "2"), ("d", "1")]);
    assert_eq!(place.read("sparkk8s.lock"), merged);
}
