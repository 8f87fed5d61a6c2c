//! The heap of a Spark process, by the order in which Spark's launcher looks for it.
//! Source: the launchers of Spark 3.5.9, 4.1.4 and 4.3.0, run with each setting; they agree.

use super::launch::Launch;
use super::mounts::{Found, Mounts};
use super::source::{File, Kind, Setting, Sources, holds, text_of};
use crate::manifest::{ContainerKind, Pod};
use serde_json::Value;

/// Where a heap can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An environment variable.
    Variable(&'static str),
    /// A Spark setting: command line, then properties file.
    Setting(&'static str),
}

/// A kind of Spark JVM.
#[derive(Debug)]
pub(super) struct Process {
    /// The role that it is recognised by.
    role: &'static str,
    /// Where its heap is looked for; the first that is set wins, and 1g is taken where none is.
    pub(super) places: &'static [Place],
    /// What else shares out the container's memory: where it is set, somebody has thought about it.
    pub(super) shares: Option<&'static str>,
    /// Whether a Python process lives beside the JVM.
    pub(super) python: bool,
}

const HEAP: &str = "spark.driver.memory";
const DAEMON: &[Place] = &[Place::Variable("SPARK_DAEMON_MEMORY")];
const DRIVER: &[Place] = &[
    Place::Setting(HEAP),
    Place::Variable("SPARK_DRIVER_MEMORY"),
    Place::Variable("SPARK_MEM"),
];
/// Spark Connect and Thrift servers are drivers that a daemon's variable overrules.
const SERVER: &[Place] = &[
    Place::Variable("SPARK_DAEMON_MEMORY"),
    Place::Setting(HEAP),
    Place::Variable("SPARK_DRIVER_MEMORY"),
    Place::Variable("SPARK_MEM"),
];

const fn process(role: &'static str, places: &'static [Place]) -> Process {
    Process {
        role,
        places,
        shares: None,
        python: false,
    }
}

const PROCESSES: [Process; 7] = [
    process("spark-history-server", DAEMON),
    process("spark-master", DAEMON),
    Process {
        shares: Some("SPARK_WORKER_MEMORY"),
        ..process("spark-worker", DAEMON)
    },
    process("spark-connect", SERVER),
    process("spark-thrift", SERVER),
    process("spark-driver", DRIVER),
    Process {
        python: true,
        ..process("jupyter", DRIVER)
    },
];

impl Place {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Variable(name) | Self::Setting(name) => name,
        }
    }
}

impl Process {
    /// The process that a role runs.
    pub(super) fn of(role: &str) -> Option<&'static Self> {
        PROCESSES.iter().find(|process| process.role == role)
    }

    /// Whether it is a driver, which Spark's settings reach; daemons only read variables.
    pub(super) fn is_driver(&self) -> bool {
        self.places.len() > 1
    }

    /// Whether it is a driver that may be the thin client of a Connect server instead, and reads `PYSPARK_SUBMIT_ARGS`.
    fn is_client(&self) -> bool {
        matches!(self.places, [Place::Setting(_), ..])
    }
}

/// What is known of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing sets it.
    Unset,
    /// Something sets it, or may; to what, the stream does not say.
    Unknown,
    /// It is this.
    Set(Setting),
}

/// A heap that is set, and by what.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heap {
    /// Spark's own default.
    Default,
    /// Not to be known from the stream.
    Unknown,
    /// This one.
    Set { by: &'static str, setting: Setting },
}

