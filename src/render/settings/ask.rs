//! What rules want of the processes that read their settings from a text.

use super::{Plan, Planner, Wish};
use crate::guard::{self, PodView, Told, Wanted};
use crate::manifest::spark::{Process, Slot, Slots, edit};
use crate::manifest::{Object, Pod};
use crate::yaml::Pointer;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the stream's pods read.
#[derive(Default)]
pub(super) struct Readers {
    slots: Slots,
    /// The pods that mount a text: their object, and which of its pods.
    pub(super) pods: BTreeMap<Slot, BTreeSet<(usize, usize)>>,
}

impl<'p> Planner<'p> {
    pub(super) fn readers(&self) -> Readers {
        let mut readers = Readers::default();
        let is_source = |object: &&Object<'_>| matches!(object.kind, "ConfigMap" | "Secret");
        for object in self.objects.iter().filter(is_source) {
            readers
                .slots
                .add(object.index, &self.node(object).to_value());
        }
        let places = &self.setup.tables.places;
        let runs = |object: &&Object<'_>| places.of(object.api_version, object.kind).is_some();
        for object in self.objects.iter().filter(runs) {
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
    pub(super) fn ask<'s>(
        &self,
        object: &'p Object<'p>,
        readers: &'s Readers,
        wishes: &mut BTreeMap<&'s Slot, Vec<Wish<'p>>>,
        plan: &mut Plan,
    ) {
        let places = &self.setup.tables.places;
        if places.of(object.api_version, object.kind).is_none() {
            return;
        }
        let value = self.node(object).to_value();
        let mut pods = self.pods(object, &value);
        for index in 0..pods.len() {
            let pod = pods[index].value.clone();
            let pod = Pod { value: &pod };
            let Some(ordinal) = reads_settings(&pods[index]) else {
                continue;
            };
            let Some(container) = pod.containers().nth(ordinal) else {
                continue;
            };
            let process = Process::of(
                &readers.slots,
                object.namespace.unwrap_or_default(),
                (pod, container.value),
                arguments(&pods[index]),
            );
            let text = process.reads.as_ref().ok().map(|slot| self.text(slot));
            pods[index].tell(settings(text.as_deref().unwrap_or_default(), &process));
            let told = Told {
                subject: self.subject(object),
                value: &value,
                pods: &pods,
                pod: index,
            };
            let (wanted, said) =
                guard::wanted(self.setup.policy, self.waivers, self.context(), told);
            plan.findings.extend(said);
            let at = pods[index].place.shown(&Pointer::from_iter(["spec"]));
            let mut asked = Asked {
                planner: self,
                process: &process,
                wishes,
                plan,
            };
            for wanted in wanted {
                asked.take(Wish {
                    wanted,
                    process: (object.index, index),
                    at: at.clone(),
                });
            }
        }
    }
}

/// A process whose rules were asked.
struct Asked<'a, 's, 'p> {
    planner: &'a Planner<'p>,
    process: &'a Process<'s, 'a>,
    wishes: &'a mut BTreeMap<&'s Slot, Vec<Wish<'p>>>,
    plan: &'a mut Plan,
}

impl<'p> Asked<'_, '_, 'p> {
    /// Keeps a wish for the text that the process reads, or says why there is none.
    fn take(&mut self, mut wish: Wish<'p>) {
        self.leave_out(&mut wish);
        let reads = self.process.reads.as_ref();
        let slot = reads.map_err(|unread| unread.0.clone());
        let writable = slot.and_then(|slot| self.planner.writable(slot).map(|()| *slot));
        match writable {
            Ok(slot) => self.wishes.entry(slot).or_default().push(wish),
            Err(why) => {
                let text = reads.map_or_else(|_| String::new(), |slot| self.planner.text(slot));
                let settings = wish.wanted.of(|| edit::told(&text));
                let keys: Vec<_> = settings.iter().map(|(key, _)| &**key).collect();
                if !keys.is_empty() {
                    self.plan.findings.push(wish.refused(&keys, &why));
                }
            }
        }
    }

    /// Leaves out what something else than the text sets; what cannot be done is said.
    fn leave_out(&mut self, wish: &mut Wish<'p>) {
        let settings = std::mem::take(&mut wish.wanted.settings);
        for (key, value) in settings {
            match self.process.set_elsewhere(&key) {
                None => wish.wanted.settings.push((key, value)),
                Some((by, other))
                    if wish.wanted.is_enforced() && other.as_ref() != Some(&value) =>
                {
                    let why = format!("{by} sets it, which counts before any file");
                    self.plan.findings.push(wish.refused(&[&key], &why));
                }
                Some(_) => {}
            }
        }
    }
}

impl Wish<'_> {
    /// What is to be said of settings that are left out.
    pub(super) fn refused(&self, keys: &[&str], why: &str) -> guard::Finding {
        let Wanted { rule, .. } = self.wanted;
        guard::not_set(rule, (self.process.0, &self.at), keys, why)
    }
}

/// Which container of a pod reads settings by itself; `None` where another process tells it them, or an operator does.
fn reads_settings(pod: &PodView<'_>) -> Option<usize> {
    let role = pod.roles.pod.filter(|role| role.spark)?;
    let told = pod.place.settings().is_some() || role.role == "spark-executor";
    pod.main_container().filter(|_| !told)
}

/// The variable with options of `spark-submit` that the process of a pod reads.
fn arguments<'v>(pod: &PodView<'v>) -> Option<&'v str> {
    pod.roles.pod?.ui.as_ref()?.arguments.as_deref()
}

/// The settings of a text, with those that the command line sets.
fn settings(text: &str, process: &Process<'_, '_>) -> Value {
    let told = edit::told(text).into_iter().chain(process.given());
    let kept = told.filter(|(key, _)| key.starts_with("spark."));
    let kept = kept.map(|(key, value)| (key, value.into()));
    Value::Object(kept.collect::<Map<_, _>>())
}
