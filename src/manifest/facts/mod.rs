//! Facts about the whole stream, gathered before any rule runs. What is not in the stream is unknown, never absent.

mod evidence;
mod index;
mod network;
mod parts;
mod scrape;
mod selector;

use super::reads::{Contents, ReadTable};
use super::spark::{Sources, source_kind};
use super::{Container, ContainerKind, Image, Object, ObjectFacts, Place, Pod, Tables};
use crate::text::Glob;
use crate::yaml::NodeRef;
pub use evidence::{NonRoot, evidence};
use index::Index;
use network::Policy;
use parts::Parts;
pub use parts::{Address, Astray, expanded, hosts};
use scrape::{Monitor, Service};
use selector::{Labels, ReadLabels};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Reads a stream, object by object.
#[derive(Debug)]
pub struct FactsBuilder {
    facts: Facts,
    /// Whether anything looks at Services: they are many, and what is kept of them is as long as they are.
    monitored: bool,
}

/// What the stream as a whole says.
#[derive(Debug, Default)]
pub struct Facts {
    uids: BTreeMap<String, Uid>,
    labels: ReadLabels,
    services: Vec<Service>,
    services_by_pod: Index,
    monitors: Vec<Monitor>,
    /// By the labels of Services, and of pods.
    monitors_by_labels: Index,
    policies: Vec<Policy>,
    policies_by_pod: Index,
    /// What equal Services, monitors and policies say once.
    said: BTreeSet<String>,
    sources: Sources,
    contents: Option<Contents>,
    parts: Option<Parts>,
}

/// The object that a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its place among the stream's objects, Lists flattened.
    pub index: usize,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Whether Prometheus gets at a port of a pod, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scrape {
    /// A monitor in the stream reads from the pod already.
    Monitored {
        /// The monitor.
        by: Source,
    },
    /// A NetworkPolicy lets no scraper in at that port.
    Closed {
        /// The first policy that selects the pod.
        by: Source,
    },
    /// A monitor selects the pod, but the port that it names is not there; nothing else is in the way.
    DeadMonitor {
        /// The monitor.
        by: Source,
        /// What is missing.
        why: String,
    },
    /// Nothing in the stream reads from it or is in the way.
    Open,
}

/// The uids that were written for one image.
#[derive(Debug)]
struct Uid {
    /// The first that was written.
    first: i64,
    /// Whether all the others are the same.
    agreed: bool,
    /// The first container that runs the image for good, with a uid above 0.
    by: Option<Source>,
}

