//! The report for a terminal.

use super::entry::one_line;
use super::summary::count;
use super::{Message, Place, Report, Summary, listed};
use crate::check::EXPIRED;
use crate::guard::{Finding, Severity};
use crate::text::Source;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Findings from `least` on, each with its place.
pub fn findings(report: &Report<'_>, least: Severity) -> String {
    let shown = report
        .findings
        .iter()
        .filter(|finding| finding.waived.is_none() && finding.severity >= least);
    shown.map(|finding| message(report, finding)).collect()
}

/// Errors, each with its place, as many as fit into so many bytes, one at least, and how many do not.
pub fn errors_within(report: &Report<'_>, most: usize) -> String {
    let (mut out, mut left) = (String::new(), 0);
    let errors = report
        .findings
        .iter()
        .filter(|finding| finding.waived.is_none() && finding.severity == Severity::Error);
    for finding in errors {
        // After the first that does not fit they are only counted.
        let next = (left == 0).then(|| message(report, finding));
        match next.filter(|next| out.is_empty() || out.len() + next.len() <= most) {
            Some(next) => out += &next,
            None => left += 1,
        }
    }
    if left > 0 {
        let _ = writeln!(out, "… and {} more", count(left, "error"));
    }
    out
}

fn message(report: &Report<'_>, finding: &Finding) -> String {
    let location = finding
        .object
        .map(|object| report.locate(object, finding.within.as_ref(), &finding.path));
    let source = Source {
        name: report.name,
        text: report.stream.text,
    };
    let policy = listed::origin(report, finding).map(|origin| {
        let (name, text) = (&*origin.file.name, &*origin.file.text);
        Place::new(Source { name, text }, origin.span)
    });
    let mut notes = Vec::new();
    notes.extend(finding.because.clone().map(|because| ("because", because)));
    notes.extend(
        finding
            .needed_by
            .as_ref()
            .map(|origin| ("needed by", origin.to_string())),
    );
    let help = match &finding.help {
        Some(help) => format!("{help}; more: sparkk8s-post explain {}", finding.id),
        None => format!("sparkk8s-post explain {}", finding.id),
    };
    notes.push(("help", help));
    Message {
        severity: finding.severity,
        id: Some(&finding.id),
        title: title(report, finding),
        place: policy.or(location.as_ref().map(|location| Place {
            source,
            span: location.span,
            position: report.lines().position(location.span.start),
            is_hidden: report.hidden.holds(location.span.start),
        })),
        template: location.as_ref().and_then(|location| location.template),
        label: location.as_ref().map(|location| {
            if location.exact {
                "set here"
            } else {
                "not set below this"
            }
        }),
        notes,
    }
    .render()
}

/// What is wrong with which object, in one line.
pub(super) fn title(report: &Report<'_>, finding: &Finding) -> String {
    let about = match (finding.object, &finding.container) {
        // Checks of pods name the container themselves.
        (Some(object), _)
            if finding.message.starts_with("container `")
                || finding.message.starts_with("pod ") =>
        {
            format!("`{}` ", report.objects[object])
        }
        (Some(object), Some(container)) => {
            format!("`{}` container `{container}`: ", report.objects[object])
        }
        (Some(object), None) => format!("`{}`: ", report.objects[object]),
        (None, _) => String::new(),
    };
    one_line(&(about + &finding.message))
}

/// A few lines: warnings by id, and the run in numbers.
pub fn overview(report: &Report<'_>, verb: &str) -> String {
    let mut out = String::new();
    for (id, findings) in warnings(report) {
        // Others show no warning at its place, and this one should be met before it refuses.
        if id == EXPIRED && verb != "check" && verb != "report" {
            out.extend(findings.iter().map(|one| message(report, one)));
            continue;
        }
        let first = findings
            .first()
            .and_then(|finding| finding.object)
            .map(|object| report.objects[object].to_string());
        let first = first.map(|first| format!(", first `{}`", one_line(&first)));
        let first = first.unwrap_or_default();
        let _ = writeln!(
            out,
            "warning[{id}]: {}{first}",
            count(findings.len(), "place")
        );
    }
    if matches!(verb, "check" | "report") {
        for one in listed::used(report) {
            let _ = writeln!(out, "waiver: {}", one.line(report));
        }
    }
    out + &numbers(report, verb)
}

/// Warnings that nobody waived, by id.
fn warnings<'r>(report: &Report<'r>) -> BTreeMap<&'r str, Vec<&'r Finding>> {
    let mut by_id: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report
        .findings
        .iter()
        .filter(|f| f.waived.is_none() && f.severity == Severity::Warning)
    {
        by_id.entry(&finding.id).or_default().push(finding);
    }
    by_id
}

/// The run in numbers, and where to read more.
pub(super) fn numbers(report: &Report<'_>, verb: &str) -> String {
    let summary = Summary::of(report);
    let environment = report.environment.map(|name| format!(" for {name}"));
    let mut out = format!(
        "sparkk8s-post {verb}: {}, {} with {} by {}{}; {}, {}",
        count(summary.objects, "object"),
        summary.changed,
        count(summary.changes, "change"),
        report.policy.join(", "),
        environment.unwrap_or_default(),
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
    );
    if summary.waived > 0 {
        let _ = write!(out, ", {} waived", summary.waived);
    }
    out.push('\n');
    if summary.warnings > 0 && verb == "render" {
        out.push_str("each warning with its place: sparkk8s-post check\n");
    }
    out
}

/// Three lines for a terminal whose host swallows everything else: the run in numbers, the first refusal or else what
/// was warned of, and where to read more.
pub fn three_lines(report: &Report<'_>, verb: &str) -> String {
    let numbers = numbers(report, verb);
    let numbers = numbers.lines().next().unwrap_or_default();
    let mut refusals = report
        .findings
        .iter()
        .filter(|f| f.waived.is_none() && f.severity == Severity::Error);
    let worst = refusals.next().map_or_else(
        || warned(report),
        |finding| format!("refused: {}", title(report, finding)),
    );
    let rest = "every finding with its place: helm template … | sparkk8s-post check --host pipe";
    format!("{numbers}\n{worst}\n{rest}\n")
}

fn warned(report: &Report<'_>) -> String {
    let warnings = warnings(report);
    if warnings.is_empty() {
        return "nothing refused, no warning".to_owned();
    }
    let each = warnings
        .iter()
        .map(|(id, findings)| format!("{} {id}", findings.len()));
    format!("warned of: {}", each.collect::<Vec<_>>().join(", "))
}
