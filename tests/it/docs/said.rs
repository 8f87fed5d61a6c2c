//! What the pages say of the program is so.

use super::page::{pages, root, ticked};
use crate::{fixtures, hosts};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) fn text(path: &str) -> String {
    fixtures::read(&root().join(path))
}

fn ours() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sparkk8s-post"))
}

/// The rows of all tables of a page: their cells.
pub(super) fn rows(page: &str) -> Vec<Vec<String>> {
    let lines = page.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    lines.map(cells).collect()
}

#[test]
fn tests_that_the_architecture_names_exist() {
    let mut sources = Vec::new();
    for folder in ["src", "tests", "fuzz"] {
        collect(&root().join(folder), &mut sources);
    }
    let code: Vec<_> = sources.iter().map(|file| fixtures::read(file)).collect();
    let page = text("docs/architecture.md");
    let (_, invariants) = page.split_once("## Invariants").expect("a heading");
    let (invariants, _) = invariants.split_once("\n## ").expect("a heading after it");
    let snake = |word: &&str| {
        word.matches('_').count() > 1
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named: BTreeSet<_> = invariants.lines().flat_map(ticked).filter(snake).collect();
    let defined = |name: &str| {
        let definition = format!("fn {name}(");
        code.iter().any(|code| code.contains(&definition))
    };
    let missing: Vec<_> = named.iter().filter(|name| !defined(name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
    assert!(named.len() > 20, "only {named:?} are named");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in fixtures::files(folder) {
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn exit_codes_are_those_of_the_program() {
    let help = hosts::ask(ours(), &["--help"], "");
    let (_, help) = help.split_once("Exit codes:").expect("exit codes");
    let codes: BTreeSet<String> = help
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.parse::<u8>().is_ok())
        .map(str::to_owned)
        .collect();
    let readme = text("README.md");
    let (_, table) = readme.split_once("## Exit codes").expect("a heading");
    let (table, _) = table.split_once("\n## ").expect("a heading after it");
    let written: BTreeSet<String> = rows(table)
        .into_iter()
        .map(|cells| cells[0].clone())
        .filter(|cell| cell.parse::<u8>().is_ok())
        .collect();
    assert_eq!(written, codes);
}

#[test]
fn fields_of_the_report_are_those_of_the_page() {
    let page = text("docs/en/findings.md");
    let (_, page) = page.split_once("## The JSON report").expect("a heading");
    let words: BTreeSet<_> = page.split(|c: char| !c.is_alphanumeric()).collect();
    let preset = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\n\
        spec:\n  summary: s\n  rules:\n  - id: r\n    on: object\n    enforce: {metadata: {namespace: b}}\n    because: b\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("preset.yaml");
    #[expect(
        clippy::disallowed_methods,
        reason = "tests write files, the engine does not"
    )]
    std::fs::write(&file, preset).expect("a file");
    let preset = file.to_str().expect("UTF-8");
    let waiver = "memory/*=Deployment/spark-connect: because";
    let spaced = text("examples/demo.yaml").replace(
        "metadata:\n  name: spark-connect\n",
        "metadata:\n  namespace: a\n  name: spark-connect\n",
    );
    let report = hosts::ask(
        ours(),
        &[
            "check", "-o", "json", "--preset", preset, "--preset", "default", "--skip", waiver,
        ],
        &spaced,
    );
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let mut fields = BTreeSet::new();
    for (_, part) in report.as_object().expect("a mapping") {
        for item in part.as_array().unwrap_or(&vec![part.clone()]) {
            keys(item, &mut fields);
            keys(&item["object"], &mut fields);
        }
    }
    keys(&report, &mut fields);
    let unknown: Vec<_> = fields
        .iter()
        .filter(|field| !words.contains(field.as_str()))
        .collect();
    assert!(unknown.is_empty(), "the page does not have {unknown:?}");
    for field in [
        "before",
        "waived",
        "namespace",
        "template",
        "neededBy",
        "because",
    ] {
        assert!(fields.contains(field), "the report has no `{field}`");
    }
}

fn keys(value: &Value, keys: &mut BTreeSet<String>) {
    keys.extend(
        value
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys().cloned()),
    );
}

#[test]
fn sizes_are_those_of_the_preset() {
    let preset = fixtures::yaml(&text("presets/blocks/resources.yaml")).expect("YAML");
    for page in ["docs/en/presets.md", "docs/ru/presets.md"] {
        let rows = rows(&text(page));
        let mut seen = 0;
        for rule in preset[0]["spec"]["rules"].as_array().expect("rules") {
            let role = rule["where"]["roles"][0].as_str().expect("a role");
            let requests = &rule["default"]["resources"]["requests"];
            if rule["when"]["limits"] != false {
                continue;
            }
            let row = rows
                .iter()
                .find(|row| row.len() == 4 && row[0].contains(&format!("`{role}`")));
            let row = row.unwrap_or_else(|| panic!("{page}: no row for `{role}`"));
            for (said, size) in row[1..].iter().zip(["small", "medium", "large"]) {
                let [cpu, memory] = ["cpu", "memory"].map(|name| plain(&requests[name][size]));
                assert_eq!(
                    *said,
                    format!("{cpu} / {memory}"),
                    "{page}: `{role}`, {size}"
                );
                seen += 1;
            }
        }
        assert_eq!(seen, 27);
    }
}

fn plain(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn every_id_of_the_pages_is_explained() {
    let mut asked = 0;
    for page in pages().iter().filter(|page| page.path.starts_with("docs/")) {
        for (number, line) in page.prose() {
            let ids = ticked(line).filter(|text| {
                let families = [
                    "pod-security/",
                    "memory/",
                    "kubelet/",
                    "api/",
                    "yaml/",
                    "default/",
                    "observability/",
                ];
                families.iter().any(|family| text.starts_with(family))
                    && !text.contains(['…', '*', ' '])
            });
            for id in ids {
                let answer = std::process::Command::new(ours())
                    .args(["explain", id])
                    .output()
                    .expect("an answer");
                assert!(
                    answer.status.success(),
                    "{}:{number}: nothing is called `{id}`",
                    page.path
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 10, "only {asked} ids were found");
}
