//! The report as `JUnit`'s XML: an object is a suite, a refusal a failure, a waived finding is skipped. Nobody publishes a
//! schema of this format; it keeps to the elements that Jenkins, GitLab and GitHub's readers share. There is no date in it.

use super::entry::{Entry, object_name, plain};
use super::{Report, Summary, listed};
use crate::guard::{Finding, Severity};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Suites in the order of the stream; what is about no object comes first.
pub fn junit(report: &Report<'_>) -> String {
    let mut by_object: BTreeMap<Option<usize>, Vec<&Finding>> = BTreeMap::new();
    for object in 0..report.objects.len() {
        by_object.insert(Some(object), Vec::new());
    }
    for finding in report.findings {
        by_object.entry(finding.object).or_default().push(finding);
    }
    let mut suites = String::new();
    let mut tests = 0;
    // The first suite tells of all waivers: a rule that is not applied because of one is no case.
    let mut waivers: String = listed::used(report)
        .map(|one| property(&one.line(report)))
        .collect();
    if !waivers.is_empty() {
        waivers = format!("<properties>{waivers}</properties>");
    }
    for (object, findings) in by_object {
        let name = object.map_or_else(|| "stream".to_owned(), |at| object_name(report, at));
        let properties = std::mem::take(&mut waivers);
        tests += suite(
            &mut suites,
            report,
            (&escaped(&name), &properties),
            &findings,
        );
    }
    let summary = Summary::of(report);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"sparkk8s-post\" tests=\"{tests}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n\
         {suites}</testsuites>\n",
        summary.errors, summary.waived,
    )
}

fn property(line: &str) -> String {
    format!("<property name=\"waiver\" value=\"{}\"/>", escaped(line))
}

/// One suite, with the first of its cases telling what only warns; how many cases it has.
fn suite(
    out: &mut String,
    report: &Report<'_>,
    (name, properties): (&str, &str),
    findings: &[&Finding],
) -> usize {
    let is_case =
        |finding: &&&Finding| finding.waived.is_some() || finding.severity == Severity::Error;
    let (cases, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| is_case(finding));
    let mut warned = String::new();
    for finding in others {
        let entry = Entry::new(report, finding);
        let (severity, id) = (finding.severity, &finding.id);
        let said = format!(
            "{severity}[{id}]: {}\n{}\n",
            entry.title,
            entry.details(report)
        );
        warned.push_str(&escaped(&said));
    }
    if !warned.is_empty() {
        warned = format!("<system-out>{warned}</system-out>");
    }
    let (tests, skipped) = (
        cases.len().max(1),
        cases
            .iter()
            .filter(|finding| finding.waived.is_some())
            .count(),
    );
    let failures = cases.len() - skipped;
    let _ = writeln!(
        out,
        "<testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">{properties}"
    );
    if cases.is_empty() {
        let _ = writeln!(
            out,
            "<testcase classname=\"{name}\" name=\"nothing refused\">{warned}</testcase>"
        );
    }
    for finding in cases {
        let container = finding.container.as_ref();
        let container = container.map(|container| format!(" in {container}"));
        let case = escaped(&(finding.id.clone() + &container.unwrap_or_default()));
        let verdict = verdict(report, finding);
        let _ = writeln!(
            out,
            "<testcase classname=\"{name}\" name=\"{case}\">{verdict}{}</testcase>",
            std::mem::take(&mut warned)
        );
    }
    out.push_str("</testsuite>\n");
    tests
}

fn verdict(report: &Report<'_>, finding: &Finding) -> String {
    if let Some(waived) = &finding.waived {
        let why = listed::why(report, waived);
        return format!("<skipped message=\"{}\"/>", escaped(&why));
    }
    let entry = Entry::new(report, finding);
    format!(
        "<failure type=\"{}\" message=\"{}\">{}</failure>",
        escaped(&finding.id),
        escaped(&entry.title),
        escaped(&entry.details(report)),
    )
}

/// A text in XML 1.0, between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // An attribute would have a blank in its place.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c => out.push(plain(c)),
        }
    }
    out
}
