//! What a `ServiceAccount` may do, as far as the bindings of the stream say so.

use crate::check::spark::world::{World, same_namespace};
use crate::manifest::Object;
use crate::manifest::spark::text_of;
use serde_json::Value;

/// An account, and the namespace that it is in; an empty one is the release's.
#[derive(Clone, Copy)]
pub(super) struct Account<'a> {
    pub(super) name: &'a str,
    pub(super) namespace: &'a str,
}

/// The roles that the stream binds an account to.
pub(super) struct Granted<'w> {
    pub(super) roles: Vec<(&'w Object<'w>, &'w Value)>,
}

impl<'w> Granted<'w> {
    /// What an account may do in a namespace. Nothing where the stream binds it to no role, or to one that is not in the
    /// stream or takes its rules from others: what it may then is not known.
    pub(super) fn of(world: &'w World<'w>, account: Account<'_>, namespace: &str) -> Option<Self> {
        let mut roles = Vec::new();
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            for (binding, value) in world.of_kind(kind) {
                let here = binding.namespace.unwrap_or_default();
                let applies = kind == "ClusterRoleBinding" || same_namespace(here, namespace);
                if applies && names(&value["subjects"], account, here) {
                    roles.push(role(world, here, &value["roleRef"])?);
                }
            }
        }
        (!roles.is_empty()).then_some(Self { roles })
    }

    /// Whether any role allows this verb on all objects of a kind. A rule with `resourceNames` does not: nobody knows the
    /// names of executors beforehand, and `create` and `list` have none.
    pub(super) fn allows(&self, verb: &str, (group, resource): (&str, &str)) -> bool {
        let rules = self
            .roles
            .iter()
            .flat_map(|(_, role)| role["rules"].as_array().into_iter().flatten());
        let mut open = rules.filter(|rule| {
            let names = rule["resourceNames"].as_array();
            names.is_none_or(Vec::is_empty)
        });
        open.any(|rule| {
            lists(&rule["verbs"], verb)
                && lists(&rule["apiGroups"], group)
                && lists(&rule["resources"], resource)
        })
    }

    /// Its roles, for a message.
    pub(super) fn named(&self) -> String {
        let names: Vec<_> = self
            .roles
            .iter()
            .map(|(role, _)| format!("{} `{}`", role.kind, role.name))
            .collect();
        names.join(" and ")
    }
}

/// Whether a list of a rule has this, or everything.
fn lists(list: &Value, wanted: &str) -> bool {
    let mut items = list.as_array().into_iter().flatten();
    items.any(|item| item == "*" || text_of(item) == wanted)
}

/// Whether subjects of a binding are, or hold, the account; one without a namespace is in that of the binding.
fn names(subjects: &Value, account: Account<'_>, here: &str) -> bool {
    let mut subjects = subjects.as_array().into_iter().flatten();
    subjects.any(|subject| {
        let name = text_of(&subject["name"]);
        let namespace = subject["namespace"].as_str().unwrap_or(here);
        match subject["kind"].as_str() {
            Some("ServiceAccount") => {
                name == account.name && same_namespace(namespace, account.namespace)
            }
            Some("Group") => {
                let own = name.strip_prefix("system:serviceaccounts:");
                own.is_some_and(|own| same_namespace(own, account.namespace))
                    || ["system:serviceaccounts", "system:authenticated"].contains(&name)
            }
            Some("User") => {
                let own = name.strip_prefix("system:serviceaccount:");
                let own = own.and_then(|own| own.split_once(':'));
                own.is_some_and(|(space, name)| {
                    name == account.name && same_namespace(space, account.namespace)
                })
            }
            _ => false,
        }
    })
}

/// The role that a binding names, where the stream has it whole.
fn role<'w>(
    world: &'w World<'w>,
    here: &str,
    reference: &Value,
) -> Option<(&'w Object<'w>, &'w Value)> {
    let name = text_of(&reference["name"]);
    let (role, value) = match text_of(&reference["kind"]) {
        "Role" => world.named("Role", here, name)?,
        "ClusterRole" => {
            let mut all = world.of_kind("ClusterRole");
            all.find(|(role, _)| role.name == name)?
        }
        _ => return None,
    };
    value["aggregationRule"].is_null().then_some((role, value))
}
