//! Where YAML 1.2, which the parser reads, and go-yaml v2 part ways inside one line: brackets, names, tags, escapes.

use super::ReadError;
use super::extent::header_text;
use super::node::Style;
use super::suspect::BOM;
use crate::text::Span;

/// White space, as both dialects have it.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];
const QUOTE_TEXT: &str = "put it in quotes, if it is text";
const QUOTE_IT: &str = "put it in quotes";
/// Longest key without a `?`, in characters up to its colon.
const LONGEST_KEY: usize = 1024;

/// Refuses a plain scalar in brackets that go-yaml v2 would end, or begin, elsewhere.
pub(super) fn flow_plain(text: &str, span: Span, is_key: bool) -> Result<(), ReadError> {
    let error = |message| Err(ReadError::new(span, message).help(QUOTE_IT));
    let written = &text[span.range()];
    if written.contains('?') {
        return error("in brackets, `?` begins a key");
    }
    if written.starts_with(':') {
        return error("in brackets, a colon cannot begin a text");
    }
    // A text may go on in the next line, and to go-yaml this colon is text.
    let after = text[span.end..].trim_start_matches(BLANK);
    let colon = after.strip_prefix(':');
    if is_key && colon.is_some_and(|rest| rest.starts_with([',', '[', ']', '{', '}'])) {
        return error("in brackets, a blank must follow the colon of a key");
    }
    Ok(())
}

/// Refuses a key in brackets whose colon stands on another line, or too far away; `?` before it lifts both.
pub(super) fn flow_key(text: &str, span: Span) -> Result<(), ReadError> {
    let after = text[span.end..].trim_start_matches([' ', '\t']);
    let colon = text.len() - after.len();
    let has_value = next_token(after).starts_with(':');
    let key = &text[span.start..colon];
    let one_line = !key.contains(['\n', '\r']) && (after.starts_with(':') || !has_value);
    let short = key.len() <= LONGEST_KEY || key.chars().count() <= LONGEST_KEY;
    let explicit = text[..span.start]
        .trim_end_matches([' ', '\t'])
        .ends_with('?');
    if !has_value || explicit || (one_line && short) {
        return Ok(());
    }
    let message = if one_line {
        format!("a key of more than {LONGEST_KEY} characters")
    } else {
        "in brackets, a key and its colon must stand on one line".to_owned()
    };
    Err(ReadError::new(span, message).help("put `? ` before the key"))
}

/// `text` from its next token on, blanks and comments skipped.
fn next_token(text: &str) -> &str {
    let mut rest = text.trim_start_matches(BLANK);
    while rest.starts_with('#') {
        let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
        rest = rest[line..].trim_start_matches(BLANK);
    }
    rest
}

/// Refuses a name of an anchor or alias that go-yaml v2 would end earlier, or refuse for what follows it.
pub(super) fn anchor_name(text: &str, span: Span) -> Result<(), ReadError> {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if !text[span.start + 1..span.end].bytes().all(letter) {
        let message = "an anchor's name may hold letters, digits, `_` and `-` only";
        return Err(ReadError::new(span, message).help(QUOTE_TEXT));
    }
    let next = text[span.end..].chars().next();
    if next.is_some_and(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | ']' | '}')) {
        let message = "a blank must follow an anchor's name";
        return Err(ReadError::new(span, message).help("put one there"));
    }
    Ok(())
}

/// Refuses a tag that go-yaml v2 does not take, or would let run on into a comma or a bracket.
pub(super) fn tag(text: &str, tag: Span) -> Result<(), ReadError> {
    let written = &text[tag.range()];
    let verbatim = written
        .strip_prefix("!<")
        .and_then(|rest| rest.strip_suffix('>'));
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.!~*'()[]%".contains(&b);
    if !verbatim.unwrap_or(written).bytes().all(fits) {
        let message = "a tag holds a character that Kubernetes does not take";
        return Err(ReadError::new(tag, message).help(QUOTE_TEXT));
    }
    let next = text[tag.end..].chars().next();
    if next.is_none_or(|c| BLANK.contains(&c)) {
        return Ok(());
    }
    Err(ReadError::new(tag, "a blank must follow a tag").help("put one there"))
}

