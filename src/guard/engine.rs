//! Rules over one object, phase by phase: each phase sees the result of the one before, the wishes of one phase are
//! settled among each other, and a second run must find nothing left to do.

use super::application::{Application, parts};
use super::conflict::{self, Settled};
use super::error::PolicyConflict;
use super::merge::{Step, apply};
use super::view::{Context, PodView, Subject, View};
use super::waiver::Waiver;
use super::{Change, Finding, judge, select};
use crate::manifest::{Container, Object};
use crate::preset::{Policy, ResolvedRule, Root, Severity, Verb};
use crate::yaml::Pointer;
use serde_json::Value;

/// What rules did to one object, and what they have to say about it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The object afterwards.
    pub value: Value,
    /// Operations, in order.
    pub changes: Vec<Change>,
    /// What rules have to say.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    EnforceAndPatch,
    Include,
    Default,
}

/// Runs all rules over one object whose value is `value`.
///
/// # Errors
/// The policy contradicts itself.
pub fn run(
    policy: &Policy,
    waivers: &[Waiver],
    context: Context<'_>,
    subject: Subject<'_>,
    value: Value,
) -> Result<Outcome, PolicyConflict> {
    let mut run = Run {
        policy,
        waivers,
        context,
        subject,
        outcome: Outcome {
            value,
            ..Outcome::default()
        },
        left: false,
    };
    run.phases()?;
    let done = run.outcome.changes.len();
    let said = run.outcome.findings.len();
    if done > 0 {
        run.phases()?;
        if let Some(error) = run.restless(done) {
            return Err(error);
        }
    }
    run.outcome.findings.truncate(said);
    judge::rules(policy, waivers, context, subject, &mut run.outcome);
    Ok(run.outcome)
}

/// Whether any rule may look at an object that makes no pods.
pub fn concerns(policy: &Policy, object: &Object<'_>) -> bool {
    policy
        .rules
        .iter()
        .filter(|rule| rule.on == Root::Object)
        .any(|rule| {
            rule.selectors.iter().all(|selector| {
                let kinds = selector.kinds.as_ref();
                selector.workload != Some(true)
                    && kinds.is_none_or(|kinds| {
                        kinds
                            .iter()
                            .any(|kind| kind.matches(object.api_version, object.kind))
                    })
            })
        })
}

pub(super) struct Run<'e> {
    policy: &'e Policy,
    waivers: &'e [Waiver],
    context: Context<'e>,
    pub(super) subject: Subject<'e>,
    pub(super) outcome: Outcome,
    /// Whether the object was left alone because its template cannot be changed; said once.
    pub(super) left: bool,
}

impl<'e> Run<'e> {
    fn phases(&mut self) -> Result<(), PolicyConflict> {
        [Phase::EnforceAndPatch, Phase::Include, Phase::Default]
            .into_iter()
            .try_for_each(|phase| self.phase(phase))
    }

    fn restless(&self, done: usize) -> Option<PolicyConflict> {
        let again = self
            .outcome
            .changes
            .get(done..)
            .filter(|again| !again.is_empty())?;
        let mut rules: Vec<_> = again
            .iter()
            .map(|change| format!("`{}` ({})", change.rule, change.origin))
            .collect();
        rules.dedup();
        Some(PolicyConflict::Restless {
            object: self.subject.object.to_string(),
            rules: rules.join(" and "),
        })
    }

    fn phase(&mut self, phase: Phase) -> Result<(), PolicyConflict> {
        let rules = self
            .policy
            .rules
            .iter()
            .filter(|rule| phase_of(&rule.verb) == Some(phase));
        let rules: Vec<_> = rules.collect();
        if rules.is_empty() {
            return Ok(());
        }
        let value = self.outcome.value.clone();
        let view = View::new(self.context, self.subject, &value);
        let mut applications = Vec::new();
        for rule in rules {
            self.apply_to_roots(rule, &view, &mut applications);
        }
        let mut pods: Vec<Value> = view.pods.iter().map(|pod| pod.value.clone()).collect();
        let settled = self.settle(&applications, &pods, &view)?;
        for (index, application) in applications.iter().enumerate() {
            let lost = settled.lost.get(&index).map_or(&[][..], Vec::as_slice);
            self.overruled(&applications, index, lost);
            self.execute(application, lost, &view, &mut pods);
        }
        Ok(())
    }

    /// Finds the roots that a rule applies to.
    fn apply_to_roots(
        &mut self,
        rule: &'e ResolvedRule,
        view: &View<'_>,
        out: &mut Vec<Application<'e>>,
    ) {
        if rule.on == Root::Object {
            return self.consider(rule, view, None, None, out);
        }
        for (index, pod) in view.pods.iter().enumerate() {
            if rule.on == Root::Pod {
                self.consider(rule, view, Some((index, pod)), None, out);
                continue;
            }
            for container in pod.pod().containers() {
                self.consider(rule, view, Some((index, pod)), Some(container), out);
            }
        }
    }

