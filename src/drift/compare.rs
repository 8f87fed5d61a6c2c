//! The live object beside what the server would make of it if the stream were applied, at the fields that the stream sets.
//!
//! The answer of a dry run tells what the stream sets: `managedFields` names each field and the keys of each list's items,
//! so that nothing here knows a kind. Fields that the server fills in are in both values.

use super::fields::{self, Step};
use super::owner::{Owner, Owners};
use super::{MANAGER, sent};
use serde_json::{Map, Value};

/// A field that is not as the stream sets it.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Where, as the API server writes it in a conflict.
    pub path: String,
    /// The field's name, or that of the variable whose value it is.
    pub key: String,
    /// What the cluster has.
    pub live: Option<Value>,
    /// What the stream comes to.
    pub wanted: Option<Value>,
    /// Who owns the field in the cluster, the latest first; nobody owns what was removed.
    pub owners: Vec<Owner>,
}

/// Fields that are written under one name and kept under another: kind, written, kept.
const KEPT_ELSEWHERE: [(&str, &str, &str); 1] = [("Secret", "stringData", "data")];

/// What differs; `None` where the answer of the dry run does not tell what was applied.
pub fn differences(live: &Value, dry_run: &Value) -> Option<Vec<Difference>> {
    let set = Owners::of(dry_run).applied(MANAGER)?;
    let mut walk = Walk {
        kind: dry_run["kind"].as_str().unwrap_or_default(),
        owners: Owners::of(live),
        path: Vec::new(),
        found: Vec::new(),
    };
    walk.node(set, Some(live), Some(dry_run));
    Some(walk.found)
}

/// What differs where the server is not asked: `sent` is compared as it is written.
pub fn differences_as_written(live: &Value, sent: &Value) -> Vec<Difference> {
    let mut walk = Walk {
        kind: sent["kind"].as_str().unwrap_or_default(),
        owners: Owners::of(live),
        path: Vec::new(),
        found: Vec::new(),
    };
    walk.node(&sent::tree(sent, live), Some(live), Some(sent));
    walk.found
}

struct Walk<'v> {
    kind: &'v str,
    owners: Owners<'v>,
    path: Vec<Step>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn node(&mut self, set: &Value, live: Option<&Value>, wanted: Option<&Value>) {
        // What the server dropped is not there to be compared.
        let Some(wanted) = wanted else { return };
        let Some(live) = live else {
            return self.found(None, Some(wanted), Vec::new());
        };
        if fields::is_leaf(set) {
            if live != wanted {
                let owners = self.owners.touching(&self.path);
                self.found(Some(live), Some(wanted), owners);
            }
            return;
        }
        for (step, below) in fields::children(set) {
            let step = self.kept(step);
            let (live, wanted) = (step.of(live), step.of(wanted));
            self.path.push(step);
            self.node(below, live, wanted);
            self.path.pop();
        }
        self.added(set, live);
    }

    /// Where the server keeps what is written there.
    fn kept(&self, step: Step) -> Step {
        let Step::Field(name) = &step else {
            return step;
        };
        let other = KEPT_ELSEWHERE.iter().find(|(kind, written, _)| {
            self.path.is_empty() && *kind == self.kind && written == name
        });
        other.map_or(step, |(_, _, kept)| Step::Field((*kept).to_owned()))
    }

    /// Items of a list that the stream sets and does not name, added by somebody who added none of the stream's own. Items
    /// that came with the release (defaults, what admission puts in) have its manager.
    fn added(&mut self, set: &Value, live: &Value) {
        let own: Vec<_> = fields::children(set)
            .filter_map(|(step, _)| match step {
                Step::Item(keys) => Some(keys),
                _ => None,
            })
            .collect();
        let (Some(first), Some(items)) = (own.first(), live.as_array()) else {
            return;
        };
        let of_release: Vec<_> = own
            .iter()
            .flat_map(|keys| self.owning_item(keys))
            .map(|owner| owner.manager)
            .collect();
        for item in items {
            let key = |name: &String| Some((name.clone(), item.get(name)?.clone()));
            let Some(keys) = first.keys().map(key).collect::<Option<Map<_, _>>>() else {
                continue;
            };
            if own.contains(&keys) {
                continue;
            }
            let owners = self.owning_item(&keys);
            let foreign = |owner: &Owner| !of_release.contains(&owner.manager);
            if !owners.is_empty() && owners.iter().all(foreign) {
                self.path.push(Step::Item(keys));
                self.found(Some(item), None, owners);
                self.path.pop();
            }
        }
    }

    fn owning_item(&self, keys: &Map<String, Value>) -> Vec<Owner> {
        let mut path = self.path.clone();
        path.push(Step::Item(keys.clone()));
        self.owners.owning(&path)
    }

    fn found(&mut self, live: Option<&Value>, wanted: Option<&Value>, owners: Vec<Owner>) {
        self.found.push(Difference {
            path: fields::shown(&self.path),
            key: key(&self.path),
            live: live.cloned(),
            wanted: wanted.cloned(),
            owners,
        });
    }
}

/// The name of the field; of an item's `value`, the item's.
fn key(path: &[Step]) -> String {
    let named = |step: Option<&Step>| match step? {
        Step::Item(keys) => keys.get("name")?.as_str().map(str::to_owned),
        _ => None,
    };
    let (before, last) = match path {
        [.., before, last] => (Some(before), Some(last)),
        [last] => (None, Some(last)),
        [] => (None, None),
    };
    match last {
        Some(Step::Field(name)) if name == "value" => named(before).unwrap_or_else(|| name.clone()),
        Some(Step::Field(name)) => name.clone(),
        other => named(other)
            .or_else(|| match before {
                Some(Step::Field(name)) => Some(name.clone()),
                _ => None,
            })
            .unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
