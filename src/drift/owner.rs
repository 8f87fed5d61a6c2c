//! Who owns a field, as `metadata.managedFields` of an object tells.

use super::fields::{self, Step};
use serde::Serialize;
use serde_json::Value;

/// A field manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Its name: `helm`, `kubectl-patch`.
    pub manager: String,
    /// `Apply` for server-side apply, `Update` for anything else.
    pub operation: String,
    /// The subresource that it wrote through, as `scale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// When it last changed the set of its fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// All owners of an object, with the trees of their fields.
pub(super) struct Owners<'v>(Vec<(Owner, &'v Value)>);

impl<'v> Owners<'v> {
    /// Reads them, the latest first.
    pub(super) fn of(object: &'v Value) -> Self {
        let entries = object["metadata"]["managedFields"].as_array();
        let entries = entries.into_iter().flatten().filter_map(|entry| {
            let text = |key: &str| Some(entry.get(key)?.as_str()?.to_owned());
            let owner = Owner {
                manager: text("manager").unwrap_or_default(),
                operation: text("operation").unwrap_or_default(),
                subresource: text("subresource").filter(|name| !name.is_empty()),
                time: text("time"),
            };
            Some((owner, entry.get("fieldsV1")?))
        });
        let mut owners: Vec<_> = entries.collect();
        owners.sort_by(|(a, _), (b, _)| b.time.cmp(&a.time));
        Self(owners)
    }

    /// What a manager applied.
    pub(super) fn applied(&self, manager: &str) -> Option<&'v Value> {
        let own = |owner: &Owner| {
            let applies = owner.operation == "Apply" && owner.subresource.is_none();
            applies && owner.manager == manager
        };
        let found = self.0.iter().find(|(owner, _)| own(owner));
        found.map(|(_, tree)| *tree)
    }

    /// Who owns what a path leads to: those whose trees know most of it.
    pub(super) fn touching(&self, path: &[Step]) -> Vec<Owner> {
        let depths = self
            .0
            .iter()
            .filter_map(|(_, tree)| fields::depth(tree, path));
        let Some(deepest) = depths.max() else {
            return Vec::new();
        };
        self.those(|tree| fields::depth(tree, path) == Some(deepest))
    }

    /// Who owns exactly what a path leads to.
    pub(super) fn owning(&self, path: &[Step]) -> Vec<Owner> {
        self.those(|tree| fields::owns(tree, path))
    }

    fn those(&self, fits: impl Fn(&Value) -> bool) -> Vec<Owner> {
        let those = self.0.iter().filter(|(_, tree)| fits(tree));
        those.map(|(owner, _)| owner.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_latest_owner_comes_first_and_odd_entries_are_survived() {
        let object = json!({"metadata": {"managedFields": [
            {"manager": "helm", "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:a": {}, "f:b": {}}},
            {"manager": "kubectl", "operation": "Update", "subresource": "scale", "time": "2026-01-02T00:00:00Z",
             "fieldsV1": {"f:a": {}}},
            {"manager": "sparkk8s-post", "operation": "Apply", "fieldsV1": {"f:b": {}}},
            {"manager": "x"}, 1, null
        ]}});
        let owners = Owners::of(&object);
        let path = |name: &str| [Step::Field(name.into())];
        let names = |owners: Vec<Owner>| {
            let names = owners.into_iter().map(|owner| owner.manager);
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(owners.touching(&path("a"))), ["kubectl", "helm"]);
        assert_eq!(
            owners.touching(&path("a"))[0].subresource.as_deref(),
            Some("scale")
        );
        assert_eq!(names(owners.owning(&path("b"))), ["helm", "sparkk8s-post"]);
        assert_eq!(owners.applied("sparkk8s-post"), Some(&json!({"f:b": {}})));
        assert_eq!(owners.applied("helm"), None);
        assert!(Owners::of(&json!([1])).touching(&[]).is_empty());
    }

    #[test]
    fn who_owns_a_map_does_not_own_what_another_puts_into_it() {
        let entry = |manager: &str, fields: Value| json!({"manager": manager, "fieldsV1": fields});
        let object = json!({"metadata": {"managedFields": [
            entry("helm", json!({"f:data": {}})), entry("rotator", json!({"f:data": {"f:token": {}}}))]}});
        let owners = Owners::of(&object);
        let path = ["data", "token"].map(|name| Step::Field(name.into()));
        let found = owners.touching(&path);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].manager, "rotator");
        let whole = owners.touching(&["data", "other"].map(|name| Step::Field(name.into())));
        assert_eq!(whole[0].manager, "helm");
    }
}
