//! What is said of pods whose configuration no digest covers, or not all of it.

use super::Finding;
use super::engine::Run;
use super::select::{self, Target};
use super::view::{PodView, View};
use crate::manifest::Rolls;
use crate::manifest::reads::Config;
use crate::preset::{Blank, ResolvedRule, Root, Severity};
use crate::yaml::Pointer;
use std::borrow::Cow;
use std::sync::Arc;

impl Run<'_> {
    /// One finding for each pod, where the policy has a rule that pins at all.
    pub(super) fn say_unpinned(&mut self) {
        // Whoever reads the text is pinned by it.
        if self.subject.within.is_some() {
            return;
        }
        let pins = self.policy.rules.iter();
        // A digest on the object itself only records.
        let pins = pins.filter(|rule| rule.on != Root::Object);
        let pins: Vec<_> = pins
            .filter_map(|rule| Some((rule, rule.verb.digest()?)))
            .collect();
        let Some((rule, digest)) = pins.first().copied() else {
            return;
        };
        let view = View {
            subject: self.subject,
            traits: self.outcome.traits,
            value: &self.outcome.value,
            pods: &self.outcome.pods,
        };
        let said = self.outcome.pods.iter().filter_map(|pod| {
            let live = digest == Blank::ConfigDigest { live: true };
            let config = view.config(self.context, std::slice::from_ref(pod), live)?;
            let whys = pins
                .iter()
                .map(|(rule, _)| self.why_unpinned(rule, &view, pod));
            // One rule that applies is enough.
            let why = whys.min_by_key(Option::is_some).flatten();
            self.unpinned(rule, pod, &config, why.as_deref())
        });
        let said: Vec<_> = said.collect();
        self.outcome.findings.extend(said);
    }

    /// Why a rule does not pin a pod; `None` where it does, if there is something to pin.
    fn why_unpinned(
        &self,
        rule: &ResolvedRule,
        view: &View<'_>,
        pod: &PodView<'_>,
    ) -> Option<String> {
        let target = Target {
            view,
            pod: Some(pod),
            container: None,
        };
        if self.is_waived(rule, None) {
            return Some(format!("`{}` is waived", rule.id));
        }
        if select::leaves_alone(rule, view) {
            return Some("its template cannot be changed once it exists".into());
        }
        if select::selects(rule, &target, self.context) {
            return None;
        }
        let kind = self.subject.object.kind;
        Some(match self.subject.place?.rolls(view.value) {
            Rolls::Nothing => format!("a changed template of a {kind} makes no new pods"),
            Rolls::Again => {
                format!("a changed {kind} would end what runs, or ran, and start it again")
            }
            Rolls::NewPods => "a changed template would not replace the running pods".into(),
            _ if rule.except.is_some() && pod.roles.pod.is_some() => {
                let role = pod.roles.pod.map_or("", |role| &role.role);
                format!("`{}` leaves out the role `{role}`", rule.id)
            }
            _ => format!("`{}` does not select it", rule.id),
        })
    }

    fn unpinned(
        &self,
        rule: &ResolvedRule,
        pod: &PodView<'_>,
        config: &Config<'_>,
        why: Option<&str>,
    ) -> Option<Finding> {
        let mut left: Vec<_> = config
            .data()
            .filter_map(|(read, end)| {
                let because = end.why();
                // What is pinned is not, where no rule pins the pod.
                let because = because.or_else(|| why.map(|_| Cow::Borrowed("")))?;
                Some((format!("`{}/{}`", read.row.kind, read.name), because))
            })
            .collect();
        left.sort_unstable();
        left.dedup();
        let place = pod.place.shown(&Pointer::from_iter(["spec"]));
        let names: Vec<_> = left.iter().map(|(name, _)| name.as_str()).collect();
        let first = names.first()?;
        let what = match names.len() {
            1 => (*first).to_owned(),
            more => format!("{first} and {} more", more - 1),
        };
        // Of several, each has its own reason.
        let only = left
            .first()
            .filter(|_| left.len() == 1)
            .map(|(_, why)| &**why);
        let reasons = left.iter().map(|(name, why)| match &**why {
            "" => name.clone(),
            why => format!("{name}: {why}"),
        });
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        Some(Finding {
            within: None,
            id: "config-not-pinned".to_owned(),
            severity: Severity::Info,
            object: Some(self.subject.object.index),
            container: None,
            path: place,
            message: match why.or(only) {
                Some(why) => format!("a change of {what} starts no new pods: {why}"),
                None => format!("a change of {what} starts no new pods"),
            },
            because: Some(format!("it reads {reasons}")),
            help: why.and_then(|_| {
                let place = self.subject.place?;
                place.renewal(self.subject.object.name)
            }),
            needed_by: Some(Arc::clone(&rule.label.origin)),
            waived: None,
        })
    }
}
