//! go-yaml's limit on aliases: a small text must not grow into a large value.

use super::ReadError;
use super::node::{Document, Kind, NodeRef};

/// Below this many decoding steps, 99 in 100 may come from aliases (go-yaml v2, `decode.go`).
const LOW: f64 = 400_000.0;
/// From this many on, 10 in 100 may.
const HIGH: f64 = 4_000_000.0;

/// Refuses what go-yaml refuses as "excessive aliasing", by counting as it counts.
pub(super) fn check(document: &Document<'_>) -> Result<(), ReadError> {
    let aliased = document
        .properties
        .iter()
        .any(|row| row.anchor.as_ref().is_some_and(|a| a.aliases > 0));
    match document.root() {
        Some(root) if aliased => Counter::default().visit(root, 0),
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Counter {
    steps: f64,
    in_alias: f64,
}

impl Counter {
    fn visit(&mut self, node: NodeRef<'_>, depth: usize) -> Result<(), ReadError> {
        self.steps += 1.0;
        if depth > 0 {
            self.in_alias += 1.0;
        }
        let allowed = 0.99 - 0.89 * ((self.steps - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
        if self.in_alias > 100.0 && self.steps > 1000.0 && self.in_alias / self.steps > allowed {
            let help = "write the values out, or split the object";
            return Err(ReadError::new(
                node.span(),
                "the document grows too much through its aliases",
            )
            .help(help));
        }
        if node.kind() == Kind::Alias {
            return self.visit(node.resolved(), depth + 1);
        }
        node.children()
            .try_for_each(|child| self.visit(child, depth))
    }
}
