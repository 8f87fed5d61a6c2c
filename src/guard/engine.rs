//! Rules over one object, phase by phase: each phase sees the result of the one before, the wishes of one phase are
//! settled among each other, and a second run must find nothing left to do.

use super::application::{Application, InTheWay, parts, spread};
use super::conflict::{self, Settled};
use super::error::PolicyConflict;
use super::merge::{apply, set};
use super::select::{self, Target};
use super::view::{Context, PodView, Subject, Traits, View};
use super::waiver::Waivers;
use super::{Change, Finding, Json, judge};
use crate::manifest::MAIN_CONTAINER;
use crate::preset::{Policy, ResolvedRule, Root, Verb};
use crate::yaml::Pointer;
use serde_json::Value;

/// What rules did to one object, and what they have to say about it.
#[derive(Debug)]
pub struct Outcome<'o> {
    /// The object afterwards.
    pub value: Value,
    /// Its pods afterwards.
    pub pods: Vec<PodView<'o>>,
    /// What its author says of it as a whole.
    pub traits: Traits,
    /// Operations, in order.
    pub changes: Vec<Change>,
    /// What rules have to say.
    pub findings: Vec<Finding>,
    /// The rules, by their number, that ask for such an object in the stream.
    pub meets: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    EnforceAndPatch,
    Include,
    Default,
    /// Also what the others have written.
    Respell,
    /// What stands for all that the others have made.
    Digest,
}

/// Runs all rules over one object whose value is `value`.
///
/// # Errors
/// The policy contradicts itself.
pub fn run<'r>(
    policy: &'r Policy,
    waivers: &'r Waivers<'r>,
    context: Context<'r>,
    subject: Subject<'r>,
    value: Value,
) -> Result<Outcome<'r>, PolicyConflict> {
    let mut outcome = Outcome {
        pods: PodView::all(context, subject, &value),
        traits: Traits::of(subject, &value),
        value,
        changes: Vec::new(),
        findings: Vec::new(),
        meets: Vec::new(),
    };
    if outcome.value["sops"]["mac"].is_string() {
        // Its checksum covers the whole text: whatever is changed, `sops` no longer takes it. It can still be refused.
        judge::rules(policy, waivers, context, subject, &mut outcome);
        return Ok(outcome);
    }
    let mut run = Run {
        policy,
        waivers,
        context,
        subject,
        outcome,
        left: Vec::new(),
    };
    run.phases()?;
    run.say_left_alone();
    run.say_unpinned();
    run.say_starts_again();
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

pub(super) struct Run<'e> {
    pub(super) policy: &'e Policy,
    waivers: &'e Waivers<'e>,
    pub(super) context: Context<'e>,
    pub(super) subject: Subject<'e>,
    pub(super) outcome: Outcome<'e>,
    /// The rules that left the object alone because its template cannot be changed.
    pub(super) left: Vec<&'e ResolvedRule>,
}

impl<'e> Run<'e> {
    fn phases(&mut self) -> Result<(), PolicyConflict> {
        let phases = [
            Phase::EnforceAndPatch,
            Phase::Include,
            Phase::Default,
            Phase::Respell,
            Phase::Digest,
        ];
        phases.into_iter().try_for_each(|phase| self.phase(phase))
    }

    fn restless(&self, done: usize) -> Option<PolicyConflict> {
        let again = self
            .outcome
            .changes
            .get(done..)
            .filter(|again| !again.is_empty())?;
        let rules = again.iter().map(|change| &*change.done.rule);
        let object = self.subject.object.to_string();
        Some(PolicyConflict::restless(rules, object))
    }

