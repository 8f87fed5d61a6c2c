//! What the checks of pods say of one pod, wherever it comes from.

use super::foreseen::Foreseen;
use super::run::{Active, Checks};
use super::{Violation, image, namespace, openshift, overwritten, pod_security, validity};
use crate::guard::{self, Context, Finding, Outcome, PodView, Subject};
use crate::manifest::{NonRoot, Problem, Quantity};
use crate::preset::Severity;
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;

/// The id of the one finding for all that is merely absent from a container.
const SUMMARY: &str = "pod-security/incomplete";

/// The checks that judge a pod by itself.
const OF_PODS: [&str; 6] = [
    "api-validity",
    "pod-security",
    openshift::ID,
    image::PAGE.id,
    namespace::PAGE.id,
    overwritten::PAGE.id,
];

impl Checks<'_> {
    /// Whether any check or rule says what whole pods must be like.
    pub(super) fn judges_pods(&self) -> bool {
        OF_PODS.iter().any(|id| self.active(id).is_some())
            || self.policy.rules.iter().any(guard::judges_pods)
    }

    /// Makes of what rules say of pods as they are written what they say of them as Spark builds them.
    pub(super) fn by_rules(
        &self,
        context: Context<'_>,
        subject: Subject<'_>,
        outcome: &Outcome<'_>,
        (foreseen, said): (&[Foreseen<'_>], &mut Vec<Finding>),
    ) {
        let by_rules = |pod: &PodView<'_>| {
            guard::of_pod(self.policy, self.waivers, context, subject, (outcome, pod))
        };
        let mut instead = Vec::new();
        for built in foreseen {
            let written = outcome.pods.iter().find(|pod| built.is_of(pod));
            let written = written.map(by_rules).unwrap_or_default();
            said.retain(|finding| !written.contains(finding));
            let found = by_rules(&built.view);
            instead.extend(match built.is_certain() {
                true => found,
                false => joined(written, found),
            });
        }
        said.append(&mut instead);
    }

    /// What is wrong with a pod: with what Spark will build, where that is certain; else with what is written, and with
    /// what Spark builds beside it.
    pub(super) fn of_pod(
        &self,
        subject: Subject<'_>,
        pod: &PodView<'_>,
        built: Option<&Foreseen<'_>>,
    ) -> Vec<Finding> {
        let Some(built) = built else {
            return self.whole(subject, pod, false);
        };
        let said = self.foreseen(subject, built);
        match built.is_certain() {
            true => said,
            false => joined(self.whole(subject, pod, false), said),
        }
    }

    /// What is wrong with a pod as Spark will build it, and what it lost of its template, where that is certain.
    pub(super) fn foreseen(&self, subject: Subject<'_>, built: &Foreseen<'_>) -> Vec<Finding> {
        let mut said = self.whole(subject, &built.view, built.is_shaped_elsewhere);
        if built.is_certain() {
            said.extend(self.overwritten(subject, built));
        }
        said
    }

    /// What the template says, and the pod does not have.
    fn overwritten(&self, subject: Subject<'_>, built: &Foreseen<'_>) -> Vec<Finding> {
        let Some(check) = self.active(overwritten::PAGE.id) else {
            return Vec::new();
        };
        let pod = &built.view;
        let role = pod.place.name.as_deref().unwrap_or_default();
        let said = |(at, lost): &(Pointer, overwritten::Lost)| Finding {
            path: at.clone(),
            because: Some(lost.why.clone()),
            ..self.finding(&check, "", subject, pod, lost.clone().violation(role))
        };
        built.lost.iter().map(said).collect()
    }

    /// What is wrong with a pod; `open` where what it lacks may stand somewhere else.
    fn whole(&self, subject: Subject<'_>, pod: &PodView<'_>, open: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
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
        let openshift = self.openshift(subject, pod);
        if let Some(check) = self.active("pod-security") {
            let said = self.pod_security(&check, subject, pod, open);
            findings.extend(said.into_iter().filter(|it| !is_said(it, &openshift)));
        }
        findings.extend(openshift);
        let refused = self.enforced(subject, pod, open, &findings);
        findings.extend(refused);
        findings
    }

    /// That the pod's own namespace refuses it, where nothing else does so far.
    fn enforced(
        &self,
        subject: Subject<'_>,
        pod: &PodView<'_>,
        open: bool,
        said: &[Finding],
    ) -> Option<Finding> {
        let check = self.active(namespace::PAGE.id)?;
        let refuses = |finding: &Finding| {
            finding.id.starts_with("pod-security/")
                && finding.severity == Severity::Error
                && finding.waived.is_none()
        };
        // A template in a text may be for pods of another namespace.
        if subject.within.is_some() || said.iter().any(refuses) {
            return None;
        }
        // OpenShift fills in what is absent before the level is looked at.
        let open = open || self.active(openshift::ID).is_some();
        let (namespace, role) = (subject.object.namespace, pod.place.name.as_deref());
        let refused = self.enforced.refused(namespace, role, pod.pod(), open)?;
        Some(self.finding(&check, "", subject, pod, refused))
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
        open: bool,
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
        if open || openshift.is_some_and(|active| !openshift::is_legacy(active.check)) {
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

/// What is said of a pod as it is written, with what is said of it beside that as Spark builds it.
fn joined(mut written: Vec<Finding>, built: Vec<Finding>) -> Vec<Finding> {
    for finding in built {
        let same = |other: &&mut Finding| {
            let containers = (&other.container, &finding.container);
            other.id == finding.id
                && other.path == finding.path
                && (containers.0 == containers.1 || containers.0.is_none())
        };
        match written.iter_mut().find(same) {
            // Of a rule it is the rule's own reason.
            Some(other) => other.because = finding.because,
            None => written.push(finding),
        }
    }
    written
}
