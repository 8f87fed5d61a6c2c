//! The report as Markdown, for a step summary or the comment of a pull request. It stays below 65,536 characters, which
//! is as much as GitHub takes in a comment: rows that have no room are counted.

use super::entry::{Entry, object_name};
use super::summary::count;
use super::{Report, Summary, listed};
use crate::guard::Severity;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Bytes for rows of findings, of changes and of waivers.
const ROOM: [usize; 3] = [38_000, 14_000, 8_000];
/// Longest text in a cell; escaped it may be six times as long.
const MOST_CHARS: usize = 400;

/// A heading, the run in numbers, the findings by severity, and the changes folded away.
pub fn markdown(report: &Report<'_>) -> String {
    let summary = Summary::of(report);
    let verdict = match (summary.errors, summary.warnings) {
        (0, 0) => "passed",
        (0, _) => "passed with warnings",
        _ => "refused",
    };
    let mut out = format!(
        "## sparkk8s-post: {verdict}\n\n{}, {} changed by {}; {} refused, {} warned, {} waived.\n",
        count(summary.objects, "object"),
        summary.changed,
        count(summary.changes, "change"),
        summary.errors,
        summary.warnings,
        summary.waived,
    );
    let policy: Vec<_> = report.policy.iter().map(|name| quoted(name)).collect();
    let environment = report
        .environment
        .map(|name| format!(" for {}", quoted(name)));
    let environment = environment.unwrap_or_default();
    let _ = writeln!(out, "\nPolicy: {}{environment}.", policy.join(", "));
    findings(&mut out, report);
    waivers(&mut out, report);
    changes(&mut out, report);
    out
}

fn findings(out: &mut String, report: &Report<'_>) {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|one| (one.waived.is_some(), Reverse(one.severity)));
    let row = |finding| {
        let entry = Entry::new(report, finding);
        let because = finding
            .because
            .as_ref()
            .map(|why| format!("because: {why}"));
        let (verdict, why) = match (&finding.waived, finding.severity) {
            (Some(waived), _) => {
                let why = listed::why(report, waived);
                ("waived", Some(format!("waived: {why}")))
            }
            (None, Severity::Error) => ("**error**", because),
            (None, Severity::Warning) => ("warning", because),
            (None, Severity::Info) => ("info", because),
        };
        let why = why.map(|why| format!("<br>{}", cell(&why)));
        let what = cell(&entry.title) + &why.unwrap_or_default();
        format!("| {verdict} | {} | {what} |\n", quoted(&finding.id))
    };
    if !findings.is_empty() {
        out.push_str("\n| | finding | what |\n|---|---|---|\n");
    }
    let left = rows(out, findings.into_iter().map(row), ROOM[0]);
    if left > 0 {
        let _ = writeln!(out, "\n{} left out for length.", count(left, "finding"));
    }
}

fn waivers(out: &mut String, report: &Report<'_>) {
    let used: Vec<_> = listed::used(report).collect();
    if used.is_empty() {
        return;
    }
    out.push_str("\n| waiver |\n|---|\n");
    let row = |one: &listed::Listed<'_>| format!("| {} |\n", cell(&one.line(report)));
    let left = rows(out, used.into_iter().map(row), ROOM[2]);
    if left > 0 {
        let _ = writeln!(out, "\n{} left out for length.", count(left, "waiver"));
    }
}

fn changes(out: &mut String, report: &Report<'_>) {
    let mut changes: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for change in report.changes {
        *changes
            .entry((change.object, &change.done.rule.id))
            .or_default() += 1;
    }
    if changes.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n<details>\n<summary>{}</summary>\n\n| object | rule | changes |\n|---|---|---|\n",
        count(report.changes.len(), "change"),
    );
    let row = |((object, rule), number): ((usize, &str), usize)| {
        let object = quoted(&object_name(report, object));
        format!("| {object} | {} | {number} |\n", quoted(rule))
    };
    let left = rows(out, changes.into_iter().map(row), ROOM[1]);
    if left > 0 {
        let _ = writeln!(out, "\n{} left out for length.", count(left, "row"));
    }
    out.push_str("\n</details>\n");
}

/// Rows as far as there is room, and how many are left.
fn rows(out: &mut String, mut rows: impl ExactSizeIterator<Item = String>, room: usize) -> usize {
    let most = out.len() + room;
    let mut left = rows.len();
    for row in rows.by_ref() {
        if out.len() + row.len() > most {
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    left
}

/// A text in a cell: what stands in back-ticks is code, and nothing else in it is markup.
fn cell(text: &str) -> String {
    let short: String = match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    };
    let parts: Vec<_> = short.split('`').collect();
    let last = parts.len() - 1;
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 1 && at < last {
            out.push_str(&quoted(part));
        } else {
            // A mark without its other half.
            if at % 2 == 1 {
                out.push_str("&#96;");
            }
            out.push_str(&escaped(part));
        }
    }
    out
}

/// A name as code. Nothing can be escaped between back-ticks, so names that would have to are an element.
fn quoted(name: &str) -> String {
    let name: String = name.chars().take(MOST_CHARS).collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@=, ".contains(c);
    match !name.trim().is_empty() && name.chars().all(is_plain) {
        true => format!("`{name}`"),
        false => format!("<code>{}</code>", escaped(&name)),
    }
}

/// A text in which nothing is markup, in one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => out.push(' '),
            c if "&<>|*_[]`~#!\\$".contains(c) => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
