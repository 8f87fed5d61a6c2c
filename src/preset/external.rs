//! What a project declares that pods read and no stream of it has.

use crate::text::Glob;
use crate::yaml::Spanned;
use serde::Deserialize;

#[cfg(test)]
use super::schema;
#[cfg(test)]
use schemars::JsonSchema;

/// Objects that somebody else puts into the cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct External {
    /// Their kind.
    pub kind: ExternalKind,
    /// Their names, a glob.
    #[cfg_attr(test, schemars(schema_with = "schema::glob"))]
    pub name: Spanned<Glob>,
    /// Their namespaces, a glob. Without it, any.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "schema::glob"))]
    pub namespace: Option<Spanned<Glob>>,
    /// Who puts them there, for whoever looks for them.
    pub reason: Spanned<String>,
}

/// What may come from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub enum ExternalKind {
    /// `v1/ConfigMap`.
    ConfigMap,
    /// `v1/PersistentVolumeClaim`.
    PersistentVolumeClaim,
    /// `v1/Secret`.
    Secret,
    /// `v1/Service`.
    Service,
    /// `v1/ServiceAccount`.
    ServiceAccount,
}

impl ExternalKind {
    /// Its name.
    fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::Secret => "Secret",
            Self::Service => "Service",
            Self::ServiceAccount => "ServiceAccount",
        }
    }
}

impl External {
    /// Whether it declares an object. A namespace that nobody wrote is the release's, which may be any.
    pub fn covers(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let fits = |glob: &Spanned<Glob>| namespace.is_none_or(|name| glob.value.matches(name));
        let named = self.name.value.matches(name);
        self.kind.as_str() == kind && named && self.namespace.as_ref().is_none_or(fits)
    }
}
