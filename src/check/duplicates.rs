//! Duplicate keys: Kubernetes takes the last one in silence, kustomize refuses them.

use crate::guard::{Finding, Severity};
use crate::manifest::Object;
use crate::text::Lines;
use crate::yaml::{NodeRef, Stream};
use std::cell::OnceCell;

/// Mappings up to this size are compared pair by pair; larger ones are sorted.
const SMALL: usize = 16;

/// A warning for each key that a later one overwrites, with both places.
pub(super) fn findings(stream: &Stream<'_>, objects: &[Object<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = OnceCell::new();
    for own in objects.chunk_by(|a, b| a.document == b.document) {
        let document = &stream.documents[own[0].document];
        let mut keys = Vec::new();
        for mapping in document.mappings() {
            duplicates(mapping, &mut keys, &mut |first, second| {
                let lines = lines.get_or_init(|| Lines::new(stream.text));
                findings.push(finding(
                    lines,
                    own,
                    document.node(first.id),
                    document.node(second.id),
                ));
            });
        }
    }
    findings
}

fn finding(
    lines: &Lines<'_>,
    own: &[Object<'_>],
    first: NodeRef<'_>,
    second: NodeRef<'_>,
) -> Finding {
    let document = second.document;
    let at = |key: NodeRef<'_>| {
        let position = lines.position(key.span().start + document.offset);
        format!("line {}, column {}", position.line, position.column)
    };
    let holder = own
        .iter()
        .rev()
        .find(|object| object.node <= second.id)
        .unwrap_or(&own[0]);
    let path = document.node(holder.node).path_to(second.id);
    Finding {
        id: "yaml/duplicate-key".into(),
        severity: Severity::Warning,
        object: Some(holder.index),
        container: None,
        path,
        message: format!(
            "the key `{}` stands here twice: {} and {}; the last one counts",
            second.text(),
            at(first),
            at(second)
        ),
        because: Some(
            "kubectl, Helm and Argo CD take the last one in silence; kustomize refuses the file"
                .into(),
        ),
        help: Some("delete the one that is not meant".into()),
        needed_by: None,
        waived: None,
    }
}

fn duplicates<'d>(
    mapping: NodeRef<'d>,
    keys: &mut Vec<NodeRef<'d>>,
    report: &mut dyn FnMut(NodeRef<'d>, NodeRef<'d>),
) {
    keys.clear();
    keys.extend(mapping.entries().map(|(key, _)| key));
    let same = |a: NodeRef<'_>, b: NodeRef<'_>| a.key_text() == b.key_text() && !a.is_merge_key();
    if keys.len() <= SMALL {
        for (index, second) in keys.iter().enumerate() {
            // Keys of different length are told apart without reading them, but for those that change as they are read.
            let near = |first: &&NodeRef<'d>| {
                first.text().len() == second.text().len() || first.reads_differently()
            };
            let near_or_changed = |first: &&NodeRef<'d>| near(first) || second.reads_differently();
            let mut firsts = keys[..index].iter().rev().filter(near_or_changed);
            if let Some(first) = firsts.find(|first| same(**first, *second)) {
                report(*first, *second);
            }
        }
        return;
    }
    keys.sort_by_key(|key| (key.key_text(), key.id));
    for pair in keys.windows(2).filter(|pair| same(pair[0], pair[1])) {
        report(pair[0], pair[1]);
    }
}
