//! What no patch says, and what a rendering is without it.

use super::target::Targets;
use crate::guard::{Change, Json, Op};
use crate::manifest::Object;
use crate::render::operation;
use crate::yaml::{NodeRef, Pointer, index};
use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation};
use serde_json::Value;

/// Why a patch does not say a change, for the head of the file.
pub(super) type Why = &'static str;

const TANGLED: Why = "it hangs together with another change that no patch says";
pub(super) const TELLS: Why = "a list that changes as a whole holds what may be a credential";

/// Why no patch says anything of an object.
pub(super) fn of_object(
    object: &Object<'_>,
    node: NodeRef<'_>,
    targets: &Targets<'_>,
) -> Option<Why> {
    match object.kind {
        "Secret" => Some("what a Secret holds is not for a patch"),
        _ => targets.why_nameless(object, node),
    }
}

/// Why a patch does not say a change.
pub(super) fn of_change(change: &Change, is_of_rendering: bool) -> Option<Why> {
    if is_of_rendering {
        return Some(
            "it is right for this rendering alone, and would stay when what it stands for changes",
        );
    }
    let before = change
        .done
        .before
        .as_ref()
        .filter(|_| change.done.op == Op::Replace);
    let before = before.map(Json::value);
    let is_text = before.is_some_and(|text| text.as_str().is_some_and(|text| text.contains('\n')));
    let is_text = is_text || change.done.within.is_some();
    is_text.then_some("it is a part of a longer text, which a patch can only replace as a whole")
}

/// What an object comes to, and the changes that are left out of that.
pub(super) type Without<'c> = (Value, Vec<(&'c Change, Why)>);

/// What changes make of an object, but for those that are left, and why each of these is. Where some cannot be told from
/// others, all are left.
///
/// # Errors
/// A change that does not fit: a bug.
pub(super) fn without<'c>(
    before: &Value,
    changes: &'c [Change],
    why: impl Fn(&Change) -> Option<Why>,
) -> Result<Without<'c>, String> {
    let mut after = before.clone();
    let mut moves = false;
    // What happens inside of a text is no operation on the object.
    let (inside, changes): (Vec<_>, Vec<_>) = changes
        .iter()
        .partition(|change| change.done.within.is_some());
    let inside = inside
        .into_iter()
        .filter_map(|change| Some((change, why(change)?)));
    for change in &changes {
        moves |= moves_items(&after, change);
        apply(&mut after, operation(&change.done.path, &change.done)?)?;
    }
    let whys: Vec<_> = changes
        .into_iter()
        .map(|change| (change, why(change)))
        .collect();
    let left: Vec<_> = whys
        .iter()
        .filter_map(|(change, why)| Some((*change, (*why)?)))
        .collect();
    let taken_back = match !left.is_empty() && (moves || are_tangled(&whys)) {
        true => None,
        false => take_back(after, &left),
    };
    if let Some(after) = taken_back {
        return Ok((after, left.into_iter().chain(inside).collect()));
    }
    let all = whys
        .into_iter()
        .map(|(change, why)| (change, why.unwrap_or(TANGLED)));
    Ok((before.clone(), all.chain(inside).collect()))
}

/// Whether a change that is kept comes after one that is left, in the same place.
fn are_tangled(whys: &[(&Change, Option<Why>)]) -> bool {
    let mut left: Vec<&Pointer> = Vec::new();
    whys.iter().any(|(change, why)| {
        let path = &change.done.path;
        if why.is_some() {
            left.push(path);
            return false;
        }
        left.iter()
            .any(|other| other.is_within(path) || path.is_within(other))
    })
}

/// Whether a change gives items of a list other places, so that paths from before mean others.
fn moves_items(now: &Value, change: &Change) -> bool {
    let path = &change.done.path;
    let items = path
        .parent()
        .and_then(|list| list.of(now)?.as_array().map(Vec::len));
    items.is_some_and(|items| {
        let at = path.last().and_then(|last| index(&last));
        change.done.op != Op::Replace && (change.done.op == Op::Remove || at != Some(items))
    })
}

fn take_back(mut after: Value, left: &[(&Change, Why)]) -> Option<Value> {
    for (change, _) in left.iter().rev() {
        let done = &change.done;
        let in_list = |list: Pointer| list.of(&after).is_some_and(Value::is_array);
        if done.op != Op::Replace && done.path.parent().is_some_and(in_list) {
            return None;
        }
        let path = done.path.as_str().parse().ok()?;
        let back = match &done.before {
            Some(before) => PatchOperation::Add(AddOperation {
                path,
                value: before.value(),
            }),
            None => PatchOperation::Remove(RemoveOperation { path }),
        };
        apply(&mut after, back).ok()?;
    }
    Some(after)
}

fn apply(value: &mut Value, operation: PatchOperation) -> Result<(), String> {
    json_patch::patch(value, &Patch(vec![operation])).map_err(|error| error.to_string())
}
