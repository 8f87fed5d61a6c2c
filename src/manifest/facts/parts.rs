//! How the parts of a stream find each other: which objects there are, and which pods a Service leads to.

use super::selector::{Labels, Selector};
use crate::manifest::spark::text_of;
use crate::manifest::{Container, Object, ObjectFacts, Place, Pod, Tables, port::number};
use crate::text::quoted;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What every namespace has.
const ALWAYS: [(&str, &str); 3] = [
    ("ConfigMap", "kube-root-ca.crt"),
    ("ServiceAccount", "default"),
    ("Service", "kubernetes"),
];

/// Whose Services are looked at for another one: many more are no help to anybody.
const MOST: usize = 1000;

/// By namespace; nothing is the release's, whatever that will be.
type ByNamespace<T> = BTreeMap<Option<String>, T>;

/// The objects of a stream by kind and name, its Services, and its pods. A stream may hold thousands of releases: all
/// is found without asking each.
#[derive(Debug, Default)]
pub struct Parts {
    names: BTreeMap<(String, String), BTreeSet<Option<String>>>,
    services: BTreeMap<String, ByNamespace<Vec<Service>>>,
    pods: Vec<Running>,
    /// By a label; under no namespace those that name none.
    labelled: BTreeMap<(String, String), ByNamespace<Vec<usize>>>,
    /// What equal pods and Services say once.
    said: BTreeSet<String>,
}

#[derive(Debug)]
struct Service {
    namespace: Option<String>,
    pods: Selector,
    headless: bool,
    ports: Vec<ServicePort>,
}

#[derive(Debug)]
struct ServicePort {
    number: u16,
    /// A name that the pod must declare.
    target: Option<String>,
}

/// Pods of a workload.
#[derive(Debug)]
struct Running {
    owner: String,
    namespace: Option<String>,
    labels: Labels<'static>,
    /// Of its containers.
    roles: BTreeSet<String>,
    /// The names of the ports that it declares.
    ports: BTreeSet<String>,
}

/// A Service as an address names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its namespace; nothing is that of whoever asks.
    pub namespace: Option<&'a str>,
    /// Whether it cannot be the name of a host elsewhere.
    pub sure: bool,
}

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Astray {
    /// What it leads to: `Service/x`, and what that lacks.
    pub why: String,
    /// Whether the Service is not in the stream at all.
    pub absent: bool,
    /// The Services of the stream that lead to such pods.
    pub others: Vec<String>,
}

