//! Values as YAML text in the manner of their neighbours; every scalar reads the same in all dialects.

use super::scalar::is_safe_plain;
use serde_json::{Map, Value};

/// How the text around an edit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// Spaces a mapping is indented by under its key.
    pub(super) step: usize,
    /// Spaces a sequence's dashes are indented by under their key: 0 (compact) or `step`.
    pub(super) dash: usize,
    /// The quote for text that cannot stand plain.
    pub(super) quote: char,
    /// Whether everything is written as JSON.
    pub(super) json: bool,
    /// The line break.
    pub(super) newline: &'static str,
}

/// A document of its own, with a line break at the end.
pub fn block_text(value: &Value) -> String {
    let manner = Manner {
        step: 2,
        dash: 2,
        quote: '"',
        json: false,
        newline: "\n",
    };
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => manner.mapping(&mut out, map, 0),
        flat => manner.flow(&mut out, flat),
    }
    out + "\n"
}

/// A value on one line, for any place in block or brackets.
pub fn flow_text(value: &Value) -> String {
    let manner = Manner {
        step: 2,
        dash: 0,
        quote: '"',
        json: false,
        newline: "\n",
    };
    let mut out = String::new();
    manner.nested(&mut out, value);
    out
}

impl Manner {
    /// `key: value` for a block mapping whose keys stand in column `indent` (0-based), without a line break at the end.
    pub(super) fn entry(self, key: &str, value: &Value, indent: usize) -> String {
        let mut out = self.scalar_text(key, false);
        out.push(':');
        self.value_after(&mut out, value, indent);
        out
    }

    /// What follows the colon of a key in column `indent`.
    pub(super) fn value_after(self, out: &mut String, value: &Value, indent: usize) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.line(out, indent + self.step);
                self.mapping(out, map, indent + self.step);
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    self.line(out, indent + self.dash);
                    self.item(out, item, indent + self.dash);
                }
            }
            flat => {
                out.push(' ');
                self.flow(out, flat);
            }
        }
    }

    /// Entries of a block mapping; the first stands where the text ends, the others in column `indent`.
    fn mapping(self, out: &mut String, map: &Map<String, Value>, indent: usize) {
        for (index, (key, value)) in map.iter().enumerate() {
            if index > 0 {
                self.line(out, indent);
            }
            out.push_str(&self.entry(key, value, indent));
        }
    }

    /// `- item` with the dash in column `indent`.
    pub(super) fn item(self, out: &mut String, item: &Value, indent: usize) {
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => self.mapping(out, map, indent + 2),
            flat => self.flow(out, flat),
        }
    }

    /// A line break and `indent` spaces.
    pub(super) fn line(self, out: &mut String, indent: usize) {
        out.push_str(self.newline);
        out.extend(std::iter::repeat_n(' ', indent));
    }

    /// A value on one line, in brackets where it is a collection.
    pub(super) fn flow(self, out: &mut String, value: &Value) {
        match value {
            Value::Object(map) => {
                out.push('{');
                for (index, (key, value)) in map.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(&self.flow_entry(key, value));
                }
                out.push('}');
            }
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    self.nested(out, item);
                }
                out.push(']');
            }
            Value::String(text) => out.push_str(&self.scalar_text(text, false)),
            scalar => out.push_str(&scalar.to_string()),
        }
    }

    /// `key: value` inside brackets.
    pub(super) fn flow_entry(self, key: &str, value: &Value) -> String {
        let mut out = self.scalar_text(key, true);
        out.push_str(": ");
        self.nested(&mut out, value);
        out
    }

    /// A value inside brackets.
    pub(super) fn nested(self, out: &mut String, value: &Value) {
        match value {
            Value::String(text) => out.push_str(&self.scalar_text(text, true)),
            other => self.flow(out, other),
        }
    }

    /// Text, plain where every reader takes it for just that text.
    pub(super) fn scalar_text(self, text: &str, in_brackets: bool) -> String {
        if !self.json && is_safe_plain(text) && !(in_brackets && text.contains(':')) {
            return text.to_owned();
        }
        let printable = text.chars().all(|c| !c.is_control() && !needs_escape(c));
        if self.quote == '\'' && printable && !self.json {
            return format!("'{}'", text.replace('\'', "''"));
        }
        let json = Value::from(text).to_string();
        if text.chars().all(|c| !needs_escape(c)) {
            return json;
        }
        let escape = |c: char| match needs_escape(c) {
            true => format!("\\u{:04x}", c as u32),
            false => c.to_string(),
        };
        json.chars().map(escape).collect()
    }
}

/// Characters that JSON prints as they are and a YAML reader refuses, drops or takes for a line break.
fn needs_escape(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MANNER: Manner = Manner {
        step: 2,
        dash: 0,
        quote: '"',
        json: false,
        newline: "\n",
    };

    #[test]
    fn blocks() {
        let value = json!({"drop": ["ALL"], "env": [{"name": "A", "value": "1"}, {"name": "B", "x": {}}], "on": true});
        assert_eq!(
            MANNER.entry("capabilities", &value, 4),
            "capabilities:\n      drop:\n      - ALL\n      env:\n      - name: A\n        value: \"1\"\n      \
             - name: B\n        x: {}\n      \"on\": true"
        );
        let indented = Manner { dash: 2, ..MANNER };
        assert_eq!(indented.entry("drop", &json!(["ALL"]), 0), "drop:\n  - ALL");
    }

    #[test]
    fn scalars() {
        let quoted = Manner {
            quote: '\'',
            ..MANNER
        };
        assert_eq!(quoted.scalar_text("it's 1", false), "'it''s 1'");
        assert_eq!(quoted.scalar_text("a\nb", false), "\"a\\nb\"");
        assert_eq!(
            MANNER.scalar_text("\u{feff}x\u{85}", false),
            "\"\\ufeffx\\u0085\""
        );
        assert_eq!(MANNER.scalar_text("http://x", false), "http://x");
        assert_eq!(MANNER.scalar_text("http://x", true), "\"http://x\"");
        let json = Manner {
            json: true,
            ..MANNER
        };
        let mut out = String::new();
        json.flow(&mut out, &json!({"a": [1, "x", null]}));
        assert_eq!(out, r#"{"a": [1, "x", null]}"#);
    }
}
