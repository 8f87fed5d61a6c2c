//! `spark-defaults.conf` as Spark reads it: the grammar of `java.util.Properties`.
//!
//! Source: `Properties.load(Reader)` of JDK 17 on text that is read as UTF-8 (a byte order mark stays, and is part of the
//! first key), then `Utils.getPropertiesFromFile` of Spark 3.5.9 and 4.3.0, which trims values and not keys.

pub mod edit;
mod escape;

use crate::text::Span;
use escape::{Text, text};

/// One entry. Later entries of the same key win; that is the caller's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its key, escapes resolved.
    pub key: String,
    /// Its value, escapes resolved, trimmed as Spark trims it: what is no more than a blank goes, but line ends, which only
    /// an escape can make, stay.
    pub value: String,
    /// The line of the text that it begins in, counted from 1; `\r` alone ends a line, too.
    pub line: usize,
    /// Where the key is written.
    pub key_span: Span,
    /// Where the value is written, without what is trimmed: with the ends of continued lines in it, empty where there is
    /// none.
    pub value_span: Span,
    /// A `\u` without four hexadecimal digits, the first one of the entry: Java refuses the whole file, so that the process
    /// does not start. The text beside it is read as far as it goes.
    pub malformed: Option<Span>,
}

impl Property {
    /// Whether Spark keeps it: `spark-submit` drops other keys with a warning.
    /// Source: `SparkSubmitArguments.ignoreNonSparkProperties`.
    pub fn is_kept(&self) -> bool {
        self.key.starts_with("spark.")
    }
}

/// Every entry of a text, in order. Any text has a reading: a line of prose is a key and a value, too.
pub fn properties(text: &str) -> Vec<Property> {
    entries(text, true)
}

/// The same before Spark trims values: what `java.util.Properties` holds.
pub fn loaded(text: &str) -> Vec<Property> {
    entries(text, false)
}

fn entries(whole: &str, trimmed: bool) -> Vec<Property> {
    let mut lines = Lines { text: whole, at: 0 };
    let mut found = Vec::new();
    let mut number = 0;
    let mut logical = Logical::default();
    while let Some((at, first)) = lines.next() {
        number += 1;
        let (at, first) = skip_blanks(at, first);
        // A backslash alone joins nothing to the next line, which is read afresh; as the last character, or before the last
        // one, it is an entry without a key.
        let alone = first == "\\" && at + 2 < whole.len();
        if first.is_empty() || alone || first.starts_with(['#', '!']) {
            continue;
        }
        let line = number;
        logical.clear();
        let (mut at, mut part) = (at, first);
        while let Some(head) = continued(part) {
            logical.push(at, head);
            (at, part) = match lines.next() {
                Some((at, next)) => {
                    number += 1;
                    skip_blanks(at, next)
                }
                None => (whole.len(), ""),
            };
        }
        logical.push(at, part);
        found.push(logical.entry(line, trimmed));
    }
    found
}

/// Lines with their offsets; they end with `\n`, `\r` or `\r\n`.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<(usize, &'t str)> {
        let at = self.at;
        let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes());
        let line = &rest[..end.unwrap_or(rest.len())];
        let after = &rest[line.len()..];
        self.at += line.len()
            + if after.starts_with("\r\n") {
                2
            } else {
                after.len().min(1)
            };
        Some((at, line))
    }
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn skip_blanks(at: usize, line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches(is_blank);
    (at + line.len() - rest.len(), rest)
}

/// The line without its last backslash, where the next line continues it: an odd number of them ends it.
fn continued(line: &str) -> Option<&str> {
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    (backslashes % 2 == 1).then(|| &line[..line.len() - 1])
}

/// A logical line: one or more parts of the text, joined.
#[derive(Default)]
struct Logical {
    text: String,
    /// Where each part begins: in the logical line, in the text.
    parts: Vec<(usize, usize)>,
}

