//! One environment's guarded stream, as facts.

use crate::manifest::meaning::{Facts, Reader};
use crate::manifest::{Object, helm_hooks};
use crate::yaml::Stream;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How an environment's names differ from those of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// What stands before names.
    pub prefix: String,
    /// What stands behind names.
    pub suffix: String,
    /// The namespace that is its own.
    pub namespace: String,
}

/// One environment's objects.
#[derive(Clone, Debug)]
pub struct Release {
    /// The environment.
    pub environment: String,
    /// By what names them in every environment: `apps/Deployment spark/connect`.
    pub objects: BTreeMap<String, Released>,
}

/// One object of an environment.
#[derive(Clone, Debug)]
pub struct Released {
    /// Its kind.
    pub kind: String,
    /// Its name, as all environments have it.
    pub name: String,
    /// Whether it is a hook of Helm or Argo CD, which some hosts never send.
    pub hook: bool,
    /// What it says.
    pub facts: Facts,
    /// The template that it came from, where the stream says so.
    pub template: Option<String>,
}

/// Two objects of one identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{id}` stands in the manifests of `{environment}` twice, and the second would take the place of the first"
)]
pub struct Twins {
    /// What names both.
    pub id: String,
    /// The environment.
    pub environment: String,
}

impl Release {
    /// Reads a guarded stream.
    ///
    /// # Errors
    /// Two objects of one identity; a hook and a template may share one.
    pub fn of(
        environment: &str,
        stream: &Stream<'_>,
        objects: &[Object<'_>],
        reader: Reader<'_>,
        names: &Names,
    ) -> Result<Self, Twins> {
        let own: BTreeSet<&str> = objects.iter().map(|object| object.name).collect();
        let neutral = Neutral { names, own: &own };
        let mut release = Self {
            environment: environment.to_owned(),
            objects: BTreeMap::new(),
        };
        for object in objects {
            let document = &stream.documents[object.document];
            let mut value = document.node(object.node).to_value();
            neutral.value(&mut value);
            let argo = value["metadata"]["annotations"]["argocd.argoproj.io/hook"].is_string();
            let hook = argo || helm_hooks(&value).next().is_some();
            let name = neutral.name(object.name).to_owned();
            let group = object.api_version.rsplit_once('/').map(|(group, _)| group);
            let group = group.map(|group| format!("{group}/")).unwrap_or_default();
            let namespace = value["metadata"]["namespace"].as_str();
            let namespace = namespace.filter(|namespace| !namespace.is_empty());
            let namespace = namespace.map(|n| format!("{n}/")).unwrap_or_default();
            let hooked = if hook { " (hook)" } else { "" };
            let id = format!("{group}{} {namespace}{name}{hooked}", object.kind);
            let released = Released {
                kind: object.kind.to_owned(),
                name,
                hook,
                facts: reader.facts(&value),
                template: document.template().map(str::to_owned),
            };
            if release.objects.insert(id.clone(), released).is_some() {
                let environment = environment.to_owned();
                return Err(Twins { id, environment });
            }
        }
        Ok(release)
    }
}

/// Takes out what an environment's names have of their own.
struct Neutral<'n> {
    names: &'n Names,
    /// The names of its objects: only these, where they stand as a whole, are names.
    own: &'n BTreeSet<&'n str>,
}

/// What stands for an environment's namespace.
const NAMESPACE: &str = "(namespace)";

impl Neutral<'_> {
    fn name<'v>(&self, name: &'v str) -> &'v str {
        let Names { prefix, suffix, .. } = self.names;
        let inner = name.strip_prefix(prefix.as_str()).unwrap_or(name);
        inner.strip_suffix(suffix.as_str()).unwrap_or(inner)
    }

    fn value(&self, value: &mut Value) {
        if *self.names == Names::default() {
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => map.values_mut().for_each(|inner| self.value(inner)),
            Value::String(text) => {
                let namespace = self.names.namespace.as_str();
                if self.own.contains(text.as_str()) {
                    *text = self.name(text).to_owned();
                } else if !namespace.is_empty() && text == namespace {
                    NAMESPACE.clone_into(text);
                } else {
                    *text = self.addresses(text);
                }
            }
            _ => {}
        }
    }

    /// `dev-s3.spark-dev.svc` as all environments have it, wherever it stands in a text.
    fn addresses(&self, text: &str) -> String {
        let Names { namespace, .. } = self.names;
        let mut text = text.to_owned();
        for name in self.own.iter().filter(|name| self.name(name) != **name) {
            for end in [".", ":", "/", " "] {
                text = text.replace(
                    &format!("//{name}{end}"),
                    &format!("//{}{end}", self.name(name)),
                );
            }
            if !namespace.is_empty() {
                let (from, to) = (format!("{name}.{namespace}"), self.name(name));
                text = text.replace(&from, &format!("{to}.{namespace}"));
            }
        }
        if namespace.is_empty() {
            return text;
        }
        text.replace(&format!(".{namespace}.svc"), &format!(".{NAMESPACE}.svc"))
    }
}
