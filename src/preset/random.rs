//! What a project declares to be another value at each render.

use crate::manifest::reads::Random;
use crate::manifest::spark::SourceKind;
use crate::text::Glob;
use crate::yaml::Spanned;
use serde::Deserialize;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// Values of `ConfigMap`s or Secrets that a chart makes up at each render: no digest and no lock holds them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(JsonSchema), schemars(rename = "Random"))]
pub struct RandomFile {
    /// The kind of the objects.
    pub kind: SourceKind,
    /// Their names as the manifests have them, a glob.
    #[cfg_attr(test, schemars(schema_with = "schema::glob"))]
    pub name: Spanned<Glob>,
    /// Their namespaces, a glob. Without it, any.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "schema::glob"))]
    pub namespace: Option<Spanned<Glob>>,
    /// The keys in them, a glob. Without it, all.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "schema::glob"))]
    pub key: Option<Spanned<Glob>>,
    /// Why, for whoever reads it in a year.
    pub reason: Spanned<String>,
}

impl RandomFile {
    /// What it declares.
    pub fn declared(&self) -> Random {
        let glob = |glob: &Option<Spanned<Glob>>| glob.as_ref().map(|glob| glob.value.clone());
        Random {
            kind: self.kind,
            name: self.name.value.clone(),
            namespace: glob(&self.namespace),
            key: glob(&self.key),
        }
    }
}
