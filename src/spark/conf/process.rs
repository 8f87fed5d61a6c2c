//! What a container's process is configured with: its command line, the files that it mounts, its variables.

use super::{Conf, Entry, Given, Held, Spot};
use crate::manifest::spark::{
    Found, Launch, Mounts, Property, SourceKind, Sources, options, properties, text_of,
};
use crate::manifest::{Container, ContainerKind, Pod, PodPlace};
use crate::yaml::Pointer;
use serde_json::Value;

/// Variables that `spark-submit` reads where a setting is not set. Source: `SparkSubmitArguments.loadEnvironmentArguments`.
pub(super) const VARIABLES: [(&str, &str); 4] = [
    ("SPARK_DRIVER_MEMORY", "spark.driver.memory"),
    ("SPARK_EXECUTOR_MEMORY", "spark.executor.memory"),
    ("SPARK_EXECUTOR_CORES", "spark.executor.cores"),
    ("MASTER", "spark.master"),
];
/// Variables whose `-D` options reach the JVM of a role. Source: `AbstractCommandBuilder`, `SparkClassCommandBuilder`,
/// `SparkSubmitCommandBuilder`.
pub(super) const OPTIONS: [(&str, &[&str]); 7] = [
    ("spark-history-server", &["SPARK_HISTORY_OPTS", DAEMON]),
    ("spark-master", &["SPARK_MASTER_OPTS", DAEMON]),
    ("spark-worker", &["SPARK_WORKER_OPTS", DAEMON]),
    ("spark-connect", &["SPARK_SUBMIT_OPTS", DAEMON]),
    ("spark-thrift", &["SPARK_SUBMIT_OPTS", DAEMON]),
    ("spark-driver", &["SPARK_SUBMIT_OPTS"]),
    ("jupyter", &["SPARK_SUBMIT_OPTS"]),
];

/// The variables that `spark-submit` reads for a setting that is not set, each with that.
pub(crate) fn variables_of_settings() -> impl Iterator<Item = (&'static str, &'static str)> {
    VARIABLES.into_iter()
}

/// The variables whose Java options reach the JVM of a role.
pub(crate) fn option_variables(role: &str) -> &'static [&'static str] {
    let row = OPTIONS.iter().find(|(own, _)| *own == role);
    row.map_or(&[], |(_, names)| *names)
}

const DAEMON: &str = "SPARK_DAEMON_JAVA_OPTS";
const SUBMIT_ARGUMENTS: &str = "PYSPARK_SUBMIT_ARGS";
const DEFAULTS: &str = "spark-defaults.conf";

/// What is looked at: a container of a pod of an object.
#[derive(Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub(crate) object: usize,
    pub(crate) namespace: &'a str,
    pub(crate) place: &'a PodPlace,
    pub(crate) pod: Pod<'a>,
    pub(crate) container: Container<'a>,
    pub(crate) role: &'a str,
}

/// The configuration of a process that runs in a container of a pod.
pub(crate) fn of_container(sources: &Sources<Held>, seat: Seat<'_>) -> Read {
    let mounts = Mounts::of(sources, seat.namespace, seat.pod, seat.container.value);
    let mut reader = Reader {
        conf: Conf::default(),
        launch: Launch::of(seat.container.value),
        sources,
        mounts: &mounts,
        seat,
    };
    reader.conf.gaps.extend(mounts.incomplete.clone());
    let daemon = ["spark-history-server", "spark-master", "spark-worker"].contains(&seat.role);
    if seat.role == "jupyter" {
        reader.submit_arguments();
    }
    reader.arguments();
    if daemon {
        reader.options();
    }
    let read = reader.files();
    if !daemon {
        reader.options();
        reader.variables();
    }
    reader.launchers();
    reader.texts(&read);
    Read {
        template: reader.template().cloned(),
        conf: reader.conf,
        launch: reader.launch,
    }
}

/// What is known of a process that runs in a container.
pub(crate) struct Read {
    pub(crate) conf: Conf,
    pub(crate) launch: Launch,
    /// The pod template of executors that its configuration names, where the stream holds it.
    pub(crate) template: Option<Held>,
}

pub(super) struct Reader<'a, 's> {
    pub(super) conf: Conf,
    pub(super) launch: Launch,
    sources: &'s Sources<Held>,
    pub(super) mounts: &'a Mounts<'s, Held>,
    pub(super) seat: Seat<'a>,
}

/// What a variable is.
pub(super) enum Variable {
    Unset,
    /// Its value is not in the stream.
    Unknown(Pointer),
    Set {
        text: String,
        secret: bool,
        spot: Pointer,
    },
}

