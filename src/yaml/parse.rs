//! Text of one document to nodes. The only file that names the parser.
//!
//! The parser reads YAML 1.2; what go-yaml v2 refuses beyond it (keys that JSON cannot have, infinities, tags that do
//! not fit) is refused here as well, so that a document that parses is one that Kubernetes reads.

use super::node::{Anchor, Document, Kind, Node, NodeId, NodeRef, Properties, Style, Tag};
use super::{ReadError, alias, value};
use crate::text::Span;
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, StructureStyle, options};
use std::borrow::Cow;

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 1_000;
/// Longest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 32 << 20;

impl<'a> Document<'a> {
    /// Reads the first document of `text`, which begins `offset` bytes into its stream.
    ///
    /// # Errors
    /// What Kubernetes cannot read, with its place in the stream.
    pub fn parse(text: &'a str, offset: usize) -> Result<Self, ReadError> {
        if text.len() > MAX_DOCUMENT {
            let message = format!(
                "a document of {} bytes; {MAX_DOCUMENT} is the most that is read",
                text.len()
            );
            return Err(ReadError::new(Span::empty(offset), message));
        }
        let mut builder = Builder::new(text);
        builder.run().map_err(|error| error.shifted(offset))?;
        let document = Document {
            offset,
            ..builder.document
        };
        alias::check(&document).map_err(|error| error.shifted(offset))?;
        Ok(document)
    }
}

fn parser_options(text: &str) -> Options {
    // A JSON document's keys may be of any length, and on a line of their own.
    let json = text
        .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .starts_with('{');
    options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        disallow_directives: true,
        bom_inside_document_as_content: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        simple_key_max_lookahead: if json { MAX_DOCUMENT } else { 1024 },
    }
}

