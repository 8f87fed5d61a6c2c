//! Monitors of services and of pods: whom they select, and whether the port that they name is there.

use super::{
    Source,
    selector::{Labels, Selector},
};
use crate::manifest::{Container, ContainerKind, Pod, port::number};
use serde_json::Value;

/// A Service, as far as monitors look at it.
#[derive(Clone, Debug)]
pub(super) struct Service {
    name: String,
    namespace: Option<String>,
    labels: Labels<'static>,
    pods: Selector,
    ports: Vec<ServicePort>,
}

#[derive(Clone, Debug)]
struct ServicePort {
    name: String,
    /// A name that the pod must declare; a number is there in any case.
    target: Option<String>,
}

/// A ServiceMonitor or a PodMonitor.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) source: Source,
    /// Through Services, or pods directly.
    services: bool,
    own: Option<String>,
    namespaces: Namespaces,
    selector: Selector,
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug)]
enum Namespaces {
    Own,
    Any,
    Names(Vec<String>),
}

#[derive(Clone, Debug)]
enum Endpoint {
    /// A port of the Service, or of a pod for a PodMonitor.
    Port(String),
    /// A port of the pod, by name.
    Named(String),
    /// A port of the pod, by number.
    Number(u16),
}

impl Service {
    /// Reads a Service; `None` for other kinds and where it selects no pods.
    pub(super) fn of(namespace: Option<&str>, object: &Value) -> Option<Self> {
        let pods = Selector::plain(&object["spec"]["selector"]);
        if object["kind"] != "Service" || object["apiVersion"] != "v1" || pods.is_empty() {
            return None;
        }
        let metadata = &object["metadata"];
        let ports = object["spec"]["ports"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        Some(Self {
            name: metadata["name"].as_str().unwrap_or_default().to_owned(),
            namespace: namespace.map(str::to_owned),
            labels: Labels::of(&metadata["labels"]).owned(),
            pods,
            ports: ports
                .iter()
                .map(|port| ServicePort {
                    name: port["name"].as_str().unwrap_or_default().to_owned(),
                    target: port["targetPort"].as_str().map(str::to_owned),
                })
                .collect(),
        })
    }

    /// Which pods it selects.
    pub(super) fn pods(&self) -> &Selector {
        &self.pods
    }

    /// All that decides what it answers, but for its name.
    pub(super) fn selection(&self) -> String {
        format!(
            "service {:?}",
            (&self.namespace, &self.labels, &self.pods, &self.ports)
        )
    }

    /// Its labels, which monitors select it by.
    pub(super) fn labels(&self) -> &Labels<'static> {
        &self.labels
    }

    /// Whether it selects this pod.
    pub(super) fn selects(&self, namespace: Option<&str>, pod: Pod<'_>) -> bool {
        super::may_be_one(self.namespace.as_deref(), namespace)
            && self.pods.matches(&Labels::of(&pod.metadata()["labels"]))
    }

    /// Why a scrape of its port of that name finds nothing; `None` where it finds the pod.
    fn lacks(&self, name: &str, pod: Pod<'_>) -> Option<String> {
        let Some(port) = self.ports.iter().find(|port| port.name == name) else {
            return Some(format!(
                "`Service/{}` has no port named `{name}`",
                self.name
            ));
        };
        let target = port.target.as_deref()?;
        (!declares(pod, |p| p.name == target)).then(|| {
            format!(
                "port `{name}` of `Service/{}` goes to `{target}`, which the pod does not declare",
                self.name
            )
        })
    }
}

/// Where a kind of monitor lists its endpoints.
fn list(kind: &str) -> Option<&'static str> {
    match kind {
        "ServiceMonitor" => Some("endpoints"),
        "PodMonitor" => Some("podMetricsEndpoints"),
        _ => None,
    }
}

impl Monitor {
    /// Whether a kind may be one.
    pub(super) fn is(kind: &str) -> bool {
        list(kind).is_some()
    }

    /// Reads a monitor of the Prometheus operator, whatever group serves it; `None` for other kinds.
    pub(super) fn of(source: &Source, namespace: Option<&str>, object: &Value) -> Option<Self> {
        let kind = object["kind"].as_str()?;
        let list = list(kind)?;
        let spec = &object["spec"];
        let endpoints = spec[list].as_array().into_iter().flatten();
        Some(Self {
            source: source.clone(),
            services: kind == "ServiceMonitor",
            own: namespace.map(str::to_owned),
            namespaces: Namespaces::of(&spec["namespaceSelector"]),
            selector: Selector::of(&spec["selector"]),
            endpoints: endpoints.filter_map(Endpoint::of).collect(),
        })
    }

