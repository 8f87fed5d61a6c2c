//! The hooks of `.pre-commit-hooks.yaml`, started as pre-commit starts them.

use super::{Ended, Runner, documents, fixtures, fs, lab, version};
use std::process::Command;

/// Runs a hook with the arguments of its user, and the files of a commit.
fn hook(runner: &Runner, id: &str, arguments: &[&str], files: &[&str]) -> Ended {
    let hooks = documents(&lab::own(".pre-commit-hooks.yaml")).remove(0);
    let mut hooks = hooks.as_array().unwrap().iter();
    let hook = hooks.find(|hook| hook["id"] == id).unwrap();
    assert_eq!(hook["language"], "script");
    let entry = hook["entry"].as_str().unwrap();
    let (script, verb) = entry.split_once(' ').unwrap();
    let mut command = Command::new(runner.path("ours").join(script));
    command.arg(verb).args(arguments);
    if hook["pass_filenames"] != false {
        command.args(files);
    }
    command
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", runner.path("bin").display()),
        )
        .env("SPARKK8S_POST_BASE_URL", runner.releases());
    runner.run(&mut command)
}

#[test]
fn files_of_a_commit_are_checked_each_by_itself() {
    let runner = Runner::new();
    let check =
        |arguments: &[&str], files: &[&str]| hook(&runner, "sparkk8s-post-check", arguments, files);
    let ended = check(&[], &["spark.yaml"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // All files are looked at, and the worst answer counts.
    let ended = check(&[], &["refused.yaml", "spark.yaml"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.said.contains("Pod/spark"), "{ended:?}");
    assert!(ended.said.contains("Deployment/spark-connect"), "{ended:?}");
    // A file is a file, whatever it is called.
    let waiver = "--skip=default/spark-privileged=Pod/spark: ok.yaml";
    let chart = runner.read("spark.yaml").unwrap();
    runner.holds(waiver, &chart);
    let ended = check(&[], &[waiver, "refused.yaml"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let ended = check(&["--preset=nobody"], &["spark.yaml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn a_program_of_another_version_is_not_taken() {
    let runner = Runner::new();
    fs::create_dir(runner.path("bin")).unwrap();
    let program = runner.path("bin/sparkk8s-post");
    let check = || hook(&runner, "sparkk8s-post-check", &[], &["spark.yaml"]);
    let kept = format!("home/.cache/sparkk8s-post/{}/sparkk8s-post", version());
    // The right one on the PATH is enough.
    let right = env!("CARGO_BIN_EXE_sparkk8s-post");
    fixtures::script(&program, &format!("#!/bin/sh\nexec '{right}' \"$@\"\n"));
    assert_eq!(check().code, Some(0));
    assert!(!runner.path(&kept).exists());
    fixtures::script(&program, "#!/bin/sh\necho sparkk8s-post 0.0.1\n");
    let ended = check();
    assert!(ended.said.contains("sparkk8s-post check: "), "{ended:?}");
    // What was downloaded stays, as long as it is whole.
    fs::write(runner.path(&kept), "").unwrap();
    assert!(check().said.contains("sparkk8s-post check: "));
    assert!(runner.path(&kept).exists());
    fs::remove_dir_all(runner.path("releases")).unwrap();
    assert_eq!(check().code, Some(0));
}

#[test]
fn environments_are_held_to_the_lock() {
    let runner = Runner::new();
    let render = "[cat, spark.yaml]";
    let project = format!(
        "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {{name: spark}}\nspec:\n  presets: [default]\n  \
         environments:\n    dev: {{render: {render}}}\n    prod: {{render: {render}}}\n  lock: sparkk8s.lock\n"
    );
    runner.holds("sparkk8s.yaml", &project);
    let mut lock = Command::new(env!("CARGO_BIN_EXE_sparkk8s-post"));
    let ended = runner.run(lock.arg("lock"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let locked = || hook(&runner, "sparkk8s-post-locked", &["dev", "prod"], &[]);
    let ended = locked();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // No manifest is shown: only what there is to say.
    assert!(!ended.said.contains("apiVersion"), "{ended:?}");
    let chart = runner.read("spark.yaml").unwrap();
    let changed = chart.replacen("apache/spark:", "apache/spark:9", 1);
    assert_ne!(changed, chart);
    runner.holds("spark.yaml", &changed);
    let ended = locked();
    assert_eq!(ended.code, Some(4), "{ended:?}");
}