/// Refuses escapes that JSON has and go-yaml v2 has not.
pub(super) fn escapes(text: &str, span: Span) -> Result<(), ReadError> {
    let bytes = &text.as_bytes()[..span.end];
    let mut from = span.start;
    while let Some(at) = memchr::memchr(b'\\', &bytes[from..]).map(|n| from + n) {
        let escape = &bytes[at + 1..];
        let surrogate = matches!(
            escape,
            [
                b'u',
                b'd' | b'D',
                b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                ..,
            ]
        );
        if surrogate {
            let message = "half a character: `\\u` cannot stand for what lies above U+FFFF";
            return Err(
                ReadError::new(Span::new(at, at + 6), message).help("use `\\U` with eight digits")
            );
        }
        if escape.first() == Some(&b'/') {
            let message = "Kubernetes does not know the escape `\\/`";
            return Err(
                ReadError::new(Span::new(at, at + 2), message).help("a slash needs no escape")
            );
        }
        from = at + 2;
    }
    Ok(())
}

/// Refuses a block scalar that is a whole document and not indented: to go-yaml v2 it is empty.
pub(super) fn root_block(text: &str, own: Span, content: Span) -> Result<(), ReadError> {
    let at_line_start = text[..content.start].ends_with(['\n', '\r']);
    if !at_line_start || text[content.range()].trim_matches(BLANK).is_empty() {
        return Ok(());
    }
    let message = "the lines of a block scalar must be indented";
    Err(ReadError::new(own, message).help("indent them by two spaces"))
}

/// Refuses blanks at the end of a text without a line break where they count as a line: Kubernetes adds one.
pub(super) fn unfinished_block(text: &str, own: Span, content: Span) -> Result<(), ReadError> {
    let kept = content.end == text.len() && header_text(text, own.start).contains('+');
    if !kept || !text.ends_with(' ') {
        return Ok(());
    }
    let message = "a block scalar that keeps its last lines ends without a line break";
    Err(ReadError::new(own, message).help("end the text with a line break"))
}

/// Refuses what Kubernetes would silently cut off, before or after the document's node.
///
/// `marked` is whether a document may be nothing but `...`, because a separator stands before it.
pub(super) fn nothing_around(
    text: &str,
    node: Option<Span>,
    marked: bool,
) -> Result<(), ReadError> {
    let before = node.map_or(text.len(), |node| node.start);
    if let Some(at) = text[..before].rfind(BOM).filter(|&at| at > 0) {
        let message = "Kubernetes reads a byte order mark inside a document as text";
        return Err(ReadError::new(Span::new(at, at + BOM.len()), message).help("remove it"));
    }
    if node.is_some() || !marked {
        let mut at = 0;
        for line in text[..before].split_inclusive(['\n', '\r']) {
            if after_marker(line.trim_start_matches(BOM)).is_some() {
                let message = "`...` ends a document that has not begun";
                return Err(ReadError::new(Span::new(at, at + 3), message).help("remove the line"));
            }
            at += line.len();
        }
    }
    node.map_or(Ok(()), |node| nothing_follows(text, node.end))
}

/// What follows `...` on its line.
fn after_marker(line: &str) -> Option<&str> {
    line.strip_prefix("...")
        .filter(|rest| rest.is_empty() || rest.starts_with(BLANK))
}

fn nothing_follows(text: &str, mut at: usize) -> Result<(), ReadError> {
    let mut ended = false;
    for line in text[at..].split_inclusive(['\n', '\r']) {
        let at_start = at == 0 || text[..at].ends_with(['\n', '\r']);
        let marker = after_marker(line).filter(|_| at_start);
        ended |= marker.is_some();
        let words = marker.unwrap_or(line).trim_start_matches(BLANK);
        if !words.is_empty() && !words.starts_with('#') {
            let start = at + line.len() - words.len();
            let span = Span::new(start, start + words.trim_end().len());
            return Err(cut_off(span, ended));
        }
        at += line.len();
    }
    Ok(())
}

fn cut_off(span: Span, ended: bool) -> ReadError {
    if ended {
        let message = "Kubernetes drops what stands after `...`";
        return ReadError::new(span, message).help("begin a new document with `---`");
    }
    let message = "Kubernetes drops this line and what follows: the document ends before it";
    ReadError::new(span, message)
        .help("indent the document's keys alike, or begin a new document with `---`")
}

/// How the quotes of a style are called, for scalars that have some.
pub(super) fn is_quoted(style: Style) -> bool {
    matches!(style, Style::SingleQuoted | Style::DoubleQuoted)
}
