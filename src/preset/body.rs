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
}

impl Written {
    pub(super) fn new(body: Body) -> Self {
        Self {
            constant: body.to_value(None),
            body,
        }
    }

    /// As [`Body::to_value`].
    pub fn to_value(&self, image_user: Option<i64>) -> Option<Cow<'_, Value>> {
        match &self.constant {
            Some(value) => Some(Cow::Borrowed(value)),
            None => self.body.to_value(image_user).map(Cow::Owned),
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
    /// `{$imageUser: true}`: the uid that the container's image family runs as. A rule that needs it where it is not
    /// known does not apply, and says so. Only rules `on: container` have it.
    ImageUser,
}

impl Body {
    /// The value for a container whose image runs as `image_user`; `None` where the body needs that and it is not known.
    pub fn to_value(&self, image_user: Option<i64>) -> Option<Value> {
        Some(match &self.value {
            BodyValue::Null => Value::Null,
            BodyValue::Bool(value) => Value::Bool(*value),
            BodyValue::Number(value) => Value::Number(value.clone()),
            BodyValue::Text(text) => Value::String(text.clone()),
            BodyValue::ImageUser => image_user?.into(),
            BodyValue::List(items) => {
                let items = items.iter().map(|item| item.to_value(image_user));
                Value::Array(items.collect::<Option<_>>()?)
            }
            BodyValue::Map(entries) => {
                let pair = |(key, body): &(String, Self)| {
                    body.to_value(image_user).map(|value| (key.clone(), value))
                };
                Value::Object(entries.iter().map(pair).collect::<Option<Map<_, _>>>()?)
            }
        })
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
        match self.directive(draft)? {
            Some(Directive::Parameter(name, setting)) => return Ok(self.set(name, setting)),
            Some(Directive::Policy) => return Ok(here(BodyValue::Text(self.mark.to_owned()))),
            Some(Directive::ImageUser) if on == Root::Container => {
                return Ok(here(BodyValue::ImageUser));
            }
            Some(Directive::ImageUser) => {
                let message = format!("`$imageUser` is of a container, and the rule is `on: {on}`");
                return Err(self.at(draft.span).error(message));
            }
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

    fn set(&self, name: &str, setting: &Setting) -> Body {
        Body {
            origin: setting.origin.clone(),
            parameter: Some(format!("{}.{name}", self.preset)),
            value: BodyValue::scalar(&setting.value),
        }
    }
}