impl FactsBuilder {
    /// Nothing is known yet of these.
    pub fn new(objects: &[Object<'_>]) -> Self {
        Self {
            facts: Facts::default(),
            monitored: objects.iter().any(|object| Monitor::is(object.kind)),
        }
    }

    /// Whether an object may say something about others: it has a selector, or it is what pods read files and variables
    /// from.
    pub fn reads(object: &Object<'_>, node: NodeRef<'_>) -> bool {
        matches!(object.kind, "ConfigMap" | "Secret") || node.may_hold("elector")
    }

    /// Reads one object; `index` counts the stream's objects, Lists flattened, and `place` says where its pods are.
    pub fn add(&mut self, index: usize, object: &Value, place: Option<&Place>) {
        let known = ObjectFacts::of(object);
        let source = Source {
            index,
            kind: known.kind.to_owned(),
            name: known.name.to_owned(),
        };
        let facts = &mut self.facts;
        selector::read_labels(object, &mut facts.labels);
        if let Some(kind) = source_kind(object) {
            facts.sources.add(kind, object);
            facts.hold(index, object);
        }
        if self.monitored
            && let Some(service) = Service::of(known.namespace, object)
            && facts.is_news(&service.selection())
        {
            facts
                .services_by_pod
                .add(facts.services.len(), service.pods());
            facts.services.push(service);
        }
        if let Some(monitor) = Monitor::of(&source, known.namespace, object)
            && facts.is_news(&monitor.selection())
        {
            facts
                .monitors_by_labels
                .add(facts.monitors.len(), monitor.selector());
            facts.monitors.push(monitor);
        }
        if let Some(policy) = Policy::of(&source, known.namespace, object)
            && facts.is_news(&policy.selection())
        {
            facts
                .policies_by_pod
                .add(facts.policies.len(), policy.pods());
            facts.policies.push(policy);
        }
        for holder in place.iter().flat_map(|place| place.pods(object)) {
            if let Some(pod) = holder.extract(object) {
                facts.add_uids(&source, Pod { value: &pod });
            }
        }
    }

    /// Takes in what an object makes in the cluster, where digests are asked for.
    pub fn add_made(&mut self, table: &ReadTable, object: &Value) {
        if let Some(contents) = &mut self.facts.contents {
            contents.add_made(table, object);
        }
        if let Some(parts) = &mut self.facts.parts {
            let namespace = ObjectFacts::of(object).namespace;
            for (kind, name) in table.made_by(object) {
                parts.name(kind.as_str(), namespace, &name);
            }
        }
    }

    /// Takes in what an object runs or leads to, where somebody asks how parts find each other.
    pub fn add_part(&mut self, tables: &Tables, object: &Value, place: Option<&Place>) {
        if let Some(parts) = &mut self.facts.parts {
            parts.add(tables, object, place);
        }
    }

    /// Keeps how the parts of the stream find each other, too.
    #[must_use]
    pub fn with_parts(mut self, objects: &[Object<'_>]) -> Self {
        self.facts.parts = Some(Parts::of(objects));
        self
    }

    /// Digests what `ConfigMap`s and Secrets hold, too.
    #[must_use]
    pub fn with_contents(mut self, contents: Contents) -> Self {
        self.facts.contents = Some(contents);
        self
    }

    /// The facts, complete.
    pub fn finish(self) -> Facts {
        self.facts
    }
}

impl Facts {
    fn add_uids(&mut self, source: &Source, pod: Pod<'_>) {
        for container in pod.containers() {
            let uid = evidence::written_uid(pod, container).and_then(Value::as_i64);
            let (Some(uid), Ok(image)) = (uid, Image::parse(container.image())) else {
                continue;
            };
            let known = self.uids.entry(image.full()).or_insert(Uid {
                first: uid,
                agreed: true,
                by: None,
            });
            known.agreed &= known.first == uid;
            if uid > 0 && stays(container) && known.by.is_none() {
                known.by = Some(source.clone());
            }
        }
    }

    /// Whether nothing that selects just so was seen before: of many releases in one stream, one speaks for all.
    fn is_news(&mut self, selection: &str) -> bool {
        self.said.insert(selection.to_owned())
    }

    /// The uid that containers of the stream run this image as, where all that write one write the same.
    ///
    /// A container that runs for good must be among them: an init container only shows that a script works.
    pub fn uid_of(&self, image: &Image<'_>) -> Option<(i64, &Source)> {
        let known = self.uids.get(&image.full())?;
        let source = known.by.as_ref()?;
        known.agreed.then_some((known.first, source))
    }

    /// What the stream's `ConfigMap`s and `Secret`s say to Spark.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The digests of what they hold; `None` where nobody asked.
    pub fn contents(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }

    /// How its parts find each other; `None` where nobody asked.
    pub fn parts(&self) -> Option<&Parts> {
        self.parts.as_ref()
    }

    /// Takes in what a ConfigMap or Secret says to Spark now.
    pub fn tell(&mut self, object: &Value) {
        if let Some(kind) = source_kind(object) {
            self.sources.add(kind, object);
        }
    }

    /// Takes in what a ConfigMap or Secret holds now.
    pub fn hold(&mut self, index: usize, object: &Value) {
        if let Some(contents) = &mut self.contents {
            contents.add(index, object);
        }
    }

    /// Whether any selector in the stream reads a label of such a key.
    pub fn reads_label(&self, key: &Glob) -> bool {
        self.labels.keys().any(|read| key.matches(read))
    }

    /// The values that selectors in the stream ask of this label.
    pub fn label_values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.labels
            .get(key)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Whether Prometheus gets at this TCP port of a pod.
    ///
    /// A namespace that nobody wrote is the release's, which may be any: it is taken to match.
    pub fn scrape(&self, namespace: Option<&str>, pod: Pod<'_>, port: u16) -> Scrape {
        let labels = &Labels::of(&pod.metadata()["labels"]);
        let services = self
            .services_by_pod
            .candidates([labels])
            .into_iter()
            .map(|number| &self.services[number]);
        let services: Vec<_> = services
            .filter(|service| service.selects(namespace, pod))
            .collect();
        let of_services = services.iter().map(|service| service.labels());
        let monitors = self
            .monitors_by_labels
            .candidates(of_services.chain([labels]));
        let mut dead = None;
        for monitor in monitors.into_iter().map(|number| &self.monitors[number]) {
            let by = || monitor.source.clone();
            match monitor.reads(&services, namespace, pod) {
                Some(Ok(())) => return Scrape::Monitored { by: by() },
                Some(Err(why)) if dead.is_none() => {
                    dead = Some(Scrape::DeadMonitor { by: by(), why });
                }
                _ => {}
            }
        }
        if let Some(by) = self.closed_by(namespace, pod, port) {
            return Scrape::Closed { by: by.clone() };
        }
        dead.unwrap_or(Scrape::Open)
    }

    /// The NetworkPolicy that keeps scrapers from this TCP port: one selects the pod, and none lets them in.
    pub fn closed_by(&self, namespace: Option<&str>, pod: Pod<'_>, port: u16) -> Option<&Source> {
        let labels = Labels::of(&pod.metadata()["labels"]);
        let candidates = self.policies_by_pod.candidates([&labels]);
        let candidates = candidates.iter().map(|number| &self.policies[*number]);
        let selecting = candidates.filter(|p| p.selects(namespace, pod));
        if selecting.clone().any(|policy| policy.admits(pod, port)) {
            return None;
        }
        selecting.map(|policy| &policy.source).next()
    }
}

impl fmt::Display for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Monitored { by } => write!(f, "`{by}` reads from it"),
            Self::Closed { by } => write!(f, "`{by}` closes its port"),
            Self::DeadMonitor { by, why } => write!(f, "`{by}` finds nothing: {why}"),
            Self::Open => f.write_str("nothing reads from it"),
        }
    }
}

impl fmt::Display for Source {
    /// `Deployment/minio`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

fn stays(container: Container<'_>) -> bool {
    matches!(container.kind, ContainerKind::Main | ContainerKind::Sidecar)
}

/// Whether two namespaces may be the same one: a missing one is the release's, which nobody knows.
fn may_be_one(a: Option<&str>, b: Option<&str>) -> bool {
    a == b || a.is_none() || b.is_none()
}

#[cfg(test)]
mod tests;
