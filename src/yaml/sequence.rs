//! Sequences: items that are edited, that go, and that come.

use super::layout;
use super::node::{NodeRef, Style};
use super::pairs::{Pair, pairs};
use super::remove::Child;
use super::shared::Shared;
use super::splice::{Place, Splicer};
use super::touched::Touched;
use crate::text::Span;
use serde_json::Value;

/// Makes a sequence read as `target`.
pub(super) fn splice<'d>(
    splicer: &mut Splicer<'d>,
    node: NodeRef<'d>,
    (target, touched): (&[Value], &Touched),
    place: Place<'d>,
) -> Result<(), Shared> {
    let inside = if node.style() == Style::Flow {
        Place::Brackets
    } else {
        Place::Item
    };
    let items: Vec<_> = node.children().collect();
    if items.is_empty() || target.is_empty() {
        if items.len() != target.len() {
            splicer.replace(node, &Value::from(target), place);
        }
        return Ok(());
    }
    if let Some(touched) = touched.items().filter(|_| items.len() == target.len()) {
        let mut both =
            touched.filter_map(|(at, touched)| Some((*items.get(at)?, (target.get(at)?, touched))));
        return both.try_for_each(|(item, target)| splicer.node(item, target, inside));
    }
    let pairs = pairs(&items, target);
    if pairs.is_empty() {
        splicer.replace(node, &Value::from(target), place);
        return Ok(());
    }
    for &(old, new) in &pairs {
        splicer.node(items[old], (&target[new], Touched::everything()), inside)?;
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

fn child(node: NodeRef<'_>, item: NodeRef<'_>, old: usize, pairs: &[Pair]) -> Child {
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
    pairs: &[Pair],
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
    let manner = splicer.manner_at(splicer.document.line_end(start));
    for value in new {
        manner.item(&mut text, value, indent);
        manner.line(&mut text, indent);
    }
    splicer.edit(Span::empty(dash), text);
}

fn after<'d>(splicer: &mut Splicer<'d>, node: NodeRef<'d>, last: NodeRef<'d>, new: &[&Value]) {
    let mut text = String::new();
    let start = last.outer_span().start;
    if node.style() == Style::Flow {
        let own_line = splicer.document.begins_line(start);
        let quoted = last.style() == Style::DoubleQuoted || layout::is_json(last);
        let manner = super::emit::Manner {
            json: splicer.manner.json || quoted,
            ..splicer.manner
        };
        let end = last.outer_span().end;
        text.push_str(splicer.gap(end));
        for value in new {
            text.push(',');
            if own_line {
                manner.line(&mut text, splicer.document.column(start));
            } else {
                text.push(' ');
            }
            manner.nested(&mut text, value);
        }
        return splicer.edit(Span::empty(end), text);
    }
    let dash = last.dash().unwrap_or(start);
    let indent = splicer.document.column(dash);
    let at = splicer.document.line_end(last.outer_span().end.max(dash));
    let manner = splicer.manner_at(at);
    for value in new {
        manner.line(&mut text, indent);
        manner.item(&mut text, value, indent);
    }
    splicer.edit(Span::empty(at), text);
}
