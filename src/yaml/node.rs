//! A parsed document: nodes in one array, in source order, with byte spans into the document's text.

use super::parse::Setting;
use crate::text::Span;
use std::borrow::Cow;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar of any style; an absent value is an empty plain one of no bytes.
    Scalar,
    /// A sequence.
    Sequence,
    /// A mapping; its children are keys and values in turn.
    Mapping,
    /// `*name`.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A plain scalar.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// 16 bytes a node: a stream of 200 MB holds tens of millions of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Collection: the first node after its children. Scalar: 1 + index into `decoded`, or 0 where the text is the
    /// value. Alias: the anchored node.
    pub(super) link: u32,
    pub(super) kind: Kind,
    pub(super) style: Style,
    /// Whether `Document::properties` has a row for it.
    pub(super) has_properties: bool,
}

/// Tag and anchor of a node.
#[derive(Clone, Debug)]
pub(super) struct Properties {
    pub(super) node: u32,
    /// Where the first property begins.
    pub(super) start: u32,
    pub(super) tag: Option<Tag>,
    pub(super) anchor: Option<Anchor>,
}

/// `&name` on a node.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) name: Span,
    /// How many aliases refer to it.
    pub(super) aliases: u32,
}

/// A tag, as far as reading needs to tell tags apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// `!` alone, which go-yaml takes for no tag where it looks for merge keys.
    NonSpecific,
    /// Anything else; a scalar with it is a string.
    Other,
}

/// One document of a stream, without its separator.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The text of the document; spans are offsets into it.
    pub text: &'a str,
    /// Where `text` begins in the stream.
    pub offset: usize,
    pub(super) nodes: Vec<Node>,
    /// Values of scalars that are not written as they read.
    pub(super) decoded: Vec<Box<str>>,
    /// Sorted by node.
    pub(super) properties: Vec<Properties>,
    /// Whether any mapping has a merge key.
    pub(super) has_merge: bool,
    /// Whether there is any alias.
    pub(super) has_alias: bool,
    /// How it stands in its stream.
    pub(super) setting: Setting,
}

/// Names a node of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// A node together with its document.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'d> {
    /// The document that holds it.
    pub document: &'d Document<'d>,
    /// Which node.
    pub id: NodeId,
}

impl<'d> Document<'d> {
    /// The document's node; `None` where there is nothing but comments.
    pub fn root(&'d self) -> Option<NodeRef<'d>> {
        (!self.nodes.is_empty()).then_some(NodeRef {
            document: self,
            id: NodeId(0),
        })
    }

    /// A node by the id that a `NodeRef` of this document gave.
    pub fn node(&'d self, id: NodeId) -> NodeRef<'d> {
        NodeRef { document: self, id }
    }

    /// Every mapping, in source order.
    pub fn mappings(&'d self) -> impl Iterator<Item = NodeRef<'d>> {
        let mappings = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == Kind::Mapping);
        mappings.map(|(id, _)| self.node(NodeId(id as u32)))
    }

    /// Bytes that the parsed form takes beside the text.
    pub fn memory(&self) -> usize {
        self.nodes.len() * size_of::<Node>()
            + self
                .decoded
                .iter()
                .map(|text| text.len() + size_of::<Box<str>>())
                .sum::<usize>()
    }
}

impl<'d> NodeRef<'d> {
    fn raw(self) -> &'d Node {
        &self.document.nodes[self.id.0 as usize]
    }

    fn at(self, id: u32) -> Self {
        Self {
            document: self.document,
            id: NodeId(id),
        }
    }

    /// The id after its last child's.
    pub(super) fn next(self) -> u32 {
        match self.kind() {
            Kind::Sequence | Kind::Mapping => self.raw().link,
            Kind::Scalar | Kind::Alias => self.id.0 + 1,
        }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// How it is written.
    pub fn style(self) -> Style {
        self.raw().style
    }

    /// Its own bytes in the document's text: without properties; a block collection from its first key or dash's
    /// content to the end of its last child; a block scalar from its `|` or `>` to the end of its last content line.
    pub fn span(self) -> Span {
        Span::new(self.raw().start as usize, self.raw().end as usize)
    }

    /// Its bytes with tag and anchor.
    pub fn outer_span(self) -> Span {
        let start = self
            .properties()
            .map_or(self.raw().start, |p| p.start.min(self.raw().start));
        Span::new(start as usize, self.raw().end as usize)
    }

    /// The bytes of `span`, as written.
    pub fn source(self) -> &'d str {
        &self.document.text[self.span().range()]
    }

    /// Whether a word may stand in it, as written; what an alias stands for may stand anywhere.
    pub fn may_hold(self, word: &str) -> bool {
        self.may_say(|source| memchr::memmem::find(source.as_bytes(), word.as_bytes()).is_some())
    }

    /// Whether something may stand in it, by what is written; what an alias stands for may stand anywhere.
    pub fn may_say(self, is: impl FnOnce(&str) -> bool) -> bool {
        self.document.has_alias || is(self.source())
    }

    pub(super) fn properties(self) -> Option<&'d Properties> {
        if !self.raw().has_properties {
            return None;
        }
        let rows = &self.document.properties;
        rows.binary_search_by_key(&self.id.0, |row| row.node)
            .ok()
            .map(|at| &rows[at])
    }

