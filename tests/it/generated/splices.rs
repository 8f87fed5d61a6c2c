//! RFC 6902 patches thrown together on documents thrown together: the text is edited to read as the patched value.

use super::dice::Dice;
use super::{objects, scribe};
use crate::{fixtures, support};
use json_patch::{Patch, PatchOperation};
use serde_json::{Value, json};
use sparkk8s_post::text::EditSet;
use sparkk8s_post::yaml::Touched;
use sparkk8s_post::yaml::{Document, Pointer};

/// As many documents are patched.
const CASES: u64 = 20_000;

#[test]
fn a_patched_document_reads_as_its_patched_value() {
    let (mut made, mut shared, mut wrong) = (0, 0, Vec::new());
    let cases = super::times(CASES);
    for case in 0..cases {
        match splice(case) {
            Ok(true) => made += 1,
            Ok(false) => shared += 1,
            Err(what) => wrong.push(format!("case {case}: {what}")),
        }
    }
    fixtures::say(&format!(
        "splices: {made} of {cases} made, {shared} refused because of anchors or not possible"
    ));
    assert!(
        wrong.is_empty(),
        "{} wrong, first {}",
        wrong.len(),
        wrong[0]
    );
    assert!(made * 10 > cases * 8, "only {made} made");
}

/// Whether the splice was made, or refused; or what is wrong with it.
fn splice(case: u64) -> Result<bool, String> {
    let mut dice = Dice::new(case ^ 0x5eed);
    let value = match dice.below(3) {
        0 => objects::stream(&mut dice).remove(0),
        _ => objects::anything(&mut dice, 5),
    };
    let text = scribe::document(&value, &mut dice);
    let Ok(document) = Document::parse(&text, 0) else {
        return Ok(false);
    };
    let Some(root) = document.root() else {
        return Ok(false);
    };
    let before = root.to_value();
    let (patch, target) = patch(&before, &mut dice);
    let what = |why: &str, after: &str| {
        let patch = json!(patch);
        format!("{why}\n{patch}\n=== before\n{text}\n=== after\n{after}")
    };
    let Ok(edits) = document.splice(&target, Touched::everything()) else {
        return Ok(false);
    };
    let edits = EditSet::new(edits).map_err(|error| what(&error.to_string(), ""))?;
    let after = edits.apply(&text);
    let read = Document::parse(&after, 0).map_err(|error| what(&error.to_string(), &after))?;
    let reads = read
        .root()
        .map(sparkk8s_post::yaml::NodeRef::to_value)
        .unwrap_or_default();
    if !support::same(&reads, &target) {
        return Err(what(&format!("reads as {reads}"), &after));
    }
    if support::same(&before, &target) && !edits.is_empty() {
        return Err(what("nothing was to be done", &after));
    }
    let adds = json!(patch)
        .as_array()
        .is_some_and(|all| all.iter().all(|op| op["op"] == "add"));
    let gone: String = edits
        .edits()
        .iter()
        .map(|edit| &text[edit.span.range()])
        .collect();
    if adds && !only_empty(&gone) && new_only(&before, &target) {
        return Err(what(&format!("an addition takes `{gone}` away"), &after));
    }
    independent(&text, &before, &after, &target).map_err(|why| what(&why, &after))?;
    Ok(true)
}

/// Another reader reads the same, where it read the same before.
fn independent(text: &str, before: &Value, after: &str, target: &Value) -> Result<(), String> {
    let read = |text: &str| fixtures::yaml(text).map(|mut documents| documents.pop());
    if !read(text).is_ok_and(|read| read.is_some_and(|read| support::same(&read, before))) {
        return Ok(());
    }
    let read = read(after)?.unwrap_or_default();
    if support::same(&read, target) {
        return Ok(());
    }
    Err(format!("another reader reads {read}"))
}

/// Whether nothing but blanks and empty values went.
fn only_empty(gone: &str) -> bool {
    let words = ["null", "~", "{", "}", "[", "]", "\"", "'", "-"];
    let rest = words
        .iter()
        .fold(gone.to_owned(), |rest, word| rest.replace(word, ""));
    rest.trim().is_empty()
}

/// Whether everything that was there still is, but for empty values.
fn new_only(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .all(|(key, a)| b.get(key).is_some_and(|b| new_only(a, b))),
        (Value::Array(a), Value::Array(b)) => {
            a.len() <= b.len() && a.iter().zip(b).all(|(a, b)| new_only(a, b))
        }
        (Value::Null, _) => true,
        (a, b) => a == b,
    }
}

/// One to four operations that fit, and what they make of the value.
fn patch(before: &Value, dice: &mut Dice) -> (Patch, Value) {
    let mut target = before.clone();
    let mut patch = Patch(Vec::new());
    for _ in 0..=dice.below(4) {
        let operation = operation(&target, dice);
        let mut tried = target.clone();
        if json_patch::patch(&mut tried, &Patch(vec![operation.clone()])).is_ok() {
            target = tried;
            patch.0.push(operation);
        }
    }
    (patch, target)
}

pub(super) fn operation(value: &Value, dice: &mut Dice) -> PatchOperation {
    let mut places = Vec::new();
    collect(value, &Pointer::root(), &mut places);
    let at = dice.pick(&places);
    let (path, from) = (at.to_string(), dice.pick(&places).to_string());
    let new = match dice.below(3) {
        0 => json!({"name": "n1", "drop": ["ALL"], "more": {"x": true}}),
        _ => objects::anything(dice, 2),
    };
    let child = match at.of(value) {
        Some(Value::Array(items)) => {
            let index = dice.below(items.len() + 1);
            format!("{path}/{}", dice.pick(&[index.to_string(), "-".to_owned()]))
        }
        _ => format!("{path}/{}", dice.pick(&["new", "app", "name", "a b", "on"])),
    };
    let operation = match dice.below(8) {
        0 => json!({"op": "replace", "path": path, "value": new}),
        1 => json!({"op": "remove", "path": path}),
        2 => json!({"op": "move", "from": from, "path": child}),
        3 => json!({"op": "copy", "from": from, "path": child}),
        _ => json!({"op": "add", "path": child, "value": new}),
    };
    serde_json::from_value(operation).expect("RFC 6902")
}

pub(super) fn collect(value: &Value, at: &Pointer, places: &mut Vec<Pointer>) {
    places.push(at.clone());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, &at.child(key.as_str()), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, &at.child(index), places);
            }
        }
        _ => {}
    }
}
