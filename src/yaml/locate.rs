//! From a pointer to the bytes that a message points at.

use super::node::{Kind, NodeId, NodeRef};
use super::{Pointer, index};
use crate::text::Span;

impl NodeRef<'_> {
    /// The value at `pointer`, or, where nothing stands there, the key of the nearest parent that exists, or the first line of
    /// the list's item; in the document's text. The flag says whether it is the value itself.
    pub fn locate(self, pointer: &Pointer) -> (Span, bool) {
        let mut node = self;
        let mut place = head(self);
        for segment in pointer.segments() {
            let Some((key, value)) = node.step(&segment) else {
                return (place, false);
            };
            place = key.map_or_else(|| head(value), NodeRef::span);
            node = value;
        }
        let whole = node.kind() == Kind::Scalar && !node.span().is_empty();
        (if whole { node.span() } else { place }, true)
    }

    /// The node at `pointer`, aliases followed.
    pub fn at_pointer(self, pointer: &Pointer) -> Option<Self> {
        pointer
            .segments()
            .try_fold(self.resolved(), |node, segment| {
                node.step(&segment).map(|(_, value)| value.resolved())
            })
    }

    /// One step down: the key, for a mapping, and the value.
    pub(super) fn step(self, segment: &str) -> Option<(Option<Self>, Self)> {
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

    /// The pointer from this node to the key or value `id` below it.
    pub fn path_to(self, id: NodeId) -> Pointer {
        let mut pointer = Pointer::root();
        let mut node = self;
        'down: loop {
            for (key, value) in node.entries() {
                if id == key.id || (id >= value.id && id.0 < value.next()) {
                    pointer = pointer.child(key.key_text().unwrap_or_default().into_owned());
                    if id == key.id || id == value.id {
                        return pointer;
                    }
                    node = value;
                    continue 'down;
                }
            }
            let items = if node.kind() == Kind::Sequence {
                Some(node.children())
            } else {
                None
            };
            let holder = items
                .into_iter()
                .flatten()
                .enumerate()
                .find(|(_, item)| id >= item.id && id.0 < item.next());
            let Some((index, item)) = holder else {
                return pointer;
            };
            pointer = pointer.child(index);
            if id == item.id {
                return pointer;
            }
            node = item;
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
        assert_eq!(at("/spec/l/0/y/z"), ("x: 2", false));
        assert_eq!(at("/spec/l/0"), ("x: 2", true));
        assert_eq!(at("/spec/l/1"), ("l", false));
        assert_eq!(at("/spec/l/0/x"), ("2", true));
        assert_eq!(at("/q"), ("spec:", false));
    }

    #[test]
    fn paths_to_nodes() {
        let text = "a:\n- b: 1\n  c: {d: 2}\n";
        let document = Document::parse(text, 0).unwrap();
        let root = document.root().unwrap();
        for pointer in ["/a", "/a/0", "/a/0/b", "/a/0/c/d"] {
            let node = root.at_pointer(&Pointer::parse(pointer).unwrap()).unwrap();
            assert_eq!(root.path_to(node.id).to_string(), pointer);
        }
    }
}
