//! A run in numbers.

use super::Report;
use crate::guard::Severity;
use std::collections::BTreeSet;

/// What three lines on a terminal say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects in the stream, Lists flattened.
    pub objects: usize,
    /// Objects that rules changed.
    pub changed: usize,
    /// Operations.
    pub changes: usize,
    /// Findings that refuse.
    pub errors: usize,
    /// Findings that warn.
    pub warnings: usize,
    /// Findings that somebody waived.
    pub waived: usize,
}

impl Summary {
    /// Counts a report.
    pub fn of(report: &Report<'_>) -> Self {
        let graded = |severity| {
            report
                .findings
                .iter()
                .filter(|f| f.waived.is_none() && f.severity == severity)
                .count()
        };
        let changed: BTreeSet<_> = report.changes.iter().map(|change| change.object).collect();
        Self {
            objects: report.objects.len(),
            changed: changed.len(),
            changes: report.changes.len(),
            errors: graded(Severity::Error),
            warnings: graded(Severity::Warning),
            waived: report
                .findings
                .iter()
                .filter(|finding| finding.waived.is_some())
                .count(),
        }
    }
}

/// `1 object`, `2 objects`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
