//! The report for machines: a contract (`docs/schema/report.json`). Fields are only ever added, so the wire has types
//! of its own.

use super::{Listed, Report, Summary, listed};
use crate::guard::{Change, Finding, Json, Op, Severity};
use crate::manifest::sensitive::shown_value;
use crate::text::Glob;
use crate::yaml::Pointer;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    /// Raised when a field changes its meaning.
    schema_version: u32,
    tool: Tool,
    /// The presets that were chosen, `name@version`.
    policy: &'a [String],
    /// The environment of the project, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    summary: WireSummary,
    changes: Vec<WireChange<'a>>,
    findings: Vec<WireFinding<'a>>,
    /// The waivers that could have held, whether or not anything needed them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WireWaiver<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WireSummary {
    objects: usize,
    changed: usize,
    changes: usize,
    errors: usize,
    warnings: usize,
    waived: usize,
}

/// An object of the stream.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireObject<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    /// Its place among the stream's objects, Lists flattened.
    index: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireChange<'a> {
    rule: &'a str,
    object: WireObject<'a>,
    #[cfg_attr(test, schemars(with = "String"))]
    op: Op,
    /// RFC 6901, inside the object: the text that `path` is inside of.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<&'a str>,
    /// RFC 6901, inside the object.
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// The policy's file and line.
    needed_by: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    parameters: &'a [String],
    file: &'a str,
    /// The chart's template, where the stream tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    line: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireFinding<'a> {
    id: &'a str,
    #[cfg_attr(test, schemars(with = "String"))]
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<WireObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    /// RFC 6901, inside the object: the text that `path` is inside of.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<&'a str>,
    path: String,
    file: &'a str,
    /// The chart's template, where the stream tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed_by: Option<&'a str>,
    /// Why it does not count, where somebody waived it.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a str>,
    /// Which of `waivers` did, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived_by: Option<usize>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WireWaiver<'a> {
    /// The id of a rule or a check, or a glob of ids.
    rule: &'a str,
    /// The objects that it is for.
    #[serde(rename = "where")]
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    reason: &'a str,
    /// Its last day, `2027-01-31`; one that is given by hand has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Days to its last one; below nothing since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i64>,
    /// File, line and column, or `--skip`; an annotation stands in the input.
    stands_at: String,
    /// Whether a rule or a check would have had to say something without it.
    used: bool,
    /// How many findings do not count because of it.
    findings: usize,
}

/// The report as one line of JSON.
pub fn report(report: &Report<'_>) -> String {
    let summary = Summary::of(report);
    let wire = Wire {
        schema_version: 1,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        policy: report.policy,
        environment: report.environment,
        summary: WireSummary {
            objects: summary.objects,
            changed: summary.changed,
            changes: summary.changes,
            errors: summary.errors,
            warnings: summary.warnings,
            waived: summary.waived,
        },
        changes: report
            .changes
            .iter()
            .map(|change| wire_change(report, change))
            .collect(),
        findings: report
            .findings
            .iter()
            .map(|finding| wire_finding(report, finding))
            .collect(),
        waivers: report
            .waivers
            .iter()
            .map(|one| wire_waiver(report, one))
            .collect(),
    };
    let mut text = serde_json::to_string(&wire).expect("internal error: the report is plain data");
    text.push('\n');
    text
}

fn wire_object<'a>(report: &Report<'a>, index: usize) -> WireObject<'a> {
    let object = &report.objects[index];
    let (api_version, kind) = (object.api_version, object.kind);
    WireObject {
        api_version,
        kind,
        namespace: object.namespace,
        name: object.name,
        index,
    }
}

fn wire_change<'a>(report: &Report<'a>, change: &'a Change) -> WireChange<'a> {
    let done = &*change.done;
    let location = report.locate(change.object, done.within.as_ref(), &done.path);
    let secret = report.objects[change.object].kind == "Secret";
    let key = subject(report, change);
    let shown = |value: &Option<Json>| {
        let value = value.as_ref().filter(|_| !secret)?;
        Some(shown_value(&value.value(), &key))
    };
    WireChange {
        rule: &done.rule.id,
        object: wire_object(report, change.object),
        op: done.op,
        within: done.within.as_ref().map(Pointer::as_str),
        path: done.path.as_str(),
        before: shown(&done.before),
        value: shown(&done.value),
        needed_by: &done.rule.origin,
        parameters: &done.rule.parameters,
        file: report.name,
        template: location.template,
        line: report.lines().position(location.span.start).line,
    }
}

/// What the value of a change is the value of: its key, or the name of the variable whose `value` it is.
fn subject(report: &Report<'_>, change: &Change) -> String {
    let path = &change.done.path;
    let key = path.last().unwrap_or_default().into_owned();
    let object = &report.objects[change.object];
    let node = report.stream.documents[object.document].node(object.node);
    let parent = path.parent().filter(|_| key == "value");
    let holder = parent.and_then(|parent| node.at_pointer(&parent));
    let name = holder.and_then(|holder| holder.get("name"));
    name.map_or(key, |name| name.text().to_owned())
}

fn wire_finding<'a>(report: &'a Report<'_>, finding: &'a Finding) -> WireFinding<'a> {
    let location = finding
        .object
        .map(|object| report.locate(object, finding.within.as_ref(), &finding.path));
    let policy = listed::origin(report, finding);
    let position = match policy {
        Some(origin) => Some(origin.position()),
        None => location
            .as_ref()
            .map(|at| report.lines().position(at.span.start)),
    };
    WireFinding {
        id: &finding.id,
        severity: finding.severity,
        object: finding.object.map(|object| wire_object(report, object)),
        container: finding.container.as_deref(),
        within: finding.within.as_ref().map(Pointer::as_str),
        path: finding.path.to_string(),
        file: policy.map_or(report.name, |origin| &origin.file.name),
        template: location.and_then(|location| location.template),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        message: &finding.message,
        because: finding.because.as_deref(),
        help: finding.help.as_deref(),
        needed_by: finding.needed_by.as_deref(),
        waived: finding.waived.as_ref().map(|waived| waived.reason.as_str()),
        waived_by: finding
            .waived
            .as_ref()
            .map(|waived| waived.by)
            .filter(|by| *by < report.waivers.len()),
    }
}

fn wire_waiver<'a>(report: &Report<'_>, listed: &Listed<'a>) -> WireWaiver<'a> {
    let waiver = &listed.one.waiver;
    WireWaiver {
        rule: waiver.rule.text(),
        place: listed.place(report),
        container: waiver.container.as_ref().map(Glob::text),
        reason: &waiver.reason,
        expires: waiver.expires.as_ref().map(ToString::to_string),
        days: listed.days,
        stands_at: listed.at(report),
        used: listed.one.is_used,
        findings: listed.findings,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_of_the_report_is_current() {
        let schema = crate::text::current::schema_of_output::<super::Wire<'_>>();
        crate::text::current::assert_schema("report.json", &schema);
    }
}
