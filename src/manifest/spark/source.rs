//! What each ConfigMap and Secret says about Spark's processes: the little that is kept of it, so that a stream of any
//! length can pass.

use super::few::Few;
use super::mounts::Shelf;
use super::properties::{Property, properties};
use super::words::options;
use crate::manifest::named::Named;
use crate::yaml::base64;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Spark settings that rules ask for while a stream goes by: those of the web interfaces, which the table of roles names, then
/// addresses of others.
pub const SETTINGS: [&str; 11] = [
    "spark.ui.enabled",
    "spark.ui.port",
    "spark.ui.prometheus.enabled",
    "spark.history.ui.port",
    "spark.master.ui.port",
    "spark.worker.ui.port",
    "spark.metrics.conf.master.sink.prometheusServlet.class",
    "spark.metrics.conf.worker.sink.prometheusServlet.class",
    "spark.remote",
    "spark.hadoop.fs.s3a.endpoint",
    "spark.hadoop.hive.metastore.uris",
];

/// What a script or a notebook may set one of these with, beyond what can be read from it.
const WAYS: [&str; 8] = [
    "SPARK_MASTER_WEBUI_PORT",
    "SPARK_WORKER_WEBUI_PORT",
    "-Dspark.ui.enabled",
    "-Dspark.ui.port",
    "-Dspark.ui.prometheus.enabled",
    "-Dspark.history.ui.port",
    "-Dspark.master.ui.port",
    "-Dspark.worker.ui.port",
];

/// A text without any of these holds none of the above.
const HINTS: [&str; 2] = ["spark.", "SPARK_"];

/// The two kinds that pods read files and variables from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum SourceKind {
    /// `v1/ConfigMap`.
    ConfigMap,
    /// `v1/Secret`.
    Secret,
}

/// A text that was set somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As written.
    pub text: String,
    /// Whether it stands in a Secret and may not be shown, nor anything that tells it.
    pub secret: bool,
}

/// One key of a ConfigMap or Secret.
#[derive(Debug, Default)]
pub struct File {
    /// The whole text, where it is a size, a port, a truth value or, in a ConfigMap, a URL (as a variable has it); other
    /// texts are not kept.
    pub plain: Option<Box<Setting>>,
    /// What it says of Spark, where it may say anything: most do not, and a stream has many.
    told: Option<Box<Told>>,
}

#[derive(Debug, Default)]
struct Told {
    settings: Few<&'static str, Setting>,
    options: Few<&'static str, Setting>,
    /// Which of `SETTINGS` and `WAYS` it holds outside comments and outside `settings`.
    mentions: Vec<&'static str>,
}

/// The files of one ConfigMap or Secret, by key.
pub type Files<F = File> = Few<String, F>;

/// Every ConfigMap and Secret of the stream, and what is kept of each of their files.
#[derive(Debug)]
pub struct Sources<F = File> {
    by_name: Named<Files<F>>,
}

impl<F> Default for Sources<F> {
    fn default() -> Self {
        Self {
            by_name: Named::default(),
        }
    }
}

impl<F> Sources<F> {
    /// Remembers what is kept of an object, by namespace and name; a later one takes the place of an earlier one.
    pub fn insert(&mut self, kind: SourceKind, names: (&str, &str), files: Files<F>) {
        self.by_name.insert(kind, names, files);
    }

    /// The object that a pod of `namespace` means.
    pub fn get(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Files<F>> {
        self.by_name.get(kind, namespace, name)
    }
}

impl Sources {
    /// Remembers an object; a later one of the same name takes its place, as in a cluster.
    pub fn add(&mut self, kind: SourceKind, object: &Value) {
        let files = texts(kind, object)
            .map(|(_, key, text)| {
                (
                    key.to_owned(),
                    File::read(&text, kind == SourceKind::Secret),
                )
            })
            .collect();
        let metadata = &object["metadata"];
        let names = (text_of(&metadata["namespace"]), text_of(&metadata["name"]));
        self.insert(kind, names, files);
    }
}

impl<F> Shelf<F> for Sources<F> {
    fn files(&self, kind: SourceKind, namespace: &str, name: &str) -> Option<&Files<F>> {
        self.get(kind, namespace, name)
    }
}

impl File {
    fn read(text: &str, secret: bool) -> Self {
        let setting = |text: &str| Setting {
            text: text.to_owned(),
            secret,
        };
        let trimmed = text.trim();
        let is_kept = is_size(trimmed) || is_truth(trimmed) || (!secret && is_address(trimmed));
        let plain = is_kept.then(|| setting(trimmed).into());
        if !HINTS.iter().any(|hint| text.contains(hint)) {
            return Self { plain, told: None };
        }
        let mut told = Told::default();
        // One text of all that may mention a name: a search costs more to begin than to go on.
        let mut others = String::new();
        for Property { key, value, .. } in properties(text) {
            if let Some(name) = SETTINGS.iter().find(|name| **name == key) {
                told.settings.insert(name, setting(&value));
                continue;
            }
            // A plain name is no way of setting another one.
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
            if !key.starts_with("spark.") || !key.bytes().all(is_plain) {
                others.extend([&*key, "\n"]);
            }
            others.extend([&*value, "\n"]);
        }
        mentioned(&others, &mut told.mentions);
        for (key, value) in options(text) {
            if let Some(name) = SETTINGS.iter().find(|name| **name == key) {
                told.options.insert(name, setting(&value));
            }
        }
        let told = Some(Box::new(told));
        Self { plain, told }
    }

