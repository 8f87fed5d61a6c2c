//! What a rule writes: a tree of values with the place that each came from, parameters put in.

use super::parameter::Setting;
use super::scope::{Directive, Scope};
use super::{Draft, Origin, PolicyError, Root, Shape};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// A body with its value, where that is one for all containers: rules are tried far more often than they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// As its author has it.
    pub body: Body,
    constant: Option<Value>,
    /// What it writes of all that the pod reads.
    digest: Option<Blank>,
}

impl Written {
    pub(super) fn new(body: Body) -> Self {
        Self {
            constant: body.to_value(&|_| None).ok(),
            digest: body.digest(),
            body,
        }
    }

    /// The digest that it writes: then it comes last.
    pub fn digest(&self) -> Option<Blank> {
        self.digest
    }

    /// As [`Body::to_value`].
    pub fn to_value(&self, fill: &dyn Fn(Blank) -> Option<Value>) -> Result<Cow<'_, Value>, Blank> {
        match &self.constant {
            Some(value) => Ok(Cow::Borrowed(value)),
            None => self.body.to_value(fill).map(Cow::Owned),
        }
    }
}

/// A value that a rule writes. No parameter is left in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Who set it: a line of the rule, or of whoever chose the parameter.
    pub origin: Origin,
    /// The parameter that it came from, as `preset.name`.
    pub parameter: Option<String>,
    /// What it is.
    pub value: BodyValue,
}

/// What a [`Body`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyValue {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Body>),
    /// A mapping, in the author's order.
    Map(Vec<(String, Body)>),
    /// Something of the pod or the container that the rule is tried on. A rule that needs it where it is not known does
    /// not apply, and says so.
    Blank(Blank),
}

/// What a rule may write of the pod or the container that it is tried on, as `{$word: true}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// `$configDigest`: over all that the pod reads of `ConfigMap`s and Secrets; with `live` also over data that its process
    /// reads again while it runs. A rule that writes it comes after all others.
    ConfigDigest {
        /// `$configDigestWithLive`.
        live: bool,
    },
    /// `$imageWithDigest`: the container's image with the digest of its tag, where somebody looked that up. Only rules
    /// `on: container` have it.
    ImageWithDigest,
    /// `$imageUser`: the uid that the container's image family runs as. Only rules `on: container` have it.
    ImageUser,
    /// `$imageTag`: the tag of the image of the container, of a pod that of the one it is for. No digest, nor `latest`.
    ImageTag,
    /// `$namespace`: the namespace that the object names.
    Namespace,
    /// `$role`: what the workload is.
    Role,
    /// `$uiPort`: where the web interface of the pod's role listens, by its configuration; a text.
    UiPort,
}

impl Blank {
    /// Each with its word.
    pub const ALL: [(&'static str, Self); 8] = [
        ("$configDigest", Self::ConfigDigest { live: false }),
        ("$configDigestWithLive", Self::ConfigDigest { live: true }),
        ("$imageTag", Self::ImageTag),
        ("$imageUser", Self::ImageUser),
        ("$imageWithDigest", Self::ImageWithDigest),
        ("$namespace", Self::Namespace),
        ("$role", Self::Role),
        ("$uiPort", Self::UiPort),
    ];

    /// As presets write it.
    pub fn word(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, blank)| *blank == self)
            .map_or("", |(word, _)| word)
    }
}

impl Body {
    /// The value with its blanks filled in; or the first blank that nobody can fill in.
    pub fn to_value(&self, fill: &dyn Fn(Blank) -> Option<Value>) -> Result<Value, Blank> {
        Ok(match &self.value {
            BodyValue::Null => Value::Null,
            BodyValue::Bool(value) => Value::Bool(*value),
            BodyValue::Number(value) => Value::Number(value.clone()),
            BodyValue::Text(text) => Value::String(text.clone()),
            BodyValue::Blank(blank) => fill(*blank).ok_or(*blank)?,
            BodyValue::List(items) => {
                let items = items.iter().map(|item| item.to_value(fill));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            BodyValue::Map(entries) => {
                let pair = |(key, body): &(String, Self)| {
                    body.to_value(fill).map(|value| (key.clone(), value))
                };
                let map: Result<Map<_, _>, _> = entries.iter().map(pair).collect();
                Value::Object(map?)
            }
        })
    }
}

impl Body {
    /// The digest that is a part of it.
    pub fn digest(&self) -> Option<Blank> {
        self.blank(|blank| matches!(blank, Blank::ConfigDigest { .. }))
    }

