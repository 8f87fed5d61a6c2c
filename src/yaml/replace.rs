//! Another value in the place of a whole node: behind its key, its dash or in its brackets.

use super::emit::Manner;
use super::node::{NodeRef, Style};
use super::splice::{Place, Splicer, quote_like};
use crate::text::Span;
use serde_json::Value;

impl<'d> Splicer<'d> {
    /// Another value in the place of a whole node.
    pub(super) fn replace(&mut self, node: NodeRef<'d>, target: &Value, place: Place<'d>) {
        self.gone.push((node.id.0 + 1, node.next()));
        let collection = matches!(target, Value::Object(m) if !m.is_empty())
            || matches!(target, Value::Array(a) if !a.is_empty());
        // An anchor stays; a tag speaks of the value that goes.
        let tagged = node.tag().is_some();
        let span = if tagged {
            node.outer_span()
        } else {
            node.span()
        };
        let manner = Manner {
            quote: quote_like(node).unwrap_or(self.manner.quote),
            ..self.manner_at(self.document.line_end(node.outer_span().end))
        };
        match place {
            Place::Key(key) if collection && node.style() != Style::Block => {
                // The value's bytes go, blanks before them too; the block stands below the key's line.
                let indent = self.document.column(key.outer_span().start);
                let kept = self.document.text[..span.start]
                    .trim_end_matches([' ', '\t', '\n', '\r'])
                    .len();
                let mut text = String::new();
                manner.value_after(&mut text, target, indent);
                let at = self.document.line_end(span.end);
                if kept < span.end {
                    self.edit(Span::new(kept, span.end), "");
                }
                self.edit(Span::empty(at), text);
            }
            Place::Key(key) if collection => {
                let indent = self.document.column(key.outer_span().start);
                let mut text = String::new();
                manner.value_after(&mut text, target, indent);
                let start = self.document.line_end(key.outer_span().end);
                self.edit(Span::new(start, span.end), text);
            }
            Place::Key(key) if node.style() == Style::Block => {
                self.block_to_line(node, key, target, manner);
            }
            _ => {
                let in_brackets = matches!(place, Place::Brackets);
                let bare = node.anchor().is_none() && !tagged;
                let before = self.document.text[..span.start].trim_end();
                let mut text = match span.is_empty() {
                    // A key in brackets may stand there without its colon.
                    true if in_brackets && bare && !before.ends_with(':') => ": ".to_owned(),
                    true => " ".to_owned(),
                    false => String::new(),
                };
                if in_brackets {
                    manner.nested(&mut text, target);
                } else {
                    manner.flow(&mut text, target);
                }
                // An absent item stands behind its dash, before a comment.
                let absent = span.is_empty() && node.anchor().is_none() && !in_brackets;
                let behind = node.dash().filter(|_| absent);
                let span = behind.map_or(span, |dash| Span::empty(dash + 1));
                self.edit(span, text);
            }
        }
    }

    /// One line takes the place of a block's lines, behind the colon of its key.
    fn block_to_line(
        &mut self,
        node: NodeRef<'d>,
        key: NodeRef<'d>,
        target: &Value,
        manner: Manner,
    ) {
        let tagged = node.tag().is_some();
        let mut text = " ".to_owned();
        manner.flow(&mut text, target);
        let key_end = key.outer_span().end;
        let colon = self.document.text[key_end..]
            .find(':')
            .map_or(key_end, |n| key_end + n + 1);
        let behind = match node.anchor_end().filter(|_| !tagged) {
            Some(anchor) => Span::empty(anchor),
            None if tagged => Span::new(colon, self.document.line_end(colon)),
            None => Span::empty(colon),
        };
        self.edit(behind, text);
        self.edit(self.lines_and_break_before(node.span()), "");
    }
}
