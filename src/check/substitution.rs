//! What Flux will replace after us: `postBuild` of a Kustomization goes over the whole text of every object.

use super::Page;
use crate::guard::{Finding, Severity};
use crate::manifest::Object;
use crate::yaml::{Kind, NodeRef, Pointer, Stream};

pub(super) const PAGE: Page = Page {
    id: "flux-substitution",
    title: "text that Flux will replace",
    what: "No text of an object holds `${NAME}`, unless the object has the label or the annotation \
           `kustomize.toolkit.fluxcd.io/substitute: disabled`.",
    why_platform: "With `postBuild`, Flux puts other text there when it applies the object, an empty one for a name that it \
                   does not know. Digests of configuration, the lock and all that was checked are about the text before.",
    why_data: "A shell script or a Spark property with `${SPARK_HOME}` arrives with nothing in its place, and the pod \
               does not restart when the variable's value changes.",
    fix: "Render the value before, or mark the object with `kustomize.toolkit.fluxcd.io/substitute: disabled`.",
    before: "\
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.0
    args: [\"${SPARK_HOME}/bin/spark-submit\"]
",
    after: "\
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.0
    args: [/opt/spark/bin/spark-submit]
",
};

/// fluxcd/pkg: `kustomize/kustomize_varsub.go`.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// One finding for each object that Flux would change: its first such text, and how many there are.
pub(super) fn findings(stream: &Stream<'_>, objects: &[Object<'_>]) -> Vec<Finding> {
    let found = |object: &Object<'_>| {
        let node = stream.documents[object.document].node(object.node);
        let disabled = |place: &str| {
            let map = node
                .get("metadata")
                .and_then(|metadata| metadata.get(place));
            let switch = map.and_then(|map| map.get(SWITCH));
            switch.is_some_and(|switch| switch.text() == "disabled")
        };
        if disabled("labels") || disabled("annotations") {
            return None;
        }
        let mut places = Vec::new();
        texts(node, &Pointer::root(), &mut places);
        let first = places.first()?.clone();
        let more = match places.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Some(Finding {
            within: None,
            id: PAGE.id.to_owned(),
            severity: Severity::Warning,
            object: Some(object.index),
            container: None,
            message: format!(
                "Flux's `postBuild` would replace a part of `{first}`{more}, after it was pinned and checked"
            ),
            path: first,
            because: None,
            help: Some(format!(
                "render the value before, or set `{SWITCH}: disabled` on the object"
            )),
            needed_by: None,
            waived: None,
        })
    };
    objects.iter().filter_map(found).collect()
}

fn texts(node: NodeRef<'_>, at: &Pointer, found: &mut Vec<Pointer>) {
    let node = node.resolved();
    match node.kind() {
        Kind::Scalar => {
            if is_replaced(node.text()) {
                found.push(at.clone());
            }
        }
        // An alias of an alias is none.
        Kind::Alias => {}
        Kind::Sequence => {
            for (index, item) in node.children().enumerate() {
                texts(item, &at.child(index), found);
            }
        }
        Kind::Mapping => {
            for (key, value) in node.entries() {
                let at = at.child(key.text());
                if is_replaced(key.text()) {
                    found.push(at.clone());
                }
                texts(value, &at, found);
            }
        }
    }
}

/// Whether a text holds `${` and the beginning of a name.
fn is_replaced(text: &str) -> bool {
    let mut behind = text.split("${").skip(1);
    behind.any(|rest| rest.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_a_text_that_is_replaced_and_how_it_is_mended() {
        let found = |text: &str| {
            let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{text}");
            let stream = Stream::parse(&text).unwrap();
            findings(&stream, &crate::manifest::objects(&stream).0).len()
        };
        assert_eq!((found(PAGE.before), found(PAGE.after)), (1, 0));
    }

    #[test]
    fn only_braces_around_a_name_are_replaced() {
        for text in ["${A}", "x${_a:=b}", "$${A}", "${ A} ${B}"] {
            assert!(is_replaced(text), "{text}");
        }
        for text in ["$A", "$(A)", "${1}", "${", "${}", "{A}"] {
            assert!(!is_replaced(text), "{text}");
        }
    }
}