    /// The first blank in it of those that are looked for.
    pub fn blank(&self, is_sought: fn(Blank) -> bool) -> Option<Blank> {
        let of = |body: &Self| body.blank(is_sought);
        match &self.value {
            BodyValue::Blank(blank) => Some(*blank).filter(|blank| is_sought(*blank)),
            BodyValue::List(items) => items.iter().find_map(of),
            BodyValue::Map(entries) => entries.iter().find_map(|(_, body)| of(body)),
            _ => None,
        }
    }
}

impl BodyValue {
    fn scalar(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(value) => Self::Number(value.clone()),
            Value::String(text) => Self::Text(text.clone()),
            // Parameters hold nothing else.
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Null,
        }
    }
}

impl Scope<'_> {
    /// The value that a rule `on` that root writes.
    pub(super) fn body(&self, draft: &Draft, on: Root) -> Result<Body, PolicyError> {
        let here = |value| Body {
            origin: self.at(draft.span),
            parameter: None,
            value,
        };
        if let Some(cases) = self.cases(draft)? {
            return self.chosen(draft, &cases, on);
        }
        match self.directive(draft)? {
            Some(Directive::Parameter(name, setting)) => return Ok(self.set(name, setting)),
            Some(Directive::Policy) => return Ok(here(BodyValue::Text(self.mark.to_owned()))),
            Some(Directive::Blank(blank @ Blank::ConfigDigest { .. }))
                if matches!(on, Root::Container | Root::Settings) =>
            {
                let message = format!("`{}` is of a pod, and the rule is `on: {on}`", blank.word());
                return Err(self.at(draft.span).error(message));
            }
            Some(Directive::Blank(blank @ (Blank::ImageUser | Blank::ImageWithDigest)))
                if on != Root::Container =>
            {
                let message = format!(
                    "`{}` is of a container, and the rule is `on: {on}`",
                    blank.word()
                );
                return Err(self.at(draft.span).error(message));
            }
            Some(Directive::Blank(blank)) => return Ok(here(BodyValue::Blank(blank))),
            None => {}
        }
        Ok(here(match &draft.shape {
            Shape::Null => BodyValue::Null,
            Shape::Bool(value) => BodyValue::Bool(*value),
            Shape::Number(value) => BodyValue::Number(value.clone()),
            Shape::Text(text) => BodyValue::Text(text.clone()),
            Shape::List(items) => {
                let items = items.iter().map(|item| self.body(item, on));
                BodyValue::List(items.collect::<Result<_, _>>()?)
            }
            Shape::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((key.value.clone(), self.body(value, on)?)));
                BodyValue::Map(entries.collect::<Result<_, PolicyError>>()?)
            }
        }))
    }

    /// The case that counts; the others are judged as well.
    fn chosen(
        &self,
        draft: &Draft,
        cases: &[(&Draft, bool)],
        on: Root,
    ) -> Result<Body, PolicyError> {
        let mut chosen = None;
        for (case, counts) in cases {
            let body = self.body(case, on)?;
            if *counts {
                chosen = Some(body);
            }
        }
        // Choices are all there are.
        chosen.ok_or_else(|| self.at(draft.span).error("no case holds"))
    }

    fn set(&self, name: &str, setting: &Setting) -> Body {
        Body {
            origin: setting.origin.clone(),
            parameter: Some(format!("{}.{name}", self.preset)),
            value: BodyValue::scalar(&setting.value),
        }
    }
}
