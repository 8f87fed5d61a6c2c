//! Values written as YAML the way people write it: one hand never like the other.

use super::dice::Dice;
use serde_json::{Map, Value};

/// Somebody who writes documents in a manner of their own.
pub(super) struct Scribe<'d> {
    dice: &'d mut Dice,
    step: usize,
    /// Columns that dashes stand under their key.
    dash: usize,
    quote: char,
    comments: usize,
    flow: usize,
    anchors: Vec<(String, Value)>,
    /// How many anchors there may be, and whether merge keys, duplicates and tags are used.
    most_anchors: usize,
    odd: bool,
    care: Care,
}

/// A stream of documents.
pub(super) fn stream(documents: &[Value], dice: &mut Dice) -> String {
    stream_by(Care::None, documents, dice)
}

/// The same by somebody who mostly writes what is meant: texts keep their lines, no key comes twice.
pub(super) fn exact(documents: &[Value], dice: &mut Dice) -> String {
    stream_by(Care::Exact, documents, dice)
}

/// How much somebody cares that texts are read as they are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    None,
    Exact,
}

fn stream_by(care: Care, documents: &[Value], dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.one_in(12) {
        text.push('\u{feff}');
    }
    for (index, document) in documents.iter().enumerate() {
        if index > 0 || dice.one_in(2) {
            text.push_str(dice.pick(&["---\n", "---\n", "--- # next\n", "---  \n", "\n---\n"]));
        }
        if dice.one_in(3) {
            text.push_str("# Source: chart/templates/x.yaml\n");
        }
        if dice.one_in(15) {
            text.push_str(&json(document, dice));
        } else {
            let mut scribe = Scribe::new(dice);
            scribe.care = care;
            scribe.odd &= care == Care::None;
            scribe.document(document, &mut text);
        }
        if dice.one_in(6) {
            text.push_str(dice.pick(&["\n", "# end\n", "  # end, too\n", "\n\n", "   \n"]));
        }
    }
    if dice.one_in(5) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if dice.one_in(6) {
        text = text.replace('\n', "\r\n");
    }
    text
}

/// One document, without a separator.
pub(super) fn document(value: &Value, dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.one_in(12) {
        text.push('\u{feff}');
    }
    if dice.one_in(8) {
        text.push_str(&json(value, dice));
    } else {
        Scribe::new(dice).document(value, &mut text);
    }
    if dice.one_in(5) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if dice.one_in(6) {
        text = text.replace('\n', "\r\n");
    }
    text
}

fn json(value: &Value, dice: &mut Dice) -> String {
    let text = match dice.one_in(2) {
        true => serde_json::to_string_pretty(value),
        false => serde_json::to_string(value),
    };
    text.expect("JSON") + "\n"
}

impl<'d> Scribe<'d> {
    fn new(dice: &'d mut Dice) -> Self {
        let step = dice.pick(&[2, 2, 2, 4, 1, 3]);
        Self {
            step,
            dash: dice.pick(&[0, 0, step, step, 2]),
            quote: dice.pick(&['"', '"', '\'']),
            comments: dice.pick(&[1000, 12, 5]),
            flow: dice.pick(&[1000, 12, 5]),
            anchors: Vec::new(),
            most_anchors: dice.pick(&[0, 0, 0, 2, 5]),
            odd: dice.one_in(6),
            care: Care::None,
            dice,
        }
    }

    fn document(&mut self, value: &Value, out: &mut String) {
        match value {
            Value::Object(map) if !map.is_empty() => self.mapping(map, 0, true, out),
            Value::Array(items) if !items.is_empty() => self.sequence(items, 0, true, out),
            other => {
                self.scalar(other, 0, out);
                out.push('\n');
            }
        }
    }

