//! Workloads whose pods read configuration, in every way that a pod can, each with a note of what it reads.

use super::super::dice::Dice;
use super::world::Source;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A workload.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) namespace: Option<&'static str>,
    /// Whether another template makes new pods.
    pub(super) rolls: bool,
    pub(super) reads: Vec<Read>,
    /// Its own `spec`, without the template.
    spec: Value,
    pub(super) template: Value,
}

/// What one reference reads.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// `None` for all of them.
    keys: Option<BTreeSet<String>>,
    /// Whether a change needs a new pod.
    pub(super) counts: bool,
}

impl Read {
    pub(super) fn takes(&self, key: &str) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.contains(key))
    }
}

/// Kinds of workloads: group and version, kind, fields beside the template, whether another template makes new pods.
const KINDS: [(&str, &str, &str, bool); 11] = [
    ("apps/v1", "Deployment", r#"{"replicas": 1}"#, true),
    ("apps/v1", "Deployment", "{}", true),
    ("apps/v1", "StatefulSet", r#"{"serviceName": "s"}"#, true),
    ("apps/v1", "DaemonSet", "{}", true),
    ("batch/v1", "CronJob", r#"{"schedule": "* * * * *"}"#, true),
    ("batch/v1", "Job", r#"{"backoffLimit": 1}"#, false),
    ("v1", "Pod", "{}", false),
    ("apps/v1", "ReplicaSet", "{}", false),
    ("apps/v1", "Deployment", r#"{"paused": true}"#, false),
    (
        "apps/v1",
        "StatefulSet",
        r#"{"updateStrategy": {"type": "OnDelete"}}"#,
        false,
    ),
    (
        "apps/v1",
        "DaemonSet",
        r#"{"updateStrategy": {"type": "OnDelete"}}"#,
        false,
    ),
];

/// The containers of each pod: list, and place in it.
const CONTAINERS: [(&str, usize); 3] =
    [("containers", 0), ("containers", 1), ("initContainers", 0)];

impl Reader {
    pub(super) fn new(
        dice: &mut Dice,
        number: usize,
        sources: &[Source],
        spaces: &[Option<&'static str>],
    ) -> Self {
        let (_, kind, spec, rolls) = dice.pick(&KINDS);
        let container = |name: &str| json!({"name": name, "image": "example.com/app:1", "env": [{"name": "MODE", "value": "a"}]});
        let mut template = json!({"spec": {
            "containers": [container("main"), container("side")], "initContainers": [container("first")]}});
        match dice.below(4) {
            0 => template["metadata"] = json!({"labels": {"app": "x"}}),
            1 => template["metadata"] = json!({"annotations": {"checksum/config": "old"}}),
            2 => template["metadata"] = Value::Null,
            _ => {}
        }
        let mut reader = Self {
            kind,
            name: format!("w{number}"),
            namespace: dice.pick(spaces),
            rolls,
            reads: Vec::new(),
            spec: serde_json::from_str(spec).expect("JSON"),
            template,
        };
        for n in 0..dice.below(5) {
            match dice.below(4) {
                0 => reader.variables(dice, sources),
                1 => reader.variable(dice, n, sources),
                2 => reader.volume(dice, n, sources),
                _ => reader.projected(dice, n, sources),
            }
        }
        reader
    }

    pub(super) fn object(&self) -> Value {
        let version = KINDS.iter().find(|row| row.1 == self.kind);
        let version = version.expect("a kind of the table").0;
        let mut object =
            json!({"apiVersion": version, "kind": self.kind, "metadata": {"name": self.name}});
        if let Some(namespace) = self.namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object["spec"] = self.spec.clone();
        match self.kind {
            "Pod" => object["spec"] = self.template["spec"].clone(),
            "CronJob" => object["spec"]["jobTemplate"]["spec"]["template"] = self.template.clone(),
            _ => object["spec"]["template"] = self.template.clone(),
        }
        object
    }

    fn container(&mut self, (list, index): (&str, usize)) -> &mut Value {
        &mut self.template["spec"][list][index]
    }

    fn note(&mut self, (kind, name): Name, keys: Option<BTreeSet<String>>, counts: bool) {
        let counts = counts && keys.as_ref().is_none_or(|keys| !keys.is_empty());
        self.reads.push(Read {
            kind,
            name,
            keys,
            counts,
        });
    }

    /// `envFrom`.
    fn variables(&mut self, dice: &mut Dice, sources: &[Source]) {
        let (name, _) = named(dice, sources);
        let field = if name.0 == "Secret" {
            "secretRef"
        } else {
            "configMapRef"
        };
        let mut reference = json!({field: {"name": name.1}});
        if dice.one_in(3) {
            reference["prefix"] = json!("P_");
        }
        if dice.one_in(3) {
            reference[field]["optional"] = json!(true);
        }
        push(
            &mut self.container(dice.pick(&CONTAINERS))["envFrom"],
            reference,
        );
        self.note(name, None, true);
    }

    /// `env` with `valueFrom`.
    fn variable(&mut self, dice: &mut Dice, n: usize, sources: &[Source]) {
        let (name, keys) = named(dice, sources);
        let key = dice.pick(&keys);
        let field = if name.0 == "Secret" {
            "secretKeyRef"
        } else {
            "configMapKeyRef"
        };
        let mut reference = json!({"name": name.1, "key": key});
        if dice.one_in(3) {
            reference["optional"] = json!(true);
        }
        let variable = json!({"name": format!("V{n}"), "valueFrom": {field: reference}});
        push(&mut self.container(dice.pick(&CONTAINERS))["env"], variable);
        self.note(name, Some(BTreeSet::from([key])), true);
    }

    /// A volume of one object.
    fn volume(&mut self, dice: &mut Dice, n: usize, sources: &[Source]) {
        let (name, keys) = named(dice, sources);
        let items = Items::new(dice, &keys, "d");
        let (field, name_field) = match name.0 {
            "Secret" => ("secret", "secretName"),
            _ => ("configMap", "name"),
        };
        let mut reference = json!({name_field: name.1, "defaultMode": 420});
        items.put(&mut reference);
        if dice.one_in(3) {
            reference["optional"] = json!(true);
        }
        push(
            &mut self.template["spec"]["volumes"],
            json!({"name": format!("v{n}"), field: reference}),
        );
        let mounts = self.mounts(dice, n, &items.files(&keys));
        self.note(name, items.seen(&mounts), needs_new_pods(&mounts));
    }

    /// A projected volume of one object, or two.
    fn projected(&mut self, dice: &mut Dice, n: usize, sources: &[Source]) {
        let mut all = Vec::new();
        let mut references = vec![json!({"serviceAccountToken": {"path": "token"}})];
        let two = dice.one_in(2);
        for index in 0..=usize::from(two) {
            let (name, keys) = named(dice, sources);
            let mut items = Items::new(dice, &keys, &format!("s{index}"));
            if two && items.0.is_none() {
                // Files of two objects in one folder could be of one name, and nobody knows whose a part is.
                items = Items(Some(vec![(keys[0].clone(), format!("s{index}/only"))]));
            }
            let field = if name.0 == "Secret" {
                "secret"
            } else {
                "configMap"
            };
            let mut reference = json!({"name": name.1});
            items.put(&mut reference);
            references.push(json!({field: reference}));
            all.push((name, items, keys));
        }
        let volume = json!({"name": format!("v{n}"), "projected": {"sources": references}});
        push(&mut self.template["spec"]["volumes"], volume);
        let files: Vec<_> = all
            .iter()
            .flat_map(|(_, items, keys)| items.files(keys))
            .collect();
        let mounts = self.mounts(dice, n, &files);
        for (name, items, _) in all {
            self.note(name, items.seen(&mounts), needs_new_pods(&mounts));
        }
    }

    /// No mount, one, or two, of the whole volume or of one of its files or folders.
    fn mounts(&mut self, dice: &mut Dice, n: usize, files: &[String]) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for again in 0..dice.pick(&[0, 1, 1, 1, 2]) {
            let container = dice.pick(&CONTAINERS);
            let live = dice.one_in(4);
            let path = match live {
                true => dice.pick(&[
                    "/opt/airflow/dags",
                    "/opt/airflow/dags/team",
                    "/x/dashboards/",
                ]),
                false => "/etc/app",
            };
            let path = if live {
                path.to_owned()
            } else {
                format!("{path}/{n}/{again}")
            };
            let mut mount = json!({"name": format!("v{n}"), "mountPath": path});
            let part = match dice.below(4) {
                0 => {
                    let file = dice.pick(files);
                    let folder = file.split_once('/').map(|(folder, _)| folder.to_owned());
                    let part = folder.filter(|_| dice.one_in(3)).unwrap_or(file);
                    mount["subPath"] = json!(part);
                    Part::Of(part)
                }
                1 if dice.one_in(3) => {
                    mount["subPathExpr"] = json!("$(MODE)");
                    Part::Unknown
                }
                _ => Part::Whole,
            };
            push(&mut self.container(container)["volumeMounts"], mount);
            let init = container.0 == "initContainers";
            mounts.push(Mount { init, live, part });
        }
        mounts
    }
}

/// Kind and name of an object.
type Name = (&'static str, String);

/// What a reference names, and keys that it may name: those of an object of the stream, or of none.
fn named(dice: &mut Dice, sources: &[Source]) -> (Name, Vec<String>) {
    if dice.one_in(10) {
        let kind = dice.pick(&["ConfigMap", "Secret"]);
        return ((kind, "gone".to_owned()), vec!["a".to_owned()]);
    }
    let source = &sources[dice.below(sources.len())];
    let mut keys: Vec<_> = source.entries.keys().cloned().collect();
    if dice.one_in(6) {
        keys.push("absent".to_owned());
    }
    ((source.kind, source.name.clone()), keys)
}

/// The `items` of a volume: each key, and its path; `None` for all keys under their own names.
struct Items(Option<Vec<(String, String)>>);

impl Items {
    fn new(dice: &mut Dice, keys: &[String], folder: &str) -> Self {
        if dice.one_in(2) {
            return Self(None);
        }
        let mut items: Vec<(String, String)> = Vec::new();
        for key in keys {
            if items.is_empty() || dice.one_in(2) {
                // Each in the folder of its object: one path for one file.
                items.push((key.clone(), format!("{folder}/{key}")));
            }
        }
        Self(Some(items))
    }

    fn put(&self, reference: &mut Value) {
        let items = self.0.iter().flatten();
        let items: Vec<_> = items
            .map(|(key, path)| json!({"key": key, "path": path}))
            .collect();
        if !items.is_empty() {
            reference["items"] = items.into();
        }
    }

    /// Where its files lie.
    fn files(&self, keys: &[String]) -> Vec<String> {
        match &self.0 {
            Some(items) => items.iter().map(|(_, path)| path.clone()).collect(),
            None => keys.to_vec(),
        }
    }

    /// The keys that any of the mounts shows; `None` for all that there will ever be.
    fn seen(&self, mounts: &[Mount]) -> Option<BTreeSet<String>> {
        let mut seen = BTreeSet::new();
        for mount in mounts {
            match (&mount.part, &self.0) {
                (Part::Whole | Part::Unknown, None) => return None,
                (Part::Whole | Part::Unknown, Some(items)) => {
                    seen.extend(items.iter().map(|(key, _)| key.clone()));
                }
                (Part::Of(part), None) => _ = seen.insert(part.clone()),
                (Part::Of(part), Some(items)) => {
                    let inside = items
                        .iter()
                        .filter(|(_, path)| path == part || path.starts_with(&format!("{part}/")));
                    seen.extend(inside.map(|(key, _)| key.clone()));
                }
            }
        }
        Some(seen)
    }
}

/// A mount of a volume.
struct Mount {
    /// Whether an init container has it, which reads once.
    init: bool,
    /// Whether it is in a folder that its process reads again and again.
    live: bool,
    part: Part,
}

enum Part {
    Whole,
    Of(String),
    /// Known when the pod runs.
    Unknown,
}

/// Whether a running pod misses a change: not where nobody mounts the volume, or where everybody reads it again.
fn needs_new_pods(mounts: &[Mount]) -> bool {
    let lasting: Vec<_> = mounts.iter().filter(|mount| !mount.init).collect();
    let is_fixed = |mount: &Mount| !matches!(mount.part, Part::Whole);
    let all_live = !lasting.is_empty() && lasting.iter().all(|mount| mount.live);
    !mounts.is_empty() && (mounts.iter().any(is_fixed) || !all_live)
}

fn push(list: &mut Value, item: Value) {
    match list.as_array_mut() {
        Some(items) => items.push(item),
        None => *list = json!([item]),
    }
}
