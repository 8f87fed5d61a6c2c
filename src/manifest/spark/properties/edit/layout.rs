//! How the author of a properties text writes entries.

use super::super::Property;
use super::neighbour;
use std::fmt::Write as _;
use std::ops::Range;

/// The looks of a text's entries.
pub(super) struct Layout<'t> {
    text: &'t str,
    entries: &'t [Property],
}

/// What stands between a key and its value.
struct Separator<'t> {
    before: &'t str,
    /// `=`, `:` or nothing.
    sign: &'t str,
    after: &'t str,
}

impl<'t> Layout<'t> {
    pub(super) fn of(text: &'t str, entries: &'t [Property]) -> Self {
        Self { text, entries }
    }

    /// The text with a new entry: behind the last of its family, or at the end.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let relative = neighbour(self.entries, key);
        let model = relative.or_else(|| self.entries.iter().rev().find(|entry| entry.is_kept()));
        let model = model.or(self.entries.last());
        let indentation = model.map_or("", |model| self.indentation(model));
        let separator = self.separator(key, model);
        let (key, value) = (written_key(key), written_value(value));
        let entry = format!("{indentation}{key}{separator}{value}");
        let end = self.line_end();
        let mut out = self.text.to_owned();
        match relative {
            Some(relative) => {
                let lines = lines_of(self.text, relative);
                let is_ended = self.text[lines.clone()].ends_with(['\n', '\r']);
                let entry = if is_ended {
                    entry + end
                } else {
                    format!("{end}{entry}")
                };
                out.insert_str(lines.end, &entry);
            }
            None if out.is_empty() => _ = write!(out, "{entry}{end}"),
            None if out.ends_with(['\n', '\r']) => _ = write!(out, "{entry}{end}"),
            None => _ = write!(out, "{end}{entry}"),
        }
        out
    }

    /// What stands between a key and a value that has none yet.
    pub(super) fn plain_separator(&self) -> String {
        let written = self.entries.iter().rev();
        let mut found = written.filter_map(|entry| self.separator_of(entry));
        let found = found.find(|separator| !separator.is_empty());
        let Some(Separator {
            before,
            sign,
            after,
        }) = found
        else {
            return "=".to_owned();
        };
        let blank = |blanks: &str| if blanks.is_empty() { "" } else { " " };
        match sign {
            "" => " ".to_owned(),
            sign => format!("{}{sign}{}", blank(before), blank(after)),
        }
    }

    fn separator(&self, key: &str, model: Option<&Property>) -> String {
        let Some((model, separator)) = model.and_then(|m| Some((m, self.separator_of(m)?))) else {
            return self.plain_separator();
        };
        if separator.is_empty() {
            return self.plain_separator();
        }
        let Separator {
            before,
            sign,
            after,
        } = separator;
        let Some(column) = self.column(model) else {
            return self.plain_separator();
        };
        // Values stand below one another: blanks take up the difference, where they do so already.
        let indentation = self.indentation(model).chars().count();
        let taken = indentation + written_key(key).chars().count() + sign.len();
        let pads_before = sign.is_empty() || before.len() >= after.len();
        let fixed = match (sign, pads_before) {
            ("", _) => "",
            (_, true) => after,
            (_, false) => before,
        };
        let blanks = column.saturating_sub(taken + fixed.chars().count());
        let least = usize::from(sign.is_empty() || !before.is_empty() || !pads_before);
        let blanks = " ".repeat(blanks.max(least));
        match pads_before {
            true => format!("{blanks}{sign}{fixed}"),
            false => format!("{fixed}{sign}{blanks}"),
        }
    }

    /// The column that the values of several keys of different lengths begin in, where that of `model` is one.
    fn column(&self, model: &Property) -> Option<usize> {
        let place = |entry: &Property| {
            let separator = self.separator_of(entry)?;
            let is_padded = [separator.before, separator.after]
                .iter()
                .all(|blanks| blanks.bytes().all(|b| b == b' '));
            let start = line_start(self.text, entry.key_span.start);
            let column = self.text[start..entry.value_span.start].chars().count();
            (is_padded && !separator.is_empty()).then_some(column)
        };
        let (column, length) = (place(model)?, model.key.len());
        let mut others = self.entries.iter();
        let is_aligned =
            others.any(|entry| place(entry) == Some(column) && entry.key.len() != length);
        is_aligned.then_some(column)
    }

    /// What stands between an entry's key and its value on one line.
    fn separator_of(&self, entry: &Property) -> Option<Separator<'t>> {
        let between = self.text.get(entry.key_span.end..entry.value_span.start)?;
        if between.contains(['\n', '\r', '\\']) {
            return None;
        }
        let sign = between.find(['=', ':']);
        let (before, rest) = between.split_at(sign.unwrap_or(between.len()));
        let (sign, after) = rest.split_at(rest.len().min(1));
        Some(Separator {
            before,
            sign,
            after,
        })
    }

    fn indentation(&self, entry: &Property) -> &'t str {
        let start = line_start(self.text, entry.key_span.start);
        let before = &self.text[start..entry.key_span.start];
        // A byte order mark, or an escape that a key begins with, is no indentation.
        if before.bytes().all(|b| matches!(b, b' ' | b'\t')) {
            before
        } else {
            ""
        }
    }

    fn line_end(&self) -> &'static str {
        let at = memchr::memchr2(b'\n', b'\r', self.text.as_bytes());
        match at.map(|at| &self.text[at..]) {
            Some(rest) if rest.starts_with("\r\n") => "\r\n",
            Some(rest) if rest.starts_with('\r') => "\r",
            _ => "\n",
        }
    }
}

impl Separator<'_> {
    fn is_empty(&self) -> bool {
        self.before.is_empty() && self.sign.is_empty() && self.after.is_empty()
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// All lines of an entry, with their ends.
fn lines_of(text: &str, entry: &Property) -> Range<usize> {
    let start = line_start(text, entry.key_span.start);
    let mut at = entry.value_span.end.max(entry.key_span.end);
    loop {
        let rest = &text[at..];
        let Some(end) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) else {
            return start..text.len();
        };
        let break_length = if rest[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        let line = &text[line_start(text, at)..at + end];
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        at += end + break_length;
        if backslashes.is_multiple_of(2) {
            return start..at;
        }
    }
}

/// A key as `java.util.Properties` takes it.
pub(super) fn written_key(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for (at, c) in key.char_indices() {
        match c {
            ' ' | '=' | ':' => out.extend(['\\', c]),
            '#' | '!' if at == 0 => out.extend(['\\', c]),
            c => escape(c, &mut out),
        }
    }
    out
}

/// A value as `java.util.Properties` takes it, at the end of a line.
pub(super) fn written_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        match c {
            '=' | ':' | ' ' if at == 0 => out.extend(['\\', c]),
            c => escape(c, &mut out),
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\u{c}' => out.push_str("\\f"),
        c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
        c => out.push(c),
    }
}
