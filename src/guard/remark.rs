//! What the engine has to say about rules that do not apply, or not as they wanted.

use super::Finding;
use super::application::Application;
use super::engine::Run;
use super::view::PodView;
use crate::preset::{Blank, ResolvedRule, Severity};
use crate::yaml::Pointer;
use std::sync::Arc;

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
            Blank::ImageUser => (
                "user-unknown",
                Severity::Warning,
                "nothing says which user its image runs as",
            ),
            Blank::ImageTag => (
                "value-unknown",
                Severity::Info,
                "its image has no tag that says a version",
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
        let path = pod
            .and_then(|pod| pod.place.resolve(root).ok())
            .unwrap_or_default();
        self.say(id, severity, rule, container, path, message);
    }

    pub(super) fn leave_alone(&mut self, rule: &ResolvedRule) {
        if std::mem::replace(&mut self.left, true) {
            return;
        }
        let object = self.subject.object;
        let message = format!(
            "left as it is: the API server refuses another pod template of a {} that exists",
            object.kind
        );
        self.say(
            "left-alone",
            Severity::Warning,
            rule,
            None,
            Pointer::root(),
            message,
        );
        if let Some(finding) = self.outcome.findings.last_mut() {
            // Why the first of many rules wants to change it says nothing of why none does.
            finding.because = None;
            finding.help = Some("let Helm make it anew (hook with `before-hook-creation`), or set the parameter `jobs=guard`".into());
        }
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
