//! The report as SARIF 2.1.0, for code scanning: one line of JSON, without a date.

use super::entry::{Entry, object_name, plain};
use super::{Report, Summary, listed};
use crate::check::{REMARKS, pages};
use crate::guard::{Finding, Severity};
use crate::manifest::reads::sum;
use crate::yaml::Pointer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run, with all findings; the waived ones are suppressed.
pub fn sarif(report: &Report<'_>) -> String {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings {
        rules.entry(&finding.id).or_default().push(finding);
    }
    let index: BTreeMap<_, _> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results = report.findings.iter();
    let results: Vec<_> = results
        .map(|finding| result(report, finding, index[finding.id.as_str()]))
        .collect();
    let rules: Vec<_> = rules.iter().map(|(id, of)| rule(id, of)).collect();
    let summary = Summary::of(report);
    let mut properties = json!({
        "policy": report.policy,
        "objects": summary.objects,
        "changed": summary.changed,
        "changes": summary.changes,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "waived": summary.waived,
    });
    if let Some(environment) = report.environment {
        properties["environment"] = environment.into();
    }
    let waivers: Vec<_> = listed::used(report)
        .map(|one| clean(&one.line(report)))
        .collect();
    if !waivers.is_empty() {
        properties["waivers"] = waivers.into();
    }
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true}],
            "properties": properties,
            "results": results,
        }],
    });
    sarif.to_string() + "\n"
}

/// What stands behind an id. Its level is that of its gravest finding.
fn rule(id: &str, findings: &[&Finding]) -> Value {
    let page = pages().iter().find(|page| page.id == id);
    let page = page.map(|page| (page.title, page.fix));
    let remark = || REMARKS.iter().find(|remark| remark.id == id);
    let page = page.or_else(|| remark().map(|remark| (remark.title, remark.fix)));
    let said = |word: fn(&Finding) -> Option<&str>| findings.iter().find_map(|one| word(one));
    let (short, help) = match page {
        Some((title, fix)) => (Some(title), Some(fix)),
        None => (
            said(|one| one.because.as_deref()),
            said(|one| one.help.as_deref()),
        ),
    };
    let help = help.map(|help| format!("{}\n", help.trim_end()));
    let gravest = findings.iter().map(|finding| finding.severity).max();
    json!({
        "id": clean(id),
        "shortDescription": {"text": clean(short.unwrap_or(id))},
        "help": {"text": clean(&format!("{}more: sparkk8s-post explain {id}", help.unwrap_or_default()))},
        "defaultConfiguration": {"level": level(gravest.unwrap_or(Severity::Info))},
    })
}

fn result(report: &Report<'_>, finding: &Finding, index: usize) -> Value {
    let entry = Entry::new(report, finding);
    let mut physical = json!({"artifactLocation": {"uri": uri(entry.file)}});
    if let Some(at) = entry.position.filter(|_| entry.is_numbered) {
        physical["region"] = json!({"startLine": at.line, "startColumn": at.column});
    }
    let mut location = json!({"physicalLocation": physical});
    let name = finding.object.map(|object| object_name(report, object));
    if let (Some(name), Some(object)) = (&name, finding.object) {
        let own = clean(report.objects[object].name);
        let mut logical = vec![json!({
            "name": own, "fullyQualifiedName": clean(name), "kind": "resource",
        })];
        logical.extend(finding.container.as_ref().map(|container| {
            let full = clean(&format!("{name}/{container}"));
            json!({"name": clean(container), "fullyQualifiedName": full, "kind": "member"})
        }));
        location["logicalLocations"] = logical.into();
    }
    // What stays when lines move.
    let container = finding.container.as_deref().unwrap_or_default();
    let name = name.unwrap_or_default();
    let within = finding.within.as_ref().map_or("", Pointer::as_str);
    let path = format!("{within}{}", finding.path);
    let print = sum(&[&finding.id, &name, container, &path].join("\0"));
    let mut result = json!({
        "ruleId": clean(&finding.id),
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": clean(&format!("{}\n{}", entry.title, entry.details(report)))},
        "locations": [location],
        // GitHub goes by the second name, and has no file to make it of.
        "partialFingerprints": {"sparkk8sPost/v1": print, "primaryLocationLineHash": print},
    });
    if let Some(waived) = &finding.waived {
        let listed = report.waivers.get(waived.by);
        let is_annotation = listed.is_some_and(|listed| listed.one.annotation.is_some());
        result["suppressions"] = json!([{
            "kind": if is_annotation { "inSource" } else { "external" },
            "justification": clean(&listed::why(report, waived)),
        }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn clean(text: &str) -> String {
    text.chars().map(plain).collect()
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
