//! Rules over one object, phase by phase: each phase sees the result of the one before, the wishes of one phase are
//! settled among each other, and a second run must find nothing left to do.

use super::conflict::{self, Settled};
use super::merge::{Merge, Step, apply, steps};
use super::view::{Context, PodView, Subject, View};
use super::waiver::Waiver;
use super::{Change, Finding, judge, patch, select};
use crate::manifest::{Container, Object};
use crate::preset::{Body, PatchStep, Policy, ResolvedRule, Root, Severity, Verb};
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

/// The policy contradicts itself.
#[derive(Debug, thiserror::Error)]
pub enum PolicyConflict {
    /// Two rules of one layer want different values in one place.
    #[error(
        "`{first}` ({first_origin}) and `{second}` ({second_origin}) want different values at `{place}` of `{object}`"
    )]
    Clash {
        /// The rule that comes first.
        first: String,
        /// Its file and line.
        first_origin: String,
        /// The other rule.
        second: String,
        /// Its file and line.
        second_origin: String,
        /// Where they meet.
        place: Pointer,
        /// The object.
        object: String,
    },
    /// A second run would change the result of the first.
    #[error(
        "the rules do not come to rest on `{object}`: run once more, {rules} would change it again"
    )]
    Restless {
        /// The object.
        object: String,
        /// The rules that would do more, each with its file and line.
        rules: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    EnforceAndPatch,
    Include,
    Default,
}

/// One rule on one root.
struct Application<'e> {
    rule: &'e ResolvedRule,
    /// Which pod of the object; `None` for a rule on the object.
    pod: Option<usize>,
    /// The name of the container, for rules on containers.
    container: Option<String>,
    parts: Vec<Part>,
}

/// A body at one place; places are inside the pod, or the object.
struct Part {
    root: Pointer,
    wish: Wish,
}

enum Wish {
    Merge(Merge, Value),
    Patch(Vec<PatchStep>, Option<i64>),
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

struct Run<'e> {
    policy: &'e Policy,
    waivers: &'e [Waiver],
    context: Context<'e>,
    subject: Subject<'e>,
    outcome: Outcome,
    /// Whether the object was left alone because its template cannot be changed; said once.
    left: bool,
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
        let Some(parts) = self.parts(rule, root.clone(), user) else {
            return self.no_user(rule, pod.map(|(_, pod)| pod), &root, name);
        };
        let application = Application {
            rule,
            pod: pod.map(|(index, _)| index),
            container: name,
            parts,
        };
        let current = pod.map_or(view.value, |(_, pod)| &pod.value);
        if !self
            .effect(&application, current)
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

    fn parts(&self, rule: &ResolvedRule, root: Pointer, user: Option<i64>) -> Option<Vec<Part>> {
        let body = |body: &Body| body.to_value(user);
        let (merge, wish) = match &rule.verb {
            Verb::Default(value) => (Merge::Default, Wish::Merge(Merge::Default, body(value)?)),
            Verb::Enforce(value) => (Merge::Enforce, Wish::Merge(Merge::Enforce, body(value)?)),
            Verb::Include(value) => (Merge::Include, Wish::Merge(Merge::Include, body(value)?)),
            Verb::Patch(patch) => (Merge::Default, Wish::Patch(patch.clone(), user)),
            Verb::Forbid(_) | Verb::Require(_) => return Some(Vec::new()),
        };
        let mut parts = vec![Part { root, wish }];
        if let Some(pod) = &rule.pod {
            parts.push(Part {
                root: Pointer::root(),
                wish: Wish::Merge(merge, body(pod)?),
            });
        }
        Some(parts)
    }

    /// The steps of each part on `current`; all or none: a patch that does not fit stops the whole application.
    fn effect(&self, application: &Application<'_>, current: &Value) -> Vec<Vec<Step>> {
        let mut effects = Vec::new();
        for part in &application.parts {
            let at = part.root.of(current);
            match &part.wish {
                Wish::Merge(merge, body) => effects.push(steps(*merge, body, at, &part.root)),
                Wish::Patch(wanted, user) => {
                    match at.and_then(|at| patch::steps(wanted, *user, at, &part.root)) {
                        Some(steps) => effects.push(steps),
                        None => return Vec::new(),
                    }
                }
            }
        }
        effects
    }

    /// The step where the object holds it, or why it cannot.
    fn placed(
        &self,
        application: &Application<'_>,
        step: &Step,
        view: &View<'_>,
    ) -> Result<Step, String> {
        let Some(index) = application.pod else {
            return Ok(step.clone());
        };
        let place = view.pods[index].place;
        let resolve = |pointer: &Pointer| place.resolve(pointer).map_err(|cannot| cannot.because);
        Ok(Step {
            path: resolve(&step.path)?,
            place: resolve(&step.place)?,
            ..step.clone()
        })
    }

    /// Whether every step can be made without touching other places of the text; says so where not.
    fn reachable(
        &mut self,
        application: &Application<'_>,
        current: &Value,
        view: &View<'_>,
    ) -> bool {
        for step in self.effect(application, current).iter().flatten() {
            let refused = match self.placed(application, step, view) {
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
                let steps = self.effect(application, current).into_iter().flatten();
                (
                    index,
                    steps
                        .filter_map(|step| self.placed(application, &step, view).ok())
                        .collect(),
                )
            })
            .collect();
        conflict::settle(&wishes, |index| applications[index].rule.layer).map_err(|clash| {
            let (first, second) = (
                applications[clash.first].rule,
                applications[clash.second].rule,
            );
            PolicyConflict::Clash {
                first: first.id.clone(),
                first_origin: first.origin.to_string(),
                second: second.id.clone(),
                second_origin: second.origin.to_string(),
                place: clash.place,
                object: self.subject.object.to_string(),
            }
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
            let steps = self
                .effect(application, current)
                .into_iter()
                .nth(part)
                .unwrap_or_default();
            for step in steps {
                let Ok(placed) = self.placed(application, &step, view) else {
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

    fn overruled(
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

    fn no_user(
        &mut self,
        rule: &ResolvedRule,
        pod: Option<&PodView<'_>>,
        root: &Pointer,
        container: Option<String>,
    ) {
        let message = format!(
            "`{}` is not applied: nothing says which user its image runs as",
            rule.id
        );
        let path = pod
            .and_then(|pod| pod.place.resolve(root).ok())
            .unwrap_or_default();
        self.say(
            "user-unknown",
            Severity::Warning,
            rule,
            container,
            path,
            message,
        );
    }

    fn leave_alone(&mut self, rule: &ResolvedRule) {
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
            finding.help = Some("let Helm make it anew (hook with `before-hook-creation`), or set the parameter `jobs=guard`".into());
        }
    }

    fn say(
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
            needed_by: Some(rule.origin.to_string()),
            waived: None,
        });
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
