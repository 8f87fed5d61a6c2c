//! Pods that no rule reaches yet, of objects of other kinds and of templates in texts: found, and said once each.

use crate::guard::{Finding, Severity};
use crate::manifest::spark::{source_kind, texts};
use crate::manifest::template::{Template, Templates, with_article};
use crate::manifest::{Object, Place, Places, Tables};
use crate::yaml::{Kind, NodeRef, Pointer, Stream};

/// A warning for each object that holds containers, or whose kind makes pods in other versions, and is in no row of the
/// table of places; for each that has something else where a pod belongs; and for each pod template in a text that
/// nothing can be written into.
pub fn findings(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    tables: &Tables,
    templates: &Templates,
) -> Vec<Finding> {
    // A schema of containers holds none.
    let holds_pods = |object: &&Object<'_>| object.kind != "CustomResourceDefinition";
    let judged = objects.iter().filter(holds_pods);
    let mut found: Vec<_> = judged
        .flat_map(|object| {
            let node = stream.documents[object.document].node(object.node);
            match tables.places.of(object.api_version, object.kind) {
                Some(place) if place.is_plain() => Vec::new(),
                Some(place) => of_place(object, node, place),
                None => of_object(object, node, &tables.places)
                    .into_iter()
                    .collect(),
            }
        })
        .collect();
    let of_object = |(index, templates): (&usize, &Vec<Template>)| {
        let said = templates
            .iter()
            .filter_map(|template| said(&objects[*index], template));
        said.collect::<Vec<_>>()
    };
    found.extend(templates.iter().flat_map(of_object));
    let node = |object: &Object<'_>| stream.documents[object.document].node(object.node);
    found.extend(objects.iter().filter_map(|o| spawner(o, node(o))));
    found
}

/// The file that the hub of `JupyterHub`'s chart makes its users' pods by, and the setting that says so.
const SPAWNER: [&str; 2] = ["values.yaml", "singleuser"];

/// Pods that a program makes by settings of its own, which are no pod.
fn spawner(object: &Object<'_>, node: NodeRef<'_>) -> Option<Finding> {
    let [file, setting] = SPAWNER;
    if !matches!(object.kind, "ConfigMap" | "Secret") {
        return None;
    }
    // Its texts are long; its keys are not.
    let places = ["data", "stringData"].map(|place| node.get(place));
    let mut places = places.into_iter().flatten();
    places.find(|place| place.get(file).is_some())?;
    let value = node.to_value();
    let says = |text: &str| text.lines().any(|line| line.starts_with(setting));
    let (place, key, _) =
        texts(source_kind(&value)?, &value).find(|(_, key, text)| *key == file && says(text))?;
    Some(finding(
        object,
        Pointer::from_iter([place, key]),
        format!(
            "JupyterHub makes its users' pods by `{setting}` in `{file}`, and they are not guarded"
        ),
        "they are made in the cluster, one for each user",
        "set `singleuser.extraPodConfig` and its like in the chart's values",
    ))
}

/// What is not as the row of its kind has it, and what stands beside that.
fn of_place(object: &Object<'_>, node: NodeRef<'_>, place: &Place) -> Vec<Finding> {
    let value = node.to_value();
    let mut found: Vec<_> = place
        .misshapen(&value)
        .and_then(|at| misshapen(object, at))
        .into_iter()
        .collect();
    let parts = place.unread(&value);
    found.extend(parts.iter().map(|at| unread(object, at)));
    let pods = place.pods(&value);
    let is_known = |at: &Pointer| {
        pods.iter().any(|pod| pod.covers(at)) || parts.iter().any(|part| at.is_within(part))
    };
    let strange = containers(node, &HOLDERS)
        .into_iter()
        .find(|at| !is_known(at));
    found.extend(strange.map(|at| {
        finding(
            object,
            at,
            format!(
                "containers stand here that the table of places does not know of a `{}`",
                object.kind
            ),
            "where a kind keeps its pods must be known before anything is written there",
            "set security contexts and resources there by hand; of a row of your own, look at its pointers",
        )
    }));
    found
}

/// Where kinds keep containers: in lists, or one by itself.
const HOLDERS: [&str; 7] = [
    "container",
    "containers",
    "ephemeralContainers",
    "initContainers",
    "script",
    "sidecars",
    "steps",
];

/// The containers below a node that stand under any of these keys: mappings with an image.
fn containers(node: NodeRef<'_>, holders: &[&str]) -> Vec<Pointer> {
    let mut found = Vec::new();
    collect(node, holders, &Pointer::root(), &mut found);
    found
}

fn collect(node: NodeRef<'_>, holders: &[&str], at: &Pointer, found: &mut Vec<Pointer>) {
    let is_container =
        |value: NodeRef<'_>| value.kind() == Kind::Mapping && value.get("image").is_some();
    match node.kind() {
        Kind::Mapping => {
            for (key, value) in node.entries() {
                let here = at.child(key.text());
                if holders.contains(&key.text()) {
                    found.extend(is_container(value).then(|| here.clone()));
                    let items = value.children().enumerate();
                    let list = items.filter(|_| value.kind() == Kind::Sequence);
                    let list = list.filter(|(_, item)| is_container(*item));
                    found.extend(list.map(|(index, _)| here.child(index)));
                }
                collect(value, holders, &here, found);
            }
        }
        Kind::Sequence => {
            for (index, item) in node.children().enumerate() {
                collect(item, holders, &at.child(index), found);
            }
        }
        Kind::Scalar | Kind::Alias => {}
    }
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
    let named = |at: &Pointer| {
        let container = node.at_pointer(at);
        container.is_some_and(|container| container.get("name").is_some())
    };
    let found = || containers(node, &["containers"]).into_iter().find(named);
    let holds = node
        .may_hold("containers")
        .then(found)
        .flatten()?
        .parent()?;
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

fn unread(object: &Object<'_>, at: &Pointer) -> Finding {
    let name = at.last().filter(|name| crate::yaml::index(name).is_none());
    let name = name.map_or_else(|| at.to_string(), std::borrow::Cow::into_owned);
    let message = format!(
        "`{name}` changes pods of a `{}`, and it is not read",
        object.kind
    );
    let because = "what stands there may say something else than what the rules made of the rest";
    finding(
        object,
        at.clone(),
        message,
        because,
        "say the same in the fields of the templates themselves",
    )
}

fn said(object: &Object<'_>, template: &Template) -> Option<Finding> {
    let why = template.cannot.as_ref()?;
    let message = format!(
        "`{}` is the template of {}, and its pods are not guarded: {why}",
        template.path.last().unwrap_or_default(),
        with_article(template.whose)
    );
    Some(finding(
        object,
        template.path.clone(),
        message,
        "the pods are made in the cluster from this text",
        "write one pod as YAML into a ConfigMap, or set security contexts in the template by hand",
    ))
}

fn finding(
    object: &Object<'_>,
    path: Pointer,
    message: String,
    because: &str,
    help: &str,
) -> Finding {
    Finding {
        within: None,
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
        let found = findings(
            &stream,
            &objects,
            crate::preset::tables(),
            &Templates::new(),
        );
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
}
