//! `sparkk8s.lock`: sorted, a line for each fact, without dates, so that git merges what two branches lock.

use super::ahead::{AllAhead, Places};
use super::{Release, Released};
use crate::manifest::meaning::{Facet, Fact};
use crate::manifest::reads::{SecretKey, sum};
use crate::yaml::is_safe_plain;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What a lock is called where a project names no other.
pub const LOCK_FILE: &str = "sparkk8s.lock";

const API_VERSION: &str = "sparkk8s.io/v1alpha1";
/// Raised when a fact is recorded in another way.
pub(super) const SCHEMA: u64 = 1;

const HEAD: &str = "\
# What the environments of this repository share, and what may differ. `sparkk8s-post lock` writes it; edit the project
# or the charts instead.
";

/// A lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    /// Each environment's presets, `name@version`, with the digest of their files.
    pub environments: BTreeMap<String, BTreeMap<String, String>>,
    /// By what names them in every environment.
    pub objects: BTreeMap<String, Written>,
}

/// What a lock holds of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The environments that have it; `None` for all.
    pub only: Option<BTreeSet<String>>,
    /// Whether it is a hook.
    pub hook: bool,
    /// Who is ahead of the others, and where.
    pub ahead: Places,
    /// Facts by facet and place: shared, or by environment.
    pub facts: BTreeMap<(Facet, String), Recorded>,
}

/// A fact as a lock has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// The same in each environment that has the object.
    Shared(Value),
    /// By environment; those that are missing have none.
    Each(BTreeMap<String, Value>),
}

impl Recorded {
    /// Whether it only says that there is something, without a key to tell what.
    pub fn is_hidden(&self) -> bool {
        match self {
            Self::Shared(value) => value == HIDDEN,
            Self::Each(each) => each.values().any(|value| value == HIDDEN),
        }
    }
}

/// Why a text is no lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Somebody has to decide what both sides of a merge changed.
    #[error("line {0} is a conflict of a merge")]
    Conflict(usize),
    /// It is no lock of this version.
    #[error("it is of schema {0}, and this program reads schema {SCHEMA}")]
    Schema(u64),
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Secrets are recorded by a key, and none was given.
    #[error("it records Secrets with a key, and none was given")]
    NoKey,
}

impl Lock {
    /// What environments come to, and who is ahead.
    pub fn of(
        releases: &[Release],
        environments: BTreeMap<String, BTreeMap<String, String>>,
        ahead: &AllAhead,
        key: Option<&SecretKey>,
    ) -> Self {
        let ids: BTreeSet<&String> = releases.iter().flat_map(|r| r.objects.keys()).collect();
        let written = ids
            .into_iter()
            .map(|id| (id.clone(), written(id, releases, ahead, key)));
        Self {
            environments,
            objects: written.collect(),
        }
    }

    /// The lock as its file holds it.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{HEAD}apiVersion: {API_VERSION}\nkind: Lock\nschema: {SCHEMA}\ntool: {}\nenvironments:\n",
            env!("CARGO_PKG_VERSION")
        );
        for (name, presets) in &self.environments {
            let _ = writeln!(out, "  {}:", scalar(name));
            for (preset, digest) in presets {
                let _ = writeln!(out, "    {}: {}", scalar(preset), scalar(digest));
            }
        }
        out.push_str("objects:\n");
        for (id, object) in &self.objects {
            object.write(id, &mut out);
        }
        if self.objects.is_empty() {
            out.truncate(out.len() - "objects:\n".len());
        }
        out
    }
}

impl Written {
    /// Whether an environment has the object.
    pub(super) fn is_in(&self, environment: &str) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.contains(environment))
    }

    fn write(&self, id: &str, out: &mut String) {
        let mut lines = Lines::of(id, out);
        if let Some(only) = &self.only {
            let only: Vec<_> = only.iter().map(|name| scalar(name)).collect();
            lines.part("in", &format!("[{}]", only.join(", ")));
        }
        if self.hook {
            lines.part("hook", "true");
        }
        if !self.ahead.is_empty() {
            lines.part("ahead", "");
        }
        for (place, ahead) in &self.ahead {
            let each = ahead
                .iter()
                .map(|(name, ahead)| (name, Value::from(ahead.to_string())));
            lines.entry(place, &mapping(each));
        }
        for ((facet, path), recorded) in &self.facts {
            let value = match recorded {
                Recorded::Shared(value) => flow(value),
                Recorded::Each(each) => {
                    mapping(each.iter().map(|(name, value)| (name, value.clone()))).into()
                }
            };
            lines.fact(*facet, path, &value);
        }
        lines.end();
    }
}

/// What a lock says of an object that all environments have as this one is.
pub(super) fn lines(id: &str, object: &Released, key: Option<&SecretKey>) -> String {
    let mut out = String::new();
    let mut lines = Lines::of(id, &mut out);
    if object.hook {
        lines.part("hook", "true");
    }
    for facet in Facet::ALL {
        let facts = object.facts.iter();
        for (path, fact) in facts.filter(|(_, fact)| fact.facet == facet && !fact.is_default) {
            match record(fact, key, (id, path)) {
                Cow::Borrowed(value) => lines.fact(facet, path, &flow(value)),
                // Digests are plain.
                Cow::Owned(value) => lines.fact(facet, path, value.as_str().unwrap_or_default()),
            }
        }
    }
    lines.end();
    out
}

