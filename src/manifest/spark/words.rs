//! Shell text as words: enough of `sh` to find the options in `sh -c '…'`, never to run anything.

use std::iter::Peekable;
use std::str::Chars;

/// The commands of a script, each as its words: quotes are taken off, `$…` is left as written.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | ';' | '&' | '|' | '(' | ')' => reader.end_command(),
            c if c.is_whitespace() => reader.end_word(),
            '#' if reader.word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some('\r') => _ = chars.next_if_eq(&'\n'),
                Some(c) => reader.push(c),
            },
            '\'' => reader.push_until_quote(&mut chars),
            '"' => reader.push_double_quoted(&mut chars),
            '$' => reader.push_expansion(&mut chars),
            c => reader.push(c),
        }
    }
    reader.end_command();
    reader.commands
}

/// The Java system properties (`-Dkey=value`) among the words of a text.
pub fn options(text: &str) -> impl Iterator<Item = (String, String)> {
    let words = text.contains("-D").then(|| commands(text));
    let words = words.into_iter().flatten().flatten();
    words.filter_map(|word| {
        let (key, value) = word.strip_prefix("-D")?.split_once('=')?;
        Some((key.to_owned(), value.to_owned()))
    })
}

#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    command: Vec<String>,
    word: Option<String>,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        self.command.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.command.is_empty() {
            self.commands.push(std::mem::take(&mut self.command));
        }
    }

    fn push_until_quote(&mut self, chars: &mut Peekable<Chars<'_>>) {
        self.word
            .get_or_insert_default()
            .extend(chars.take_while(|c| *c != '\''));
    }

    fn push_double_quoted(&mut self, chars: &mut Peekable<Chars<'_>>) {
        self.word.get_or_insert_default();
        while let Some(c) = chars.next() {
            match c {
                '"' => return,
                '\\' => match chars.next() {
                    Some('\n') | None => {}
                    Some(c @ ('"' | '\\' | '$' | '`')) => self.push(c),
                    Some(c) => {
                        self.push('\\');
                        self.push(c);
                    }
                },
                '$' => self.push_expansion(chars),
                c => self.push(c),
            }
        }
    }

    /// `$NAME`, `${…}` and `$(…)` stay part of their word, blanks and operators in them included.
    fn push_expansion(&mut self, chars: &mut Peekable<Chars<'_>>) {
        self.push('$');
        let (open, close) = match chars.peek() {
            Some('(') => ('(', ')'),
            Some('{') => ('{', '}'),
            _ => return,
        };
        let mut depth = 0usize;
        for c in chars {
            self.push(c);
            if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_commands() {
        let script = "set -e # spark.x=1\nexport A='b c'; exec spark-submit \\\n  --conf \"k=v w\" \
                      --conf a.b=$(POD_IP) --conf c=${X:-1 2} && echo done | cat";
        assert_eq!(
            commands(script),
            [
                vec!["set", "-e"],
                vec!["export", "A=b c"],
                vec![
                    "exec",
                    "spark-submit",
                    "--conf",
                    "k=v w",
                    "--conf",
                    "a.b=$(POD_IP)",
                    "--conf",
                    "c=${X:-1 2}"
                ],
                vec!["echo", "done"],
                vec!["cat"],
            ]
        );
    }

    #[test]
    fn odd_texts_have_words_too() {
        for text in [
            "'", "\"", "\\", "$(", "${a", "$", "a\\\r\nb", "\"\\", "((", "'a",
        ] {
            let _ = commands(text);
        }
        assert_eq!(commands("\"\" ''"), [vec!["", ""]]);
        assert_eq!(commands("\"a\\\"b\\n\""), [vec!["a\"b\\n"]]);
    }
}
