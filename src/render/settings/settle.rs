//! What rules want of one text, settled.

use super::{Plan, Planner, Text, Wish};
use crate::guard::{self, Change};
use crate::manifest::spark::{Slot, edit};
use crate::render::RenderError;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A text while wishes are put into it.
struct Draft<'d, 'p> {
    planner: &'d Planner<'p>,
    slot: &'d Slot,
    text: String,
    changes: Vec<Change>,
    /// Who decided a key, and to what.
    decided: BTreeMap<&'d str, (&'d Wish<'p>, &'d str)>,
}

impl<'p> Planner<'p> {
    /// Puts what rules want of a text into it, one after another; `readers` are the pods that have it.
    pub(super) fn settle(
        &self,
        slot: &Slot,
        readers: &BTreeSet<(usize, usize)>,
        mut wishes: Vec<Wish<'p>>,
        plan: &mut Plan,
    ) -> Result<(), RenderError> {
        wishes.sort_by_key(|wish| Reverse(rank(wish)));
        let before = self.text(slot);
        let mut draft = Draft {
            planner: self,
            slot,
            text: before.clone(),
            changes: Vec::new(),
            decided: BTreeMap::new(),
        };
        for wish in &wishes {
            let id = &wish.wanted.rule.id;
            let same = wishes.iter().filter(|other| other.wanted.rule.id == *id);
            let held: BTreeSet<_> = same.map(|other| other.process).collect();
            let other = readers.difference(&held).next();
            for (key, value) in &wish.wanted.settings {
                let refused = match other {
                    Some((object, _)) => Some(draft.shared_with(*object)),
                    None => draft.set(wish, key, value)?,
                };
                let refused = refused.map(|why| wish.refused(&[key], &why));
                plan.findings.extend(refused);
            }
        }
        let Draft { text, changes, .. } = draft;
        if !changes.is_empty() {
            plan.texts.entry(slot.object).or_default().push(Text {
                path: slot.path.clone(),
                before,
                after: text,
                changes,
            });
        }
        Ok(())
    }
}

impl<'d, 'p> Draft<'d, 'p> {
    /// The text, as messages name it.
    fn name(&self) -> String {
        let key = self.slot.path.last().unwrap_or_default();
        format!("`{key}` of `{}`", self.planner.objects[self.slot.object])
    }

    fn shared_with(&self, object: usize) -> String {
        let other = &self.planner.objects[object];
        let name = self.name();
        format!("`{other}` reads {name}, too, and the rule does not hold there")
    }

    /// Sets a key; or the reason why not.
    fn set(
        &mut self,
        wish: &'d Wish<'p>,
        key: &'d str,
        value: &'d str,
    ) -> Result<Option<String>, RenderError> {
        if let Some((other, decided)) = self.decided.get(key) {
            if *decided == value || rank(other) != rank(wish) {
                return Ok(None);
            }
            let rules = [other.wanted.rule, wish.wanted.rule];
            let object = self.planner.objects[self.slot.object].to_string();
            return Err(guard::disagree(rules, key, object).into());
        }
        let edited = match edit::set(&self.text, key, value) {
            Ok(edited) => edited,
            Err(cannot) => return Ok(Some(format!("in {}, {cannot}", self.name()))),
        };
        if edited != self.text {
            let told = edit::told(&self.text);
            let stood = told.get(key).map(String::as_str);
            let place = (self.slot.object, &self.slot.path);
            let change = guard::set_in_text(wish.wanted.rule, place, key, (stood, value));
            self.changes.push(change);
        }
        self.decided.insert(key, (wish, value));
        self.text = edited;
        Ok(None)
    }
}

/// What is enforced counts before a default, and of two the nearer layer's.
fn rank(wish: &Wish<'_>) -> (bool, crate::preset::Layer) {
    (wish.wanted.is_enforced(), wish.wanted.rule.layer)
}
