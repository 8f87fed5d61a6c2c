//! Nodes from the parser's events, one at a time, in source order.
//!
//! What go-yaml v2 refuses beyond YAML 1.2 (keys that JSON cannot have, infinities, tags that do not fit, tabs) is
//! refused here as well, so that a document that parses is one that Kubernetes reads.

use super::dialect;
use super::extent::{absent_value, block_scalar, dash_before};
use super::node::{Anchor, Document, Kind, Node, NodeId, Properties, Style, Tag};
use super::parse::{MAX_DEPTH, Setting};
use super::suspect::{self, Suspects};
use super::{ReadError, value};
use crate::text::Span;
use std::borrow::Cow;

pub(super) struct Builder<'a> {
    pub(super) document: Document<'a>,
    /// Open collections, and how many children each has so far.
    open: Vec<(u32, u32)>,
    /// Node of each anchor id.
    anchors: Vec<u32>,
    /// Where the last token ended.
    cursor: usize,
    /// Where the last node ended, which may be absent and stand behind a token.
    end: usize,
    suspects: Suspects,
}

/// A tag and its bytes.
pub(super) type Tagged = Option<(Tag, Span)>;

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, setting: Setting) -> Self {
        let document = Document {
            text,
            offset: 0,
            nodes: Vec::with_capacity(text.len() / 16),
            decoded: Vec::new(),
            properties: Vec::new(),
            has_merge: false,
            has_alias: false,
            setting,
        };
        Self {
            document,
            open: Vec::new(),
            anchors: Vec::new(),
            cursor: 0,
            end: 0,
            suspects: if setting.json {
                Suspects::default()
            } else {
                Suspects::of(text)
            },
        }
    }

    /// The document has ended.
    pub(super) fn finish(&mut self) -> Result<(), ReadError> {
        self.gap(self.document.text.len())?;
        // A copy has no room to spare; shrinking leaves that to the allocator, and many documents are kept.
        self.document.nodes = self.document.nodes.as_slice().to_vec();
        let end = self.cursor.max(self.end);
        let root = self.document.root();
        let node = root.map(|root| Span::new(root.outer_span().start, end));
        let marked = self.document.setting.separator > 0;
        dialect::nothing_around(self.document.text, node, marked)
    }

    pub(super) fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: Style,
        span: Span,
        tag: Tagged,
    ) -> Result<(), ReadError> {
        let source = self.document.text;
        let own = match style {
            Style::Literal | Style::Folded => block_scalar(source, self.cursor, span),
            Style::Plain if span.is_empty() => absent_value(source, span),
            _ => span,
        };
        self.gap(own.start)?;
        if matches!(style, Style::Literal | Style::Folded) {
            dialect::unfinished_block(source, own, span)?;
            if self.open.is_empty() {
                dialect::root_block(source, own, span)?;
            }
        }
        let is_key = self.at_key();
        let id = self.push(Kind::Scalar, style, own);
        let inset = usize::from(dialect::is_quoted(style));
        let written = source.get(own.start + inset..own.end.saturating_sub(inset));
        let absent = style == Style::Plain && span.is_empty();
        if !absent && written != Some(&*text) {
            self.document.decoded.push(text.into());
            self.document.nodes[id as usize].link = self.document.decoded.len() as u32;
            if style == Style::DoubleQuoted && !self.document.setting.json {
                dialect::escapes(source, span)?;
            }
        }
        let start = tag.map_or(span.start, |(_, tag)| tag.start.min(span.start));
        self.tagged(id, tag)?;
        self.end = own.end;
        if !absent {
            self.suspects_in(own, span, style, is_key)?;
            self.cursor = own.end;
        }
        if self.in_flow() && !self.document.setting.json {
            if style == Style::Plain {
                dialect::flow_plain(source, span, is_key)?;
            }
            if is_key {
                dialect::flow_key(source, Span::new(start, span.end))?;
            }
        }
        self.counted();
        let node = self.document.node(NodeId(id));
        if !is_key {
            return value::check_scalar(node);
        }
        value::check_key(node)?;
        self.document.has_merge |= node.is_merge_key();
        Ok(())
    }

    pub(super) fn open(
        &mut self,
        kind: Kind,
        style: Style,
        span: Span,
        tag: Tagged,
    ) -> Result<(), ReadError> {
        if self.at_key() {
            let what = if kind == Kind::Mapping {
                "mapping"
            } else {
                "list"
            };
            let message = format!("a key cannot be a {what}");
            return Err(ReadError::new(span, message)
                .help("put a text that begins with a bracket in quotes"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.gap(span.start)?;
        let id = self.push(kind, style, span);
        self.tagged(id, tag)?;
        self.counted();
        self.open.push((id, 0));
        self.cursor = self.cursor.max(span.end);
        Ok(())
    }

    pub(super) fn close(&mut self, span: Span) -> Result<(), ReadError> {
        let style = self
            .open
            .last()
            .map(|&(id, _)| self.document.nodes[id as usize].style);
        if style == Some(Style::Flow) {
            self.gap(span.start)?;
            self.cursor = self.cursor.max(span.end);
        }
        let Some((id, _)) = self.open.pop() else {
            return Ok(());
        };
        let next = self.document.nodes.len() as u32;
        self.document.nodes[id as usize].link = next;
        let node = self.document.node(NodeId(id));
        let (mut start, mut end) = (node.span().start, span.end);
        if style == Some(Style::Block) {
            // The parser's marks of block collections lie at the next token.
            let mut last = None;
            for (index, child) in node.children().enumerate() {
                if index == 0 {
                    start = child.outer_span().start;
                }
                last = Some(child.span().end);
            }
            if node.kind() == Kind::Sequence {
                start = dash_before(self.document.text, start).unwrap_or(start);
            }
            end = last.unwrap_or(start).max(start);
        }
        if self.document.has_merge {
            let merges = node.entries().filter(|(key, _)| key.is_merge_key());
            merges
                .map(|(_, value)| value)
                .try_for_each(value::check_merge)?;
        }
        let node = &mut self.document.nodes[id as usize];
        (node.start, node.end) = (start as u32, end as u32);
        Ok(())
    }

    pub(super) fn alias(&mut self, id: usize, span: Span) -> Result<(), ReadError> {
        let name = &self.document.text[span.start + 1..span.end];
        let Some(&target) = self.anchors.get(id) else {
            return Err(unknown_anchor(name, span));
        };
        if self.open.iter().any(|&(open, _)| open == target) {
            let message = format!("the value of the anchor `{name}` contains itself");
            return Err(ReadError::new(span, message).help("name another anchor here"));
        }
        self.gap(span.start)?;
        dialect::anchor_name(self.document.text, span)?;
        let is_key = self.at_key();
        if is_key && self.in_flow() {
            dialect::flow_key(self.document.text, span)?;
        }
        let node = self.push(Kind::Alias, Style::Plain, span);
        self.document.nodes[node as usize].link = target;
        self.document.has_alias = true;
        let rows = &mut self.document.properties;
        if let Ok(at) = rows.binary_search_by_key(&target, |row| row.node)
            && let Some(anchor) = &mut rows[at].anchor
        {
            anchor.aliases += 1;
        }
        self.counted();
        self.cursor = span.end;
        let node = self.document.node(NodeId(node));
        if is_key {
            return value::check_key(node);
        }
        // A key may have been anchored that cannot be a value.
        value::check_scalar(node.resolved()).map_err(|error| ReadError { span, ..error })
    }

    /// `&name`, which belongs to the node of the event before.
    pub(super) fn anchor(&mut self, id: usize, span: Span) -> Result<(), ReadError> {
        dialect::anchor_name(self.document.text, span)?;
        let node = self.document.nodes.len() as u32 - 1;
        let Node { kind, end, .. } = self.document.nodes[node as usize];
        let was_key = kind == Kind::Scalar && !self.at_key();
        if was_key && self.in_flow() && self.in_mapping() && !self.document.setting.json {
            let key = Span::new(span.start, end as usize);
            dialect::flow_key(self.document.text, key)?;
        }
        if self.anchors.len() <= id {
            self.anchors.resize(id + 1, u32::MAX);
        }
        self.anchors[id] = node;
        let anchor = Anchor {
            name: Span::new(span.start + 1, span.end),
            aliases: 0,
        };
        self.row(node, span.start).anchor = Some(anchor);
        self.cursor = self.cursor.max(span.end);
        Ok(())
    }

    fn push(&mut self, kind: Kind, style: Style, span: Span) -> u32 {
        let id = self.document.nodes.len() as u32;
        self.document.nodes.push(Node {
            start: span.start as u32,
            end: span.end as u32,
            link: 0,
            kind,
            style,
            has_properties: false,
        });
        id
    }

    /// Whether the next child of the innermost collection is a key.
    fn at_key(&self) -> bool {
        self.in_mapping()
            && self
                .open
                .last()
                .is_some_and(|(_, children)| children % 2 == 0)
    }

    fn in_mapping(&self) -> bool {
        let innermost = self.open.last();
        innermost.is_some_and(|&(id, _)| self.document.nodes[id as usize].kind == Kind::Mapping)
    }

    fn counted(&mut self) {
        if let Some((_, children)) = self.open.last_mut() {
            *children += 1;
        }
    }

    fn in_flow(&self) -> bool {
        self.open
            .last()
            .is_some_and(|&(id, _)| self.document.nodes[id as usize].style == Style::Flow)
    }

    fn tagged(&mut self, node: u32, tag: Tagged) -> Result<(), ReadError> {
        if let Some((tag, span)) = tag {
            dialect::tag(self.document.text, span)?;
            self.row(node, span.start).tag = Some(tag);
            self.cursor = self.cursor.max(span.end);
        }
        Ok(())
    }

    fn row(&mut self, node: u32, start: usize) -> &mut Properties {
        self.document.nodes[node as usize].has_properties = true;
        let rows = &mut self.document.properties;
        if rows.last().is_none_or(|row| row.node != node) {
            rows.push(Properties {
                node,
                start: start as u32,
                tag: None,
                anchor: None,
            });
        }
        let row = rows
            .last_mut()
            .expect("internal error: a row was just pushed");
        row.start = row.start.min(start as u32);
        row
    }

    /// Judges suspects between the last token and the one that begins at `end`.
    fn gap(&mut self, end: usize) -> Result<(), ReadError> {
        while let Some(at) = self.suspects.next_before(end) {
            suspect::in_gap(self.document.text, self.cursor, at, self.in_flow())?;
            self.suspects.pass();
        }
        Ok(())
    }

    /// Judges suspects in a scalar, and among the blank lines behind a plain one, which go-yaml reads along with it.
    fn suspects_in(
        &mut self,
        own: Span,
        content: Span,
        style: Style,
        is_key: bool,
    ) -> Result<(), ReadError> {
        let text = self.document.text;
        let mut blank = own.end;
        while let Some(at) = self.suspects.next_before(text.len()) {
            let block = matches!(style, Style::Literal | Style::Folded);
            let behind = at
                >= if block {
                    own.end.max(content.end)
                } else {
                    own.end
                };
            if behind && (style != Style::Plain || !text[blank..at].trim_ascii_start().is_empty()) {
                break;
            }
            let indent = || self.indent().map_or(0, |column| column + 1);
            match style {
                Style::Plain if behind => suspect::behind_plain(text, at, indent())?,
                Style::Plain => suspect::in_plain(text, at, indent())?,
                Style::Literal | Style::Folded => {
                    suspect::in_block(text, own.start, content.start, at, self.indent())?;
                }
                _ => suspect::in_quotes(text, own, at, is_key)?,
            }
            blank = blank.max(at);
            self.suspects.pass();
        }
        Ok(())
    }

    /// Where the innermost collection in brackets begins.
    pub(super) fn open_bracket(&self) -> Option<usize> {
        let starts = self.open.iter().rev().map(|&(id, _)| {
            let node = &self.document.nodes[id as usize];
            (node.style == Style::Flow).then_some(node.start as usize)
        });
        // A pair in a list is a mapping without a bracket of its own.
        starts
            .map_while(|start| start)
            .find(|&start| self.document.text[start..].starts_with(['[', '{']))
    }

    /// Column of the innermost open block collection.
    fn indent(&self) -> Option<usize> {
        let nodes = &self.document.nodes;
        let mut open = self.open.iter().rev().map(|&(id, _)| &nodes[id as usize]);
        let block = open.find(|node| node.style == Style::Block)?;
        Some(suspect::column(self.document.text, block.start as usize))
    }
}

/// The nesting is deeper than what is read.
pub(super) fn too_deep(span: Span) -> ReadError {
    ReadError::new(span, format!("nested more than {MAX_DEPTH} levels deep"))
        .help("split the object")
}

/// An alias without its anchor.
pub(super) fn unknown_anchor(name: &str, span: Span) -> ReadError {
    ReadError::new(span, format!("no anchor `&{name}` stands before its alias"))
        .help("anchors hold within one document; quote a text that begins with `*`")
}
