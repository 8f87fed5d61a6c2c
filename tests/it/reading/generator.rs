//! Documents made up: everything that YAML offers, at odds that let most of them be valid, from a fixed seed.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Texts that plain scalars may be taken for something else by.
const ODD: &[&str] = &[
    "yes",
    "No",
    "on",
    "OFF",
    "y",
    "n",
    "true",
    "~",
    "null",
    "nUll",
    "0",
    "-1",
    "0644",
    "0o17",
    "08",
    "0x1F",
    "0b101",
    "0b-1",
    "1_000",
    "1e3",
    "1.50",
    ".5",
    "5.",
    "-.5e-3",
    "1e400",
    "12:30:45",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "0x",
    "1.2.3",
    "9223372036854775808",
    "=",
    "<<",
    "NaN",
];
const WORDS: &[&str] = &[
    "a",
    "b",
    "key",
    "dd",
    "e f",
    "x-y",
    "ö",
    "🚀",
    "a:b",
    "http://x:80/y",
    "a#b",
];
const TAGS: &[&str] = &["!!str ", "!foo ", "! ", "!!int ", "!!map ", "!!merge "];
const LINES: &[&str] = &[
    "x", "x y", "- a", "a: b", "# none", "\tq", "'", "\"", "x ", "é", "{", "...",
];
const QUOTED: &[&str] = &[
    "a", "b ", " c", "#", " # ", ": ", "{", "- ", "<<", "é", "🚀", "\t", ", ",
];
const ESCAPED: &[&str] = &[
    "\\n",
    "\\t",
    "\\\"",
    "\\\\",
    "\\x41",
    "\\u00e9",
    "\\U0001F680",
    "\\e",
    "\\N",
    "\\L",
    "\\0",
    "\\ ",
];

