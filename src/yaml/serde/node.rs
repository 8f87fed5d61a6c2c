//! Nodes as serde sees them.

use super::SPANNED;
use super::error::Error;
use crate::text::{Span, quoted};
use crate::yaml::node::{Kind, NodeRef};
use ::serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor,
    value::{MapDeserializer, SeqDeserializer},
};
use ::serde::forward_to_deserialize_any;
use serde_json::{Number, Value};
use std::borrow::Cow;

/// Deepest nesting of a policy file: far more than any needs, and far less than a thread's stack holds.
const MAX_DEPTH: usize = 100;

/// One node, aliases followed.
pub(super) struct NodeDeserializer<'d> {
    node: NodeRef<'d>,
    depth: usize,
}

impl<'d> NodeDeserializer<'d> {
    pub(super) fn new(node: NodeRef<'d>) -> Self {
        Self {
            node: node.resolved(),
            depth: 0,
        }
    }

    fn inner(&self, node: NodeRef<'d>) -> Self {
        Self {
            node: node.resolved(),
            depth: self.depth + 1,
        }
    }

    fn scalar<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        match self.node.to_value() {
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => number(&value, visitor),
            Value::String(value) => visitor.visit_string(value),
            _ => visitor.visit_unit(),
        }
    }

    fn any<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        if self.depth > MAX_DEPTH {
            return Err(Error::new(format!(
                "nested more than {MAX_DEPTH} levels deep"
            )));
        }
        match self.node.kind() {
            Kind::Scalar | Kind::Alias => self.scalar(visitor),
            Kind::Sequence => {
                // Counted first, so that lists of large things need not grow.
                let items: Vec<_> = self.node.children().map(|item| self.inner(item)).collect();
                visitor.visit_seq(SeqDeserializer::new(items.into_iter()))
            }
            Kind::Mapping => {
                let entries = entries(self.node, self.depth)?;
                let entries = entries
                    .into_iter()
                    .map(|entry| (Key(entry.key), self.inner(entry.value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }
}

fn number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Error> {
    if let Some(value) = number.as_i64() {
        return visitor.visit_i64(value);
    }
    match number.as_u64() {
        Some(value) => visitor.visit_u64(value),
        None => visitor.visit_f64(number.as_f64().unwrap_or_default()),
    }
}

struct Entry<'d> {
    name: Cow<'d, str>,
    key: NodeRef<'d>,
    value: NodeRef<'d>,
}

/// The entries of a mapping as Kubernetes reads them: `<<` is merged where it stands, what came before it is
/// overwritten, what comes after it overwrites. A key that is written twice in one mapping is an error.
fn entries(mapping: NodeRef<'_>, depth: usize) -> Result<Vec<Entry<'_>>, Error> {
    if depth > MAX_DEPTH {
        let message = format!("nested more than {MAX_DEPTH} levels deep");
        return Err(Error::new(message).at(mapping));
    }
    let mut found: Vec<Entry<'_>> = Vec::new();
    let mut written: Vec<Cow<'_, str>> = Vec::new();
    for (key, value) in mapping.entries() {
        if key.is_merge_key() {
            for source in merged(value.resolved()) {
                for entry in entries(source, depth + 1)? {
                    put(&mut found, entry);
                }
            }
            continue;
        }
        let name = key_name(key);
        if written.contains(&name) {
            return Err(Error::new(format!("the key `{name}` is written twice")).at(key));
        }
        written.push(name.clone());
        put(&mut found, Entry { name, key, value });
    }
    Ok(found)
}

/// A key as it is written. Kubernetes would read the key `on` as `true`, which nobody means and no editor shows.
fn key_name(key: NodeRef<'_>) -> Cow<'_, str> {
    let key = key.resolved();
    match key.tag() {
        None => Cow::Borrowed(key.text()),
        Some(_) => key.key_text().unwrap_or_default(),
    }
}

/// The mappings that a merge key brings in, the strongest last.
fn merged(value: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let mut sources = match value.kind() {
        Kind::Sequence => value.children().map(NodeRef::resolved).collect(),
        _ => vec![value],
    };
    sources.reverse();
    sources
}

fn put<'d>(found: &mut Vec<Entry<'d>>, entry: Entry<'d>) {
    match found.iter_mut().find(|other| other.name == entry.name) {
        Some(other) => *other = entry,
        None => found.push(entry),
    }
}

impl IntoDeserializer<'_, Error> for NodeDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.any(visitor).map_err(|error| error.at(self.node))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.kind() == Kind::Scalar && self.node.to_value().is_null() {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != SPANNED {
            return self.deserialize_any(visitor);
        }
        let node = self.node;
        let span = node.span().shifted(node.document.offset);
        let value = visitor.visit_seq(Parts::new(span, self));
        // A text may be read well and be no such value, as a glob.
        value.map_err(|error| error.at(node))
    }

    /// serde's structs would take a list of their fields as well.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.node.kind() != Kind::Mapping {
            return Err(Error::expected("mapping").at(self.node));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word = match self.node.kind() {
            Kind::Scalar => self.node.to_value(),
            _ => Value::Null,
        };
        let result = match word {
            Value::String(word) => {
                visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(word))
            }
            _ => Err(Error::expected(&format!("one of {}", quoted(variants)))),
        };
        result.map_err(|error| error.at(self.node))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        map identifier ignored_any
    }
}

/// A key, which is text whatever its scalar would mean as a value.
struct Key<'d>(NodeRef<'d>);

impl IntoDeserializer<'_, Error> for Key<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = key_name(self.0);
        let result: Result<_, Error> = visitor.visit_str(&text);
        result.map_err(|error| error.at(self.0))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let span = self.0.span().shifted(self.0.document.offset);
        visitor.visit_seq(Parts::new(span, self))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple map struct enum identifier ignored_any
    }
}

/// Start, end and value: what `Spanned` is made of.
struct Parts<D> {
    offsets: std::array::IntoIter<usize, 2>,
    value: Option<D>,
}

impl<D> Parts<D> {
    fn new(span: Span, value: D) -> Self {
        Self {
            offsets: [span.start, span.end].into_iter(),
            value: Some(value),
        }
    }
}

impl<'de, D: Deserializer<'de, Error = Error>> de::SeqAccess<'de> for Parts<D> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if let Some(offset) = self.offsets.next() {
            return seed.deserialize(offset.into_deserializer()).map(Some);
        }
        self.value
            .take()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}
