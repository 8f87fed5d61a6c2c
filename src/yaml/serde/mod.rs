//! Nodes to types, through serde: policy files are read as Kubernetes reads YAML, and every value keeps its place.
//! One difference is meant: a key is what is written, so that `on:` is no `true:`.
//!
//! Types that want places use [`Spanned`] and [`Entries`]. `flatten` and untagged enums would lose them (serde buffers
//! what it has not yet understood), so types that are read here use neither.

mod error;
mod node;
#[cfg(test)]
mod tests;

use super::ReadError;
use super::node::{Document, NodeRef};
use crate::text::Span;
use ::serde::Deserialize;
use ::serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use node::NodeDeserializer;
use std::fmt;
use std::marker::PhantomData;

/// The name by which [`Spanned`] asks for the place of a value.
const SPANNED: &str = "sparkk8s-post::Spanned";

/// Reads a document as a `T`. An alias is the value that it stands for, `<<` is merged where it stands; unknown fields
/// are errors where `T` denies them.
///
/// # Errors
/// The place in the file (not the document) of the first value that does not fit, of an unknown or repeated key, or of
/// the mapping that lacks a field.
pub fn from_document<T: DeserializeOwned>(document: &Document<'_>) -> Result<T, ReadError> {
    let Some(root) = document.root() else {
        return Err(ReadError::new(
            Span::empty(document.offset),
            "there is nothing in the document",
        ));
    };
    from_node(root)
}

/// The same of a part of a document.
///
/// # Errors
/// As for a document.
pub fn from_node<T: DeserializeOwned>(node: NodeRef<'_>) -> Result<T, ReadError> {
    let result = T::deserialize(NodeDeserializer::new(node));
    result.map_err(|error| error.at(node).into_read_error(node.document.offset))
}

/// A value and its place: offsets into the text of the file (not of the document). Only [`from_document`] can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The bytes of the value; of an alias, those of the value that it stands for.
    pub span: Span,
    /// The value.
    pub value: T,
}

/// A mapping with keys of the author's choice, in the author's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0
            .iter()
            .find_map(|(name, value)| (name.value == key).then_some(value))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with its place")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("a place is only known of YAML nodes");
                let start = seq.next_element()?.ok_or_else(missing)?;
                let end = seq.next_element()?.ok_or_else(missing)?;
                let value = seq.next_element()?.ok_or_else(missing)?;
                Ok(Spanned {
                    span: Span::new(start, end),
                    value,
                })
            }
        }

        deserializer.deserialize_tuple_struct(SPANNED, 3, Parts(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Pairs(PhantomData))
    }
}
