//! From a pointer to the bytes that a message points at.

use super::node::{Kind, NodeRef};
use super::{Pointer, index};
use crate::text::Span;

impl<'d> NodeRef<'d> {
    /// The value at `pointer`, or, where nothing stands there, the key of the nearest parent that exists; in the
    /// document's text. The flag says whether it is the value itself.
    pub fn locate(self, pointer: &Pointer) -> (Span, bool) {
        let mut node = self;
        let mut key: Option<Self> = None;
        for segment in pointer.segments() {
            match node.step(segment) {
                Some((name, value)) => {
                    key = name.or(key);
                    node = value;
                }
                None => return (key.map_or_else(|| head(self), NodeRef::span), false),
            }
        }
        let whole = node.kind() == Kind::Scalar && !node.span().is_empty();
        (
            if whole {
                node.span()
            } else {
                key.map_or_else(|| head(node), NodeRef::span)
            },
            true,
        )
    }

    /// The node at `pointer`, aliases followed.
    pub fn at_pointer(self, pointer: &Pointer) -> Option<Self> {
        pointer
            .segments()
            .try_fold(self.resolved(), |node, segment| {
                node.step(segment).map(|(_, value)| value.resolved())
            })
    }

    /// One step down: the key, for a mapping, and the value.
    fn step(self, segment: &str) -> Option<(Option<Self>, Self)> {
        let node = self.resolved();
        match node.kind() {
            Kind::Mapping => node.entry(segment).map(|(key, value)| (Some(key), value)),
            Kind::Sequence => node
                .children()
                .nth(index(segment)?)
                .map(|item| (None, item)),
            Kind::Scalar | Kind::Alias => None,
        }
    }

    /// Why an edit at `pointer` would change other places too, if it would: an anchor or alias lies on the way.
    pub fn shared_at(self, pointer: &Pointer) -> Option<String> {
        let mut node = self;
        let mut rest = pointer.segments();
        loop {
            let aliased = node.anchor().is_some_and(|(_, aliases)| aliases > 0);
            if node.kind() == Kind::Alias || aliased {
                return Some(super::splice::shared(node).reason);
            }
            let (_, value) = rest.next().and_then(|segment| node.step(segment))?;
            let merged = value.id < node.id || value.id.0 >= node.next();
            if merged {
                return None;
            }
            node = value;
        }
    }
}

/// The first line of a node.
fn head(node: NodeRef<'_>) -> Span {
    let span = node.span();
    let line = node.source().lines().next().unwrap_or_default();
    Span::new(span.start, span.start + line.len())
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Document, Pointer};

    #[test]
    fn values_and_nearest_parents() {
        let text = "spec:\n  a: {b: 1}\n  l:\n  - x: 2\n";
        let document = Document::parse(text, 0).unwrap();
        let at = |pointer: &str| {
            let (span, exact) = document
                .root()
                .unwrap()
                .locate(&Pointer::parse(pointer).unwrap());
            (&text[span.range()], exact)
        };
        assert_eq!(at("/spec/a/b"), ("1", true));
        assert_eq!(at("/spec/a/c"), ("a", false));
        assert_eq!(at("/spec/l/0/y/z"), ("l", false));
        assert_eq!(at("/spec/l/0/x"), ("2", true));
        assert_eq!(at("/q"), ("spec:", false));
    }

    #[test]
    fn anchors_on_the_way() {
        let text = "a: &a\n  b: 1\nc: *a\nd: {e: 1}\n";
        let document = Document::parse(text, 0).unwrap();
        let shared = |pointer: &str| {
            document
                .root()
                .unwrap()
                .shared_at(&Pointer::parse(pointer).unwrap())
                .is_some()
        };
        assert!(shared("/a/x") && shared("/c/x") && shared("/c"));
        assert!(!shared("/d/e") && !shared("/d/x"));
    }
}
