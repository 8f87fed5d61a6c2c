//! Policies of the network in the stream: which of them closes a connection, and none opens.

use super::peer::{Peer, both};
use crate::check::spark::world::{World, same_namespace};
use crate::manifest::Object;
use crate::manifest::spark::text_of;
use serde_json::Value;

/// Which way a connection is made, seen from the pod that a policy selects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// The other end.
#[derive(Clone, Copy)]
pub(super) enum Far<'p> {
    Pod(&'p Peer),
    /// The cluster's DNS, wherever it runs.
    Dns,
    /// The API server, which is no pod of the namespace.
    Api,
}

/// The ports of the API server, and of what stands before it.
const API: [u64; 4] = [443, 6443, 8443, 16443];
/// A range that goes so far up holds the ports that a system gives out by chance.
const HIGH: u64 = 60_000;

/// The policy that isolates the near pod in this way while none of the stream lets the connection through. A port that is
/// nothing is a random one. What a policy means that cannot be told counts as letting through.
pub(super) fn closed<'w>(
    world: &'w World<'w>,
    near: &Peer,
    way: Way,
    far: Far<'_>,
    port: Option<u64>,
) -> Option<&'w Object<'w>> {
    let mut by = None;
    for (policy, value) in world.of_kind("NetworkPolicy") {
        let spec = &value["spec"];
        let namespace = policy.namespace.unwrap_or_default();
        let selected = near.matches(&spec["podSelector"]);
        if !concerns(spec, way) || selected == Some(false) || !near.may_be_in(namespace) {
            continue;
        }
        let rules = match way {
            Way::In => &spec["ingress"],
            Way::Out => &spec["egress"],
        };
        let mut rules = rules.as_array().into_iter().flatten();
        if rules.any(|rule| may_pass(rule, (near, namespace), way, far, port)) {
            return None;
        }
        if selected == Some(true) && near.is_in(namespace) {
            by = by.or(Some(policy));
        }
    }
    by
}

/// Whether a policy limits this way: by its types, or without them by what it has.
fn concerns(spec: &Value, way: Way) -> bool {
    match (spec["policyTypes"].as_array(), way) {
        (Some(types), Way::In) => types.iter().any(|kind| kind == "Ingress"),
        (Some(types), Way::Out) => types.iter().any(|kind| kind == "Egress"),
        (None, Way::In) => true,
        (None, Way::Out) => !spec["egress"].is_null(),
    }
}

fn may_pass(
    rule: &Value,
    (near, namespace): (&Peer, &str),
    way: Way,
    far: Far<'_>,
    port: Option<u64>,
) -> bool {
    let (peers, listener) = match way {
        Way::In => (&rule["from"], Some(near)),
        Way::Out => (&rule["to"], None),
    };
    let peers = peers.as_array().map_or(&[][..], Vec::as_slice);
    let anybody = peers.is_empty();
    let peer = anybody || peers.iter().any(|peer| may_be(peer, far, namespace));
    let ports = rule["ports"].as_array().map_or(&[][..], Vec::as_slice);
    peer && (ports.is_empty() || ports.iter().any(|own| opens(own, listener, far, port)))
}

/// Whether a peer of a rule may be the far end.
fn may_be(peer: &Value, far: Far<'_>, namespace: &str) -> bool {
    let (pods, spaces) = (&peer["podSelector"], &peer["namespaceSelector"]);
    match far {
        // Addresses of pods are not known beforehand.
        _ if !peer["ipBlock"].is_null() => true,
        Far::Dns => true,
        Far::Api => !spaces.is_null(),
        Far::Pod(far) => {
            let space = match spaces.is_null() {
                true => Some(far.may_be_in(namespace)),
                false => space(spaces, far),
            };
            both([space, far.matches(pods)].into_iter()) != Some(false)
        }
    }
}

/// Whether a selector of namespaces means the pod's; of their labels only the name is known.
fn space(selector: &Value, far: &Peer) -> Option<bool> {
    let labels = selector["matchLabels"].as_object();
    let bare = selector["matchExpressions"].is_null();
    if bare && labels.is_none_or(serde_json::Map::is_empty) {
        return Some(true);
    }
    let name = labels?.get("kubernetes.io/metadata.name")?;
    let same = far
        .namespace()
        .map(|own| same_namespace(own, text_of(name)));
    if same == Some(false) {
        Some(false)
    } else {
        None
    }
}

/// Whether an entry of `ports` holds the port; `listener` tells what a name means.
fn opens(entry: &Value, listener: Option<&Peer>, far: Far<'_>, port: Option<u64>) -> bool {
    let protocol = entry["protocol"].as_str().unwrap_or("TCP");
    if protocol != "TCP" && !matches!(far, Far::Dns) {
        return false;
    }
    let first = match &entry["port"] {
        Value::Null => return true,
        Value::String(name) => match listener.map(|pod| pod.port(name)) {
            Some(Some(number)) => number,
            Some(None) | None => return true,
        },
        number => match number.as_u64() {
            Some(number) => number,
            None => return true,
        },
    };
    let last = entry["endPort"].as_u64().unwrap_or(first);
    let holds = |wanted: &u64| (first..=last).contains(wanted);
    match (far, port) {
        (Far::Dns, _) => holds(&53) || holds(&5353),
        (Far::Api, own) => API.iter().chain(own.as_ref()).any(holds),
        (Far::Pod(_), Some(port)) => holds(&port),
        (Far::Pod(_), None) => last >= HIGH,
    }
}
