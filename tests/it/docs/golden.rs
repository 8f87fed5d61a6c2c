//! What a golden of a rule shows of it, for the page of its preset.

use crate::fixtures;
use crate::lab::{own, program};
use serde_json::Value;
use std::path::PathBuf;

/// A folder of `tests/goldens`.
pub(super) struct Golden {
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Golden {
    /// The golden of that name, or of the first choice that it has one for.
    pub(super) fn of(stem: &str) -> Self {
        let names =
            ["", "-small", "-false", "-true"].map(|end| format!("tests/goldens/{stem}{end}"));
        let mut folders = names.iter().map(|name| own(name));
        let folder = folders.find(|folder| folder.is_dir());
        let folder = folder.unwrap_or_else(|| panic!("no golden of {stem}"));
        let written = fixtures::read(&folder.join("args"));
        let mut arguments: Vec<_> = written.lines().skip(1).map(str::to_owned).collect();
        // How a report looks is the golden's own affair.
        let is_report = |word: &String| ["-o", "--report"].contains(&word.as_str());
        while let Some(at) = arguments.iter().position(is_report) {
            arguments.drain(at..at + 2);
        }
        Self { folder, arguments }
    }

    fn run(&self, verb: &str, more: &[&str]) -> String {
        let mut words = vec![verb];
        words.extend(
            self.arguments
                .iter()
                .map(String::as_str)
                .chain(more.iter().copied()),
        );
        let input = fixtures::read(&self.folder.join("input.yaml"));
        program(&words)
            .within(&self.folder)
            .input(input)
            .run()
            .stdout
    }

    /// The first hunk of the diff beside which the rule stands.
    pub(super) fn changes(&self, rule: &str) -> Option<String> {
        let diff = self.run("diff", &[]);
        let mut hunks = diff.split("\n@@ ").skip(1);
        let hunk = hunks.find(|hunk| {
            let head = hunk.lines().next().unwrap_or_default();
            let rules = head.rsplit("@@ ").next().unwrap_or_default();
            rules.split(", ").any(|own| own == rule)
        })?;
        let lines = hunk.lines().skip(1);
        let lines = lines.take_while(|line| line.starts_with([' ', '+', '-', '\\']));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }

    /// The first finding of the rule, without what the page says in prose.
    pub(super) fn says(&self, rule: &str) -> String {
        let said = self.run("check", &[]);
        let id = format!("[{rule}]: ");
        let mut lines = said.lines().skip_while(|line| !line.contains(&id));
        let Some(first) = lines.next() else {
            return self.reports(rule);
        };
        let ends = ["error[", "warning[", "sparkk8s-post "];
        let rest = lines.take_while(|line| !ends.iter().any(|end| line.starts_with(end)));
        let is_prose = |line: &str| line.contains("= needed by: ") || line.contains("= because: ");
        let rest = rest.filter(|line| !is_prose(line));
        std::iter::once(first)
            .chain(rest)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What is worth knowing stands in reports only.
    fn reports(&self, rule: &str) -> String {
        let report = self.run("check", &["-o", "json"]);
        let report: Value = serde_json::from_str(&report).expect("a report");
        let findings = report["findings"].as_array().into_iter().flatten();
        let found = findings.into_iter().find(|finding| finding["id"] == *rule);
        let found = found.unwrap_or_else(|| panic!("no golden shows {rule}"));
        let text = |key: &str| found[key].as_str().unwrap_or_default();
        format!("{}[{rule}]: {}", text("severity"), text("message"))
    }
}
