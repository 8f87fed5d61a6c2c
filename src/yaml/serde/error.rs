//! serde's complaints, placed and in the words of people who write YAML.

use crate::text::{Span, hint, shortened};
use crate::yaml::ReadError;
use crate::yaml::node::{Kind, NodeRef};
use ::serde::de::{self, Unexpected};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// What serde has to say, until the innermost node that it is about puts its place in.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Error {
    span: Option<Span>,
    message: String,
    help: Option<String>,
    /// Whether the message is to end in what was found.
    names_found: bool,
}

impl Error {
    pub(super) fn new(message: String) -> Self {
        Self {
            span: None,
            message,
            help: None,
            names_found: false,
        }
    }

    pub(super) fn expected(what: &str) -> Self {
        Self {
            names_found: true,
            ..Self::new(format!("expected {what}"))
        }
    }

    pub(super) fn at(mut self, node: NodeRef<'_>) -> Self {
        if self.span.is_none() {
            self.span = Some(node.span());
            if self.names_found {
                self.message = format!("{}, found {}", self.message, describe(node));
            }
        }
        self
    }

    /// The error of a document that begins `offset` bytes into its file.
    pub(super) fn into_read_error(self, offset: usize) -> ReadError {
        ReadError {
            span: self.span.unwrap_or_default(),
            message: self.message,
            help: self.help,
        }
        .shifted(offset)
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::expected(&plain(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::expected(&plain(&expected.to_string()))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self {
            help: hint(field, expected),
            ..Self::new(format!("unknown field `{}`", shortened(field)))
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self {
            help: hint(variant, expected),
            ..Self::new(format!("unknown value `{}`", shortened(variant)))
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the field `{field}` is missing"))
    }
}

/// serde's names of types in the words of people who write YAML.
fn plain(expected: &str) -> Cow<'_, str> {
    Cow::Borrowed(match expected {
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => "integer",
        "f32" | "f64" => "number",
        "a boolean" => "boolean",
        "a string" | "a borrowed string" | "a character" => "text",
        "a map" => "mapping",
        "a sequence" => "list",
        other if other.starts_with("struct ") => "mapping",
        other => other,
    })
}

/// What a node is, for "found …".
fn describe(node: NodeRef<'_>) -> String {
    match node.kind() {
        Kind::Sequence => "a list".into(),
        Kind::Mapping => "a mapping".into(),
        Kind::Scalar | Kind::Alias => match node.to_value() {
            Value::Bool(value) => format!("boolean `{value}`"),
            Value::Number(_) => format!("number `{}`", node.source()),
            Value::String(text) => format!("text `{}`", shortened(&text)),
            _ => "nothing".into(),
        },
    }
}
