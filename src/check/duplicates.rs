//! Duplicate keys: Kubernetes takes the last one in silence, kustomize refuses them.

use crate::guard::{Finding, Severity};
use crate::manifest::Object;
use crate::text::Lines;
use crate::yaml::{NodeRef, Stream};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Mappings up to this size are compared pair by pair; larger ones are sorted.
const SMALL: usize = 16;

/// A warning for each key that a later one overwrites, with both places; `of` says of what their lines are, where that is
/// no file.
pub fn findings(stream: &Stream<'_>, objects: &[Object<'_>], of: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = OnceCell::new();
    for own in objects.chunk_by(|a, b| a.document == b.document) {
        let document = &stream.documents[own[0].document];
        let mut keys = Keys::new();
        for mapping in document.mappings() {
            duplicates(mapping, &mut keys, &mut |first, second| {
                let lines = lines.get_or_init(|| Lines::new(stream.text));
                findings.push(finding(
                    (lines, of),
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
    (lines, of): (&Lines<'_>, &str),
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
        within: None,
        id: "yaml/duplicate-key".into(),
        severity: Severity::Warning,
        object: Some(holder.index),
        container: None,
        path,
        message: format!(
            "the key `{}` stands here twice: {} and {}{of}; the last one counts",
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

/// Keys of one mapping, as JSON has them.
type Keys<'d> = Vec<(Option<Cow<'d, str>>, NodeRef<'d>)>;

fn duplicates<'d>(
    mapping: NodeRef<'d>,
    keys: &mut Keys<'d>,
    report: &mut dyn FnMut(NodeRef<'d>, NodeRef<'d>),
) {
    keys.clear();
    let own = mapping.entries().map(|(key, _)| (key.key_text(), key));
    keys.extend(own.filter(|(_, key)| !key.is_merge_key()));
    if keys.len() <= SMALL {
        for (index, (text, second)) in keys.iter().enumerate() {
            if let Some((_, first)) = keys[..index].iter().rev().find(|first| first.0 == *text) {
                report(*first, *second);
            }
        }
        return;
    }
    keys.sort_by(|a, b| (&a.0, a.1.id).cmp(&(&b.0, b.1.id)));
    for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        report(pair[0].1, pair[1].1);
    }
}
