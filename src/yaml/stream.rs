//! A stream of documents, split as `YAMLOrJSONDecoder` of apimachinery splits it.

use super::{Document, ReadError};
use crate::text::Span;

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
        if let Some(at) = forbidden_character(text) {
            let char = text[at..].chars().next().unwrap_or_default();
            let message = format!("the control character U+{:04X} is not allowed", char as u32);
            return Err(ReadError::new(Span::new(at, at + char.len_utf8()), message));
        }
        let mut documents = Vec::new();
        for frame in frames(text)? {
            documents.push(Document::parse(&text[frame.range()], frame.start)?);
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

/// What libyaml's reader refuses, even in quotes and comments.
fn forbidden_character(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|&b| SUSPICIOUS[b as usize])?;
        let forbidden = match bytes[at] {
            0xc2 => matches!(bytes[at + 1], 0x80..=0x84 | 0x86..=0x9f),
            0xef => bytes[at + 1] == 0xbf && bytes[at + 2] >= 0xbe,
            _ => true,
        };
        if forbidden {
            return Some(at);
        }
        from = at + 1;
    }
}

const SUSPICIOUS: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 0x20 {
        table[b] = !matches!(b as u8, b'\t' | b'\n' | b'\r');
        b += 1;
    }
    table[0x7f] = true;
    table[0xc2] = true;
    table[0xef] = true;
    table
};

/// Where the documents lie, without their separators.
///
/// # Errors
/// A separator with something else behind it, or a JSON stream that ends in something else.
pub fn frames(text: &str) -> Result<Vec<Span>, ReadError> {
    let mut frames = Vec::new();
    let rest = if text.trim_start().starts_with('{') {
        json_frames(text, &mut frames)?
    } else {
        0
    };
    yaml_frames(text, rest, &mut frames)?;
    Ok(frames)
}

/// A line that begins with `---` separates, whatever it stands in.
fn yaml_frames(text: &str, from: usize, frames: &mut Vec<Span>) -> Result<(), ReadError> {
    let mut begin = from;
    let mut line = from;
    while line < text.len() {
        let line_end =
            memchr::memchr(b'\n', &text.as_bytes()[line..]).map_or(text.len(), |n| line + n + 1);
        if text[line..].starts_with("---") {
            let words = text[line + 3..line_end].trim();
            if !words.is_empty() && !words.starts_with('#') {
                let span = Span::new(line, text[..line_end].trim_end().len());
                return Err(ReadError::new(
                    span,
                    "only blanks or a comment may follow a separator `---`",
                )
                .help("put the document on the next line"));
            }
            push(Span::new(begin, line), frames);
            begin = line_end;
        }
        line = line_end;
    }
    push(Span::new(begin, text.len()), frames);
    Ok(())
}

fn push(frame: Span, frames: &mut Vec<Span>) {
    if !frame.is_empty() {
        frames.push(frame);
    }
}

/// A stream that begins with `{` is tried as JSON objects one after the other; after at most one of them the rest may
/// be YAML. Gives where the YAML begins.
fn json_frames(text: &str, frames: &mut Vec<Span>) -> Result<usize, ReadError> {
    let mut at = 0;
    loop {
        let mut values =
            serde_json::Deserializer::from_str(&text[at..]).into_iter::<serde::de::IgnoredAny>();
        match values.next() {
            None => return Ok(text.len()),
            Some(Ok(_)) => {
                let end = at + values.byte_offset();
                frames.push(Span::new(at, end));
                at = end;
            }
            Some(Err(_)) if frames.len() <= 1 => return Ok(after_line(text, at)),
            Some(Err(error)) => {
                let span = Span::empty(at + offset_of(&text[at..], error.line(), error.column()));
                return Err(ReadError::new(
                    span,
                    "the JSON stream ends in something else than an object",
                ));
            }
        }
    }
}

/// Blanks after the last object, up to and including the first line break, belong to it.
fn after_line(text: &str, at: usize) -> usize {
    let blanks = text[at..].len() - text[at..].trim_start_matches([' ', '\t', '\r']).len();
    if at > 0 && text[at + blanks..].starts_with('\n') {
        at + blanks + 1
    } else {
        at
    }
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
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

    #[test]
    fn control_characters() {
        assert_eq!(forbidden_character("a: \"\u{1b}\""), Some(4));
        assert_eq!(forbidden_character("a: \u{85}é\u{feff}\t\r\n"), None);
        assert_eq!(forbidden_character("a: \u{9f}"), Some(3));
        assert_eq!(forbidden_character("\u{ffff}"), Some(0));
    }
}