    fn phase(&mut self, phase: Phase) -> Result<(), PolicyConflict> {
        let rules = self
            .policy
            .rules
            .iter()
            .filter(|rule| phase_of(&rule.verb) == Some(phase));
        // The view borrows what the applications then change.
        let value = std::mem::take(&mut self.outcome.value);
        let mut pods = std::mem::take(&mut self.outcome.pods);
        let view = View {
            subject: self.subject,
            traits: self.outcome.traits,
            value: &value,
            pods: &pods,
        };
        let mut applications = Vec::new();
        for rule in rules {
            self.apply_to_roots(rule, view, &mut applications);
        }
        let settled = self.settle(&applications);
        self.outcome.value = value;
        let settled = settled?;
        let before = self.outcome.changes.len();
        for (index, application) in applications.iter().enumerate() {
            let lost = settled.lost.get(&index).map_or(&[][..], Vec::as_slice);
            self.overruled(&applications, index, lost);
            self.execute(application, lost, &mut pods);
        }
        self.outcome.pods = pods;
        self.look_again(before);
        Ok(())
    }

    /// Takes in what the changes from `from` on have made of the object.
    fn look_again(&mut self, from: usize) {
        let changes = &self.outcome.changes[from..];
        if changes.is_empty() {
            return;
        }
        self.outcome.traits = Traits::of(self.subject, &self.outcome.value);
        if changes.iter().any(tells) {
            self.outcome.pods = PodView::all(self.context, self.subject, &self.outcome.value);
            return;
        }
        for pod in &mut self.outcome.pods {
            pod.look_again(self.context);
        }
    }

    /// Finds the roots that a rule applies to.
    fn apply_to_roots(
        &mut self,
        rule: &'e ResolvedRule,
        view: View<'_>,
        out: &mut Vec<Application<'e>>,
    ) {
        if rule.on == Root::Object {
            if self.subject.within.is_some() {
                return;
            }
            return self.consider(
                rule,
                Target {
                    view: &view,
                    pod: None,
                    container: None,
                },
                None,
                out,
            );
        }
        for (index, pod) in view.pods.iter().enumerate() {
            let target = Target {
                view: &view,
                pod: Some(pod),
                container: None,
            };
            if rule.on == Root::Settings && pod.place.settings().is_none() {
                continue;
            }
            if rule.on != Root::Container {
                self.consider(rule, target, Some(index), out);
                continue;
            }
            for container in pod.pod().containers().enumerate() {
                self.consider(
                    rule,
                    Target {
                        container: Some(container),
                        ..target
                    },
                    Some(index),
                    out,
                );
            }
        }
    }

    pub(super) fn is_waived(&self, rule: &ResolvedRule, container: Option<&str>) -> bool {
        let place = (self.subject.object, self.subject.node);
        self.waivers.find(&rule.id, place, container).is_some()
    }

    fn consider(
        &mut self,
        rule: &'e ResolvedRule,
        target: Target<'_>,
        pod: Option<usize>,
        out: &mut Vec<Application<'e>>,
    ) {
        if !select::selects(rule, &target, self.context) {
            return;
        }
        let name = target.container.map(|(_, container)| container.name());
        if self.is_waived(rule, name) {
            return;
        }
        let root = || target.root(rule.on);
        let parts = match parts(rule, &target, &|blank| target.fill(blank, self.context)) {
            Ok(parts) => parts,
            Err(blank) => {
                let name = name.map(str::to_owned);
                return self.nothing_known(rule, blank, target.pod, &root(), name);
            }
        };
        let parts = match target.pod {
            Some(pod) => spread(parts, pod),
            None => parts,
        };
        let current = target.pod.map_or(target.view.value, |pod| &pod.value);
        let steps: Result<Vec<_>, _> = parts.iter().map(|part| part.steps(current)).collect();
        let steps = match steps {
            Ok(steps) => steps,
            Err(misfit) => {
                let name = name.map(str::to_owned);
                return self.no_fit(rule, misfit, target.pod, &root(), name);
            }
        };
        // What goes into the pod goes along with a change of the container.
        let counts = if rule.pod.is_some() { 1 } else { steps.len() };
        if steps.iter().take(counts).all(Vec::is_empty) {
            return;
        }
        let mut application = Application {
            rule,
            pod,
            container: name.map(str::to_owned),
            parts,
            wishes: Vec::new(),
        };
        if select::leaves_alone(rule, target.view) {
            return self.left.push(rule);
        }
        for step in steps.concat() {
            match application.reachable(&step, target.view.pods, self.subject) {
                Ok(placed) => application.wishes.push(placed),
                // Settings are many things, and each has a place of its own.
                Err(in_the_way) if rule.on == Root::Settings => {
                    application.drop(&step);
                    if let InTheWay::Here(reason, path) = in_the_way {
                        self.not_applied(&application, path, &reason);
                    }
                }
                Err(InTheWay::Said) => return,
                Err(InTheWay::Here(reason, path)) => {
                    return self.not_applied(&application, path, &reason);
                }
            }
        }
        out.push(application);
    }

