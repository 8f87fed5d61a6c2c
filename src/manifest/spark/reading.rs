//! Which text of the stream a process of Spark reads its settings from, so that a setting can be put there.

use super::few::Few;
use super::launch::Launch;
use super::mounts::{Found, Mounts, Shelf};
use super::properties::properties;
use super::settings::{Answer, written};
use super::source::{SourceKind, holds, source_kind, text_of, texts};
use super::words::options;
use crate::manifest::named::Named;
use crate::manifest::{Container, Pod};
use crate::yaml::Pointer;
use serde_json::Value;

/// One text of a ConfigMap or Secret of the stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The object, by its index in the stream.
    pub object: usize,
    /// What the object is.
    pub kind: SourceKind,
    /// Where the text stands in it.
    pub path: Pointer,
    /// Whether it holds settings of Spark and nothing else.
    is_properties: bool,
}

/// Every text of the stream's `ConfigMap`s and Secrets.
#[derive(Debug, Default)]
pub struct Slots {
    by_name: Named<Few<String, Slot>>,
}

/// Why a process has no text that a setting could be put into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread(pub String);

/// A process of Spark that reads its settings by itself.
#[derive(Debug)]
pub struct Process<'s, 'c> {
    container: &'c Value,
    launch: Launch,
    /// The text that it reads.
    pub reads: Result<&'s Slot, Unread>,
}

/// The file that Spark reads in the folder of its configuration.
const DEFAULTS: &str = "spark-defaults.conf";
/// The folder in Spark's images, where no variable names another one.
const FOLDER: &str = "/opt/spark/conf";

/// Variables that Spark's launcher takes for a setting where that is not set, or before it.
/// Source: `SparkSubmitArguments` and `SparkSubmitCommandBuilder` of Spark 4.1.
const VARIABLES: [(&str, &str); 5] = [
    ("spark.driver.memory", "SPARK_DRIVER_MEMORY"),
    ("spark.driver.memory", "SPARK_DAEMON_MEMORY"),
    ("spark.driver.memory", "SPARK_MEM"),
    ("spark.executor.memory", "SPARK_EXECUTOR_MEMORY"),
    ("spark.executor.cores", "SPARK_EXECUTOR_CORES"),
];

impl Slots {
    /// Takes in an object, where it is a ConfigMap or a Secret.
    pub fn add(&mut self, index: usize, object: &Value) {
        let Some(kind) = source_kind(object) else {
            return;
        };
        let slot = |(place, key, text): (&str, &str, std::borrow::Cow<'_, str>)| {
            let entries = text.contains("spark.").then(|| properties(&text));
            let entries = entries.unwrap_or_default();
            let slot = Slot {
                object: index,
                kind,
                path: Pointer::from_iter([place, key]),
                is_properties: !entries.is_empty() && entries.iter().all(super::Property::is_kept),
            };
            (key.to_owned(), slot)
        };
        let slots = texts(kind, object).map(slot).collect();
        let metadata = &object["metadata"];
        let names = (text_of(&metadata["namespace"]), text_of(&metadata["name"]));
        self.by_name.insert(kind, names, slots);
    }

