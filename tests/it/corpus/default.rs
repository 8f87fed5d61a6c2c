//! `default` on real charts: nothing is refused, nothing is broken, and what changed is what the report says.

use super::super::{fixtures, hosts, lab, support};
use super::{by_default, count, judged, lines};
use json_patch::{Patch, PatchOperation};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many of 1000 violations `default` mends at least.
const MENDED: usize = 450;

#[test]
fn every_chart_renders_and_rests() {
    let policy = lab::policy(&["default"], &[]);
    for (file, once) in by_default() {
        assert!(
            !once.refused,
            "{}: {:#}",
            file.name, once.report["findings"]
        );
        let twice = lab::guard(&once.text, &policy).expect("the output can be read");
        assert!(twice.text == once.text, "{} changes again", file.name);
        assert_eq!(twice.report["changes"], json!([]), "{}", file.name);
    }
}

#[test]
fn the_output_is_the_input_and_the_reported_changes() {
    let (mut files, mut changes) = (0, 0);
    for (file, guarded) in by_default() {
        let read = |text: &str| fixtures::objects(fixtures::yaml(text).expect("YAML"));
        let mut objects = read(&file.text);
        changes += apply(&mut objects, &guarded.report, &file.name);
        let mut after = read(&guarded.text);
        open(&mut after, &guarded.report);
        assert_eq!(objects.len(), after.len(), "{}", file.name);
        for (planned, object) in objects.iter().zip(&after) {
            assert!(
                support::same(planned, object),
                "{}: {planned:#}\n{object:#}",
                file.name
            );
        }
        files += 1;
    }
    assert!(
        files == 0 || changes > 1000,
        "{changes} changes in {files} charts"
    );
}

/// Puts in the place of texts that a report has changes in what they hold.
pub(crate) fn open(objects: &mut [Value], report: &Value) {
    for change in report["changes"].as_array().expect("changes") {
        let Some(within) = change["within"].as_str() else {
            continue;
        };
        let index = change["object"]["index"].as_u64().expect("an index") as usize;
        let held = objects[index].pointer_mut(within).expect("a text");
        if let Some(text) = held.as_str() {
            *held = fixtures::yaml(text).expect("YAML").remove(0);
        }
    }
}

/// Makes the changes of a report, object by object; gives how many there are. Texts that are changed become what they hold.
pub(crate) fn apply(objects: &mut [Value], report: &Value, name: &str) -> usize {
    open(objects, report);
    let changes = report["changes"].as_array().expect("changes");
    for change in changes {
        let object = &change["object"];
        let index = object["index"].as_u64().expect("an index") as usize;
        let target = &mut objects[index];
        assert_eq!(target["kind"], object["kind"], "{name}: {change}");
        let own = target["metadata"]["name"].as_str().unwrap_or_default();
        assert_eq!(object["name"], own, "{name}: {change}");
        let within = change["within"].as_str().unwrap_or_default();
        let path = &format!("{within}{}", change["path"].as_str().expect("a path"));
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        // What comes into a list moves what was there.
        if change["op"] != "add" || !target.pointer(parent).is_some_and(Value::is_array) {
            let before = target.pointer(path);
            assert_eq!(before, change.get("before"), "{name}: {change}");
        }
        let operation = json!({"op": change["op"], "path": path, "value": change["value"]});
        let operation: PatchOperation = serde_json::from_value(operation).expect("RFC 6902");
        let done = json_patch::patch(target, &Patch(vec![operation]));
        done.unwrap_or_else(|error| panic!("{name}: {change}: {error}"));
    }
    changes.len()
}

#[test]
fn pod_security_has_less_to_say_and_nothing_new() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let (mut before, mut after) = (0, 0);
    for (file, guarded) in by_default() {
        let (was, is) = (judged(&psa, &file.text), judged(&psa, &guarded.text));
        assert_eq!(
            was.keys().collect::<Vec<_>>(),
            is.keys().collect::<Vec<_>>()
        );
        for (object, checks) in &is {
            let new: Vec<_> = checks.difference(&was[object]).collect();
            assert!(
                new.is_empty(),
                "{}: {object:?} now violates {new:?}",
                file.name
            );
        }
        before += count(&was);
        after += count(&is);
    }
    let mended = (before - after) * 1000 / before.max(1);
    fixtures::say(&format!(
        "restricted violations: {before} before, {after} after, {mended} in 1000 mended"
    ));
    assert!(
        before == 0 || mended >= MENDED,
        "{before} before, {after} after"
    );
}

#[test]
fn only_lines_that_the_report_explains_differ() {
    let mut kinds = BTreeMap::new();
    for (file, guarded) in by_default() {
        for (kind, lines) in lines::explained(&file.text, guarded, &file.name) {
            *kinds.entry(kind).or_insert(0) += lines;
        }
    }
    let added = kinds.get("added").copied().unwrap_or_default();
    assert!(kinds.is_empty() || added > 3000, "{kinds:?}");
}
