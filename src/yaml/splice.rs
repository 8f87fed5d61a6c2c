//! From a document and the value that it shall have to edits of its text: the fewest bytes, in the author's manner.
//!
//! A new key goes after the last child's content and before comments that trail it; removing takes the comment on the
//! line along and leaves following lines. What would leak through an anchor into other places is refused.

use super::emit::Manner;
use super::node::{Document, Kind, NodeRef, Style};
use super::remove::Child;
use super::shared::{Shared, brought_back, overwritten, shared};
use super::touched::Touched;
use super::{layout, sequence};
use crate::text::{Edit, Span};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

impl Document<'_> {
    /// The edits, as offsets into the document's text, that make it read as `target`, which may be another value only
    /// where it was touched.
    ///
    /// # Errors
    /// The value is shared with other places by an anchor.
    pub fn splice(&self, target: &Value, touched: &Touched) -> Result<Vec<Edit>, Shared> {
        let mut splicer = Splicer {
            document: self,
            manner: self.manner(),
            edits: Vec::new(),
            gone: Vec::new(),
        };
        if let Some(root) = self.root() {
            splicer.node(root, (target, touched), Place::Root)?;
        }
        self.keeps_anchors(splicer.gone)?;
        self.close_scalars(&mut splicer.edits);
        match lone_return(self.text).filter(|_| !splicer.edits.is_empty()) {
            Some(span) => Err(Shared {
                span,
                reason: "a carriage return alone ends a line here, and nothing is written among such lines; \
                         end lines as all others do"
                    .into(),
            }),
            None => Ok(splicer.edits),
        }
    }
}

/// The first carriage return without a line feed behind it: a line break to YAML, and to next to nobody else.
fn lone_return(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut returns = memchr::memchr_iter(b'\r', bytes);
    let at = returns.find(|at| bytes.get(at + 1) != Some(&b'\n'))?;
    Some(Span::new(at, at + 1))
}

/// What holds a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'d> {
    Root,
    /// The value of this key.
    Key(NodeRef<'d>),
    Item,
    Brackets,
}

pub(super) struct Splicer<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) manner: Manner,
    pub(super) edits: Vec<Edit>,
    /// The nodes that go, from the first to before the last.
    pub(super) gone: Vec<(u32, u32)>,
}

impl<'d> Splicer<'d> {
    pub(super) fn edit(&mut self, span: Span, insert: impl AsRef<str>) {
        let insert = insert.as_ref().to_owned();
        self.edits.push(Edit { span, insert });
    }

