//! Text of one document to nodes. The only file that names the parser.

use super::ReadError;
use super::alias;
use super::builder::{self, Builder, Tagged};
use super::node::{Document, Kind, Style, Tag};
use super::suspect::{self, BOM};
use crate::text::Span;
use granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle, options,
};

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
    if !setting.json
        && let Some(at) = suspect::misread_byte_order_mark(text, setting.separator)
    {
        let message = "Kubernetes may misread what follows this byte order mark";
        return Err(ReadError::new(Span::new(at, at + BOM.len()), message).help("remove it"));
    }
    let mut builder = Builder::new(text, setting);
    for step in Parser::new_from_str_with_options(text, parser_options(setting)) {
        let (event, span) = step.map_err(|error| refused(text, &error, builder.open_bracket()))?;
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

/// The parser's refusal in our words, at the place that is to be mended.
fn refused(text: &str, error: &ScanError, bracket: Option<usize>) -> ReadError {
    let kind = error.kind();
    let at = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(0));
    let at = mistake(text, kind, at);
    let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n);
    let span = Span::new(at, text.floor_char_boundary(line_end.min(at + 40)));
    match kind {
        ErrorKind::RecursionLimitExceeded => return builder::too_deep(span),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("`{open}` is closed by `{close}`");
            return ReadError::new(span, message).help("close each bracket with its own kind");
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let message = format!("a text cannot begin with `{}`", character.escape_default());
            return ReadError::new(span, message).help(QUOTE_TEXT);
        }
        _ => {}
    }
    let found = structure(kind, &text[at..]).or_else(|| token(kind, &text[at..]));
    let Some((message, help)) = found else {
        return ReadError::new(span, lower_first(&error.info()));
    };
    let error = ReadError::new(span, message);
    match bracket.filter(|_| help == CLOSE_BRACKET) {
        Some(open) => {
            let line = text[open..].lines().next().unwrap_or_default();
            let shown = &line[..line.floor_char_boundary(20)];
            error.help(format!("close the bracket that begins `{shown}`"))
        }
        None => error.help(help),
    }
}

const QUOTE_TEXT: &str = "put it in quotes, if it is text";
const CLOSE_BRACKET: &str = "close each bracket before this line";
const USE_SPACES: (&str, &str) = (
    "a tab cannot stand where indentation is expected",
    "use spaces",
);

/// The parser's mark, moved to what is wrong: the tab before it, the dash of an item.
fn mistake(text: &str, kind: &ErrorKind, at: usize) -> usize {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    let moved = match kind {
        ErrorKind::TabAtBlockScalarStart => text[at..].find('\t').map(|n| at + n),
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => text[line..at].rfind('\t').map(|n| line + n),
        ErrorKind::ExpectedBlockMappingKey => {
            let before = text[line..at].trim_end();
            let dash = before.ends_with('-') && before.trim_start().len() == 1;
            dash.then_some(line + before.len() - 1)
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => wrong_escape(text, at),
        _ => None,
    };
    moved.unwrap_or(at)
}

/// The first wrong escape of the double-quoted text that begins at `quote`.
fn wrong_escape(text: &str, quote: usize) -> Option<usize> {
    let mut from = quote;
    loop {
        let at = from + memchr::memchr(b'\\', &text.as_bytes()[from..])?;
        let escape = text[at + 1..].chars().next()?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            c if "0abt\tnvfre \"/\\N_LP\n\r".contains(c) => 0,
            _ => return Some(at),
        };
        let code = text.get(at + 2..at + 2 + digits).unwrap_or_default();
        let value = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        if digits > 0 && value.is_none() {
            return Some(at);
        }
        from = at + 1 + escape.len_utf8();
    }
}

/// How lines, keys, items and brackets can be wrong, and what to do; `rest` is the text from the place on.
fn structure(kind: &ErrorKind, rest: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed => (
            "mapping values are not allowed here",
            "put a text that holds `: ` in quotes, or align the key with its siblings",
        ),
        ErrorKind::ExpectedBlockMappingKey if rest.starts_with('-') => (
            "a list item stands among keys",
            "indent it below the key that it belongs to",
        ),
        ErrorKind::ExpectedBlockMappingKey => {
            ("a key is expected here", "align it with the keys above")
        }
        ErrorKind::ExpectedBlockSequenceEntry => (
            "a list item `- ` is expected here",
            "align it with the dashes above",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "no colon with a blank follows this key",
            "write `key: value`, or indent the line where it continues the text above",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "a list item cannot begin here",
            "put it on a line of its own, or the text in quotes",
        ),
        ErrorKind::MappingKeyNotAllowed => ("a key cannot begin here", QUOTE_TEXT),
        ErrorKind::BlockEntryInFlowCollection => (
            "a list item `- ` cannot stand in brackets",
            "write `[a, b]`, or put the text in quotes",
        ),
        ErrorKind::ExpectedNodeContent | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a value is expected here", "write one, or `null`")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("a closing bracket without an opening one", QUOTE_TEXT)
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping => (
            "a bracket is never closed",
            "close it, or put the text in quotes",
        ),
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => (
            "a comma or a closing bracket is expected here",
            CLOSE_BRACKET,
        ),
        ErrorKind::InvalidColonPlacement => {
            ("a colon cannot stand here in brackets", CLOSE_BRACKET)
        }
        ErrorKind::CommentInterceptedScalar => (
            "a comment has ended the text that this line would continue",
            "move the comment",
        ),
        ErrorKind::DirectiveDisallowed => (
            "Kubernetes does not take directives",
            "remove the line; put a text that begins with `%` in quotes",
        ),
        ErrorKind::InvalidDocumentEnd => (
            "only blanks or a comment may follow `...`",
            "begin a new document with `---`",
        ),
        _ => return None,
    })
}

/// How a scalar, a name or a tag can be wrong, and what to do; `rest` is the text from the place on.
fn token(kind: &ErrorKind, rest: &str) -> Option<(&'static str, &'static str)> {
    let single = rest.starts_with('\'');
    Some(match kind {
        ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => USE_SPACES,
        ErrorKind::UnclosedQuotedScalar if single => (
            "a single quote is never closed",
            "write a `'` inside single quotes as `''`",
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => (
            "a double quote is never closed",
            "write a `\"` inside double quotes as `\\\"`",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar => (
            "text stands behind the closing quote",
            "write a `'` inside single quotes as `''`",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text stands behind the closing quote",
            "write a `\"` inside double quotes as `\\\"`",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "an unknown escape in double quotes",
            "write a backslash as `\\\\`, or use single quotes",
        ),
        ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "an escape that is no character",
            "write two digits after `\\x`, four after `\\u`, eight after `\\U`",
        ),
        ErrorKind::InvalidBlockScalarHeader => (
            "text stands behind the sign of a block scalar",
            "begin the text on the next line, indented",
        ),
        ErrorKind::InvalidBlockScalarIndent => (
            "the first line of a block scalar is indented less than an empty line above it",
            "remove the blanks of the empty line",
        ),
        ErrorKind::CommentNotSeparated => (
            "a blank must stand before the `#` of a comment",
            "put one there",
        ),
        ErrorKind::MissingAnchorOrAliasName => ("a name is expected after `&` and `*`", QUOTE_TEXT),
        ErrorKind::UndeclaredTagHandle => (
            "a tag with two `!` is not known",
            "write `!name`, or put the text in quotes",
        ),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            ("a dash cannot stand alone in brackets", "put it in quotes")
        }
        _ => return None,
    })
}

/// Lower case, but for names that are all capitals.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.as_str()) {
        (Some(first), rest) if !rest.starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => text.to_owned(),
    }
}
