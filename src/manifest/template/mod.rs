//! Pod templates for Spark in the texts of `ConfigMap`s and `Secret`s: found by what they hold, and by what names them.

mod alias;
mod find;
mod mention;

pub use find::{Template, Templates, readable, templates};
pub use mention::{Mention, mentions};

use super::spark::base;
use crate::manifest::{Container, ContainerKind, Pod};
use alias::Aliases;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads one YAML document as Kubernetes would; nothing where it cannot be read.
pub type ParseYaml = fn(&str) -> Option<Value>;

/// What the stream's configuration says of templates.
#[derive(Debug, Default)]
pub struct Names {
    /// File names in `spark.kubernetes.{driver,executor}.podTemplateFile`, and for whose pods.
    files: BTreeMap<String, BTreeSet<&'static str>>,
    /// `spark.kubernetes.{driver,executor}.podTemplateContainerName`.
    containers: BTreeSet<String>,
    /// How files are called where pods mount them.
    aliases: Aliases,
}

impl Names {
    /// Remembers which files are named as templates, and which containers in them.
    pub fn add(&mut self, mention: &Mention) {
        let Mention { key, value, .. } = mention;
        let Some((role, what)) = key
            .strip_prefix("spark.kubernetes.")
            .and_then(|key| key.split_once('.'))
        else {
            return;
        };
        let Some(role) = ["driver", "executor"].into_iter().find(|r| *r == role) else {
            return;
        };
        match what {
            "podTemplateFile" => {
                self.files.entry(file_name(value)).or_default().insert(role);
            }
            "podTemplateContainerName" => _ = self.containers.insert(value.clone()),
            _ => {}
        }
    }

    /// Whether any file is named.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Remembers under which names an object's pods have the files that they mount.
    pub fn add_mounts(&mut self, object: &Value) {
        self.aliases.add(object);
    }

    /// Whose pods a key of that object is a template for, by its own name or by that of its file.
    pub fn role_of_key(&self, object: &str, key: &str) -> Option<&'static str> {
        let mut files = self.aliases.of(object, key);
        self.role_of(key)
            .or_else(|| files.find_map(|file| self.role_of(file)))
    }

    /// Whose pods the file of that name is a template for, where the stream says so.
    pub fn role_of(&self, file: &str) -> Option<&'static str> {
        let roles = self.files.get(&file_name(file))?;
        let mut roles = roles.iter();
        match (roles.next(), roles.next()) {
            (Some(role), None) => Some(role),
            _ => Some("driver or executor"),
        }
    }

    /// Whether a container is Spark's own by its name.
    pub fn chooses(&self, container: &str) -> bool {
        self.containers.contains(container)
    }
}

/// Whose pods a template is for, by its file's name.
pub fn guess(file: &str) -> &'static str {
    let driver = file.contains("driver") && !file.contains("executor");
    if driver { "driver" } else { "executor" }
}

/// `a driver`, `an executor`.
pub fn with_article(role: &str) -> String {
    let article = if role.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {role}")
}

/// The pod that a text holds.
pub fn read(text: &str, parse: ParseYaml) -> Option<Value> {
    text.contains("containers")
        .then(|| parse(text))?
        .filter(is_pod)
}

/// A mapping with containers that calls itself a Pod, or nothing: Spark asks for no more.
fn is_pod(value: &Value) -> bool {
    value.is_object()
        && (value["kind"].is_null() || value["kind"] == "Pod")
        && value["spec"]["containers"].is_array()
}

/// Whether a pod that does not call itself one has nothing beside what a Pod has.
fn is_nothing_else(pod: &Value) -> bool {
    let keys = pod.as_object().into_iter().flat_map(|map| map.keys());
    let mut keys = keys.map(String::as_str);
    keys.all(|key| ["apiVersion", "kind", "metadata", "spec"].contains(&key))
}

/// Whether a file's name says that it is a pod template for Spark.
fn is_called_template(file: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| file.contains(word));
    says(&["executor", "driver", "spark"]) && says(&["pod", "template"]) && says(&[".yaml", ".yml"])
}

/// The containers of a pod that are neither init containers nor added later.
pub fn main_containers(pod: &Value) -> impl Iterator<Item = Container<'_>> {
    Pod { value: pod }
        .containers()
        .filter(|container| container.kind == ContainerKind::Main)
}

/// Whether names say Spark or executor. Not Airflow's template, whose container is `base` and which is not overwritten,
/// and no pod with a command of its own, which Spark's pods never need.
pub fn is_sparkish(pod: &Value, names: [&str; 2]) -> bool {
    let mut containers = main_containers(pod);
    let own = containers
        .any(|c| c.name() == "base" || !c.value["command"].is_null() || !c.value["args"].is_null());
    let labels = &pod["metadata"]["labels"];
    let says = |text: &str| text.contains("spark") || text.contains("executor");
    let named = names.into_iter().any(says)
        || main_containers(pod).any(|c| says(c.name()) || says(c.image()))
        || labels
            .as_object()
            .is_some_and(|map| map.keys().any(|key| says(key)));
    named && !own
}

/// The file's name without what marks it as not yet rendered: `executor.yaml.template` becomes `executor.yaml`.
fn file_name(path: &str) -> String {
    let name = base(path.trim());
    let rendered = [".template", ".tmpl", ".tpl", ".in"]
        .into_iter()
        .find_map(|suffix| name.strip_suffix(suffix));
    rendered.unwrap_or(name).to_owned()
}