/// The lines of an object while they are written.
struct Lines<'o> {
    out: &'o mut String,
    /// Where what is below its first line begins.
    begin: usize,
    facet: Option<Facet>,
}

impl<'o> Lines<'o> {
    fn of(id: &str, out: &'o mut String) -> Self {
        let _ = writeln!(out, "  {}:", scalar(id));
        Self {
            begin: out.len(),
            out,
            facet: None,
        }
    }

    fn part(&mut self, name: &str, value: &str) {
        let space = if value.is_empty() { "" } else { " " };
        let _ = writeln!(self.out, "    {name}:{space}{value}");
    }

    fn entry(&mut self, key: &str, value: &str) {
        self.out
            .extend(["      ", &*scalar(key), ": ", value, "\n"]);
    }

    fn fact(&mut self, facet: Facet, path: &str, value: &str) {
        if self.facet.replace(facet) != Some(facet) {
            self.part(&facet.to_string(), "");
        }
        self.entry(path, value);
    }

    fn end(self) {
        if self.out.len() == self.begin {
            self.out.truncate(self.begin - 1);
            self.out.push_str(" {}\n");
        }
    }
}

fn mapping<'n>(each: impl Iterator<Item = (&'n String, Value)>) -> String {
    let each = each.map(|(name, value)| format!("{}: {}", scalar(name), flow(&value)));
    format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
}

fn written(id: &str, releases: &[Release], ahead: &AllAhead, key: Option<&SecretKey>) -> Written {
    let having = releases
        .iter()
        .filter_map(|release| Some((&release.environment, release.objects.get(id)?)));
    let having: Vec<_> = having.collect();
    let mut each: BTreeMap<(Facet, String), BTreeMap<String, Value>> = BTreeMap::new();
    for (environment, object) in &having {
        for (path, fact) in object.facts.iter().filter(|(_, fact)| !fact.is_default) {
            let recorded = record(fact, key, (id, path)).into_owned();
            let facts = each.entry((fact.facet, path.clone())).or_default();
            facts.insert((*environment).clone(), recorded);
        }
    }
    let facts = each.into_iter().map(|(at, each)| {
        let mut values = each.values();
        let first = values.next().cloned().unwrap_or_default();
        let shared = each.len() == having.len() && values.all(|value| *value == first);
        (
            at,
            if shared {
                Recorded::Shared(first)
            } else {
                Recorded::Each(each)
            },
        )
    });
    let only = having.iter().map(|(environment, _)| (*environment).clone());
    Written {
        only: (having.len() < releases.len()).then(|| only.collect()),
        hook: having.iter().any(|(_, object)| object.hook),
        ahead: ahead.get(id).cloned().unwrap_or_default(),
        facts: facts.collect(),
    }
}

/// Without a key this stands for what may not be shown.
pub(super) const HIDDEN: &str = "hidden";

/// A fact as a lock has it: images, resources and security as they are, others by their digest, Secrets by a keyed one.
///
/// Equal secrets in two places have different digests.
pub(super) fn record<'f>(
    fact: &'f Fact,
    key: Option<&SecretKey>,
    (id, path): (&str, &str),
) -> Cow<'f, Value> {
    let keyed =
        |key: &SecretKey| format!("hmac:{}", key.sum(&format!("{id}\n{path}\n{}", fact.value)));
    if fact.hidden {
        let recorded = key.map_or_else(|| HIDDEN.into(), keyed);
        return Cow::Owned(recorded.into());
    }
    let plain = matches!(
        fact.facet,
        Facet::Images | Facet::Resources | Facet::Security
    ) || matches!(fact.value, Value::Bool(_) | Value::Number(_));
    if plain && fact.value.as_str().is_none_or(|text| text.len() < 200) {
        return Cow::Borrowed(&fact.value);
    }
    let digest = sum(&fact.value.to_string());
    Cow::Owned(format!("sha256:{digest}").into())
}

fn scalar(text: &str) -> Cow<'_, str> {
    if is_safe_plain(text) {
        return text.into();
    }
    json(&Value::from(text)).into()
}

fn flow(value: &Value) -> Cow<'_, str> {
    match value {
        // Nothing of a flow collection is safe.
        Value::String(text) if is_safe_plain(text) => text.into(),
        other => json(other).into(),
    }
}

/// JSON on one line for YAML 1.1 as well, which has line breaks and a byte order mark that JSON knows nothing of.
fn json(value: &Value) -> String {
    let text = value.to_string();
    let special = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];
    if !text.contains(special) {
        return text;
    }
    special.iter().fold(text, |text, char| {
        text.replace(*char, &format!("\\u{:04x}", *char as u32))
    })
}
