//! YAML without policy: reading as Kubernetes reads, pointers, scalars, edits of the text.

mod alias;
pub(crate) mod base64;
mod error;
mod node;
mod parse;
mod pointer;
mod scalar;
mod serde;
mod stream;
mod timestamp;
mod value;

pub use self::serde::{Entries, Spanned, from_document};
pub use error::ReadError;
pub use node::{Document, Kind, NodeId, NodeRef, Style};
pub use parse::{MAX_DEPTH, MAX_DOCUMENT};
pub use pointer::{BadPointer, Pointer, Segment, index};
pub use scalar::{Scalar, is_safe_plain, resolve};
pub use stream::{Stream, decode};
