//! The verb `patch`: RFC 6902 operations, tried on a copy first.

use super::Op;
use super::merge::{Step, apply};
use crate::preset::{PatchOp, PatchStep};
use crate::yaml::{Pointer, index, same_value};
use serde_json::Value;
use std::sync::Arc;

/// Why a patch does nothing on a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Its `test` does not hold: its author foresaw that.
    Test,
    /// What it speaks of is not there.
    Place {
        /// Where, from the value that the patch is written for.
        path: Pointer,
        /// Which operation, and what is in its way.
        reason: String,
    },
}

/// The steps of a patch on `current`, which stands at `root`. Where it does not fit nothing of it happens.
pub(super) fn steps(
    patch: &[(&PatchStep, Option<Value>)],
    current: &Value,
    root: &Pointer,
) -> Result<Vec<Step>, Misfit> {
    let mut now = current.clone();
    let mut out = Vec::new();
    for (wanted, value) in patch {
        for step in operation(wanted, value.clone().unwrap_or_default(), &now)? {
            if !apply(&mut now, &step) {
                return Err(misfit(wanted, &step.path, "there is no place for it"));
            }
            out.push(step);
        }
    }
    // A patch that changes nothing is no change.
    out.retain(|step| step.before.is_none() || step.before != step.value);
    let out = out.into_iter().map(|step| Step {
        path: root.join(&step.path),
        place: root.join(&step.place),
        ..step
    });
    Ok(out.collect())
}

fn operation(wanted: &PatchStep, value: Value, now: &Value) -> Result<Vec<Step>, Misfit> {
    let path = wanted.path.clone();
    let from = wanted.from.clone().unwrap_or_default();
    let taken = || from.of(now).ok_or_else(|| nothing(wanted, &from));
    Ok(match wanted.op {
        PatchOp::Add => vec![add(wanted, &value, now)?],
        PatchOp::Replace => vec![step(wanted, Op::Replace, path, Some(value), now)?],
        PatchOp::Remove => vec![step(wanted, Op::Remove, path, None, now)?],
        PatchOp::Copy => vec![add(wanted, taken()?, now)?],
        PatchOp::Move if path == from && !path.is_empty() => taken().map(|_| Vec::new())?,
        PatchOp::Move if path.is_within(&from) => {
            return Err(misfit(wanted, &path, "a value cannot move into itself"));
        }
        PatchOp::Move => {
            let value = taken()?.clone();
            let remove = step(wanted, Op::Remove, from, None, now)?;
            let mut without = now.clone();
            if !apply(&mut without, &remove) {
                return Err(nothing(wanted, &remove.path));
            }
            let add = add(wanted, &value, &without)?;
            vec![remove, add]
        }
        PatchOp::Test => {
            let holds = path.of(now).is_some_and(|there| same_value(there, &value));
            holds.then(Vec::new).ok_or(Misfit::Test)?
        }
    })
}

/// `add` to a key that is there replaces it; to `-`, it appends. Its parent must be there.
fn add(wanted: &PatchStep, value: &Value, now: &Value) -> Result<Step, Misfit> {
    let mut path = wanted.path.clone();
    let parent = path.parent();
    let mut before = None;
    match parent.as_ref().map(|parent| (parent.of(now), parent)) {
        None => before = Some(now.clone()),
        Some((Some(Value::Object(_)), _)) => before = path.of(now).cloned(),
        Some((Some(Value::Array(items)), parent)) => {
            if path.last().as_deref() == Some("-") {
                path = parent.child(items.len());
            }
            if path
                .last()
                .and_then(|last| index(&last))
                .is_none_or(|at| at > items.len())
            {
                return Err(misfit(wanted, &path, "the list has no such place"));
            }
        }
        Some((Some(_), parent)) => {
            let reason = format!("`{parent}` is neither a mapping nor a list");
            return Err(misfit(wanted, parent, &reason));
        }
        Some((None, parent)) => return Err(nothing(wanted, parent)),
    }
    let op = match before {
        Some(_) => Op::Replace,
        None => Op::Add,
    };
    Ok(Step {
        op,
        place: path.clone(),
        path,
        value: Some(Arc::new(value.clone())),
        before: before.map(Arc::new),
    })
}

/// A step on what must be there.
fn step(
    wanted: &PatchStep,
    op: Op,
    path: Pointer,
    value: Option<Value>,
    now: &Value,
) -> Result<Step, Misfit> {
    let before = path.of(now).ok_or_else(|| nothing(wanted, &path))?.clone();
    let (value, before) = (value.map(Arc::new), Some(Arc::new(before)));
    if op == Op::Remove && path.is_empty() {
        return Err(misfit(wanted, &path, "the whole cannot be removed"));
    }
    Ok(Step {
        op,
        place: path.clone(),
        path,
        value,
        before,
    })
}

