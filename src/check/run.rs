//! The checks of a policy over a stream: gathered from every object, judged on the result of the rules.

use super::{
    Violation, credentials, duplicates, foreseen, image, namespace, openshift, overwritten, pages,
    pod_security, spark, substitution,
};
use crate::guard::{Context, Finding, Outcome, PodView, Subject, Waivers};
use crate::manifest::Object;
use crate::preset::{CheckSpec, Policy, ResolvedCheck, SettingKind};
use crate::yaml::{Document, NodeRef, Stream};
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// The checks that presets may switch on, with their settings.
pub fn specs() -> &'static [CheckSpec<'static>] {
    static SPECS: LazyLock<Vec<CheckSpec<'static>>> = LazyLock::new(|| {
        let rules = spark::own_checks().map(|id| spec(id, &[id], spark::settings(id)));
        let pods = [
            spec("pod-security", &["pod-security/"], POD_SECURITY),
            spec(openshift::ID, &["openshift/"], openshift::SETTINGS),
            spec("api-validity", &["api/", "kubelet/"], &[]),
            spec(credentials::PAGE.id, &[credentials::PAGE.id], &[]),
            spec(image::PAGE.id, &[image::PAGE.id], &[]),
            spec(namespace::PAGE.id, &[namespace::PAGE.id], &[]),
            spec(overwritten::PAGE.id, &[overwritten::PAGE.id], &[]),
            spec(substitution::PAGE.id, &[substitution::PAGE.id], &[]),
            spec(spark::ID, &["spark/"], spark::SETTINGS),
        ];
        pods.into_iter().chain(rules).collect()
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

/// A check that is switched on.
#[derive(Clone)]
pub(super) struct Active<'c> {
    pub(super) check: &'c ResolvedCheck,
    /// Its file and line.
    stands_at: Arc<str>,
}

/// The checks that a policy switches on, while a stream goes by.
pub struct Checks<'c> {
    pub(super) policy: &'c Policy,
    active: Vec<Active<'c>>,
    pub(super) waivers: &'c Waivers<'c>,
    pub(super) namespaces: openshift::Namespaces,
    pub(super) enforced: namespace::Enforced,
    spark: spark::Gathered,
    /// Whether any rule on Spark's processes is switched on.
    spark_is_on: bool,
}

impl<'c> Checks<'c> {
    /// No object seen yet.
    pub fn new(policy: &'c Policy, waivers: &'c Waivers<'c>) -> Self {
        let active = policy.checks.iter().map(|check| Active {
            check,
            stands_at: check.stands_at(),
        });
        Self {
            policy,
            active: active.collect(),
            waivers,
            namespaces: openshift::Namespaces::default(),
            spark: spark::Gathered::default(),
            spark_is_on: policy
                .checks
                .iter()
                .any(|check| spark::is_switch(&check.id)),
            enforced: namespace::Enforced::default(),
        }
    }

    /// Whether a check has to see this object before rules run.
    pub fn gathers(&self, object: &Object<'_>) -> bool {
        self.reads_namespace(object.kind)
    }

    fn reads_namespace(&self, kind: &str) -> bool {
        let reads = [openshift::ID, namespace::PAGE.id];
        openshift::Namespaces::reads(kind) && reads.iter().any(|id| self.active(id).is_some())
    }

    /// Looks at an object before rules run.
    pub fn gather(&mut self, value: &Value) {
        if self.reads_namespace(value["kind"].as_str().unwrap_or_default()) {
            self.namespaces.add(value);
            self.enforced.add(value);
        }
    }

    pub(super) fn active(&self, id: &str) -> Option<Active<'c>> {
        self.active
            .iter()
            .find(|active| active.check.id == id)
            .cloned()
    }

    /// Judges an object as the rules left it, when all objects were gathered: each pod as Spark will build it, where that
    /// is known, and else as it is written. `said` is what rules have to say of it as it is written.
    pub fn judge(
        &self,
        context: Context<'_>,
        subject: Subject<'_>,
        outcome: &Outcome<'_>,
        said: Vec<Finding>,
    ) -> Vec<Finding> {
        let mut findings = said;
        let foreseen = match self.judges_pods() {
            true => foreseen::all(context, subject, outcome),
            false => Vec::new(),
        };
        self.by_rules(context, subject, outcome, (&foreseen, &mut findings));
        for pod in &outcome.pods {
            let built = foreseen.iter().find(|built| built.is_of(pod));
            findings.extend(self.of_pod(subject, pod, built));
            if let Some(check) = self.active(credentials::PAGE.id) {
                let finding = |violation| self.finding(&check, "", subject, pod, violation);
                findings.extend(credentials::in_pod(pod.pod()).into_iter().map(finding));
            }
        }
        findings
    }

    /// Takes in what rules have made of an object and of the texts in it.
    pub fn settle(&self, subject: Subject<'_>, outcome: &Outcome<'_>) {
        if self.spark_is_on || self.judges_pods() {
            self.spark.add(subject, outcome);
        }
    }

    pub(super) fn finding(
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
            because: pod.place.why(&violation.path).map(str::to_owned),
            help: Some(violation.help),
            needed_by: Some(Arc::clone(&check.stands_at)),
            waived,
            container: violation.container,
            id,
        }
    }

    /// A finding of a check as the policy has it; `None` where it has not switched the check on.
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

    /// Adds the findings that are about the stream as a whole to those of its objects; the checks are over.
    pub fn finish<'o>(
        &self,
        context: Context<'_>,
        (stream, objects): (&'o Stream<'o>, &'o [Object<'o>]),
        said: &mut Vec<Finding>,
    ) {
        let flux = self.active(substitution::PAGE.id);
        let gathered = flux
            .iter()
            .flat_map(|_| substitution::findings(stream, objects));
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
        said.extend(graded);
        if self.spark_is_on || self.judges_pods() {
            let world = spark::world(stream, objects, &self.spark, &self.policy.checks);
            let found = spark::findings(&world, &self.policy.checks);
            said.extend(found.into_iter().filter_map(|finding| {
                let check = self.active(spark::check_of(&finding.id)?)?;
                let place = finding.object.map(|index| place_of(&objects[index]));
                Some(self.placed(finding, &check, place))
            }));
            if self.judges_pods() {
                self.executors(context, stream, &world, said);
            }
        }
        said.extend(duplicates::findings(stream, objects, ""));
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
