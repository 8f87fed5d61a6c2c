//! What objects mean, beside how they are written: the table, and objects as facts by it.

mod facts;
mod paths;
mod scalar;

pub use facts::{Fact, Facts, Reader};
pub use paths::Paths;

use crate::text::Glob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What counts of an object, and what is the same (`presets/tables/meaning.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// Lists whose items have a name: the key of the list, and pointers to the name, the first that is there.
    named: BTreeMap<String, Vec<String>>,
    /// Keys of `ConfigMap`s that hold properties.
    properties: Vec<Glob>,
    /// Lists of named things in which the order says something.
    ordered: BTreeSet<String>,
    /// Lists whose order says nothing.
    sets: Paths,
    /// Mappings that say nothing where they are empty.
    empty: BTreeSet<String>,
    /// What hosts and tools write.
    noise: Paths,
    /// Which part of an object a fact belongs to.
    facets: Vec<FacetRow>,
    /// Where amounts stand.
    quantities: Paths,
    /// What the API server takes where nothing is written.
    defaults: Vec<DefaultRow>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FacetRow {
    facet: Facet,
    #[serde(default)]
    kinds: Vec<String>,
    at: Paths,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultRow {
    #[serde(default)]
    kinds: Vec<String>,
    at: Paths,
    is: Value,
}

/// A part of an object that people decide about together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Facet {
    /// Which images run.
    Images,
    /// Requests and limits.
    Resources,
    /// Who a process is and what it may do.
    Security,
    /// What `ConfigMap`s and Secrets hold.
    Config,
    /// Everything else.
    Rest,
}

impl Facet {
    /// All of them, in the order of a lock.
    pub const ALL: [Self; 5] = [
        Self::Images,
        Self::Resources,
        Self::Security,
        Self::Config,
        Self::Rest,
    ];
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Resources => "resources",
            Self::Security => "security",
            Self::Config => "config",
            Self::Rest => "rest",
        })
    }
}

impl Meaning {
    fn facet(&self, kind: &str, path: &[&str]) -> Facet {
        let fits = |row: &&FacetRow| is_about(&row.kinds, kind) && row.at.matches(path);
        let row = self.facets.iter().find(fits);
        row.map_or(Facet::Rest, |row| row.facet)
    }

    fn is_default(&self, kind: &str, path: &[&str], value: &Value) -> bool {
        let mut rows = self.defaults.iter();
        rows.any(|row| row.is == *value && is_about(&row.kinds, kind) && row.at.matches(path))
    }
}

fn is_about(kinds: &[String], kind: &str) -> bool {
    kinds.is_empty() || kinds.iter().any(|known| known == kind)
}
