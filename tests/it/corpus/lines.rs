//! Which lines differ, and whether the report says why.

use super::super::lab::Guarded;
use serde_json::Value;
use similar::{ChangeTag, DiffTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};

/// What a report says of one document.
#[derive(Default)]
struct Told {
    /// Keys and scalars that changes write or have on their way.
    words: BTreeSet<String>,
}

/// Lines that were added and changed; fails where one was lost, lies outside the objects that the report names, or
/// holds what no change of its object speaks of.
pub(super) fn explained(
    before: &str,
    guarded: &Guarded,
    name: &str,
) -> BTreeMap<&'static str, usize> {
    let documents = documents(before);
    let told = told(&guarded.report, &documents, name);
    let diff = TextDiff::from_lines(before, &guarded.text);
    let mut kinds = BTreeMap::new();
    for op in diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal) {
        let (old, new) = (op.old_range(), op.new_range());
        assert!(
            old.len() <= new.len(),
            "{name}: lines were lost at {}",
            old.start + 1
        );
        // A line that is added stands below the one before it.
        let document = documents[old.start.saturating_sub(usize::from(old.is_empty()))];
        let Some(told) = told.get(&document) else {
            panic!(
                "{name}:{}: no change of this object is reported",
                old.start + 1
            );
        };
        for change in diff
            .iter_changes(op)
            .filter(|c| c.tag() == ChangeTag::Insert)
        {
            assert!(
                told.explains(change.value()),
                "{name}:{}: {}",
                old.start + 1,
                change.value()
            );
        }
        *kinds.entry("added").or_default() += new.len() - old.len();
        *kinds.entry("changed").or_default() += old.len();
    }
    kinds
}

/// Which document each line lies in.
fn documents(text: &str) -> Vec<usize> {
    let mut number = 0;
    let number = |line: &str| {
        number += usize::from(line.starts_with("---"));
        number
    };
    text.lines().map(number).collect()
}

fn told(report: &Value, documents: &[usize], name: &str) -> BTreeMap<usize, Told> {
    let mut all: BTreeMap<usize, Told> = BTreeMap::new();
    for change in report["changes"].as_array().expect("changes") {
        let line = change["line"].as_u64().expect("a line") as usize;
        let told = all.entry(documents[line - 1]).or_default();
        let path = change["path"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: {change}"));
        let keys = path
            .split('/')
            .map(|key| key.replace("~1", "/").replace("~0", "~"));
        told.words.extend(keys);
        told.add(&change["value"]);
    }
    all
}

impl Told {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    self.words.insert(key.clone());
                    self.add(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::String(text) => drop(self.words.insert(text.clone())),
            scalar => drop(self.words.insert(scalar.to_string())),
        }
    }

    /// Whether every word of a line is one of a change, or an empty collection that is filled on its line.
    fn explains(&self, line: &str) -> bool {
        let line = line.trim().trim_start_matches("- ");
        let (key, value) = line
            .split_once(": ")
            .unwrap_or((line.trim_end_matches(':'), ""));
        [key, value].iter().all(|word| {
            let word = word.trim_matches(['"', '\'']);
            word.is_empty() || self.words.contains(word)
        })
    }
}