    /// The blank that a comma or a bracket needs where an absent value ends: go-yaml v2 would take either into what
    /// stands before.
    pub(super) fn gap(&self, at: usize) -> &'static str {
        let before = &self.document.text[..at];
        let last = before.rsplit([' ', '\t', '\n', '\r', ',', '[', '{']).next();
        let is_tag = last.is_some_and(|last| last.starts_with('!'));
        if is_tag || before.ends_with(':') {
            " "
        } else {
            ""
        }
    }

    /// The document's manner, with the line break of the line that ends at `line_end`: a file may have both kinds.
    pub(super) fn manner_at(&self, line_end: usize) -> Manner {
        let own = self.document.newline_at(line_end);
        Manner {
            newline: own.unwrap_or(self.manner.newline),
            ..self.manner
        }
    }

    /// Makes `node` read as `target`.
    pub(super) fn node(
        &mut self,
        node: NodeRef<'d>,
        (target, touched): (&Value, &Touched),
        place: Place<'d>,
    ) -> Result<(), Shared> {
        let anchored = node.anchor().is_some_and(|(_, aliases)| aliases > 0);
        if node.kind() == Kind::Alias || anchored {
            return if node.reads_as(target) {
                Ok(())
            } else {
                Err(shared(node))
            };
        }
        match (node.kind(), target) {
            (Kind::Mapping, Value::Object(map)) => self.mapping(node, (map, touched), place),
            (Kind::Sequence, Value::Array(items)) => {
                sequence::splice(self, node, (items, touched), place)
            }
            (Kind::Scalar, scalar) if node.reads_as(scalar) => Ok(()),
            _ => {
                self.replace(node, target, place);
                Ok(())
            }
        }
    }

    fn mapping(
        &mut self,
        node: NodeRef<'d>,
        (target, touched): (&Map<String, Value>, &Touched),
        place: Place<'d>,
    ) -> Result<(), Shared> {
        let new = self.change_keys(node, target, touched)?;
        let loses = touched.loses(target);
        let goes = |key: NodeRef<'d>| {
            let merges = self.document.has_merge && key.is_merge_key();
            !merges
                && key
                    .key_text()
                    .is_some_and(|name| !target.contains_key(&*name))
        };
        let children: Vec<_> = node
            .entries()
            .map(|(key, value)| (key, value, loses && goes(key)))
            .collect();
        if children.iter().any(|(.., goes)| *goes) {
            if children.iter().all(|(.., goes)| *goes) {
                self.replace(node, &Value::Object(target.clone()), place);
                return Ok(());
            }
            let gone = children.iter().filter(|(.., goes)| *goes);
            self.gone
                .extend(gone.map(|(key, value, _)| (key.id.0, value.next())));
            let children = children.iter().map(|(key, value, goes)| Child {
                span: Span::new(key.entry_start(), entry_end(*key, *value)),
                goes: *goes,
            });
            self.remove_children(&children.collect::<Vec<_>>(), node.style());
        }
        if self.document.has_merge
            && let Some((merge, gone)) = merged_key_gone(node, target)
        {
            return Err(brought_back(merge, &gone));
        }
        if !new.is_empty() {
            let last = children.iter().rev().find(|(.., goes)| !goes);
            self.insert_keys(
                node,
                &new,
                last.map(|(key, value, _)| (*key, *value)),
                place,
            );
        }
        Ok(())
    }

    /// Changes the values of the keys that are there; those that are not come back.
    fn change_keys(
        &mut self,
        node: NodeRef<'d>,
        target: &Map<String, Value>,
        touched: &Touched,
    ) -> Result<Map<String, Value>, Shared> {
        // The last of duplicate keys counts, unless a merge key after it overwrites it.
        let entries: BTreeMap<Cow<'d, str>, (NodeRef<'d>, NodeRef<'d>)> = node
            .entries()
            .filter(|(key, _)| !(self.document.has_merge && key.is_merge_key()))
            .filter_map(|(key, value)| Some((key.key_text()?, (key, value))))
            .collect();
        let mut new = Map::new();
        for (key, value) in target {
            let Some(touched) = touched.child(key) else {
                continue;
            };
            let own = entries.get(key.as_str()).copied();
            let decides = if self.document.has_merge {
                node.entry(key)
            } else {
                own
            };
            match (own, decides) {
                (Some((own_key, own_value)), Some((key, _))) if key.id == own_key.id => {
                    self.node(own_value, (value, touched), inside(node, own_key))?;
                }
                (_, Some((_, merged))) if merged.reads_as(value) => {}
                (Some((own_key, _)), _) => return Err(overwritten(own_key)),
                _ => {
                    new.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(new)
    }

    /// New keys after the last child's content.
    fn insert_keys(
        &mut self,
        node: NodeRef<'d>,
        new: &Map<String, Value>,
        last: Option<(NodeRef<'d>, NodeRef<'d>)>,
        place: Place<'d>,
    ) {
        let Some((last_key, last_value)) = last else {
            return self.replace(node, &Value::Object(new.clone()), place);
        };
        if node.style() == Style::Flow {
            let manner = Manner {
                json: self.manner.json || layout::is_json(node),
                ..self.manner
            };
            let key_start = last_key.entry_start();
            let separator = match self.document.begins_line(key_start) {
                true => format!(
                    ",{}{}",
                    manner.newline,
                    " ".repeat(self.document.column(key_start))
                ),
                false => ", ".to_owned(),
            };
            let at = entry_end(last_key, last_value);
            let mut text = self.gap(at).to_owned();
            for (key, value) in new {
                text.push_str(&separator);
                text.push_str(&manner.flow_entry(key, value));
            }
            return self.edit(Span::empty(at), text);
        }
        let first_key = node.children().next().unwrap_or(last_key);
        let indent = self.document.column(first_key.entry_start());
        let at = self.document.line_end(entry_end(last_key, last_value));
        let manner = Manner {
            quote: quote_of(node).unwrap_or(self.manner.quote),
            ..self.manner_at(at)
        };
        let mut text = String::new();
        for (key, value) in new {
            manner.line(&mut text, indent);
            text.push_str(&manner.entry(key, value, indent));
        }
        self.edit(Span::empty(at), text);
    }
}

/// The end of an entry's content; an absent value ends at its colon.
fn entry_end(key: NodeRef<'_>, value: NodeRef<'_>) -> usize {
    value.outer_span().end.max(key.outer_span().end)
}

/// The place of a key's value.
fn inside<'d>(node: NodeRef<'d>, key: NodeRef<'d>) -> Place<'d> {
    if node.style() == Style::Flow {
        Place::Brackets
    } else {
        Place::Key(key)
    }
}

/// The quote that a mapping's own scalars use.
fn quote_of(node: NodeRef<'_>) -> Option<char> {
    node.children().find_map(quote_like)
}

pub(super) fn quote_like(node: NodeRef<'_>) -> Option<char> {
    match node.style() {
        Style::SingleQuoted => Some('\''),
        Style::DoubleQuoted => Some('"'),
        _ => None,
    }
}

/// A merge key that brings a key which has to go, and that key.
fn merged_key_gone<'d>(
    node: NodeRef<'d>,
    target: &Map<String, Value>,
) -> Option<(NodeRef<'d>, String)> {
    let merges = node.entries().filter(|(key, _)| key.is_merge_key());
    let all = merges.flat_map(|(key, merged)| {
        let maps = match merged.to_value() {
            Value::Array(all) => all,
            one => vec![one],
        };
        maps.into_iter().map(move |map| (key, map))
    });
    all.into_iter().find_map(|(key, map)| {
        let gone = map.as_object()?.keys().find(|k| !target.contains_key(*k));
        Some((key, gone?.clone()))
    })
}

#[cfg(test)]
#[path = "splice_tests.rs"]
pub(super) mod tests;
