//! From a document and the value that it shall have to edits of its text: the fewest bytes, in the author's manner.
//!
//! A new key goes after the last child's content and before comments that trail it; removing takes the comment on the
//! line along and leaves following lines. What would leak through an anchor into other places is refused.

use super::emit::Manner;
use super::node::{Document, Kind, NodeRef, Style};
use super::remove::Child;
use super::{layout, sequence};
use crate::text::{Edit, Span};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The edit cannot be made without changing other places too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Shared {
    /// The anchor, alias or merge key that is in the way, in the document's text.
    pub span: Span,
    /// Which anchor, and what to do.
    pub reason: String,
}

impl Document<'_> {
    /// The edits, as offsets into the document's text, that make it read as `target`.
    ///
    /// # Errors
    /// The value is shared with other places by an anchor.
    pub fn splice(&self, target: &Value) -> Result<Vec<Edit>, Shared> {
        let mut splicer = Splicer {
            document: self,
            manner: self.manner(),
            edits: Vec::new(),
        };
        if let Some(root) = self.root() {
            splicer.node(root, target, Place::Root)?;
        }
        Ok(splicer.edits)
    }
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
}

impl<'d> Splicer<'d> {
    pub(super) fn edit(&mut self, span: Span, insert: impl Into<String>) {
        self.edits.push(Edit {
            span,
            insert: insert.into(),
        });
    }

    /// Makes `node` read as `target`.
    pub(super) fn node(
        &mut self,
        node: NodeRef<'d>,
        target: &Value,
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
            (Kind::Mapping, Value::Object(map)) => self.mapping(node, map, place),
            (Kind::Sequence, Value::Array(items)) => sequence::splice(self, node, items, place),
            (Kind::Scalar, scalar) if node.reads_as(scalar) => Ok(()),
            _ => {
                node.children().try_for_each(unshared)?;
                self.replace(node, target, place);
                Ok(())
            }
        }
    }

    fn mapping(
        &mut self,
        node: NodeRef<'d>,
        target: &Map<String, Value>,
        place: Place<'d>,
    ) -> Result<(), Shared> {
        let new = self.change_keys(node, target)?;
        let goes = |key: NodeRef<'d>| {
            let merges = self.document.has_merge && key.is_merge_key();
            !merges
                && key
                    .key_text()
                    .is_some_and(|name| !target.contains_key(&*name))
        };
        let children: Vec<_> = node
            .entries()
            .map(|(key, value)| (key, value, goes(key)))
            .collect();
        if children.iter().any(|(.., goes)| *goes) {
            if children.iter().all(|(.., goes)| *goes) {
                node.children().try_for_each(unshared)?;
                self.replace(node, &Value::Object(target.clone()), place);
                return Ok(());
            }
            let gone = children.iter().filter(|(.., goes)| *goes);
            gone.flat_map(|(key, value, _)| [*key, *value])
                .try_for_each(unshared)?;
            let children = children.iter().map(|(key, value, goes)| Child {
                span: Span::new(key.entry_start(), entry_end(*key, *value)),
                goes: *goes,
            });
            self.remove_children(&children.collect::<Vec<_>>(), node.style());
        }
        if self.document.has_merge && merged_key_gone(node, target) {
            return Err(shared(node));
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
    ) -> Result<Map<String, Value>, Shared> {
        let entries: Vec<(Cow<'d, str>, NodeRef<'d>, NodeRef<'d>)> = node
            .entries()
            .filter(|(key, _)| !(self.document.has_merge && key.is_merge_key()))
            .filter_map(|(key, value)| Some((key.key_text()?, key, value)))
            .collect();
        let mut new = Map::new();
        for (key, value) in target {
            // The last of duplicate keys counts, unless a merge key after it overwrites it.
            let own = entries.iter().rev().find(|(name, ..)| name == key);
            let decides = if self.document.has_merge {
                node.entry(key)
            } else {
                own.map(|(_, k, v)| (*k, *v))
            };
            match (own, decides) {
                (Some((_, own_key, own_value)), Some((key, _))) if key.id == own_key.id => {
                    self.node(*own_value, value, inside(node, *own_key))?;
                }
                (_, Some((_, merged))) if merged.reads_as(value) => {}
                (Some((_, own_key, _)), _) => return Err(overwritten(*own_key)),
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
                json: layout::is_json(node),
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
            let texts = new
                .iter()
                .map(|(key, value)| separator.clone() + &manner.flow_entry(key, value));
            let text: String = texts.collect();
            return self.edit(Span::empty(entry_end(last_key, last_value)), text);
        }
        let first_key = node.children().next().unwrap_or(last_key);
        let indent = self.document.column(first_key.entry_start());
        let manner = Manner {
            quote: quote_of(node).unwrap_or(self.manner.quote),
            ..self.manner
        };
        let mut text = String::new();
        for (key, value) in new {
            manner.line(&mut text, indent);
            text.push_str(&manner.entry(key, value, indent));
        }
        let at = self.document.line_end(entry_end(last_key, last_value));
        self.edit(Span::empty(at), text);
    }
}

/// Refuses what goes while others refer to an anchor in it.
pub(super) fn unshared(node: NodeRef<'_>) -> Result<(), Shared> {
    match node.shared_within() {
        Some(anchored) => Err(shared(anchored)),
        None => Ok(()),
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

/// Whether a key that a merge key brings would have to go.
fn merged_key_gone(node: NodeRef<'_>, target: &Map<String, Value>) -> bool {
    node.entries()
        .filter(|(key, _)| key.is_merge_key())
        .any(|(_, merged)| match merged.to_value() {
            Value::Array(all) => all.iter().any(|one| !within(one, target)),
            one => !within(&one, target),
        })
}

/// Whether all keys of a merged mapping are keys of `target`.
fn within(merged: &Value, target: &Map<String, Value>) -> bool {
    merged
        .as_object()
        .is_none_or(|map| map.keys().all(|key| target.contains_key(key)))
}

pub(super) fn shared(node: NodeRef<'_>) -> Shared {
    let named = node
        .resolved()
        .anchor()
        .map(|(name, _)| format!("the anchor `&{name}`"));
    let by = named.unwrap_or_else(|| "a merge key `<<`".to_owned());
    let reason = format!(
        "the value is shared with other places by {by}; write it out here to change it alone"
    );
    Shared {
        span: node.outer_span(),
        reason,
    }
}

pub(super) fn overwritten(key: NodeRef<'_>) -> Shared {
    let reason = format!(
        "a merge key `<<` after it overwrites `{}`; put the merge key first",
        key.text()
    );
    Shared {
        span: key.outer_span(),
        reason,
    }
}

#[cfg(test)]
#[path = "splice_tests.rs"]
mod tests;