impl Logical {
    fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
    }

    fn push(&mut self, at: usize, part: &str) {
        self.parts.push((self.text.len(), at));
        self.text.push_str(part);
    }

    /// The key ends at the first bare `=`, `:` or blank; one separator may follow blanks.
    fn entry(&self, line: usize, trimmed: bool) -> Property {
        let mut escaped = false;
        let end = self.text.find(|c: char| {
            let ends = !escaped && (is_blank(c) || c == '=' || c == ':');
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(self.text.len());
        let (at, rest) = skip_blanks(end, &self.text[end..]);
        let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
        let (at, value) = skip_blanks(at + rest.len() - value.len(), value);
        let key = text(&self.text[..end], 0, false);
        let value = text(value, at, trimmed);
        Property {
            key_span: self.span(&key),
            value_span: self.span(&value),
            malformed: key.malformed.or(value.malformed).map(|at| self.whole(at)),
            key: key.resolved,
            value: value.resolved,
            line,
        }
    }

    fn span(&self, text: &Text) -> Span {
        self.whole(text.written)
    }

    /// A range of the logical line as one of the text.
    fn whole(&self, Span { start, end }: Span) -> Span {
        let start_at = self.place(start, end > start);
        if end == start {
            return Span::empty(start_at);
        }
        Span::new(start_at, self.place(end - 1, true) + 1)
    }

    /// An offset in the text. What is empty stands at the end of a part rather than at the beginning of the next one.
    fn place(&self, offset: usize, is_byte: bool) -> usize {
        let holds = |(start, _): &&(usize, usize)| *start < offset || (*start == offset && is_byte);
        let part = self.parts.iter().rev().find(holds).or(self.parts.first());
        part.map_or(offset, |(start, at)| at + offset - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        properties(text)
            .into_iter()
            .map(|p| (p.key, p.value))
            .collect()
    }

    fn assert_reads(text: &str, want: &[(&str, &str)]) {
        let want: Vec<_> = want
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        assert_eq!(read(text), want, "{text:?}");
    }

    #[test]
    fn three_separators() {
        assert_reads(
            "a=1\nb:2\nc 3\nd\t4\ne = 5\nf : 6\ng  7\nh==8\ni= =9\nj",
            &[
                ("a", "1"),
                ("b", "2"),
                ("c", "3"),
                ("d", "4"),
                ("e", "5"),
                ("f", "6"),
                ("g", "7"),
                ("h", "=8"),
                ("i", "=9"),
                ("j", ""),
            ],
        );
    }

    #[test]
    fn comments_stand_at_the_start_of_a_line_only() {
        assert_reads(
            "# a=1\n  ! b=2\nc=3 # kept\n#d=4\\\ne=5",
            &[("c", "3 # kept"), ("e", "5")],
        );
    }

    #[test]
    fn an_odd_number_of_backslashes_continues_a_line() {
        assert_reads("a=1,\\\n   2,\\\r\n\t3", &[("a", "1,2,3")]);
        assert_reads("a=1\\\\\nb=2", &[("a", "1\\"), ("b", "2")]);
        assert_reads("a=1\\\n#2", &[("a", "1#2")]);
        assert_reads("a=1\\\n\nb=2", &[("a", "1"), ("b", "2")]);
        assert_reads("a=1\\", &[("a", "1")]);
        assert_reads("a=1\n\\", &[("a", "1"), ("", "")]);
        assert_reads("\\\n", &[("", "")]);
        assert_reads("\\\r\n", &[]);
        assert_reads("\\\n\n# c\nb=2", &[("b", "2")]);
        assert_reads("\\\n# c\nb=2", &[("b", "2")]);
    }

    #[test]
    fn escapes_and_line_ends() {
        assert_reads(
            "a\\=b=1\rc\\:\\ d=\\u0041\\t\\q\r\ne=x\\ y",
            &[("a=b", "1"), ("c: d", "A\tq"), ("e", "x y")],
        );
        assert_reads("a=\\u00", &[("a", "")]);
    }

    #[test]
    fn values_are_trimmed_as_spark_trims_them() {
        assert_reads(
            "a=\u{a0} x\u{a0} \t\nb=\\n  y \\t\\r\nc= z\\u0020\nd\\ \\ =v\n\u{feff}e=1\n\\ f=4\ng = a\\\n   b  \nh=\\u2003q\\u0000",
            &[
                ("a", "\u{a0} x\u{a0}"),
                ("b", "\n  y \t\r"),
                ("c", "z"),
                ("d  ", "v"),
                ("\u{feff}e", "1"),
                (" f", "4"),
                ("g", "ab"),
                ("h", "\u{2003}q"),
            ],
        );
        let plain = loaded("a=x \\t \nb");
        assert_eq!((&*plain[0].value, &*plain[1].value), ("x \t ", ""));
    }

    #[test]
    fn spark_keeps_its_own_keys_only() {
        let text =
            "spark.a=1\n\\ spark.b=1\n\u{feff}spark.c=1\nSpark.d=1\nspark=1\nother.e=1\nspark.=1\n";
        let kept = properties(text).into_iter().filter(Property::is_kept);
        assert_eq!(
            kept.map(|p| p.key).collect::<Vec<_>>(),
            ["spark.a", "spark."]
        );
    }

    #[test]
    fn spans_are_what_is_written() {
        let text = "# c\r\n  spark.a\\=b : \u{e9}\\u0041 \\t \r\nk\\\n  ey=v1,\\\r\n\t v2 \nnone\nempty =  \rlast=\\";
        let found = properties(text);
        let written: Vec<_> = found
            .iter()
            .map(|p| (&text[p.key_span.range()], &text[p.value_span.range()]))
            .collect();
        let want = [
            ("spark.a\\=b", "\u{e9}\\u0041"),
            ("k\\\n  ey", "v1,\\\r\n\t v2"),
            ("none", ""),
            ("empty", ""),
            ("last", ""),
        ];
        assert_eq!(written, want);
        assert_eq!(found[2].value_span, Span::empty(found[2].key_span.end));
        assert_eq!(found[3].value_span.start, text.find("\rlast").unwrap());
        assert_eq!(found[4].line, 8);
    }

    #[test]
    fn a_malformed_escape_is_told_where_it_stands() {
        let text = "a=\\u0041\nb=x\\u00zy\n# \\u\nc\\u1=\\\\u";
        let found = properties(text);
        let wrong = |p: &Property| p.malformed.map(|at| &text[at.range()]);
        let wrong: Vec<_> = found.iter().map(wrong).collect();
        assert_eq!(wrong, [None, Some("\\u00"), Some("\\u1")]);
        assert_eq!(
            properties("a=\\uD83D\\uDE00\\uD83Dx")[0].value,
            "\u{1f600}\u{fffd}x"
        );
    }

    #[test]
    fn lines_are_counted_as_a_reader_counts_them() {
        let lines: Vec<_> = properties("# x\n\na=1\\\n 2\nb=3")
            .iter()
            .map(|p| p.line)
            .collect();
        assert_eq!(lines, [3, 5]);
    }
}
