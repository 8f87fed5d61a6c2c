//! Limits on what aliases make of a text: a small one must not grow into a large value, or a deep one.

use super::ReadError;
use super::builder::too_deep;
use super::node::{Document, Kind, NodeRef};
use super::parse::MAX_DEPTH;

/// Below this many decoding steps, 99 in 100 may come from aliases (go-yaml v2, `decode.go`).
const LOW: f64 = 400_000.0;
/// From this many on, 10 in 100 may.
const HIGH: f64 = 4_000_000.0;

/// Refuses what go-yaml refuses as "excessive aliasing", by counting as it counts, and what is nested too deep only
/// after its aliases are followed.
pub(super) fn check(document: &Document<'_>) -> Result<(), ReadError> {
    let aliased = document
        .properties
        .iter()
        .any(|row| row.anchor.as_ref().is_some_and(|a| a.aliases > 0));
    let Some(root) = document.root().filter(|_| aliased) else {
        return Ok(());
    };
    // The document itself is the first step.
    let mut counter = Counter {
        steps: 1.0,
        in_alias: 0.0,
    };
    counter.visit(root, 0, false)
}

struct Counter {
    steps: f64,
    in_alias: f64,
}

impl Counter {
    fn visit(&mut self, node: NodeRef<'_>, depth: usize, aliased: bool) -> Result<(), ReadError> {
        self.steps += 1.0;
        if aliased {
            self.in_alias += 1.0;
        }
        let allowed = 0.99 - 0.89 * ((self.steps - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
        if self.in_alias > 100.0 && self.steps > 1000.0 && self.in_alias / self.steps > allowed {
            let message = "the document grows too much through its aliases";
            return Err(ReadError::new(node.span(), message)
                .help("write the values out, or split the object"));
        }
        match node.kind() {
            Kind::Scalar => Ok(()),
            Kind::Alias => self.visit(node.resolved(), depth, true),
            _ if depth >= MAX_DEPTH => Err(too_deep(node.span())),
            Kind::Sequence => node
                .children()
                .try_for_each(|item| self.visit(item, depth + 1, aliased)),
            Kind::Mapping => node
                .entries()
                .try_for_each(|(key, value)| self.entry(key, value, depth + 1, aliased)),
        }
    }

    /// go-yaml decodes neither a merge key nor the list behind it.
    fn entry(
        &mut self,
        key: NodeRef<'_>,
        value: NodeRef<'_>,
        depth: usize,
        aliased: bool,
    ) -> Result<(), ReadError> {
        if !key.is_merge_key() {
            self.visit(key, depth, aliased)?;
            return self.visit(value, depth, aliased);
        }
        if value.kind() != Kind::Sequence {
            return self.visit(value, depth, aliased);
        }
        let items: Vec<_> = value.children().collect();
        let mut from_the_last = items.into_iter().rev();
        from_the_last.try_for_each(|item| self.visit(item, depth, aliased))
    }
}
