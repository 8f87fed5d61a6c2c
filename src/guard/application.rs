//! One rule on one root: what it writes there, and where the object holds that.

use super::Op;
use super::merge::{Merge, Step, steps};
use super::patch::{self, Misfit};
use super::select::Target;
use super::view::{PodView, Subject};
use super::{remove, respell};
use crate::manifest::{Cannot, Container};
use crate::preset::{Blank, PatchStep, Pattern, ResolvedRule, Root, Verb, Written};
use crate::spark::size::Reading;
use crate::yaml::Pointer;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// One rule on one root.
pub(super) struct Application<'e> {
    pub(super) rule: &'e ResolvedRule,
    /// Which pod of the object; `None` for a rule on the object.
    pub(super) pod: Option<usize>,
    /// The name of the container, for rules on containers.
    pub(super) container: Option<String>,
    /// The body at the root, and what goes into the pod with it.
    pub(super) parts: Vec<Part<'e>>,
    /// What it wants of the object as the phase finds it.
    pub(super) wishes: Vec<Step>,
}

/// Why a step cannot be made.
pub(super) enum InTheWay {
    /// The object says the same in other words.
    Said,
    /// For this reason, at this place.
    Here(String, Pointer),
}

/// A body at one place; places are inside the pod, or the object.
pub(super) struct Part<'e> {
    root: Pointer,
    wish: Wish<'e>,
}

enum Wish<'e> {
    Merge(Merge, Cow<'e, Value>),
    /// What makes any of these match.
    Remove(&'e [Pattern]),
    /// A size as it is read.
    Respell(Reading),
    /// Each operation with its value.
    Patch(Vec<(&'e PatchStep, Option<Value>)>),
}

/// What a rule writes of `target`; or what it needs and nobody knows.
pub(super) fn parts<'e>(
    rule: &'e ResolvedRule,
    target: &Target<'_>,
    fill: &dyn Fn(Blank) -> Option<Value>,
) -> Result<Vec<Part<'e>>, Blank> {
    let root = target.root(rule.on);
    let merges = |merge, body: &'e Written| Ok(Wish::Merge(merge, body.to_value(fill)?));
    let (merge, wish) = match &rule.verb {
        Verb::Default(body) => (Merge::Default, merges(Merge::Default, body)?),
        Verb::Enforce(body) => (Merge::Enforce, merges(Merge::Enforce, body)?),
        Verb::Include(body) => (Merge::Include, merges(Merge::Include, body)?),
        Verb::Remove(patterns) => (Merge::Default, Wish::Remove(patterns)),
        Verb::Respell(names) => {
            let places = respell::places(names, target, rule.on, &root).into_iter();
            let part = |(root, reading)| Part {
                root,
                wish: Wish::Respell(reading),
            };
            return Ok(places.map(part).collect());
        }
        Verb::Patch(patch) => {
            let filled = patch.iter().map(|step| {
                let value = step.value.as_ref().map(|body| body.to_value(fill));
                Ok((step, value.transpose()?))
            });
            let filled: Result<_, Blank> = filled.collect();
            (Merge::Default, Wish::Patch(filled?))
        }
        _ => return Ok(Vec::new()),
    };
    if rule.on == Root::Settings {
        return Ok(each_setting(&root, wish));
    }
    let mut parts = vec![Part { root, wish }];
    if let Some(pod) = &rule.pod {
        let wish = Wish::Merge(merge, pod.to_value(fill)?);
        parts.push(Part {
            root: Pointer::root(),
            wish,
        });
    }
    Ok(parts)
}

/// One part for each setting, for each has a place of its own; an empty text sets nothing.
fn each_setting<'e>(root: &Pointer, wish: Wish<'e>) -> Vec<Part<'e>> {
    let Wish::Merge(merge, body) = wish else {
        return Vec::new();
    };
    let Value::Object(settings) = body.into_owned() else {
        return Vec::new();
    };
    let set = settings.into_iter().filter(|(_, value)| value != "");
    let parts = set.map(|(key, value)| Part {
        root: root.child(key),
        wish: Wish::Merge(merge, Cow::Owned(value)),
    });
    parts.collect()
}

/// The fields of a pod's `securityContext` that a container's has, too (Kubernetes v1.37, `core/v1` types).
const OF_CONTAINERS: [&str; 7] = [
    "appArmorProfile",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "windowsOptions",
];