    /// Whom it selects: Services, or pods.
    pub(super) fn selector(&self) -> &Selector {
        &self.selector
    }

    /// All that decides what it answers, but for its name.
    pub(super) fn selection(&self) -> String {
        format!(
            "monitor {:?}",
            (
                self.services,
                &self.own,
                &self.namespaces,
                &self.selector,
                &self.endpoints
            )
        )
    }

    /// `None` where it does not select the pod as far as the stream shows; otherwise whether it can read from it.
    /// `services` are those that select the pod.
    pub(super) fn reads(
        &self,
        services: &[&Service],
        namespace: Option<&str>,
        pod: Pod<'_>,
    ) -> Option<Result<(), String>> {
        if !self.services {
            let selected = self.looks_into(namespace)
                && self
                    .selector
                    .matches(&Labels::of(&pod.metadata()["labels"]));
            return selected.then(|| self.first(|endpoint| endpoint.lacks(None, pod)));
        }
        let mut answers = services
            .iter()
            .filter(|service| {
                self.looks_into(service.namespace.as_deref())
                    && self.selector.matches(&service.labels)
            })
            .map(|service| self.first(|endpoint| endpoint.lacks(Some(service), pod)));
        let first = answers.next()?;
        Some(if first.is_ok() || answers.any(|answer| answer.is_ok()) {
            Ok(())
        } else {
            first
        })
    }

    /// Fine as soon as one endpoint lacks nothing; otherwise what the first one lacks.
    fn first(&self, lacks: impl Fn(&Endpoint) -> Option<String>) -> Result<(), String> {
        let mut why = None;
        for endpoint in &self.endpoints {
            match lacks(endpoint) {
                None => return Ok(()),
                Some(text) => why = why.or(Some(text)),
            }
        }
        Err(why.unwrap_or_else(|| "it names no port".to_owned()))
    }

    fn looks_into(&self, namespace: Option<&str>) -> bool {
        match &self.namespaces {
            Namespaces::Any => true,
            Namespaces::Own => super::may_be_one(self.own.as_deref(), namespace),
            Namespaces::Names(names) => {
                namespace.is_none_or(|n| names.iter().any(|name| name == n))
            }
        }
    }
}

impl Namespaces {
    fn of(value: &Value) -> Self {
        let names = value["matchNames"].as_array().into_iter().flatten();
        let names: Vec<_> = names.filter_map(Value::as_str).map(str::to_owned).collect();
        match (value["any"] == true, names.is_empty()) {
            (true, _) => Self::Any,
            (false, true) => Self::Own,
            (false, false) => Self::Names(names),
        }
    }
}

impl Endpoint {
    fn of(endpoint: &Value) -> Option<Self> {
        let text = |key: &str| endpoint[key].as_str().filter(|t| !t.is_empty());
        let number = number(&endpoint["portNumber"]).or_else(|| number(&endpoint["targetPort"]));
        text("port")
            .map(|name| Self::Port(name.to_owned()))
            .or(number.map(Self::Number))
            .or_else(|| text("targetPort").map(|name| Self::Named(name.to_owned())))
    }

    /// What a scrape of this endpoint misses; a PodMonitor has no Service.
    fn lacks(&self, service: Option<&Service>, pod: Pod<'_>) -> Option<String> {
        let (found, port) = match (self, service) {
            (Self::Port(name), Some(service)) => return service.lacks(name, pod),
            (Self::Port(name) | Self::Named(name), _) => {
                (declares(pod, |p| p.name == name), format!("named `{name}`"))
            }
            (Self::Number(number), _) => {
                (declares(pod, |p| p.number == *number), number.to_string())
            }
        };
        (!found).then(|| format!("the pod declares no port {port}"))
    }
}

fn declares(pod: Pod<'_>, wanted: impl Fn(&crate::manifest::Port<'_>) -> bool) -> bool {
    pod.containers()
        .filter(|c| matches!(c.kind, ContainerKind::Main | ContainerKind::Sidecar))
        .flat_map(Container::ports)
        .any(|port| wanted(&port))
}
