//! YAML without policy: reading as Kubernetes reads, pointers, scalars, edits of the text.

mod alias;
pub(crate) mod base64;
mod builder;
mod closing;
mod dialect;
mod emit;
mod error;
mod extent;
mod layout;
mod locate;
mod nested;
mod node;
mod pairs;
mod parse;
mod pointer;
mod remove;
mod replace;
mod scalar;
mod sequence;
mod serde;
mod shared;
mod splice;
mod stream;
mod suspect;
mod timestamp;
mod touched;
mod value;

pub use self::serde::{Entries, Spanned, from_document, from_node};
pub use emit::{block_text, flow_text};
pub use error::ReadError;
pub use nested::Nested;
pub use node::{Document, Kind, NodeId, NodeRef, Style};
pub use parse::{MAX_DEPTH, MAX_DOCUMENT};
pub use pointer::{BadPointer, Pointer, Segment, index};
pub use scalar::{Scalar, is_safe_plain, resolve};
pub use shared::{Shared, Touch};
pub use stream::{Stream, decode, frames};
pub use touched::Touched;

/// Equality as JSON has it: a number is its value, however it is written.
pub fn same_value(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (left, right) {
        (Number(a), Number(b)) => a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64(),
        (Array(a), Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Object(a), Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        _ => left == right,
    }
}
