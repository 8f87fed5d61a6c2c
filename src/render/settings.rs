//! Settings of Spark in texts of the stream: planned before any document is guarded, for a process and the text that it
//! reads are objects of their own.

use super::proof::Retold;
use super::{RenderError, Setup, subject};
use crate::guard::{self, Change, Context, Finding, PodView, Told, Waivers, Wanted};
use crate::manifest::spark::{Process, Slot, Slots, SourceKind, edit};
use crate::manifest::{Facts, Object};
use crate::text::{Edit, Span};
use crate::yaml::{Nested, NodeRef, Pointer, Stream, Touch};
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the texts that processes read their settings from.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By the index of the object.
    texts: BTreeMap<usize, Vec<Text>>,
    /// What is to be said of what is not done.
    pub(super) findings: Vec<Finding>,
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

/// What the stream's pods read.
#[derive(Default)]
struct Readers {
    slots: Slots,
    /// The pods that mount a text: their object, and which of its pods.
    pods: BTreeMap<Slot, BTreeSet<(usize, usize)>>,
}

/// What a rule wants of one text, and for whom.
struct Wish<'r> {
    wanted: Wanted<'r>,
    process: (usize, usize),
    /// Says it where it is not done: by the keys, and why.
    refuse: Vec<(String, Finding)>,
}

impl Plan {
    /// Whether an object has such a text.
    pub(super) fn concerns(&self, object: usize) -> bool {
        self.texts.contains_key(&object)
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
        Context {
            tables: self.setup.tables,
            facts: self.facts,
            images: self.setup.images,
        }
    }

