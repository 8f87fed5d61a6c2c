//! What a container's process reads of Spark's configuration: its command line, its variables, and the files of the
//! stream that it mounts. What the stream does not tell is unknown, never unset.

use super::launch::Launch;
use super::mounts::{Found, Mounts};
use super::source::{File, Setting, SourceKind, Sources, holds, text_of};
use super::words::{commands, options};
use crate::manifest::{ContainerKind, Pod};
use serde_json::Value;

/// What is known of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing sets it.
    Unset,
    /// Something sets it, or may; to what, the stream does not say.
    Unknown,
    /// It is this.
    Set(Setting),
}

/// All that a container's process can read its configuration from.
#[derive(Debug)]
pub struct Configuration<'a> {
    sources: &'a Sources,
    namespace: &'a str,
    container: &'a Value,
    /// What its command line says.
    pub launch: Launch,
    mounts: Mounts<'a>,
    /// What init containers say; they may write files.
    before: Vec<Launch>,
}

impl<'a> Configuration<'a> {
    /// Reads the command line of a container of a pod in `namespace` (nothing is the release's), and of the init
    /// containers before it.
    pub fn of(
        sources: &'a Sources,
        namespace: &'a str,
        pod: Pod<'a>,
        container: &'a Value,
    ) -> Self {
        let init = pod.containers().filter(|c| c.kind == ContainerKind::Init);
        Self {
            sources,
            namespace,
            container,
            launch: Launch::of(container),
            mounts: Mounts::of(sources, namespace, pod, container),
            before: init.map(|init| Launch::of(init.value)).collect(),
        }
    }

    /// Adds the options of `spark-submit` that `pyspark` reads from a variable.
    pub fn read_submit_arguments(&mut self, variable: &str) {
        match self.variable(variable) {
            Answer::Set(options) => self.launch.fall_back_to(&options.text),
            Answer::Unknown => self.mounts.incomplete = Some(format!("`{variable}`")),
            Answer::Unset => {}
        }
    }

    /// The first thing that may hold configuration and is not in the stream.
    pub fn incomplete(&self) -> Option<&str> {
        self.mounts.incomplete.as_deref()
    }

    /// Whether a script, a notebook or an init container names this in a way that is not understood here.
    pub fn may_hold(&self, name: &str) -> bool {
        let launches = self.before.iter().chain([&self.launch]);
        self.mounts.files().any(|file| file.mentions(name))
            || launches
                .flat_map(|launch| &launch.texts)
                .any(|text| holds(text, name))
    }

    /// The variables of the container; the last one of a name wins.
    pub fn variables(&self) -> impl Iterator<Item = &'a Value> {
        self.container["env"].as_array().into_iter().flatten()
    }

    /// An environment variable: what the script sets, then `env`, then `envFrom`. An empty one counts as unset, as in
    /// Spark's launcher.
    pub fn variable(&self, name: &str) -> Answer {
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
        self.file_behind(from).map_or(Answer::Unknown, whole)
    }

    fn file_behind(&self, from: &Value) -> Option<&'a File> {
        let keys = [
            (SourceKind::ConfigMap, "configMapKeyRef"),
            (SourceKind::Secret, "secretKeyRef"),
        ];
        keys.into_iter().find_map(|(kind, key)| {
            let name = from[key]["name"].as_str()?;
            let files = self.sources.get(kind, self.namespace, name)?;
            files.get(from[key]["key"].as_str()?)
        })
    }

    fn env_from(&self, name: &str) -> Answer {
        match self.file_of(name) {
            Some(Ok(file)) => whole(file),
            Some(Err(_)) => Answer::Unknown,
            None => Answer::Unset,
        }
    }

    /// The key behind a variable of `envFrom`, the last object that has it; or the kind of one that is not in the
    /// stream and may have it.
    fn file_of(&self, name: &str) -> Option<Result<&'a File, SourceKind>> {
        let from = self.container["envFrom"].as_array().into_iter().flatten();
        let mut absent = None;
        for from in from.rev() {
            let Some(key) = name.strip_prefix(text_of(&from["prefix"])) else {
                continue;
            };
            for (kind, reference) in [
                (SourceKind::ConfigMap, "configMapRef"),
                (SourceKind::Secret, "secretRef"),
            ] {
                let Some(object) = from[reference]["name"].as_str() else {
                    continue;
                };
                match self.sources.get(kind, self.namespace, object) {
                    Some(files) => match files.get(key) {
                        Some(file) if absent.is_none() => return Some(Ok(file)),
                        _ => {}
                    },
                    None => absent = absent.or(Some(kind)),
                }
            }
        }
        absent.map(Err)
    }

    /// The names of the variables that `ConfigMap`s of the stream give with `envFrom`.
    pub fn given(&self) -> Vec<String> {
        let from = self.container["envFrom"].as_array().into_iter().flatten();
        let names = from.filter_map(|from| {
            let object = from["configMapRef"]["name"].as_str()?;
            let files = self
                .sources
                .get(SourceKind::ConfigMap, self.namespace, object)?;
            let prefix = text_of(&from["prefix"]);
            Some(files.iter().map(move |(key, _)| format!("{prefix}{key}")))
        });
        names.flatten().collect()
    }

    /// A Java system property (`-Dkey=value`) in a variable that Spark's launcher hands to the JVM.
    pub fn option(&self, variable: &str, key: &str) -> Answer {
        let own = self
            .variables()
            .filter(|own| own["name"] == variable)
            .last();
        let text = match (self.launch.variables.get(variable), own) {
            (Some(text), _) => text,
            (None, Some(own)) if own["valueFrom"].is_object() => {
                return self.option_from(&own["valueFrom"], key);
            }
            (None, Some(own)) => text_of(&own["value"]),
            (None, None) => {
                return match self.file_of(variable) {
                    Some(Ok(file)) => option_of(file, key),
                    // A Secret somewhere else holds keys and passwords, not Spark's settings.
                    Some(Err(SourceKind::ConfigMap)) => Answer::Unknown,
                    Some(Err(SourceKind::Secret)) | None => Answer::Unset,
                };
            }
        };
        if let Some((_, value)) = options(text).filter(|(other, _)| other == key).last() {
            return written(&value);
        }
        // `$(EXTRA_OPTS)` may be any options.
        let mut words = commands(text).into_iter().flatten();
        match words.any(|word| !word.starts_with('-') && is_open(&word)) {
            true => Answer::Unknown,
            false => Answer::Unset,
        }
    }

    fn option_from(&self, from: &Value, key: &str) -> Answer {
        self.file_behind(from)
            .map_or(Answer::Unknown, |file| option_of(file, key))
    }

    /// A Spark setting: the command line, then the properties file that the process reads.
    pub fn setting(&self, key: &str) -> Answer {
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
            Answer::Unset if self.mounts.incomplete.is_some() => Answer::Unknown,
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
    let mut answers = files.into_iter().filter_map(|file| file.setting(key));
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

/// A variable's text, where it is one that is kept.
fn whole(file: &File) -> Answer {
    let plain = file.plain.as_deref().cloned();
    plain.map_or(Answer::Unknown, Answer::Set)
}

fn option_of(file: &File, key: &str) -> Answer {
    file.option(key)
        .map_or(Answer::Unset, |setting| match is_open(&setting.text) {
            true => Answer::Unknown,
            false => Answer::Set(setting.clone()),
        })
}

/// What a text sets; nothing where it is empty, as in Spark's launcher.
pub fn written(text: &str) -> Answer {
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
