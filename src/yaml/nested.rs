//! A text inside a text: where the bytes of a literal block scalar's value stand in its document.

use super::node::{NodeRef, Style};
use crate::text::{Edit, Span};

/// The lines of a `|` scalar.
#[derive(Clone, Debug)]
pub struct Nested {
    lines: Vec<Line>,
    /// How far its lines are indented.
    indentation: usize,
    /// How they end.
    line_end: &'static str,
    /// Where the line behind the last begins in the document, if the value ends in a line break.
    end: Option<usize>,
    /// The length of the value.
    length: usize,
}

/// One line of the value.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Where it begins in the value.
    inner: usize,
    /// Where it begins in the document, behind its indentation.
    outer: usize,
    /// How many blanks its indentation lacks: a line of nothing may have none.
    lacks: usize,
}

impl Nested {
    /// The lines of a node's value; `None` where it is no `|` scalar, or does not end in a line break of its own.
    pub fn of(node: NodeRef<'_>) -> Option<Self> {
        if node.style() != Style::Literal {
            return None;
        }
        let text = node.document.text;
        let span = node.span();
        let header = memchr::memchr(b'\n', &text.as_bytes()[span.range()])?;
        let content = Span::new(span.start + header + 1, span.end);
        let mut written = text[content.range()].lines();
        let first = written.find(|line| !line.trim().is_empty())?;
        // An indicator of the indentation makes some of the blanks part of the text.
        let mut guesses = (1..=blanks(first)).rev();
        guesses.find_map(|indentation| Self::read(text, content, indentation, node.text()))
    }

    fn read(text: &str, content: Span, indentation: usize, value: &str) -> Option<Self> {
        let (mut lines, mut outer, mut rest) = (Vec::new(), content.start, value);
        for line in text[content.range()].split_inclusive('\n') {
            let body = line.trim_end_matches(['\r', '\n']);
            let own = &body[blanks(body).min(indentation)..];
            let indented = body.len() - own.len();
            lines.push(Line {
                inner: value.len() - rest.len(),
                outer: outer + indented,
                lacks: indentation - indented,
            });
            rest = rest.strip_prefix(own)?;
            outer += line.len();
            rest = match rest.strip_prefix('\n') {
                Some(rest) => rest,
                None if rest.is_empty() => rest,
                None => return None,
            };
        }
        // A kept line of nothing, which the node ends before.
        if rest == "\n" {
            lines.push(Line {
                inner: value.len() - rest.len(),
                outer,
                lacks: indentation,
            });
            rest = "";
        }
        // The last line break stands behind the node.
        let behind = &text[outer..];
        let after = ["\r\n", "\n"]
            .into_iter()
            .find(|end| behind.starts_with(end));
        let is_over = text[..outer].ends_with('\n');
        let line_end = if text[content.range()].contains("\r\n") || after == Some("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let end = match (value.ends_with('\n'), after) {
            (false, _) => None,
            (true, None) if is_over => Some(outer),
            (true, after) => Some(outer + after?.len()),
        };
        rest.is_empty().then_some(Self {
            lines,
            indentation,
            line_end,
            end,
            length: value.len(),
        })
    }

    /// Where a byte of the value stands in the document.
    pub fn outer(&self, inner: usize) -> usize {
        if let Some(end) = self.end.filter(|_| inner >= self.length) {
            return end;
        }
        let line = self.line(inner);
        line.outer + inner - line.inner
    }

    fn line(&self, inner: usize) -> Line {
        let after = self.lines.partition_point(|line| line.inner <= inner);
        self.lines[after.saturating_sub(1)]
    }

