//! The same pod, the same verdict, wherever it lives: upstream's fixtures in every place of the tables.

use super::{fixtures, hosts, lab};
use serde_json::{Value, json};
use sparkk8s_post::check::pod_security::{Level, Version, evaluate};
use sparkk8s_post::manifest::{Place, Pod};
use sparkk8s_post::preset::{Policy, tables};
use sparkk8s_post::yaml::Pointer;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const VERSION: &str = "v1.37";
const JUDGE: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n\
    metadata: {name: judge, version: 1.0.0}\nspec:\n  summary: nothing but the standard\n  checks:\n    \
    pod-security: {level: restricted, version: v1.37, severity: error}\n";

/// An object without a pod yet.
struct Home {
    /// The row, and which of its pods.
    id: String,
    place: &'static Place,
    object: Value,
    /// The names that the controllers' own containers have, pod by pod.
    own: Vec<Option<String>>,
    /// Where whole pods stand before anything else is written.
    whole: Vec<Pointer>,
}

/// A home with a pod in each of its places.
struct Lived {
    object: Value,
    /// The parts of each pod that the kind cannot hold.
    left: BTreeSet<String>,
    /// The ids that refuse what it holds.
    ids: BTreeSet<String>,
}

/// Every row of both tables, once for each kind and for each of several pods.
fn homes() -> Vec<Home> {
    let mut homes = Vec::new();
    for file in ["places", "operators"] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("presets/tables/{file}.yaml"));
        let table = fixtures::yaml(&fixtures::read(&path)).unwrap().remove(0);
        for row in table["places"].as_array().unwrap() {
            for kind in texts(&row["kinds"]) {
                of_row(row, &kind, &mut homes);
            }
        }
    }
    homes
}

fn of_row(row: &Value, kind: &str, homes: &mut Vec<Home>) {
    let version = row["apiVersions"][0].as_str().unwrap();
    let place = tables().places.of(version, kind).unwrap();
    let id = format!("{} {kind}", row["id"].as_str().unwrap());
    let under = row["under"].as_str().unwrap_or_default();
    let pods = row["pods"].as_array().unwrap();
    let (named, others): (Vec<_>, Vec<_>) = pods.iter().partition(|pod| pod["names"].is_array());
    let mut bare = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}});
    let mut own = Vec::new();
    let mut templates = Vec::new();
    for pod in named {
        for name in texts(&pod["names"]) {
            if let Some(each) = pod["each"].as_str() {
                let at = at(&format!("{under}{}", each.replace('*', &name)));
                put(&mut bare, &at, json!({}));
                templates.push(at.child("template"));
            }
            own.push(own_name(pod, &name));
        }
    }
    let mut add = |id: String, object: Value, own: Vec<Option<String>>, whole: Vec<Pointer>| {
        homes.push(Home {
            id,
            place,
            object,
            own,
            whole,
        });
    };
    if others.is_empty() && id.starts_with("spark-operator") {
        add(
            format!("{id}, in templates"),
            bare.clone(),
            own.clone(),
            templates,
        );
    }
    for (index, pod) in others.iter().enumerate() {
        let (mut object, mut own) = (bare.clone(), own.clone());
        if let Some(each) = pod["each"].as_str() {
            let map = ["ReplicaSpecs/*", "roleGroups/*"]
                .iter()
                .any(|end| each.contains(end));
            let each = each.replace('*', if map { "Worker" } else { "0" });
            put(&mut object, &at(&format!("{under}{each}")), json!({}));
        }
        own.push(own_name(pod, ""));
        add(format!("{id} {index}"), object, own, Vec::new());
    }
    if others.is_empty() {
        add(id, bare, own, Vec::new());
    }
}

