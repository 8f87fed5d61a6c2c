//! The waivers of a run, as reports list them.

use super::Report;
use super::entry::one_line;
use super::summary::count;
use crate::guard::{Finding, Waived, WaiverUse};
use crate::preset::Origin;
use crate::text::Date;

/// A waiver, and what it did.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The waiver.
    pub one: &'a WaiverUse,
    /// How many findings do not count because of it.
    pub findings: usize,
    /// Days to its last one; below nothing since then.
    pub days: Option<i64>,
}

impl<'a> Listed<'a> {
    /// All of them, in their order, on a day.
    pub fn all(uses: &'a [WaiverUse], findings: &[Finding], today: Option<&Date>) -> Vec<Self> {
        let mut counts = vec![0; uses.len()];
        for waived in findings.iter().filter_map(|one| one.waived.as_ref()) {
            counts[waived.by] += 1;
        }
        let listed = uses.iter().zip(counts).map(|(one, findings)| Self {
            one,
            findings,
            days: one
                .waiver
                .expires
                .as_ref()
                .zip(today)
                .map(|(day, today)| day.since(today)),
        });
        listed.collect()
    }

    /// Where it stands: a file with line and column, which is the input for an annotation, or the flag.
    pub(super) fn at(&self, report: &Report<'_>) -> String {
        let origin = &self.one.waiver.origin;
        match &self.one.annotation {
            Some((object, path)) => {
                let span = report.locate(*object, None, path).span;
                let at = report.lines().position(span.start);
                format!("{}:{}:{}", report.name, at.line, at.column)
            }
            None if origin.file.is_flag => "--skip".into(),
            None => origin.place(),
        }
    }

    /// What it is for.
    pub(super) fn place(&self, report: &Report<'_>) -> String {
        match &self.one.annotation {
            Some((object, _)) => report.objects[*object].to_string(),
            None => self.one.waiver.place.to_string(),
        }
    }

    /// `until 2027-01-31, 12 days left`; nothing of what has no last day.
    fn age(&self) -> Option<String> {
        let day = self.one.waiver.expires.as_ref()?;
        Some(match self.days {
            None => format!("until {day}"),
            Some(0) => format!("until {day}, its last day is today"),
            Some(days @ 1..) => format!("until {day}, {} left", in_days(days)),
            Some(days) => format!("until {day}, over for {}", in_days(-days)),
        })
    }

    /// All that there is to say of it, on one line.
    pub(super) fn line(&self, report: &Report<'_>) -> String {
        let waiver = &self.one.waiver;
        let container = waiver.container.as_ref();
        let container = container.map(|glob| format!(" container `{}`", glob.text()));
        let age = self.age().map(|age| format!(" {age},"));
        let line = format!(
            "`{}` for `{}`{},{} {}, by {}: {}",
            waiver.rule.text(),
            self.place(report),
            container.unwrap_or_default(),
            age.unwrap_or_default(),
            count(self.findings, "finding"),
            self.at(report),
            waiver.reason
        );
        one_line(&line)
    }
}

fn in_days(days: i64) -> String {
    count(usize::try_from(days).unwrap_or_default(), "day")
}

/// The waivers that anything needed.
pub(super) fn used<'r>(report: &'r Report<'_>) -> impl Iterator<Item = &'r Listed<'r>> {
    report.waivers.iter().filter(|listed| listed.one.is_used)
}

/// Where the waiver of a file stands that a finding is about.
pub(super) fn origin<'r>(report: &'r Report<'_>, finding: &Finding) -> Option<&'r Origin> {
    let place = finding
        .needed_by
        .as_deref()
        .filter(|_| finding.object.is_none())?;
    let origins = report
        .waivers
        .iter()
        .map(|listed| &listed.one.waiver.origin);
    let mut origins = origins.filter(|origin| !origin.file.is_flag);
    origins.find(|origin| origin.place() == place)
}

/// Why a finding does not count, until when, and who says so.
pub(super) fn why(report: &Report<'_>, waived: &Waived) -> String {
    let listed = report.waivers.get(waived.by);
    let more = listed.and_then(|listed| Some((listed.age()?, listed.at(report))));
    match more {
        Some((age, at)) => format!("{} ({age}; {at})", waived.reason),
        None => waived.reason.clone(),
    }
}