    /// An edit of the value as one of the document: each line that it begins is indented as the others are.
    pub fn edit(&self, edit: &Edit) -> Edit {
        let span = Span::new(self.outer(edit.span.start), self.outer(edit.span.end));
        let indentation = " ".repeat(self.indentation);
        // How many blanks the line at this place lacks, where the place is its beginning.
        let lacks = |inner: usize| match self.line(inner) {
            _ if self.end.is_some() && inner >= self.length => self.indentation,
            line if line.inner == inner => line.lacks,
            _ => 0,
        };
        let mut lines = edit.insert.split('\n').enumerate().peekable();
        let mut insert = String::new();
        while let Some((index, line)) = lines.next() {
            let is_last = lines.peek().is_none();
            if index == 0 {
                let missing = if line.is_empty() {
                    0
                } else {
                    lacks(edit.span.start)
                };
                insert.push_str(&indentation[..missing]);
            } else {
                insert.push_str(self.line_end);
                let is_indented = match is_last {
                    true => lacks(edit.span.end) == 0,
                    false => !line.is_empty(),
                };
                insert.push_str(if is_indented { &indentation } else { "" });
            }
            insert.push_str(line);
        }
        Edit { span, insert }
    }
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::EditSet;
    use crate::yaml::Document;

    /// Makes edits of a value in its document, and says what the value reads as then.
    #[track_caller]
    fn made(text: &str, edits: &[(&str, &str, &str)]) -> Option<(String, String)> {
        let document = Document::parse(text, 0).unwrap();
        let node = document.root().unwrap().get("a").unwrap();
        let nested = Nested::of(node)?;
        let value = node.text();
        let edits = edits.iter().map(|(before, gone, insert)| {
            let start = value.find(before).unwrap() + before.len();
            assert!(value[start..].starts_with(gone));
            let span = Span::new(start, start + gone.len());
            Edit {
                span,
                insert: (*insert).to_owned(),
            }
        });
        let edits: Vec<_> = edits.collect();
        let outer = edits.iter().map(|edit| nested.edit(edit)).collect();
        let outer = EditSet::new(outer).unwrap().apply(text);
        let read = Document::parse(&outer, 0).unwrap();
        let read = read.root().unwrap().get("a").unwrap().text().to_owned();
        assert_eq!(read, EditSet::new(edits).unwrap().apply(value), "{outer}");
        Some((outer, read))
    }

    #[test]
    fn lines_that_are_put_in_are_indented() {
        let text = "a: |\n    b:\n      c: 1\n\n    d: 2\nz: 3\n";
        let (outer, _) = made(
            text,
            &[("c: 1\n", "", "  e:\n    f: 4\n"), ("d: ", "2", "5")],
        )
        .unwrap();
        assert_eq!(
            outer,
            "a: |\n    b:\n      c: 1\n      e:\n        f: 4\n\n    d: 5\nz: 3\n"
        );
        let (outer, _) = made(text, &[("d: 2\n", "", "g: 6\n")]).unwrap();
        assert!(outer.ends_with("    d: 2\n    g: 6\nz: 3\n"));
        let (outer, _) = made(text, &[("", "b:\n  c: 1\n", "")]).unwrap();
        assert_eq!(outer, "a: |\n    \n    d: 2\nz: 3\n");
    }

    #[test]
    fn any_end_any_indentation() {
        for text in [
            "a: |-\n  b: 1\n",
            "a: |+\n  b: 1\n\n\nz: 1\n",
            "a: |2\n    c: 0\n  b: 1\n",
            "a: |\r\n  b: 1\r\nz: 2\r\n",
            "a: |  # c\n   b: 1\n",
            "a: |-\n  b: 1",
        ] {
            for (insert, at) in [("9", "b: "), ("\nd: 3", "b: 1")] {
                made(text, &[(at, "", insert)]).unwrap();
            }
        }
        let crlf = made("a: |\r\n  b: 1\r\nz: 2\r\n", &[("b: 1\n", "", "c: 2\n")]).unwrap();
        assert_eq!(crlf.0, "a: |\r\n  b: 1\r\n  c: 2\r\nz: 2\r\n");
    }

    #[test]
    fn other_styles_have_no_lines_of_their_own() {
        for text in [
            "a: b\n",
            "a: \"b: 1\\n\"\n",
            "a: >\n  b: 1\n",
            "a: |\n",
            "a: |\n\n",
        ] {
            assert!(made(text, &[]).is_none(), "{text}");
        }
    }
}
