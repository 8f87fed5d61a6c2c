//! One rule on one root: what it writes there, and where the object holds that.

use super::merge::{Merge, Step, steps};
use super::patch::{self, Misfit};
use super::view::PodView;
use crate::preset::{Body, PatchStep, ResolvedRule, Verb};
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
    /// The uid of the container's image goes with it.
    Patch(Vec<PatchStep>, Option<i64>),
}

/// What a rule writes at `root`; `None` where it needs the uid of an image that nobody knows.
pub(super) fn parts(rule: &ResolvedRule, root: Pointer, user: Option<i64>) -> Option<Vec<Part>> {
    let body = |body: &Body| body.to_value(user);
    let (merge, wish) = match &rule.verb {
        Verb::Default(value) => (Merge::Default, Wish::Merge(Merge::Default, body(value)?)),
        Verb::Enforce(value) => (Merge::Enforce, Wish::Merge(Merge::Enforce, body(value)?)),
        Verb::Include(value) => (Merge::Include, Wish::Merge(Merge::Include, body(value)?)),
        Verb::Patch(patch) => {
            let bodies = patch.iter().filter_map(|step| step.value.as_ref());
            for value in bodies {
                body(value)?;
            }
            (Merge::Default, Wish::Patch(patch.clone(), user))
        }
        Verb::Forbid(_) | Verb::Require(_) => return Some(Vec::new()),
    };
    let mut parts = vec![Part { root, wish }];
    if let Some(pod) = &rule.pod {
        let wish = Wish::Merge(merge, body(pod)?);
        parts.push(Part {
            root: Pointer::root(),
            wish,
        });
    }
    Some(parts)
}

impl Application<'_> {
    /// The steps of each part on `current`; all or none: a patch that does not fit stops the whole application.
    pub(super) fn effect(&self, current: &Value) -> Result<Vec<Vec<Step>>, Misfit> {
        let effect = |part: &Part| {
            let at = part.root.of(current);
            match &part.wish {
                Wish::Merge(merge, body) => Ok(steps(*merge, body, at, &part.root)),
                Wish::Patch(wanted, user) => {
                    patch::steps(wanted, *user, at.unwrap_or(&Value::Null), &part.root)
                }
            }
        };
        self.parts.iter().map(effect).collect()
    }

    /// A pointer where the object holds it, or why it cannot.
    pub(super) fn place(&self, pointer: &Pointer, pods: &[PodView<'_>]) -> Result<Pointer, String> {
        match self.pod {
            Some(index) => {
                let place = pods[index].place.resolve(pointer);
                place.map_err(|cannot| cannot.because)
            }
            None => Ok(pointer.clone()),
        }
    }

    /// A step where the object holds it, or why it cannot.
    pub(super) fn placed(&self, step: &Step, pods: &[PodView<'_>]) -> Result<Step, String> {
        Ok(Step {
            path: self.place(&step.path, pods)?,
            place: self.place(&step.place, pods)?,
            ..step.clone()
        })
    }
}