    /// An entry of a properties file; a later one has won.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        self.told.as_ref()?.settings.get(key)
    }

    /// The same as `-Dkey=value`, for a text that is the value of a variable.
    pub fn option(&self, key: &str) -> Option<&Setting> {
        self.told.as_ref()?.options.get(key)
    }

    /// Whether it may set `name` in a way that is not read here (a script, a notebook).
    pub fn mentions(&self, name: &str) -> bool {
        let told = self.told.as_ref();
        told.is_some_and(|told| told.mentions.contains(&name))
    }
}

/// Whether a text is digits and a unit, so never a credential: it can be shown.
pub fn is_size(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    text.len() <= 12
        && unit.len() < text.len()
        && unit.len() <= 3
        && unit.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Whether a text may be a URL alone; longer ones are no address.
fn is_address(text: &str) -> bool {
    text.len() < 256 && text.contains("://") && !text.contains(char::is_whitespace)
}

fn is_truth(text: &str) -> bool {
    ["true", "false"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a name stands in a text as a whole: `spark.driver.memory` does not in `spark.driver.memoryOverhead`; `-Xmx` may
/// begin a word.
pub fn holds(text: &str, name: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), name).any(|at| is_whole(text, at, name))
}

/// Whether the name that stands at `at` is no part of a longer one.
fn is_whole(text: &str, at: usize, name: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = text[..at].chars().next_back().is_some_and(goes_on);
    let after = text[at + name.len()..].chars().next().is_some_and(goes_on);
    !before && (!after || name.starts_with("-X"))
}

/// Adds which of `SETTINGS` and `WAYS` a text holds: one search for each hint, not for each name.
fn mentioned(text: &str, out: &mut Vec<&'static str>) {
    for hint in HINTS {
        for at in memchr::memmem::find_iter(text.as_bytes(), hint) {
            for name in SETTINGS.iter().chain(&WAYS) {
                // `-Dspark.ui.port` begins before its hint.
                let before = name.len() - name.trim_start_matches("-D").len();
                let Some(start) = at.checked_sub(before) else {
                    continue;
                };
                let stands = text.as_bytes()[start..].starts_with(name.as_bytes());
                if stands && !out.contains(name) && is_whole(text, start, name) {
                    out.push(name);
                }
            }
        }
    }
}

/// The texts of a ConfigMap or Secret: where they stand (`data`), key, text; what is no UTF-8 is no text.
pub fn texts(
    kind: SourceKind,
    object: &Value,
) -> impl Iterator<Item = (&'static str, &str, Cow<'_, str>)> {
    let places = match kind {
        SourceKind::ConfigMap => [("data", false), ("binaryData", true)],
        SourceKind::Secret => [("data", true), ("stringData", false)],
    };
    places.into_iter().flat_map(move |(place, encoded)| {
        let values = object[place].as_object().into_iter().flatten();
        values.filter_map(move |(key, value)| {
            let text = value.as_str()?;
            let text = if encoded {
                Cow::Owned(base64::decode(text)?)
            } else {
                Cow::Borrowed(text)
            };
            Some((place, key.as_str(), text))
        })
    })
}

/// The kind of an object, where it is one of the two.
pub fn source_kind(object: &Value) -> Option<SourceKind> {
    SourceKind::of(object["kind"].as_str()?)
}

impl SourceKind {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }

    /// By its name.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "ConfigMap" => Some(Self::ConfigMap),
            "Secret" => Some(Self::Secret),
            _ => None,
        }
    }
}

/// A string, or nothing.
pub fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
