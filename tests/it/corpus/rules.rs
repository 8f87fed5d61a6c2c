//! `docs/*/spark-rules.md`: every rule on Spark's processes, and how often it finds something in the corpus.

use super::super::fixtures;
use super::super::lab::{self, own};
use super::charts;
use serde_json::Value;
use sparkk8s_post::check::{numbered, pages};
use std::collections::BTreeMap;
use std::fmt::Write;

#[test]
fn the_tables_of_rules_are_current() {
    let charts = charts();
    if charts.is_empty() {
        return;
    }
    // Findings, streams.
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    for file in &charts {
        let words = ["check", "--preset", "./everything.yaml", "-o", "json"];
        let program = lab::program(&words).within(&own("tests/it/corpus"));
        let told = program.input(&file.text).run();
        let report: Value = serde_json::from_str(&told.stdout).unwrap();
        let mut here = BTreeMap::<&str, usize>::new();
        for finding in report["findings"].as_array().unwrap() {
            *here.entry(finding["id"].as_str().unwrap()).or_default() += 1;
        }
        for (id, count) in here {
            let row = counts.entry(id.to_owned()).or_default();
            *row = (row.0 + count, row.1 + 1);
        }
    }
    for language in ["en", "ru"] {
        let file = format!("docs/{language}/spark-rules.md");
        let page = fixtures::read(&own(&file));
        let head = page.split("<!-- table -->").next().unwrap();
        let table = table(language, &counts);
        lab::matches_file(&file, &format!("{head}<!-- table -->\n\n{table}"));
    }
}

fn table(language: &str, counts: &BTreeMap<String, (usize, usize)>) -> String {
    let [number, id, grade, what, found] = match language {
        "en" => ["number", "finding", "grade", "what is wrong", "found"],
        _ => ["номер", "замечание", "тяжесть", "что не так", "найдено"],
    };
    let mut out =
        format!("| {number} | {id} | {grade} | {what} | {found} |\n|---|---|---|---|---|\n");
    let titles = titles();
    for rule in numbered() {
        let page = pages().iter().find(|page| page.id == rule.id).unwrap();
        let title = match language {
            "en" => page.title,
            _ => titles.get(rule.code).map_or_else(
                || panic!("{} has no Russian title", rule.code),
                String::as_str,
            ),
        };
        let (found, streams) = counts.get(rule.id).copied().unwrap_or_default();
        let found = match (found, language) {
            (0, _) => "-".to_owned(),
            (_, "en") => format!("{found} in {streams}"),
            _ => format!("{found} в {streams}"),
        };
        writeln!(
            out,
            "| {} | `{}` | {} | {title} | {found} |",
            rule.code, rule.id, rule.grade
        )
        .unwrap();
    }
    out
}

/// Russian titles, by number.
fn titles() -> BTreeMap<String, String> {
    let text = fixtures::read(&own("docs/ru/spark-rules.tsv"));
    let rows = text.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(code, title)| (code.to_owned(), title.to_owned()))
        .collect()
}
