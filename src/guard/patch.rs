//! The verb `patch`: RFC 6902 operations, tried on a copy first.

use super::Op;
use super::merge::{Step, apply};
use crate::preset::{PatchOp, PatchStep};
use crate::yaml::{Pointer, same_value};
use serde_json::Value;
use std::rc::Rc;

/// The steps of a patch on `current`, which stands at `root`; `None` where it does not fit (a `test` fails, a path is
/// not there), and then nothing of it happens.
pub(super) fn steps(
    patch: &[(&PatchStep, Option<Value>)],
    current: &Value,
    root: &Pointer,
) -> Option<Vec<Step>> {
    let mut now = current.clone();
    let mut out = Vec::new();
    for (wanted, value) in patch {
        for step in operation(wanted, value.clone(), &now)? {
            apply(&mut now, &step);
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
    Some(out.collect())
}

fn operation(wanted: &PatchStep, value: Option<Value>, now: &Value) -> Option<Vec<Step>> {
    let path = wanted.path.clone();
    let from = wanted.from.as_ref();
    Some(match wanted.op {
        PatchOp::Add => vec![add_at(path, &value?, now)?],
        PatchOp::Replace => vec![step(Op::Replace, path, Some(value?), now)?],
        PatchOp::Remove => vec![step(Op::Remove, path, None, now)?],
        PatchOp::Copy => vec![add_at(path, from?.of(now)?, now)?],
        PatchOp::Move => {
            let value = from?.of(now)?.clone();
            let remove = step(Op::Remove, from?.clone(), None, now)?;
            let mut without = now.clone();
            apply(&mut without, &remove);
            vec![remove, add_at(path, &value, &without)?]
        }
        PatchOp::Test => {
            let holds = path
                .of(now)
                .is_some_and(|there| value.as_ref().is_some_and(|v| same_value(there, v)));
            holds.then(Vec::new)?
        }
    })
}

/// `add` to a key that is there replaces it; to `-`, it appends.
fn add_at(path: Pointer, value: &Value, now: &Value) -> Option<Step> {
    let parent = path.parent().unwrap_or_default();
    let path = match (parent.of(now)?, path.last().as_deref()) {
        (Value::Array(items), Some("-")) => parent.child(items.len()),
        _ => path,
    };
    let in_list = matches!(parent.of(now), Some(Value::Array(_)));
    if in_list {
        let step = Step {
            op: Op::Add,
            place: path.clone(),
            path,
            value: Some(Rc::new(value.clone())),
            before: None,
        };
        return Some(step);
    }
    let there = path.of(now).cloned().map(Rc::new);
    let op = if there.is_some() {
        Op::Replace
    } else {
        Op::Add
    };
    Some(Step {
        op,
        place: path.clone(),
        path,
        value: Some(Rc::new(value.clone())),
        before: there,
    })
}

/// A step on what must be there.
fn step(op: Op, path: Pointer, value: Option<Value>, now: &Value) -> Option<Step> {
    let value = value.map(Rc::new);
    let before = Some(Rc::new(path.of(now)?.clone()));
    Some(Step {
        op,
        place: path.clone(),
        path,
        value,
        before,
    })
}
