//! Characters that go-yaml v2, which reads YAML 1.1, takes for something else than YAML 1.2 does: tabs where it wants
//! indentation, three more line breaks, a CR before a CRLF. They are found once and judged where they stand; a
//! document without them costs no more than the search.

use super::ReadError;
use super::extent::header_text;
use crate::text::Span;

const NEL: char = '\u{85}';
const BREAKS: [char; 3] = [NEL, '\u{2028}', '\u{2029}'];
pub(super) const BOM: &str = "\u{feff}";

/// Offsets of suspects, in order; those that have been judged are behind `done`.
#[derive(Default)]
pub(super) struct Suspects {
    at: Vec<u32>,
    done: usize,
}

impl Suspects {
    /// Every tab that indents or follows an indicator, every line break of YAML 1.1, every CR before a CRLF.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut at = Vec::new();
        let mut last_tab = None;
        for offset in memchr::memchr2_iter(b'\t', b'\r', bytes) {
            if bytes[offset] == b'\r' {
                if bytes[offset + 1..].starts_with(b"\r\n") {
                    at.push(offset as u32);
                }
                continue;
            }
            let role = tab_role(bytes, offset, last_tab);
            if role == TabRole::Indents || role == TabRole::FollowsIndicator {
                at.push(offset as u32);
            }
            last_tab = Some((offset, role));
        }
        let tabs = at.len();
        let breaks = memchr::memchr2_iter(0xc2, 0xe2, bytes)
            .filter(|&offset| text[offset..].starts_with(BREAKS));
        at.extend(breaks.map(|offset| offset as u32));
        if at.len() > tabs {
            at.sort_unstable();
        }
        Self { at, done: 0 }
    }

    /// The first that has not been judged, if it lies before `end`.
    #[inline]
    pub(super) fn next_before(&self, end: usize) -> Option<usize> {
        let at = *self.at.get(self.done)? as usize;
        (at < end).then_some(at)
    }

    /// The first has been judged.
    pub(super) fn pass(&mut self) {
        self.done += 1;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TabRole {
    /// Only spaces stand before it on its line.
    Indents,
    /// Only blanks stand between it and a `-`, `?` or `:`.
    FollowsIndicator,
    /// Stands behind another tab that has been found.
    FollowsTab,
    Harmless,
}

fn tab_role(bytes: &[u8], tab: usize, last: Option<(usize, TabRole)>) -> TabRole {
    let mut before = tab;
    while before > 0 && bytes[before - 1] == b' ' {
        before -= 1;
    }
    match before.checked_sub(1).map(|at| bytes[at]) {
        // The line break NEL, LS or PS may end here.
        None | Some(b'\n' | b'\r' | 0x80..) => TabRole::Indents,
        Some(b'-' | b'?' | b':') => TabRole::FollowsIndicator,
        Some(b'\t') => match last {
            Some((_, TabRole::Harmless)) => TabRole::Harmless,
            _ => TabRole::FollowsTab,
        },
        Some(_) => TabRole::Harmless,
    }
}

fn tab_error(at: usize) -> ReadError {
    ReadError::new(
        Span::new(at, at + 1),
        "a tab cannot stand where indentation is expected",
    )
    .help("use spaces")
}

fn break_error(text: &str, at: usize) -> ReadError {
    let char = text[at..].chars().next().unwrap_or_default();
    let message = format!(
        "Kubernetes reads the character U+{:04X} as a line break",
        char as u32
    );
    let escape = match char {
        NEL => "\\N",
        '\u{2028}' => "\\L",
        _ => "\\P",
    };
    ReadError::new(Span::new(at, at + char.len_utf8()), message)
        .help(format!("write it as `{escape}` in double quotes"))
}

fn return_error(at: usize) -> ReadError {
    ReadError::new(
        Span::new(at, at + 1),
        "a carriage return stands before a line break",
    )
    .help("use one kind of line break")
}

/// Judges a suspect between two tokens; `from` is where the first of them ends.
pub(super) fn in_gap(text: &str, from: usize, at: usize, in_flow: bool) -> Result<(), ReadError> {
    if text[at..].starts_with('\r') {
        return Ok(());
    }
    if !text[at..].starts_with('\t') {
        return Err(break_error(text, at));
    }
    if in_flow {
        return Ok(());
    }
    let gap = &text[from..at];
    let line = gap.rfind(['\n', '\r']).map(|n| n + 1);
    let at_line_start = line.is_some() || from == 0;
    let before = gap[line.unwrap_or(0)..]
        .trim_start_matches(BOM)
        .trim_end_matches([' ', '\t']);
    let wrong = match before.as_bytes() {
        [] => at_line_start,
        // What looks like an indicator may end a name, or stand in a comment.
        [b'-' | b'?'] => true,
        [.., b' ' | b'\t', b'-' | b'?'] => !before.contains('#'),
        // The colon of a simple key has its key before it.
        [.., b':'] => at_line_start && before.trim_start_matches([' ', '-', '?']) == ":",
        _ => false,
    };
    if wrong { Err(tab_error(at)) } else { Ok(()) }
}

/// Judges a suspect in a quoted scalar that spans `span`.
pub(super) fn in_quotes(text: &str, span: Span, at: usize, is_key: bool) -> Result<(), ReadError> {
    let char = text[at..].chars().next().unwrap_or_default();
    match char {
        '\t' => Ok(()),
        '\r' => Err(return_error(at)),
        NEL => Err(break_error(text, at)),
        // The other two stay as they are where there is nothing to fold around them.
        _ => {
            let folds =
                |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\\') || BREAKS.contains(&c);
            let rest = &text[at + char.len_utf8()..span.end];
            let marks_document = rest.starts_with("---") || rest.starts_with("...");
            let alone = !text[..at].ends_with(folds) && !rest.starts_with(folds);
            if alone && !marks_document && !is_key {
                Ok(())
            } else {
                Err(break_error(text, at))
            }
        }
    }
}

/// Judges a suspect in a plain scalar; `indent` is the column that its lines must reach.
pub(super) fn in_plain(text: &str, at: usize, indent: usize) -> Result<(), ReadError> {
    match text.as_bytes()[at] {
        b'\t' => indents_by(text, at, indent),
        b'\r' => Err(return_error(at)),
        _ => Err(break_error(text, at)),
    }
}

/// Judges a suspect among the blank lines behind a plain scalar.
pub(super) fn behind_plain(text: &str, at: usize, indent: usize) -> Result<(), ReadError> {
    match text.as_bytes()[at] {
        b'\r' => Ok(()),
        _ => in_plain(text, at, indent),
    }
}

/// Judges a suspect in a block scalar that begins at `start`; its lines are indented by the column of `content`, or
/// by what its header says from the column `parent` on.
pub(super) fn in_block(
    text: &str,
    start: usize,
    content: usize,
    at: usize,
    parent: Option<usize>,
) -> Result<(), ReadError> {
    let digit = header_text(text, start).bytes().find(u8::is_ascii_digit);
    let indent = match digit {
        Some(digit) => parent.unwrap_or(0) + usize::from(digit - b'0'),
        // The first line that is not empty decides, and no tab may stand in its way.
        None if at <= content => usize::MAX,
        None => column(text, content),
    };
    in_plain(text, at, indent)
}

/// Refuses a tab in front of its line unless the spaces before it reach `indent`.
fn indents_by(text: &str, at: usize, indent: usize) -> Result<(), ReadError> {
    let indents = tab_role(text.as_bytes(), at, None) == TabRole::Indents;
    if indents && column(text, at) < indent {
        return Err(tab_error(at));
    }
    Ok(())
}

/// 0-based column; a byte order mark before the document has none.
pub(super) fn column(text: &str, at: usize) -> usize {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    text[line..at].trim_start_matches(BOM).chars().count()
}

/// Where a byte order mark makes go-yaml v2 drop the first character of lines: its test for one looks at the start of
/// its buffer instead of at the line. The buffer is filled 512 bytes at a time and keeps up to three characters.
///
/// `before` is how many bytes of a separator stand before the document in that buffer.
pub(super) fn misread_byte_order_mark(text: &str, before: usize) -> Option<usize> {
    let first = memchr::memmem::find_iter(text.as_bytes(), BOM.as_bytes()).find(|&at| at > 0)?;
    // Kubernetes takes CRLF for LF before go-yaml sees it.
    let seen = "-".repeat(before) + &text.replace("\r\n", "\n");
    let mut fill = if seen.starts_with(BOM) { BOM.len() } else { 0 };
    let mut next = 512;
    for (at, _) in seen.match_indices(BOM).filter(|(at, _)| *at > 0) {
        while fill < at {
            fill = if next < seen.len() {
                seen.floor_char_boundary(next)
            } else {
                next
            };
            next = fill + 512;
        }
        if fill - at <= 12 {
            return Some(first);
        }
    }
    None
}

/// Refuses what go-yaml's reader refuses, even in quotes and comments.
pub(super) fn forbidden(text: &str) -> Result<(), ReadError> {
    let Some(at) = forbidden_character(text) else {
        return Ok(());
    };
    let char = text[at..].chars().next().unwrap_or_default();
    let message = format!("the character U+{:04X} is not allowed", char as u32);
    let help = format!("write it as `\\u{:04x}` in double quotes", char as u32);
    Err(ReadError::new(Span::new(at, at + char.len_utf8()), message).help(help))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters() {
        assert_eq!(forbidden_character("a: \"\u{1b}\""), Some(4));
        assert_eq!(forbidden_character("a: \u{85}é\u{feff}\t\r\n"), None);
        assert_eq!(forbidden_character("a: \u{9f}"), Some(3));
        assert_eq!(forbidden_character("\u{ffff}"), Some(0));
    }
}
