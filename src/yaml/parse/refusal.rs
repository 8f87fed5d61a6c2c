//! The parser's refusals in our words, each with its next step.

use crate::text::Span;
use crate::yaml::{ReadError, builder};
use granit_parser::{ErrorKind, ScanError};

/// The parser's refusal in our words, at the place that is to be mended.
pub(super) fn refused(text: &str, error: &ScanError, bracket: Option<usize>) -> ReadError {
    let kind = error.kind();
    let at = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(0));
    let at = mistake(text, kind, at);
    // In brackets, tabs are welcome.
    let tab = tab_before(text, at).filter(|_| bracket.is_none());
    let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n);
    let span = Span::new(at, text.floor_char_boundary(line_end.min(at + 40)));
    match kind {
        ErrorKind::RecursionLimitExceeded => return builder::too_deep(span),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("`{open}` is closed by `{close}`");
            return ReadError::new(span, message).help("close each bracket with its own kind");
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let shown = match character {
                '`' => "a backtick".to_owned(),
                other => format!("`{}`", other.escape_default()),
            };
            let message = format!("a text cannot begin with {shown}");
            return ReadError::new(span, message).help(QUOTE_TEXT);
        }
        _ => {}
    }
    if let Some(tab) = tab {
        let span = Span::new(tab, tab + 1);
        return ReadError::new(span, USE_SPACES.0).help(USE_SPACES.1);
    }
    let rest = &text[at..];
    let found = layout(kind, rest)
        .or_else(|| brackets(kind))
        .or_else(|| quotes(kind, rest))
        .or_else(|| names(kind));
    let Some((message, help)) = found else {
        return ReadError::new(span, lower_first(&error.info())).help(QUOTE_TEXT);
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
        | ErrorKind::TabInPlainScalar => (text[line..at].rfind('\t').map(|n| line + n))
            .or_else(|| text[at..].find('\t').map(|n| at + n)),
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

/// The first tab before `at`, or at it, on a line that has only blanks before.
fn tab_before(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    let blanks = text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len();
    let tab = text[line..line + blanks].find('\t').map(|n| line + n);
    tab.filter(|_| line + blanks >= at)
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

/// How lines, keys and items can be wrong, and what to do; `rest` is the text from the place on.
fn layout(kind: &ErrorKind, rest: &str) -> Option<(&'static str, &'static str)> {
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
        ErrorKind::CommentInterceptedScalar => (
            "a comment ends the text that the next line would continue",
            "move the comment above the text",
        ),
        ErrorKind::DirectiveDisallowed => (
            "Kubernetes does not take directives",
            "remove the line; put a text that begins with `%` in quotes",
        ),
        ErrorKind::InvalidIndentation => (
            "this line is indented otherwise than those above",
            "align it with its siblings",
        ),
        ErrorKind::InvalidDocumentEnd => (
            "only blanks or a comment may follow `...`",
            "begin a new document with `---`",
        ),
        _ => return None,
    })
}

/// How brackets can be wrong, and what to do.
fn brackets(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
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
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEndOfPlainScalar => ("the text ends too early", "complete it"),
        ErrorKind::FlowMappingValueAdjacentCollection => {
            ("a blank must follow the colon of a key", "put one there")
        }
        _ => return None,
    })
}

/// How quotes and block scalars can be wrong, and what to do; `rest` is the text from the place on.
fn quotes(kind: &ErrorKind, rest: &str) -> Option<(&'static str, &'static str)> {
    let single = rest.starts_with('\'');
    Some(match kind {
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
        ErrorKind::ZeroBlockScalarIndent => (
            "a block scalar cannot be indented by 0",
            "write 1 to 9, or no number",
        ),
        _ => return None,
    })
}

/// How blanks, names and tags can be wrong, and what to do.
fn names(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => USE_SPACES,
        ErrorKind::CommentNotSeparated => (
            "a blank must stand before the `#` of a comment",
            "put one there",
        ),
        ErrorKind::MissingAnchorOrAliasName => ("a name is expected after `&` and `*`", QUOTE_TEXT),
        ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::InvalidMappingValueWhitespace => {
            ("a blank must follow here", "put a space there")
        }
        ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::ExpectedTagBang => ("a tag is not complete", QUOTE_TEXT),
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
