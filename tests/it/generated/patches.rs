//! Presets thrown together, on streams thrown together: whatever a user's rules ask for, it is done or refused.

use super::dice::Dice;
use super::lab::{self, Failed};
use super::{compared, objects, splices, text, values};
use crate::fixtures;
use serde_json::{Map, Value, json};
use sparkk8s_post::yaml::Pointer;

/// As many presets are tried.
const CASES: u64 = 2_000;

/// What came of a case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Came {
    Unreadable,
    BadPolicy,
    Conflict,
    Refused,
    Same,
    Changed,
    Compared,
}

#[test]
fn rules_of_any_user_are_done_or_refused() {
    let cases = super::times(CASES);
    let mut counts = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for case in 0..cases {
        match tried(case) {
            Ok(came) => *counts.entry(came).or_insert(0u64) += 1,
            Err(what) => wrong.push(format!("case {case}: {what}")),
        }
    }
    fixtures::say(&format!("patches: of {cases} {counts:?}"));
    if let Some(first) = wrong.first() {
        panic!("{} wrong, first {first}", wrong.len());
    }
    let done = counts[&Came::Changed] + counts[&Came::Compared];
    assert!(done * 2 > cases, "only {done} changed");
}

fn tried(case: u64) -> Result<Came, String> {
    let text = text(case);
    let mut dice = Dice::new(case ^ 0xface);
    let Some(values) = values(&text) else {
        return Ok(Came::Unreadable);
    };
    let preset = preset(&fixtures::objects(values), &mut dice);
    let Ok(policy) = lab::composed(&[&preset], &[]) else {
        return Ok(Came::BadPolicy);
    };
    let seen =
        |why: &str, after: &str| format!("{why}\n{preset}\n=== on\n{text}\n=== becomes\n{after}");
    let once = match lab::guard(&text, &policy) {
        Ok(once) => once,
        Err(Failed::Unreadable(_)) => return Ok(Came::Unreadable),
        Err(Failed::Policy(_)) => return Ok(Came::Conflict),
        Err(Failed::Shared(_)) => return Ok(Came::Refused),
        Err(bug) => return Err(seen(&format!("{bug:?}"), "")),
    };
    let twice = lab::guard(&once.text, &policy)
        .map_err(|error| seen(&format!("again: {error:?}"), &once.text))?;
    if twice.text != once.text {
        return Err(seen(
            "",
            &format!("{}\n=== and then\n{}", once.text, twice.text),
        ));
    }
    if once.text == text {
        return Ok(Came::Same);
    }
    if hides(&once.report) {
        return Ok(Came::Changed);
    }
    match compared(&text, &once).map_err(|why| seen(&why, &once.text))? {
        true => Ok(Came::Compared),
        false => Ok(Came::Changed),
    }
}

/// Whether the report leaves out values, as it does of Secrets: nobody can make its changes then.
fn hides(report: &Value) -> bool {
    let hidden = |change: &Value| {
        let lacks = |field: &str, op: &str| change["op"] != op && change.get(field).is_none();
        lacks("before", "add") || lacks("value", "remove")
    };
    let changes = report["changes"].as_array();
    changes.is_some_and(|changes| changes.iter().any(hidden))
}

/// One to three rules that speak of what one of the objects holds.
fn preset(objects: &[Value], dice: &mut Dice) -> String {
    let rules: Vec<_> = (0..=dice.below(3))
        .map(|n| rule(n, objects, dice))
        .collect();
    let preset = json!({
        "apiVersion": "sparkk8s.io/v1alpha1",
        "kind": "Preset",
        "metadata": {"name": "p", "version": "1.0.0"},
        "spec": {"summary": "any", "rules": rules},
    });
    serde_json::to_string_pretty(&preset).expect("JSON")
}

fn rule(number: usize, objects: &[Value], dice: &mut Dice) -> Value {
    let empty = json!({});
    let object = match objects.len() {
        0 => &empty,
        many => &objects[dice.below(many)],
    };
    let mut rule = json!({"id": format!("r{number}"), "on": "object", "because": "any"});
    let verb = dice.pick(&["patch", "patch", "patch", "default", "enforce", "include"]);
    rule[verb] = match verb {
        "patch" => patch(object, dice),
        _ => body(object, verb == "include", dice),
    };
    rule
}

/// Operations, of which some fit.
fn patch(object: &Value, dice: &mut Dice) -> Value {
    let mut now = object.clone();
    let mut patch = Vec::new();
    for _ in 0..=dice.below(3) {
        let operation = splices::operation(&now, dice);
        if names(&json!(operation)) {
            continue;
        }
        let mut tried = now.clone();
        let fits = json_patch::patch(&mut tried, std::slice::from_ref(&operation)).is_ok();
        if fits {
            now = tried;
        }
        if fits || dice.one_in(4) {
            patch.push(operation);
        }
    }
    if patch.is_empty() {
        return json!([{"op": "add", "path": "/new", "value": {"x": 1}}]);
    }
    json!(patch)
}

/// Whether an operation changes what an object is; the report speaks of the one that was there.
fn names(operation: &Value) -> bool {
    let identity = [
        "/apiVersion",
        "/kind",
        "/items",
        "/metadata",
        "/metadata/name",
    ];
    let at = |field: &str| {
        let pointer = operation[field].as_str();
        pointer.is_some_and(|at| at.is_empty() || identity.contains(&at))
    };
    at("path") || (operation["op"] == "move" && at("from"))
}

/// Something at a place of the object: another value, or a new key.
fn body(object: &Value, of_lists: bool, dice: &mut Dice) -> Value {
    let mut places = Vec::new();
    splices::collect(object, &Pointer::root(), &mut places);
    places.retain(|at| !names(&json!({"path": at.to_string()})));
    let root = Pointer::root();
    let at = match places.is_empty() {
        true => &root,
        false => &places[dice.below(places.len())],
    };
    let kind = if of_lists { 1 } else { dice.below(3) };
    let mut body = match kind {
        0 => json!({"new": true}),
        1 => json!([dice.pick(&["ALL", "x"]), {"name": "c0", "new": 1}]),
        _ => objects::anything(dice, 2),
    };
    for segment in at.segments().rev() {
        body = match segment.parse::<usize>() {
            Ok(_) => json!([body]),
            Err(_) => Value::Object(Map::from_iter([(segment.into_owned(), body)])),
        };
    }
    body
}
