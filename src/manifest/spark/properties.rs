//! `spark-defaults.conf` as Spark reads it: the grammar of `java.util.Properties`.

use std::iter::Peekable;
use std::str::Chars;

/// One entry. Later entries of the same key win; that is the caller's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its key, escapes resolved.
    pub key: String,
    /// Its value, escapes resolved, trimmed as Spark trims it.
    pub value: String,
    /// The line of the text that it begins in, counted from 1.
    pub line: usize,
}

/// Every entry of a text, in order. Any text has a reading: a line of prose is a key and a value, too.
pub fn properties(text: &str) -> Vec<Property> {
    let mut lines = natural_lines(text).zip(1..);
    let mut found = Vec::new();
    while let Some((first, line)) = lines.next() {
        let first = skip_blanks(first);
        // A backslash alone joins nothing to the next line, which is read afresh.
        if first.is_empty() || first == "\\" || first.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = String::new();
        let mut part = first;
        while let Some(head) = continued(part) {
            logical.push_str(head);
            part = lines.next().map_or("", |(next, _)| skip_blanks(next));
        }
        logical.push_str(part);
        found.push(entry(&logical, line));
    }
    found
}

/// Lines end with `\n`, `\r` or `\r\n`.
fn natural_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn skip_blanks(line: &str) -> &str {
    line.trim_start_matches(is_blank)
}

/// The line without its last backslash, where the next line continues it: an odd number of them ends it.
fn continued(line: &str) -> Option<&str> {
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    (backslashes % 2 == 1).then(|| &line[..line.len() - 1])
}

/// A logical line: the key ends at the first bare `=`, `:` or blank; one separator may follow blanks.
fn entry(logical: &str, line: usize) -> Property {
    let mut escaped = false;
    let end = logical.find(|c: char| {
        let ends = !escaped && (is_blank(c) || c == '=' || c == ':');
        escaped = c == '\\' && !escaped;
        ends
    });
    let (key, rest) = logical.split_at(end.unwrap_or(logical.len()));
    let rest = skip_blanks(rest);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    Property {
        key: unescape(key),
        value: unescape(skip_blanks(value)).trim().to_owned(),
        line,
    }
}

fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => out.push(hexadecimal(&mut chars)),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// Up to four hexadecimal digits. Java refuses fewer, and Spark then does not start; here they only must not panic.
fn hexadecimal(chars: &mut Peekable<Chars<'_>>) -> char {
    let mut code = 0;
    for _ in 0..4 {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
            break;
        };
        code = code * 16 + digit;
        chars.next();
    }
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
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
        assert_reads("\\\n\n# c\nb=2", &[("b", "2")]);
        assert_reads("\\\n# c\nb=2", &[("b", "2")]);
    }

    #[test]
    fn escapes_and_line_ends() {
        assert_reads(
            "a\\=b=1\rc\\:\\ d=\\u0041\\t\\q\r\ne=x\\ y",
            &[("a=b", "1"), ("c: d", "A\tq"), ("e", "x y")],
        );
        assert_reads("a=\\u00", &[("a", "\0")]);
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
