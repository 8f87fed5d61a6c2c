//! What stands in the way of an edit: anchors, aliases and merge keys, through which it would change other places too.

use super::Pointer;
use super::node::{Document, Kind, NodeId, NodeRef};
use crate::text::Span;
use std::collections::BTreeMap;

/// The edit cannot be made without changing other places too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Shared {
    /// The anchor, alias, merge key or line break that is in the way, in the document's text.
    pub span: Span,
    /// What is in the way, and what to do.
    pub reason: String,
}

/// What an edit does at its pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Something comes where nothing was.
    Add,
    /// Something else takes the place of all that was there.
    Replace,
    /// It goes.
    Remove,
}

impl NodeRef<'_> {
    /// Whether other places hold the same node: it is an alias, or an anchor that aliases refer to.
    pub fn is_shared(self) -> bool {
        self.kind() == Kind::Alias || self.anchor().is_some_and(|(_, aliases)| aliases > 0)
    }

    /// Whether `key` stands in this mapping itself, not in one that it merges.
    pub fn owns(self, key: NodeRef<'_>) -> bool {
        self.resolved().entries().any(|(own, _)| own.id == key.id)
    }

    /// Why an edit at `pointer` would change other places too, or would not last: an anchor, alias or merge key lies
    /// on the way, or in what goes. `above` is such a node above this one.
    ///
    /// A part that holds an alias stays as a whole: without its alias an anchor would be free, and a second run would
    /// do what this one must not.
    pub fn shared_below(
        self,
        above: Option<NodeId>,
        pointer: &Pointer,
        touch: Touch,
    ) -> Option<Shared> {
        if let Some(above) = above {
            return Some(shared(self.document.node(above)));
        }
        let mut node = self;
        let mut rest = pointer.segments().peekable();
        if self.document.properties.is_empty() && !self.document.has_merge {
            return None;
        }
        loop {
            if node.is_shared() {
                return Some(shared(node));
            }
            let Some(segment) = rest.next() else { break };
            if rest.peek().is_none() && touch == Touch::Remove {
                return node.shared_with_child(&segment);
            }
            let (key, value) = node.step(&segment)?;
            if key.is_some_and(|key| !node.owns(key)) {
                // A key of its own that the merge key after it overwrites could only be written twice.
                let own = node.own_entries(&segment).next();
                return own.map(|(key, _)| overwritten(key));
            }
            node = value;
        }
        let replaced = touch != Touch::Add;
        let mut parts = (node.id.0..node.next()).map(|id| node.document.node(NodeId(id)));
        // What is replaced is compared part by part with what comes, and each part must be free.
        let in_way = |part: &Self| part.is_shared() || part.is_merge_key();
        parts.find(in_way).filter(|_| replaced).map(shared)
    }

    /// Why the child `segment` cannot go.
    fn shared_with_child(self, segment: &str) -> Option<Shared> {
        if self.kind() != Kind::Mapping {
            let (_, item) = self.step(segment)?;
            return self.document.tied((item.id.0, item.next())).map(shared);
        }
        let merges = self.entries().filter(|(key, _)| key.is_merge_key());
        let mut brought =
            merges.filter(|(_, value)| super::node::merged(*value, segment).is_some());
        if let Some((key, _)) = brought.next() {
            return Some(brought_back(key, segment));
        }
        // All duplicates go, and what they hold.
        self.own_entries(segment)
            .find_map(|(key, value)| self.document.tied((key.id.0, value.next())))
            .map(shared)
    }

    /// The entries of that name in the mapping itself, duplicates included.
    fn own_entries(self, name: &str) -> impl Iterator<Item = (Self, Self)> {
        self.entries().filter(move |(key, _)| {
            !key.is_merge_key() && key.key_text().is_some_and(|text| text == name)
        })
    }
}

