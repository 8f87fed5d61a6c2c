//! What a cluster runs beside what a stream sets: only fields of the stream, and who owns what differs. No network here.

mod compare;
mod fields;
mod owner;

pub use compare::{Difference, differences};
pub use owner::Owner;

use serde_json::Value;

/// The field manager that asks the server, and never writes.
pub const MANAGER: &str = "sparkk8s-post";

/// What a comparison with a cluster comes to.
#[derive(Debug)]
pub struct Drift {
    /// What was compared, in the order of the stream.
    pub objects: Vec<Compared>,
    /// What was not, and why.
    pub left_out: Vec<LeftOut>,
}

/// An object of the stream.
#[derive(Debug)]
pub struct Compared {
    /// Group and version.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Where it was looked for; `None` for what has no namespace, or where nobody knows.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found of an object.
#[derive(Debug)]
pub enum Verdict {
    /// All that the stream sets is so in the cluster.
    Same,
    /// These fields are not.
    Differs(Vec<Difference>),
    /// The cluster does not have it.
    Missing,
    /// It cannot be told, and why.
    Failed(String),
}

/// An object that the cluster keeps no state of.
#[derive(Debug)]
pub struct LeftOut {
    /// Its kind.
    pub kind: String,
    /// Its name, or how its name begins.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

impl Drift {
    /// How many fields differ, and objects are missing.
    pub fn differences(&self) -> usize {
        let count = |object: &Compared| match &object.verdict {
            Verdict::Differs(found) => found.len(),
            Verdict::Missing => 1,
            Verdict::Same | Verdict::Failed(_) => 0,
        };
        self.objects.iter().map(count).sum()
    }

    /// How many objects could not be compared.
    pub fn failures(&self) -> usize {
        let failed = |object: &&Compared| matches!(object.verdict, Verdict::Failed(_));
        self.objects.iter().filter(failed).count()
    }
}

/// Why an object is not looked for: it comes and goes with an action of Helm, or has another name each time.
pub fn left_out(object: &Value) -> Option<&'static str> {
    let metadata = &object["metadata"];
    if metadata["annotations"].get("helm.sh/hook").is_some() {
        return Some("a hook of Helm");
    }
    let named = metadata["name"].as_str().is_some_and(|n| !n.is_empty());
    (!named).then_some("the server makes up its name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_lasting_name_is_left_out() {
        let why = |metadata: Value| left_out(&json!({"metadata": metadata}));
        assert_eq!(why(json!({"name": "a", "annotations": {"b": "c"}})), None);
        assert_eq!(
            why(json!({"name": "a", "annotations": {"helm.sh/hook": "test"}})),
            Some("a hook of Helm")
        );
        assert_eq!(
            why(json!({"generateName": "a-"})),
            Some("the server makes up its name")
        );
        assert!(why(json!(1)).is_some());
    }
}
