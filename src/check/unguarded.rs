//! Pods that no rule reaches yet, of objects of other kinds and of templates in texts: found, and said once each.

use super::mention::mentions;
use super::pod_template::{Names, guess, is_sparkish, read, with_article};
use super::run::parse;
use crate::guard::{Finding, Severity};
use crate::manifest::spark::{source_kind, texts};
use crate::manifest::{Object, Places, Tables};
use crate::yaml::{Kind, NodeRef, Pointer, Stream};
use serde_json::Value;

/// A warning for each object that holds containers, or whose kind makes pods in other versions, and is in no row of the
/// table of places; for each that has something else where a pod belongs; and for each pod template in a `ConfigMap` or a
/// `Secret`.
pub fn findings(stream: &Stream<'_>, objects: &[Object<'_>], tables: &Tables) -> Vec<Finding> {
    // A schema of containers holds none.
    let holds_pods = |object: &&Object<'_>| object.kind != "CustomResourceDefinition";
    let judged = objects.iter().filter(holds_pods);
    let mut found: Vec<_> = judged
        .filter_map(|object| {
            let node = stream.documents[object.document].node(object.node);
            match tables.places.of(object.api_version, object.kind) {
                Some(place) => misshapen(object, place.misshapen(|| node.to_value())?),
                None => of_object(object, node, &tables.places),
            }
        })
        .collect();
    found.extend(templates(stream, objects));
    found
}

fn of_object(object: &Object<'_>, node: NodeRef<'_>, places: &Places) -> Option<Finding> {
    let group = object
        .api_version
        .split_once('/')
        .map_or("", |(group, _)| group);
    let versions = places.versions(group, object.kind);
    if !versions.is_empty() {
        let known = versions.join("`, `");
        return Some(finding(
            object,
            Pointer::from_iter(["apiVersion"]),
            format!(
                "the pods of a `{}` are known in `{known}`, and not in `{}`",
                object.kind, object.api_version
            ),
            "another version may keep its pods elsewhere, so nothing is written there",
            "use a version that is known, or set security contexts and resources in the object by hand",
        ));
    }
    let found = || containers(node, &Pointer::root());
    let holds = node.may_hold("containers").then(found).flatten()?;
    Some(finding(
        object,
        holds,
        format!(
            "the pods of a `{}` of `{}` are not guarded",
            object.kind, object.api_version
        ),
        "where a kind keeps its pods must be known before anything is written there",
        "set security contexts and resources in the object by hand",
    ))
}

fn misshapen(object: &Object<'_>, at: Pointer) -> Option<Finding> {
    let name = at.last()?.into_owned();
    let message = format!("`{name}` is no mapping, so the pod that it stands for is not guarded");
    let because = "the API server refuses it where the kind is installed with its schema";
    Some(finding(
        object,
        at,
        message,
        because,
        "write a mapping there, or take it out",
    ))
}

/// Pod templates in texts, for Spark's executors and drivers, Airflow's workers and whoever else makes pods from them.
fn templates(stream: &Stream<'_>, objects: &[Object<'_>]) -> Vec<Finding> {
    let node = |object: &Object<'_>| stream.documents[object.document].node(object.node);
    let value = |object: &Object<'_>| node(object).to_value();
    // The data of a Secret does not show what is in it.
    let may_hold =
        |object: &&Object<'_>, word: &str| object.kind == "Secret" || node(object).may_hold(word);
    let is_source = |object: &&Object<'_>| {
        matches!(object.kind, "ConfigMap" | "Secret") && may_hold(object, "containers")
    };
    let sources = objects.iter().filter(is_source);
    let seen: Vec<_> = sources
        .flat_map(|object| templates_in(object, &value(object)))
        .collect();
    if seen.is_empty() {
        return Vec::new();
    }
    let mut names = Names::default();
    let speak = objects.iter().filter(|o| may_hold(o, "podTemplateFile"));
    speak
        .flat_map(|object| mentions(&value(object)))
        .for_each(|mention| names.add(&mention));
    let said = seen.into_iter().filter_map(|template| {
        let key = template.path.last().unwrap_or_default();
        let role = names.role_of(&key);
        let sparks = role.or_else(|| template.spark.then(|| guess(&key)));
        let whose = sparks.or(template.says_pod.then_some("pod"))?;
        Some(said(&template, &with_article(whose)))
    });
    said.collect()
}

/// A pod in a text.
struct Template<'o> {
    object: &'o Object<'o>,
    path: Pointer,
    /// Whether it looks like one for Spark's pods.
    spark: bool,
    /// Whether it calls itself a Pod.
    says_pod: bool,
}