impl Parts {
    /// The names of all objects.
    pub(super) fn of(objects: &[Object<'_>]) -> Self {
        let mut parts = Self::default();
        for object in objects {
            parts.name(object.kind, object.namespace, object.name);
        }
        parts
    }

    /// Takes in that somebody makes an object.
    pub(super) fn name(&mut self, kind: &str, namespace: Option<&str>, name: &str) {
        let namespaces = self.names.entry((kind.into(), name.into())).or_default();
        namespaces.insert(namespace.map(str::to_owned));
    }

    /// Takes in what an object leads to, or runs.
    pub(super) fn add(&mut self, tables: &Tables, object: &Value, place: Option<&Place>) {
        let known = ObjectFacts::of(object);
        if known.kind == "Service" && object["apiVersion"] == "v1" {
            let service = Service::of(known.namespace, &object["spec"]);
            if self.said.insert(format!("{} {service:?}", known.name)) {
                let services = self.services.entry(known.name.to_owned()).or_default();
                let own = services.entry(service.namespace.clone()).or_default();
                own.push(service);
            }
        }
        for holder in place.iter().flat_map(|place| place.pods(object)) {
            if let Some(pod) = holder.extract(object) {
                let pod = Running::of(tables, &known, Pod { value: &pod });
                self.run(pod);
            }
        }
    }

    /// Takes in a pod, unless an equal one is there.
    fn run(&mut self, pod: Running) {
        let looks = (&pod.namespace, &pod.labels, &pod.roles, &pod.ports);
        if !self.said.insert(format!("{looks:?}")) {
            return;
        }
        for (key, value) in pod.labels.iter() {
            let label = (key.to_owned(), value.to_owned());
            let labelled = self.labelled.entry(label).or_default();
            let own = labelled.entry(pod.namespace.clone()).or_default();
            own.push(self.pods.len());
        }
        self.pods.push(pod);
    }

    /// Whether the stream has, or makes, an object that a pod of `namespace` means, or every namespace has it.
    pub fn has(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let found = self.names.get(&(kind.to_owned(), name.to_owned()));
        let is_meant = |found: &BTreeSet<Option<String>>| {
            let own = namespace.map(str::to_owned);
            namespace.is_none() || found.contains(&None) || found.contains(&own)
        };
        ALWAYS.contains(&(kind, name)) || found.is_some_and(is_meant)
    }

    /// Why an address leads to no such pod of the stream; `None` where it does, or where nobody can tell.
    pub fn astray(
        &self,
        address: Address<'_>,
        port: Option<u16>,
        is_role: &dyn Fn(&str) -> bool,
    ) -> Option<Astray> {
        let namespace = address.namespace;
        let services = self.services.get(address.name);
        let services = services.into_iter().flat_map(|all| meant(all, namespace));
        let mut lacking = None;
        for service in services.flatten() {
            lacking = Some(self.lack(service, port, is_role)?);
        }
        let absent = lacking.is_none();
        if absent && (!address.sure || self.has("Service", namespace, address.name)) {
            return None;
        }
        let why = lacking.unwrap_or_else(|| "which is not in the stream".into());
        Some(Astray {
            why,
            absent,
            others: self.leading_to(namespace, port, is_role),
        })
    }

    /// What a Service lacks to be the right one.
    fn lack(
        &self,
        service: &Service,
        port: Option<u16>,
        is_role: &dyn Fn(&str) -> bool,
    ) -> Option<String> {
        if service.pods.is_empty() {
            // Somebody else says where it leads.
            return None;
        }
        let entry = port.map(|port| service.ports.iter().find(|own| own.number == port));
        if let (Some(None), Some(port), false) = (entry, port, service.headless) {
            let ports = service.ports.iter().map(|own| own.number.to_string());
            let ports: Vec<_> = ports.collect();
            return Some(format!(
                "which does not expose port {port}, but {}",
                ports.join(", ")
            ));
        }
        let pods: Vec<_> = self.behind(service).collect();
        if pods.is_empty() {
            return Some("whose selector finds no pod in the stream".into());
        }
        let others = pods.iter().all(|pod| {
            let mut roles = pod.roles.iter();
            !pod.roles.is_empty() && !roles.any(|role| is_role(role))
        });
        if others {
            let pod = pods[0];
            let roles: Vec<_> = pod.roles.iter().map(String::as_str).collect();
            return Some(format!(
                "which leads to `{}`, and that is {}",
                pod.owner,
                quoted(&roles)
            ));
        }
        let target = entry.flatten()?.target.as_deref()?;
        let declared = pods.iter().any(|pod| pod.ports.contains(target));
        (!declared)
            .then(|| format!("whose port goes to `{target}`, which no pod behind it declares"))
    }

    fn behind<'p>(&'p self, service: &'p Service) -> impl Iterator<Item = &'p Running> {
        let namespace = service.namespace.as_deref();
        let (key, value) = service.pods.needed().unwrap_or_default();
        let labelled = self.labelled.get(&(key.to_owned(), value.to_owned()));
        let numbers = labelled
            .into_iter()
            .flat_map(move |all| meant(all, namespace));
        let pods = numbers.flatten().map(|number| &self.pods[*number]);
        pods.filter(|pod| service.pods.matches(&pod.labels))
    }

    /// The Services that lead to pods that are known to be the right ones.
    fn leading_to(
        &self,
        namespace: Option<&str>,
        port: Option<u16>,
        is_role: &dyn Fn(&str) -> bool,
    ) -> Vec<String> {
        let leads = |service: &Service| {
            let is_meant = |pod: &Running| pod.roles.iter().any(|role| is_role(role));
            self.lack(service, port, is_role).is_none() && self.behind(service).any(is_meant)
        };
        let services = self.services.iter().take(MOST);
        let services =
            services.filter(|(_, all)| meant(all, namespace).flatten().take(MOST).any(leads));
        services.map(|(name, _)| name.clone()).take(3).collect()
    }
}

/// What a namespace may mean: its own and what names none; all, where it is the release's.
fn meant<'m, T>(
    all: &'m ByNamespace<T>,
    namespace: Option<&str>,
) -> impl Iterator<Item = &'m T> + use<'m, T> {
    let own = namespace.and_then(|namespace| all.get(&Some(namespace.to_owned())));
    let unnamed = all.get(&None).filter(|_| namespace.is_some());
    let every = all.values().filter({
        let is_any = namespace.is_none();
        move |_| is_any
    });
    own.into_iter().chain(unnamed).chain(every)
}

