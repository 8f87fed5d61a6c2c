//! The Kubernetes objects of a stream, Lists flattened.

use crate::yaml::{Kind, NodeId, NodeRef, Pointer, Stream};
use std::fmt;

/// One object: what names it, and where it stands.
#[derive(Clone, Debug)]
pub struct Object<'d> {
    /// Its place among the stream's objects.
    pub index: usize,
    /// Which document of the stream holds it.
    pub document: usize,
    /// Its node there.
    pub node: NodeId,
    /// What shares it with other places, as a whole: an alias, anchor or merge key above it.
    pub above: Option<NodeId>,
    /// Its place in the document: the root, or `/items/3` of a List.
    pub pointer: Pointer,
    /// `group/version`, or `v1`.
    pub api_version: &'d str,
    /// As written.
    pub kind: &'d str,
    /// `metadata.namespace`, where it is written.
    pub namespace: Option<&'d str>,
    /// `metadata.name`, or `metadata.generateName`, or nothing.
    pub name: &'d str,
}

impl fmt::Display for Object<'_> {
    /// `Deployment/minio`, as `kubectl` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// The annotation in which Helm 4 tells the template that an object comes from.
pub const HELM4_FILENAME: &str = "postrenderer.helm.sh/postrender-filename";

/// The template of an object, in a stream of Helm 4.
pub fn helm4_template(object: NodeRef<'_>) -> Option<&str> {
    let annotations = object.get("metadata")?.get("annotations")?;
    Some(annotations.get(HELM4_FILENAME)?.text())
}

/// A document, or an item of a List, that is no Kubernetes object: it is passed on as it is.
#[derive(Clone, Copy, Debug)]
pub struct Stranger {
    /// Which document of the stream holds it.
    pub document: usize,
    /// Its node there.
    pub node: NodeId,
    /// What it lacks.
    pub why: &'static str,
}

/// The objects of a stream, in order, and whatever else stands in their place. Documents of nothing, or null, hold
/// neither.
pub fn objects<'d>(stream: &'d Stream<'_>) -> (Vec<Object<'d>>, Vec<Stranger>) {
    let mut found = Found {
        objects: Vec::with_capacity(stream.documents.len()),
        strangers: Vec::new(),
    };
    for (index, document) in stream.documents.iter().enumerate() {
        if let Some(root) = document.root().filter(|root| !is_null(*root)) {
            found.flatten(root, index, &Pointer::root(), None, None);
        }
    }
    (found.objects, found.strangers)
}

fn is_null(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Scalar && node.to_value().is_null()
}

struct Found<'d> {
    objects: Vec<Object<'d>>,
    strangers: Vec<Stranger>,
}

impl<'d> Found<'d> {
    fn flatten(
        &mut self,
        node: NodeRef<'d>,
        document: usize,
        pointer: &Pointer,
        typed: Option<(&'d str, &'d str)>,
        above: Option<NodeId>,
    ) {
        let above = above.or_else(|| node.is_shared().then_some(node.id));
        let node = node.resolved();
        let (api_version, kind) = match identity(node, typed) {
            Ok(identity) => identity,
            Err(why) => {
                return self.strangers.push(Stranger {
                    document,
                    node: node.id,
                    why,
                });
            }
        };
        if let Some((key, items)) = list_items(node, kind) {
            let merged = || (!node.owns(key)).then_some(key.id);
            let above = above.or_else(merged);
            let above = above.or_else(|| items.is_shared().then_some(items.id));
            let items = items.resolved();
            // Items of a typed list (`PodList`) may leave out what the list says of them.
            let item_kind = kind
                .strip_suffix("List")
                .filter(|kind| !matches!(*kind, "" | "Resource"));
            let typed = item_kind.map(|kind| (api_version, kind));
            let pointer = pointer.child("items");
            for (index, item) in items
                .children()
                .enumerate()
                .filter(|(_, item)| !is_null(*item))
            {
                self.flatten(item, document, &pointer.child(index), typed, above);
            }
            return;
        }
        let metadata = node.get("metadata");
        let of = |key: &str| metadata.and_then(|metadata| text(metadata, key));
        self.objects.push(Object {
            index: self.objects.len(),
            document,
            node: node.id,
            above,
            pointer: pointer.clone(),
            api_version,
            kind,
            namespace: of("namespace"),
            name: of("name")
                .or_else(|| of("generateName"))
                .unwrap_or_default(),
        });
    }
}

