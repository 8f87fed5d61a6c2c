//! What runs Spark, kept while a stream goes by.

use crate::guard::{Json, Outcome, PodView, Subject};
use crate::manifest::spark::text_of;
use crate::manifest::{Pod, Role};
use crate::spark::memory::launcher;
use crate::spark::process::{Seen, SeenPod, operator_of};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// An object that may run Spark; nothing for any other.
pub(super) fn seen(index: usize, value: &Value, pods: &[PodView<'_>]) -> Option<Seen> {
    let is_spark = |role: &Role| launcher::Process::of(&role.role).is_some();
    let mut roles = pods.iter().flat_map(|pod| &pod.roles.containers);
    let runs = roles.any(|role| role.is_some_and(is_spark))
        || operator_of(value).is_some()
        || pods.iter().any(|pod| submits(&pod.value));
    let name = |role: Option<&Role>| role.map(|role| role.role.clone());
    runs.then(|| Seen {
        index,
        value: value.clone(),
        pods: pods
            .iter()
            .map(|pod| SeenPod {
                place: Arc::clone(&pod.place),
                value: pod.value.clone(),
                roles: pod.roles.containers.iter().copied().map(name).collect(),
            })
            .collect(),
    })
}

/// The objects that may run Spark, as the rules left them, and what else rules changed. Documents are guarded by several
/// threads, so that they come in no order.
#[derive(Debug, Default)]
pub(in crate::check) struct Gathered {
    seen: Mutex<Vec<Seen>>,
    /// As text: they are many in a long stream, and few are asked for.
    changed: Mutex<Vec<(usize, Json)>>,
}

impl Gathered {
    /// Takes in an object as the rules left it.
    pub(in crate::check) fn add(&self, subject: Subject<'_>, outcome: &Outcome<'_>) {
        if subject.within.is_some() {
            return;
        }
        let index = subject.object.index;
        if let Some(seen) = seen(index, &outcome.value, &outcome.pods) {
            let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(seen);
        } else if !outcome.changes.is_empty() {
            let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
            changed.push((index, Json::of(&outcome.value)));
        }
    }

    /// All of it, and nothing is left.
    pub(super) fn take(&self) -> (Vec<Seen>, Vec<(usize, Json)>) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        (seen, std::mem::take(&mut *changed))
    }
}

/// Whether a pod calls `spark-submit`: with the deploy mode `cluster` it has no Spark process, and hands one over.
fn submits(pod: &Value) -> bool {
    let pod = Pod { value: pod };
    let mut words = pod.containers().flat_map(|container| {
        let lists = ["command", "args"].into_iter();
        lists.filter_map(|list| container.value[list].as_array())
    });
    words.any(|words| {
        words
            .iter()
            .any(|word| text_of(word).contains("spark-submit"))
    })
}
