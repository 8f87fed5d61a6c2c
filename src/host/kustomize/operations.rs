//! The operations of one object, with tests: a patch meets later renderings, in which it may no longer be right.

use crate::guard::{Change, Json, Op};
use crate::manifest::Object;
use crate::render::{RenderError, operation};
use crate::yaml::{Pointer, flow_text, index};
use json_patch::{AddOperation, Patch, PatchOperation, TestOperation};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What makes of an object what its changes make of it, each operation on one line.
///
/// # Errors
/// They do not come out as planned: a bug.
pub(super) fn of(
    object: &Object<'_>,
    mut before: Value,
    changes: &[&Change],
) -> Result<Vec<String>, RenderError> {
    let bug = |what: String| RenderError::Bug {
        document: object.document + 1,
        objects: format!("`{object}`"),
        what,
    };
    let annotations = before["metadata"].get("annotations");
    if annotations.is_none_or(Value::is_null) {
        before["metadata"]["annotations"] = json!({});
    }
    let mut writer = Writer {
        now: before.clone(),
        moved: false,
        tested: BTreeSet::new(),
        operations: Vec::new(),
    };
    for change in changes {
        writer.change(change).map_err(bug)?;
    }
    let operations = writer.operations;
    let mut after = before;
    let patch = Patch(operations.iter().map(|(_, done)| done.clone()).collect());
    json_patch::patch(&mut after, &patch).map_err(|error| bug(error.to_string()))?;
    if after != writer.now {
        return Err(bug("the patch makes something else of it".to_owned()));
    }
    let lines = operations.iter().flat_map(|(key, operation)| {
        let absent = key.as_ref().map(absent);
        absent.into_iter().chain([line(&json!(operation))])
    });
    Ok(lines.collect())
}

/// A test that nothing stands somewhere. By RFC 6902 that cannot be tested; kustomize takes `null` for it (kustomize 5.8.1,
/// by evanphx/json-patch).
fn absent(path: &Pointer) -> String {
    line(&json!({"op": "test", "path": path.as_str(), "value": null}))
}

fn line(operation: &Value) -> String {
    format!("- {}", flow_text(operation))
}

/// Annotations of the object itself. When kustomize comes to a patch there always are some, its own (`StorePreviousId` in
/// kustomize 5.8.1) and its host's (Helm 4 tells the template): to make the map anew would take them away.
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

struct Writer {
    /// What the operations have made of the object.
    now: Value,
    /// Whether items of a list have changed their places: then paths from before mean others.
    moved: bool,
    /// Names that are known to stand where they stand.
    tested: BTreeSet<(String, String)>,
    /// Each with the key that it makes, where that is new.
    operations: Vec<(Option<Pointer>, PatchOperation)>,
}

impl Writer {
    fn change(&mut self, change: &Change) -> Result<(), String> {
        let done = &change.done;
        let as_planned = operation(&done.path, done)?;
        let parent = done.path.parent().unwrap_or_default();
        let items = parent.of(&self.now).and_then(Value::as_array).map(Vec::len);
        let at = done.path.last().and_then(|last| index(&last));
        let at_end = items.is_some() && items == at;
        self.moved |= items.is_some() && !at_end && done.op != Op::Replace;
        if self.folds(change)? {
            return self.apply(as_planned);
        }
        self.test(&done.path)?;
        let written = match done.op {
            Op::Add if at_end => operation(&parent.child("-"), done)?,
            _ => as_planned.clone(),
        };
        if done.path == Pointer::from_iter(ANNOTATIONS) {
            self.annotate(change)?;
            return self.apply(as_planned);
        }
        let makes_key = done.op == Op::Add && items.is_none();
        self.operations
            .push((makes_key.then(|| done.path.clone()), written));
        self.apply(as_planned)
    }

    /// All annotations of an object at once, one by one.
    fn annotate(&mut self, change: &Change) -> Result<(), String> {
        let annotations = Pointer::from_iter(ANNOTATIONS);
        let value = change.done.value.as_ref().map(Json::value);
        let Some(Value::Object(entries)) = value else {
            return Ok(());
        };
        for (key, value) in entries {
            let key = annotations.child(key);
            let path = key.as_str().parse().map_err(|error| format!("{error}"))?;
            let add = AddOperation { path, value };
            self.operations.push((Some(key), PatchOperation::Add(add)));
        }
        Ok(())
    }

    fn apply(&mut self, operation: PatchOperation) -> Result<(), String> {
        let patch = Patch(vec![operation]);
        json_patch::patch(&mut self.now, &patch).map_err(|error| error.to_string())
    }

    /// Whether a change is within what an operation before it made: then that one makes it so.
    fn folds(&mut self, change: &Change) -> Result<bool, String> {
        let path = &change.done.path;
        let mut before = self.operations.iter_mut().filter(|_| !self.moved);
        let maker = before.find_map(|(key, before)| match before {
            PatchOperation::Add(add) => Some((path.strip(key.as_ref()?)?, add)),
            _ => None,
        });
        let Some((within, add)) = maker else {
            return Ok(false);
        };
        let patch = Patch(vec![operation(&within, &change.done)?]);
        json_patch::patch(&mut add.value, &patch).map_err(|error| error.to_string())?;
        Ok(true)
    }

    /// An item that a path goes through has to be the one that was meant: in a later rendering others may stand before it.
    fn test(&mut self, path: &Pointer) -> Result<(), String> {
        let mut at = Pointer::root();
        for segment in path.segments() {
            let in_list = at.of(&self.now).is_some_and(Value::is_array);
            at = at.child(&*segment);
            let name = at.of(&self.now).and_then(|item| item.get("name")?.as_str());
            let Some(name) = name.filter(|_| in_list) else {
                continue;
            };
            let place = at.child("name");
            if self.tested.insert((place.to_string(), name.to_owned())) {
                let path = place.as_str().parse().map_err(|error| format!("{error}"))?;
                let value = name.into();
                let test = TestOperation { path, value };
                self.operations.push((None, PatchOperation::Test(test)));
            }
        }
        Ok(())
    }
}