    /// Keys in column `indent`; the first one stands where `out` ends, unless that is the beginning of a line.
    fn mapping(
        &mut self,
        map: &Map<String, Value>,
        indent: usize,
        own_line: bool,
        out: &mut String,
    ) {
        let mut entries: Vec<_> = map.iter().collect();
        if self.odd && self.dice.one_in(10) {
            // The last one counts.
            entries.insert(0, entries[self.dice.below(entries.len())]);
        }
        for (index, (key, value)) in entries.into_iter().enumerate() {
            if index > 0 || own_line {
                self.between(indent, out);
                blanks(indent, out);
            }
            if self.odd && self.dice.one_in(20) {
                let merged = self
                    .anchors
                    .iter()
                    .rev()
                    .find(|(_, value)| value.is_object());
                if let Some((name, _)) = merged {
                    out.push_str(&format!("<<: *{name}\n"));
                    blanks(indent, out);
                }
            }
            self.key(key, out);
            out.push(':');
            self.value(value, indent, false, out);
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, own_line: bool, out: &mut String) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || own_line {
                self.between(indent, out);
                blanks(indent, out);
            }
            out.push('-');
            self.value(item, indent, true, out);
        }
    }

    /// What stands between two lines: comments and blank lines.
    fn between(&mut self, indent: usize, out: &mut String) {
        if self.dice.one_in(self.comments) {
            let columns = [indent, indent, 0, indent + 2];
            // The last one may be within a text of lines.
            let columns = &columns[..if self.care == Care::Exact { 3 } else { 4 }];
            blanks(self.dice.pick(columns), out);
            out.push_str("# a comment: {x: [y]}\n");
        }
        if self.dice.one_in(self.comments * 2) {
            out.push_str(self.dice.pick(&["\n", "\n", "  \n", "\n\n"]));
        }
    }

    fn key(&mut self, key: &str, out: &mut String) {
        let plain = key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"./-".contains(&b));
        let word = key.starts_with(|c: char| c.is_ascii_alphabetic());
        if plain && word && !["null", "on", "true"].contains(&key) && !self.dice.one_in(25) {
            out.push_str(key);
        } else if self.quote == '\'' {
            out.push_str(&format!("'{}'", key.replace('\'', "''")));
        } else {
            out.push_str(&Value::from(key).to_string());
        }
    }

    /// The value behind a colon or a dash, with the line break after it.
    fn value(&mut self, value: &Value, indent: usize, in_item: bool, out: &mut String) {
        if let Some((name, _)) = self.anchors.iter().find(|(_, known)| known == value)
            && self.dice.one_in(2)
        {
            out.push_str(&format!(" *{name}"));
            return self.end(out);
        }
        let filled = match value {
            Value::Object(map) => !map.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        let mut anchored = false;
        if self.anchors.len() < self.most_anchors && !value.is_null() && self.dice.one_in(6) {
            out.push_str(&format!(" &a{}", self.anchors.len()));
            anchored = true;
        }
        let name = format!("a{}", self.anchors.len());
        if filled && !self.dice.one_in(self.flow) {
            self.block(value, indent, in_item && !anchored, out);
        } else {
            out.push_str(self.dice.pick(&[" ", " ", " ", "  ", "   "]));
            let before = out.len();
            if filled || value.is_object() || value.is_array() {
                self.flow(value, out);
            } else {
                self.scalar(value, indent, out);
            }
            if !out[before..].contains('\n') {
                self.end(out);
            } else if !out.ends_with('\n') {
                out.push('\n');
            }
        }
        if anchored {
            self.anchors.push((name, value.clone()));
        }
    }

    fn block(&mut self, value: &Value, indent: usize, compact: bool, out: &mut String) {
        let compact = compact && !self.dice.one_in(10);
        let deeper = match (compact, value) {
            // Behind a dash and one to three blanks.
            (true, _) => indent + 2 + self.dice.below(12).saturating_sub(9),
            (false, Value::Array(_)) => indent + self.dash,
            _ => indent + self.step,
        };
        if compact {
            blanks(deeper - indent - 1, out);
        } else {
            self.end(out);
        }
        let deeper = if compact || !out.ends_with("-\n") {
            deeper
        } else {
            deeper.max(indent + 1)
        };
        match value {
            Value::Object(map) => self.mapping(map, deeper, !compact, out),
            Value::Array(items) => self.sequence(items, deeper, !compact, out),
            _ => {}
        }
    }

    /// The rest of a line.
    fn end(&mut self, out: &mut String) {
        if self.dice.one_in(self.comments) {
            out.push_str(
                self.dice
                    .pick(&[" # why", "   # \"quoted\"", "\t# tab", " #"]),
            );
        } else if self.dice.one_in(self.comments * 2) {
            out.push_str(self.dice.pick(&[" ", "   ", "\t"]));
        }
        out.push('\n');
    }

    fn flow(&mut self, value: &Value, out: &mut String) {
        let gap = self.dice.pick(&["", "", " "]);
        let (open, close, many) = match value {
            Value::Object(map) => ('{', '}', map.len()),
            Value::Array(items) => ('[', ']', items.len()),
            other => return out.push_str(&Self::flow_scalar(other)),
        };
        out.push(open);
        out.push_str(if many > 0 { gap } else { "" });
        let mut parts = Vec::new();
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let mut part = Value::from(key.as_str()).to_string() + ": ";
                    // Nothing is null, too.
                    if !value.is_null() || self.dice.one_in(2) {
                        self.flow(value, &mut part);
                    }
                    parts.push(part);
                }
            }
            Value::Array(items) => {
                for item in items {
                    let mut part = String::new();
                    self.flow(item, &mut part);
                    parts.push(part);
                }
            }
            _ => {}
        }
        out.push_str(&parts.join(self.dice.pick(&[", ", ", ", ","])));
        if many > 0 && self.dice.one_in(10) {
            out.push(',');
        }
        out.push_str(if many > 0 { gap } else { "" });
        out.push(close);
    }

    fn flow_scalar(value: &Value) -> String {
        match value {
            Value::String(text) if text == "x" || text == "ALL" => text.clone(),
            other => other.to_string(),
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize, out: &mut String) {
        let text = match value {
            Value::Null => return out.push_str(self.dice.pick(&["", "~", "null", "null"])),
            Value::String(text) => text,
            Value::Object(_) => return out.push_str("{}"),
            Value::Array(_) => return out.push_str("[]"),
            other => return out.push_str(&other.to_string()),
        };
        if text.ends_with('\n') && !text.starts_with(['\n', ' ', '\t']) {
            return self.literal(text, indent, out);
        }
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/.@-:".contains(&b));
        let word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        let said = ["yes", "on", "no", "null", "true", "x"].contains(&text.as_str());
        if plain && word && !said && !self.dice.one_in(4) {
            return out.push_str(text);
        }
        let one_line = text.chars().all(|c| !c.is_control());
        if self.quote == '\'' && one_line {
            return out.push_str(&format!("'{}'", text.replace('\'', "''")));
        }
        out.push_str(&value.to_string());
    }

    fn literal(&mut self, text: &str, indent: usize, out: &mut String) {
        let heads: &[_] = match self.care {
            Care::None => &["|", "|", "|-", "|+", ">", "|2"],
            Care::Exact => &["|", "|", "|2"],
        };
        let head = self.dice.pick(heads);
        let step = if head == "|2" { 2 } else { self.step };
        out.push_str(head);
        out.push('\n');
        for line in text.lines() {
            if !line.is_empty() {
                blanks(indent + step, out);
            }
            out.push_str(line);
            out.push('\n');
        }
        if head == "|+" && self.dice.one_in(2) {
            out.push_str(self.dice.pick(&["\n", "\n\n"]));
        }
    }
}

fn blanks(many: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', many));
}