impl<'s> Reader<'_, 's> {
    /// A place in the container.
    pub(super) fn spot(&self, path: &Pointer) -> Spot {
        let own = self.seat.container.pointer().join(path);
        Spot {
            object: self.seat.object,
            path: self.seat.place.shown(&own),
            inside: None,
        }
    }

    fn add(&mut self, key: &str, text: &str, given: Given, spot: Spot) {
        let entry = Entry {
            text: text.to_owned(),
            secret: false,
            doubtful: false,
            given,
            spot,
        };
        self.conf.add(key, entry);
    }

    fn arguments(&mut self) {
        let said: Vec<_> = self.launch.conf.clone().into_iter().collect();
        for (key, text) in said {
            let spot = self.spot(&word(self.seat.container.value, &key, &text));
            self.add(&key, &text, Given::Argument, spot);
        }
    }

    /// The options of `spark-submit` that `pyspark` reads from a variable.
    fn submit_arguments(&mut self) {
        match self.variable(SUBMIT_ARGUMENTS) {
            Variable::Set { text, .. } => self.launch.fall_back_to(&text),
            Variable::Unknown(_) => self.conf.gaps.push(format!("`{SUBMIT_ARGUMENTS}`")),
            Variable::Unset => {}
        }
    }

    /// `-Dkey=value` in the variables that the launcher hands to the JVM; the last one of a key counts.
    fn options(&mut self) {
        for name in option_variables(self.seat.role) {
            match self.variable(name) {
                Variable::Set { text, secret, spot } => {
                    let spot = self.spot(&spot);
                    let said: Vec<_> = options(&text).collect();
                    for (key, text) in said.into_iter().rev() {
                        let entry = Entry {
                            text,
                            secret,
                            doubtful: false,
                            given: Given::Option,
                            spot: spot.clone(),
                        };
                        self.conf.add(key, entry);
                    }
                }
                Variable::Unknown(_) => self.conf.gaps.push(format!("`{name}`")),
                Variable::Unset => {}
            }
        }
    }

    fn variables(&mut self) {
        for (name, key) in VARIABLES {
            match self.variable(name) {
                Variable::Set { text, secret, spot } if !text.is_empty() => {
                    let entry = Entry {
                        text,
                        secret,
                        doubtful: false,
                        given: Given::Variable,
                        spot: self.spot(&spot),
                    };
                    self.conf.add(key, entry);
                }
                Variable::Unknown(spot) => {
                    let spot = self.spot(&spot);
                    self.add(key, "$", Given::Variable, spot);
                }
                Variable::Set { .. } | Variable::Unset => {}
            }
        }
    }

    /// Properties files, in order; gives back which were read.
    fn files(&mut self) -> Vec<*const Held> {
        let mut read = Vec::new();
        if let Some(path) = self.launch.properties_file.clone() {
            self.file(&path, Given::File, &mut read);
            if !self.launch.loads_defaults {
                return read;
            }
        }
        let folder = match self.variable("SPARK_CONF_DIR") {
            Variable::Set { text, .. } => Some(text),
            Variable::Unknown(_) => return self.missing("`SPARK_CONF_DIR`", read),
            Variable::Unset => None,
        };
        let Some(folder) = folder else {
            let named: Vec<_> = self.mounts.named(DEFAULTS).collect();
            self.take(&named, Given::Defaults, &mut read);
            return read;
        };
        let path = format!("{}/{DEFAULTS}", folder.trim_end_matches('/'));
        self.file(&path, Given::Defaults, &mut read);
        read
    }

    fn missing(&mut self, what: &str, read: Vec<*const Held>) -> Vec<*const Held> {
        self.conf.gaps.push(what.to_owned());
        read
    }

    fn file(&mut self, path: &str, given: Given, read: &mut Vec<*const Held>) {
        match self.mounts.at(path) {
            Found::File(held) => self.take(&[held], given, read),
            Found::Rendered => {
                let rendered = self.rendered(path);
                self.take(&rendered, given, read);
            }
            Found::Foreign => self.conf.gaps.push(format!("`{path}`")),
            // The image's own defaults are Spark's; a file that is named is not.
            Found::Image if given == Given::File => self.conf.gaps.push(format!("`{path}`")),
            Found::Image => {}
        }
    }

    fn take(&mut self, files: &[&'s Held], given: Given, read: &mut Vec<*const Held>) {
        let mut unique: Vec<&Held> = Vec::new();
        for held in files {
            if !unique
                .iter()
                .any(|known| known.path == held.path && known.object == held.object)
            {
                unique.push(held);
            }
        }
        self.conf.add_files(&unique, given);
        read.extend(unique.iter().map(|held| std::ptr::from_ref(*held)));
    }

    /// Scripts and files beside those that were read: they may set anything.
    fn texts(&mut self, read: &[*const Held]) {
        let init = self
            .seat
            .pod
            .containers()
            .filter(|c| c.kind == ContainerKind::Init);
        let init = init.flat_map(|init| Launch::of(init.value).texts);
        let others = self
            .mounts
            .files()
            .filter(|held| !read.contains(&std::ptr::from_ref(*held)));
        // Other properties files are no way of setting anything where one is named.
        let is_named = self.launch.properties_file.is_some() && !read.is_empty();
        let others = others.filter(|held| !(is_named && is_properties(&held.text)));
        // A comment sets nothing.
        let said = |line: &&str| !line.trim_start().starts_with('#');
        let others = others.map(|held| {
            let lines = held.text.lines().filter(said);
            lines.fold(String::new(), |text, line| text + line + "\n")
        });
        let texts: Vec<_> = init.chain(others).collect();
        self.conf.texts.extend(texts);
        // What the command line says was read; a script in it may say more.
        self.conf.texts.extend(self.launch.texts.iter().cloned());
    }

    /// An environment variable: what the script sets, then `env`, then `envFrom`.
    pub(super) fn variable(&self, name: &str) -> Variable {
        if let Some(text) = self.launch.variables.get(name) {
            let spot = word(self.seat.container.value, name, text);
            return set(text, false, spot);
        }
        let env = self.seat.container.value["env"].as_array();
        let env = env.map_or(&[][..], Vec::as_slice);
        if let Some(at) = env.iter().rposition(|own| own["name"] == name) {
            let own = Pointer::from_iter(["env"]).child(at);
            if env[at]["valueFrom"].is_object() {
                return match self.behind(&env[at]["valueFrom"]) {
                    Some(held) => set(&held.text, held.secret, own.child("valueFrom")),
                    None => Variable::Unknown(own.child("valueFrom")),
                };
            }
            return set(text_of(&env[at]["value"]), false, own.child("value"));
        }
        self.whole(name)
    }

    fn behind(&self, from: &Value) -> Option<&'s Held> {
        let keys = [
            (SourceKind::ConfigMap, "configMapKeyRef"),
            (SourceKind::Secret, "secretKeyRef"),
        ];
        keys.into_iter().find_map(|(kind, key)| {
            let name = from[key]["name"].as_str()?;
            let files = self.sources.get(kind, self.seat.namespace, name)?;
            files.get(from[key]["key"].as_str()?)
        })
    }

    /// A variable of `envFrom`: of the last object that has it.
    fn whole(&self, name: &str) -> Variable {
        let from = self.seat.container.value["envFrom"].as_array();
        let from = from.map_or(&[][..], Vec::as_slice);
        for (at, from) in from.iter().enumerate().rev() {
            let Some(key) = name.strip_prefix(text_of(&from["prefix"])) else {
                continue;
            };
            let spot = Pointer::from_iter(["envFrom"]).child(at);
            for (kind, reference) in [
                (SourceKind::ConfigMap, "configMapRef"),
                (SourceKind::Secret, "secretRef"),
            ] {
                let Some(object) = from[reference]["name"].as_str() else {
                    continue;
                };
                match self.sources.get(kind, self.seat.namespace, object) {
                    Some(files) => {
                        if let Some(held) = files.get(key) {
                            return set(&held.text, held.secret, spot);
                        }
                    }
                    // A Secret somewhere else holds keys and passwords, not Spark's settings.
                    None if kind == SourceKind::ConfigMap => return Variable::Unknown(spot),
                    None => {}
                }
            }
        }
        Variable::Unset
    }
}

/// Whether a text holds settings of Spark and nothing else.
fn is_properties(text: &str) -> bool {
    properties(text).iter().all(Property::is_kept)
}

fn set(text: &str, secret: bool, spot: Pointer) -> Variable {
    Variable::Set {
        text: text.to_owned(),
        secret,
        spot,
    }
}

/// The word of `command` or `args` that gives a setting or a variable its value: the last one that names it, or else the one
/// before its value.
fn word(container: &Value, key: &str, text: &str) -> Pointer {
    let lists = ["args", "command"];
    let mut words = lists.into_iter().flat_map(|list| {
        let items = container[list].as_array().into_iter().flatten();
        let items: Vec<_> = items
            .enumerate()
            .map(move |(at, word)| (list, at, text_of(word)))
            .collect();
        items.into_iter().rev()
    });
    let all: Vec<_> = words.by_ref().collect();
    let named = all
        .iter()
        .find(|(.., word)| crate::manifest::spark::holds(word, key));
    let valued = || {
        all.iter()
            .find(|(.., word)| !text.is_empty() && word.contains(text))
    };
    let found = named.or_else(valued);
    found.map_or_else(Pointer::root, |(list, at, _)| {
        Pointer::from_iter([*list]).child(*at)
    })
}
