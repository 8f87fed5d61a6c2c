//! One environment's guarded stream, as facts.

use crate::manifest::meaning::{Facts, Reader};
use crate::manifest::reads::Random;
use crate::manifest::spark::SourceKind;
use crate::manifest::{Object, helm_hooks};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How an environment's names differ from those of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// What stands before names.
    pub prefix: String,
    /// What stands behind names.
    pub suffix: String,
    /// The namespace that is its own.
    pub namespace: String,
    /// Whether any environment has names of its own; then those of all are taken for what they name.
    pub are_compared: bool,
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
    /// Whether it is a hook of Helm's, which Helm 3 never sends.
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

impl Released {
    /// How many of its facts may not be shown.
    pub fn hidden(&self) -> usize {
        let facts = self.facts.values();
        facts.filter(|fact| fact.hidden && !fact.is_default).count()
    }
}

/// Reads the guarded objects of an environment as they go by, in any order, and keeps what is made of each.
#[derive(Debug)]
pub struct Observer<'m, T> {
    reader: Reader<'m>,
    names: Names,
    random: Vec<Random>,
    /// The names of the environment's objects, when the first of them goes by.
    own: OnceLock<BTreeSet<String>>,
    seen: Mutex<Vec<Seen<T>>>,
}

/// What was made of an object.
#[derive(Debug)]
pub struct Seen<T> {
    /// Its index in the stream.
    pub index: usize,
    /// What names it in every environment.
    pub id: String,
    /// What it came to.
    pub made: T,
}

impl<'m, T> Observer<'m, T> {
    /// Nothing seen yet.
    pub fn new(reader: Reader<'m>, names: Names, random: Vec<Random>) -> Self {
        Self {
            reader,
            names,
            random,
            own: OnceLock::new(),
            seen: Mutex::default(),
        }
    }

    /// Looks at one of the objects.
    pub fn see(
        &self,
        objects: &[Object<'_>],
        (object, value): (&Object<'_>, &Value),
        make: impl FnOnce(&str, Released) -> T,
    ) {
        let own = self.own.get_or_init(|| {
            let names = objects.iter().map(|object| object.name.to_owned());
            // Nearly nobody asks.
            names.filter(|_| self.names.are_compared).collect()
        });
        let neutral = Neutral {
            names: &self.names,
            own,
        };
        let (id, mut released) = neutral.released(self.reader, object, value);
        self.lasting(object, &mut released.facts);
        let made = make(&id, released);
        let index = object.index;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(Seen { index, id, made });
    }

    /// Takes out what is another value at each render.
    fn lasting(&self, object: &Object<'_>, facts: &mut Facts) {
        let kind = match object.kind {
            "ConfigMap" => SourceKind::ConfigMap,
            "Secret" => SourceKind::Secret,
            _ => return,
        };
        let namespace = object.namespace.unwrap_or_default();
        for random in &self.random {
            if random.is_in(kind, namespace, object.name) {
                facts.retain(|place, _| !random.holds(place));
            }
        }
    }

    /// All that was seen, by what names it.
    ///
    /// # Errors
    /// Two objects of one identity in `environment`; a hook and a template may share one.
    pub fn all(&self, environment: &str) -> Result<BTreeMap<String, Seen<T>>, Twins> {
        let seen = self.seen.lock();
        let mut seen = std::mem::take(&mut *seen.unwrap_or_else(PoisonError::into_inner));
        seen.sort_by_key(|seen| seen.index);
        let mut all = BTreeMap::new();
        for seen in seen {
            if let Some(twin) = all.insert(seen.id.clone(), seen) {
                let (id, environment) = (twin.id, environment.to_owned());
                return Err(Twins { id, environment });
            }
        }
        Ok(all)
    }
}

/// Takes out what an environment's names have of their own.
struct Neutral<'n> {
    names: &'n Names,
    /// The names of its objects: only these, where they stand as a whole, are names.
    own: &'n BTreeSet<String>,
}

/// What stands for an environment's namespace.
const NAMESPACE: &str = "(namespace)";

impl Neutral<'_> {
    fn name<'v>(&self, name: &'v str) -> &'v str {
        let Names { prefix, suffix, .. } = self.names;
        let inner = name.strip_prefix(prefix.as_str()).unwrap_or(name);
        inner.strip_suffix(suffix.as_str()).unwrap_or(inner)
    }

    /// What names an object in every environment, and what it says.
    fn released(
        &self,
        reader: Reader<'_>,
        object: &Object<'_>,
        value: &Value,
    ) -> (String, Released) {
        let mut value = Cow::Borrowed(value);
        if self.names.are_compared {
            self.value("", value.to_mut());
        }
        let argo = value["metadata"]["annotations"]["argocd.argoproj.io/hook"].is_string();
        let hook = helm_hooks(&value).next().is_some();
        let name = self.name(object.name).to_owned();
        let group = object.api_version.rsplit_once('/').map(|(group, _)| group);
        let group = group.map(|group| format!("{group}/")).unwrap_or_default();
        let namespace = value["metadata"]["namespace"].as_str();
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        let namespace = namespace.map(|n| format!("{n}/")).unwrap_or_default();
        let hooked = if argo || hook { " (hook)" } else { "" };
        let id = format!("{group}{} {namespace}{name}{hooked}", object.kind);
        let released = Released {
            kind: object.kind.to_owned(),
            name,
            hook,
            facts: reader.facts(&value),
            template: None,
        };
        (id, released)
    }

    fn value(&self, key: &str, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(key, item)),
            Value::Object(map) => map
                .iter_mut()
                .for_each(|(key, inner)| self.value(key, inner)),
            Value::String(text) => {
                let namespace = self.names.namespace.as_str();
                if self.own.contains(text.as_str()) {
                    *text = self.marked(text);
                } else if key == "namespace" && !namespace.is_empty() && text == namespace {
                    NAMESPACE.clone_into(text);
                } else if let Some(neutral) = self.addresses(text) {
                    *text = neutral;
                }
            }
            _ => {}
        }
    }

    /// A name of the environment's own, so that one that it does not have stays another.
    fn marked(&self, name: &str) -> String {
        format!("(own) {}", self.name(name))
    }

    /// Host names in a text, as all environments have them: `dev-s3.spark-dev.svc`, and `dev-s3` behind `http://`.
    fn addresses(&self, text: &str) -> Option<String> {
        let is_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let mut out = String::new();
        let mut done = 0;
        let mut from = 0;
        while let Some(begins) = text[from..].find(is_host).map(|at| from + at) {
            let ends = text[begins..].find(|c| !is_host(c));
            let ends = ends.map_or(text.len(), |at| begins + at);
            let behind_scheme =
                text[..begins].ends_with("http://") || text[..begins].ends_with("https://");
            if let Some(host) = self.host(&text[begins..ends], behind_scheme) {
                out.push_str(&text[done..begins]);
                out.push_str(&host);
                done = ends;
            }
            from = ends;
        }
        (done > 0).then(|| out + &text[done..])
    }

    fn host(&self, host: &str, behind_scheme: bool) -> Option<String> {
        let mut labels = host.splitn(3, '.');
        let (name, namespace, rest) = (labels.next()?, labels.next(), labels.next());
        let own = self.own.contains(name);
        let in_own =
            namespace.is_some_and(|other| !other.is_empty() && other == self.names.namespace);
        if !own || !(behind_scheme && namespace.is_none() || in_own) {
            return None;
        }
        let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
        let namespace = namespace
            .map(|_| format!(".{NAMESPACE}"))
            .unwrap_or_default();
        Some(format!("{}{namespace}{rest}", self.marked(name)))
    }
}
