//! What objects of the stream make in the cluster, for pods to read.

use super::{ReadTable, walk};
use crate::manifest::Unless;
use crate::manifest::spark::{SourceKind, text_of};
use crate::text::Glob;
use crate::yaml::Pointer;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use std::fmt;

/// A kind whose objects make others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MakeRow {
    /// The kind that makes.
    pub(super) by: String,
    /// `group/version`.
    api_version: Glob,
    /// The kind that is made.
    kind: SourceKind,
    /// Where its name stands: the first place that holds any; `*` is each item of a list.
    #[serde(deserialize_with = "pointers")]
    names: Vec<Pointer>,
    /// Settings under which it makes nothing.
    #[serde(default)]
    unless: Vec<Unless>,
}

/// An object that makes another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Maker {
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl ReadTable {
    /// Whether objects of a kind make what pods read.
    pub fn makes(&self, api_version: &str, kind: &str) -> bool {
        self.makers(api_version, kind).next().is_some()
    }

    fn makers(&self, api_version: &str, kind: &str) -> impl Iterator<Item = &MakeRow> {
        let is = move |row: &&MakeRow| row.by == kind && row.api_version.matches(api_version);
        self.makes.iter().filter(is)
    }

    /// What an object makes, by kind and name.
    pub(in crate::manifest) fn made_by(&self, object: &Value) -> Vec<(SourceKind, String)> {
        let rows = self.makers(text_of(&object["apiVersion"]), text_of(&object["kind"]));
        let held = |unless: &Unless| unless.at.of(object) == Some(&unless.is);
        rows.filter(|row| !row.unless.iter().any(held))
            .flat_map(|row| {
                let names = row.names.iter().map(|at| names(object, at));
                let names = names.into_iter().find(|names| !names.is_empty());
                names
                    .unwrap_or_default()
                    .into_iter()
                    .map(|name| (row.kind, name))
            })
            .collect()
    }
}

/// The names that stand at a place.
fn names(object: &Value, at: &Pointer) -> Vec<String> {
    let mut names = Vec::new();
    let steps: Vec<_> = at.segments().collect();
    walk(object, &steps, &Pointer::root(), &mut |_, value| {
        let name = value.as_str().filter(|name| !name.is_empty());
        names.extend(name.map(str::to_owned));
    });
    names
}

fn pointers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Pointer>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let pointers = texts.iter().map(|text| Pointer::parse(text));
    pointers.collect::<Result<_, _>>().map_err(D::Error::custom)
}

impl fmt::Display for Maker {
    /// `ExternalSecret/db`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

#[cfg(test)]
#[path = "made_tests.rs"]
mod tests;
