//! One rule on one root: what it writes there, and where the object holds that.

use super::merge::{Merge, Step, steps};
use super::patch;
use super::view::PodView;
use crate::preset::{Blank, Body, PatchStep, ResolvedRule, Verb};
use crate::yaml::Pointer;
use serde_json::Value;

/// One rule on one root.
pub(super) struct Application<'e> {
    pub(super) rule: &'e ResolvedRule,
    /// Which pod of the object; `None` for a rule on the object.
    pub(super) pod: Option<usize>,
    /// The name of the container, for rules on containers.
    pub(super) container: Option<String>,
    /// The body at the root, and what goes into the pod with it.
    pub(super) parts: Vec<Part>,
    /// What it wants of the object as the phase finds it.
    pub(super) wishes: Vec<Step>,
}

/// A body at one place; places are inside the pod, or the object.
pub(super) struct Part {
    root: Pointer,
    wish: Wish,
}

enum Wish {
    Merge(Merge, Value),
    /// Each operation with its value.
    Patch(Vec<(PatchStep, Option<Value>)>),
}

/// What a rule writes at `root`; or what it needs and nobody knows.
pub(super) fn parts(
    rule: &ResolvedRule,
    root: Pointer,
    fill: &dyn Fn(Blank) -> Option<Value>,
) -> Result<Vec<Part>, Blank> {
    let body = |body: &Body| body.to_value(fill);
    let (merge, wish) = match &rule.verb {
        Verb::Default(value) => (Merge::Default, Wish::Merge(Merge::Default, body(value)?)),
        Verb::Enforce(value) => (Merge::Enforce, Wish::Merge(Merge::Enforce, body(value)?)),
        Verb::Include(value) => (Merge::Include, Wish::Merge(Merge::Include, body(value)?)),
        Verb::Patch(patch) => {
            let filled = patch.iter().map(|step| {
                let value = step.value.as_ref().map(body).transpose()?;
                Ok((step.clone(), value))
            });
            let filled: Result<_, Blank> = filled.collect();
            (Merge::Default, Wish::Patch(filled?))
        }
        Verb::Forbid(_) | Verb::Require(_) => return Ok(Vec::new()),
    };
    let mut parts = vec![Part { root, wish }];
    if let Some(pod) = &rule.pod {
        let wish = Wish::Merge(merge, body(pod)?);
        parts.push(Part {
            root: Pointer::root(),
            wish,
        });
    }
    Ok(parts)
}

impl Application<'_> {
    /// The steps of each part on `current`; all or none: a patch that does not fit stops the whole application.
    pub(super) fn effect(&self, current: &Value) -> Vec<Vec<Step>> {
        let mut effects = Vec::new();
        for part in &self.parts {
            let at = part.root.of(current);
            let steps = match &part.wish {
                Wish::Merge(merge, body) => Some(steps(*merge, body, at, &part.root)),
                Wish::Patch(wanted) => at.and_then(|at| patch::steps(wanted, at, &part.root)),
            };
            match steps {
                Some(steps) => effects.push(steps),
                None => return Vec::new(),
            }
        }
        effects
    }

    /// A step where the object holds it, or why it cannot.
    pub(super) fn placed(&self, step: &Step, pods: &[PodView<'_>]) -> Result<Step, String> {
        let Some(index) = self.pod else {
            return Ok(step.clone());
        };
        let place = pods[index].place;
        let resolve = |pointer: &Pointer| place.resolve(pointer).map_err(|cannot| cannot.because);
        Ok(Step {
            path: resolve(&step.path)?,
            place: resolve(&step.place)?,
            ..step.clone()
        })
    }
}
