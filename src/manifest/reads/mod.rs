//! What a pod reads from other objects: the table, and a pod seen by it.

mod config;
mod content;
mod made;
mod mounts;
mod random;
mod setting;

pub use config::{Config, End, Join};
pub use content::{Content, Contents, SecretKey, ShortKey, sum};
pub use made::{MakeRow, Maker};
pub use random::Random;

use super::Pod;
use crate::text::Glob;
use crate::yaml::Pointer;
use mounts::Mounts;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use setting::Setting;
use std::collections::BTreeSet;

/// Every field of a pod that names an object (`presets/tables/reads.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadTable {
    /// The rows.
    pub reads: Vec<ReadRow>,
    /// Kinds whose objects make what pods read.
    pub makes: Vec<MakeRow>,
    /// Folders that processes read again and again.
    pub live: Vec<LiveRow>,
}

/// One field that names an object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadRow {
    /// Unique in the table.
    pub id: String,
    /// Where `at` begins.
    #[serde(default)]
    on: Holder,
    /// Where the reference stands; `*` is each item of a list, or each key of a mapping.
    #[serde(deserialize_with = "pointer")]
    at: Pointer,
    /// The kind of the object.
    pub kind: String,
    /// Where its name stands, from `at`.
    #[serde(default, deserialize_with = "pointer")]
    name: Pointer,
    /// Which of the settings at `at` name it, where they are settings of Spark.
    #[serde(default)]
    setting: Option<Setting>,
    /// Whether whoever makes the pod mounts it as files.
    #[serde(default)]
    mounted: bool,
    /// Which of its keys are read.
    #[serde(default)]
    keys: Option<KeysAt>,
    /// Why no digest covers it.
    #[serde(default)]
    pub unpinned: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Holder {
    #[default]
    Pod,
    Container,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KeysAt {
    Items,
    Key,
}

/// A folder that a process reads again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveRow {
    /// Where it is mounted.
    pub mounts: Vec<Glob>,
    /// Who reads it.
    pub why: String,
}

/// An object that a pod reads, as one field of it says.
#[derive(Clone, Debug)]
pub struct Read<'t> {
    /// Its row.
    pub row: &'t ReadRow,
    /// The object's name.
    pub name: String,
    /// Which keys are read; `None` for all.
    pub keys: Option<BTreeSet<String>>,
    /// Whether the pod starts without it.
    pub optional: bool,
    /// Where the reference stands in the pod.
    pub at: Pointer,
    /// The container that reads it, where it is one alone.
    pub container: Option<String>,
    /// How a running pod sees a change.
    pub sees: Sees<'t>,
}

impl Read<'_> {
    /// Where the object's name stands in the pod.
    pub fn name_at(&self) -> Pointer {
        self.at.join(&self.row.name)
    }

    /// Whether this key of the object is read.
    pub fn takes(&self, key: &str) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.contains(key))
    }
}

/// How a running pod sees a change of what it reads.
#[derive(Clone, Copy, Debug)]
pub enum Sees<'t> {
    /// Never: variables, and files mounted by `subPath`.
    Never,
    /// The kubelet refreshes its files; most processes read theirs once, when they start.
    Files,
    /// So does the kubelet, and the process reads them again.
    Live(&'t LiveRow),
    /// No container mounts the volume.
    Nowhere,
}

impl ReadTable {
    /// What a pod reads, in the order of the table.
    pub fn of(&self, pod: Pod<'_>) -> Vec<Read<'_>> {
        let mut reads = Vec::new();
        for row in &self.reads {
            // What only operators read is in few pods.
            let first = row.at.segments().next();
            let holds = first.is_none_or(|first| pod.value.get(&*first).is_some());
            if row.on == Holder::Pod && !holds {
                continue;
            }
            let mut found = |at: Pointer, value: &Value, container: Option<&str>| match &row.setting
            {
                None => reads.extend(self.read(row, pod, at, value, container)),
                Some(setting) => reads.extend(setting.reads(row, &at, value)),
            };
            let steps: Vec<_> = row.at.segments().collect();
            match row.on {
                Holder::Pod => walk(pod.value, &steps, &Pointer::root(), &mut |at, value| {
                    found(at, value, None);
                }),
                Holder::Container => pod.containers().for_each(|container| {
                    walk(
                        container.value,
                        &steps,
                        &container.pointer(),
                        &mut |at, value| found(at, value, Some(container.name())),
                    );
                }),
            }
        }
        reads
    }

    fn read<'t>(
        &'t self,
        row: &'t ReadRow,
        pod: Pod<'_>,
        at: Pointer,
        value: &Value,
        container: Option<&str>,
    ) -> Option<Read<'t>> {
        let name = row
            .name
            .of(value)?
            .as_str()
            .filter(|name| !name.is_empty())?;
        let volume = volume(&at).and_then(|volume| volume.of(pod.value));
        let mounts = volume.map(|volume| Mounts::of(pod, volume));
        let keys = match row.keys {
            None => None,
            Some(KeysAt::Key) => Some(BTreeSet::from([value["key"].as_str()?.to_owned()])),
            Some(KeysAt::Items) => {
                let items = value["items"].as_array().filter(|items| !items.is_empty());
                mounts.as_ref().and_then(|mounts| mounts.keys(items))
            }
        };
        Some(Read {
            row,
            name: name.to_owned(),
            optional: value["optional"] == true,
            at,
            container: container.map(str::to_owned),
            sees: match mounts {
                None if row.mounted => Sees::Files,
                None => Sees::Never,
                // Each mount takes a part that another source fills.
                Some(_) if keys.as_ref().is_some_and(BTreeSet::is_empty) => Sees::Nowhere,
                Some(mounts) => mounts.sees(&self.live),
            },
            keys,
        })
    }
}

/// The volume that a place in a pod belongs to.
fn volume(at: &Pointer) -> Option<Pointer> {
    let mut segments = at.segments();
    let in_volumes = segments.next()? == "spec" && segments.next()? == "volumes";
    let index = segments.next().filter(|_| in_volumes)?;
    Some(Pointer::from_iter(["spec", "volumes", &*index]))
}

/// Every value that the steps lead to.
fn walk<S: AsRef<str>>(
    value: &Value,
    steps: &[S],
    at: &Pointer,
    found: &mut dyn FnMut(Pointer, &Value),
) {
    let Some((step, rest)) = steps.split_first() else {
        return found(at.clone(), value);
    };
    match (step.as_ref(), value) {
        ("*", Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, rest, &at.child(index), found);
            }
        }
        ("*", Value::Object(map)) => {
            for (key, inner) in map {
                walk(inner, rest, &at.child(key.as_str()), found);
            }
        }
        (key, Value::Object(map)) => {
            if let Some(inner) = map.get(key) {
                walk(inner, rest, &at.child(key), found);
            }
        }
        _ => {}
    }
}

fn pointer<'de, D: Deserializer<'de>>(from: D) -> Result<Pointer, D::Error> {
    Pointer::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests;
