//! Lists of objects: `List`, `PodList`, kustomize's `ResourceList`, and what they hold.

use crate::yaml::Pointer;
use serde_json::Value;

/// An object and where it stands in its document.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'v> {
    /// Empty for the document itself; `/items/0` in a List.
    pub pointer: Pointer,
    /// The object, or whatever stands in its place.
    pub value: &'v Value,
    /// Its own, or the list's where a typed list (`PodList`) leaves it out, as `kubectl` reads it.
    pub api_version: &'v str,
    /// Likewise.
    pub kind: &'v str,
}

/// Whether objects of this kind hold others in `items`.
pub fn is_list(kind: &str) -> bool {
    kind.ends_with("List")
}

/// What a List holds; `None` where the value is no List.
pub fn items(value: &Value) -> Option<&[Value]> {
    let listed = value["kind"].as_str().is_some_and(is_list);
    match &value["items"] {
        Value::Array(items) if listed => Some(items),
        Value::Null if listed && value.get("items").is_some() => Some(&[]),
        _ => None,
    }
}

/// The objects of a document, Lists flattened at any depth; empty documents and empty items hold none.
pub fn objects(document: &Value) -> Vec<Item<'_>> {
    let mut out = Vec::new();
    collect(document, Pointer::root(), ("", ""), &mut out);
    out
}

fn collect<'v>(
    value: &'v Value,
    pointer: Pointer,
    typed: (&'v str, &'v str),
    out: &mut Vec<Item<'v>>,
) {
    let own = (text(value, "apiVersion"), text(value, "kind"));
    let (api_version, kind) = if own == ("", "") { typed } else { own };
    match items(value) {
        Some(list) => {
            let inner = (api_version, kind.strip_suffix("List").unwrap_or_default());
            let typed = if inner.1.is_empty() || kind == "ResourceList" {
                ("", "")
            } else {
                inner
            };
            for (index, item) in list.iter().enumerate() {
                collect(item, pointer.child("items").child(index), typed, out);
            }
        }
        None if value.is_null() => {}
        None => out.push(Item {
            pointer,
            value,
            api_version,
            kind,
        }),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(value: &Value) -> Vec<String> {
        let show = |i: &Item<'_>| format!("{} {} {}", i.pointer, i.api_version, i.kind);
        objects(value).iter().map(show).collect()
    }

    #[test]
    fn lists_are_flattened_at_any_depth() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod"});
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [
            pod, null, {"apiVersion": "v1", "kind": "List", "items": [pod]},
        ]});
        assert_eq!(seen(&list), ["/items/0 v1 Pod", "/items/2/items/0 v1 Pod"]);
        let resources = json!({"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList",
            "functionConfig": pod, "items": [pod, {}]});
        assert_eq!(seen(&resources), ["/items/0 v1 Pod", "/items/1  "]);
    }

    #[test]
    fn typed_lists_lend_their_kind() {
        let list = json!({"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [
            {"metadata": {"name": "a"}}, {"apiVersion": "v1", "kind": "Pod"},
        ]});
        assert_eq!(
            seen(&list),
            ["/items/0 apps/v1 Deployment", "/items/1 v1 Pod"]
        );
    }

    #[test]
    fn other_values_are_themselves_or_nothing() {
        assert_eq!(seen(&json!(null)), [""; 0]);
        assert_eq!(seen(&json!({"kind": "List", "items": null})), [""; 0]);
        // A custom resource may be called a list and hold something else.
        let custom = json!({"apiVersion": "x/v1", "kind": "AllowList", "spec": {}});
        assert_eq!(seen(&custom), [" x/v1 AllowList"]);
        assert_eq!(seen(&json!({"kind": "Menu", "items": [1]})), ["  Menu"]);
        assert_eq!(seen(&json!([1])), ["  "]);
    }
}
