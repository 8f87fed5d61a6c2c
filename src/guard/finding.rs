//! What a rule did, and what a rule or check has to say: data, without words for a terminal.

use crate::preset::Severity;
use crate::yaml::Pointer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    pub needed_by: Option<String>,
    /// Why it does not count, where somebody waived it.
    pub waived: Option<String>,
}

/// What a rule did to one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `<preset>/<rule>`.
    pub rule: String,
    /// Index of the object in the stream, Lists flattened.
    pub object: usize,
    /// What happened there, in the words of RFC 6902.
    pub op: Op,
    /// Place inside the object.
    pub path: Pointer,
    /// What was there; `None` where nothing was.
    pub before: Option<Value>,
    /// What is there now; `None` for a removal.
    pub value: Option<Value>,
    /// The line of the policy that says so (`presets/default@1.yaml:12`).
    pub origin: String,
    /// The parameters that shaped the value, `preset.name`.
    pub parameters: Vec<String>,
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
