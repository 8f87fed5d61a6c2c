//! `fieldsV1` of `managedFields`: a tree of steps, `f:` a field, `k:` an item by its keys, `v:` an item by itself, `i:` by
//! its place, and `.` for the value that the tree hangs on.

use serde_json::{Map, Value};
use std::fmt::Write;

/// What a tree hangs on.
const ITSELF: &str = ".";

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A field of a map.
    Field(String),
    /// The item of a list that has these fields.
    Item(Map<String, Value>),
    /// The item of a set that is this.
    Element(Value),
    /// The item at a place.
    Index(usize),
}

impl Step {
    /// A key of the tree; `None` for what is no step, or of a kind that nobody knows yet.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => Some(Self::Item(serde_json::from_str(rest).ok()?)),
            "v" => Some(Self::Element(serde_json::from_str(rest).ok()?)),
            "i" => Some(Self::Index(rest.parse().ok()?)),
            _ => None,
        }
    }

    /// What the step leads to.
    pub(super) fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.as_object()?.get(name),
            Self::Item(keys) => value.as_array()?.iter().find(|item| {
                keys.iter()
                    .all(|(key, value)| item.get(key).unwrap_or(&Value::Null) == value)
            }),
            Self::Element(element) => value.as_array()?.iter().find(|item| *item == element),
            Self::Index(index) => value.as_array()?.get(*index),
        }
    }
}

/// The steps below a node, with their trees.
pub(super) fn children(tree: &Value) -> impl Iterator<Item = (Step, &Value)> {
    let nodes = tree.as_object().into_iter().flatten();
    nodes.filter_map(|(key, tree)| Some((Step::parse(key)?, tree)))
}

/// Whether nothing hangs below: the value is owned as a whole.
pub(super) fn is_leaf(tree: &Value) -> bool {
    let keys = tree.as_object().into_iter().flat_map(Map::keys);
    keys.filter(|key| *key != ITSELF).count() == 0
}

/// Whether a tree owns what a path leads to, and does not only lead on to what is below.
pub(super) fn owns(tree: &Value, path: &[Step]) -> bool {
    match path.split_first() {
        None => is_leaf(tree) || tree.get(ITSELF).is_some(),
        Some((first, rest)) => {
            children(tree).any(|(step, below)| step == *first && owns(below, rest))
        }
    }
}

/// How many steps of a path a tree knows, where it owns anything on it. A leaf may stand for all that is in it, or for an
/// empty map that others fill: who knows more of the path owns what is there.
pub(super) fn depth(tree: &Value, path: &[Step]) -> Option<usize> {
    let (first, rest) = path.split_first()?;
    let (_, below) = children(tree).find(|(step, _)| step == first)?;
    if rest.is_empty() || is_leaf(below) {
        return Some(1);
    }
    depth(below, rest).map(|depth| depth + 1)
}

/// A path as the API server writes it in a conflict: `.spec.containers[name="a"].image`.
pub(super) fn shown(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        let _ = match step {
            Step::Field(name) if is_plain(name) => write!(out, ".{name}"),
            Step::Field(name) => write!(out, "[{}]", Value::from(name.as_str())),
            Step::Item(keys) => {
                let keys = keys.iter().map(|(key, value)| format!("{key}={value}"));
                write!(out, "[{}]", keys.collect::<Vec<_>>().join(","))
            }
            Step::Element(element) => write!(out, "[={element}]"),
            Step::Index(index) => write!(out, "[{index}]"),
        };
    }
    out
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn steps(words: &[&str]) -> Vec<Step> {
        let steps = words.iter().map(|word| Step::parse(word));
        steps.collect::<Option<_>>().expect("steps")
    }

    #[test]
    fn steps_lead_where_the_server_means() {
        let value = json!({"a": [{"port": 80, "protocol": "TCP", "x": 1}], "set": ["p", "q"]});
        let at = |words: &[&str]| {
            let steps = steps(words);
            steps
                .iter()
                .try_fold(&value, |value, step| step.of(value))
                .cloned()
        };
        let port = r#"k:{"protocol":"TCP","port":80}"#;
        assert_eq!(at(&["f:a", port, "f:x"]), Some(json!(1)));
        assert_eq!(at(&["f:a", r#"k:{"port":81}"#]), None);
        assert_eq!(at(&["f:set", "v:\"q\""]), Some(json!("q")));
        assert_eq!(at(&["f:set", "i:0"]), Some(json!("p")));
        assert_eq!(at(&["f:set", "f:p"]), None);
    }

    #[test]
    fn what_is_no_step_is_left_out() {
        for word in [".", "", "k:[1]", "k:x", "i:-1", "z:1", "f"] {
            assert_eq!(Step::parse(word), None, "{word}");
        }
        assert_eq!(Step::parse("f:a:b"), Some(Step::Field("a:b".into())));
    }

    #[test]
    fn a_tree_owns_leaves_and_what_is_in_them() {
        let tree = json!({"f:a": {"f:b": {}}, "f:l": {r#"k:{"name":"x"}"#: {".": {}, "f:name": {}}}, "f:e": {".": {}}});
        let item = r#"k:{"name":"x"}"#;
        assert!(owns(&tree, &steps(&["f:a", "f:b"])));
        assert!(!owns(&tree, &steps(&["f:a"])));
        assert!(owns(&tree, &steps(&["f:l", item])));
        assert!(!owns(&tree, &steps(&["f:l"])));
        let depth = |words: &[&str]| depth(&tree, &steps(words));
        assert_eq!(depth(&["f:a"]), Some(1));
        assert_eq!(depth(&["f:a", "f:b", "f:c"]), Some(2));
        assert_eq!(depth(&["f:a", "f:c"]), None);
        assert_eq!(depth(&["f:e", "f:new"]), Some(1));
        assert_eq!(depth(&["f:z"]), None);
    }

    #[test]
    fn a_path_reads_as_in_a_conflict() {
        let path = steps(&["f:spec", "f:env", r#"k:{"name":"A"}"#, "f:value"]);
        assert_eq!(shown(&path), r#".spec.env[name="A"].value"#);
        assert_eq!(
            shown(&steps(&["f:metadata", "f:sparkk8s.io/policy"])),
            r#".metadata["sparkk8s.io/policy"]"#
        );
        assert_eq!(shown(&steps(&["f:a", "v:1", "i:2"])), ".a[=1][2]");
    }
}
