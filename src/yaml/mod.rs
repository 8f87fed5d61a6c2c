//! YAML without policy: reading as Kubernetes reads, pointers, scalars, edits of the text.

mod pointer;

pub use pointer::{BadPointer, Pointer, Segment, index};
