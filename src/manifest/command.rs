//! What a container runs, as far as its `command` and `args` say it: simple commands, out of shells and wrappers.
//!
//! This is no shell: it finds the words that start a program and their arguments, and expands nothing.

use serde_json::Value;

/// One program with its arguments, as written: variables stay as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program, then its arguments; never empty.
    pub words: Vec<String>,
    /// Whether these words go to the image's own entry point, so that the first may be no program.
    pub to_entrypoint: bool,
}

/// Programs that run the command that follows them, with the number of words of their own.
const WRAPPERS: [(&str, usize); 12] = [
    ("catatonit", 0),
    ("docker-entrypoint.sh", 0),
    ("dumb-init", 0),
    ("entrypoint.sh", 0),
    ("env", 0),
    ("exec", 0),
    ("gosu", 1),
    ("nohup", 0),
    ("su-exec", 1),
    ("sudo", 0),
    ("timeout", 1),
    ("tini", 0),
];

const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Words of the shell after which a command begins.
const KEYWORDS: [&str; 8] = ["!", "do", "elif", "else", "if", "then", "until", "while"];

impl Command {
    /// What a container's `command` and `args` run, in order; nothing where it writes neither.
    pub fn all(container: &Value) -> Vec<Self> {
        let words = |key: &str| {
            let items = container[key].as_array().map_or(&[][..], Vec::as_slice);
            items.iter().filter_map(Value::as_str).map(str::to_owned)
        };
        let to_entrypoint = words("command").next().is_none();
        let argv = words("command").chain(words("args")).collect();
        let mut all = Vec::new();
        unwrap(argv, to_entrypoint, &mut all);
        all
    }

    /// The file name of the program.
    pub fn program(&self) -> &str {
        base(&self.words[0])
    }

    /// The words after the program.
    pub fn arguments(&self) -> &[String] {
        &self.words[1..]
    }
}

/// The part after the last slash.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Takes shells and wrappers off a list of words, and reads the scripts that it finds.
///
/// A script in a script is at most half as long, for its quotes must be quoted: this ends.
fn unwrap(mut words: Vec<String>, mut to_entrypoint: bool, out: &mut Vec<Command>) {
    loop {
        let Some(first) = words.first() else { return };
        let program = base(first);
        if SHELLS.contains(&program) {
            match script(&words) {
                Some(text) => {
                    for command in simple_commands(&text) {
                        unwrap(command, false, out);
                    }
                    return;
                }
                None => drop_head(&mut words, 0),
            }
            to_entrypoint = false;
        } else if let Some((_, own)) = WRAPPERS.iter().find(|(name, _)| *name == program) {
            to_entrypoint |= program.ends_with("entrypoint.sh");
            drop_head(&mut words, *own);
        } else if KEYWORDS.contains(&program) || is_assignment(first) {
            words.remove(0);
        } else {
            break;
        }
    }
    out.push(Command {
        words,
        to_entrypoint,
    });
}

/// The word after a shell's `-c` (also `-lc`, `-ec`, …).
fn script(words: &[String]) -> Option<String> {
    let flag = |word: &String| {
        word.starts_with('-') && !word.starts_with("--") && word.ends_with('c') && word.len() > 1
    };
    let at = words
        .iter()
        .skip(1)
        .take_while(|word| {
            word.starts_with(['-', '+']) || *word == "pipefail" || *word == "errexit"
        })
        .position(flag)?;
    words.get(at + 2).cloned()
}

/// Removes a wrapper, its flags, its assignments and `own` words more.
fn drop_head(words: &mut Vec<String>, own: usize) {
    let flags = words
        .iter()
        .skip(1)
        .take_while(|word| word.starts_with('-') || is_assignment(word))
        .count();
    words.drain(..(1 + flags + own).min(words.len()));
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// Splits a script into commands and words: quotes, comments, continuations, here-documents.
fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        reader.line(line);
        if reader.quote.is_none()
            && let Some(end) = reader.heredoc.take()
        {
            lines.by_ref().find(|line| line.trim() == end);
        }
    }
    reader.end_command();
    reader.commands
}

