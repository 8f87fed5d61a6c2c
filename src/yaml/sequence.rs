//! Sequences: which item became which, and the edits for the rest.

use super::layout;
use super::node::{Kind, NodeRef, Style};
use super::remove::Child;
use super::shared::Shared;
use super::splice::{Place, Splicer};
use crate::text::Span;
use serde_json::Value;

/// Pairs beyond which items are matched by their index only.
const MAX_PAIRS: usize = 1 << 20;

/// Makes a sequence read as `target`.
pub(super) fn splice<'d>(
    splicer: &mut Splicer<'d>,
    node: NodeRef<'d>,
    target: &[Value],
    place: Place<'d>,
) -> Result<(), Shared> {
    let items: Vec<_> = node.children().collect();
    if items.is_empty() || target.is_empty() {
        if items.len() != target.len() {
            splicer.replace(node, &Value::from(target), place);
        }
        return Ok(());
    }
    let pairs = pairs(&items, target);
    if pairs.is_empty() {
        splicer.replace(node, &Value::from(target), place);
        return Ok(());
    }
    let inside = if node.style() == Style::Flow {
        Place::Brackets
    } else {
        Place::Item
    };
    for &(old, new) in &pairs {
        splicer.node(items[old], &target[new], inside)?;
    }
    let children: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(old, item)| child(node, *item, old, &pairs))
        .collect();
    let gone = items.iter().zip(&children).filter(|(_, child)| child.goes);
    splicer
        .gone
        .extend(gone.map(|(item, _)| (item.id.0, item.next())));
    splicer.remove_children(&children, node.style());
    insert(splicer, node, &items, target, &pairs);
    Ok(())
}

/// Which item of the text (first) is which item of the target (second), in order.
fn pairs(items: &[NodeRef<'_>], target: &[Value]) -> Vec<(usize, usize)> {
    let by_index = items.len().min(target.len());
    let unlike = items
        .iter()
        .zip(target)
        .filter(|(item, value)| !alike(**item, value))
        .count();
    // One item that became another is edited where it stands.
    let in_order =
        target.len() >= items.len() && unlike <= usize::from(target.len() == items.len());
    if in_order || items.len() * target.len() > MAX_PAIRS {
        return (0..by_index).map(|index| (index, index)).collect();
    }
    // Longest common subsequence.
    let width = target.len() + 1;
    let mut best = vec![0u32; (items.len() + 1) * width];
    let alike: Vec<bool> = items
        .iter()
        .flat_map(|item| target.iter().map(|value| alike_exactly(*item, value)))
        .collect();
    for old in (0..items.len()).rev() {
        for new in (0..target.len()).rev() {
            best[old * width + new] = if alike[old * target.len() + new] {
                best[(old + 1) * width + new + 1] + 1
            } else {
                best[(old + 1) * width + new].max(best[old * width + new + 1])
            };
        }
    }
    let (mut old, mut new, mut pairs) = (0, 0, Vec::new());
    while old < items.len() && new < target.len() {
        if alike[old * target.len() + new] {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if best[(old + 1) * width + new] >= best[old * width + new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

/// Whether the item at the same index may be an edited form of it: the same name, or the same kind without names.
fn alike(item: NodeRef<'_>, value: &Value) -> bool {
    match (item.resolved().kind(), value) {
        (Kind::Mapping, Value::Object(map)) => {
            let name = item.get("name").map(NodeRef::to_value);
            name.as_ref() == map.get("name")
        }
        (Kind::Sequence, Value::Array(_)) => true,
        (Kind::Scalar, scalar) => item.reads_as(scalar),
        _ => false,
    }
}

fn alike_exactly(item: NodeRef<'_>, value: &Value) -> bool {
    let named = value.get("name").is_some() && alike(item, value);
    named || item.reads_as(value)
}

fn child(node: NodeRef<'_>, item: NodeRef<'_>, old: usize, pairs: &[(usize, usize)]) -> Child {
    let own = item.outer_span();
    let start = match node.style() {
        Style::Flow => own.start,
        _ => item.dash().unwrap_or(own.start),
    };
    let goes = pairs.binary_search_by_key(&old, |pair| pair.0).is_err();
    Child {
        span: Span::new(start, own.end.max(start + 1)),
        goes,
    }
}

/// New items before the next item that stays, or after the last.
fn insert<'d>(
    splicer: &mut Splicer<'d>,
    node: NodeRef<'d>,
    items: &[NodeRef<'d>],
    target: &[Value],
    pairs: &[(usize, usize)],
) {
    let mut new = 0;
    for &(old, stays) in pairs {
        let texts: Vec<_> = target[new..stays].iter().collect();
        if !texts.is_empty() {
            before(splicer, node, items[old], &texts);
        }
        new = stays + 1;
    }
    let rest: Vec<_> = target[new..].iter().collect();
    if let (Some(last), false) = (pairs.last().map(|pair| items[pair.0]), rest.is_empty()) {
        after(splicer, node, last, &rest);
    }
}

fn before<'d>(splicer: &mut Splicer<'d>, node: NodeRef<'d>, item: NodeRef<'d>, new: &[&Value]) {
    let start = item.outer_span().start;
    let mut text = String::new();
    if node.style() == Style::Flow {
        for value in new {
            splicer.manner.nested(&mut text, value);
            text.push_str(", ");
        }
        return splicer.edit(Span::empty(start), text);
    }
    let dash = item.dash().unwrap_or(start);
    let indent = splicer.document.column(dash);
    for value in new {
        splicer.manner.item(&mut text, value, indent);
        splicer.manner.line(&mut text, indent);
    }
    splicer.edit(Span::empty(dash), text);
}

fn after<'d>(splicer: &mut Splicer<'d>, node: NodeRef<'d>, last: NodeRef<'d>, new: &[&Value]) {
    let mut text = String::new();
    let start = last.outer_span().start;
    if node.style() == Style::Flow {
        let own_line = splicer.document.begins_line(start);
        let json = last.style() == Style::DoubleQuoted || layout::is_json(last);
        let manner = super::emit::Manner {
            json,
            ..splicer.manner
        };
        for value in new {
            text.push(',');
            if own_line {
                manner.line(&mut text, splicer.document.column(start));
            } else {
                text.push(' ');
            }
            manner.nested(&mut text, value);
        }
        return splicer.edit(Span::empty(last.outer_span().end), text);
    }
    let dash = last.dash().unwrap_or(start);
    let indent = splicer.document.column(dash);
    for value in new {
        splicer.manner.line(&mut text, indent);
        splicer.manner.item(&mut text, value, indent);
    }
    let at = splicer.document.line_end(last.outer_span().end.max(dash));
    splicer.edit(Span::empty(at), text);
}
