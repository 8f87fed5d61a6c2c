//! What a rule did, and what a rule or check has to say: data, without words for a terminal.

use super::Step;
use crate::preset::{RuleLabel, Severity};
use crate::yaml::{Pointer, Touch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a rule or a check has to say about one place of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `<preset>/<rule>`, or the id of a check (`pod-security/runAsNonRoot`).
    pub id: String,
    /// How grave.
    pub severity: Severity,
    /// Index of the object in the stream, Lists flattened; `None` for the stream as a whole.
    pub object: Option<usize>,
    /// Name of the container, where it is about one.
    pub container: Option<String>,
    /// Place inside the object. Where nothing stands there, the report points at the nearest parent that exists.
    pub path: Pointer,
    /// What is wrong: lower case, names in back-ticks, no full stop; never a Secret's value.
    pub message: String,
    /// Why it matters, for whoever does not speak Kubernetes or does not speak Spark.
    pub because: Option<String>,
    /// What to do next.
    pub help: Option<String>,
    /// The policy that asked for it: file and line (`presets/default@1.yaml:12`).
    pub needed_by: Option<Arc<str>>,
    /// Why it does not count, where somebody waived it.
    pub waived: Option<String>,
}

/// What a rule did to one object. A stream of many objects holds many of them, so what they share is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The rule, where it is written, and the parameters that shaped it.
    pub rule: Arc<RuleLabel>,
    /// Index of the object in the stream, Lists flattened.
    pub object: usize,
    /// What happened there, in the words of RFC 6902.
    pub op: Op,
    /// Place inside the object: an RFC 6901 pointer.
    pub path: Arc<str>,
    /// What was there; `None` where nothing was.
    pub before: Option<Arc<Value>>,
    /// What is there now; `None` for a removal.
    pub value: Option<Arc<Value>>,
}

impl Change {
    /// What the engine did at one place of an object.
    pub(super) fn new(rule: &Arc<RuleLabel>, object: usize, step: &Step) -> Self {
        Self {
            rule: Arc::clone(rule),
            object,
            op: step.op,
            path: step.path.as_str().into(),
            before: step.before.clone(),
            value: step.value.clone(),
        }
    }

    /// Holds what other changes hold, too, once for all of them.
    pub fn share(&mut self, pool: &mut Pool) {
        pool.path(&mut self.path);
        self.before.iter_mut().for_each(|value| pool.value(value));
        self.value.iter_mut().for_each(|value| pool.value(value));
    }

    /// Its place inside the object.
    pub fn pointer(&self) -> Pointer {
        Pointer::parse(&self.path).unwrap_or_default()
    }
}

/// Paths and values that many changes have.
#[derive(Debug, Default)]
pub struct Pool {
    paths: BTreeSet<Arc<str>>,
    /// By their JSON, which is one for each value.
    values: BTreeMap<String, Arc<Value>>,
}

impl Pool {
    fn path(&mut self, path: &mut Arc<str>) {
        match self.paths.get(path) {
            Some(known) => *path = Arc::clone(known),
            None => _ = self.paths.insert(Arc::clone(path)),
        }
    }

    fn value(&mut self, value: &mut Arc<Value>) {
        let known = self.values.entry(value.to_string());
        *value = Arc::clone(known.or_insert_with(|| Arc::clone(value)));
    }
}

/// The operations of RFC 6902 that changes are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// A key or an item is new.
    Add,
    /// A value is another one.
    Replace,
    /// A key or an item is gone.
    Remove,
}

impl Op {
    /// What it does to the text at its place.
    pub fn touch(self) -> Touch {
        match self {
            Self::Add => Touch::Add,
            Self::Replace => Touch::Replace,
            Self::Remove => Touch::Remove,
        }
    }
}