struct Builder<'a> {
    document: Document<'a>,
    /// Open collections, and how many children each has so far.
    open: Vec<(u32, u32)>,
    /// Node of each anchor id.
    anchors: Vec<u32>,
    /// Where the last token ended; a block scalar's header is looked for from here.
    cursor: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let document = Document {
            text,
            offset: 0,
            nodes: Vec::with_capacity(text.len() / 16),
            decoded: Vec::new(),
            properties: Vec::new(),
            has_merge: false,
        };
        Self {
            document,
            open: Vec::new(),
            anchors: Vec::new(),
            cursor: 0,
        }
    }

    fn run(&mut self) -> Result<(), ReadError> {
        let text = self.document.text;
        for step in Parser::new_from_str_with_options(text, parser_options(text)) {
            let (event, span) = step.map_err(|error| refused(text, &error))?;
            let range = span.byte_range().unwrap_or_default();
            let tag_start = span.tag_start().and_then(|mark| mark.byte_offset());
            let span = Span::new(range.start, range.end);
            if matches!(event, Event::DocumentEnd) {
                self.document.nodes.shrink_to_fit();
                return self.nothing_follows(text);
            }
            self.event(event, span, tag_start)?;
        }
        Ok(())
    }

    /// Kubernetes would silently cut off what stands after `...`.
    fn nothing_follows(&self, text: &'a str) -> Result<(), ReadError> {
        let mut rest = self.document.root().map_or(0, |root| root.span().end);
        let mut ended = false;
        for line in text[rest..].split_inclusive('\n') {
            let words = line.split('#').next().unwrap_or_default().trim();
            if ended && !words.is_empty() {
                let span = Span::new(rest, rest + line.trim_end().len());
                let message = "Kubernetes drops what stands after `...`";
                return Err(ReadError::new(span, message).help("begin a new document with `---`"));
            }
            ended |= line.starts_with("...");
            rest += line.len();
        }
        Ok(())
    }

    fn event(
        &mut self,
        event: Event<'a>,
        span: Span,
        tag_start: Option<usize>,
    ) -> Result<(), ReadError> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                let tag = tag.map(|tag| tag_of(&tag));
                self.scalar(text, style, span, tag.zip(tag_start))?;
            }
            Event::SequenceStart(style, _, tag) => {
                self.open(
                    Kind::Sequence,
                    style,
                    span,
                    tag.map(|t| tag_of(&t)).zip(tag_start),
                )?;
            }
            Event::MappingStart(style, _, tag) => {
                self.open(
                    Kind::Mapping,
                    style,
                    span,
                    tag.map(|t| tag_of(&t)).zip(tag_start),
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::UnresolvedAlias(name) => {
                return Err(ReadError::new(
                    span,
                    format!("no anchor `&{name}` stands before this in its document"),
                ));
            }
            Event::Alias(id) => self.alias(id, span)?,
            Event::Anchor(id, _) => self.anchor(id, span)?,
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, style: Style, span: Span) -> u32 {
        let id = self.document.nodes.len() as u32;
        let (start, end) = (span.start as u32, span.end as u32);
        self.document.nodes.push(Node {
            start,
            end,
            next: id + 1,
            aux: 0,
            kind,
            style,
            has_properties: false,
        });
        id
    }

    /// Whether the next child of the innermost collection is a key.
    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|&(id, children)| {
            children % 2 == 0 && self.document.nodes[id as usize].kind == Kind::Mapping
        })
    }

    fn counted(&mut self) {
        if let Some((_, children)) = self.open.last_mut() {
            *children += 1;
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        span: Span,
        tag: Option<(Tag, usize)>,
    ) -> Result<(), ReadError> {
        let (style, inset) = match style {
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, 1),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, 1),
            ScalarStyle::Literal => (Style::Literal, 0),
            ScalarStyle::Folded => (Style::Folded, 0),
            _ => (Style::Plain, 0),
        };
        let own = match style {
            Style::Literal | Style::Folded => block_scalar(self.document.text, self.cursor, span),
            Style::Plain if span.is_empty() => absent_value(self.document.text, span),
            _ => span,
        };
        let is_key = self.at_key();
        let id = self.push(Kind::Scalar, style, own);
        let empty = style == Style::Plain && span.is_empty();
        let written = self
            .document
            .text
            .get(own.start + inset..own.end.saturating_sub(inset));
        if !empty && written != Some(&*text) {
            self.document.decoded.push(text.into());
            self.document.nodes[id as usize].aux = self.document.decoded.len() as u32;
        }
        self.tagged(id, tag);
        self.counted();
        self.cursor = span.end;
        if style == Style::Plain && self.in_flow() {
            flow_plain(self.document.text, span, is_key)?;
        }
        let node = self.document.node(NodeId(id));
        if !is_key {
            return value::check_scalar(node);
        }
        value::check_key(node)?;
        self.document.has_merge |= node.is_merge_key();
        Ok(())
    }

    fn in_flow(&self) -> bool {
        self.open
            .last()
            .is_some_and(|&(id, _)| self.document.nodes[id as usize].style == Style::Flow)
    }

    fn open(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        span: Span,
        tag: Option<(Tag, usize)>,
    ) -> Result<(), ReadError> {
        if self.at_key() {
            return Err(ReadError::new(
                span,
                "a key cannot be a mapping or a sequence",
            ));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadError::new(
                span,
                format!("nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        let style = if style == StructureStyle::Flow {
            Style::Flow
        } else {
            Style::Block
        };
        let id = self.push(kind, style, span);
        self.tagged(id, tag);
        self.counted();
        self.open.push((id, 0));
        self.cursor = self.cursor.max(span.end);
        Ok(())
    }

    fn close(&mut self, span: Span) {
        let Some((id, _)) = self.open.pop() else {
            return;
        };
        let next = self.document.nodes.len() as u32;
        let node = self.document.node(NodeId(id));
        let (mut start, mut end) = (node.span().start, span.end);
        if node.style() == Style::Block {
            // The parser's marks of block collections lie at the next token.
            let mut last = None;
            self.document.nodes[id as usize].next = next;
            let node = self.document.node(NodeId(id));
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
        let node = &mut self.document.nodes[id as usize];
        (node.start, node.end, node.next) = (start as u32, end as u32, next);
        self.cursor = self.cursor.max(span.end.min(self.document.text.len()));
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), ReadError> {
        let Some(&target) = self.anchors.get(id) else {
            return Err(ReadError::new(span, "unknown anchor"));
        };
        if self.open.iter().any(|&(open, _)| open == target) {
            let name = &self.document.text[span.start + 1..span.end];
            return Err(ReadError::new(
                span,
                format!("the value of anchor `{name}` contains itself"),
            ));
        }
        let is_key = self.at_key();
        let node = self.push(Kind::Alias, Style::Plain, span);
        self.document.nodes[node as usize].aux = target;
        let rows = &mut self.document.properties;
        if let Ok(at) = rows.binary_search_by_key(&target, |row| row.node)
            && let Some(anchor) = &mut rows[at].anchor
        {
            anchor.aliases += 1;
        }
        self.counted();
        self.cursor = span.end;
        if is_key {
            value::check_key(self.document.node(NodeId(node)))
        } else {
            Ok(())
        }
    }

    fn anchor(&mut self, id: usize, span: Span) -> Result<(), ReadError> {
        let name = &self.document.text[span.start + 1..span.end];
        if !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        {
            let message = "an anchor's name may hold letters, digits, `_` and `-` only";
            return Err(ReadError::new(span, message));
        }
        let node = self.document.nodes.len() as u32 - 1;
        if self.anchors.len() <= id {
            self.anchors.resize(id + 1, u32::MAX);
        }
        self.anchors[id] = node;
        let anchor = Anchor {
            name: Span::new(span.start + 1, span.end),
            aliases: 0,
        };
        let row = self.row(node, span.start);
        row.anchor = Some(anchor);
        Ok(())
    }

    fn tagged(&mut self, node: u32, tag: Option<(Tag, usize)>) {
        if let Some((tag, start)) = tag {
            self.row(node, start).tag = Some(tag);
        }
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
}

/// Where go-yaml v2 would end a plain scalar in brackets and YAML 1.2 would not.
fn flow_plain(text: &str, span: Span, is_key: bool) -> Result<(), ReadError> {
    let help = "put it in quotes";
    if text[span.range()].contains('?') {
        return Err(ReadError::new(span, "in brackets, `?` begins a key").help(help));
    }
    let mut after = text[span.end..].chars();
    if is_key && after.next() == Some(':') && after.next().is_some_and(|c| ",[]{}".contains(c)) {
        return Err(
            ReadError::new(span, "in brackets, a blank must follow the colon of a key").help(help),
        );
    }
    Ok(())
}

fn tag_of(tag: &granit_parser::Tag) -> Tag {
    match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
        Some("str") => Tag::Str,
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("null") => Tag::Null,
        Some("timestamp") => Tag::Timestamp,
        Some("binary") => Tag::Binary,
        Some("merge") => Tag::Merge,
        _ => Tag::Other,
    }
}

/// The parser puts an absent value before the colon of its key; it belongs behind it.
fn absent_value(text: &str, span: Span) -> Span {
    let blanks =
        text[span.start..].len() - text[span.start..].trim_start_matches([' ', '\t']).len();
    let colon = span.start + blanks;
    if text[colon..].starts_with(':') {
        Span::empty(colon + 1)
    } else {
        span
    }
}

/// A block scalar's bytes: from its `|` or `>` to the end of its last content line, or, where trailing blank lines are
/// kept, to the end of the last of them. The parser's span begins at the content and ends at the next token.
fn block_scalar(text: &str, cursor: usize, content: Span) -> Span {
    let bytes = text.as_bytes();
    let mut start = cursor;
    while start < bytes.len() {
        match bytes[start] {
            b'|' | b'>' => break,
            b'#' => {
                start = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n)
            }
            b'&' | b'!' => {
                while start < bytes.len() && !bytes[start].is_ascii_whitespace() {
                    start += 1;
                }
            }
            _ => start += 1,
        }
    }
    let header_end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
    let header = text[start..header_end]
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim_end();
    let line_start = memchr::memrchr(b'\n', &bytes[..content.start]).map_or(0, |n| n + 1);
    let indent = content.start.saturating_sub(line_start);
    let mut end = content.end.max(start + header.len());
    while let Some(n) = memchr::memrchr(b'\n', &bytes[start + header.len()..end]) {
        let line = &text[start + header.len() + n + 1..end];
        let blank = line.bytes().all(|b| b == b' ' || b == b'\r') && line.len() <= indent.max(1);
        let at_end_of_text = end == bytes.len() && !line.is_empty();
        if !blank || (header.contains('+') && (end != content.end || at_end_of_text)) {
            break;
        }
        end = start + header.len() + n;
    }
    Span::new(
        start,
        text[..end]
            .trim_end_matches('\r')
            .len()
            .max(start + header.len()),
    )
}

/// The dash of the sequence item whose content begins at `content`.
pub(super) fn dash_before(text: &str, content: usize) -> Option<usize> {
    let mut end = content;
    loop {
        let line_start = memchr::memrchr(b'\n', &text.as_bytes()[..end]).map_or(0, |n| n + 1);
        // A comment may stand between the dash and its item; a dash in a comment is none.
        let line = &text[line_start..end];
        let code = line.split(" #").next().unwrap_or_default();
        let code = if code.trim_start().starts_with('#') {
            ""
        } else {
            code.trim_end()
        };
        if code.ends_with('-') {
            return Some(line_start + code.len() - 1);
        }
        if !code.is_empty() || line_start == 0 {
            return None;
        }
        end = line_start - 1;
    }
}

fn refused(text: &str, error: &ScanError) -> ReadError {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let at = (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let end = text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |n| at + n)
        .min(at + 40);
    let end = (at..=end)
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(at);
    ReadError::new(Span::new(at, end), lower_first(&error.info()))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

impl<'d> NodeRef<'d> {
    /// The dash of an item of a block sequence, as an offset into the document's text.
    pub(super) fn dash(self) -> Option<usize> {
        dash_before(self.document.text, self.outer_span().start)
    }
}
