//! Reports that pipelines read: each is valid, they agree with each other, and no name in the stream is markup in one.
//!
//! The schema of SARIF is the one of OASIS (`oasis-tcs/sarif-spec`), which the crate serde-sarif carries. `JUnit` has no schema of its own: a reader of XML and the counts have to do.

mod files;
mod hostile;
mod valid;

use super::lab::{Ended, program, write};
use super::{fixtures, lab};
use std::collections::BTreeMap;
use std::path::Path;

/// Formats and their files.
const REPORTS: [(&str, &str); 6] = [
    ("text", "r.txt"),
    ("json", "r.json"),
    ("sarif", "r.sarif"),
    ("junit", "r.xml"),
    ("github", "r.log"),
    ("markdown", "r.md"),
];

/// What a run said, and its reports by format.
fn reported(arguments: &[String], input: &str, folder: &Path) -> (Ended, BTreeMap<String, String>) {
    let targets = REPORTS.map(|(format, file)| format!("--report={format}={file}"));
    let all: Vec<_> = arguments.iter().chain(&targets).collect();
    let ended = program(&all).within(folder).input(input).run();
    let written = REPORTS
        .iter()
        .filter(|(_, file)| folder.join(file).exists());
    let read = |(format, file): &(&str, &str)| {
        let text = fixtures::read(&folder.join(file));
        ((*format).to_owned(), text)
    };
    (ended, written.map(read).collect())
}

/// All reports of a text, guarded by `default`.
fn of_text(input: &str, more: &[&str]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [&["render", "--host", "pipe"], more].concat();
    let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
    let (ended, reports) = reported(&arguments, input, folder.path());
    assert_eq!(reports.len(), REPORTS.len(), "{}", ended.stderr);
    reports
}

/// Runs the goldens again, each with all reports, and asks about those that have any.
fn of_goldens(mut ask: impl FnMut(&str, &BTreeMap<String, String>)) {
    let cases = fixtures::files(&lab::own("tests/goldens"));
    for case in cases.iter().filter(|path| path.is_dir()) {
        let folder = tempfile::tempdir().expect("a folder");
        for file in fixtures::files(case) {
            let name = file.file_name().expect("a name");
            if file.extension().is_some_and(|e| e == "yaml" || e == "txt") {
                write(&folder.path().join(name), fixtures::read(&file));
            }
        }
        let text = fixtures::read(&case.join("args"));
        let Some(arguments) = check_arguments(&text) else {
            continue;
        };
        let input = fixtures::read(&case.join("input.yaml"));
        let (_, reports) = reported(&arguments, &input, folder.path());
        ask(&case.display().to_string(), &reports);
    }
}

/// A golden's arguments with the verb `check` and without reports; `None` where it is about something else.
fn check_arguments(text: &str) -> Option<Vec<String>> {
    let mut words = text.lines().peekable();
    match words.peek() {
        Some(&("render" | "check" | "diff")) => words.next(),
        Some(word) if word.starts_with('-') => None,
        _ => return None,
    };
    let mut arguments = vec!["check".to_owned()];
    while let Some(word) = words.next() {
        match word {
            "-o" | "--report" | "--summary" => {
                words.next();
            }
            other => arguments.push(other.to_owned()),
        }
    }
    Some(arguments)
}
