//! Two values of an object to operations, with tests before them: a patch meets later renderings, in which it may no longer
//! be right. Made of values and not of what rules did, for it must hold when some of that is left out.

use crate::manifest::sensitive::shown_value;
use crate::yaml::{Pointer, flow_text, same_value};
use json_patch::{
    AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation, TestOperation,
};
use serde_json::{Map, Value, json};

/// Annotations of the object itself. When kustomize comes to a patch there always are some, its own (`StorePreviousId` in
/// kustomize 5.8.1) and its host's (Helm 4 tells the template): to make the map anew would take them away.
const ANNOTATIONS: &str = "annotations";

/// What makes `after` of `before`, one operation a line; `None` where a credential of the author's would stand there.
///
/// # Errors
/// What does not come out as planned: a bug.
pub(super) fn lines(mut before: Value, mut after: Value) -> Result<Option<Vec<String>>, String> {
    if let (Some(before), Some(after)) = (metadata(&mut before), metadata(&mut after)) {
        for metadata in [before, after] {
            let annotations = metadata.entry(ANNOTATIONS).or_insert(Value::Null);
            if annotations.is_null() {
                *annotations = json!({});
            }
        }
    }
    let mut difference = Difference::default();
    difference.between(&Pointer::root(), &before, &after, "")?;
    let done = difference.lines.iter().filter_map(|line| match line {
        Line::Absent(_) => None,
        Line::Operation(operation) => Some(operation.clone()),
    });
    let patch = Patch(done.collect());
    json_patch::patch(&mut before, &patch).map_err(|error| error.to_string())?;
    if !same_value(&before, &after) {
        return Err("the patch makes something else of it".to_owned());
    }
    let lines = difference.lines.iter().map(|line| {
        let operation = match line {
            // By RFC 6902 this cannot be tested; kustomize takes `null` for it (kustomize 5.8.1, by evanphx/json-patch).
            Line::Absent(at) => json!({"op": "test", "path": at.as_str(), "value": null}),
            Line::Operation(operation) => json!(operation),
        };
        format!("- {}", flow_text(&operation))
    });
    Ok((!difference.tells).then(|| lines.collect()))
}

/// The metadata of an object, where it is as it should be.
fn metadata(object: &mut Value) -> Option<&mut Map<String, Value>> {
    object.get_mut("metadata")?.as_object_mut()
}

enum Line {
    /// A test that nothing stands there.
    Absent(Pointer),
    Operation(PatchOperation),
}

#[derive(Default)]
struct Difference {
    lines: Vec<Line>,
    /// Whether a credential of the author's would be written as a part of something else.
    tells: bool,
}

impl Difference {
    /// `key` is what the value is the value of.
    fn between(
        &mut self,
        at: &Pointer,
        before: &Value,
        after: &Value,
        key: &str,
    ) -> Result<(), String> {
        match (before, after) {
            _ if same_value(before, after) => Ok(()),
            (Value::Object(before), Value::Object(after)) => self.keys(at, before, after),
            (Value::Array(before), Value::Array(after)) if are_alike(before, after) => {
                self.items(at, before, after)
            }
            _ => {
                self.test(at, before, key)?;
                // Of a value that only takes in what was there, the author's part is written again.
                self.tells |= before.is_array() && !is_shown(before, key);
                let (path, value) = (path(at)?, after.clone());
                // A key without a value may be gone in a later rendering.
                self.push(match before {
                    Value::Null => PatchOperation::Add(AddOperation { path, value }),
                    _ => PatchOperation::Replace(ReplaceOperation { path, value }),
                });
                Ok(())
            }
        }
    }

    fn keys(
        &mut self,
        at: &Pointer,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<(), String> {
        let named = before.get("name").and_then(Value::as_str);
        for (key, value) in before {
            let at = at.child(key.as_str());
            let of = match key.as_str() {
                "value" => named.unwrap_or_default(),
                key => key,
            };
            if let Some(after) = after.get(key) {
                self.between(&at, value, after, of)?;
            } else {
                self.test(&at, value, of)?;
                let path = path(&at)?;
                self.push(PatchOperation::Remove(RemoveOperation { path }));
            }
        }
        for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            let at = at.child(key.as_str());
            let (path, value) = (path(&at)?, value.clone());
            self.lines.push(Line::Absent(at));
            self.push(PatchOperation::Add(AddOperation { path, value }));
        }
        Ok(())
    }

    fn items(&mut self, at: &Pointer, before: &[Value], after: &[Value]) -> Result<(), String> {
        for (index, (item, guarded)) in before.iter().zip(after).enumerate() {
            if !same_value(item, guarded) {
                let at = at.child(index);
                self.identity(&at, item, before)?;
                self.between(&at, item, guarded, "")?;
            }
        }
        for value in &after[before.len()..] {
            let (path, value) = (path(&at.child("-"))?, value.clone());
            self.push(PatchOperation::Add(AddOperation { path, value }));
        }
        Ok(())
    }

    /// Tests that an item is the one that was meant: by its name, or by all of its texts and numbers where no name tells it
    /// from the others.
    fn identity(&mut self, at: &Pointer, item: &Value, all: &[Value]) -> Result<(), String> {
        let same_name = all
            .iter()
            .filter(|other| other.get("name") == item.get("name"));
        let by_name = item.get("name").is_some_and(Value::is_string) && same_name.count() == 1;
        for (key, value) in item.as_object().into_iter().flatten() {
            let tells = match by_name {
                true => key == "name",
                false => !value.is_object() && !value.is_array(),
            };
            if tells {
                self.test(&at.child(key.as_str()), value, key)?;
            }
        }
        Ok(())
    }

    /// Tests what stands somewhere, but for what may be a credential.
    fn test(&mut self, at: &Pointer, value: &Value, key: &str) -> Result<(), String> {
        if is_shown(value, key) {
            let (path, value) = (path(at)?, value.clone());
            self.push(PatchOperation::Test(TestOperation { path, value }));
        }
        Ok(())
    }

    fn push(&mut self, operation: PatchOperation) {
        self.lines.push(Line::Operation(operation));
    }
}

fn is_shown(value: &Value, key: &str) -> bool {
    shown_value(value, key) == *value
}

fn path(at: &Pointer) -> Result<json_patch::jsonptr::PointerBuf, String> {
    at.as_str().parse().map_err(|error| format!("{error}"))
}

/// Whether the items of a list are those that were there, each with changes of its own, and others behind them.
fn are_alike(before: &[Value], after: &[Value]) -> bool {
    let is_same =
        |(a, b): (&Value, &Value)| a.is_object() && b.is_object() && a.get("name") == b.get("name");
    before.len() <= after.len() && before.iter().zip(after).all(is_same) && !before.is_empty()
}