impl<'d> Document<'d> {
    /// The first alias among these nodes whose anchor stands outside of them, or anchor whose alias does.
    fn tied(&'d self, (from, to): (u32, u32)) -> Option<NodeRef<'d>> {
        let nodes = (from..to).map(|id| self.node(NodeId(id)));
        let mut aliases: BTreeMap<NodeId, u32> = BTreeMap::new();
        for alias in nodes.clone().filter(|node| node.kind() == Kind::Alias) {
            let anchored = alias.resolved().id;
            if !(from..to).contains(&anchored.0) {
                return Some(alias);
            }
            *aliases.entry(anchored).or_default() += 1;
        }
        let of = |node: &NodeRef<'_>| node.anchor().map_or(0, |(_, aliases)| aliases);
        nodes
            .into_iter()
            .find(|node| of(node) > aliases.get(&node.id).copied().unwrap_or(0))
    }

    /// Refuses to let nodes go, given as ranges, that aliases elsewhere refer to.
    pub(super) fn keeps_anchors(&'d self, mut gone: Vec<(u32, u32)>) -> Result<(), Shared> {
        gone.retain(|(from, to)| from < to);
        if gone.is_empty() || self.properties.iter().all(|row| row.anchor.is_none()) {
            return Ok(());
        }
        gone.sort_unstable();
        let goes = |id: NodeId| {
            let next = gone.partition_point(|(from, _)| *from <= id.0);
            next > 0 && id.0 < gone[next - 1].1
        };
        let nodes = (0..self.nodes.len() as u32).map(|id| self.node(NodeId(id)));
        let mut left = nodes.filter(|node| node.kind() == Kind::Alias && !goes(node.id));
        match left.find(|alias| goes(alias.resolved().id)) {
            Some(alias) => Err(shared(alias.resolved())),
            None => Ok(()),
        }
    }
}

pub(super) fn shared(node: NodeRef<'_>) -> Shared {
    let named = node
        .resolved()
        .anchor()
        .map(|(name, _)| format!("the anchor `&{name}`"));
    let by = named.unwrap_or_else(|| "a merge key `<<`".to_owned());
    let reason = format!(
        "the value is shared with other places by {by}; write it out here to change it alone"
    );
    Shared {
        span: node.outer_span(),
        reason,
    }
}

pub(super) fn overwritten(key: NodeRef<'_>) -> Shared {
    let reason = format!(
        "a merge key `<<` after it overwrites `{}`; put the merge key first",
        key.text()
    );
    Shared {
        span: key.outer_span(),
        reason,
    }
}

/// A key cannot go that a merge key brings.
pub(super) fn brought_back(merge: NodeRef<'_>, key: &str) -> Shared {
    let reason = format!(
        "the merge key `<<` would bring `{key}` back; write out what it merges to remove it here alone"
    );
    Shared {
        span: merge.outer_span(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(text: &str, pointer: &str, touch: Touch) -> Option<String> {
        let document = Document::parse(text, 0).unwrap();
        let pointer = Pointer::parse(pointer).unwrap();
        let found = document
            .root()
            .unwrap()
            .shared_below(None, &pointer, touch)?;
        Some(format!("{}: {}", &text[found.span.range()], found.reason))
    }

    #[track_caller]
    fn free(text: &str, touch: Touch, pointers: &[&str]) {
        for pointer in pointers {
            assert_eq!(shared(text, pointer, touch), None, "{pointer}");
        }
    }

    #[track_caller]
    fn in_way(text: &str, touch: Touch, pointer: &str, what: &str) {
        let found = shared(text, pointer, touch).unwrap_or_default();
        assert!(found.contains(what), "{pointer}: {found:?}");
    }

    #[test]
    fn anchors_on_the_way() {
        let text = "a: &a\n  b: 1\nc: *a\nd: {e: 1}\nf: &f {g: 1}\n";
        for pointer in ["/a/x", "/c/x", "/a", "/c"] {
            in_way(text, Touch::Add, pointer, "`&a`");
        }
        free(text, Touch::Add, &["/d/x", "/q/x", "/f/x"]);
        free(text, Touch::Replace, &["/d/e", "/d", "/f"]);
    }

    #[test]
    fn what_goes_takes_no_anchor_and_no_alias_along() {
        let text = "a: {b: &b 1}\nc: [*b, 2]\nd: {e: &e 1, f: *e}\na: 2\n";
        for touch in [Touch::Replace, Touch::Remove] {
            in_way(text, touch, "/c", "*b: ");
            in_way(text, touch, "/c/0", "*b: ");
            in_way(text, touch, "/d/e", "&e 1: ");
            free(text, touch, &["/c/1"]);
        }
        // The first duplicate goes with the last, its anchor in it.
        in_way(text, Touch::Remove, "/a", "&b 1: ");
        free(text, Touch::Replace, &["/a"]);
        // What is tied to itself only may go; in parts it is not replaced.
        free(text, Touch::Remove, &["/d"]);
        in_way(text, Touch::Replace, "/d", "&e 1: ");
    }

    #[test]
    fn merge_keys() {
        let text = "m: &m {b: 1, n: {o: 1}}\nc: {b: 2, <<: *m}\nd: {<<: *m}\ne: {<<: *m, b: 3}\n";
        in_way(text, Touch::Replace, "/c/b", "overwrites `b`");
        for pointer in ["/c/b", "/d/b", "/e/b"] {
            in_way(text, Touch::Remove, pointer, "<<: the merge key");
        }
        free(text, Touch::Add, &["/d/x", "/d/n/x"]);
        free(text, Touch::Replace, &["/d/b", "/e/b"]);
        free(text, Touch::Remove, &["/d/x", "/d/n/o"]);
        in_way(text, Touch::Replace, "/d", "<<");
    }

    #[test]
    fn what_lies_above_counts() {
        let document = Document::parse("items: &i [{a: 1}]\nx: *i\n", 0).unwrap();
        let items = document.root().unwrap().get("items").unwrap();
        let item = items.children().next().unwrap();
        let at = Pointer::parse("/b").unwrap();
        assert!(item.shared_below(None, &at, Touch::Add).is_none());
        let found = item.shared_below(Some(items.id), &at, Touch::Add).unwrap();
        assert!(found.reason.contains("`&i`"));
    }
}