    fn pods(&self, object: &'p Object<'p>, value: &Value) -> Vec<PodView<'p>> {
        let document = &self.stream.documents[object.document];
        let subject = subject(document, object, self.setup.tables);
        PodView::all(self.context(), subject, value)
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
            let others = &readers.pods[slot];
            self.settle(slot, others, wishes, &mut plan)?;
        }
        Ok(plan)
    }

    fn readers(&self) -> Readers {
        let mut readers = Readers::default();
        let is_source = |object: &&Object<'_>| matches!(object.kind, "ConfigMap" | "Secret");
        for object in self.objects.iter().filter(is_source) {
            let value = self.node(object).to_value();
            readers.slots.add(object.index, &value);
        }
        for object in self.objects {
            let tables = self.setup.tables;
            if tables.places.of(object.api_version, object.kind).is_none() {
                continue;
            }
            let value = self.node(object).to_value();
            let namespace = object.namespace.unwrap_or_default();
            for (index, pod) in self.pods(object, &value).iter().enumerate() {
                for slot in readers.slots.mounted(namespace, pod.pod()) {
                    let of_slot = readers.pods.entry(slot.clone()).or_default();
                    of_slot.insert((object.index, index));
                }
            }
        }
        readers
    }

    /// Asks the rules what they want of the processes of an object.
    fn ask<'s>(
        &self,
        object: &'p Object<'p>,
        readers: &'s Readers,
        wishes: &mut BTreeMap<&'s Slot, Vec<Wish<'p>>>,
        plan: &mut Plan,
    ) {
        let document = &self.stream.documents[object.document];
        let subject = subject(document, object, self.setup.tables);
        if subject.place.is_none() {
            return;
        }
        let value = subject.node.to_value();
        let mut pods = self.pods(object, &value);
        for index in 0..pods.len() {
            let Some((arguments, container)) = reads_settings(&pods[index]) else {
                continue;
            };
            let namespace = object.namespace.unwrap_or_default();
            let container = container.clone();
            let own = pods[index].value.clone();
            let at = (crate::manifest::Pod { value: &own }, &container);
            let process = Process::of(&readers.slots, namespace, at, arguments);
            let text = process.reads.as_ref().ok().map(|slot| self.text(slot));
            let settings = settings_of(text.as_deref().unwrap_or_default(), &process);
            pods[index].tell(settings);
            let told = Told {
                subject,
                value: &value,
                pods: &pods,
                pod: index,
            };
            let Setup { policy, .. } = self.setup;
            let (wanted, said) = guard::wanted(policy, self.waivers, self.context(), told);
            plan.findings.extend(said);
            for wanted in wanted {
                let wanted = overruled(wanted, &process, told, plan);
                let say = |why: &str| {
                    let keys: Vec<_> = wanted.settings.iter().map(|(key, _)| &**key).collect();
                    guard::not_set(wanted.rule, told, &keys, why)
                };
                let reads = process.reads.as_ref().map_err(|unread| unread.0.clone());
                match reads.and_then(|slot| self.writable(slot).map(|()| *slot)) {
                    Ok(slot) => {
                        let keys = wanted.settings.iter().map(|(key, _)| key);
                        let refuse = keys.map(|key| {
                            (
                                key.clone(),
                                guard::not_set(wanted.rule, told, &[key], "\u{0}"),
                            )
                        });
                        let refuse = refuse.collect();
                        wishes.entry(slot).or_default().push(Wish {
                            wanted,
                            process: (object.index, index),
                            refuse,
                        });
                    }
                    Err(_) if wanted.settings.is_empty() => {}
                    Err(why) => plan.findings.push(say(&why)),
                }
            }
        }
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

    /// Puts what rules want of a text into it, one after another.
    fn settle(
        &self,
        slot: &Slot,
        readers: &BTreeSet<(usize, usize)>,
        mut wishes: Vec<Wish<'p>>,
        plan: &mut Plan,
    ) -> Result<(), RenderError> {
        // What is enforced counts before a default, and of two the nearer layer's.
        wishes.sort_by_key(|wish| {
            let wanted = &wish.wanted;
            std::cmp::Reverse((wanted.is_enforced(), wanted.rule.layer))
        });
        let before = self.text(slot);
        let mut after = before.clone();
        let mut changes = Vec::new();
        let mut decided: BTreeMap<&str, (&Wish<'p>, &str)> = BTreeMap::new();
        for wish in &wishes {
            let rule = wish.wanted.rule;
            let others = readers.iter().find(|reader| {
                let mut of_rule = wishes
                    .iter()
                    .filter(|other| other.wanted.rule.id == rule.id);
                !of_rule.any(|other| other.process == **reader)
            });
            for ((key, value), (_, refusal)) in wish.wanted.settings.iter().zip(&wish.refuse) {
                if let Some((object, _)) = others {
                    let why = format!(
                        "`{}` reads `{}` of `{}`, too, and the rule does not hold there",
                        self.objects[*object],
                        slot.path.last().unwrap_or_default(),
                        self.objects[slot.object],
                    );
                    plan.findings.push(because(refusal, &why));
                    continue;
                }
                match decided.get(&**key) {
                    Some((_, same)) if *same == value => continue,
                    Some((other, _)) if is_nearer(other, wish) => continue,
                    Some((other, _)) => {
                        let rules = [other.wanted.rule, rule];
                        let object = self.objects[slot.object].to_string();
                        return Err(guard::disagree(rules, key, object).into());
                    }
                    None => {}
                }
                match edit::set(&after, key, value) {
                    Ok(edited) => {
                        let told = edit::told(&after);
                        let stood = told.get(key).map(String::as_str);
                        let place = (slot.object, &slot.path);
                        changes.push(guard::set_in_text(rule, place, key, (stood, value)));
                        decided.insert(key, (wish, value));
                        after = edited;
                    }
                    Err(cannot) => {
                        let name = &self.objects[slot.object];
                        let key = slot.path.last().unwrap_or_default();
                        let why = format!("in `{key}` of `{name}`, {cannot}");
                        plan.findings.push(because(refusal, &why));
                    }
                }
            }
        }
        if before != after {
            plan.texts.entry(slot.object).or_default().push(Text {
                path: slot.path.clone(),
                before,
                after,
                changes,
            });
        }
        Ok(())
    }
}

/// Whether one wish counts before another without anybody having to choose.
fn is_nearer(one: &Wish<'_>, other: &Wish<'_>) -> bool {
    let rank = |wish: &Wish<'_>| (wish.wanted.is_enforced(), wish.wanted.rule.layer);
    rank(one) != rank(other)
}

/// A refusal with its reason.
fn because(refusal: &Finding, why: &str) -> Finding {
    Finding {
        message: refusal.message.replace('\u{0}', why),
        ..refusal.clone()
    }
}

/// The variable with options of `spark-submit` that the process of a pod reads, and its container; `None` where another
/// process tells it its settings, or an operator does.
fn reads_settings<'v>(pod: &'v PodView<'_>) -> Option<(Option<&'v str>, &'v Value)> {
    let role = pod.roles.pod.filter(|role| role.spark)?;
    if pod.place.settings().is_some() || role.role == "spark-executor" {
        return None;
    }
    let arguments = role.ui.as_ref().and_then(|ui| ui.arguments.as_deref());
    Some((arguments, pod.main_container()?.value))
}

/// The settings of a text, with those that something else sets.
fn settings_of(text: &str, process: &Process<'_, '_>) -> Value {
    let told = edit::told(text).into_iter();
    let kept = told.filter(|(key, _)| key.starts_with("spark."));
    let mut settings: Map<_, _> = kept.map(|(key, value)| (key, value.into())).collect();
    for (key, value) in process.given() {
        settings.insert(key, value.into());
    }
    settings.into()
}

/// What is left of a wish where something else than the text sets the key; what cannot be done is said.
fn overruled<'r>(
    mut wanted: Wanted<'r>,
    process: &Process<'_, '_>,
    told: Told<'_>,
    plan: &mut Plan,
) -> Wanted<'r> {
    let rule = wanted.rule;
    let enforced = wanted.is_enforced();
    wanted.settings.retain(|(key, value)| {
        let Some((by, other)) = process.set_elsewhere(key) else {
            return true;
        };
        if enforced && other.as_ref() != Some(value) {
            let why = format!("{by} sets it, which counts before any file");
            plan.findings.push(guard::not_set(rule, told, &[key], &why));
        }
        false
    });
    wanted
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
