//! Network policies: whether a scraper from elsewhere in the cluster reaches a port of a pod.

use super::{
    Source,
    selector::{Labels, Selector},
};
use crate::manifest::{Container, Pod, port::number};
use serde_json::Value;

/// One policy that limits what comes in.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) source: Source,
    namespace: Option<String>,
    pods: Selector,
    /// What it lets in; nothing where there is no rule.
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// Whether a scraper may be among those that it admits.
    admits_scrapers: bool,
    /// Every port where there is none.
    ports: Vec<Opening>,
}

#[derive(Clone, Debug)]
struct Opening {
    tcp: bool,
    ports: Ports,
}

#[derive(Clone, Debug)]
enum Ports {
    All,
    Range(u16, u16),
    Named(String),
}

/// Words by which a policy names whoever scrapes; it has no other way to say it.
const SCRAPERS: [&str; 4] = ["metrics", "monitoring", "observability", "prometheus"];

impl Policy {
    /// Reads a NetworkPolicy; `None` for other kinds, and for one that leaves incoming traffic alone.
    pub(super) fn of(source: &Source, namespace: Option<&str>, object: &Value) -> Option<Self> {
        let group = object["apiVersion"].as_str()?;
        let known = group.starts_with("networking.k8s.io/") || group.starts_with("extensions/");
        if object["kind"] != "NetworkPolicy" || !known {
            return None;
        }
        let spec = &object["spec"];
        let types = spec["policyTypes"].as_array();
        if types.is_some_and(|types| !types.iter().any(|t| t == "Ingress")) {
            return None;
        }
        let rules = spec["ingress"].as_array().into_iter().flatten();
        Some(Self {
            source: source.clone(),
            namespace: namespace.map(str::to_owned),
            pods: Selector::of(&spec["podSelector"]),
            rules: rules.map(Rule::of).collect(),
        })
    }

    /// Which pods it selects.
    pub(super) fn pods(&self) -> &Selector {
        &self.pods
    }

    /// All that decides what it lets in, but for its name.
    pub(super) fn selection(&self) -> String {
        format!("policy {:?}", (&self.namespace, &self.pods, &self.rules))
    }

    /// Whether it selects this pod.
    pub(super) fn selects(&self, namespace: Option<&str>, pod: Pod<'_>) -> bool {
        super::may_be_one(self.namespace.as_deref(), namespace)
            && self.pods.matches(&Labels::of(&pod.metadata()["labels"]))
    }

    /// Whether it lets a scraper in at this TCP port of this pod.
    pub(super) fn admits(&self, pod: Pod<'_>, port: u16) -> bool {
        self.rules
            .iter()
            .any(|rule| rule.admits_scrapers && rule.opens(pod, port))
    }
}

impl Rule {
    fn of(rule: &Value) -> Self {
        let from = rule["from"].as_array().map_or(&[][..], Vec::as_slice);
        let ports = rule["ports"].as_array().into_iter().flatten();
        Self {
            admits_scrapers: from.is_empty() || from.iter().any(may_be_a_scraper),
            ports: ports.map(Opening::of).collect(),
        }
    }

    fn opens(&self, pod: Pod<'_>, port: u16) -> bool {
        let named = |name: &str| {
            let mut ports = pod.containers().flat_map(Container::ports);
            ports.any(|p| p.name == name && p.number == port)
        };
        self.ports.is_empty()
            || self.ports.iter().any(|opening| {
                opening.tcp
                    && match &opening.ports {
                        Ports::All => true,
                        Ports::Range(first, last) => (*first..=*last).contains(&port),
                        Ports::Named(name) => named(name),
                    }
            })
    }
}

impl Opening {
    fn of(port: &Value) -> Self {
        let ports = match &port["port"] {
            Value::Null => Ports::All,
            Value::String(name) => Ports::Named(name.clone()),
            // An illegal number opens nothing.
            value => number(value).map_or(Ports::Range(1, 0), |first| {
                Ports::Range(first, number(&port["endPort"]).unwrap_or(first))
            }),
        };
        Self {
            tcp: port["protocol"].as_str().is_none_or(|p| p == "TCP"),
            ports,
        }
    }
}

/// Everybody, all namespaces, or a namespace or pod that is named for monitoring.
fn may_be_a_scraper(peer: &Value) -> bool {
    let cidr = peer["ipBlock"]["cidr"].as_str().unwrap_or_default();
    let everybody = cidr == "0.0.0.0/0" || cidr == "::/0";
    let spaces = &peer["namespaceSelector"];
    let everywhere = spaces.is_object()
        && Selector::of(spaces).is_empty()
        && Selector::of(&peer["podSelector"]).is_empty();
    let mut labels = super::selector::ReadLabels::new();
    super::selector::read_labels(peer, &mut labels);
    let named = labels.iter().any(|(key, values)| {
        let mut words = values.iter().chain([key]);
        words.any(|word| SCRAPERS.iter().any(|scraper| word.contains(scraper)))
    });
    everybody || everywhere || named
}
