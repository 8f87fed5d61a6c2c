//! A stream of documents, split as `YAMLOrJSONDecoder` of apimachinery splits it.

use super::parse::Setting;
use super::suspect::{self, BOM};
use super::{Document, ReadError};
use crate::text::Span;
use crate::threads::Threads;

/// A whole input: its text and its documents, in order. Documents of nothing but blanks and comments have no root.
#[derive(Debug)]
pub struct Stream<'a> {
    /// The text as it came.
    pub text: &'a str,
    /// Every document that is not empty text.
    pub documents: Vec<Document<'a>>,
}

impl<'a> Stream<'a> {
    /// Splits and reads a stream.
    ///
    /// # Errors
    /// The first place that Kubernetes could not read.
    pub fn parse(text: &'a str) -> Result<Self, ReadError> {
        Self::parse_on(Threads::ONE, text)
    }

    /// Splits and reads a stream, on several threads where it is long: the same documents, the same error.
    ///
    /// # Errors
    /// The first place that Kubernetes could not read.
    pub fn parse_on(threads: Threads, text: &'a str) -> Result<Self, ReadError> {
        let frames = framed(text)?;
        let mut documents = Vec::with_capacity(frames.len());
        let read = |frame: &Frame| {
            let span = frame.span;
            Document::read(&text[span.range()], span.start, frame.setting)
        };
        let pieces = threads.each(
            &frames,
            |frame| frame.span.end - frame.span.start,
            |frames| frames.iter().map(read).collect::<Result<Vec<_>, _>>(),
        );
        for piece in pieces {
            documents.append(&mut piece?);
        }
        Ok(Self { text, documents })
    }
}

/// Bytes as text.
///
/// # Errors
/// Kubernetes would put U+FFFD in the place of invalid UTF-8, and read UTF-16; neither survives a round trip.
pub fn decode(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(
            ReadError::new(Span::empty(0), "the input is UTF-16").help("convert it to UTF-8")
        );
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("the byte 0x{:02x} is not UTF-8", bytes[at]);
        ReadError::new(Span::empty(at), message)
            .help("Kubernetes would read U+FFFD here; binary data belongs into `binaryData`")
    })
}

/// A document's bytes without its separator, and how Kubernetes comes by them.
#[derive(Clone, Copy, Debug)]
struct Frame {
    span: Span,
    setting: Setting,
}

/// So much of a stream is looked at for a `{`.
const PEEKED: usize = 4096;

/// Where the documents lie, without their separators.
///
/// # Errors
/// A separator with something else behind it, or a JSON stream that ends in something else.
pub fn frames(text: &str) -> Result<Vec<Span>, ReadError> {
    framed(text).map(|frames| frames.into_iter().map(|frame| frame.span).collect())
}

fn framed(text: &str) -> Result<Vec<Frame>, ReadError> {
    let mut frames = Vec::new();
    let peeked = &text[..text.floor_char_boundary(PEEKED)];
    let rest = if peeked.trim_start().starts_with('{') {
        json_frames(text, &mut frames)?
    } else {
        0
    };
    yaml_frames(text, rest, &mut frames)?;
    Ok(frames)
}

/// A line that begins with `---` separates, whatever it stands in.
///
/// Kubernetes leaves the separator in the document where it has collected nothing before it, so go-yaml sees it.
fn yaml_frames(text: &str, from: usize, frames: &mut Vec<Frame>) -> Result<(), ReadError> {
    let (mut begin, mut line, mut separator) = (from, from, 0);
    while line < text.len() {
        let line_end =
            memchr::memchr(b'\n', &text.as_bytes()[line..]).map_or(text.len(), |n| line + n + 1);
        if text[line..].starts_with("---") {
            let kept = begin == line && separator == 0;
            check_separator(text, Span::new(line, line_end), kept)?;
            push(text, Span::new(begin, line), separator, frames)?;
            separator = if kept { line_end - line } else { 0 };
            begin = line_end;
        }
        line = line_end;
    }
    push(text, Span::new(begin, text.len()), separator, frames)
}

