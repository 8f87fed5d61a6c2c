//! Pods as policies of the network see them: by their labels, as far as those are known.

use super::driver::{executors_namespace, labels, namespace};
use crate::check::run::parse;
use crate::check::spark::case::Case;
use crate::check::spark::world::same_namespace;
use crate::manifest::spark::text_of;
use crate::spark::conf::Told;
use crate::spark::process::Mode;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A pod on one side of a connection.
pub(super) struct Peer {
    /// Each label with its value; nothing where that is not known.
    labels: BTreeMap<String, Option<String>>,
    /// Whether it may have labels that are not known here.
    open: bool,
    /// Namespaces that it is written to be in; none is the release's.
    namespaces: BTreeSet<String>,
    /// Names of its ports.
    ports: BTreeMap<String, u64>,
}

impl Peer {
    /// The driver's pod.
    pub(super) fn driver(case: Case<'_>) -> Self {
        let mut peer = Self::new(case);
        if case.mode == Mode::Cluster {
            peer.made_by_spark(case, "driver");
            return peer;
        }
        peer.namespaces.extend(namespace(case).map(str::to_owned));
        peer.read(labels(case));
        let pod = case.own_pod().map(|pod| pod.pod());
        let ports = pod.into_iter().flat_map(crate::manifest::Pod::containers);
        let ports = ports.flat_map(crate::manifest::Container::ports);
        peer.ports = ports
            .map(|port| (port.name.to_owned(), u64::from(port.number)))
            .collect();
        peer
    }

    /// The pods of its executors.
    pub(super) fn executors(case: Case<'_>) -> Self {
        let mut peer = Self::new(case);
        peer.made_by_spark(case, "executor");
        peer
    }

    fn new(case: Case<'_>) -> Self {
        Self {
            labels: BTreeMap::new(),
            open: false,
            namespaces: [case.namespace().to_owned()].into(),
            ports: BTreeMap::new(),
        }
    }

    /// Labels that Spark sets, then those of settings, templates and operators.
    /// Source: `Constants` and `KubernetesConf.labels`, 3.5 to 4.3.
    fn made_by_spark(&mut self, case: Case<'_>, role: &str) {
        // An operator adds labels of its own.
        self.open = case.operator.is_some() || !case.conf().gaps().is_empty();
        self.namespaces.extend(executors_namespace(case));
        match template(case, role) {
            Some(template) => self.read(&template["metadata"]["labels"]),
            None => self.open = true,
        }
        let family = format!("spark.kubernetes.{role}.label.");
        for (key, _) in case.conf().family(&family) {
            let known = case.conf().text(key).map(|text| text.trim().to_owned());
            self.labels.insert(key[family.len()..].to_owned(), known);
        }
        self.labels
            .insert("spark-role".to_owned(), Some(role.to_owned()));
        for own in ["spark-app-selector", "spark-app-name", "spark-version"] {
            self.labels.insert(own.to_owned(), None);
        }
        if role == "executor" {
            for own in ["spark-exec-id", "spark-exec-resourceprofile-id"] {
                self.labels.insert(own.to_owned(), None);
            }
        }
    }

    fn read(&mut self, labels: &Value) {
        for (key, value) in labels.as_object().into_iter().flatten() {
            let text = text_of(value);
            let known = !text.contains(['$', '{']);
            self.labels
                .insert(key.clone(), known.then(|| text.to_owned()));
        }
    }

    /// Whether it is certainly in this namespace, as objects write theirs.
    pub(super) fn is_in(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// Whether it may be in this namespace.
    pub(super) fn may_be_in(&self, namespace: &str) -> bool {
        self.namespaces
            .iter()
            .any(|own| same_namespace(own, namespace))
    }

    /// Its namespace, where somebody writes one.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespaces
            .iter()
            .map(String::as_str)
            .find(|own| !own.is_empty())
    }

    /// The number of a port by its name, where it declares one.
    pub(super) fn port(&self, name: &str) -> Option<u64> {
        self.ports.get(name).copied()
    }

    /// Whether a selector finds it; nothing where that depends on what is not known.
    pub(super) fn matches(&self, selector: &Value) -> Option<bool> {
        let labels = selector["matchLabels"].as_object().into_iter().flatten();
        let labels = labels.map(|(key, value)| self.has(key, &|own| own == text_of(value)));
        let expressions = selector["matchExpressions"]
            .as_array()
            .into_iter()
            .flatten();
        let expressions = expressions.map(|need| self.meets(need));
        both(labels.chain(expressions))
    }

    fn has(&self, key: &str, is: &dyn Fn(&str) -> bool) -> Option<bool> {
        match self.labels.get(key) {
            Some(Some(value)) => Some(is(value)),
            Some(None) => None,
            None if self.open => None,
            None => Some(false),
        }
    }

    fn meets(&self, need: &Value) -> Option<bool> {
        let key = text_of(&need["key"]);
        let values = need["values"].as_array().map_or(&[][..], Vec::as_slice);
        let listed = |own: &str| values.iter().any(|value| text_of(value) == own);
        let there = || match self.labels.contains_key(key) {
            true => Some(true),
            false if self.open => None,
            false => Some(false),
        };
        match text_of(&need["operator"]) {
            "In" => self.has(key, &listed),
            "NotIn" => self.has(key, &listed).map(|is| !is),
            "Exists" => there(),
            "DoesNotExist" => there().map(|is| !is),
            _ => None,
        }
    }
}

/// Whether all hold; nothing where one of them is not known and none is false.
pub(super) fn both(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for one in all {
        match one {
            Some(false) => return Some(false),
            None => known = None,
            Some(true) => {}
        }
    }
    known
}

/// The template of a role's pods: what an operator's object writes, or the text that Spark is to read. An empty one where there
/// is none; nothing where it is not known.
fn template(case: Case<'_>, role: &str) -> Option<Value> {
    if case.operator.is_some() {
        let written = case.written_pod(role).map(|pod| pod.value.clone());
        return Some(written.unwrap_or_default());
    }
    match case
        .conf()
        .get(&format!("spark.kubernetes.{role}.podTemplateFile"))
    {
        Told::Unset => Some(Value::Null),
        Told::Unknown => None,
        Told::Set(_) => parse(&case.template_text()?.text),
    }
}
