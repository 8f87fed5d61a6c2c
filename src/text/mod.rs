//! Bytes without meaning: spans, source lines, edits. Knows neither YAML nor Kubernetes.

#[cfg(test)]
pub(crate) mod current;
mod date;
mod edit;
mod glob;
mod lines;
mod source;
mod span;
mod suggest;

pub use date::Date;
pub use edit::{Conflict, Edit, EditSet};
pub use glob::{BadGlob, Glob};
pub use lines::Lines;
pub use source::{Position, Source};
pub use span::Span;
pub use suggest::{hint, nearest, quoted, shortened};