fn own_name(pod: &Value, name: &str) -> Option<String> {
    Some(pod["container"]["name"].as_str()?.replace('*', name))
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

fn at(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

/// Sets a value, with all that is missing on the way.
fn put(target: &mut Value, at: &Pointer, value: Value) {
    let mut target = target;
    for segment in at.segments() {
        let index = segment.parse::<usize>().ok();
        if target.is_null() {
            *target = if index == Some(0) {
                json!([])
            } else {
                json!({})
            };
        }
        target = match (target, index) {
            (Value::Array(items), Some(index)) => {
                if index == items.len() {
                    items.push(Value::Null);
                }
                &mut items[index]
            }
            (target, _) => &mut target[&*segment],
        };
    }
    *target = value;
}

/// Every scalar and every empty list or mapping of a pod, names before what they name.
fn leaves(value: &Value, at: &Pointer, found: &mut Vec<(Pointer, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let (names, others): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| *key == "name");
            for (key, value) in names.into_iter().chain(others) {
                leaves(value, &at.child(key.as_str()), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &at.child(index), found);
            }
        }
        other => found.push((at.clone(), other.clone())),
    }
}

impl Home {
    /// Puts a pod into each of its places.
    fn with(&self, fixture: &Value) -> Lived {
        let mut object = self.object.clone();
        let (mut left, mut ids) = (BTreeSet::new(), BTreeSet::new());
        let mut pods = Vec::new();
        for own in &self.own {
            let mut pod = json!({"metadata": {}, "spec": fixture["spec"]});
            if let Some(annotations) = fixture["metadata"].get("annotations") {
                pod["metadata"]["annotations"] = annotations.clone();
            }
            if let Some(own) = own {
                pod["spec"]["containers"][0]["name"] = json!(own);
            }
            pods.push(pod);
        }
        for (pod, whole) in pods.iter().zip(&self.whole) {
            put(&mut object, whole, pod.clone());
        }
        for (index, pod) in pods.iter().enumerate() {
            let mut all = Vec::new();
            leaves(&pod["spec"], &at("/spec"), &mut all);
            if pod["metadata"]["annotations"].is_object() {
                leaves(&pod["metadata"], &at("/metadata"), &mut all);
            }
            let mut held = json!({"metadata": {}, "spec": {}});
            for (part, value) in all {
                let places = self.place.pods(&object);
                assert_eq!(places.len(), pods.len(), "{}: {object}", self.id);
                if let Ok(to) = places[index].resolve(&part) {
                    put(&mut object, &to, value.clone());
                } else if places[index]
                    .extract(&object)
                    .is_none_or(|pod| part.of(&pod) != Some(&value))
                {
                    left.insert(part.to_string());
                    continue;
                }
                put(&mut held, &part, value);
            }
            let violations = evaluate(Pod { value: &held }, Level::Restricted, version());
            ids.extend(
                violations
                    .iter()
                    .map(|found| format!("pod-security/{}", found.check)),
            );
        }
        Lived { object, left, ids }
    }
}

fn version() -> Version {
    Version::parse(VERSION).unwrap()
}

/// The fixtures of the newest version at `restricted`, by name.
fn pods() -> Option<Vec<(String, Value)>> {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission")?;
    let mut pods = Vec::new();
    for folder in ["pass", "fail"] {
        for file in
            fixtures::files(&module.join(format!("test/testdata/restricted/{VERSION}/{folder}")))
        {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            pods.push((
                name,
                fixtures::yaml(&fixtures::read(&file)).unwrap().remove(0),
            ));
        }
    }
    Some(pods)
}

/// The ids of the standard by which each object is refused.
fn refused(objects: &[&Value], policy: &Policy) -> Vec<BTreeSet<String>> {
    let documents: Vec<_> = objects.iter().map(ToString::to_string).collect();
    let guarded = lab::guard(&documents.join("\n---\n"), policy).unwrap_or_else(|error| {
        let mut alone = documents.iter();
        let one = alone.find(|text| lab::guard(text, policy).is_err());
        panic!("{error:?}: {one:?}")
    });
    let mut ids = vec![BTreeSet::new(); objects.len()];
    for finding in guarded.report["findings"].as_array().unwrap() {
        let id = finding["id"].as_str().unwrap();
        if id.starts_with("pod-security/") {
            let index = finding["object"]["index"].as_u64().unwrap();
            ids[index as usize].insert(id.to_owned());
        }
    }
    ids
}