impl Service {
    fn of(namespace: Option<&str>, spec: &Value) -> Self {
        let ports = spec["ports"].as_array().into_iter().flatten();
        let port = |port: &Value| {
            Some(ServicePort {
                number: number(&port["port"])?,
                target: port["targetPort"].as_str().map(str::to_owned),
            })
        };
        Self {
            namespace: namespace.map(str::to_owned),
            pods: Selector::plain(&spec["selector"]),
            headless: spec["clusterIP"] == "None",
            ports: ports.filter_map(port).collect(),
        }
    }
}

impl Running {
    fn of(tables: &Tables, known: &ObjectFacts<'_>, pod: Pod<'_>) -> Self {
        let roles = tables
            .roles
            .recognise(known, pod, &tables.images.of_pod(pod));
        let roles = roles.containers.iter().flatten();
        let ports = pod.containers().flat_map(Container::ports);
        Self {
            owner: format!("{}/{}", known.kind, known.name),
            namespace: known.namespace.map(str::to_owned),
            labels: Labels::of(&pod.metadata()["labels"]).owned(),
            roles: roles.map(|role| role.role.clone()).collect(),
            ports: ports.map(|port| port.name.to_owned()).collect(),
        }
    }
}

impl<'a> Address<'a> {
    /// The Service that a host's name may mean to a pod of `namespace`.
    pub fn of(host: &'a str, namespace: Option<&'a str>) -> Option<Self> {
        let labels: Vec<_> = host.trim_end_matches('.').split('.').collect();
        let svc = labels.iter().position(|label| *label == "svc");
        let (name, namespace, sure) = match labels[..svc.unwrap_or(labels.len())] {
            ["localhost"] => return None,
            [name] if svc.is_none() => (name, namespace, true),
            [name, namespace] => (name, Some(namespace), svc.is_some()),
            // A pod of a StatefulSet.
            [_, name, namespace] if svc.is_some() => (name, Some(namespace), true),
            _ => return None,
        };
        Some(Self {
            name,
            namespace,
            sure,
        })
    }
}

/// The hosts and ports of an address, or of several with commas; nothing for what is none, or is not all known.
///
/// What stands before the host, such as a password, is never part of it.
pub fn hosts(text: &str, only_name: bool) -> Vec<(&str, Option<u16>)> {
    // A password may hold a comma.
    let many = if text.contains('@') { '\0' } else { ',' };
    let each = text.split(many);
    each.filter_map(|one| host(one.trim(), only_name)).collect()
}

fn host(text: &str, only_name: bool) -> Option<(&str, Option<u16>)> {
    let url = text.split_once("://").map(|(_, rest)| rest);
    let rest = url.unwrap_or(text);
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if path.contains('@') {
        // Some password has a slash in it, and what we took for the host is its beginning.
        return None;
    }
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (authority, None),
    };
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let is_name = name.bytes().all(fine) && name.bytes().any(|b| b.is_ascii_lowercase());
    let is_address = url.is_some() || port.is_some() || only_name;
    (is_name && is_address).then_some((name, port))
}

/// A variable's text with `$(NAME)` of others of the container put in, as the kubelet does.
pub fn expanded(text: &str, variables: &Value) -> String {
    let mut out = text.to_owned();
    for variable in variables.as_array().into_iter().flatten().rev() {
        if let Some(value) = variable["value"].as_str() {
            out = out.replace(&format!("$({})", text_of(&variable["name"])), value);
        }
    }
    out
}

#[cfg(test)]
#[path = "tests/parts.rs"]
mod tests;
