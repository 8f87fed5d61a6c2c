//! Objects that make pods and that no rule reaches yet: found, and said once each.

use crate::guard::{Finding, Severity};
use crate::manifest::{Object, Tables};
use crate::yaml::{Kind, NodeRef, Pointer, Stream};

/// API groups whose objects become Spark pods in the cluster (kubeflow's, Apache's and Stackable's operators).
const OPERATORS: [&str; 3] = [
    "sparkoperator.k8s.io/",
    "spark.apache.org/",
    "spark.stackable.tech/",
];

/// A warning for each object that holds containers, or that an operator makes Spark pods from, and is in no row of the
/// table of places.
pub fn findings(stream: &Stream<'_>, objects: &[Object<'_>], tables: &Tables) -> Vec<Finding> {
    // A schema of containers holds none.
    let holds_pods = |object: &&Object<'_>| object.kind != "CustomResourceDefinition";
    let unknown =
        |object: &&Object<'_>| tables.places.of(object.api_version, object.kind).is_none();
    let unguarded = objects.iter().filter(holds_pods).filter(unknown);
    let finding = |object: &Object<'_>| {
        let node = stream.documents[object.document].node(object.node);
        let spark = OPERATORS
            .iter()
            .any(|group| object.api_version.starts_with(group));
        let holds = spark
            .then(|| Pointer::from_iter(["spec"]))
            .or_else(|| containers(node, &Pointer::root()))?;
        Some(Finding {
            id: "not-guarded".into(),
            severity: Severity::Warning,
            object: Some(object.index),
            container: None,
            path: holds,
            message: format!(
                "the pods of a `{}` of `{}` are not guarded yet",
                object.kind, object.api_version
            ),
            because: Some(
                "where a kind keeps its pods must be known before anything is written there".into(),
            ),
            help: Some("set security contexts and resources in the object by hand".into()),
            needed_by: None,
            waived: None,
        })
    };
    unguarded.filter_map(finding).collect()
}

/// The first list of containers below a node: items with a name and an image.
fn containers(node: NodeRef<'_>, at: &Pointer) -> Option<Pointer> {
    let is_container =
        |item: NodeRef<'_>| item.get("image").is_some() && item.get("name").is_some();
    match node.kind() {
        Kind::Mapping => node.entries().find_map(|(key, value)| {
            let here = at.child(key.text());
            let list = value.kind() == Kind::Sequence && key.text() == "containers";
            if list && value.children().any(is_container) {
                return Some(here);
            }
            containers(value, &here)
        }),
        Kind::Sequence => {
            let mut items = node.children().enumerate();
            items.find_map(|(index, item)| containers(item, &at.child(index)))
        }
        Kind::Scalar | Kind::Alias => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::objects;

    #[test]
    fn kinds_that_are_in_no_table_are_said() {
        let text = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec: {}\n---\n\
                    apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: b}\n\
                    spec: {template: {spec: {containers: [{name: c, image: d}]}}}\n---\n\
                    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: e}\n\
                    spec: {template: {spec: {containers: [{name: c, image: d}]}}}\n---\n\
                    apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {containers: x}\n";
        let stream = Stream::parse(text).unwrap();
        let (objects, _) = objects(&stream);
        let found = findings(&stream, &objects, &crate::preset::tables());
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.object.unwrap(), f.path.to_string()))
            .collect();
        assert_eq!(
            found,
            [
                (0, "/spec".to_owned()),
                (1, "/spec/template/spec/containers".to_owned())
            ]
        );
    }
}