/// All that a container's process can read its memory from.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    namespace: &'a str,
    container: &'a Value,
    launch: Launch,
    mounts: Mounts<'a>,
    /// What init containers say; they may write files.
    before: Vec<Launch>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        namespace: &'a str,
        pod: Pod<'a>,
        container: &'a Value,
        process: &Process,
    ) -> Self {
        let init = pod.containers().filter(|c| c.kind == ContainerKind::Init);
        let mut reader = Self {
            sources,
            namespace,
            container,
            launch: Launch::of(container),
            mounts: Mounts::of(sources, namespace, pod, container),
            before: init.map(|init| Launch::of(init.value)).collect(),
        };
        if process.is_client() {
            match reader.variable("PYSPARK_SUBMIT_ARGS") {
                Answer::Set(options) => reader.launch.fall_back_to(&options.text),
                Answer::Unknown => reader.mounts.incomplete = true,
                Answer::Unset => {}
            }
        }
        reader
    }

    /// Whether no driver runs here after all: the job is handed to the cluster, or to a Connect server.
    pub(super) fn is_elsewhere(&self, process: &Process) -> bool {
        const MODE: &str = "spark.submit.deployMode";
        let submits = match self.launch.conf.get(MODE) {
            Some(mode) => mode != "client",
            None => matches!(self.setting(MODE), Answer::Set(mode) if mode.text == "cluster"),
        };
        process.is_client() && (submits || self.is_remote())
    }

    fn is_remote(&self) -> bool {
        let values = self.variables().map(|variable| text_of(&variable["value"]));
        let mut texts = values.chain(self.launch.texts.iter().map(String::as_str));
        texts.any(|text| text.contains("sc://")) || self.variable("SPARK_REMOTE") != Answer::Unset
    }

    /// Whether Python runs beside the JVM.
    pub(super) fn has_python(&self, process: &Process) -> bool {
        process.python || (process.is_client() && self.launch.python)
    }

    /// The heap that Spark's launcher will choose.
    pub(super) fn heap(&self, process: &Process) -> Heap {
        // The JVM takes `_JAVA_OPTIONS` after its command line.
        if let Answer::Set(options) = self.variable("_JAVA_OPTIONS")
            && holds(&options.text, "-Xmx")
        {
            return Heap::Unknown;
        }
        if self.launch.java {
            let heap = self
                .launch
                .java_heap
                .as_deref()
                .map_or(Answer::Unset, written);
            return match heap {
                Answer::Set(setting) => Heap::Set {
                    by: "-Xmx",
                    setting,
                },
                _ => Heap::Unknown,
            };
        }
        for place in process.places {
            let (by, answer) = match *place {
                Place::Variable(name) => (name, self.variable(name)),
                Place::Setting(key) => (key, self.setting(key)),
            };
            match answer {
                Answer::Set(setting) => return Heap::Set { by, setting },
                Answer::Unset if !self.may_be_set_by(*place) => {}
                _ => return Heap::Unknown,
            }
        }
        if self.mounts.incomplete || self.may_call_java() {
            Heap::Unknown
        } else {
            Heap::Default
        }
    }

    /// Whether an entrypoint may pass `-Xmx` to a `java` of its own. What the JVM reads by itself, it reads before the
    /// `-Xmx` of Spark's launcher.
    fn may_call_java(&self) -> bool {
        let dead = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"];
        self.may_hold("-Xmx")
            || self.variables().any(|variable| {
                holds(text_of(&variable["value"]), "-Xmx")
                    && !dead.contains(&text_of(&variable["name"]))
            })
    }

    /// Whether a script, a notebook or an init container names a place in a way that is not understood here.
    fn may_be_set_by(&self, place: Place) -> bool {
        match place {
            Place::Variable(name) => self.may_hold(name),
            Place::Setting(key) => self.may_hold(key) || self.may_hold("--driver-memory"),
        }
    }

    fn may_hold(&self, name: &str) -> bool {
        let launches = self.before.iter().chain([&self.launch]);
        self.mounts.files().any(|file| file.mentions(name))
            || launches
                .flat_map(|launch| &launch.texts)
                .any(|text| holds(text, name))
    }

    /// The variables of the container; the last one of a name wins.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a Value> {
        self.container["env"].as_array().into_iter().flatten()
    }

    /// An environment variable: what the script sets, then `env`, then `envFrom`. An empty one counts as unset, as in
    /// Spark's launcher.
    pub(super) fn variable(&self, name: &str) -> Answer {
        if let Some(value) = self.launch.variables.get(name) {
            return written(value);
        }
        let variable = self
            .variables()
            .filter(|variable| variable["name"] == name)
            .last();
        match variable {
            Some(variable) if variable["valueFrom"].is_object() => {
                self.value_from(&variable["valueFrom"])
            }
            Some(variable) => written(text_of(&variable["value"])),
            None => self.env_from(name),
        }
    }

    fn value_from(&self, from: &Value) -> Answer {
        let keys = [
            (Kind::ConfigMap, "configMapKeyRef"),
            (Kind::Secret, "secretKeyRef"),
        ];
        let size = keys.into_iter().find_map(|(kind, key)| {
            let files = self
                .sources
                .get(kind, self.namespace, from[key]["name"].as_str()?)?;
            files.get(from[key]["key"].as_str()?)?.size.clone()
        });
        size.map_or(Answer::Unknown, Answer::Set)
    }

    fn env_from(&self, name: &str) -> Answer {
        let from = self.container["envFrom"].as_array().into_iter().flatten();
        for from in from.rev() {
            let Some(key) = name.strip_prefix(text_of(&from["prefix"])) else {
                continue;
            };
            for (kind, reference) in [
                (Kind::ConfigMap, "configMapRef"),
                (Kind::Secret, "secretRef"),
            ] {
                let Some(object) = from[reference]["name"].as_str() else {
                    continue;
                };
                let Some(files) = self.sources.get(kind, self.namespace, object) else {
                    return Answer::Unknown;
                };
                if let Some(file) = files.get(key) {
                    return file.size.clone().map_or(Answer::Unknown, Answer::Set);
                }
            }
        }
        Answer::Unset
    }

    /// A Spark setting: the command line, then the properties file that the process reads.
    pub(super) fn setting(&self, key: &str) -> Answer {
        match self.launch.conf.get(key) {
            Some(value) => written(value),
            None => self.setting_in_files(key),
        }
    }

    fn setting_in_files(&self, key: &str) -> Answer {
        let answer = match self.launch.properties_file.as_deref() {
            Some(path) => match self.mounts.at(path) {
                Found::File(file) => within([file], key),
                Found::Rendered => within(self.mounts.files(), key),
                Found::Foreign | Found::Image => Answer::Unknown,
            },
            None => self.setting_in_defaults(key),
        };
        let answer = match answer {
            Answer::Unset
                if self.launch.properties_file.is_some() && self.launch.loads_defaults =>
            {
                self.setting_in_defaults(key)
            }
            answer => answer,
        };
        match answer {
            Answer::Unset if self.mounts.incomplete => Answer::Unknown,
            answer => answer,
        }
    }

    fn setting_in_defaults(&self, key: &str) -> Answer {
        const NAME: &str = "spark-defaults.conf";
        let folder = match self.variable("SPARK_CONF_DIR") {
            Answer::Set(folder) => Some(folder.text),
            _ => None,
        };
        let path = folder.map(|folder| format!("{}/{NAME}", folder.trim_end_matches('/')));
        match path.map_or(Found::Image, |path| self.mounts.at(&path)) {
            Found::File(file) => return within([file], key),
            Found::Rendered => return within(self.mounts.files(), key),
            Found::Foreign => return Answer::Unknown,
            Found::Image => {}
        }
        match within(self.mounts.named(NAME), key) {
            // Some other file of the pod has it; whether it is copied into place is not known.
            Answer::Unset if within(self.mounts.files(), key) != Answer::Unset => Answer::Unknown,
            answer => answer,
        }
    }
}

/// A key in files of which any may be the right one: known where they agree.
fn within<'f>(files: impl IntoIterator<Item = &'f File>, key: &str) -> Answer {
    let mut answers = files.into_iter().filter_map(|file| file.settings.get(key));
    let Some(first) = answers.next() else {
        return Answer::Unset;
    };
    if answers.all(|other| other.text == first.text) && !is_open(&first.text) {
        let empty = first.text.is_empty();
        return if empty {
            Answer::Unset
        } else {
            Answer::Set(first.clone())
        };
    }
    Answer::Unknown
}

fn written(text: &str) -> Answer {
    if is_open(text) {
        return Answer::Unknown;
    }
    let setting = Setting {
        text: text.to_owned(),
        secret: false,
    };
    if text.is_empty() {
        Answer::Unset
    } else {
        Answer::Set(setting)
    }
}

/// Whether something is still to be filled in: `${X}`, `$(X)`, `{{X}}`.
fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}
