//! Without a rule, the output is the input.

use super::super::lab;
use super::files;

#[test]
fn a_preset_without_rules_gives_the_input_byte_for_byte() {
    let policy = lab::policy(&[lab::EMPTY], &[]);
    let files = files(&["spark-charts", "plain-manifests", "host-streams"]);
    for file in &files {
        let guarded = lab::guard(&file.text, &policy);
        let guarded = guarded.unwrap_or_else(|e| panic!("{}: {e:?}", file.name));
        assert!(guarded.text == file.text, "{} is not as it was", file.name);
        assert!(guarded.edits.is_empty(), "{}", file.name);
    }
    assert!(files.is_empty() || files.len() > 150, "{}", files.len());
}

#[test]
fn so_does_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    lab::write(&folder.path().join("empty.yaml"), lab::EMPTY);
    for host in ["auto", "helm3", "helm4", "pipe"] {
        for file in files(&["host-streams"]) {
            let arguments = ["--preset", "./empty.yaml", "--host", host];
            let program = lab::program(&arguments).within(folder.path());
            let ended = program.input(&file.text).run();
            assert_eq!(ended.code, Some(0), "{}: {}", file.name, ended.stderr);
            assert!(ended.stdout == file.text, "{} as {host}", file.name);
        }
    }
}
