//! A finding as pipelines are told of it: what the formats for them have in common. No line of the input is among it, and no value.

use super::{Report, listed, text};
use crate::guard::Finding;
use crate::text::Position;

/// A finding, its words and its place.
pub(super) struct Entry<'r> {
    pub(super) finding: &'r Finding,
    /// What is wrong with which object, in one line.
    pub(super) title: String,
    /// The chart's template where the stream tells, else what the input is called; the policy's file where it is about that.
    pub(super) file: &'r str,
    /// Where in the input; nowhere for the stream as a whole.
    pub(super) position: Option<Position>,
    /// Whether `position` is one in `file`: a line of the stream is no line of a template.
    pub(super) is_numbered: bool,
}

impl<'r> Entry<'r> {
    pub(super) fn new(report: &'r Report<'_>, finding: &'r Finding) -> Self {
        let location = finding
            .object
            .map(|object| report.locate(object, finding.within.as_ref(), &finding.path));
        let policy = listed::origin(report, finding);
        let template = location.as_ref().and_then(|location| location.template);
        Self {
            finding,
            title: text::title(report, finding),
            file: policy.map_or(template.unwrap_or(report.name), |origin| &origin.file.name),
            position: match policy {
                Some(origin) => Some(origin.position()),
                None => location.map(|at| report.lines().position(at.span.start)),
            },
            is_numbered: template.is_none(),
        }
    }

    /// What else there is to say, a line each.
    pub(super) fn details(&self, report: &Report<'_>) -> String {
        let finding = self.finding;
        let help = match &finding.help {
            Some(help) => format!("help: {help}; more: sparkk8s-post explain {}", finding.id),
            None => format!("help: sparkk8s-post explain {}", finding.id),
        };
        let because = finding
            .because
            .as_ref()
            .map(|why| format!("because: {why}"));
        let name = if self.is_numbered {
            self.file
        } else {
            report.name
        };
        let place = self
            .position
            .map(|at| format!("at: {name}:{}:{}", at.line, at.column));
        let needed = finding.needed_by.as_ref();
        let needed = needed.map(|origin| format!("needed by: {origin}"));
        let lines: Vec<_> = [because, needed, place, Some(help)]
            .into_iter()
            .flatten()
            .collect();
        lines.join("\n")
    }
}

/// `Deployment/spark/connect`, without the namespace where the stream tells none.
pub(super) fn object_name(report: &Report<'_>, object: usize) -> String {
    let object = &report.objects[object];
    match object.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", object.kind, object.name),
        None => object.to_string(),
    }
}

/// A text without line breaks: a name with one would begin a line of its own, and in the log of a pipeline that may be a command.
pub(super) fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { plain(c) };
    text.chars().map(plain).collect()
}

/// What a character is in a text that every format carries: what controls a terminal, and what XML 1.0 has not, is �.
pub(super) fn plain(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}
