//! The report as workflow commands: what GitHub Actions shows beside the lines of a change. Errors come first, for ten of
//! a kind are shown for each step.

use super::entry::{Entry, plain};
use super::{Report, listed, text};
use crate::guard::Severity;
use std::cmp::Reverse;
use std::fmt::Write;

/// A line for each finding that nobody waived, and lines that are no commands: waivers, and the run in numbers.
pub fn github(report: &Report<'_>) -> String {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.retain(|finding| finding.waived.is_none());
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let mut out = String::new();
    for finding in findings {
        command(&mut out, report, &Entry::new(report, finding));
    }
    for one in listed::used(report) {
        let _ = writeln!(out, "waiver: {}", escaped(&one.line(report), ""));
    }
    let numbers = text::numbers(report, "report");
    out.push_str(&escaped(numbers.trim_end(), ""));
    out.push('\n');
    out
}

fn command(out: &mut String, report: &Report<'_>, entry: &Entry<'_>) {
    let command = match entry.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let _ = write!(out, "::{command} ");
    // Standard input is no file.
    if !entry.is_numbered || entry.file != "stdin" {
        let _ = write!(out, "file={},", escaped(entry.file, ":,"));
        if let Some(at) = entry.position.filter(|_| entry.is_numbered) {
            let _ = write!(out, "line={},col={},", at.line, at.column);
        }
    }
    let _ = writeln!(
        out,
        "title={}::{}%0A{}",
        escaped(&entry.finding.id, ":,"),
        escaped(&entry.title, ""),
        escaped(&entry.details(report), ""),
    );
}

/// A text inside a command, as `@actions/core` writes it: `also` are the characters that end a property.
fn escaped(text: &str, also: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '\r' | '\n') || also.contains(c) {
            let _ = write!(out, "%{:02X}", u32::from(c));
        } else {
            out.push(plain(c));
        }
    }
    out
}
