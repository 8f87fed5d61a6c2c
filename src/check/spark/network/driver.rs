//! A driver in a pod of the stream, and where its executors look for it.

use crate::check::spark::case::Case;
use crate::check::spark::world::{same_namespace, selects};
use crate::manifest::spark::text_of;
use crate::manifest::{Address, Container, ContainerKind, Object, Pod};
use crate::spark::conf::Told;
use crate::spark::process::{Master, Mode};
use serde_json::Value;

pub(super) const HOST: &str = "spark.driver.host";
pub(super) const BIND: &str = "spark.driver.bindAddress";
pub(super) const PORT: &str = "spark.driver.port";
pub(super) const BLOCK_MANAGER: &str = "spark.driver.blockManager.port";
pub(super) const POD_NAME: &str = "spark.kubernetes.driver.pod.name";
pub(super) const NAMESPACE: &str = "spark.kubernetes.namespace";
pub(super) const GRPC_PORT: &str = "spark.connect.grpc.binding.port";
/// Where a Connect server listens unless it is told otherwise.
pub(super) const GRPC: u64 = 15002;

/// Addresses that mean the pod that uses them, to itself alone.
const LOOPBACK: [&str; 3] = ["localhost", "::1", "[::1]"];

/// A Service of the stream.
#[derive(Clone, Copy)]
pub(super) struct Service<'w> {
    pub(super) object: &'w Object<'w>,
    pub(super) value: &'w Value,
}

/// Whether other pods call this driver back: it runs in a pod of the stream, and its executors do not.
pub(super) fn calls_back(case: Case<'_>) -> bool {
    let remote = matches!(
        case.mode,
        Mode::Client(Master::Kubernetes | Master::Standalone)
    );
    case.operator.is_none() && remote
}

/// Whether no code of a user's runs before the session is made: what nothing in the stream sets, nothing sets.
pub(super) fn is_closed(case: Case<'_>) -> bool {
    case.operator.is_none() && ["spark-connect", "spark-thrift"].contains(&case.role.as_str())
}

/// Whether executors are told the driver's host, and not the address that it binds.
/// Source: `BasicExecutorFeatureStep` (4.1 on: `spark.kubernetes.executor.useDriverPodIP`).
pub(super) fn goes_by_host(case: Case<'_>) -> bool {
    let by_address = case.conf().flag("spark.kubernetes.executor.useDriverPodIP") == Some(true);
    !by_address || case.conf().is_unset(BIND)
}

/// Where its Connect server listens; nothing where that is not known. The catalogue has no keys of Connect for 3.5.
pub(super) fn grpc_port(case: Case<'_>) -> Option<u64> {
    match case.conf().get(GRPC_PORT) {
        Told::Unset => Some(GRPC),
        Told::Set(known) => known.text.trim().parse().ok(),
        Told::Unknown => None,
    }
}

/// What executors are those of, for a message: `` `pi` ``, ``container `connect` ``.
pub(super) fn owner(case: Case<'_>) -> String {
    match case.operator {
        Some(_) => format!("`{}`", case.seen().name()),
        None => case.name(),
    }
}

/// Whether an address means its own pod only.
pub(super) fn is_loopback(address: &str) -> bool {
    LOOPBACK.contains(&address) || address.starts_with("127.")
}

/// Whether a host is the name of one pod of a `StatefulSet` (`spark-0.spark.jobs.svc`), and not that of a Service.
pub(super) fn is_pod_name(host: &str) -> bool {
    let mut labels = host.split('.');
    labels.position(|label| label == "svc") == Some(3)
}

/// The labels of its pod.
pub(super) fn labels(case: Case<'_>) -> &Value {
    const NONE: &Value = &Value::Null;
    case.own_pod()
        .map_or(NONE, |pod| &pod.value["metadata"]["labels"])
}

impl<'w> Service<'w> {
    /// The Service that `spark.driver.host` names, where the stream has it.
    pub(super) fn of_host(case: Case<'w>) -> Option<Self> {
        let host = case.conf().text(HOST)?;
        let own = Some(case.namespace()).filter(|own| !own.is_empty());
        let address = Address::of(host.trim(), own).filter(|_| !is_pod_name(&host))?;
        let namespace = address.namespace.unwrap_or_default();
        let (object, value) = case.world.named("Service", namespace, address.name)?;
        Some(Self { object, value })
    }

    /// The Services whose selector finds its pod.
    pub(super) fn around(case: Case<'w>) -> impl Iterator<Item = Self> {
        let all = case.world.services(case.namespace(), labels(case));
        all.map(|(object, value)| Self { object, value })
    }

    /// Whether its name gives the addresses of pods, and not one of its own.
    pub(super) fn is_headless(self) -> bool {
        self.value["spec"]["clusterIP"] == "None"
    }

    /// Whether it finds pods by their labels, and the stream tells by which.
    pub(super) fn has_selector(self) -> bool {
        let selector = self.value["spec"]["selector"].as_object();
        selector.is_some_and(|labels| !labels.is_empty())
    }

