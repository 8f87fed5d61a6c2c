//! The checks of a policy over a stream: gathered from every object, judged on the result of the rules.

use super::{
    Violation, credentials, duplicates, image, memory, openshift, pages, pod_security, spark,
    substitution, validity,
};
use crate::guard::{Finding, Outcome, PodView, Subject, Waivers};
use crate::manifest::{NonRoot, Object, Problem, Quantity};
use crate::preset::{CheckSpec, Policy, ResolvedCheck, SettingKind, Severity};
use crate::yaml::{Document, NodeRef, Pointer, Stream};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The checks that presets may switch on, with their settings.
pub fn specs() -> &'static [CheckSpec<'static>] {
    static SPECS: LazyLock<Vec<CheckSpec<'static>>> = LazyLock::new(|| {
        let memory = memory::pages()
            .iter()
            .map(|page| spec(page.id, &[page.id], memory::settings(page.id)));
        let pods = [
            spec("pod-security", &["pod-security/"], POD_SECURITY),
            spec(openshift::ID, &["openshift/"], openshift::SETTINGS),
            spec("api-validity", &["api/", "kubelet/"], &[]),
            spec(credentials::PAGE.id, &[credentials::PAGE.id], &[]),
            spec(image::PAGE.id, &[image::PAGE.id], &[]),
            spec(substitution::PAGE.id, &[substitution::PAGE.id], &[]),
            spec(spark::ID, &["spark/"], spark::SETTINGS),
        ];
        pods.into_iter().chain(memory).collect()
    });
    &SPECS
}

const POD_SECURITY: &[(&str, SettingKind<'static>)] = &[
    ("level", SettingKind::OneOf(&["baseline", "restricted"])),
    (
        "version",
        SettingKind::Known {
            is: |text| pod_security::Version::parse(text).is_some(),
            expected: "`latest` or a version such as `v1.24`",
            help: Some(
                "write it as namespaces' labels do, with `v`: without, YAML reads 1.30 as 1.3",
            ),
        },
    ),
];

/// The ids of a check's findings are those of its pages.
fn spec(
    id: &'static str,
    prefixes: &[&str],
    settings: &'static [(&'static str, SettingKind<'static>)],
) -> CheckSpec<'static> {
    let ids = pages().iter().map(|page| page.id);
    let ids: Vec<_> = ids
        .filter(|id| prefixes.iter().any(|prefix| id.starts_with(prefix)))
        .collect();
    CheckSpec {
        id,
        findings: ids.leak(),
        settings,
    }
}

/// The id of the one finding for all that is merely absent from a container.
const SUMMARY: &str = "pod-security/incomplete";

/// A check that is switched on.
#[derive(Clone)]
struct Active<'c> {
    check: &'c ResolvedCheck,
    /// Its file and line.
    stands_at: Arc<str>,
}

/// The checks that a policy switches on, while a stream goes by.
pub struct Checks<'c> {
    policy: &'c Policy,
    active: Vec<Active<'c>>,
    waivers: &'c Waivers<'c>,
    memory: Option<memory::Collector>,
    namespaces: openshift::Namespaces,
    spark: spark::Gathered,
}

impl<'c> Checks<'c> {
    /// No object seen yet.
    pub fn new(policy: &'c Policy, waivers: &'c Waivers<'c>) -> Self {
        let memory = policy
            .checks
            .iter()
            .any(|check| check.id.starts_with("memory/"));
        let memory = memory.then(|| memory::Collector::new(memory::parameters(policy), parse));
        let active = policy.checks.iter().map(|check| Active {
            check,
            stands_at: check.stands_at(),
        });
        Self {
            policy,
            active: active.collect(),
            waivers,
            memory,
            namespaces: openshift::Namespaces::default(),
            spark: spark::Gathered::default(),
        }
    }

    /// Whether a check has to see this object before rules run.
    pub fn gathers(&self, object: &Object<'_>, node: NodeRef<'_>) -> bool {
        let memory = self.memory.is_some()
            && (matches!(object.kind, "ConfigMap" | "Secret")
                || node.may_hold("spark.kubernetes."));
        memory || self.reads_namespace(object.kind)
    }

    fn reads_namespace(&self, kind: &str) -> bool {
        openshift::Namespaces::reads(kind) && self.active(openshift::ID).is_some()
    }

    /// Looks at an object before rules run.
    pub fn gather(&mut self, index: usize, value: &Value) {
        if self.reads_namespace(value["kind"].as_str().unwrap_or_default()) {
            self.namespaces.add(value);
        }
        if let Some(memory) = &mut self.memory {
            memory.add(index, value);
        }
    }

