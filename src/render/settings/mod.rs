//! Settings of Spark in texts of the stream: planned before any document is guarded, for a process and the text that it
//! reads are objects of their own.

mod ask;
mod settle;

use super::proof::Retold;
use super::{RenderError, Setup, subject};
use crate::guard::{
    Change, Context, Finding, Outcome, PodView, Severity, Subject, Waivers, Wanted,
};
use crate::manifest::spark::{Slot, SourceKind};
use crate::manifest::{Facts, Object};
use crate::text::{Edit, Span};
use crate::yaml::{Nested, NodeRef, Pointer, Stream, Touch};
use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the texts that processes read their settings from.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By the index of the object.
    texts: BTreeMap<usize, Vec<Text>>,
    /// What is to be said of what is not done.
    findings: Vec<Finding>,
}

/// One text, and what becomes of it.
#[derive(Debug)]
struct Text {
    path: Pointer,
    before: String,
    after: String,
    changes: Vec<Change>,
}

/// All that a plan is made from.
#[derive(Clone, Copy)]
pub(super) struct Planner<'p> {
    pub(super) stream: &'p Stream<'p>,
    pub(super) objects: &'p [Object<'p>],
    pub(super) setup: Setup<'p>,
    pub(super) waivers: &'p Waivers<'p>,
    pub(super) facts: &'p Facts,
}

/// What a rule wants of one text, and for whom.
struct Wish<'r> {
    wanted: Wanted<'r>,
    /// The object, and which of its pods.
    process: (usize, usize),
    /// Where that pod stands in it.
    at: Pointer,
}

impl Plan {
    /// Whether an object has such a text.
    pub(super) fn concerns(&self, object: usize) -> bool {
        self.texts.contains_key(&object)
    }

    /// What is to be said of what is not done.
    pub(super) fn said(&self, least: Severity) -> impl Iterator<Item = Finding> {
        let findings = self.findings.iter();
        findings.filter(move |said| said.severity >= least).cloned()
    }

    /// Puts the texts into what rules have made of their object.
    pub(super) fn tell(
        &self,
        subject: Subject<'_>,
        outcome: &mut Outcome<'_>,
        retold: &mut Vec<Retold>,
    ) {
        let (changes, texts) = self.put((subject.object, subject.node), &mut outcome.value);
        outcome.changes.extend(changes);
        retold.extend(texts);
    }

    /// Puts the texts into their object, and says how; a text that a rule changed as a whole stays as that left it.
    pub(super) fn put(
        &self,
        (object, node): (&Object<'_>, NodeRef<'_>),
        value: &mut Value,
    ) -> (Vec<Change>, Vec<Retold>) {
        let (mut changes, mut retold) = (Vec::new(), Vec::new());
        for text in self.texts.get(&object.index).into_iter().flatten() {
            let Some(held) = value.pointer_mut(text.path.as_str()) else {
                continue;
            };
            if *held != *text.before {
                continue;
            }
            *held = text.after.as_str().into();
            changes.extend(text.changes.iter().cloned());
            let lines = node.at_pointer(&text.path).and_then(Nested::of);
            let edits = edits(&text.before, &text.after);
            retold.push(Retold {
                at: object.pointer.join(&text.path),
                text: text.after.clone(),
                edits: lines.map(|lines| edits.iter().map(|edit| lines.edit(edit)).collect()),
            });
        }
        (changes, retold)
    }
}

impl<'p> Planner<'p> {
    fn node(&self, object: &Object<'_>) -> NodeRef<'p> {
        self.stream.documents[object.document].node(object.node)
    }

    fn context(&self) -> Context<'p> {
        self.setup.context(self.facts)
    }

    fn pods(&self, object: &'p Object<'p>, value: &Value) -> Vec<PodView<'p>> {
        PodView::all(self.context(), self.subject(object), value)
    }

    fn subject(&self, object: &'p Object<'p>) -> Subject<'p> {
        let document = &self.stream.documents[object.document];
        subject(document, object, self.setup.tables)
    }

    /// Settles what becomes of each text.
    ///
    /// # Errors
    /// Two rules of one layer want different values of one setting.
    pub(super) fn plan(self) -> Result<Plan, RenderError> {
        let mut plan = Plan::default();
        if !self.setup.policy.sets() {
            return Ok(plan);
        }
        let readers = self.readers();
        let mut wishes: BTreeMap<&Slot, Vec<Wish<'p>>> = BTreeMap::new();
        for object in self.objects {
            self.ask(object, &readers, &mut wishes, &mut plan);
        }
        for (slot, wishes) in wishes {
            let pods = readers.pods.get(slot);
            self.settle(slot, pods.unwrap_or(&BTreeSet::new()), wishes, &mut plan)?;
        }
        Ok(plan)
    }

    fn text(&self, slot: &Slot) -> String {
        let object = &self.objects[slot.object];
        let value = self.node(object).at_pointer(&slot.path);
        value.map_or_else(String::new, |node| node.resolved().text().to_owned())
    }

    /// Why nothing can be written into a text, if so.
    fn writable(&self, slot: &Slot) -> Result<(), String> {
        let object = &self.objects[slot.object];
        let name = format!("`{object}`");
        let node = self.node(object);
        if slot.kind == SourceKind::Secret {
            return Err(format!(
                "its settings stand in {name}, and no Secret is edited"
            ));
        }
        if slot.path.segments().next().as_deref() != Some("data") {
            return Err(format!("its settings stand in {name} in base64"));
        }
        let value = node.to_value();
        if value["immutable"] == true {
            return Err(format!("its settings stand in {name}, which is immutable"));
        }
        if value["sops"]["mac"].is_string() {
            return Err(format!("its settings stand in {name}, which is encrypted"));
        }
        match node.shared_below(object.above, &slot.path, Touch::Replace) {
            Some(shared) => Err(format!("its settings stand in {name}: {}", shared.reason)),
            None => Ok(()),
        }
    }
}

/// What makes one text of another, line by line.
fn edits(before: &str, after: &str) -> Vec<Edit> {
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (old, new) = (lines(before), lines(after));
    let start =
        |lines: &[&str], at: usize| lines[..at].iter().map(|line| line.len()).sum::<usize>();
    let changed = capture_diff_slices(Algorithm::Myers, &old, &new);
    let changed = changed
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let edit = |op: &DiffOp| Edit {
        span: Span::new(
            start(&old, op.old_range().start),
            start(&old, op.old_range().end),
        ),
        insert: new[op.new_range()].concat(),
    };
    changed.map(edit).collect()
}