/// Refuses what cannot follow `---` on its line.
fn check_separator(text: &str, line: Span, kept: bool) -> Result<(), ReadError> {
    let rest = &text[line.start + 3..line.end];
    let words = rest.trim();
    let fine = words.is_empty() || words.starts_with('#');
    if kept {
        suspect::forbidden(rest).map_err(|error| error.shifted(line.start + 3))?;
    }
    // go-yaml takes one with anything but a blank behind it for text, and more characters for the end of a comment.
    let seen = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let parted = seen.is_empty() || (seen.starts_with('#') && seen.len() < rest.len());
    let one_line = !rest.contains(['\u{85}', '\u{2028}', '\u{2029}']);
    let returns = rest.trim_end_matches('\n');
    let one_return = !returns.strip_suffix('\r').unwrap_or(returns).contains('\r');
    if fine && one_return && (!kept || (parted && one_line)) {
        return Ok(());
    }
    let span = Span::new(line.start, text[..line.end].trim_end().len());
    if fine && !one_return {
        let message = "a carriage return stands in the line of a separator";
        return Err(ReadError::new(span, message).help("use one kind of line break"));
    }
    if fine {
        let message = "a blank must follow the first separator `---`";
        return Err(ReadError::new(span, message).help("put the comment on the next line"));
    }
    let message = "only blanks or a comment may follow a separator `---`";
    Err(ReadError::new(span, message).help("put the document on the next line"))
}

fn push(
    text: &str,
    span: Span,
    separator: usize,
    frames: &mut Vec<Frame>,
) -> Result<(), ReadError> {
    if separator > 0 && text[span.range()].starts_with(BOM) {
        let span = Span::new(span.start, span.start + BOM.len());
        let message = "Kubernetes reads a byte order mark behind a separator as text";
        return Err(ReadError::new(span, message).help("remove it"));
    }
    if !span.is_empty() {
        let setting = Setting {
            json: false,
            separator,
        };
        frames.push(Frame { span, setting });
    }
    Ok(())
}

/// A stream that begins with `{` is tried as JSON values one after the other; after at most one of them the rest may
/// be YAML. Gives where the YAML begins.
fn json_frames(text: &str, frames: &mut Vec<Frame>) -> Result<usize, ReadError> {
    let mut at = 0;
    loop {
        let mut values =
            serde_json::Deserializer::from_str(&text[at..]).into_iter::<serde::de::IgnoredAny>();
        let error = match values.next() {
            None => return Ok(text.len()),
            Some(Ok(_)) => {
                let end = at + values.byte_offset();
                let setting = Setting {
                    json: true,
                    separator: 0,
                };
                let span = Span::new(at, end);
                frames.push(Frame { span, setting });
                at = end;
                continue;
            }
            Some(Err(error)) => error,
        };
        if let Some(yaml) = yaml_after(text, at).filter(|_| frames.len() <= 1) {
            return Ok(yaml);
        }
        let place = offset_of(&text[at..], error.line(), error.column());
        let (message, help) = if frames.is_empty() {
            let message = "the text begins with `{` and is no complete JSON";
            (message, "close each bracket and quote")
        } else {
            let message = "the JSON stream ends in something else than an object";
            (message, "put nothing but JSON objects one after the other")
        };
        return Err(ReadError::new(Span::empty(at + place), message).help(help));
    }
}

/// Where YAML begins that follows JSON at `at`: blanks up to and including the first line break are dropped, and at
/// least four bytes must be left each time that one is looked at (`consumeWhitespace`).
fn yaml_after(text: &str, mut at: usize) -> Option<usize> {
    let rest = text[at..].trim_start();
    // Go ends a JSON number or word where our reader finds the whole wrong.
    let number = rest.strip_prefix('-').unwrap_or(rest);
    let value = number.starts_with(|c: char| c.is_ascii_digit())
        || ["true", "false", "null"]
            .iter()
            .any(|word| rest.starts_with(word));
    if value {
        return None;
    }
    loop {
        if text.len() - at < 4 {
            return None;
        }
        let next = text[at..].chars().next()?;
        if !next.is_whitespace() {
            return Some(at);
        }
        at += next.len_utf8();
        if next == '\n' {
            return Some(at);
        }
    }
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    text.floor_char_boundary(start + column.saturating_sub(1))
}

impl Document<'_> {
    /// The chart's template that this document came from, as Helm 3 writes it above the object.
    pub fn template(&self) -> Option<&str> {
        self.text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .find_map(|line| line.strip_prefix("# Source: "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        frames(text)
            .unwrap()
            .into_iter()
            .map(|frame| &text[frame.range()])
            .collect()
    }

    #[test]
    fn separators() {
        assert_eq!(
            texts("---\na: 1\n---  # x\nb: 2\n--- \n"),
            ["a: 1\n", "b: 2\n"]
        );
        assert_eq!(texts("a: |\n  ---\n"), ["a: |\n  ---\n"]);
        for bad in ["--- {a: b}\n", "---x\n", "a: 1\n----\n"] {
            frames(bad).unwrap_err();
        }
    }

    #[test]
    fn json_objects() {
        assert_eq!(texts("{\"a\":1}{\"b\":2}\n"), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(texts("{\"a\":1}\n---\nb: 2\n"), ["{\"a\":1}", "b: 2\n"]);
        assert_eq!(texts("{a: 1}\n---\nb: 2\n"), ["{a: 1}\n", "b: 2\n"]);
    }
}
