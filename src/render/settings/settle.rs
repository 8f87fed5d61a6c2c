//! What rules want of one text, settled.

use super::{Plan, Planner, Text, Wish};
use crate::guard::{self, Change, Wanted};
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
    decided: BTreeMap<String, (&'d Wish<'p>, String)>,
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
            for (key, value) in wish.wanted.of(|| edit::told(&draft.text)) {
                let refused = match other {
                    Some((object, _)) => Some(draft.shared_with(*object)),
                    None => draft.set(wish, &key, &value)?,
                };
                let refused = refused.map(|why| wish.refused(&[&key], &why));
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

    /// Whether another wish has decided a key. What a default wrote may be respelt.
    fn is_decided(&self, wish: &Wish<'p>, key: &str, value: &str) -> Result<bool, RenderError> {
        let Some((other, decided)) = self.decided.get(key) else {
            return Ok(false);
        };
        let rules = [other.wanted.rule, wish.wanted.rule];
        let object = || self.planner.objects[self.slot.object].to_string();
        match (wish.wanted.is_respelt(), other.wanted.is_enforced()) {
            _ if decided == value => Ok(true),
            (true, true) => Err(guard::restless(rules, object()).into()),
            (true, false) => Ok(false),
            _ if rank(other) != rank(wish) => Ok(true),
            _ => Err(guard::disagree(rules, key, object()).into()),
        }
    }

    /// Sets a key; or the reason why not.
    fn set(
        &mut self,
        wish: &'d Wish<'p>,
        key: &str,
        value: &str,
    ) -> Result<Option<String>, RenderError> {
        if self.is_decided(wish, key, value)? {
            return Ok(None);
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
        self.decided
            .insert(key.to_owned(), (wish, value.to_owned()));
        self.text = edited;
        Ok(None)
    }
}

/// What is enforced counts before a default, and of two the nearer layer's; what is respelt comes last.
fn rank(wish: &Wish<'_>) -> (bool, bool, crate::preset::Layer) {
    let Wanted { rule, .. } = &wish.wanted;
    let is_respelt = wish.wanted.is_respelt();
    (wish.wanted.is_enforced(), !is_respelt, rule.layer)
}