#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    quote: Option<char>,
    heredoc: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match (self.quote, c) {
                (Some(quote), c) if c == quote => self.quote = None,
                (None | Some('"'), '\\') => match chars.next() {
                    Some(c) => self.push(c),
                    // The next line goes on where this one stops.
                    None => return,
                },
                (None, '\'' | '"') => {
                    self.quote = Some(c);
                    self.word.get_or_insert_default();
                }
                (None, '#') if self.word.is_none() => break,
                (None | Some('"'), '$') if chars.peek() == Some(&'(') => {
                    self.substitution(&mut chars);
                }
                (None, '&') if self.word.as_deref().is_some_and(|w| w.ends_with('>')) => {
                    self.push(c);
                }
                (None, ';' | '&' | '|' | '(' | ')') => self.end_command(),
                (None, '<') if chars.peek() == Some(&'<') => self.heredoc(&mut chars),
                (None, c) if c.is_whitespace() => self.end_word(),
                _ => self.push(c),
            }
        }
        match self.quote {
            Some(_) => self.push('\n'),
            None => self.end_command(),
        }
    }

    /// `$(POD_IP)`, `$(date +%s)`: part of a word, whether Kubernetes or the shell replaces it.
    fn substitution(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        self.push('$');
        let mut open = 0;
        for c in chars.by_ref() {
            self.push(c);
            match c {
                '(' => open += 1,
                ')' if open == 1 => return,
                ')' => open -= 1,
                _ => {}
            }
        }
    }

    /// `<<END`, `<<-'END'`; `<<<` is a word.
    fn heredoc(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        chars.next();
        if chars.peek() == Some(&'<') {
            return;
        }
        self.end_word();
        let mut name = String::new();
        while let Some(&c) = chars.peek() {
            if c.is_whitespace() && !name.is_empty() || ";&|)".contains(c) {
                break;
            }
            if !c.is_whitespace() && !"-'\"\\".contains(c) {
                name.push(c);
            }
            chars.next();
        }
        self.heredoc = Some(name);
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(container: &Value) -> Vec<String> {
        let entry = |c: &Command| if c.to_entrypoint { "@" } else { "" };
        Command::all(container)
            .iter()
            .map(|c| format!("{}{}", entry(c), c.words.join(" ")))
            .collect()
    }

    #[test]
    fn plain_lists_of_words() {
        let value =
            json!({"command": ["/opt/spark/bin/spark-class"], "args": ["a.B", "--port", "1"]});
        assert_eq!(all(&value), ["/opt/spark/bin/spark-class a.B --port 1"]);
        assert_eq!(Command::all(&value)[0].program(), "spark-class");
        assert_eq!(
            all(&json!({"args": ["server", "/data"]})),
            ["@server /data"]
        );
        assert_eq!(all(&json!({})), [""; 0]);
        assert_eq!(all(&json!({"command": "sh", "args": [1, null]})), [""; 0]);
    }

    #[test]
    fn scripts_in_shells() {
        let script = "set -e # airflow webserver\n\
            until nc -z db 5432; do echo \"airflow webserver; sleep\"; done\n\
            exec /opt/spark/bin/spark-submit \\\n  --class a.B 2>&1 | tee log\n\
            cat <<'END' > file\nminio server\nEND\n\
            A=1 env -i B=2 minio server /data &\n";
        let value = json!({"command": ["/bin/bash", "-lc"], "args": [script]});
        assert_eq!(
            all(&value),
            [
                "set -e",
                "nc -z db 5432",
                "echo airflow webserver; sleep",
                "done",
                "/opt/spark/bin/spark-submit --class a.B 2>&1",
                "tee log",
                "cat > file",
                "minio server /data",
            ]
        );
    }

    #[test]
    fn substitutions_are_part_of_a_word() {
        let script =
            "spark-submit --conf a.host=$(POD_IP) --name \"x-$(date; echo $(id))\" --class a.B";
        let command = &Command::all(&json!({"command": ["sh", "-c", script]}))[0];
        assert_eq!(
            command.words,
            [
                "spark-submit",
                "--conf",
                "a.host=$(POD_IP)",
                "--name",
                "x-$(date; echo $(id))",
                "--class",
                "a.B"
            ]
        );
    }

    #[test]
    fn wrappers_and_nested_shells() {
        let words = json!({"command": ["tini", "-s", "--", "gosu", "spark", "sh", "-c", "bash -c 'exec mlflow server'"]});
        assert_eq!(all(&words), ["mlflow server"]);
        let script = json!({"command": ["bash", "/scripts/run.sh", "x"]});
        assert_eq!(all(&script), ["/scripts/run.sh x"]);
        let entry = json!({"command": ["/opt/entrypoint.sh"], "args": ["driver", "--class", "A"]});
        assert_eq!(all(&entry), ["@driver --class A"]);
        let args = json!({"args": ["bash", "-c", "exec airflow scheduler"]});
        assert_eq!(all(&args), ["airflow scheduler"]);
        let deep = "sh -c ".repeat(2000);
        assert!(all(&json!({"command": ["sh", "-c", deep]})).len() < 10);
    }

    #[test]
    fn any_text_is_survived() {
        for text in [
            "'", "\"", "\\", "<<", "<<<", "<<-", "a <<E", "&&&", "é'\n'", "$(", "`x`", "# ", ">&",
        ] {
            all(&json!({"command": ["sh", "-c", text]}));
            all(&json!({"command": ["sh", text]}));
        }
    }
}
