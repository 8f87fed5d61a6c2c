//! Bytes without meaning: spans, source lines, edits. Knows neither YAML nor Kubernetes.

mod edit;
mod lines;
mod source;
mod span;
mod suggest;

pub use edit::{Conflict, Edit, EditSet};
pub use lines::Lines;
pub use source::{Position, Source};
pub use span::Span;
pub use suggest::{hint, nearest, quoted, shortened};