    fn active(&self, id: &str) -> Option<Active<'c>> {
        self.active
            .iter()
            .find(|active| active.check.id == id)
            .cloned()
    }

    /// Judges an object as the rules left it, when all objects were gathered.
    pub fn judge(&self, subject: Subject<'_>, outcome: &Outcome<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.active(spark::ID).is_some() {
            self.spark.add(subject, outcome);
        }
        for pod in &outcome.pods {
            if let Some(check) = self.active("api-validity") {
                let mut violations = validity::rejected(pod.pod());
                violations.extend(validity::resources::rejected(pod.pod(), millis));
                let finding = |violation| self.finding(&check, "", subject, pod, violation);
                findings.extend(violations.into_iter().map(finding));
            }
            if let Some(check) = self.active(image::PAGE.id) {
                let finding = |violation| self.finding(&check, "", subject, pod, violation);
                findings.extend(image::not_pinned(pod.pod()).map(finding));
            }
            if let Some(check) = self.active(credentials::PAGE.id) {
                let finding = |violation| self.finding(&check, "", subject, pod, violation);
                findings.extend(credentials::in_pod(pod.pod()).into_iter().map(finding));
            }
            let openshift = self.openshift(subject, pod);
            if let Some(check) = self.active("pod-security") {
                let said = self.pod_security(&check, subject, pod);
                findings.extend(said.into_iter().filter(|it| !is_said(it, &openshift)));
            }
            findings.extend(openshift);
            if subject.within.is_none() {
                findings.extend(self.memory(subject, outcome, pod));
            }
        }
        findings
    }

    fn memory(
        &self,
        subject: Subject<'_>,
        outcome: &Outcome<'_>,
        pod: &PodView<'_>,
    ) -> Vec<Finding> {
        let Some(memory) = &self.memory else {
            return Vec::new();
        };
        let resolve = |pointer: &Pointer| pod.place.shown(pointer);
        let role = |ordinal: usize| {
            let role = pod.roles.containers.get(ordinal).copied().flatten();
            role.map(|role| role.role.as_str())
        };
        let found = memory.judge(
            subject.object.index,
            &outcome.value,
            pod.pod(),
            &resolve,
            &role,
            pod.facts.sources(),
        );
        let place = (subject.object, subject.node);
        let graded = |finding| self.graded(finding, Some(place));
        found.into_iter().filter_map(graded).collect()
    }

    fn openshift(&self, subject: Subject<'_>, pod: &PodView<'_>) -> Vec<Finding> {
        let Some(check) = self.active(openshift::ID) else {
            return Vec::new();
        };
        let namespace = subject.object.namespace;
        let violations =
            openshift::judge(check.check, &self.namespaces, namespace, pod.pod()).into_iter();
        violations
            .map(|violation| self.finding(&check, "", subject, pod, violation))
            .collect()
    }

    fn pod_security(
        &self,
        check: &Active<'_>,
        subject: Subject<'_>,
        pod: &PodView<'_>,
    ) -> Vec<Finding> {
        let level = match check.check.setting("level").and_then(Value::as_str) {
            Some("baseline") => pod_security::Level::Baseline,
            _ => pod_security::Level::Restricted,
        };
        let version = check.check.setting("version").and_then(Value::as_str);
        let version = version.and_then(pod_security::Version::parse);
        let version = version.unwrap_or(pod_security::Version::LATEST);
        let mut violations = pod_security::evaluate(pod.pod(), level, version);
        // OpenShift fills in what is absent before the API server judges.
        let openshift = self.active(openshift::ID);
        if openshift.is_some_and(|active| !openshift::is_legacy(active.check)) {
            violations.retain(|violation| !violation.absent);
        }
        // What refuses is said field by field; a warning says once what a container lacks.
        let summary = check.check.severity < Severity::Error;
        let (absent, bad): (Vec<_>, Vec<_>) =
            violations.into_iter().partition(|v| summary && v.absent);
        let mut by_container: BTreeMap<Option<String>, Vec<Violation>> = BTreeMap::new();
        for violation in absent {
            by_container
                .entry(violation.container.clone())
                .or_default()
                .push(violation);
        }
        let said = bad
            .into_iter()
            .map(|violation| self.finding(check, "pod-security/", subject, pod, violation));
        let lacking = by_container.into_iter().map(|(container, violations)| {
            self.incomplete(check, level, subject, pod, container, &violations)
        });
        said.chain(lacking).collect()
    }

    /// One finding for all that a container lacks, with the reason why it was not filled in.
    fn incomplete(
        &self,
        check: &Active<'_>,
        level: pod_security::Level,
        subject: Subject<'_>,
        pod: &PodView<'_>,
        container: Option<String>,
        violations: &[Violation],
    ) -> Finding {
        let lacking: Vec<_> = violations
            .iter()
            .map(|v| format!("`{}`", v.check))
            .collect();
        let who = container
            .as_ref()
            .map_or_else(|| "pod".to_owned(), |name| format!("container `{name}`"));
        let mut containers = pod.pod().containers().enumerate();
        let own = containers.find(|(_, c)| container.as_deref() == Some(c.name()));
        let user = own.and_then(|(ordinal, _)| pod.users.get(ordinal));
        let (why, help) = match user {
            Some(NonRoot::Unknown { because } | NonRoot::Root { because }) => {
                let help =
                    "set `runAsUser` above 0 where the image allows it, and the rest follows";
                (format!(": {because}"), Some(help.to_owned()))
            }
            _ => (String::new(), violations.first().map(|v| v.help.clone())),
        };
        let violation = Violation {
            check: SUMMARY,
            container,
            // The place that what is lacking would have, so that a report does not call it set.
            path: violations
                .iter()
                .map(|violation| &violation.path)
                .find(|path| path.of(&pod.value).is_none_or(Value::is_null))
                .or(violations.first().map(|violation| &violation.path))
                .cloned()
                .unwrap_or_default(),
            absent: true,
            message: format!(
                "{who} lacks what `{level}` asks for ({}){why}",
                lacking.join(", ")
            ),
            help: help.unwrap_or_default(),
        };
        self.finding(check, "", subject, pod, violation)
    }

    fn finding(
        &self,
        check: &Active<'_>,
        prefix: &str,
        subject: Subject<'_>,
        pod: &PodView<'_>,
        violation: Violation,
    ) -> Finding {
        let id = format!("{prefix}{}", violation.check);
        let container = violation.container.as_deref();
        let place = (subject.object, subject.node);
        let waived = self.waivers.find(&id, place, container);
        Finding {
            within: None,
            severity: self.policy.severity(&id, check.check.severity),
            object: Some(subject.object.index),
            path: pod.place.shown(&violation.path),
            message: violation.message,
            because: None,
            help: Some(violation.help),
            needed_by: Some(Arc::clone(&check.stands_at)),
            waived,
            container: violation.container,
            id,
        }
    }

    /// A finding of the memory checks as the policy has it; `None` where it has not switched the check on.
    fn graded(
        &self,
        mut finding: Finding,
        place: Option<(&Object<'_>, NodeRef<'_>)>,
    ) -> Option<Finding> {
        let active = self.active(&finding.id)?;
        finding.severity = active.check.severity;
        Some(self.placed(finding, &active, place))
    }

    /// A finding with its own severity, unless an overlay has another one, with who asked for it and who waived it.
    fn placed(
        &self,
        mut finding: Finding,
        active: &Active<'_>,
        place: Option<(&Object<'_>, NodeRef<'_>)>,
    ) -> Finding {
        let container = finding.container.as_deref();
        finding.waived = place.and_then(|place| self.waivers.find(&finding.id, place, container));
        finding.severity = self.policy.severity(&finding.id, finding.severity);
        finding.needed_by = Some(Arc::clone(&active.stands_at));
        finding
    }

    /// The findings that are about the stream as a whole; the checks are over.
    pub fn finish<'o>(&self, stream: &'o Stream<'_>, objects: &'o [Object<'o>]) -> Vec<Finding> {
        let gathered = self.memory.iter().flat_map(memory::Collector::findings);
        let flux = self.active(substitution::PAGE.id);
        let gathered = gathered.chain(
            flux.iter()
                .flat_map(|_| substitution::findings(stream, objects)),
        );
        let written_out = self.active(credentials::PAGE.id);
        let gathered = gathered.chain(
            written_out
                .iter()
                .flat_map(|_| credentials::in_objects(stream, objects)),
        );
        let place_of =
            |object: &'o Object<'o>| (object, stream.documents[object.document].node(object.node));
        let graded = gathered.filter_map(|finding| {
            let place = finding.object.map(|index| place_of(&objects[index]));
            self.graded(finding, place)
        });
        let mut findings: Vec<_> = graded.collect();
        if let Some(check) = self.active(spark::ID) {
            let found = spark::findings(stream, objects, &self.spark, check.check);
            findings.extend(found.into_iter().map(|finding| {
                let place = finding.object.map(|index| place_of(&objects[index]));
                self.placed(finding, &check, place)
            }));
        }
        findings.extend(duplicates::findings(stream, objects, ""));
        findings
    }
}

/// Whether a stricter one of these, that nobody waived, says the same of the same place: what to do there is OpenShift's word.
fn is_said(finding: &Finding, others: &[Finding]) -> bool {
    let says = |other: &Finding| {
        other.waived.is_none()
            && other.severity >= finding.severity
            && (&other.path, &other.container) == (&finding.path, &finding.container)
    };
    others.iter().any(says)
}

/// Thousandths, as the API server compares them; what it caps is as large as can be.
fn millis(value: &Value) -> Option<i128> {
    match Quantity::of(value) {
        Ok(quantity) => Some(quantity.millis()),
        Err(error) if error.problem == Problem::TooLarge => Some(i128::MAX),
        Err(_) => None,
    }
}

/// A YAML text inside a string; `None` where it is not one document.
pub(super) fn parse(text: &str) -> Option<Value> {
    let stream = Stream::parse(text).ok()?;
    let mut values = stream
        .documents
        .iter()
        .filter_map(Document::root)
        .map(NodeRef::to_value)
        .filter(|v| !v.is_null());
    let value = values.next()?;
    values.next().is_none().then_some(value)
}
