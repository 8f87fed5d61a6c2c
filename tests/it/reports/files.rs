//! Several reports in one run: all of them are written, each as a whole, or none.

use super::REPORTS;
use crate::lab::{program, write};
use std::path::Path;
use std::process::Command;

const STREAM: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [\
    {name: spark, image: 'apache/spark:4.1.1', command: [/opt/spark/sbin/start-connect-server.sh]}]}}}\n";

fn names(folder: &Path) -> Vec<String> {
    let entries = crate::fixtures::files(folder);
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    entries.iter().map(name).collect()
}

#[test]
fn a_report_that_fails_keeps_the_others_back() {
    let mut last = vec!["json=nowhere/r.json".to_owned(), "sarif=folder".to_owned()];
    if cfg!(target_os = "linux") {
        last.extend(REPORTS.map(|(format, _)| format!("{format}=/dev/full")));
    }
    for bad in &last {
        for order in [
            [bad.as_str(), "markdown=r.md"],
            ["markdown=r.md", bad.as_str()],
        ] {
            for verb in ["render", "check"] {
                let folder = tempfile::tempdir().unwrap();
                std::fs::create_dir(folder.path().join("folder")).unwrap();
                let targets = order.map(|target| format!("--report={target}"));
                let arguments = [verb, &targets[0], &targets[1]];
                let ended = program(&arguments)
                    .within(folder.path())
                    .input(STREAM)
                    .run();
                let (_, file) = bad.split_once('=').unwrap();
                assert_eq!(ended.code, Some(2), "{bad}: {}", ended.stderr);
                assert!(ended.stderr.contains(file), "{}", ended.stderr);
                assert_eq!(ended.stdout, "", "{bad}");
                assert_eq!(names(folder.path()), ["folder"], "{bad}");
            }
        }
    }
}

/// A file that may not grow is what a full disk is: the first bytes are taken, and then no more.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("in.yaml"), STREAM);
    write(&folder.path().join("r.json"), "of the last run\n");
    let run = |blocks: u32| {
        let limited = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {} -f in.yaml --report json=r.json --report text=r.txt",
            env!("CARGO_BIN_EXE_sparkk8s-post")
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited]).current_dir(folder.path());
        shell.output().unwrap()
    };
    let ended = run(1);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("writing `r.json`"), "{stderr}");
    assert!(ended.stdout.is_empty());
    assert_eq!(names(folder.path()), ["in.yaml", "r.json"]);
    let kept = crate::fixtures::read(&folder.path().join("r.json"));
    assert_eq!(kept, "of the last run\n");
    assert_eq!(run(1000).status.code(), Some(0));
    assert_eq!(names(folder.path()), ["in.yaml", "r.json", "r.txt"]);
}

/// What a step summary holds is not ours to replace: a report to it by way of a pipe is added.
#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_stays() {
    let ended = program(&["check", "-o", "json", "--report=github=/dev/stderr"])
        .input(STREAM)
        .run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.starts_with("::warning title="),
        "{}",
        ended.stderr
    );
    assert!(Path::new("/dev/stderr").is_symlink());
    // Where it is a file, nothing comes in the place of its name.
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("in.yaml"), STREAM);
    write(&folder.path().join("log"), "before\n");
    let line = format!(
        "exec {} check -f in.yaml -o json --report github=/proc/self/fd/2 2>> log",
        env!("CARGO_BIN_EXE_sparkk8s-post")
    );
    let mut shell = Command::new("sh");
    let ended = shell.args(["-c", &line]).current_dir(folder.path());
    assert_eq!(ended.output().unwrap().status.code(), Some(0));
    let log = crate::fixtures::read(&folder.path().join("log"));
    assert!(log.starts_with("before\n::warning file="), "{log}");
}
