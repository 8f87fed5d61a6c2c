//! The effective configuration of one Spark process: every value that something in the stream gives to a setting, the one
//! that counts first, each with its place.
//!
//! Source of the order: `SparkSubmitArguments` and `SparkSubmit.prepareSubmitEnvironment` of 3.5.9, 4.1.4 and 4.3.0 (command
//! line, `--properties-file`, `spark-defaults.conf`, system properties, variables); for daemons `HistoryServerArguments`,
//! `MasterArguments` and `WorkerArguments`, where system properties come first; for operators `spark::pod`.

mod file;
mod launchers;
mod process;
mod rendered;
mod value;

pub use file::{Held, hold};
pub(crate) use process::{Read, Seat, of_container, option_variables, variables_of_settings};
pub use value::Told;

use super::memory::Settings;
use super::version::Version;
use crate::text::Span;
use crate::yaml::Pointer;
use std::collections::BTreeMap;
use value::is_open;

/// What a process is configured with.
#[derive(Clone, Debug, Default)]
pub struct Conf {
    /// The values of each setting, the one that counts first.
    entries: BTreeMap<String, Vec<Entry>>,
    /// Environment variables that a launcher or a JVM reads.
    variables: BTreeMap<String, Entry>,
    /// What may hold more and is not in the stream (`ConfigMap/spark-conf`).
    gaps: Vec<String>,
    /// Scripts, notebooks and other texts that may set more in ways that are not read here.
    texts: Vec<String>,
    /// The version of Spark, which defaults go by.
    version: Option<Version>,
}

/// One value that something gives to a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As Spark reads it: escapes resolved, trimmed.
    pub text: String,
    /// Whether it stands in a Secret and may not be shown, nor anything that tells it.
    pub secret: bool,
    /// Whether it is one of several files that may be the right one, and they disagree.
    pub doubtful: bool,
    /// What kind of place it is.
    pub given: Given,
    /// Where it stands.
    pub spot: Spot,
}

/// What gives a setting its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A typed field of an operator's object.
    Field,
    /// `sparkConf`, `hadoopConf`.
    Conf,
    /// An operator, by itself.
    Operator,
    /// The command line.
    Argument,
    /// The file that `--properties-file` names.
    File,
    /// `spark-defaults.conf`.
    Defaults,
    /// A system property (`-Dkey=value`) in a variable or on the command line.
    Option,
    /// An environment variable.
    Variable,
}

/// A place in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The object's index in the stream, Lists flattened.
    pub object: usize,
    /// The value, or the text that holds it.
    pub path: Pointer,
    /// Line of that text, from 1, and where in it the value stands; nothing where the text is the value.
    pub inside: Option<(usize, Span)>,
}

impl Conf {
    /// Adds a value that counts less than all that were added before.
    pub(crate) fn add(&mut self, key: impl Into<String>, entry: Entry) {
        self.entries.entry(key.into()).or_default().push(entry);
    }

    /// Defaults are those of this version from now on.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Something may set more, which the stream does not say.
    pub(crate) fn leave_open(&mut self, what: &str) {
        self.gaps.push(what.to_owned());
    }

    /// What may hold more settings and is not in the stream.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// The same, all of it from Secrets.
    #[cfg(test)]
    pub(crate) fn hide(&mut self) {
        let settings = self.entries.values_mut().flatten();
        let all = settings.chain(self.variables.values_mut());
        all.for_each(|entry| entry.secret = true);
    }

    /// Every key that something sets, with its values, the one that counts first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Entry])> {
        let entries = self.entries.iter();
        entries.map(|(key, entries)| (key.as_str(), entries.as_slice()))
    }

    /// The keys that begin so, with the value that counts.
    pub fn family<'c>(&'c self, prefix: &'c str) -> impl Iterator<Item = (&'c str, &'c Entry)> {
        let from = self.entries.range(prefix.to_owned()..);
        let own = from.take_while(move |(key, _)| key.starts_with(prefix));
        own.filter_map(|(key, entries)| Some((key.as_str(), entries.first()?)))
    }

    /// All values of a setting, the one that counts first; the others are overruled by it.
    pub fn all(&self, key: &str) -> &[Entry] {
        self.entries.get(key).map_or(&[], Vec::as_slice)
    }

    /// An environment variable that Spark's launcher or a JVM reads (`SPARK_*`, `*JAVA*_OPTIONS`), as it is written; `$` where
    /// its value is not in the stream.
    pub fn variable_entry(&self, name: &str) -> Option<&Entry> {
        self.variables.get(name)
    }

    /// The environment variables that are known by name.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let variables = self.variables.iter();
        variables.map(|(name, entry)| (name.as_str(), entry))
    }

    /// The value that counts, as it is written.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.all(key).first()
    }

    /// Whether a script, a notebook or another text names this in a way that is not understood here.
    pub fn may_hold(&self, name: &str) -> bool {
        let mut texts = self.texts.iter();
        texts.any(|text| crate::manifest::spark::holds(text, name))
    }

    /// The settings whose value is known, as `spark::memory` and `spark::pod` take them.
    pub fn settings(&self) -> Settings {
        let known = self.entries.keys().filter_map(|key| match self.get(key) {
            Told::Set(known) => Some((key.clone(), known.text.into_owned())),
            Told::Unset | Told::Unknown => None,
        });
        known.collect()
    }

    /// Whether every value that is set is known, and nothing else may set any.
    pub fn is_complete(&self) -> bool {
        let open = |entry: &Entry| entry.doubtful || is_open(&entry.text);
        self.gaps.is_empty()
            && !self
                .entries
                .values()
                .filter_map(|all| all.first())
                .any(open)
    }
}

#[cfg(test)]
mod tests;
