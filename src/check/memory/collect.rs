//! Every object of the stream is added, then every pod is judged.

use super::Parameters;
use super::heap::Reader;
use super::judge::judge;
use super::template::Templates;
use super::unknown_key;
use crate::check::ParseYaml;
use crate::guard::Finding;
use crate::manifest::spark::{Sources, source_kind, text_of};
use crate::manifest::template::mentions;
use crate::manifest::{ContainerKind, Pod};
use crate::spark::memory::launcher::Process;
use crate::yaml::Pointer;
use serde_json::Value;

/// Gathers what the checks need. It keeps a few words of each ConfigMap and Secret, and no object.
#[derive(Debug)]
pub struct Collector {
    parameters: Parameters,
    parse: ParseYaml,
    templates: Templates,
    findings: Vec<Finding>,
}

impl Collector {
    /// `parse` reads the YAML inside every ConfigMap and Secret.
    pub fn new(parameters: Parameters, parse: ParseYaml) -> Self {
        Self {
            parameters,
            parse,
            templates: Templates::default(),
            findings: Vec::new(),
        }
    }

    /// Takes in an object of the stream, of any kind; `index` is its place, Lists flattened.
    pub fn add(&mut self, index: usize, object: &Value) {
        for mention in mentions(object) {
            self.findings
                .extend(unknown_key::finding(&self.parameters, index, &mention));
            self.templates.add_mention(&mention);
        }
        if let Some(kind) = source_kind(object) {
            self.templates.add(index, kind, object, self.parse);
        }
    }

    /// Judges a pod of an object, when all objects were added. `pod_pointer` maps a pointer in the pod to one in the
    /// object; `role_of` knows the role of a container by its place among `Pod::containers`; `sources` are all of the
    /// stream's.
    pub fn judge<'r>(
        &self,
        index: usize,
        object: &Value,
        pod: Pod<'_>,
        pod_pointer: &dyn Fn(&Pointer) -> Pointer,
        role_of: &dyn Fn(usize) -> Option<&'r str>,
        sources: &Sources,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let namespace = text_of(&object["metadata"]["namespace"]);
        for (ordinal, container) in pod.containers().enumerate() {
            let runs_on = matches!(container.kind, ContainerKind::Main | ContainerKind::Sidecar);
            let Some(process) = role_of(ordinal).and_then(Process::of).filter(|_| runs_on) else {
                continue;
            };
            let reader = Reader::new(sources, namespace, pod, container.value, process);
            if let Some(verdict) = judge(&self.parameters, process, &reader, container) {
                findings.push(verdict.at(&self.parameters, index, container, pod_pointer));
            }
        }
        findings
    }

    /// What was gathered has to say by itself, when all objects were added.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        findings.extend(self.templates.judge(&self.parameters));
        findings
    }
}
