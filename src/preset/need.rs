//! What `finds` and `reaches` ask for: the objects that a pod names, and the Service that an address leads to.

use super::scope::Scope;
use super::spell::{list, map, scalar};
use super::{Draft, Glob, Known, PolicyError, Shape};
use crate::manifest::Tables;
use crate::manifest::spark::SETTINGS;
use crate::text::hint;

/// Addresses of a container, and what they must lead to, where that is in the stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// Variables that hold a URL, or `host:port`.
    pub variables: Vec<Glob>,
    /// Variables that hold the name of a host alone.
    pub hosts: Vec<Glob>,
    /// Spark's properties that hold a URL.
    pub properties: Vec<Glob>,
    /// What the pods behind the Service are; of any role where it says nothing.
    pub roles: Vec<Glob>,
    /// The port of a URL that names none.
    pub port: Option<u16>,
}

const FIELDS: [&str; 5] = ["variables", "hosts", "properties", "roles", "port"];
const KINDS: [&str; 4] = [
    "ConfigMap",
    "PersistentVolumeClaim",
    "Secret",
    "ServiceAccount",
];

impl Scope<'_> {
    /// The only thing that `exists` may say.
    pub(super) fn exists(&self, draft: &Draft) -> Result<(), PolicyError> {
        if draft.shape == Shape::Bool(true) {
            return Ok(());
        }
        let message = format!("expected `true`, found {}", draft.describe());
        Err(self.at(draft.span).error(message))
    }

    /// Kinds of objects.
    pub(super) fn finds(&self, draft: &Draft) -> Result<Vec<Glob>, PolicyError> {
        self.known(draft, &KINDS, "kind that pods name")
    }

    /// Addresses and where they lead.
    pub(super) fn reaches(&self, draft: &Draft, known: &Known<'_>) -> Result<Reach, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            let message = format!("expected mapping, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        };
        let mut reach = Reach::default();
        for (name, value) in entries {
            match name.value.as_str() {
                "variables" => reach.variables = self.globs(value)?,
                "hosts" => reach.hosts = self.globs(value)?,
                "properties" => {
                    reach.properties = self.known(value, &SETTINGS, "property with an address")?;
                }
                "roles" => {
                    let tables = known.tables.map(|tables| tables());
                    let names = tables.map_or_else(Vec::new, Tables::role_names);
                    reach.roles = self.known(value, &names, "role")?;
                }
                "port" => reach.port = Some(self.port(value)?),
                other => {
                    let error = self.at(name.span).error(format!("unknown field `{other}`"));
                    return Err(error.help(hint(other, &FIELDS)));
                }
            }
        }
        let names = [&reach.variables, &reach.hosts, &reach.properties];
        if names.iter().all(|names| names.is_empty()) {
            let error = self.at(draft.span).error("`reaches` names no address");
            return Err(error.help("`variables`, `hosts` or `properties`".to_owned()));
        }
        Ok(reach)
    }

    fn port(&self, draft: &Draft) -> Result<u16, PolicyError> {
        let plain = self.plain(draft)?;
        let port = plain
            .value
            .as_u64()
            .and_then(|port| u16::try_from(port).ok());
        port.filter(|port| *port > 0)
            .ok_or_else(|| plain.error("expected a port from 1 to 65535".to_owned()))
    }
}

impl Reach {
    /// In flow style.
    pub(super) fn spelt(&self) -> String {
        let globs = [&self.variables, &self.hosts, &self.properties, &self.roles];
        let fields = FIELDS.into_iter().zip(globs);
        let fields = fields.filter(|(_, globs)| !globs.is_empty());
        let port = self.port.map(|port| ("port", port.to_string()));
        map(fields.map(|(name, globs)| (name, spelt(globs))).chain(port))
    }
}

/// Globs in flow style.
pub(super) fn spelt(globs: &[Glob]) -> String {
    list(globs.iter().map(|glob| scalar(glob.text())))
}
