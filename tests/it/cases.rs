//! `presets test`: cases of the repository and of users, and every way in which one is not what it should be.

use super::lab::{self, Ended, own, program, write};
use std::path::Path;

const PRESET: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: team, version: 1.0.0}\nspec:\n  \
    summary: s\n  rules:\n  - {id: owner, on: object, default: {metadata: {labels: {owner: us}}}, because: b}\n";
const INPUT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

fn test(folder: &Path, more: &[&str]) -> Ended {
    let mut arguments = vec!["presets", "test", folder.to_str().unwrap()];
    arguments.extend(more);
    program(&arguments).run()
}

/// A folder with a preset of the user's and one case beside it.
fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("cases/owner");
    std::fs::create_dir_all(&case).unwrap();
    write(&folder.path().join("team.yaml"), PRESET);
    let arguments = "render\n--preset\n../../team.yaml\n--report\njson=report.json\n";
    write(&case.join("args"), arguments);
    write(&case.join("input.yaml"), INPUT);
    folder
}

#[test]
fn the_cases_of_the_stacks_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for case in super::fixtures::files(&own("tests/goldens")) {
        let name = case.file_name().unwrap().to_str().unwrap();
        if !name.starts_with("stacks-") {
            continue;
        }
        let copy = folder.path().join("stacks").join(&name["stacks-".len()..]);
        std::fs::create_dir_all(&copy).unwrap();
        for file in super::fixtures::files(&case) {
            std::fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
        }
        count += 1;
    }
    let ended = test(folder.path(), &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    let last = format!("\n{count} cases: {count} ok, 0 failed, 0 bad\n");
    assert!(
        count > 15 && ended.stdout.ends_with(&last),
        "{}",
        ended.stdout
    );
    let line = "case stacks/jupyter-spark-connect-without-secret ... ok\n";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
}

#[test]
fn what_came_out_is_written_on_request_and_compared_from_then_on() {
    let desk = desk();
    let case = desk.path().join("cases/owner");
    let first = test(&desk.path().join("cases"), &[]);
    assert_eq!(first.code, Some(1));
    for file in ["code", "report.json", "stderr", "stdout"] {
        let line = format!("owner/{file} is missing; `--update` writes it\n");
        assert!(first.stdout.contains(&line), "{}", first.stdout);
        assert!(!case.join(file).exists(), "{file}");
    }
    let updated = test(&desk.path().join("cases"), &["--update"]);
    assert!(updated.stdout.starts_with("case owner ... updated\n"));
    assert_eq!(updated.code, Some(0));
    let report = std::fs::read_to_string(case.join("report.json")).unwrap();
    assert!(report.contains("\"version\":\"VERSION\""), "{report}");
    let again = test(&case, &["--update"]);
    assert!(again.stdout.contains(" ... ok\n"), "{}", again.stdout);
    assert_eq!(test(&case, &[]).code, Some(0));

    // Another preset, the same case.
    write(
        &desk.path().join("team.yaml"),
        PRESET.replace("owner: us", "owner: them"),
    );
    let ended = test(&desk.path().join("cases"), &[]);
    assert_eq!(ended.code, Some(1));
    let part = "--- owner/stdout (expected)\n+++ owner/stdout (found)\n@@ -3,4 +3,4 @@\n metadata:\n   name: a\n   labels:\n-    owner: us\n+    owner: them\n";
    assert!(ended.stdout.contains(part), "{}", ended.stdout);
    // The expectations are as they were.
    let kept = std::fs::read_to_string(case.join("report.json")).unwrap();
    assert_eq!(kept, report);
}

#[test]
fn stray_and_missing_files_fail() {
    let desk = desk();
    let case = desk.path().join("cases/owner");
    test(&case, &["--update"]);
    write(&case.join("unused.yaml"), lab::EMPTY);
    write(&case.join("other.json"), "{}");
    std::fs::remove_file(case.join("code")).unwrap();
    let ended = test(&desk.path().join("cases"), &[]);
    assert_eq!(ended.code, Some(1));
    for part in [
        "owner/unused.yaml: nothing names it\n",
        "owner/other.json: the run did not write it\n",
        "owner/code is missing; `--update` writes it\n",
    ] {
        assert!(ended.stdout.contains(part), "{}", ended.stdout);
    }
    assert!(case.join("other.json").exists() && case.join("unused.yaml").exists());
}

#[test]
fn what_is_no_case_is_told_where_it_stands_and_the_others_run() {
    let desk = desk();
    test(desk.path(), &["--update"]);
    for (name, file, text) in [
        ("no-input", "args", "render\n"),
        ("no-args", "input.yaml", INPUT),
    ] {
        std::fs::create_dir_all(desk.path().join("cases").join(name)).unwrap();
        write(&desk.path().join("cases").join(name).join(file), text);
    }
    let verb = desk.path().join("cases/verb");
    std::fs::create_dir_all(&verb).unwrap();
    write(&verb.join("args"), "lock --env dev\n");
    write(&verb.join("input.yaml"), INPUT);
    let ended = test(&desk.path().join("cases"), &[]);
    assert_eq!(ended.code, Some(2));
    for part in [
        "case no-args ... BAD\n",
        "no-args/args` is missing\n",
        "no-input/input.yaml` is missing\n",
        "case owner ... ok\n",
        "verb/args:1`: a case begins with `render`, `check`, `diff`, `graph` or an option, not with `lock --env dev`",
        "\n4 cases: 1 ok, 0 failed, 3 bad\n",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    let empty = tempfile::tempdir().unwrap();
    let ended = test(empty.path(), &[]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("holds no case"), "{}", ended.stderr);
    let ended = test(&empty.path().join("none"), &[]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("reading `"), "{}", ended.stderr);
}