/// `apiVersion` and `kind`, or what is missing.
fn identity<'d>(
    node: NodeRef<'d>,
    typed: Option<(&'d str, &'d str)>,
) -> Result<(&'d str, &'d str), &'static str> {
    if node.kind() != Kind::Mapping {
        return Err("a Kubernetes object is a mapping");
    }
    let kind = text(node, "kind")
        .or(typed.map(|typed| typed.1))
        .filter(|kind| !kind.is_empty());
    let version = text(node, "apiVersion")
        .or(typed.map(|typed| typed.0))
        .filter(|version| !version.is_empty());
    Ok((
        version.ok_or("there is no `apiVersion`")?,
        kind.ok_or("there is no `kind`")?,
    ))
}

/// The items of a `List`, of any `*List`, and of a KRM `ResourceList`, and their key.
fn list_items<'d>(node: NodeRef<'d>, kind: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
    let entry = node.entry("items").filter(|_| kind.ends_with("List"))?;
    (entry.1.resolved().kind() == Kind::Sequence).then_some(entry)
}

fn text<'d>(node: NodeRef<'d>, key: &str) -> Option<&'d str> {
    let value = node.get(key)?;
    (value.kind() == Kind::Scalar && value.to_value().is_string()).then(|| value.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_flattened_at_any_depth() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n\
                    - apiVersion: v1\n  kind: List\n  items: [{apiVersion: v1, kind: Pod, metadata: {generateName: b-}}, null]\n\
                    ---\n# nothing\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: c, namespace: n}\n";
        let stream = Stream::parse(text).unwrap();
        let seen: Vec<_> = objects(&stream)
            .0
            .iter()
            .map(|o| format!("{} {} {}", o.index, o, o.pointer))
            .collect();
        assert_eq!(
            seen,
            [
                "0 ConfigMap/a /items/0",
                "1 Pod/b- /items/1/items/0",
                "2 Secret/c "
            ]
        );
    }

    #[test]
    fn what_shares_an_item_is_known() {
        let pod = "{apiVersion: v1, kind: Pod}";
        let list = "apiVersion: v1\nkind: List\n";
        for (text, above) in [
            (format!("{list}items: &i [{pod}]\nother: *i\n"), Some('[')),
            (format!("{list}items: [&i {pod}, *i]\n"), Some('{')),
            (format!("other: &i [{pod}]\n{list}items: *i\n"), Some('*')),
            (
                format!("other: &i {{items: [{pod}]}}\n{list}<<: *i\n"),
                Some('i'),
            ),
            (format!("{list}items: &i [{pod}]\n"), None),
            (format!("{list}items: [{pod}]\na: &i 1\nb: *i\n"), None),
        ] {
            let stream = Stream::parse(&text).unwrap();
            let object = &objects(&stream).0[0];
            let node = object.above.map(|id| stream.documents[0].node(id));
            let begins = node.and_then(|node| node.source().chars().next());
            assert_eq!(begins, above, "{text}");
        }
    }

    #[test]
    fn a_typed_list_lends_its_kind() {
        let stream =
            Stream::parse("apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n")
                .unwrap();
        let object = &objects(&stream).0[0];
        assert_eq!(
            (object.api_version, object.kind, object.name),
            ("v1", "Pod", "a")
        );
    }

    #[test]
    fn what_is_no_object_is_a_stranger() {
        for text in [
            "- a\n",
            "a: 1\n",
            "kind: Pod\n",
            "text\n",
            "kind: 1\napiVersion: v1\n",
        ] {
            let stream = Stream::parse(text).unwrap();
            let (objects, strangers) = objects(&stream);
            assert_eq!((objects.len(), strangers.len()), (0, 1), "{text}");
        }
    }
}
