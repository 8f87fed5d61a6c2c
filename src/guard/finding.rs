//! What a rule did, and what a rule or check has to say: data, without words for a terminal.

use super::Step;
use crate::preset::{RuleLabel, Severity};
use crate::yaml::{Pointer, Touch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What a rule or a check has to say about one place of one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `<preset>/<rule>`, or the id of a check (`pod-security/runAsNonRoot`).
    pub id: String,
    /// How grave.
    pub severity: Severity,
    /// Index of the object in the stream, Lists flattened; `None` for the stream as a whole.
    pub object: Option<usize>,
    /// Name of the container, where it is about one.
    pub container: Option<String>,
    /// Where the text stands that `path` is inside of; `None` where that is the object.
    pub within: Option<Pointer>,
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
    /// Who waived it, if somebody did: it does not count then.
    pub waived: Option<Waived>,
}

/// That a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Which waiver of the run it is.
    pub by: usize,
}

/// What a rule did to one object. A stream of many objects holds many of them, so what they share is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Index of the object in the stream, Lists flattened.
    pub object: usize,
    /// What was done there.
    pub done: Arc<Operation>,
}

/// What a rule does to objects, in the words of RFC 6902.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The rule, where it is written, and the parameters that shaped it.
    pub rule: Arc<RuleLabel>,
    /// What happens.
    pub op: Op,
    /// Where the text stands that `path` is inside of; `None` where that is the object.
    pub within: Option<Pointer>,
    /// Place inside the object.
    pub path: Pointer,
    /// What was there; `None` where nothing was.
    pub before: Option<Json>,
    /// What is there now; `None` for a removal.
    pub value: Option<Json>,
}

/// A value as text: a tree takes 632 bytes for its first key, and a long stream has a digest for every pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Json(Box<str>);

impl Json {
    /// A value.
    pub fn of(value: &Value) -> Self {
        Self(value.to_string().into())
    }

    /// The value.
    pub fn value(&self) -> Value {
        let mut text = serde_json::Deserializer::from_str(&self.0);
        // What was read and what presets set is of bounded depth already.
        text.disable_recursion_limit();
        Value::deserialize(&mut text).expect("internal error: a value's own text is JSON")
    }
}

impl Change {
    /// What the engine did at one place of an object.
    pub(super) fn new(rule: &Arc<RuleLabel>, object: usize, step: Step) -> Self {
        let json = |value: Option<Arc<Value>>| value.as_deref().map(Json::of);
        let done = Operation {
            rule: Arc::clone(rule),
            op: step.op,
            within: None,
            path: step.path,
            before: json(step.before),
            value: json(step.value),
        };
        Self {
            object,
            done: Arc::new(done),
        }
    }

    /// The same in a text of the object.
    #[must_use]
    pub fn within(mut self, text: &Pointer) -> Self {
        Arc::make_mut(&mut self.done).within = Some(text.clone());
        self
    }

    /// Holds what was done to other objects, too, once for all of them.
    pub fn share(&mut self, pool: &mut Pool) {
        let mut hasher = DefaultHasher::new();
        self.done.hash(&mut hasher);
        let known = pool.0.entry(hasher.finish());
        let known = known.or_insert_with(|| Arc::clone(&self.done));
        if *known == self.done {
            self.done = Arc::clone(known);
        }
    }
}

/// Operations that many objects have in common, by their hash; of two with the same hash, the second is not shared.
#[derive(Debug, Default)]
pub struct Pool(BTreeMap<u64, Arc<Operation>>);

/// The operations of RFC 6902 that changes are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
