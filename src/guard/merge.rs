//! The verbs that set things: from a body and what stands there to operations of RFC 6902, in order.

use super::Op;
use crate::yaml::Pointer;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// How a body meets what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Set what is absent or null; leave what the author decided.
    Default,
    /// Set it, whatever was there.
    Enforce,
    /// Lists hold these items too.
    Include,
}

/// One operation; indexes count the operations before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What happens.
    pub op: Op,
    /// Where.
    pub path: Pointer,
    /// The place with list items by their merge key instead of their index, which other rules can be compared by.
    pub place: Pointer,
    /// What is there afterwards; `None` for a removal.
    pub value: Option<Arc<Value>>,
    /// What was there; `None` where nothing was.
    pub before: Option<Arc<Value>>,
}

/// Lists of named things and the key that names them (Kubernetes' `patchMergeKey`). `list` is the list's own key.
fn merge_key(list: &str) -> Option<&'static str> {
    Some(match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets" => "name",
        "ports" => "containerPort",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        _ => return None,
    })
}

/// How a place names an item of a list.
fn named(key: &str, name: &Value) -> String {
    format!("{key}={name}")
}

/// The operations that `body` asks for where `current` stands at `path`.
pub fn steps(merge: Merge, body: &Value, current: Option<&Value>, path: &Pointer) -> Vec<Step> {
    let mut walk = Walk {
        merge,
        root: path,
        down: Vec::new(),
        steps: Vec::new(),
    };
    walk.value(body, current);
    walk.steps
}

/// One step down: as the path says it, and as the place does.
enum Down<'b> {
    Key(&'b str),
    Item(usize, String),
}

struct Walk<'b> {
    merge: Merge,
    root: &'b Pointer,
    /// From the root to where the walk is; pointers are made only for what is to be done.
    down: Vec<Down<'b>>,
    steps: Vec<Step>,
}

impl<'b> Walk<'b> {
    fn value(&mut self, body: &'b Value, current: Option<&Value>) {
        match (body, current) {
            (_, None | Some(Value::Null)) if !body.is_null() => {
                let op = if current.is_some() {
                    Op::Replace
                } else {
                    Op::Add
                };
                self.push(op, body.clone(), current);
            }
            (Value::Object(body), Some(Value::Object(current))) => {
                for (key, value) in body {
                    self.down.push(Down::Key(key));
                    self.value(value, current.get(key));
                    self.down.pop();
                }
            }
            (Value::Array(body), Some(Value::Array(current))) => self.list(body, current),
            (body, Some(now))
                if self.merge == Merge::Enforce && !crate::yaml::same_value(body, now) =>
            {
                self.push(Op::Replace, body.clone(), current);
            }
            _ => {}
        }
    }

    fn list(&mut self, body: &'b [Value], current: &[Value]) {
        let key = match self.down.last() {
            Some(Down::Key(key)) => merge_key(key),
            None => self.root.last().and_then(|key| merge_key(&key)),
            Some(Down::Item(..)) => None,
        };
        if key.is_none() && self.merge == Merge::Enforce && body != current {
            return self.push(Op::Replace, body.into(), Some(&current.into()));
        }
        if key.is_none() && self.merge == Merge::Default {
            return;
        }
        let mut end = current.len();
        for item in body {
            let name = key.and_then(|key| item.get(key));
            let found = match (key, name) {
                (Some(key), Some(name)) => current
                    .iter()
                    .position(|other| other.get(key) == Some(name)),
                _ => current
                    .iter()
                    .position(|other| crate::yaml::same_value(other, item)),
            };
            let place = name.map_or_else(
                || item.to_string(),
                |name| named(key.unwrap_or_default(), name),
            );
            self.down.push(Down::Item(found.unwrap_or(end), place));
            if let Some(index) = found {
                self.value(item, current.get(index));
            } else {
                self.push(Op::Add, item.clone(), None);
                end += 1;
            }
            self.down.pop();
        }
    }

    fn push(&mut self, op: Op, value: Value, before: Option<&Value>) {
        let path = self.down.iter().map(|down| match down {
            Down::Key(key) => Cow::Borrowed(*key),
            Down::Item(index, _) => index.to_string().into(),
        });
        let place = self.down.iter().map(|down| match down {
            Down::Key(key) => *key,
            Down::Item(_, name) => name,
        });
        self.steps.push(Step {
            op,
            path: self.root.join(&path.collect()),
            place: self.root.join(&place.collect()),
            value: Some(Arc::new(value)),
            before: before.cloned().map(Arc::new),
        });
    }
}

/// Every single value that a step decides, with its place: what two rules can disagree about.
pub(super) fn leaves(step: &Step) -> Vec<(Pointer, &Value)> {
    let mut out = Vec::new();
    if let Some(value) = &step.value {
        collect(value, step.place.clone(), &mut out);
    }
    out
}

fn collect<'s>(value: &'s Value, place: Pointer, out: &mut Vec<(Pointer, &'s Value)>) {
    let key = || place.last().and_then(|key| merge_key(&key));
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter()
                .for_each(|(key, value)| collect(value, place.child(key.as_str()), out));
        }
        Value::Array(items) if !items.is_empty() && key().is_some() => {
            let key = key().unwrap_or_default();
            for item in items {
                let name = item
                    .get(key)
                    .map_or_else(|| item.to_string(), |name| named(key, name));
                collect(item, place.child(name), out);
            }
        }
        value => out.push((place, value)),
    }
}