fn nothing(wanted: &PatchStep, path: &Pointer) -> Misfit {
    misfit(wanted, path, &format!("nothing stands at `{path}`"))
}

fn misfit(wanted: &PatchStep, path: &Pointer, why: &str) -> Misfit {
    Misfit::Place {
        path: path.clone(),
        reason: format!("`{} {}` does not fit: {why}", wanted.op, wanted.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{Body, BodyValue, File, Origin};
    use serde_json::json;

    /// What a patch makes of a value, as steps and as json-patch does it: `None` where it does not fit.
    #[track_caller]
    fn both(before: &Value, patch: &Value) -> Option<Value> {
        let mut theirs = before.clone();
        let operations: json_patch::Patch = serde_json::from_value(patch.clone()).unwrap();
        let theirs = json_patch::patch(&mut theirs, &operations).map(|()| theirs);
        let ours = steps(&filled(&written(patch)), before, &Pointer::root()).map(|steps| {
            let mut after = before.clone();
            assert!(steps.iter().all(|step| apply(&mut after, step)));
            after
        });
        assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{patch}");
        ours.ok()
    }

    fn filled(patch: &[PatchStep]) -> Vec<(&PatchStep, Option<Value>)> {
        let value = |step: &PatchStep| Some(step.value.as_ref()?.to_value(&|_| None).unwrap());
        patch.iter().map(|step| (step, value(step))).collect()
    }

    fn written(patch: &Value) -> Vec<PatchStep> {
        let pointer = |value: &Value| Pointer::parse(value.as_str()?).ok();
        let step = |step: &Value| PatchStep {
            origin: origin(),
            op: match step["op"].as_str().unwrap() {
                "add" => PatchOp::Add,
                "remove" => PatchOp::Remove,
                "replace" => PatchOp::Replace,
                "move" => PatchOp::Move,
                "copy" => PatchOp::Copy,
                _ => PatchOp::Test,
            },
            path: pointer(&step["path"]).unwrap(),
            from: pointer(&step["from"]),
            value: step.get("value").map(body),
        };
        patch.as_array().unwrap().iter().map(step).collect()
    }

    fn origin() -> Origin {
        File::new("p.yaml", "").whole()
    }

    fn body(value: &Value) -> Body {
        let value = match value {
            Value::Null => BodyValue::Null,
            Value::Bool(value) => BodyValue::Bool(*value),
            Value::Number(value) => BodyValue::Number(value.clone()),
            Value::String(text) => BodyValue::Text(text.clone()),
            Value::Array(items) => BodyValue::List(items.iter().map(body).collect()),
            Value::Object(map) => {
                BodyValue::Map(map.iter().map(|(k, v)| (k.clone(), body(v))).collect())
            }
        };
        Body {
            origin: origin(),
            parameter: None,
            value,
        }
    }

    #[test]
    fn a_patch_does_what_json_patch_does() {
        let before = json!({"a": {"b": [1, {"c": 2}], "n": null, "s": "x"}, "0": 1});
        let places = [
            "", "/a", "/a/b", "/a/b/0", "/a/b/1", "/a/b/1/c", "/a/b/2", "/a/b/3", "/a/b/-",
            "/a/b/01", "/a/b/x", "/a/n", "/a/n/y", "/a/s", "/a/s/y", "/q", "/q/r", "/0",
        ];
        let mut fits = 0;
        for path in places {
            for op in ["add", "replace", "test"] {
                for value in [json!(null), json!(2), json!({"z": 1})] {
                    let one = json!([{"op": op, "path": path, "value": value}]);
                    fits += u32::from(both(&before, &one).is_some());
                }
            }
            fits += u32::from(both(&before, &json!([{"op": "remove", "path": path}])).is_some());
            for from in places {
                for op in ["copy", "move"] {
                    let one = json!([{"op": op, "path": path, "from": from}]);
                    fits += u32::from(both(&before, &one).is_some());
                }
            }
        }
        assert!(fits > 150, "{fits}");
    }

    #[test]
    fn all_of_a_patch_or_nothing() {
        let before = json!({"a": null});
        let below = json!([{"op": "add", "path": "/a/b", "value": 1}]);
        assert_eq!(both(&before, &below), None);
        let made = json!([{"op": "replace", "path": "/a", "value": {}}, {"op": "add", "path": "/a/b", "value": 1}]);
        assert_eq!(both(&before, &made), Some(json!({"a": {"b": 1}})));
        let late = json!([{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/a"}]);
        let misfit = steps(&filled(&written(&late)), &before, &Pointer::root()).unwrap_err();
        let Misfit::Place { reason, .. } = misfit else {
            panic!("{misfit:?}")
        };
        assert_eq!(reason, "`remove /a` does not fit: nothing stands at `/a`");
    }
}
