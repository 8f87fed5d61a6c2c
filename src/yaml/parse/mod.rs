//! Text of one document to nodes. The only folder that names the parser.

mod refusal;

use super::ReadError;
use super::alias;
use super::builder::{self, Builder, Tagged};
use super::node::{Document, Kind, Style, Tag};
use super::suspect::{self, BOM};
use crate::text::Span;
use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, options};

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 1_000;
/// Longest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 32 << 20;

/// How a document stands in its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Setting {
    /// Kubernetes reads it with its JSON decoder.
    pub(super) json: bool,
    /// Bytes of the separator line that Kubernetes leaves in the document, because nothing stands before it.
    pub(super) separator: usize,
}

impl<'a> Document<'a> {
    /// Reads the one document of `text`, which begins `offset` bytes into its stream, as Kubernetes reads it where a
    /// stream begins with it: a JSON value in braces as JSON, everything else as YAML.
    ///
    /// # Errors
    /// What Kubernetes cannot read, with its place in the stream.
    pub fn parse(text: &'a str, offset: usize) -> Result<Self, ReadError> {
        let json = text.trim_start().starts_with('{')
            && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        let setting = Setting {
            json,
            ..Setting::default()
        };
        Self::read(text, offset, setting)
    }

    /// Reads what edits have made of this document, in its own place in the stream.
    ///
    /// # Errors
    /// What Kubernetes cannot read there; JSON must have stayed JSON.
    pub fn edited<'b>(&self, text: &'b str) -> Result<Document<'b>, ReadError> {
        if self.setting.json {
            serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
                ReadError::new(Span::empty(self.offset), format!("no longer JSON: {error}"))
            })?;
        }
        Document::read(text, self.offset, self.setting)
    }

    /// Reads a document that stands in its stream as `setting` says.
    pub(super) fn read(text: &'a str, offset: usize, setting: Setting) -> Result<Self, ReadError> {
        read(text, setting)
            .map(|document| Self { offset, ..document })
            .map_err(|error| error.shifted(offset))
    }
}

fn read(text: &str, setting: Setting) -> Result<Document<'_>, ReadError> {
    if text.len() > MAX_DOCUMENT {
        let (size, limit) = (text.len().div_ceil(1 << 20), MAX_DOCUMENT >> 20);
        let message = format!("a document of {size} MiB, and {limit} MiB is the most that is read");
        return Err(ReadError::new(Span::empty(0), message).help("split it into several documents"));
    }
    if !setting.json {
        suspect::forbidden(text)?;
        if let Some(at) = suspect::misread_byte_order_mark(text, setting.separator) {
            let message = "Kubernetes may misread what follows this byte order mark";
            return Err(ReadError::new(Span::new(at, at + BOM.len()), message).help("remove it"));
        }
    }
    let mut builder = Builder::new(text, setting);
    for step in Parser::new_from_str_with_options(text, parser_options(setting)) {
        let (event, span) =
            step.map_err(|error| refusal::refused(text, &error, builder.open_bracket()))?;
        match event {
            Event::DocumentEnd => break,
            Event::DocumentStart(true, _) if setting.separator > 0 => {
                let message = "a second separator `---` in the place of one";
                return Err(
                    ReadError::new(bytes(&span), message).help("use one kind of line break")
                );
            }
            _ => {}
        }
        handle(&mut builder, event, &span)?;
    }
    builder.finish()?;
    alias::check(&builder.document)?;
    Ok(builder.document)
}

fn parser_options(setting: Setting) -> Options {
    options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        disallow_directives: true,
        bom_inside_document_as_content: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // A JSON document's keys may be of any length, and on a line of their own.
        simple_key_max_lookahead: if setting.json { MAX_DOCUMENT } else { 1024 },
    }
}

fn handle<'a>(
    builder: &mut Builder<'a>,
    event: Event<'a>,
    place: &granit_parser::Span,
) -> Result<(), ReadError> {
    let span = bytes(place);
    match event {
        Event::Scalar(text, style, _, tag) => {
            let style = match style {
                ScalarStyle::Plain => Style::Plain,
                ScalarStyle::SingleQuoted => Style::SingleQuoted,
                ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                ScalarStyle::Literal => Style::Literal,
                ScalarStyle::Folded => Style::Folded,
            };
            builder.scalar(text, style, span, tagged(tag.as_deref(), place))
        }
        Event::SequenceStart(style, _, tag) => builder.open(
            Kind::Sequence,
            style_of(style),
            span,
            tagged(tag.as_deref(), place),
        ),
        Event::MappingStart(style, _, tag) => builder.open(
            Kind::Mapping,
            style_of(style),
            span,
            tagged(tag.as_deref(), place),
        ),
        Event::SequenceEnd | Event::MappingEnd => builder.close(span),
        Event::Alias(id) => builder.alias(id, span),
        Event::UnresolvedAlias(name) => Err(builder::unknown_anchor(&name, span)),
        Event::Anchor(id, _) => builder.anchor(id, span),
        _ => Ok(()),
    }
}

fn bytes(place: &granit_parser::Span) -> Span {
    let range = place.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

fn style_of(style: StructureStyle) -> Style {
    match style {
        StructureStyle::Flow => Style::Flow,
        StructureStyle::Block => Style::Block,
    }
}

fn tagged(tag: Option<&granit_parser::Tag>, place: &granit_parser::Span) -> Tagged {
    let span = place.tag_span().map(|span| bytes(&span));
    Some(tag_of(tag?)).zip(span)
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
        _ if tag.parts() == ("", "!") => Tag::NonSpecific,
        _ => Tag::Other,
    }
}
