//! What objects mean, beside how they are written: the table, and objects as facts by it.

mod facts;
mod paths;
mod scalar;

pub use facts::{Fact, Facts, NO_BREAK, Reader};
pub use paths::Paths;
use paths::Table;

use crate::text::Glob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What counts of an object, and what is the same (`presets/tables/meaning.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "MeaningFile")]
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
    /// What is known of places, asked once for each.
    places: Table<Row>,
}

/// The table as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeaningFile {
    named: BTreeMap<String, Vec<String>>,
    properties: Vec<Glob>,
    ordered: BTreeSet<String>,
    sets: Paths,
    empty: BTreeSet<String>,
    noise: Vec<String>,
    facets: Vec<FacetRow>,
    quantities: Vec<String>,
    defaults: Vec<DefaultRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FacetRow {
    facet: Facet,
    #[serde(default)]
    kinds: Vec<String>,
    at: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultRow {
    #[serde(default)]
    kinds: Vec<String>,
    at: Vec<String>,
    is: Value,
}

/// What one row says of its places.
#[derive(Clone, Debug)]
struct Row {
    /// The kinds that it is about; none are all.
    kinds: Arc<[String]>,
    says: Says,
}

#[derive(Clone, Debug)]
enum Says {
    /// What hosts and tools write.
    Noise,
    /// Amounts stand there.
    Quantity,
    /// Which part of an object a fact belongs to, and the number of the row: the first counts.
    Facet(usize, Facet),
    /// What the API server takes where nothing is written.
    Default(Arc<Value>),
}

/// What is known of one place of an object.
struct Known {
    is_noise: bool,
    is_quantity: bool,
    is_default: bool,
    facet: Facet,
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

impl TryFrom<MeaningFile> for Meaning {
    type Error = String;

    fn try_from(file: MeaningFile) -> Result<Self, String> {
        let mut places = Table::default();
        let mut add = |kinds: Vec<String>, at: Vec<String>, says: Says| {
            let row = Row {
                kinds: kinds.into(),
                says,
            };
            at.iter().try_for_each(|path| places.add(path, row.clone()))
        };
        add(Vec::new(), file.noise, Says::Noise)?;
        add(Vec::new(), file.quantities, Says::Quantity)?;
        for (number, row) in file.facets.into_iter().enumerate() {
            add(row.kinds, row.at, Says::Facet(number, row.facet))?;
        }
        for row in file.defaults {
            add(row.kinds, row.at, Says::Default(row.is.into()))?;
        }
        Ok(Self {
            named: file.named,
            properties: file.properties,
            ordered: file.ordered,
            sets: file.sets,
            empty: file.empty,
            places,
        })
    }
}

impl Meaning {
    /// What is known of a place of an object of a kind, and of the value there.
    fn of(&self, kind: &str, path: &[&str], value: &Value) -> Known {
        let mut known = Known {
            is_noise: false,
            is_quantity: false,
            is_default: false,
            facet: Facet::Rest,
        };
        let mut first = usize::MAX;
        for row in self.places.of(path) {
            if !row.kinds.is_empty() && !row.kinds.iter().any(|known| known == kind) {
                continue;
            }
            match &row.says {
                Says::Noise => known.is_noise = true,
                Says::Quantity => known.is_quantity = true,
                Says::Default(is) => known.is_default |= **is == *value,
                Says::Facet(number, facet) if *number < first => {
                    (first, known.facet) = (*number, *facet);
                }
                Says::Facet(..) => {}
            }
        }
        known
    }
}
