//! KRM functions: kustomize and kpt send a `ResourceList` and take one back. Items are edited in place as those of any
//! List; `results` is what we contribute.

mod config;
mod results;

pub use config::Config;
pub use results::results;

use crate::render::{RenderError, revise};
use crate::text::EditSet;
use crate::yaml::{Document, Kind, NodeRef, ReadError, Stream};
use serde_json::{Value, json};

/// What answers an input without a byte: a function may be given nothing, and must give a list.
pub const NOTHING: &str = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n";

const KIND: &str = "ResourceList";
const VERSIONS: [&str; 2] = ["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"];

/// The list of a stream, which has to be one and of the right shape.
///
/// # Errors
/// What is no `ResourceList`; `items` or `results` of another type than a list.
pub fn list<'s>(stream: &'s Stream<'s>) -> Result<NodeRef<'s>, ReadError> {
    let no_list = |span| {
        let help = format!(
            "a KRM function reads one document, `kind: {KIND}` of `{}` or `{}`; other streams are for `--host pipe`",
            VERSIONS[0], VERSIONS[1]
        );
        ReadError::new(span, format!("this is no `{KIND}`")).help(help)
    };
    let first = stream.documents.iter().find_map(Document::root);
    let (document, root) = only(stream).ok_or_else(|| {
        let span = first.map(|root| root.span().shifted(root.document.offset));
        no_list(span.unwrap_or_default())
    })?;
    let at = |node: NodeRef<'_>| node.span().shifted(document.offset);
    if !is_ours(root) {
        let wrong = root.get("kind").filter(|kind| kind.text() != KIND);
        return Err(no_list(at(wrong
            .or(root.get("apiVersion"))
            .unwrap_or(root))));
    }
    for key in ["items", "results"] {
        let value = root.get(key).filter(|value| !is_null(*value));
        if let Some(value) = value.filter(|value| value.kind() != Kind::Sequence) {
            let error = ReadError::new(at(value), format!("`{key}` of a `{KIND}` is a list"));
            return Err(error.help(format!("write `{key}: []` for none")));
        }
    }
    Ok(root)
}

/// Whether a list has items, or could have some.
pub fn has_items(list: NodeRef<'_>) -> bool {
    list.get("items").is_some_and(|items| !is_null(items))
}

/// The text of a list with `items` and with our results. Those of other functions stay; our own are of an earlier run.
///
/// # Errors
/// `results` is shared by an anchor, or does not read as planned.
pub fn answer(text: &str, results: Vec<Value>) -> Result<String, RenderError> {
    let stream = Stream::parse(text).ok();
    let Some((document, root)) = stream.as_ref().and_then(only) else {
        return Ok(text.to_owned());
    };
    let mut target = root.to_value();
    if !has_items(root) {
        target["items"] = json!([]);
    }
    let others = target["results"].as_array();
    let others = others
        .into_iter()
        .flatten()
        .filter(|r| !results::is_ours(r));
    let all: Vec<_> = others.cloned().chain(results).collect();
    match (all.is_empty(), target.as_object_mut()) {
        (true, Some(list)) => drop(list.remove("results")),
        _ => target["results"] = Value::Array(all),
    }
    let edits = revise(document, &target, &["items", "results"])?;
    let edits = EditSet::new(edits).expect("internal error: a proved edit overlaps itself");
    Ok(edits.apply(text))
}

/// The only document that holds anything.
fn only<'s>(stream: &'s Stream<'s>) -> Option<(&'s Document<'s>, NodeRef<'s>)> {
    let documents = stream.documents.iter();
    let mut full = documents.filter_map(|document| Some((document, document.root()?)));
    let first = full.next()?;
    full.next().is_none().then_some(first)
}

fn is_ours(root: NodeRef<'_>) -> bool {
    let is = |key: &str, wanted: &[&str]| {
        let value = root.get(key).filter(|value| value.kind() == Kind::Scalar);
        value.is_some_and(|value| wanted.contains(&value.text()))
    };
    root.kind() == Kind::Mapping && is("kind", &[KIND]) && is("apiVersion", &VERSIONS)
}

fn is_null(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Scalar && node.to_value().is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (usize, String) {
        let stream = Stream::parse(text).unwrap();
        let error = list(&stream).unwrap_err();
        (error.span.start, error.message)
    }

    #[test]
    fn what_is_no_list_is_refused_at_its_place() {
        let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
        for (text, at, word) in [
            ("apiVersion: v1\nkind: Pod\n".to_owned(), 21, "this is no"),
            (
                "apiVersion: v1\nkind: ResourceList\n".to_owned(),
                12,
                "this is no",
            ),
            (format!("{head}---\n{head}"), 0, "this is no"),
            ("- a\n".to_owned(), 0, "this is no"),
            (format!("{head}items: 3\n"), head.len() + 7, "`items`"),
            (format!("{head}items: {{}}\n"), head.len() + 7, "`items`"),
            (format!("{head}results: 3\n"), head.len() + 9, "`results`"),
        ] {
            let (start, message) = refused(&text);
            assert_eq!(start, at, "{text}");
            assert!(message.starts_with(word), "{text}: {message}");
        }
    }

    #[test]
    fn results_of_others_stay_and_ours_are_renewed() {
        let head = "apiVersion: config.kubernetes.io/v1 # a\nkind: ResourceList\nitems: []\n";
        let ours = json!({"message": "m", "tags": {"sparkk8s.io/id": "x"}});
        let other = format!("{head}results:\n- message: theirs # b\n");
        let once = answer(&other, vec![ours.clone()]).unwrap();
        assert!(once.starts_with(&other), "{once}");
        assert_eq!(answer(&once, vec![ours.clone()]).unwrap(), once);
        assert_eq!(answer(&once, vec![]).unwrap(), other);
        let alone = answer(head, vec![ours]).unwrap();
        assert_eq!(answer(&alone, vec![]).unwrap(), head);
        assert_eq!(answer(head, vec![]).unwrap(), head);
    }

    #[test]
    fn a_list_has_items_when_it_is_answered() {
        for text in [
            "kind: ResourceList\n",
            "kind: ResourceList\nitems:\n",
            "kind: ResourceList\nitems: null\n",
        ] {
            let answer = answer(text, vec![]).unwrap();
            assert_eq!(answer, "kind: ResourceList\nitems: []\n");
        }
        assert_eq!(
            answer(r#"{"kind": "ResourceList"}"#, vec![]).unwrap(),
            r#"{"kind": "ResourceList", "items": []}"#
        );
    }
}
