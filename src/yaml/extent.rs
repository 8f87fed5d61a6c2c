//! Where a node's bytes lie. The parser's own marks of absent values, block scalars and block sequences lie elsewhere.

use super::node::NodeRef;
use crate::text::Span;

/// The parser puts an absent value before the colon of its key; it belongs behind it.
pub(super) fn absent_value(text: &str, span: Span) -> Span {
    let blanks =
        text[span.start..].len() - text[span.start..].trim_start_matches([' ', '\t']).len();
    let colon = span.start + blanks;
    // A colon with a letter behind it begins the next key.
    let ends_here = |c: char| c.is_whitespace() || ",[]{}".contains(c);
    match text[colon..].strip_prefix(':') {
        Some(rest) if rest.is_empty() || rest.starts_with(ends_here) => Span::empty(colon + 1),
        _ => span,
    }
}

/// A block scalar's bytes: from its `|` or `>` to the end of its last content line, or, where trailing blank lines are
/// kept, to the end of the last of them. The parser's span begins at the content and ends at the next token.
pub(super) fn block_scalar(text: &str, cursor: usize, content: Span) -> Span {
    let start = header(text, cursor);
    let header = header_text(text, start);
    let bytes = text.as_bytes();
    let line_start = memchr::memrchr2(b'\n', b'\r', &bytes[..content.start]).map_or(0, |n| n + 1);
    let indent = content.start.saturating_sub(line_start);
    let mut end = content.end.max(start + header.len());
    while let Some(n) = memchr::memrchr2(b'\n', b'\r', &bytes[start + header.len()..end]) {
        let line = &text[start + header.len() + n + 1..end];
        let blank = line.bytes().all(|b| b == b' ') && line.len() <= indent.max(1);
        let at_end_of_text = end == bytes.len() && !line.is_empty();
        if !blank || (header.contains('+') && (end != content.end || at_end_of_text)) {
            break;
        }
        end = start + header.len() + n;
    }
    let trimmed = text[..end].trim_end_matches('\r').len();
    Span::new(start, trimmed.max(start + header.len()))
}

/// Where the `|` or `>` stands that follows `cursor`.
fn header(text: &str, cursor: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = cursor;
    while start < bytes.len() {
        match bytes[start] {
            b'|' | b'>' => break,
            b'#' => {
                let line = memchr::memchr2(b'\n', b'\r', &bytes[start..]);
                start = line.map_or(bytes.len(), |n| start + n);
            }
            b'&' | b'!' => {
                while start < bytes.len() && !bytes[start].is_ascii_whitespace() {
                    start += 1;
                }
            }
            _ => start += 1,
        }
    }
    start
}

/// The `|2-` of a block scalar that begins at `start`, without a comment.
pub(super) fn header_text(text: &str, start: usize) -> &str {
    let end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[start..]);
    text[start..end.map_or(text.len(), |n| start + n)]
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim_end()
}

/// The dash of the sequence item whose content begins at `content`.
pub(super) fn dash_before(text: &str, content: usize) -> Option<usize> {
    let mut end = content;
    loop {
        let line_start = memchr::memrchr(b'\n', &text.as_bytes()[..end]).map_or(0, |n| n + 1);
        // A comment may stand between the dash and its item; a dash in a comment is none.
        let line = &text[line_start..end];
        let comment = [" #", "\t#"]
            .iter()
            .filter_map(|mark| line.find(mark))
            .min();
        let code = &line[..comment.unwrap_or(line.len())];
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

impl NodeRef<'_> {
    /// The dash of an item of a block sequence, as an offset into the document's text.
    pub(super) fn dash(self) -> Option<usize> {
        dash_before(self.document.text, self.outer_span().start)
    }

    /// Where the entry of a key begins: at the `?` before it, or else at the key.
    pub(super) fn entry_start(self) -> usize {
        let start = self.outer_span().start;
        let before = self.document.text[..start].trim_end_matches(' ');
        match before.strip_suffix('?') {
            Some(rest) if before.len() < start => rest.len(),
            _ => start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_stands_behind_its_own_colon() {
        let at = |text: &str, start| absent_value(text, Span::empty(start)).start;
        assert_eq!(at("a :\nb:", 1), 3);
        assert_eq!(at("{a:, b}", 2), 3);
        assert_eq!(at("? k\n:x: y", 4), 4);
    }
}