    pub(super) fn tag(self) -> Option<Tag> {
        self.properties()?.tag
    }

    /// The anchor's name and how many aliases refer to it.
    pub fn anchor(self) -> Option<(&'d str, u32)> {
        let anchor = self.properties()?.anchor.as_ref()?;
        Some((&self.document.text[anchor.name.range()], anchor.aliases))
    }

    /// Where the name of its anchor ends.
    pub(super) fn anchor_end(self) -> Option<usize> {
        Some(self.properties()?.anchor.as_ref()?.name.end)
    }

    /// A scalar's text after quotes, escapes and folding; nothing for collections.
    pub fn text(self) -> &'d str {
        let node = self.raw();
        if node.kind != Kind::Scalar {
            return "";
        }
        if node.link > 0 {
            return &self.document.decoded[node.link as usize - 1];
        }
        let inset = usize::from(matches!(
            node.style,
            Style::SingleQuoted | Style::DoubleQuoted
        ));
        &self.document.text[node.start as usize + inset..node.end as usize - inset]
    }

    /// The node that an alias stands for; any other node itself.
    #[must_use]
    pub fn resolved(self) -> Self {
        match self.kind() {
            Kind::Alias => self.at(self.raw().link),
            _ => self,
        }
    }

    /// Items of a sequence; keys and values in turn of a mapping.
    pub fn children(self) -> impl Iterator<Item = Self> + Clone {
        let end = self.next();
        let mut at = self.id.0 + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = self.at(at);
                at = child.next();
                child
            })
        })
    }

    /// Keys with their values as written, duplicates and merge keys included.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> + Clone {
        let mut children = self.children();
        let is_mapping = self.kind() == Kind::Mapping;
        std::iter::from_fn(move || {
            if !is_mapping {
                return None;
            }
            Some((children.next()?, children.next()?))
        })
    }

    /// Whether it is a key that merges: `<<`, plain, or of any style behind `!` or `!!merge`.
    pub fn is_merge_key(self) -> bool {
        self.kind() == Kind::Scalar
            && match self.tag() {
                None => self.style() == Style::Plain,
                Some(tag) => matches!(tag, Tag::Merge | Tag::NonSpecific),
            }
            && self.text() == "<<"
    }

    /// The value of a key as Kubernetes reads it: the last duplicate counts, merge keys are looked through in
    /// place, aliases are followed.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|(_, value)| value.resolved())
    }

    /// The key and the value as written that decide what `key` is, which may stand behind a merge key.
    pub fn entry(self, key: &str) -> Option<(Self, Self)> {
        let mut found = None;
        for (name, value) in self.resolved().entries() {
            if self.document.has_merge && name.is_merge_key() {
                found = merged(value, key).or(found);
            } else if name.key_text().is_some_and(|text| text == key) {
                found = Some((name, value));
            }
        }
        found
    }

    /// A key as a JSON object has it: numbers and booleans become their text. `None` where JSON has no such key.
    pub fn key_text(self) -> Option<Cow<'d, str>> {
        super::value::key_text(self.resolved())
    }
}

/// The entry of `key` in what a merge key merges.
pub(super) fn merged<'d>(value: NodeRef<'d>, key: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
    let value = value.resolved();
    match value.kind() {
        Kind::Mapping => value.entry(key),
        Kind::Sequence => value.children().find_map(|item| item.entry(key)),
        Kind::Scalar | Kind::Alias => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_no_more_than_24_bytes() {
        assert!(size_of::<Node>() <= 24);
    }
}