#[test]
fn a_pod_is_judged_alike_wherever_it_lives() {
    let Some(pods) = pods() else { return };
    let policy = lab::policy(&[JUDGE], &[]);
    let (mut judged, mut less) = (0, 0);
    let mut wrong = Vec::new();
    for home in homes() {
        let lived: Vec<_> = pods.iter().map(|(_, pod)| home.with(pod)).collect();
        let objects: Vec<_> = lived.iter().map(|lived| &lived.object).collect();
        let found = refused(&objects, &policy);
        for (((name, _), lived), found) in pods.iter().zip(&lived).zip(found) {
            judged += 1;
            less += usize::from(!lived.left.is_empty());
            if lived.ids != found {
                wrong.push(format!(
                    "{} {name}: {found:?}, not {:?}\n{}",
                    home.id, lived.ids, lived.object
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    // In the second number the kind has no field for a part of the fixture, which is left out.
    assert_eq!((judged, less), (6831, 1547));
}

#[test]
fn what_only_lacks_fields_is_mended_wherever_it_lives() {
    let Some(pods) = pods() else { return };
    let policy = lab::policy(
        &["restricted"],
        &["restricted.version=v1.37", "restricted.jobs=guard"],
    );
    let all: Vec<_> = pods.iter().map(|(_, pod)| pod).collect();
    let bare = refused(&all, &policy);
    let mended: Vec<_> = pods
        .iter()
        .zip(bare)
        .filter(|(_, ids)| ids.is_empty())
        .map(|(pod, _)| pod)
        .collect();
    let mut left: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    let mut judged = 0;
    for home in homes() {
        let lived: Vec<_> = mended.iter().map(|(_, pod)| home.with(pod)).collect();
        let objects: Vec<_> = lived.iter().map(|lived| &lived.object).collect();
        for ids in refused(&objects, &policy) {
            judged += 1;
            if !ids.is_empty() {
                let (count, all) = left.entry(home.id.clone()).or_default();
                *count += 1;
                all.extend(ids);
            }
        }
    }
    assert_eq!((judged, mended.len()), (2208, 32));
    assert_eq!(left, BTreeMap::new());
}

/// A text as a literal block, or in double quotes, that holds a pod as JSON with lines and with a comment before.
fn in_text(pod: &Value, quoted: bool) -> String {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  pod.yaml: ";
    let mut pod = pod.clone();
    pod["kind"] = "Pod".into();
    let text = format!(
        "# a pod\nkind: Pod\n{}: {:#}\n{}: {:#}\n",
        "metadata", pod["metadata"], "spec", pod["spec"]
    );
    match quoted {
        true => format!("{head}{}\n", Value::from(text)),
        false => format!("{head}|\n    {}\n", text.trim_end().replace('\n', "\n    ")),
    }
}

#[test]
fn a_pod_in_a_text_is_judged_alike_and_mended_alike() {
    let Some(pods) = pods() else { return };
    let judge = lab::policy(&[JUDGE], &[]);
    let restricted = lab::policy(
        &["restricted"],
        &["restricted.version=v1.37", "restricted.jobs=guard"],
    );
    for policy in [&judge, &restricted] {
        let all: Vec<_> = pods.iter().map(|(_, pod)| pod).collect();
        for ((name, pod), bare) in pods.iter().zip(refused(&all, policy)) {
            for quoted in [false, true] {
                let text = in_text(pod, quoted);
                let guarded =
                    lab::guard(&text, policy).unwrap_or_else(|e| panic!("{name}: {e:?}\n{text}"));
                let findings = guarded.report["findings"].as_array().unwrap();
                let ids = findings
                    .iter()
                    .filter(|finding| finding["within"] == "/data/pod.yaml");
                let ids = ids.filter_map(|finding| finding["id"].as_str());
                let ids = ids.filter(|id| id.starts_with("pod-security/"));
                let ids: BTreeSet<_> = ids.map(str::to_owned).collect();
                assert_eq!(ids, bare, "{name}\n{text}");
            }
        }
    }
}
