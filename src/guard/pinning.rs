//! What is said of pods whose configuration no digest covers, or not all of it.

use super::Finding;
use super::engine::Run;
use super::select::{self, Target};
use super::view::{PodView, View};
use crate::manifest::Rolls;
use crate::manifest::reads::{Config, End, Read};
use crate::preset::{Blank, ResolvedRule, Root, Severity};
use crate::yaml::Pointer;
use std::borrow::Cow;
use std::sync::Arc;

/// What becomes of a pod by a rule that pins.
enum Why {
    /// It is pinned, if there is something to pin.
    Pinned,
    /// The rule is for such objects, and does not apply to this one.
    Rule(String),
    /// The rule is for others.
    Kind(String),
}

impl Why {
    const fn rank(&self) -> u8 {
        match self {
            Self::Pinned => 0,
            Self::Rule(_) => 1,
            Self::Kind(_) => 2,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Pinned => None,
            Self::Rule(why) | Self::Kind(why) => Some(why),
        }
    }
}

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
                .map(|(rule, _)| self.unpinned_by(rule, &view, pod));
            // One rule that applies is enough; of several reasons, that of the rule for this kind.
            let why = whys.min_by_key(Why::rank)?;
            self.unpinned(rule, pod, &config, &why)
        });
        let said: Vec<_> = said.collect();
        self.outcome.findings.extend(said);
    }

    /// What becomes of a pod by a rule that pins.
    fn unpinned_by(&self, rule: &ResolvedRule, view: &View<'_>, pod: &PodView<'_>) -> Why {
        let target = Target {
            view,
            pod: Some(pod),
            container: None,
        };
        if select::leaves_alone(rule, view) {
            return Why::Rule("its template cannot be changed once it exists".into());
        }
        if select::is_meant(rule, &target, self.context) {
            let annotations = Pointer::from_iter(["metadata", "annotations"]);
            return if !select::selects(rule, &target, self.context) {
                let role = pod.roles.pod.filter(|_| rule.except.is_some());
                Why::Rule(match role {
                    Some(role) => format!("`{}` leaves out the role `{}`", rule.id, role.role),
                    None => format!("`{}` leaves it out", rule.id),
                })
            } else if self.is_waived(rule, None) {
                Why::Rule(format!("`{}` is waived", rule.id))
            } else if let Err(cannot) = pod.place.resolve(&annotations) {
                Why::Rule(cannot.because)
            } else {
                Why::Pinned
            };
        }
        let kind = self.subject.object.kind;
        let rolls = self.subject.place.map(|place| place.rolls(view.value));
        Why::Kind(match rolls {
            Some(Rolls::Nothing) => format!("a changed template of a {kind} makes no new pods"),
            Some(Rolls::Again) => {
                format!("a changed {kind} would end what runs, or ran, and start it again")
            }
            Some(Rolls::NewPods) => {
                "a changed template would not replace the running pods".to_owned()
            }
            _ => format!("`{}` does not select it", rule.id),
        })
    }

    fn unpinned(
        &self,
        rule: &ResolvedRule,
        pod: &PodView<'_>,
        config: &Config<'_>,
        reason: &Why,
    ) -> Option<Finding> {
        let why = reason.text();
        let is_pinned_too = |read: &Read<'_>| {
            let same =
                |other: &Read<'_>| other.row.kind == read.row.kind && other.name == read.name;
            let mut others = config.data();
            why.is_none() && others.any(|(other, end)| matches!(end, End::Pinned(_)) && same(other))
        };
        let mut left: Vec<_> = config
            .data()
            .filter(|(read, _)| !is_pinned_too(read))
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
            help: match reason {
                Why::Kind(_) => {
                    let named = &self.outcome.value["metadata"]["name"];
                    let place = self.subject.place.zip(named.as_str());
                    place.and_then(|(place, name)| place.renewal(name))
                }
                _ => None,
            },
            needed_by: Some(Arc::clone(&rule.label.origin)),
            waived: None,
        })
    }
}