fn templates_in<'o>(object: &'o Object<'o>, value: &Value) -> Vec<Template<'o>> {
    let Some(kind) = source_kind(value) else {
        return Vec::new();
    };
    let template = |(place, key, text): (&'static str, &str, std::borrow::Cow<'_, str>)| {
        let pod = read(&text, parse)?;
        Some(Template {
            object,
            path: Pointer::from_iter([place, key]),
            spark: is_sparkish(&pod, [object.name, key]),
            says_pod: pod["kind"] == "Pod",
        })
    };
    texts(kind, value).filter_map(template).collect()
}

fn said(template: &Template<'_>, whose: &str) -> Finding {
    let message = format!(
        "`{}` is the template of {whose}, and its pods are not guarded yet",
        template.path.last().unwrap_or_default()
    );
    finding(
        template.object,
        template.path.clone(),
        message,
        "the pods are made in the cluster from this text, and no rule looks into it",
        "set security contexts in the template by hand; Spark overwrites memory and CPU there",
    )
}

fn finding(
    object: &Object<'_>,
    path: Pointer,
    message: String,
    because: &str,
    help: &str,
) -> Finding {
    Finding {
        id: "not-guarded".into(),
        severity: Severity::Warning,
        object: Some(object.index),
        container: None,
        path,
        message,
        because: Some(because.into()),
        help: Some(help.into()),
        needed_by: None,
        waived: None,
    }
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
        let text = "apiVersion: sparkoperator.k8s.io/v1\nkind: SparkApplication\nmetadata: {name: a}\nspec: {driver: {}}\n---\n\
                    apiVersion: example.com/v1\nkind: Roll\nmetadata: {name: b}\n\
                    spec: {template: {spec: {containers: [{name: c, image: d}]}}}\n---\n\
                    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: e}\n\
                    spec: {template: {spec: {containers: [{name: c, image: d}]}}}\n---\n\
                    apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {containers: x}\n---\n\
                    apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: g}\n\
                    spec: {driver: [], executor: {}}\n";
        let stream = Stream::parse(text).unwrap();
        let (objects, _) = objects(&stream);
        let found = findings(&stream, &objects, crate::preset::tables());
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.object.unwrap(), f.path.to_string(), f.message.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    0,
                    "/apiVersion".to_owned(),
                    "the pods of a `SparkApplication` are known in `sparkoperator.k8s.io/v1beta2`, and not in \
                     `sparkoperator.k8s.io/v1`"
                ),
                (
                    1,
                    "/spec/template/spec/containers".to_owned(),
                    "the pods of a `Roll` of `example.com/v1` are not guarded"
                ),
                (
                    4,
                    "/spec/driver".to_owned(),
                    "`driver` is no mapping, so the pod that it stands for is not guarded"
                ),
            ]
        );
    }

    fn said(text: &str) -> Vec<String> {
        let stream = Stream::parse(text).unwrap();
        let (objects, _) = objects(&stream);
        let found = findings(&stream, &objects, crate::preset::tables());
        found
            .iter()
            .map(|f| format!("{} {}: {}", f.object.unwrap(), f.path, f.message))
            .collect()
    }

    const POD: &str = "spec: {containers: [{name: c, image: i}]}";

    #[test]
    fn pod_templates_in_texts_are_said() {
        let map = |key: &str, pod: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  {key}: |\n    {pod}\n---\n"
            )
        };
        let typed = format!("kind: Pod\n    {POD}");
        assert_eq!(
            said(&map("executor.yaml", POD)),
            [
                "0 /data/executor.yaml: `executor.yaml` is the template of an executor, and its pods are not guarded yet"
            ]
        );
        assert_eq!(
            said(&map("worker.yaml", &typed)),
            [
                "0 /data/worker.yaml: `worker.yaml` is the template of a pod, and its pods are not guarded yet"
            ]
        );
        assert_eq!(said(&map("values.yaml", POD)), [""; 0]);
        let named = map("values.yaml", POD)
            + &map(
                "spark.conf",
                "spark.kubernetes.driver.podTemplateFile=/conf/values.yaml",
            );
        assert_eq!(
            said(&named),
            [
                "0 /data/values.yaml: `values.yaml` is the template of a driver, and its pods are not guarded yet"
            ]
        );
        // Not yet filled in, and in a Secret.
        let open = map(
            "executor.yaml.template",
            "spec: {containers: [{name: c, image: \"${IMAGE}\"}]}",
        );
        assert_eq!(said(&open).len(), 1);
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  executor.yaml: \
                      c3BlYzoge2NvbnRhaW5lcnM6IFt7bmFtZTogYywgaW1hZ2U6IGl9XX0=\n";
        assert_eq!(said(secret).len(), 1);
        assert_eq!(said(&map("pods.md", "kind: Pod with containers")), [""; 0]);
    }
}
