//! What may differ between environments, and why.

use super::Released;
use crate::manifest::meaning::{Facet, Fact, Paths};
use crate::manifest::{Image, Quantity};
use crate::pin::on_one_line;
use crate::text::Glob;
use serde_json::Value;
use std::cell::Cell;

/// One sanctioned difference.
#[derive(Clone, Debug)]
pub struct Vary {
    /// Kinds of objects.
    pub kind: Glob,
    /// Names of objects.
    pub name: Glob,
    /// Which facts; without it, whether the object is there at all.
    pub paths: Option<Paths>,
    /// The amounts between which they may differ.
    pub between: Option<[Quantity; 2]>,
    /// Images may differ in their tag and digest.
    pub tag: bool,
    /// Where it is written: `sparkk8s.yaml:12`.
    pub origin: String,
}

/// Whether a sanctioned difference was of use.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Whether any fact or object was selected.
    pub selects: Cell<bool>,
    /// Whether any difference was.
    pub hides: Cell<bool>,
}

impl Vary {
    fn is_about(&self, object: &Released) -> bool {
        self.kind.matches(&object.kind) && self.name.matches(&object.name)
    }

    /// Whether the object may be missing in an environment.
    pub(super) fn lets_be_absent(&self, object: &Released) -> bool {
        self.paths.is_none() && self.is_about(object)
    }

    /// Whether a fact is selected.
    pub(super) fn selects(&self, object: &Released, path: &[&str]) -> bool {
        let paths = self.paths.as_ref();
        paths.is_some_and(|paths| paths.matches(path)) && self.is_about(object)
    }

    /// Whether the values of a selected fact may differ as they do.
    pub(super) fn lets_differ(&self, facts: &[Option<&Fact>]) -> bool {
        let present = || facts.iter().flatten();
        let within = |fact: &&&Fact| {
            let Some([least, most]) = self.between else {
                return true;
            };
            let amount = Quantity::of(&fact.value);
            amount.is_ok_and(|amount| (least.millis()..=most.millis()).contains(&amount.millis()))
        };
        let repository = |fact: &Fact| match fact.value.as_str().map(Image::parse) {
            Some(Ok(image)) => Some((image.registry.map(str::to_owned), image.path().into_owned())),
            _ => None,
        };
        let one_repository = || {
            let mut all = present().map(|fact| repository(fact));
            let first = all.next().flatten();
            first.is_some() && all.all(|other| other == first)
        };
        let is_image = || present().all(|fact| fact.facet == Facet::Images);
        let bounded = self.between.is_none() || facts.iter().all(Option::is_some);
        bounded
            && present().all(|fact| within(&fact))
            && (!self.tag || is_image() && one_repository())
    }

    /// Whether it leaves nothing that could not differ.
    pub fn is_everything(&self) -> bool {
        let any = |glob: &Glob| {
            glob.matches("Deployment") && glob.matches("ConfigMap") && glob.matches("x-y")
        };
        // All of either is all that most objects say.
        let all = |paths: &Paths| {
            let places = [["data", "x"].as_slice(), &["spec", "a", "b", "c"]];
            places.iter().any(|path| paths.matches(path))
        };
        any(&self.kind)
            && any(&self.name)
            && self.between.is_none()
            && !self.tag
            && self.paths.as_ref().is_none_or(all)
    }
}

/// A value for people.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.lines().count() > 1 => {
            format!("a text of {} lines", text.lines().count())
        }
        Value::String(text) => on_one_line(text),
        other => other.to_string(),
    }
}
