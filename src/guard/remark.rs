//! What the engine has to say about rules that do not apply, or not as they wanted.

use super::application::Application;
use super::engine::Run;
use super::patch::Misfit;
use super::view::PodView;
use super::{Change, Finding};
use crate::manifest::Rolls;
use crate::preset::{Blank, Jobs, ResolvedRule, Severity};
use crate::yaml::Pointer;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where a rule is told to leave Jobs alone.
fn leaving(rule: &ResolvedRule) -> impl Iterator<Item = String> {
    let leaves = rule.selectors.iter();
    leaves
        .filter(|selector| selector.jobs == Some(Jobs::Leave))
        .map(|selector| selector.origin.to_string())
}

/// `a`, `b`, or that and how many more.
fn some(rules: &[&str]) -> String {
    match rules {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, last] => format!("`{first}` and `{last}`"),
        [first, ..] => format!("`{first}` and {} more rules", rules.len() - 1),
    }
}

impl Run<'_> {
    pub(super) fn not_applied(
        &mut self,
        application: &Application<'_>,
        path: Pointer,
        reason: &str,
    ) {
        let (rule, container) = (application.rule, application.container.clone());
        let message = format!("`{}` is not applied: {reason}", rule.id);
        self.say(
            "not-applied",
            Severity::Warning,
            rule,
            container,
            path,
            message,
        );
    }

    /// A patch that speaks of what is not there does nothing. That may be what its author wants, so nobody is warned.
    pub(super) fn no_fit(
        &mut self,
        rule: &ResolvedRule,
        misfit: Misfit,
        pod: Option<&PodView<'_>>,
        root: &Pointer,
        container: Option<String>,
    ) {
        let Misfit::Place { path, reason } = misfit else {
            return;
        };
        let path = root.join(&path);
        let path = pod.map_or_else(|| path.clone(), |pod| pod.place.shown(&path));
        self.say(
            "not-applied",
            Severity::Info,
            rule,
            container,
            path,
            format!("`{}` is not applied: {reason}", rule.id),
        );
    }

    pub(super) fn overruled(
        &mut self,
        applications: &[Application<'_>],
        index: usize,
        lost: &[(Pointer, usize)],
    ) {
        for (place, winner) in lost {
            let (rule, winner) = (applications[index].rule, applications[*winner].rule);
            let message = format!(
                "`{}` ({}) decides `{place}`, not `{}`",
                winner.id, winner.origin, rule.id
            );
            self.say(
                "overruled",
                Severity::Info,
                rule,
                applications[index].container.clone(),
                place.clone(),
                message,
            );
        }
    }

    pub(super) fn nothing_known(
        &mut self,
        rule: &ResolvedRule,
        blank: Blank,
        pod: Option<&PodView<'_>>,
        root: &Pointer,
        container: Option<String>,
    ) {
        let (id, severity, why) = match blank {
            // What it reads, and why that is not pinned, is said of the pod as a whole.
            // Nor is an image without a digest said here: there is a check for it.
            Blank::ConfigDigest { .. } | Blank::ImageWithDigest => return,
            Blank::ImageUser => (
                "user-unknown",
                Severity::Warning,
                "nothing says which user its image runs as",
            ),
            Blank::ImageTag
                if container.is_none() && pod.is_some_and(|p| p.roles.pod.is_none()) =>
            {
                (
                    "value-unknown",
                    Severity::Info,
                    "nothing says which of its images the pod is for",
                )
            }
            Blank::ImageTag => (
                "value-unknown",
                Severity::Info,
                "its image has no tag that says a version",
            ),
            Blank::Namespace => (
                "value-unknown",
                Severity::Info,
                "its manifest names no namespace",
            ),
            Blank::Role => (
                "value-unknown",
                Severity::Info,
                "nothing says what the workload is",
            ),
            Blank::UiPort => (
                "value-unknown",
                Severity::Info,
                "nothing says where its web interface listens",
            ),
        };
        let message = format!("`{}` is not applied: {why}", rule.id);
        let path = pod.map_or_else(Pointer::root, |pod| pod.place.shown(root));
        self.say(id, severity, rule, container, path, message);
    }

    /// One finding for all rules that left the object alone.
    pub(super) fn say_left_alone(&mut self) {
        let mut rules: Vec<_> = self.left.iter().map(|rule| rule.id.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        let named = match rules.as_slice() {
            [] => return,
            [only] => format!("`{only}` does not apply"),
            several => format!("{} do not apply", some(several)),
        };
        let mut asked: Vec<_> = self.left.iter().flat_map(|rule| leaving(rule)).collect();
        asked.sort_unstable();
        asked.dedup();
        let object = self.subject.object;
        let kind = object.kind;
        let (why, then, help) = match self.subject.place.map(|place| place.rolls) {
            Some(Rolls::Again) => (
                format!(
                    "its operator ends a changed {kind} and starts it again, also one that is done"
                ),
                "a batch that ran would run once more",
                "set the parameter `jobs=guard` where a second run does no harm",
            ),
            _ => (
                format!("the API server refuses another pod template of a {kind} that exists"),
                "an upgrade that changes it would fail",
                "let Helm make it anew (hook with `before-hook-creation`), or set the parameter `jobs=guard`",
            ),
        };
        self.outcome.findings.push(Finding {
            within: None,
            id: "left-alone".to_owned(),
            severity: Severity::Warning,
            object: Some(object.index),
            container: None,
            path: Pointer::root(),
            message: format!("left as it is: {why}; {named}"),
            because: Some(format!("{then}; left out: {}", rules.join(", "))),
            help: Some(help.to_owned()),
            needed_by: Some(asked.join(", ").into()),
            waived: None,
        });
    }

    /// Whose rules make an operator end what runs.
    pub(super) fn say_starts_again(&mut self) {
        let place = self.subject.place;
        let again = place.is_some_and(|place| place.rolls(&self.outcome.value) == Rolls::Again);
        if !again || self.subject.within.is_some() {
            return;
        }
        let meets = |change: &&Change| {
            let mut pods = self.outcome.pods.iter();
            pods.any(|pod| pod.place.meets(&change.done.path))
        };
        let changes = self.outcome.changes.iter().filter(meets);
        let rules: BTreeSet<_> = changes.map(|change| change.done.rule.id.as_str()).collect();
        let rules: Vec<_> = rules.into_iter().collect();
        if rules.is_empty() {
            return;
        }
        let object = self.subject.object;
        let finding = Finding {
            within: None,
            id: "starts-again".to_owned(),
            severity: Severity::Info,
            object: Some(object.index),
            container: None,
            path: Pointer::root(),
            message: format!(
                "this {} is ended where it runs, or ran, and started again: {} changed it",
                object.kind,
                some(&rules)
            ),
            because: Some("its operator submits it anew whenever its `spec` is another".into()),
            help: None,
            needed_by: None,
            waived: None,
        };
        self.outcome.findings.push(finding);
    }

    pub(super) fn say(
        &mut self,
        id: &str,
        severity: Severity,
        rule: &ResolvedRule,
        container: Option<String>,
        path: Pointer,
        message: String,
    ) {
        self.outcome.findings.push(Finding {
            within: None,
            id: id.to_owned(),
            severity,
            object: Some(self.subject.object.index),
            container,
            path,
            message,
            because: Some(rule.because.clone()),
            help: rule.help.clone(),
            needed_by: Some(Arc::clone(&rule.label.origin)),
            waived: None,
        });
    }
}
