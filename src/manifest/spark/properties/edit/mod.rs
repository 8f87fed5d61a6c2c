//! Settings put into properties text: what the author wrote stays, byte for byte.
//!
//! A new entry looks as its neighbours do: their separator, their columns, their indentation, their line ends. What comes
//! out is read again; where it is not the text's own entries with exactly the one change, nothing is written.

mod layout;

#[cfg(test)]
mod tests;

use super::{Property, properties};
use layout::{Layout, written_key, written_value};
use std::collections::BTreeMap;

/// Why nothing can be written into a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotEdit {
    /// Java refuses the whole file for a `\u` without four digits.
    #[error(
        "its line {line} has a `\\u` without four hexadecimal digits, and Java refuses the whole file"
    )]
    Malformed {
        /// The line of the entry, counted from 1.
        line: usize,
    },
    /// Lines of `{{ }}` or `{% %}` decide what is in it.
    #[error("its line {line} is one of `{{{{ }}}}` or `{{% %}}`, which decides what is in it")]
    Controlled {
        /// The line, counted from 1.
        line: usize,
    },
    /// What stands there is filled in later.
    #[error("what stands there is filled in later")]
    Unknown,
    /// The edit does not come out as it was meant.
    #[error("its lines leave no place for the entry")]
    NoPlace,
}

/// What the entries of a text come to: the last of a key counts.
pub fn told(text: &str) -> BTreeMap<String, String> {
    let entries = properties(text);
    entries.into_iter().map(|p| (p.key, p.value)).collect()
}

/// The text with `key` set to `value`: its last entry has another value, or there is a new one behind the last entry of
/// its family. The same text, where it is set so already.
///
/// # Errors
/// The text cannot be read, or its entry is filled in later.
pub fn set(text: &str, key: &str, value: &str) -> Result<String, CannotEdit> {
    let entries = readable(text)?;
    let last = entries.iter().rev().find(|entry| entry.key == key);
    let edited = match last {
        Some(last) if last.value == value => return Ok(text.to_owned()),
        Some(last) if is_open(&last.value) => return Err(CannotEdit::Unknown),
        Some(last) => replaced(text, &entries, last, value),
        None => Layout::of(text, &entries).with(key, value),
    };
    let mut wanted = told(text);
    wanted.insert(key.to_owned(), value.to_owned());
    proved(edited, &wanted)
}

/// The entry that a new one of that key stands behind: the last one of those that have the most parts of their names in
/// common with it, at least two.
pub fn neighbour<'e>(entries: &'e [Property], key: &str) -> Option<&'e Property> {
    let common = |entry: &Property| {
        let parts = entry.key.split('.').zip(key.split('.'));
        parts.take_while(|(own, other)| own == other).count()
    };
    let related = entries.iter().filter(|entry| common(entry) >= 2);
    related.max_by_key(|entry| common(entry))
}

/// Whether something is still to be filled in: `${X}`, `$(X)`, `{{X}}`.
pub fn is_open(value: &str) -> bool {
    value.contains("${") || value.contains("$(") || value.contains("{{")
}

fn readable(text: &str) -> Result<Vec<Property>, CannotEdit> {
    let controls = |line: &str| {
        ["{{", "{%"]
            .iter()
            .any(|begin| line.trim_start().starts_with(begin))
    };
    if let Some(at) = text.lines().position(controls) {
        return Err(CannotEdit::Controlled { line: at + 1 });
    }
    let entries = properties(text);
    match entries.iter().find(|entry| entry.malformed.is_some()) {
        Some(entry) => Err(CannotEdit::Malformed { line: entry.line }),
        None => Ok(entries),
    }
}

fn replaced(text: &str, entries: &[Property], last: &Property, value: &str) -> String {
    let mut edited = text.to_owned();
    let between = &text[last.key_span.end..last.value_span.start.max(last.key_span.end)];
    let lacks = last.value_span.is_empty() && between.is_empty();
    let separator = if lacks {
        Layout::of(text, entries).plain_separator()
    } else {
        String::new()
    };
    edited.replace_range(
        last.value_span.range(),
        &format!("{separator}{}", written_value(value)),
    );
    edited
}

/// The edited text, where it reads as it should.
fn proved(edited: String, wanted: &BTreeMap<String, String>) -> Result<String, CannotEdit> {
    match told(&edited) == *wanted {
        true => Ok(edited),
        false => Err(CannotEdit::NoPlace),
    }
}

/// Whether a key can be written at all.
pub fn is_key(key: &str) -> bool {
    !key.is_empty() && written_key(key) == key
}
