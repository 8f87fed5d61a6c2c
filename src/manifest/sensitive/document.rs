//! Documents of a text, each judged by its lines.

use super::lines::{Lines, is_kind_secret};
use crate::text;
use std::cell::RefCell;

/// What may not be shown of a text. Whoever asks does so document by document: the last one is kept.
#[derive(Debug)]
pub struct Hidden<'t> {
    text: &'t str,
    last: RefCell<Option<Document<'t>>>,
}

/// A document and where it begins.
#[derive(Debug)]
struct Document<'t> {
    start: usize,
    end: usize,
    lines: Lines<'t, 't>,
    positions: text::Lines<'t>,
    is_secret: bool,
    /// Whether nothing separates it into two.
    is_one: bool,
}

impl<'t> Hidden<'t> {
    /// Nothing looked at yet.
    pub fn of(text: &'t str) -> Self {
        Self {
            text,
            last: RefCell::default(),
        }
    }

    /// Whether the line around `at` may not be shown as it is.
    pub fn holds(&self, at: usize) -> bool {
        let mut last = self.last.borrow_mut();
        let known = last.take().filter(|document| document.is_around(at));
        let document = known.unwrap_or_else(|| Document::around(self.text, at));
        last.insert(document).hides(at)
    }
}

/// Whether the line around `at` may not be shown as it is.
pub fn is_hidden(text: &str, at: usize) -> bool {
    Hidden::of(text).holds(at)
}

/// A message about the document around `at`, without what it quotes of what may not be shown.
pub fn without_hidden(message: &str, text: &str, at: usize) -> String {
    let Document {
        lines, is_secret, ..
    } = Document::around(text, at);
    let is_hidden = |quote: &str| {
        let mut named = lines.naming(quote);
        named.any(|at| {
            let hidden = lines.hidden_part(at, is_secret);
            hidden.is_some_and(|(_, part)| part.contains(quote))
        })
    };
    let quotes = message.split('`').enumerate().map(|(index, quote)| {
        let text = quote.trim_start_matches(['&', '*']);
        // Less is a key, or a sign.
        if index % 2 == 1 && text.len() > 3 && is_hidden(text) {
            "…"
        } else {
            quote
        }
    });
    quotes.collect::<Vec<_>>().join("`")
}

/// Whether the document around `at` is a Secret.
pub fn within_secret(text: &str, at: usize) -> bool {
    let (start, end) = bounds(text, at);
    text[start..end].lines().any(is_kind_secret)
}

/// Where the document around `at` begins and ends.
fn bounds(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind(SEPARATOR).map_or(0, |n| n + 1);
    let end = text[at..].find(SEPARATOR).map_or(text.len(), |n| at + n);
    (start, end)
}

const SEPARATOR: &str = "\n---";

impl<'t> Document<'t> {
    fn around(text: &'t str, at: usize) -> Self {
        let (start, end) = bounds(text, at);
        let lines: Vec<_> = text[start..end].lines().collect();
        Self {
            start,
            end,
            is_secret: lines.iter().any(|line| is_kind_secret(line)),
            lines: Lines::of(lines),
            is_one: !text[start..end].contains(SEPARATOR),
            positions: text::Lines::new(&text[start..end]),
        }
    }

    /// Not where what separates it stands: that is of two documents.
    fn is_around(&self, at: usize) -> bool {
        let first = match self.start {
            0 => 0,
            start => start + SEPARATOR.len() - 1,
        };
        self.is_one && (first..=self.end).contains(&at)
    }

    fn hides(&self, at: usize) -> bool {
        let own = self.positions.position(at - self.start).line - 1;
        self.is_secret || self.lines.hidden_part(own, false).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{Hidden, is_hidden, without_hidden};

    #[test]
    fn a_message_quotes_nothing_that_is_hidden() {
        let text = "a: 1\n---\nkind: Secret\nstringData: {pass: hunter\n---\nb: hunter\n";
        let (at, other) = (text.find("pass").unwrap(), text.rfind("hunter").unwrap());
        let message = "`{pass: hun` is open, `&hunter` too, `kind` not";
        assert_eq!(
            without_hidden(message, text, at),
            "`…` is open, `…` too, `kind` not"
        );
        assert_eq!(without_hidden(message, text, other), message);
        assert!(is_hidden(text, at) && !is_hidden(text, other) && !is_hidden(text, 0));
    }

    #[test]
    fn what_is_kept_answers_as_what_is_read_anew() {
        let text = "a: 1\n---\nkind: Secret\nb: x\n--- # c\npassword: x\nd: 2\n---\ntoken: x\n";
        let kept = Hidden::of(text);
        for at in (0..=text.len()).chain((0..=text.len()).rev()) {
            assert_eq!(kept.holds(at), is_hidden(text, at), "{at}");
        }
    }
}
