//! Variables of Spark's launcher and of a JVM that are no settings.

use super::process::{OPTIONS, Reader, VARIABLES, Variable};
use super::{Entry, Given};
use crate::manifest::spark::text_of;
use std::collections::BTreeSet;

/// Variables that are no settings, and that `envFrom` may bring without naming them.
const LAUNCHERS: [&str; 7] = [
    "SPARK_DAEMON_MEMORY",
    "SPARK_LOCAL_DIRS",
    "SPARK_MEM",
    "SPARK_REMOTE",
    "SPARK_WORKER_CORES",
    "SPARK_WORKER_DIR",
    "SPARK_WORKER_MEMORY",
];

impl Reader<'_, '_> {
    /// Variables of Spark's launcher and of a JVM, for who asks for them.
    pub(super) fn launchers(&mut self) {
        let env = self.seat.container.value["env"].as_array();
        let named = env
            .into_iter()
            .flatten()
            .map(|own| text_of(&own["name"]).to_owned());
        let scripted = self.launch.variables.keys().cloned();
        let fixed = LAUNCHERS
            .into_iter()
            .chain(VARIABLES.map(|(name, _)| name))
            .chain(OPTIONS.iter().flat_map(|(_, names)| *names).copied());
        let is_theirs = |name: &String| name.starts_with("SPARK_") || name.contains("JAVA");
        let names: BTreeSet<_> = named
            .chain(scripted)
            .filter(is_theirs)
            .chain(fixed.map(str::to_owned))
            .collect();
        for name in names {
            let (text, secret, spot) = match self.variable(&name) {
                Variable::Unset => continue,
                Variable::Unknown(spot) => ("$".to_owned(), false, spot),
                Variable::Set { text, secret, spot } => (text, secret, spot),
            };
            let entry = Entry {
                text,
                secret,
                doubtful: false,
                given: Given::Variable,
                spot: self.spot(&spot),
            };
            self.conf.variables.insert(name, entry);
        }
    }
}
