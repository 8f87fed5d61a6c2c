//! What is sent to a server and what is not.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Fields of `metadata` that the server alone sets.
const OF_SERVER: [&str; 6] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Groups whose dry runs need more than the right to ask: who may not grant a right may not even try. The server fills in
/// next to nothing there.
const AS_WRITTEN: [&str; 1] = ["rbac.authorization.k8s.io"];

/// Why an object is not looked for: it comes and goes with an action of Helm, or has another name each time.
pub fn left_out(object: &Value) -> Option<&'static str> {
    let metadata = &object["metadata"];
    if metadata["annotations"].get("helm.sh/hook").is_some() {
        return Some("a hook of Helm");
    }
    let named = metadata["name"].as_str().is_some_and(|n| !n.is_empty());
    (!named).then_some("the server makes up its name")
}

/// Whether objects of this group and version are compared as they are written, without a dry run.
pub fn is_as_written(api_version: &str) -> bool {
    let group = api_version.split('/').next().unwrap_or_default();
    AS_WRITTEN.contains(&group)
}

/// Whether a name is one part of a path, and cannot lead a request elsewhere or end its path.
pub fn is_segment(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:@".contains(c);
    !["", ".", ".."].contains(&name) && name.chars().all(plain)
}

/// An object as it is applied: without nulls, which set nothing, and without what the server sets.
pub fn sent(mut object: Value) -> Value {
    drop_nulls(&mut object);
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| !OF_SERVER.contains(&key.as_str()));
    }
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    object
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The tree of all that an object sets, but for what names it. A list is taken apart where as many items are live: by their
/// names where they have them, else by their places.
pub(super) fn tree(object: &Value, live: &Value) -> Value {
    let mut tree = fields(object, Some(live));
    if let Some(top) = tree.as_object_mut() {
        top.remove("f:apiVersion");
        top.remove("f:kind");
    }
    tree
}

fn fields(value: &Value, live: Option<&Value>) -> Value {
    let nodes: Map<_, _> = match (value, live) {
        (Value::Object(map), live) => {
            let nodes = map.iter().filter_map(|(key, value)| {
                let live = live.and_then(|live| live.get(key));
                below(format!("f:{key}"), value, live)
            });
            nodes.collect()
        }
        (Value::Array(items), Some(Value::Array(live)))
            if items.len() == live.len() && items.iter().all(Value::is_object) =>
        {
            let named = names(items).filter(|own| names(live).as_ref() == Some(own));
            let nodes = items.iter().enumerate().filter_map(|(at, item)| {
                let (step, live) = match named.is_some() {
                    true => {
                        let name = &item["name"];
                        let step = format!("k:{}", json!({"name": name}));
                        (step, live.iter().find(|one| one["name"] == *name))
                    }
                    false => (format!("i:{at}"), live.get(at)),
                };
                below(step, item, live)
            });
            nodes.collect()
        }
        _ => Map::new(),
    };
    Value::Object(nodes)
}

/// A node; of what is empty none, for it sets nothing.
fn below(step: String, value: &Value, live: Option<&Value>) -> Option<(String, Value)> {
    let empty = match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    (!empty).then(|| (step, fields(value, live)))
}

/// The names of items, where each has one of its own.
fn names(items: &[Value]) -> Option<BTreeSet<&str>> {
    let names = items.iter().map(|item| item.get("name")?.as_str());
    let names: BTreeSet<_> = names.collect::<Option<_>>()?;
    (names.len() == items.len()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::super::differences_as_written;
    use super::*;

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

    #[test]
    fn no_name_ends_the_path_of_a_request() {
        for name in ["spark-connect", "system:node", "a.b_c@d"] {
            assert!(is_segment(name), "{name}");
        }
        for name in [
            "", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "ä", "a\n",
        ] {
            assert!(!is_segment(name), "{name}");
        }
    }

    #[test]
    fn what_the_server_sets_is_not_sent() {
        let object = json!({"metadata": {"name": "a", "uid": "u", "managedFields": [], "creationTimestamp": null},
            "spec": {"a": null, "b": [{"c": null, "d": 1}]}, "status": {"e": 1}});
        assert_eq!(
            sent(object),
            json!({"metadata": {"name": "a"}, "spec": {"b": [{"d": 1}]}})
        );
        assert_eq!(sent(json!([1])), json!([1]));
    }

    #[test]
    fn roles_are_compared_as_they_are_written() {
        assert!(is_as_written("rbac.authorization.k8s.io/v1"));
        assert!(!is_as_written("apps/v1"));
        let written = json!({"kind": "R", "rules": [{"verbs": ["get"]}], "subjects": [{"kind": "User", "name": "a"}], "x": []});
        let mut live = written.clone();
        live["subjects"][0]["apiGroup"] = json!("filled in");
        live["x"] = json!([1]);
        assert_eq!(differences_as_written(&live, &written), []);
        live["rules"][0]["verbs"] = json!(["get", "list"]);
        live["subjects"]
            .as_array_mut()
            .expect("a list")
            .push(json!({"kind": "User", "name": "b"}));
        let found = differences_as_written(&live, &written);
        let paths: Vec<_> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, [".rules[0].verbs", ".subjects"]);
        live["subjects"] = json!([{"kind": "Group", "name": "a"}]);
        let found = differences_as_written(&live, &written);
        assert_eq!(found[1].path, r#".subjects[name="a"].kind"#);
        live["subjects"] = json!([{"kind": "User", "name": "b"}]);
        let found = differences_as_written(&live, &written);
        assert_eq!(found[1].path, ".subjects[0].name");
    }
}