/// The parts with what the object cannot say of the pod said of each container in its stead, where that says nothing yet.
pub(super) fn spread<'e>(parts: Vec<Part<'e>>, pod: &PodView<'_>) -> Vec<Part<'e>> {
    let Some(at) = pod.place.spreads() else {
        return parts;
    };
    let mut out = Vec::new();
    for part in parts {
        let mut body = match part.wish {
            Wish::Merge(merge, body) if part.root.is_empty() => (merge, body.into_owned()),
            _ => {
                out.push(part);
                continue;
            }
        };
        let shared = take(&mut body.1, at);
        if !shared.is_empty() {
            let pod = pod.pod();
            let places = pod.containers().map(Container::pointer);
            out.extend(places.map(|container| Part {
                root: container.child("securityContext"),
                wish: Wish::Merge(Merge::Default, Cow::Owned(shared.clone().into())),
            }));
        }
        let wish = Wish::Merge(body.0, Cow::Owned(body.1));
        out.push(Part { wish, ..part });
    }
    out
}

/// Takes the fields that containers have out of a body.
fn take(body: &mut Value, at: &Pointer) -> Map<String, Value> {
    let own = body.pointer_mut(at.as_str()).and_then(Value::as_object_mut);
    let Some(own) = own else {
        return Map::new();
    };
    let (shared, rest) = std::mem::take(own)
        .into_iter()
        .partition(|(key, _)| OF_CONTAINERS.contains(&key.as_str()));
    *own = rest;
    if own.is_empty()
        && let (Some(above), Some(last)) = (at.parent(), at.last())
        && let Some(above) = body
            .pointer_mut(above.as_str())
            .and_then(Value::as_object_mut)
    {
        above.remove(&*last);
    }
    shared
}

impl Part<'_> {
    /// What is to be done on `current`, or why a patch does not fit.
    pub(super) fn steps(&self, current: &Value) -> Result<Vec<Step>, Misfit> {
        let at = self.root.of(current);
        match &self.wish {
            Wish::Merge(merge, body) => Ok(steps(*merge, body, at, &self.root)),
            Wish::Remove(patterns) => Ok(remove::steps(patterns, at, &self.root)),
            Wish::Respell(reading) => Ok(Vec::from_iter(respell::step(*reading, at, &self.root))),
            Wish::Patch(wanted) => patch::steps(wanted, at.unwrap_or(&Value::Null), &self.root),
        }
    }
}

impl Application<'_> {
    /// A pointer where the object holds it, or why it cannot.
    fn place(&self, pointer: &Pointer, pods: &[PodView<'_>]) -> Result<Pointer, Cannot> {
        match self.pod {
            Some(index) => pods[index].place.resolve(pointer),
            None => Ok(pointer.clone()),
        }
    }

    /// Leaves out the part that a step is of.
    pub(super) fn drop(&mut self, step: &Step) {
        self.parts.retain(|part| part.root != step.path);
    }

    /// A step where the object holds it, or why it cannot.
    pub(super) fn placed(&self, step: &Step, pods: &[PodView<'_>]) -> Result<Step, Cannot> {
        let spelt = |value: &Arc<Value>| match self.pod {
            Some(index) if self.rule.on == Root::Settings => {
                let spelt = pods[index].place.spelt(&step.path, value);
                spelt.map(Arc::new)
            }
            _ => Ok(Arc::clone(value)),
        };
        let before = step.before.as_ref();
        Ok(Step {
            path: self.place(&step.path, pods)?,
            place: self.place(&step.place, pods)?,
            op: step.op,
            value: step.value.as_ref().map(spelt).transpose()?,
            // What its author wrote may be no number at all; that is still what was there.
            before: before.map(|before| spelt(before).unwrap_or_else(|_| Arc::clone(before))),
        })
    }

    /// A step with all that is missing on the way to its place.
    pub(super) fn rooted(&self, step: Step, object: &Value, pods: &[PodView<'_>]) -> Step {
        let place = self.pod.map(|index| &pods[index].place);
        let value = step.value.as_deref();
        let rooted = place
            .zip(value)
            .and_then(|(place, value)| place.rooted(object, &step.path, value));
        let Some((path, value)) = rooted else {
            return step;
        };
        let before = path.of(object).cloned().map(Arc::new);
        Step {
            op: if before.is_some() {
                Op::Replace
            } else {
                Op::Add
            },
            place: path.clone(),
            path,
            value: Some(Arc::new(value)),
            before,
        }
    }

    /// A step where the object holds it, if it can be made without touching other places of the text.
    pub(super) fn reachable(
        &self,
        step: &Step,
        pods: &[PodView<'_>],
        subject: Subject<'_>,
    ) -> Result<Step, InTheWay> {
        let placed = self.placed(step, pods).map_err(|cannot| {
            let pod = self.pod.map(|index| &pods[index].place);
            match cannot.quiet {
                true => InTheWay::Said,
                false => InTheWay::Here(
                    cannot.because,
                    pod.map_or_else(Pointer::root, |pod| pod.shown(&step.path)),
                ),
            }
        })?;
        let Subject { node, object, .. } = subject;
        match node.shared_below(object.above, &placed.path, placed.op.touch()) {
            Some(shared) => Err(InTheWay::Here(shared.reason, placed.path)),
            None => Ok(placed),
        }
    }
}
