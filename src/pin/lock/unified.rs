//! Differences of two environments as people read diffs.

use super::{Difference, Sanction};
use crate::manifest::meaning::{Fact, NO_BREAK};
use crate::manifest::sensitive::Lines;
use crate::pin::on_one_line;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const CYAN: &str = "\x1b[36m";
const YELLOW: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";

/// A hunk for each object, with a line for each place on either side and why it may differ. `reasons` are those of the
/// sanctions; colours are taken out where there is no terminal.
pub fn unified(names: [&str; 2], all: &[Difference], reasons: &[String]) -> String {
    let mut out = String::new();
    if !all.is_empty() {
        let _ = writeln!(out, "--- {}\n+++ {}", names[0], names[1]);
    }
    let mut object = None;
    for difference in all {
        if object.replace(&difference.object) != Some(&difference.object) {
            let template = difference.template.as_deref();
            let template = template.map(|from| format!(" {from}")).unwrap_or_default();
            let _ = writeln!(out, "{CYAN}@@ {} @@{template}{RESET}", difference.object);
        }
        sides(difference, &mut out);
        let _ = match &difference.sanction {
            Some(Sanction::Vary(index)) => {
                let reason = reasons.get(*index).map_or("", String::as_str);
                writeln!(out, "   sanctioned: {reason}")
            }
            Some(Sanction::Ahead { who, .. }) => writeln!(out, "   ahead: {who}"),
            None => writeln!(out, "{YELLOW}   nobody sanctioned this{RESET}"),
        };
    }
    out
}

/// What stands on either side: lines of texts, else values behind their place.
fn sides(difference: &Difference, out: &mut String) {
    let values = difference.values.iter().map(|(_, fact)| fact.as_ref());
    let [before, after] = values.collect::<Vec<_>>()[..] else {
        return;
    };
    if let (Some(before), Some(after)) = (text(before), text(after)) {
        let _ = writeln!(out, " {}", on_one_line(&difference.path));
        let diff = TextDiff::from_lines(before, after);
        let (old, new) = (diff.old_slices(), diff.new_slices());
        let (old, new) = ((old, Lines::of(old)), (new, Lines::of(new)));
        for change in diff.iter_all_changes() {
            let (sign, colour, (lines, shown), at) =
                match (change.tag(), change.old_index(), change.new_index()) {
                    (ChangeTag::Delete, Some(at), _) => ('-', RED, &old, at),
                    (ChangeTag::Insert, _, Some(at)) => ('+', GREEN, &new, at),
                    _ => continue,
                };
            let line = match lines[at] {
                NO_BREAK if at + 1 == lines.len() => "(no line break at the end)".into(),
                // What tells two lines apart is to be seen.
                line if line.ends_with("\r\n") => shown.shown(at) + "\r",
                _ => shown.shown(at),
            };
            let _ = writeln!(out, "{colour}{sign}  {}{RESET}", on_one_line(&line));
        }
        return;
    }
    for (fact, sign, colour) in [(before, '-', RED), (after, '+', GREEN)] {
        let Some(fact) = fact else { continue };
        let place = match &difference.path[..] {
            "" => "the object".to_owned(),
            path => format!("{}:", on_one_line(path)),
        };
        let _ = writeln!(
            out,
            "{colour}{sign}{place} {}{RESET}",
            difference.shown(fact)
        );
    }
}

/// A text of several lines that may be shown.
fn text(fact: Option<&Fact>) -> Option<&str> {
    let text = fact.filter(|fact| !fact.hidden)?.value.as_str()?;
    text.trim_end().contains('\n').then_some(text)
}
