//! Duplicate keys: Kubernetes takes the last one in silence, kustomize refuses them.

use crate::guard::{Finding, Severity};
use crate::manifest::Object;
use crate::text::{Source, Span};
use crate::yaml::{Kind, NodeRef, Pointer, Stream};

/// Mappings up to this size are compared pair by pair; larger ones are sorted.
const SMALL: usize = 16;

/// A warning for each key that a later one overwrites, with both places.
pub(super) fn findings(stream: &Stream<'_>, objects: &[Object<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for object in objects {
        let document = &stream.documents[object.document];
        let mut path = Vec::new();
        visit(
            document.node(object.node),
            &mut path,
            &mut |path, first, second| {
                let at = |span: Span| {
                    let position = Source {
                        name: "",
                        text: stream.text,
                    }
                    .position(span.start + document.offset);
                    format!("line {}, column {}", position.line, position.column)
                };
                findings.push(Finding {
                id: "yaml/duplicate-key".into(),
                severity: Severity::Warning,
                object: Some(object.index),
                container: None,
                path: path.iter().cloned().collect::<Pointer>(),
                message: format!(
                    "the key `{}` stands here twice: {} and {}; the last one counts",
                    second.text(), at(first.span()), at(second.span())
                ),
                because: Some("kubectl, Helm and Argo CD take the last one in silence; kustomize refuses the file".into()),
                help: Some("delete the one that is not meant".into()),
                needed_by: None,
                waived: None,
            });
            },
        );
    }
    findings
}

type Report<'r, 'd> = &'r mut dyn FnMut(&[String], NodeRef<'d>, NodeRef<'d>);

fn visit<'d>(node: NodeRef<'d>, path: &mut Vec<String>, report: Report<'_, 'd>) {
    if node.kind() == Kind::Mapping {
        duplicates(node, &mut |first, second| {
            path.push(second.text().to_owned());
            report(path, first, second);
            path.pop();
        });
        for (key, value) in node
            .entries()
            .filter(|(_, value)| matches!(value.kind(), Kind::Mapping | Kind::Sequence))
        {
            path.push(key.text().to_owned());
            visit(value, path, report);
            path.pop();
        }
        return;
    }
    for (index, item) in node.children().enumerate() {
        path.push(index.to_string());
        visit(item, path, report);
        path.pop();
    }
}

fn duplicates<'d>(node: NodeRef<'d>, report: &mut dyn FnMut(NodeRef<'d>, NodeRef<'d>)) {
    let keys: Vec<_> = node
        .entries()
        .map(|(key, _)| key)
        .filter(|key| !key.is_merge_key())
        .collect();
    if keys.len() <= SMALL {
        for (index, second) in keys.iter().enumerate() {
            if let Some(first) = keys[..index]
                .iter()
                .rev()
                .find(|first| first.key_text() == second.key_text())
            {
                report(*first, *second);
            }
        }
        return;
    }
    let mut sorted = keys;
    sorted.sort_by_key(|key| (key.key_text(), key.id));
    for pair in sorted
        .windows(2)
        .filter(|pair| pair[0].key_text() == pair[1].key_text())
    {
        report(pair[0], pair[1]);
    }
}
