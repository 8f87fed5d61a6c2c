//! What a run would change, as people read diffs: a unified diff with the rules beside each hunk.

use super::Report;
use crate::manifest::sensitive::Lines;
use crate::render::Restart;
use crate::text::EditSet;
use similar::udiff::UnifiedDiffHunk;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";
/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The unified diff that `edits` of the input make, with the rules beside each hunk.
pub fn diff(report: &Report<'_>, edits: &EditSet) -> String {
    let before = report.stream.text;
    let after = &edits.apply(before);
    let rules = rules_by_line(report);
    let diff = TextDiff::from_lines(before, after);
    let sides = sides(&diff);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if out.is_empty() {
            let _ = writeln!(out, "--- {}\n+++ guarded", report.name);
        }
        let lines = hunk.ops().iter().map(similar::DiffOp::old_range);
        let first = lines.clone().map(|range| range.start).min().unwrap_or(0);
        let last = lines.map(|range| range.end).max().unwrap_or(0);
        let own: BTreeSet<&str> = rules
            .range(first + 1..=last + 1)
            .flat_map(|(_, rules)| rules.iter().copied())
            .collect();
        let own: Vec<_> = own.into_iter().collect();
        let _ = writeln!(out, "{CYAN}{} {}{RESET}", hunk.header(), own.join(", "));
        changes(&sides, &hunk, &mut out);
    }
    out
}

/// The unified diff of two texts, under the names of each; nothing where they are the same.
pub fn unified(before: &str, after: &str, (old, new): (&str, &str)) -> String {
    let diff = TextDiff::from_lines(before, after);
    let sides = sides(&diff);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if out.is_empty() {
            let _ = writeln!(out, "--- {old}\n+++ {new}");
        }
        let _ = writeln!(out, "{CYAN}{}{RESET}", hunk.header());
        changes(&sides, &hunk, &mut out);
    }
    out
}

/// The lines of both texts.
fn sides<'d, 't>(diff: &'d TextDiff<'_, 't, 't, str>) -> [Lines<'d, 't>; 2] {
    [Lines::of(diff.old_slices()), Lines::of(diff.new_slices())]
}

/// The lines of a hunk.
fn changes<'t>(
    [old, new]: &[Lines<'_, '_>; 2],
    hunk: &UnifiedDiffHunk<'_, 't, 't, '_, str>,
    out: &mut String,
) {
    for change in hunk.iter_changes() {
        let (sign, colour) = match change.tag() {
            ChangeTag::Delete => ('-', RED),
            ChangeTag::Insert => ('+', GREEN),
            ChangeTag::Equal => (' ', ""),
        };
        let end = if colour.is_empty() { "" } else { RESET };
        let line = match (change.old_index(), change.new_index()) {
            (Some(at), _) => old.shown(at),
            (None, Some(at)) => new.shown(at),
            (None, None) => continue,
        };
        let _ = writeln!(out, "{colour}{sign}{line}{end}");
        if change.missing_newline() {
            out.push_str("\\ No newline at end of file\n");
        }
    }
}

/// 1-based lines of the input and the rules whose changes belong there.
fn rules_by_line<'r>(report: &'r Report<'_>) -> BTreeMap<usize, Vec<&'r str>> {
    let mut rules: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for change in report.changes {
        let line = report
            .lines()
            .position(report.locate_end(
                change.object,
                change.done.within.as_ref(),
                &change.done.path,
            ))
            .line;
        rules.entry(line).or_default().push(&change.done.rule.id);
    }
    rules
}

/// The workloads whose pods restart, one a line.
pub fn restarts(report: &Report<'_>, restarts: &[Restart]) -> String {
    let mut out = String::new();
    if !restarts.is_empty() {
        let _ = writeln!(out, "pods that restart because of this:");
    }
    for restart in restarts {
        let again = if restart.again {
            " (its operator ends it and starts it again)"
        } else {
            ""
        };
        let _ = writeln!(out, "  {}{again}", report.objects[restart.object]);
    }
    out
}