    fn settle(&self, applications: &[Application<'_>]) -> Result<Settled, PolicyConflict> {
        let wishes = applications
            .iter()
            .map(|application| application.wishes.as_slice());
        conflict::settle(wishes, |index| applications[index].rule.layer).map_err(|clash| {
            let rules = [
                applications[clash.first].rule,
                applications[clash.second].rule,
            ];
            PolicyConflict::clash(rules, clash.place, self.subject.object.to_string())
        })
    }

    /// Makes the steps of an application, found anew: others may have made the parents of what it writes.
    fn execute(
        &mut self,
        application: &Application<'_>,
        lost: &[(Pointer, usize)],
        pods: &mut [PodView<'_>],
    ) {
        let before = self.outcome.changes.len();
        for part in &application.parts {
            let current = application
                .pod
                .map_or(&self.outcome.value, |pod| &pods[pod].value);
            for step in part.steps(current).unwrap_or_default() {
                let Ok(placed) = application.placed(&step, pods) else {
                    continue;
                };
                if let Some(placed) = conflict::keep(placed, lost) {
                    // The pod has, as it were, what the object lacks on the way.
                    let inner = placed.value.clone();
                    let placed = application.rooted(placed, &self.outcome.value, pods);
                    // What a nearer rule decided may leave no place for it.
                    if !apply(&mut self.outcome.value, &placed) {
                        continue;
                    }
                    if let Some(pod) = application.pod {
                        set(&mut pods[pod].value, step.op, &step.path, inner.as_deref());
                    }
                    let index = self.subject.object.index;
                    self.outcome
                        .changes
                        .push(Change::new(&application.rule.label, index, placed));
                }
            }
        }
        // A rule on the object may have changed its pods, and one on a pod another that shares a place with it.
        let made = &self.outcome.changes[before..];
        for (index, pod) in pods.iter_mut().enumerate() {
            if application.pod != Some(index)
                && made.iter().any(|change| pod.place.meets(&change.done.path))
            {
                pod.value = pod.place.extract(&self.outcome.value).unwrap_or_default();
            }
        }
    }
}

/// Whether a change may be one of what selectors go by, beyond users: what containers run, their images, ports, labels.
fn tells(change: &Change) -> bool {
    let path = &change.done.path;
    let stands_in = |names: &[&str]| path.segments().any(|segment| names.contains(&&*segment));
    // Of annotations, one alone says something of the pod.
    let names_main = || {
        let value = change.done.value.as_ref().map(Json::value);
        path.last().as_deref() == Some(MAIN_CONTAINER)
            || value.is_some_and(|value| value.get(MAIN_CONTAINER).is_some())
    };
    !stands_in(&["securityContext", "resources"]) && (!stands_in(&["annotations"]) || names_main())
}

fn phase_of(verb: &Verb) -> Option<Phase> {
    match verb {
        _ if verb.digest().is_some() => Some(Phase::Digest),
        Verb::Enforce(_) | Verb::Remove(_) | Verb::Patch(_) => Some(Phase::EnforceAndPatch),
        Verb::Include(_) => Some(Phase::Include),
        Verb::Default(_) => Some(Phase::Default),
        Verb::Respell(_) => Some(Phase::Respell),
        _ => None,
    }
}
