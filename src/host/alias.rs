//! Helm 4 takes Lists apart. An anchor that items shared then stands in one document and its aliases in others, which
//! nobody can read. Such aliases are replaced by the value that they stood for.

use crate::text::{Edit, EditSet, Span};
use crate::yaml::{Document, NodeRef, flow_text, frames};
use std::collections::BTreeMap;

/// A stream without aliases across documents, and what was replaced.
#[derive(Debug)]
pub struct Inlined {
    /// The whole text.
    pub text: String,
    /// Names of the anchors whose aliases were replaced, one for each replaced alias.
    pub anchors: Vec<String>,
}

/// Replaces aliases of anchors in earlier documents by the anchors' values; `None` where there are none.
pub fn inline(text: &str) -> Option<Inlined> {
    // Most streams have no alias, and need not be read twice.
    if !(text.contains('&') && text.contains('*')) {
        return None;
    }
    let mut anchors: BTreeMap<String, String> = BTreeMap::new();
    let (mut edits, mut names) = (Vec::new(), Vec::new());
    for frame in frames(text).ok()? {
        let mut document = text[frame.range()].to_owned();
        // Each unknown alias is one refusal; its span is where the alias stands.
        let own = loop {
            match Document::parse(&document, 0) {
                Ok(read) => break anchors_of(&read),
                Err(error) => {
                    let alias = document
                        .get(error.span.range())?
                        .strip_prefix('*')?
                        .to_owned();
                    let value = anchors.get(&alias)?;
                    document.replace_range(error.span.range(), value);
                    names.push(alias);
                }
            }
        };
        if document != text[frame.range()] {
            edits.push(Edit {
                span: Span::new(frame.start, frame.end),
                insert: document,
            });
        }
        anchors.extend(own);
    }
    if names.is_empty() {
        return None;
    }
    let text = EditSet::new(edits).ok()?.apply(text);
    Some(Inlined {
        text,
        anchors: names,
    })
}

fn anchors_of(document: &Document<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest: Vec<NodeRef<'_>> = document.root().into_iter().collect();
    while let Some(node) = rest.pop() {
        if let Some((name, _)) = node.anchor() {
            found.insert(name.to_owned(), flow_text(&node.to_value()));
        }
        rest.extend(node.children());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_becomes_the_value_of_an_earlier_document() {
        let text = "a: &s {k: \"1\", l: [x]}\nb: *s\n---\nc: *s # c\nd: [*s]\n";
        let inlined = inline(text).unwrap();
        let value = r#"{k: "1", l: [x]}"#;
        assert_eq!(
            inlined.text,
            format!("a: &s {{k: \"1\", l: [x]}}\nb: *s\n---\nc: {value} # c\nd: [{value}]\n")
        );
        assert_eq!(inlined.anchors, ["s", "s"]);
    }

    #[test]
    fn what_no_earlier_document_has_stays() {
        assert!(inline("a: 1\n---\nb: *x\n").is_none());
        assert!(inline("a: &x 1\nb: *x\n").is_none());
    }
}
