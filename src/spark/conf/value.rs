//! What is known of a setting, and how Spark reads it.

use super::{Conf, Entry};
use crate::spark::catalogue::{DefaultValue, Standing, catalogue};
use crate::spark::size::{Unit, setting};
use std::borrow::Cow;

/// What the stream tells of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<'c> {
    /// Nothing sets it.
    Unset,
    /// Something sets it, or may; to what, the stream does not say.
    Unknown,
    /// It is this.
    Set(Known<'c>),
}

/// A value that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<'c> {
    /// What gives it.
    pub entry: &'c Entry,
    /// The text that Spark reads: `${spark.…}` filled in.
    pub text: Cow<'c, str>,
}

/// How often a value may name another one before it is left unknown.
const DEPTH: usize = 8;

impl Conf {
    /// What is known of a setting. A text with `${…}`, `$(…)` or `{{…}}` is unknown, unless it names only settings that are
    /// known.
    pub fn get(&self, key: &str) -> Told<'_> {
        match self.entry(key) {
            Some(entry) if entry.doubtful => Told::Unknown,
            Some(entry) => match self.filled(&entry.text, DEPTH) {
                Some(text) => Told::Set(Known { entry, text }),
                None => Told::Unknown,
            },
            None if !self.gaps.is_empty() || self.may_hold(key) => Told::Unknown,
            None => Told::Unset,
        }
    }

    /// What is known of an environment variable that Spark's launcher or a JVM reads. An empty one counts as unset, as there.
    pub fn variable(&self, name: &str) -> Told<'_> {
        match self.variable_entry(name) {
            Some(entry) if is_open(&entry.text) => Told::Unknown,
            Some(entry) if !entry.text.is_empty() => Told::Set(Known {
                entry,
                text: entry.text.as_str().into(),
            }),
            _ if self.may_hold(name) => Told::Unknown,
            _ => Told::Unset,
        }
    }

    /// The text that is set, where it is known.
    pub fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        match self.get(key) {
            Told::Set(known) => Some(known.text),
            Told::Unset | Told::Unknown => None,
        }
    }

    /// Whether certainly nothing sets it.
    pub fn is_unset(&self, key: &str) -> bool {
        self.get(key) == Told::Unset
    }

    /// The text that Spark takes: what is set, or else the default of its version. Nothing where it is unknown, where it has
    /// no default, or where the version has no such setting.
    pub fn effective(&self, key: &str) -> Option<Cow<'_, str>> {
        match self.get(key) {
            Told::Set(known) => Some(known.text),
            Told::Unknown => None,
            Told::Unset => self.default(key, DEPTH),
        }
    }

    fn default(&self, key: &str, depth: usize) -> Option<Cow<'_, str>> {
        match catalogue().standing(key, self.version?) {
            Standing::Known(_, DefaultValue::Value(text)) => Some(text.into()),
            Standing::Known(_, DefaultValue::Of(other)) if depth > 0 => match self.get(other) {
                Told::Set(known) => Some(known.text),
                Told::Unknown => None,
                Told::Unset => self.default(other, depth - 1),
            },
            _ => None,
        }
    }

    /// A switch as it takes effect, with its default; nothing where that is unknown, or neither `true` nor `false`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.effective(key)?.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A whole number as it takes effect, with its default.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.effective(key)?.trim().parse().ok()
    }

    /// A size in bytes as it takes effect, with its default; a number alone counts in `unit`.
    pub fn bytes(&self, key: &str, unit: Unit) -> Option<i128> {
        let text = self.effective(key)?;
        let release = self.version?.release();
        let size = setting(&text, unit, release).ok()?;
        Some(i128::from(size) << unit.shift())
    }

    /// The text with `${spark.…}` filled in; nothing where it holds anything that is not known.
    /// Source: `ConfigReader.substitute`, which also knows `${env:…}` and `${system:…}`: nobody here does.
    fn filled<'c>(&'c self, text: &'c str, depth: usize) -> Option<Cow<'c, str>> {
        if !is_open(text) {
            return Some(text.into());
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, more)) = rest.split_once("${") {
            let (key, after) = more.split_once('}')?;
            let is_setting = key.starts_with("spark.") && depth > 0;
            let entry = is_setting.then(|| self.entry(key)).flatten()?;
            let value = (!entry.doubtful).then(|| self.filled(&entry.text, depth - 1));
            out.extend([before, &*value.flatten()?]);
            rest = after;
        }
        out.push_str(rest);
        (!is_open(&out)).then_some(out.into())
    }
}

/// Whether something is still to be filled in: `${X}`, `$(X)`, `$X`, `{{X}}`.
pub(super) fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}