    fn consider(
        &mut self,
        rule: &'e ResolvedRule,
        view: &View<'_>,
        pod: Option<(usize, &PodView<'_>)>,
        container: Option<Container<'_>>,
        out: &mut Vec<Application<'e>>,
    ) {
        let target = select::Target {
            view,
            pod: pod.map(|(_, pod)| pod),
            container,
        };
        if !select::selects(rule, &target, self.context) {
            return;
        }
        let name = container.map(|container| container.name().to_owned());
        if self
            .waivers
            .iter()
            .any(|waiver| waiver.covers(&rule.id, self.subject.object, name.as_deref()))
        {
            return;
        }
        let user = container
            .zip(pod)
            .and_then(|(container, (_, pod))| pod.image_user(container, self.context.tables));
        let root = container.map_or_else(Pointer::root, Container::pointer);
        let Some(parts) = parts(rule, root.clone(), user) else {
            return self.no_user(rule, pod.map(|(_, pod)| pod), &root, name);
        };
        let application = Application {
            rule,
            pod: pod.map(|(index, _)| index),
            container: name,
            parts,
        };
        let current = pod.map_or(view.value, |(_, pod)| &pod.value);
        if !application
            .effect(current)
            .iter()
            .any(|steps| !steps.is_empty())
        {
            return;
        }
        if select::leaves_alone(rule, view) {
            return self.leave_alone(rule);
        }
        if self.reachable(&application, current, view) {
            out.push(application);
        }
    }

    /// Whether every step can be made without touching other places of the text; says so where not.
    fn reachable(
        &mut self,
        application: &Application<'_>,
        current: &Value,
        view: &View<'_>,
    ) -> bool {
        for step in application.effect(current).iter().flatten() {
            let refused = match application.placed(step, view) {
                Ok(step) => self
                    .subject
                    .node
                    .shared_at(&step.path)
                    .map(|reason| (reason, step.path)),
                Err(because) => Some((because, step.path.clone())),
            };
            if let Some((reason, path)) = refused {
                let message = format!("`{}` is not applied: {reason}", application.rule.id);
                self.say(
                    "not-applied",
                    Severity::Warning,
                    application.rule,
                    application.container.clone(),
                    path,
                    message,
                );
                return false;
            }
        }
        true
    }

    fn settle(
        &self,
        applications: &[Application<'_>],
        pods: &[Value],
        view: &View<'_>,
    ) -> Result<Settled, PolicyConflict> {
        let wishes: Vec<_> = applications
            .iter()
            .enumerate()
            .map(|(index, application)| {
                let current = application.pod.map_or(view.value, |pod| &pods[pod]);
                let steps = application.effect(current).into_iter().flatten();
                (
                    index,
                    steps
                        .filter_map(|step| application.placed(&step, view).ok())
                        .collect(),
                )
            })
            .collect();
        conflict::settle(&wishes, |index| applications[index].rule.layer).map_err(|clash| {
            let (first, second) = (
                applications[clash.first].rule,
                applications[clash.second].rule,
            );
            PolicyConflict::clash(
                [first, second],
                clash.place,
                self.subject.object.to_string(),
            )
        })
    }

    fn execute(
        &mut self,
        application: &Application<'_>,
        lost: &[(Pointer, usize)],
        view: &View<'_>,
        pods: &mut [Value],
    ) {
        for part in 0..application.parts.len() {
            let current = application
                .pod
                .map_or(&self.outcome.value, |pod| &pods[pod]);
            let steps = application
                .effect(current)
                .into_iter()
                .nth(part)
                .unwrap_or_default();
            for step in steps {
                let Ok(placed) = application.placed(&step, view) else {
                    continue;
                };
                for placed in conflict::keep(vec![placed], lost) {
                    let step = Step {
                        value: placed.value.clone(),
                        ..step.clone()
                    };
                    if let Some(pod) = application.pod {
                        apply(&mut pods[pod], &step);
                    }
                    apply(&mut self.outcome.value, &placed);
                    self.outcome.changes.push(change(
                        application.rule,
                        self.subject.object.index,
                        placed,
                    ));
                }
            }
        }
        if application.pod.is_none() {
            // A rule on the object may have changed its pods.
            for (pod, view) in pods.iter_mut().zip(&view.pods) {
                *pod = view.place.extract(&self.outcome.value).unwrap_or_default();
            }
        }
    }
}

fn phase_of(verb: &Verb) -> Option<Phase> {
    match verb {
        Verb::Enforce(_) | Verb::Patch(_) => Some(Phase::EnforceAndPatch),
        Verb::Include(_) => Some(Phase::Include),
        Verb::Default(_) => Some(Phase::Default),
        Verb::Forbid(_) | Verb::Require(_) => None,
    }
}

fn change(rule: &ResolvedRule, object: usize, step: Step) -> Change {
    Change {
        rule: rule.id.clone(),
        object,
        op: step.op,
        path: step.path,
        before: step.before,
        value: step.value,
        origin: rule.origin.to_string(),
        parameters: rule.parameters.clone(),
    }
}