    /// All texts that any container of a pod mounts.
    pub fn mounted<'s>(&'s self, namespace: &str, pod: Pod<'_>) -> Vec<&'s Slot> {
        let mounts = |container: Container<'_>| Mounts::of(self, namespace, pod, container.value);
        let containers = pod.containers().map(mounts);
        let mut slots: Vec<_> = containers
            .flat_map(|mounts: Mounts<'s, Slot>| mounts.files().collect::<Vec<_>>())
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

impl Shelf<Slot> for Slots {
    fn files(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Few<String, Slot>> {
        self.by_name.get(kind, namespace, name)
    }
}

impl<'s, 'c> Process<'s, 'c> {
    /// Looks at the command line of a container, its variables, and the files that it mounts; `arguments` is a variable
    /// with options of `spark-submit`.
    pub fn of(
        slots: &'s Slots,
        namespace: &str,
        (pod, container): (Pod<'_>, &'c Value),
        arguments: Option<&str>,
    ) -> Self {
        let mut process = Self {
            container,
            launch: Launch::of(container),
            reads: Err(Unread(String::new())),
        };
        if let Some(Answer::Set(options)) = arguments.and_then(|name| process.variable(name)) {
            process.launch.fall_back_to(&options.text);
        }
        process.reads = process.file(&Mounts::of(slots, namespace, pod, container));
        process
    }

    /// What sets a key before the properties file does, in words; and the value, where it is known.
    pub fn set_elsewhere(&self, key: &str) -> Option<(String, Option<String>)> {
        let known = |answer| match answer {
            Answer::Set(setting) => Some(setting.text),
            Answer::Unknown | Answer::Unset => None,
        };
        if let Some(value) = self.launch.conf.get(key) {
            return Some(("its command line".to_owned(), known(written(value))));
        }
        let mut variables = VARIABLES.iter().filter(|(setting, _)| *setting == key);
        if let Some((name, answer)) =
            variables.find_map(|(_, name)| Some((name, self.variable(name)?)))
        {
            return Some((format!("its variable `{name}`"), known(answer)));
        }
        if self.launch.option(key) != Answer::Unset {
            return Some((
                "its command line".to_owned(),
                known(self.launch.option(key)),
            ));
        }
        let mut named = self.literals().filter(|(_, text)| holds(text, key));
        if let Some((name, text)) = named.next() {
            let option = options(text).find(|(own, _)| own == key);
            let value = option.and_then(|(_, value)| known(written(&value)));
            return Some((format!("its variable `{name}`"), value));
        }
        let mut texts = self.launch.texts.iter();
        let told = texts.any(|text| holds(text, key));
        told.then(|| ("its command line".to_owned(), None))
    }

    /// The settings that its command line sets.
    pub fn given(&self) -> impl Iterator<Item = (String, String)> {
        let given = self.launch.conf.iter();
        given.map(|(key, value)| (key.clone(), value.clone()))
    }

    /// The variables that are written out.
    fn literals(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.container["env"].as_array().into_iter().flatten();
        variables.map(|variable| (text_of(&variable["name"]), text_of(&variable["value"])))
    }

    /// A variable, where it is there and not empty; unknown where its value comes from elsewhere.
    fn variable(&self, name: &str) -> Option<Answer> {
        if let Some(text) = self.launch.variables.get(name) {
            return Some(written(text)).filter(|answer| *answer != Answer::Unset);
        }
        let variables = self.container["env"].as_array().into_iter().flatten();
        let own = variables.rev().find(|variable| variable["name"] == name)?;
        if own["valueFrom"].is_object() {
            return Some(Answer::Unknown);
        }
        Some(written(text_of(&own["value"]))).filter(|answer| *answer != Answer::Unset)
    }

    fn file(&self, mounts: &Mounts<'s, Slot>) -> Result<&'s Slot, Unread> {
        let named = self.launch.properties_file.clone();
        let folder = || match self.variable("SPARK_CONF_DIR") {
            None => Ok(FOLDER.to_owned()),
            Some(Answer::Set(folder)) => Ok(folder.text),
            Some(_) => Err(Unread(
                "the stream does not tell its `SPARK_CONF_DIR`".to_owned(),
            )),
        };
        let path = match named {
            Some(path) => path,
            None => format!("{}/{DEFAULTS}", folder()?.trim_end_matches('/')),
        };
        match mounts.at(&path) {
            Found::File(slot) => Ok(slot),
            Found::Rendered => only(mounts.rendered.iter().copied(), &path),
            Found::Foreign => Err(Unread(format!(
                "it reads `{path}`, which is in a volume that the stream does not have"
            ))),
            Found::Image if self.launch.properties_file.is_some() => Err(Unread(format!(
                "it reads `{path}`, which no ConfigMap of the stream is mounted at"
            ))),
            // The folder of another image.
            Found::Image => one(mounts.named(DEFAULTS)).ok_or_else(|| {
                let why = "it reads no properties file of the stream: mount a ConfigMap with";
                Unread(format!(
                    "{why} `{DEFAULTS}`, or name one with `--properties-file`"
                ))
            }),
        }
    }
}

/// The only text of those that init containers see that can be the properties file.
fn only<'s>(files: impl Iterator<Item = &'s Slot>, path: &str) -> Result<&'s Slot, Unread> {
    one(files.filter(|slot| slot.is_properties)).ok_or_else(|| {
        Unread(format!(
            "init containers make `{path}`, and it is not clear of which text"
        ))
    })
}

fn one<'s>(files: impl Iterator<Item = &'s Slot>) -> Option<&'s Slot> {
    let mut files: Vec<_> = files.collect();
    files.dedup();
    match files.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}