    /// Whether it leads to the process.
    pub(super) fn leads_to(self, case: Case<'_>) -> bool {
        selects(&self.value["spec"]["selector"], labels(case))
    }

    /// Its ports over TCP: each number with the port of the pod that it sends to, where that is told.
    pub(super) fn ports(self, case: Case<'_>) -> Vec<(u64, Option<u64>)> {
        let ports = self.value["spec"]["ports"].as_array().into_iter().flatten();
        let tcp = ports.filter(|port| port["protocol"].as_str().is_none_or(|own| own == "TCP"));
        let each = tcp.filter_map(|port| {
            let number = port["port"].as_u64()?;
            let target = match &port["targetPort"] {
                Value::Null => Some(number),
                Value::String(name) => declared(case, name),
                other => other.as_u64(),
            };
            Some((number, target))
        });
        each.collect()
    }
}

/// The number of a port that the pod declares by this name.
fn declared(case: Case<'_>, name: &str) -> Option<u64> {
    let pod = case.own_pod()?.pod();
    let mut ports = pod.containers().flat_map(Container::ports);
    let port = ports.find(|port| port.name == name)?;
    Some(u64::from(port.number))
}

/// Whether another container of its pod runs on beside it: that may listen, or forward, too.
pub(super) fn has_neighbour(case: Case<'_>) -> bool {
    let own = case.own().map(Container::pointer);
    let pod = case.own_pod().map(|pod| pod.pod());
    let mut containers = pod.into_iter().flat_map(Pod::containers);
    containers.any(|other| {
        let stays = matches!(other.kind, ContainerKind::Main | ContainerKind::Sidecar);
        stays && Some(other.pointer()) != own
    })
}

/// Whether the container has, or may have, a variable of this name.
pub(super) fn may_have_variable(case: Case<'_>, name: &str) -> bool {
    let Some(container) = case.own() else {
        return false;
    };
    let mut env = container.value["env"].as_array().into_iter().flatten();
    let from = container.value["envFrom"].as_array();
    env.any(|variable| variable["name"] == name)
        || from.is_some_and(|from| !from.is_empty())
        || case.launch.variables.contains_key(name)
        || case.conf().may_hold(name)
}

/// The namespace that it runs in: as it is written, or as the bindings of its account have it.
pub(super) fn namespace(case: Case<'_>) -> Option<&str> {
    let own = case.namespace();
    if !own.is_empty() {
        return is_known(own).then_some(own);
    }
    let account = text_of(&case.own_pod()?.value["spec"]["serviceAccountName"]);
    let bindings = ["RoleBinding", "ClusterRoleBinding"];
    let bindings = bindings
        .into_iter()
        .flat_map(|kind| case.world.of_kind(kind));
    let subjects =
        bindings.flat_map(|(_, value)| value["subjects"].as_array().into_iter().flatten());
    let mine = subjects
        .filter(|subject| subject["kind"] == "ServiceAccount" && subject["name"] == account);
    let mut found = mine.map(|subject| text_of(&subject["namespace"]));
    let first = found.next().filter(|name| is_known(name))?;
    let agree = found.all(|other| other == first);
    (agree && !account.is_empty()).then_some(first)
}

/// A name with nothing left to fill in.
fn is_known(name: &str) -> bool {
    !name.is_empty() && !name.contains(['$', '{'])
}

/// The namespace of its executors, where that is told.
pub(super) fn executors_namespace(case: Case<'_>) -> Option<String> {
    match case.conf().get(NAMESPACE) {
        Told::Set(known) => Some(known.text.into_owned()),
        Told::Unset => case.conf().effective(NAMESPACE).map(Into::into),
        Told::Unknown => None,
    }
}

/// Why several pods may run it, where the stream says so.
pub(super) fn several(case: Case<'_>) -> Option<String> {
    let own = case.world.object(case.object);
    if let Some(replicas) = case.replicas().filter(|replicas| *replicas > 1) {
        return Some(format!("`replicas: {replicas}`"));
    }
    let scales = |(object, value): &(&Object<'_>, &Value)| {
        let target = &value["spec"]["scaleTargetRef"];
        let kind = target["kind"].as_str().unwrap_or("Deployment");
        let here = same_namespace(object.namespace.unwrap_or_default(), case.namespace());
        here && kind == own.kind && target["name"] == own.name
    };
    // Source of the default: KEDA's `ScaledObject`, 100.
    let scalers = [
        ("HorizontalPodAutoscaler", "maxReplicas", None),
        ("ScaledObject", "maxReplicaCount", Some(100)),
    ];
    scalers.into_iter().find_map(|(kind, field, default)| {
        let mut all = case.world.of_kind(kind).filter(scales);
        all.find_map(|(object, value)| {
            let most = match &value["spec"][field] {
                Value::Null => default,
                written => written.as_u64(),
            };
            let most = most.filter(|most| *most > 1)?;
            Some(format!("{kind} `{}` makes up to {most} of it", object.name))
        })
    })
}
