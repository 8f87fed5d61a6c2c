//! What `NetworkPolicy` objects of the stream say of a process's pods.

use crate::check::spark::case::Case;
use crate::check::spark::world::{same_namespace, selects};
use serde_json::Value;

/// The policies of the stream that select the pod of a process and say who may come in.
fn ingress(case: Case<'_>) -> Vec<&Value> {
    let labels = case.own_pod().map(|pod| &pod.value["metadata"]["labels"]);
    let policies = case
        .world
        .of_kind("NetworkPolicy")
        .filter(|(object, value)| {
            let selector = &value["spec"]["podSelector"];
            let everything = selector.as_object().is_some_and(serde_json::Map::is_empty);
            let own = labels.is_some_and(|labels| selects(selector, labels));
            let types = value["spec"]["policyTypes"].as_array();
            let ingress = types.is_none_or(|types| types.iter().any(|kind| kind == "Ingress"));
            ingress
                && (everything || own)
                && same_namespace(object.namespace.unwrap_or_default(), case.namespace())
        });
    policies.map(|(_, value)| value).collect()
}

/// Whether a policy of the stream says who may reach the process.
pub(super) fn guards_ingress(case: Case<'_>) -> bool {
    !ingress(case).is_empty()
}

/// Whether policies keep everybody from a port of the process: some select it, and none of their rules is for this port or
/// for every port.
pub(super) fn closes(case: Case<'_>, port: u16) -> bool {
    let policies = ingress(case);
    let opens = |rule: &Value| {
        let ports = rule["ports"].as_array().filter(|ports| !ports.is_empty());
        // A port by name may be this one.
        ports.is_none_or(|ports| {
            ports.iter().any(|own| {
                own["port"].is_string() || own["port"] == port || !own["endPort"].is_null()
            })
        })
    };
    let mut rules = policies
        .iter()
        .flat_map(|policy| policy["spec"]["ingress"].as_array().into_iter().flatten());
    !policies.is_empty() && !rules.any(opens)
}
