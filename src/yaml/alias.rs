//! Limits on what aliases make of a text: a small one must not grow into a large value, or a deep one.

use super::ReadError;
use super::builder::too_deep;
use super::node::{Document, Kind, NodeId, NodeRef};
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
        walks: Vec::new(),
    };
    counter.enter(root, 0, false)?;
    while counter.step(document)? {}
    Ok(())
}

struct Counter {
    steps: f64,
    in_alias: f64,
    walks: Vec<Walk>,
}

/// Nodes that are still to be visited, from `at` on. Nesting may be deep, and stacks of threads small.
#[derive(Clone, Copy)]
struct Walk {
    at: NodeId,
    end: NodeId,
    /// Whether they are keys and values in turn, and a key is next.
    keys: bool,
    at_key: bool,
    aliased: bool,
    depth: usize,
}

impl Counter {
    /// Visits the next node; false where there is none.
    fn step(&mut self, document: &Document<'_>) -> Result<bool, ReadError> {
        let Some(walk) = self.walks.last_mut() else {
            return Ok(false);
        };
        if walk.at >= walk.end {
            self.walks.pop();
            return Ok(true);
        }
        let node = document.node(walk.at);
        walk.at = NodeId(node.next());
        let Walk { depth, aliased, .. } = *walk;
        if !walk.at_key || !node.is_merge_key() {
            walk.at_key = walk.keys && !walk.at_key;
            self.enter(node, depth, aliased)?;
            return Ok(true);
        }
        // go-yaml decodes neither a merge key nor the list behind it, which it reads from its end.
        let value = document.node(walk.at);
        walk.at = NodeId(value.next());
        if value.kind() != Kind::Sequence {
            self.enter(value, depth, aliased)?;
            return Ok(true);
        }
        for item in value.children() {
            self.walks.push(Walk {
                at: item.id,
                end: NodeId(item.next()),
                keys: false,
                at_key: false,
                aliased,
                depth,
            });
        }
        Ok(true)
    }

    fn enter(&mut self, node: NodeRef<'_>, depth: usize, aliased: bool) -> Result<(), ReadError> {
        self.count(node, aliased)?;
        let target = node.resolved();
        let aliased = aliased || target.id != node.id;
        if target.id != node.id {
            self.count(target, aliased)?;
        }
        if target.kind() == Kind::Scalar {
            return Ok(());
        }
        if depth >= MAX_DEPTH {
            return Err(too_deep(node.span()));
        }
        let keys = target.kind() == Kind::Mapping;
        self.walks.push(Walk {
            at: NodeId(target.id.0 + 1),
            end: NodeId(target.next()),
            keys,
            at_key: keys,
            aliased,
            depth: depth + 1,
        });
        Ok(())
    }

    fn count(&mut self, node: NodeRef<'_>, aliased: bool) -> Result<(), ReadError> {
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
        Ok(())
    }
}
