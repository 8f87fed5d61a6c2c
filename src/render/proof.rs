//! The edits of one document, proved.

use super::{RenderError, bug, names};
use crate::guard::{Change, Json, Op, Operation};
use crate::manifest::Object;
use crate::text::{Edit, EditSet};
use crate::yaml::{
    Document, MAX_DEPTH, MAX_DOCUMENT, NodeRef, Pointer, Shared, Touched, same_value,
};
use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::Value;

/// A text of a document with another value.
pub(super) struct Retold {
    /// Where it stands in the document.
    pub(super) at: Pointer,
    /// What it is afterwards.
    pub(super) text: String,
    /// Edits of its lines in the document, where each of them is one there.
    pub(super) edits: Option<Vec<Edit>>,
}

/// The edits of one document, proved: the edited text is read again and must be the original plus exactly the planned
/// operations, made by another library.
pub(super) fn edit(
    document: &Document<'_>,
    own: &[Object<'_>],
    changes: &[Change],
    values: &[(&Object<'_>, Value)],
    texts: &[Retold],
) -> Result<Vec<Edit>, RenderError> {
    let fail = |what: String| bug(own[0].document + 1, own, what);
    let mut target = document.root().map(NodeRef::to_value).unwrap_or_default();
    // What happens inside of texts was proved by itself.
    let changes = changes.iter().filter(|change| change.done.within.is_none());
    let placed = changes.map(|change| {
        // Objects of one document follow one another.
        let object = &own[change.object - own[0].index];
        (object.pointer.join(&change.done.path), change)
    });
    let placed: Vec<_> = placed.collect();
    let operations = placed
        .iter()
        .map(|(path, change)| operation(path, &change.done));
    let patch = Patch(operations.collect::<Result<_, _>>().map_err(&fail)?);
    json_patch::patch(&mut target, &patch).map_err(|error| fail(error.to_string()))?;
    for text in texts {
        let held = target.pointer_mut(text.at.as_str());
        let held = held.ok_or_else(|| fail(format!("there is no text at `{}`", text.at)))?;
        *held = text.text.as_str().into();
    }
    for (object, value) in values {
        if !object
            .pointer
            .of(&target)
            .is_some_and(|there| same_value(there, value))
        {
            return Err(fail(format!(
                "the operations on `{object}` do not give its value"
            )));
        }
    }
    let mut touched = touched(&placed, &target);
    let (lines, whole): (Vec<_>, Vec<_>) = texts.iter().partition(|text| text.edits.is_some());
    for text in whole {
        touched.add(&text.at);
    }
    let edits: Vec<_> = lines
        .iter()
        .filter_map(|text| text.edits.clone())
        .flatten()
        .collect();
    match with(document, own, (&target, &touched), edits) {
        // A text whose lines cannot be told apart from its document's is written anew.
        Err(RenderError::Bug { .. }) if !lines.is_empty() => {
            for text in lines {
                touched.add(&text.at);
            }
            proved(document, own, &target, &touched)
        }
        done => done,
    }
}

/// The edits that make a document read as `target`, another value only where it was touched: the edited text was read
/// again, and reads so.
pub(super) fn proved(
    document: &Document<'_>,
    own: &[Object<'_>],
    target: &Value,
    touched: &Touched,
) -> Result<Vec<Edit>, RenderError> {
    with(document, own, (target, touched), Vec::new())
}

/// The same with edits inside of texts.
fn with(
    document: &Document<'_>,
    own: &[Object<'_>],
    (target, touched): (&Value, &Touched),
    mut edits: Vec<Edit>,
) -> Result<Vec<Edit>, RenderError> {
    let number = own.first().map_or(0, |object| object.document);
    let fail = |what: String| bug(number + 1, own, what);
    let outside = document
        .splice(target, touched)
        .map_err(|shared| refused(document, own, shared))?;
    edits.extend(outside);
    let set = EditSet::new(edits).map_err(|conflict| fail(conflict.to_string()))?;
    let edited = set.apply(document.text);
    let read = document
        .edited(&edited)
        .map_err(|error| match over_limit(&edited, target) {
            Some(reason) => RenderError::TooLarge {
                objects: names(own),
                reason,
            },
            None => fail(error.to_string()),
        })?;
    let same = read
        .root()
        .map_or(target.is_null(), |root| root.reads_as(target));
    if !same {
        return Err(fail("the edited text reads as something else".into()));
    }
    let shift = |edit: Edit| Edit {
        span: edit.span.shifted(document.offset),
        ..edit
    };
    Ok(set.into_edits().map(shift).collect())
}

/// The limit that a guarded document would exceed, which the author's did not.
fn over_limit(text: &str, value: &Value) -> Option<String> {
    if text.len() > MAX_DOCUMENT {
        let (size, limit) = (text.len().div_ceil(1 << 20), MAX_DOCUMENT >> 20);
        return Some(format!(
            "it would have {size} MiB, and {limit} MiB is the most that is read"
        ));
    }
    let deep = depth(value) > MAX_DEPTH;
    deep.then(|| format!("it would be nested more than {MAX_DEPTH} levels deep"))
}

/// How many levels a value has; its own nesting is bounded by what was read and by presets.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The places that the changes are about.
fn touched(changes: &[(Pointer, &Change)], target: &Value) -> Touched {
    let mut touched = Touched::default();
    for (path, change) in changes {
        let parent = path.parent().unwrap_or_default();
        let in_mapping = || parent.of(target).is_some_and(Value::is_object);
        let alone = change.done.op == Op::Replace || in_mapping();
        touched.add(if alone { path } else { &parent });
    }
    touched
}

/// What a rule did, at a path of a document, as json-patch has it.
///
/// # Errors
/// The path is none of RFC 6901.
pub fn operation(path: &Pointer, done: &Operation) -> Result<PatchOperation, String> {
    let path = path.as_str().parse().map_err(|error| format!("{error}"))?;
    let value = done.value.as_ref().map(Json::value).unwrap_or_default();
    Ok(match done.op {
        Op::Add => PatchOperation::Add(AddOperation { path, value }),
        Op::Replace => PatchOperation::Replace(ReplaceOperation { path, value }),
        Op::Remove => PatchOperation::Remove(RemoveOperation { path }),
    })
}

/// An edit that would leak, with the object that holds the place.
fn refused(document: &Document<'_>, own: &[Object<'_>], shared: Shared) -> RenderError {
    let holds = |object: &&Object<'_>| {
        let span = document.node(object.node).span();
        span.start <= shared.span.start && shared.span.end <= span.end
    };
    RenderError::Shared {
        objects: own
            .iter()
            .find(holds)
            .map_or_else(|| names(own), |object| format!("`{object}`")),
        span: shared.span.shifted(document.offset),
        reason: shared.reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn limits_of_what_is_read() {
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(
            over_limit(&"x".repeat(MAX_DOCUMENT), &nested(MAX_DEPTH)),
            None
        );
        let long = over_limit(&"x".repeat(MAX_DOCUMENT + 1), &json!(1)).unwrap();
        assert!(long.starts_with("it would have 33 MiB"), "{long}");
        assert!(
            over_limit("", &nested(MAX_DEPTH + 1))
                .unwrap()
                .contains("1000 levels")
        );
    }
}