/// The step without what stands at `lost`; `None` where nothing is left of it.
pub(super) fn without(step: &Step, lost: &Pointer) -> Option<Step> {
    let rest = lost.strip(&step.place)?;
    let mut value = Value::clone(step.value.as_ref()?);
    let segments: Vec<_> = rest.segments().collect();
    let (last, parents) = segments.split_last()?;
    let mut at = &mut value;
    for segment in parents {
        at = child_mut(at, segment)?;
    }
    at.as_object_mut()?.remove(&**last);
    let empty = value.as_object().is_some_and(Map::is_empty);
    (!empty).then(|| Step {
        value: Some(Arc::new(value)),
        ..step.clone()
    })
}

fn child_mut<'v>(value: &'v mut Value, segment: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(map) => map.get_mut(segment),
        Value::Array(items) => items.iter_mut().find(|item| {
            let key = segment.split_once('=').map_or("", |(key, _)| key);
            item.get(key)
                .is_some_and(|name| named(key, name) == segment)
        }),
        _ => None,
    }
}

/// Makes a step in a value; false where its parent is no longer there, or is no place for it.
#[must_use]
pub fn apply(value: &mut Value, step: &Step) -> bool {
    set(value, step.op, &step.path, step.value.as_deref())
}

/// Puts `new` at `path` of a value, or takes what is there away; false where there is no place for that.
pub(super) fn set(value: &mut Value, op: Op, path: &Pointer, new: Option<&Value>) -> bool {
    let mut segments = path.segments();
    let Some(last) = segments.next_back() else {
        *value = new.cloned().unwrap_or_default();
        return true;
    };
    let parent = segments.try_fold(value, |value, segment| match value {
        Value::Object(map) => map.get_mut(&*segment),
        Value::Array(items) => items.get_mut(crate::yaml::index(&segment)?),
        _ => None,
    });
    match (parent, new) {
        (Some(Value::Object(map)), Some(value)) => {
            let fits = op == Op::Add || map.contains_key(&*last);
            if fits {
                map.insert(last.into_owned(), value.clone());
            }
            fits
        }
        (Some(Value::Object(map)), None) => map.remove(&*last).is_some(),
        (Some(Value::Array(items)), value) => {
            let index = crate::yaml::index(&last).unwrap_or(usize::MAX);
            match (op, value) {
                (Op::Add, Some(value)) if index <= items.len() => {
                    items.insert(index, value.clone());
                }
                (Op::Replace, Some(value)) if index < items.len() => items[index] = value.clone(),
                (Op::Remove, _) if index < items.len() => drop(items.remove(index)),
                _ => return false,
            }
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(merge: Merge, body: &Value, current: &Value) -> (Value, Vec<String>) {
        let steps = steps(merge, body, Some(current), &Pointer::root());
        let mut after = current.clone();
        for step in &steps {
            assert!(apply(&mut after, step), "{step:?}");
        }
        let words = steps.iter().map(|s| {
            format!(
                "{:?} {} {}",
                s.op,
                s.path,
                s.value.clone().unwrap_or_default()
            )
        });
        (after, words.collect())
    }

    #[test]
    fn default_sets_what_is_absent_and_leaves_decisions() {
        let body = json!({"a": {"x": 1, "y": 2}, "b": true, "c": {"z": 1}, "l": ["new"]});
        let (after, steps) = run(
            Merge::Default,
            &body,
            &json!({"a": {"x": 9}, "b": false, "c": null, "l": []}),
        );
        assert_eq!(
            after,
            json!({"a": {"x": 9, "y": 2}, "b": false, "c": {"z": 1}, "l": []})
        );
        assert_eq!(steps, ["Add /a/y 2", "Replace /c {\"z\":1}"]);
    }

    #[test]
    fn enforce_records_what_was_there() {
        let steps = steps(
            Merge::Enforce,
            &json!({"a": 1, "b": [1]}),
            Some(&json!({"a": 2, "b": [2]})),
            &Pointer::root(),
        );
        assert_eq!(
            steps
                .iter()
                .map(|s| s.before.as_deref().cloned().unwrap())
                .collect::<Vec<_>>(),
            [json!(2), json!([2])]
        );
        assert!(
            run(Merge::Enforce, &json!({"a": 1}), &json!({"a": 1}))
                .1
                .is_empty()
        );
    }

    #[test]
    fn include_appends_what_is_missing() {
        let (after, _) = run(
            Merge::Include,
            &json!({"drop": ["ALL", "RAW"]}),
            &json!({"drop": ["RAW"]}),
        );
        assert_eq!(after, json!({"drop": ["RAW", "ALL"]}));
        let (after, _) = run(Merge::Include, &json!({"drop": ["ALL"]}), &json!({}));
        assert_eq!(after, json!({"drop": ["ALL"]}));
    }

    #[test]
    fn named_lists_merge_by_their_key() {
        let body = json!({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "a", "x": 1}]});
        let (after, steps) = run(Merge::Default, &body, &json!({"volumes": [{"name": "a"}]}));
        assert_eq!(
            after,
            json!({"volumes": [{"name": "a", "x": 1}, {"name": "tmp", "emptyDir": {}}]})
        );
        assert_eq!(steps.len(), 2);
    }

    #[test]
    fn leaves_of_two_rules_compare_by_place() {
        let step = &steps(
            Merge::Default,
            &json!({"volumes": [{"name": "t", "x": 1}]}),
            Some(&json!({})),
            &Pointer::root(),
        )[0];
        assert_eq!(leaves(step)[1].0.to_string(), "/volumes/name=\"t\"/x");
        let left = without(step, &leaves(step)[1].0).unwrap();
        assert_eq!(left.value.as_deref(), Some(&json!([{"name": "t"}])));
    }
}
