//! A value as a policy file has it: any shape, each part with its place, parameters not yet put in.

use crate::text::{Span, shortened};
use crate::yaml::Spanned;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::Number;
use std::fmt;

/// A value and its bytes in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Where it stands.
    pub span: Span,
    /// What stands there.
    pub shape: Shape,
}

/// What a [`Draft`] is. `{$parameter: name}` and its like are maps here still.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Draft>),
    /// A mapping, in the author's order.
    Map(Vec<(Spanned<String>, Draft)>),
}

impl Draft {
    /// For "found …": what it is, and for scalars its value.
    pub fn describe(&self) -> String {
        match &self.shape {
            Shape::Null => "nothing".into(),
            Shape::Bool(value) => format!("boolean `{value}`"),
            Shape::Number(value) => format!("number `{value}`"),
            Shape::Text(text) => format!("text `{}`", shortened(text)),
            Shape::List(_) => "a list".into(),
            Shape::Map(_) => "a mapping".into(),
        }
    }

    /// Whether it is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.shape, Shape::Map(_))
    }

    /// Its items, where it is a list; else itself as the only one.
    pub fn one_or_many(&self) -> &[Self] {
        match &self.shape {
            Shape::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The entry of a mapping whose only key begins with `$`: key and value.
    pub fn directive(&self) -> Option<(&Spanned<String>, &Self)> {
        match &self.shape {
            Shape::Map(entries) => match entries.as_slice() {
                [(key, value)] if key.value.starts_with('$') => Some((key, value)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { span, value } = Spanned::deserialize(deserializer)?;
        Ok(Self { span, shape: value })
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyShape)
    }
}

struct AnyShape;

impl<'de> Visitor<'de> for AnyShape {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Shape, E> {
        let number = Number::from_f64(value);
        number
            .map(Shape::Number)
            .ok_or_else(|| E::custom("a number that JSON does not have"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Text(text.to_owned()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Shape::List(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Shape::Map(entries))
    }
}
