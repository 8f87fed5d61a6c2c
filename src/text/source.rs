//! A named text and where its lines are, for messages.

use crate::text::Span;

/// A text as it was read, with the name that messages show (`stdin`, a path).
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Shown before the line number.
    pub name: &'a str,
    /// The whole text.
    pub text: &'a str,
}

/// A place for people: 1-based; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

impl Source<'_> {
    /// The line and column of a byte offset. Linear in the offset: positions are computed only for messages.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..offset.min(self.text.len())];
        let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        Position {
            line,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The whole lines that `span` touches, without the last line break.
    pub fn lines(&self, span: Span) -> Span {
        let bytes = self.text.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[..span.start]).map_or(0, |at| at + 1);
        let last = if span.is_empty() {
            span.end
        } else {
            span.end - 1
        };
        let end = memchr::memchr(b'\n', &bytes[last..]).map_or(bytes.len(), |at| last + at);
        Span::new(start, end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source {
            name: "t",
            text: "a: é\nб: x\n",
        };
        assert_eq!(source.position(10), Position { line: 2, column: 4 });
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn lines_of_a_span() {
        let source = Source {
            name: "t",
            text: "one\ntwo\nthree",
        };
        assert_eq!(source.lines(Span::new(5, 6)), Span::new(4, 7));
        assert_eq!(source.lines(Span::new(9, 13)), Span::new(8, 13));
    }
}
