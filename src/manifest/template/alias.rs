//! The names that files of `ConfigMap`s and Secrets have where pods mount them.

use super::file_name;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// By the object's name and its key, the names of the file in the containers: other ones than the key.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<(String, String), BTreeSet<String>>);

impl Aliases {
    /// Takes in the pods in an object of any kind: whatever has `volumes`.
    pub(super) fn add(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let volumes = map.get("volumes").and_then(Value::as_array);
                for volume in volumes.into_iter().flatten() {
                    self.volume(volume, value);
                }
                map.values().for_each(|value| self.add(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            _ => {}
        }
    }

    pub(super) fn of(&self, object: &str, key: &str) -> impl Iterator<Item = &str> {
        let names = self.0.get(&(object.to_owned(), key.to_owned()));
        names.into_iter().flatten().map(String::as_str)
    }

    fn volume(&mut self, volume: &Value, pod: &Value) {
        let projected = volume["projected"]["sources"].as_array();
        let sources = projected.into_iter().flatten().chain([volume]);
        for source in sources {
            let kinds = [
                ("configMap", "name"),
                ("secret", "secretName"),
                ("secret", "name"),
            ];
            let held = kinds
                .into_iter()
                .find_map(|(kind, name)| Some((&source[kind], source[kind][name].as_str()?)));
            let Some((held, object)) = held else { continue };
            let items = held["items"].as_array().into_iter().flatten();
            for item in items {
                if let (Some(key), Some(path)) = (item["key"].as_str(), item["path"].as_str()) {
                    self.name(object, key, path);
                    self.mounts(pod, volume, (object, key, path));
                }
            }
            if held["items"].is_null() {
                self.mounts_of_keys(pod, volume, object);
            }
        }
    }

    /// A file that a mount takes alone, under a name of its own.
    fn mounts(&mut self, pod: &Value, volume: &Value, (object, key, path): (&str, &str, &str)) {
        for (sub_path, place) in mounts(pod, volume) {
            if sub_path == path {
                self.name(object, key, place);
            }
        }
    }

    fn mounts_of_keys(&mut self, pod: &Value, volume: &Value, object: &str) {
        for (key, place) in mounts(pod, volume) {
            self.name(object, key, place);
        }
    }

    fn name(&mut self, object: &str, key: &str, path: &str) {
        let names = self.0.entry((object.to_owned(), key.to_owned()));
        names.or_default().insert(file_name(path));
    }
}

/// `subPath` and `mountPath` of the mounts of a volume.
fn mounts<'v>(pod: &'v Value, volume: &'v Value) -> impl Iterator<Item = (&'v str, &'v str)> {
    let lists = ["containers", "initContainers"].map(|list| &pod[list]);
    let containers = lists.into_iter().filter_map(Value::as_array).flatten();
    let mounts = containers.filter_map(|container| container["volumeMounts"].as_array());
    let own = mounts
        .flatten()
        .filter(|mount| mount["name"].is_string() && mount["name"] == volume["name"]);
    own.filter_map(|mount| Some((mount["subPath"].as_str()?, mount["mountPath"].as_str()?)))
}
