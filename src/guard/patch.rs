//! The verb `patch`: RFC 6902 operations, tried on a copy first.

use super::Op;
use super::merge::{Step, apply};
use crate::yaml::Pointer;
use json_patch::{Patch, PatchOperation};
use serde_json::Value;

/// The steps of a patch on `current`, which stands at `root`; `None` where it does not fit (a `test` fails, a path is
/// not there), and then nothing of it happens.
pub(super) fn steps(patch: &Patch, current: &Value, root: &Pointer) -> Option<Vec<Step>> {
    let mut oracle = current.clone();
    json_patch::patch(&mut oracle, patch).ok()?;
    let mut now = current.clone();
    let mut out = Vec::new();
    for operation in &patch.0 {
        for step in operation_steps(operation, &now)? {
            apply(&mut now, &step);
            out.push(step);
        }
    }
    // A patch that changes nothing is no change.
    out.retain(|step| step.before.is_none() || step.before != step.value);
    let out = out.into_iter().map(|step| Step { path: root.join(&step.path), place: root.join(&step.place), ..step });
    Some(out.collect())
}

fn operation_steps(operation: &PatchOperation, now: &Value) -> Option<Vec<Step>> {
    let at = |pointer: &dyn ToString| Pointer::parse(&pointer.to_string()).ok();
    Some(match operation {
        PatchOperation::Add(add) => vec![add_at(at(&add.path)?, &add.value, now)?],
        PatchOperation::Replace(replace) => vec![step(Op::Replace, at(&replace.path)?, Some(replace.value.clone()), now)],
        PatchOperation::Remove(remove) => vec![step(Op::Remove, at(&remove.path)?, None, now)],
        PatchOperation::Copy(copy) => {
            let value = at(&copy.from)?.of(now)?.clone();
            vec![add_at(at(&copy.path)?, &value, now)?]
        }
        PatchOperation::Move(moved) => {
            let from = at(&moved.from)?;
            let value = from.of(now)?.clone();
            let remove = step(Op::Remove, from, None, now);
            let mut without = now.clone();
            apply(&mut without, &remove);
            vec![remove, add_at(at(&moved.path)?, &value, &without)?]
        }
        PatchOperation::Test(_) => Vec::new(),
    })
}

/// `add` to a key that is there replaces it; to `-`, it appends.
fn add_at(path: Pointer, value: &Value, now: &Value) -> Option<Step> {
    let parent = path.parent().unwrap_or_default();
    let path = match (parent.of(now)?, path.last()) {
        (Value::Array(items), Some("-")) => parent.child(items.len()),
        _ => path,
    };
    let in_list = matches!(parent.of(now), Some(Value::Array(_)));
    let there = !in_list && path.of(now).is_some();
    let op = if there { Op::Replace } else { Op::Add };
    let mut step = step(op, path, Some(value.clone()), now);
    if in_list {
        step.before = None;
    }
    Some(step)
}

fn step(op: Op, path: Pointer, value: Option<Value>, now: &Value) -> Step {
    let before = path.of(now).cloned();
    Step { op, place: path.clone(), path, value, before }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(patch: &Value, current: &Value) -> Option<Value> {
        let patch = serde_json::from_value(patch.clone()).unwrap();
        let steps = steps(&patch, current, &Pointer::root())?;
        let mut after = current.clone();
        steps.iter().for_each(|step| apply(&mut after, step));
        Some(after)
    }

    #[test]
    fn every_operation_does_what_the_rfc_says() {
        let current = json!({"a": [1, 2], "b": {"c": 1}});
        let patch = json!([
            {"op": "test", "path": "/b/c", "value": 1},
            {"op": "add", "path": "/a/0", "value": 0},
            {"op": "add", "path": "/a/-", "value": 9},
            {"op": "move", "from": "/b/c", "path": "/d"},
            {"op": "copy", "from": "/a", "path": "/e"},
            {"op": "replace", "path": "/a/1", "value": 5},
            {"op": "remove", "path": "/a/2"}
        ]);
        let mut oracle = current.clone();
        json_patch::patch(&mut oracle, &serde_json::from_value(patch.clone()).unwrap()).unwrap();
        assert_eq!(run(&patch, &current), Some(oracle));
    }

    #[test]
    fn what_does_not_fit_does_nothing() {
        assert_eq!(run(&json!([{"op": "test", "path": "/a", "value": 2}]), &json!({"a": 1})), None);
        assert_eq!(run(&json!([{"op": "remove", "path": "/x"}]), &json!({"a": 1})), None);
    }
}