/// Writes documents; remembers the anchors of the one at hand.
pub(super) struct Writer {
    random: TestRng,
    anchors: Vec<String>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            random: TestRng::deterministic_rng(RngAlgorithm::ChaCha),
            anchors: vec![],
        }
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.random.next_u64() % end as u64) as usize
    }

    /// True so many times in a thousand.
    pub(super) fn odds(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub(super) fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    /// A whole document.
    pub(super) fn document(&mut self) -> String {
        self.anchors.clear();
        let margin = if self.odds(50) { self.below(3) } else { 0 };
        let mut text = match self.below(10) {
            0 => self.brackets(3, 0) + "\n",
            1 | 2 => self.list(3, margin, false),
            3 => self.value(0, 0, false).trim_start().to_owned(),
            _ => self.mapping(3, margin, false),
        };
        match self.below(20) {
            0 | 1 => text = text.replace('\n', "\r\n"),
            2 => text.truncate(text.trim_end_matches('\n').len()),
            3 => text.insert_str(0, self.one_of(&["\u{feff}", "# c\n", "\n", "#\n\n"])),
            4 => text += self.one_of(&["# c\n", "\n\n", "...\n", "  # c\n", "... # c\n"]),
            _ => {}
        }
        text
    }

    /// The rest of a line, and what may stand between lines.
    fn line_end(&mut self) -> String {
        let mut text = String::new();
        if self.odds(60) {
            text += self.one_of(&[" # c", " #d: e", "\t# f", " ", "  "]);
        }
        text.push('\n');
        if self.odds(60) {
            text += self.one_of(&["\n", "  \n", "# c\n", "   # x: y\n", "# -\tc\n"]);
        }
        text
    }

    fn plain(&mut self, in_brackets: bool) -> String {
        let rarely = [
            "a'b", "a\\b", "@x", "-x", "?x", ":x", "x?y", ".inf", "*", "&x y", "a, b", "[x",
        ];
        if self.odds(if in_brackets { 5 } else { 10 }) {
            return self.one_of(&rarely).to_owned();
        }
        let odd = self.odds(400);
        self.one_of(if odd { ODD } else { WORDS }).to_owned()
    }

    /// A plain text of several lines, each indented by at least `indent`.
    fn lines(&mut self, indent: usize) -> String {
        let mut text = self.one_of(&["a", "b c", "1", "yes"]).to_owned();
        for _ in 0..=self.below(3) {
            text += self.one_of(&["\n", "\n", "\n", "\n\n", " \n", "\n \n"]);
            text += &" ".repeat(indent + self.below(3));
            text += self.one_of(&["d", "e f", "2", "a:b", "-", "x\ty"]);
        }
        text
    }

    fn quoted(&mut self, indent: usize, one_line: bool) -> String {
        let quote = self.one_of(&["'", "\""]);
        let mut text = quote.to_owned();
        for _ in 0..self.below(5) {
            let escape = self.odds(400);
            text += match (quote, escape) {
                ("'", true) => "''",
                (_, true) => self.one_of(ESCAPED),
                _ => self.one_of(QUOTED),
            };
            if !one_line && self.odds(100) {
                let escaped = quote == "\"" && self.odds(300);
                text += if escaped { "\\\n" } else { "\n" };
                text += &" ".repeat(self.below(indent + 3));
            }
        }
        text + quote
    }

    /// A block scalar in a collection at column `indent`.
    fn block(&mut self, indent: usize) -> String {
        let explicit = self.odds(250);
        let deeper = 1 + self.below(3);
        let (number, chomp) = (deeper.to_string(), self.one_of(&["", "-", "+"]));
        let mut text = self.one_of(&["|", ">"]).to_owned();
        text += &match (explicit, self.odds(500)) {
            (true, true) => number + chomp,
            (true, false) => chomp.to_owned() + &number,
            (false, _) => chomp.to_owned(),
        };
        text += self.one_of(&["", "", "", " ", " # c"]);
        text.push('\n');
        let column = indent + deeper;
        for line in 0..self.below(6) {
            let blank = if line == 0 { column } else { column + 3 };
            let (spaces, content) = match self.below(8) {
                0 => (0, ""),
                1 => (self.below(blank), ""),
                2 if line > 0 || explicit => (column + 1 + self.below(3), self.one_of(LINES)),
                3 if line == 0 && !explicit => (column, "x"),
                _ if line == 0 && !explicit => (column, self.one_of(&["x y", "- a", "'", "é"])),
                _ => (column, self.one_of(LINES)),
            };
            text += &" ".repeat(spaces);
            text += content;
            text.push('\n');
        }
        text
    }

    fn properties(&mut self) -> String {
        let mut text = String::new();
        if self.odds(80) {
            let name = self.one_of(&["a", "b", "c-1", "d_2"]);
            text = format!("&{name} ");
            self.anchors.push(name.to_owned());
        }
        if self.odds(50) {
            text += self.one_of(TAGS);
        }
        text
    }

    fn alias(&mut self) -> Option<String> {
        if self.anchors.is_empty() || !self.odds(200) {
            return None;
        }
        let at = self.below(self.anchors.len());
        Some(format!("*{}", self.anchors[at]))
    }

    fn key(&mut self, in_brackets: bool) -> String {
        match self.below(40) {
            0 | 1 => "<<".to_owned(),
            2 => self.alias().map_or("k".to_owned(), |alias| alias + " "),
            3 => "&k ".to_owned() + self.one_of(WORDS),
            4..8 => self.quoted(0, true),
            8..10 => self.plain(in_brackets),
            _ => self.one_of(WORDS).to_owned(),
        }
    }

    /// The value of `<<`: mostly what merges.
    fn merged(&mut self) -> String {
        let mapping = |writer: &mut Self| match writer.alias() {
            Some(alias) => alias,
            None => format!("{{{}: {}}}", writer.one_of(WORDS), writer.one_of(WORDS)),
        };
        if self.odds(700) {
            return mapping(self);
        }
        format!("[{}, {}]", mapping(self), mapping(self))
    }

    /// A value inside brackets, its lines anywhere.
    fn brackets(&mut self, depth: usize, indent: usize) -> String {
        if let Some(alias) = self.alias() {
            return alias;
        }
        let properties = self.properties();
        let kind = self.below(if depth == 0 { 4 } else { 9 });
        let text = match kind {
            0 | 1 => self.plain(true),
            2 => self.quoted(indent, false),
            3 if self.odds(200) => self.lines(indent),
            3 => self.one_of(WORDS).to_owned(),
            4..6 => self.in_brackets("[", "]", depth, indent),
            _ => self.in_brackets("{", "}", depth, indent),
        };
        properties + &text
    }

    fn in_brackets(&mut self, open: &str, close: &str, depth: usize, indent: usize) -> String {
        let mut text = open.to_owned();
        for item in 0..self.below(4) {
            if item > 0 {
                text += self.one_of(&[", ", ", ", ",", ",\n  ", ", \n", " ,\t", ", # c\n"]);
            }
            let pair = open == "{" || self.odds(80);
            if pair {
                text += if self.odds(30) { "? " } else { "" };
                let key = self.key(true);
                text += &key;
                text += self.one_of(&[": ", ": ", ":\n ", " : ", ":\t"]);
                text += &match &*key {
                    "<<" => self.merged(),
                    _ => self.brackets(depth - 1, indent),
                };
            } else {
                text += &self.brackets(depth - 1, indent);
            }
            text += self.one_of(&["", "", "", "", " ", "\n", " # c\n"]);
        }
        text + close
    }

    /// What follows the colon or dash of a collection in column `indent`.
    fn value(&mut self, depth: usize, indent: usize, in_list: bool) -> String {
        if let Some(alias) = self.alias() {
            return format!(" {alias}") + &self.line_end();
        }
        let properties = self.properties();
        let blank = if in_list {
            " "
        } else {
            self.one_of(&[" ", " ", " ", "  ", "\t", " \t"])
        };
        let flat = match self.below(if depth == 0 { 10 } else { 16 }) {
            0 => return format!(" {properties}").trim_end().to_owned() + &self.line_end(),
            1..4 => self.plain(false),
            4 | 5 => self.quoted(indent + 1, false),
            6 => self.lines(indent + 1),
            7 => return blank.to_owned() + &properties + &self.block(indent),
            8 | 9 => self.brackets(2, indent + 1),
            kind => return self.nested(kind < 13, depth, indent, in_list, &properties),
        };
        blank.to_owned() + &properties + &flat + &self.line_end()
    }

    fn nested(
        &mut self,
        mapping: bool,
        depth: usize,
        indent: usize,
        in_list: bool,
        properties: &str,
    ) -> String {
        if in_list && properties.is_empty() && self.odds(600) {
            let blanks = 1 + self.below(2);
            let column = indent + 1 + blanks;
            let inner = match mapping {
                true => self.mapping(depth - 1, column, true),
                false => self.list(depth - 1, column, true),
            };
            return " ".repeat(blanks) + &inner;
        }
        let head = format!(" {properties}").trim_end().to_owned() + &self.line_end();
        if mapping {
            let column = indent + 1 + self.below(4);
            return head + &self.mapping(depth - 1, column, false);
        }
        let compact = !in_list && self.odds(500);
        let column = if compact {
            indent
        } else {
            indent + 1 + self.below(3)
        };
        head + &self.list(depth - 1, column, false)
    }

    fn mapping(&mut self, depth: usize, indent: usize, inline: bool) -> String {
        let mut text = String::new();
        for entry in 0..=self.below(4) {
            if entry > 0 || !inline {
                text += &" ".repeat(indent);
            }
            let key = self.key(false);
            if self.odds(30) && key != "<<" {
                text += &format!("? {key}\n");
                text += &" ".repeat(indent);
                text.push(':');
                text += &self.value(depth, indent, true);
                continue;
            }
            text += &key;
            text += self.one_of(&[":", ":", ":", ":", " :"]);
            text += &match &*key {
                "<<" => format!(" {}", self.merged()) + &self.line_end(),
                _ => self.value(depth, indent, false),
            };
        }
        text
    }

    fn list(&mut self, depth: usize, indent: usize, inline: bool) -> String {
        let mut text = String::new();
        for item in 0..=self.below(4) {
            if item > 0 || !inline {
                text += &" ".repeat(indent);
            }
            text.push('-');
            text += &self.value(depth, indent, true);
        }
        text
    }
}
