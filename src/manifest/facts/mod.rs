//! Facts about the whole stream, gathered before any rule runs. What is not in the stream is unknown, never absent.

mod evidence;
mod network;
mod scrape;
mod selector;

use super::{Container, ContainerKind, Image, ObjectFacts, Place, Pod};
pub use evidence::{NonRoot, evidence};
use network::Policy;
use scrape::{Monitor, Service};
use selector::ReadLabels;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Reads a stream, object by object.
#[derive(Debug, Default)]
pub struct FactsBuilder {
    facts: Facts,
}

/// What the stream as a whole says.
#[derive(Debug, Default)]
pub struct Facts {
    uids: BTreeMap<String, Uid>,
    labels: ReadLabels,
    services: Vec<Service>,
    monitors: Vec<Monitor>,
    policies: Vec<Policy>,
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
#[derive(Debug, Default)]
struct Uid {
    all: BTreeSet<i64>,
    /// The first container that runs the image for good, with a uid above 0.
    by: Option<(i64, Source)>,
}

impl FactsBuilder {
    /// Whether an object in this text may say something about others: all that does so has a selector.
    pub fn reads(text: &str) -> bool {
        memchr::memmem::find(text.as_bytes(), b"elector").is_some()
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
        facts.services.extend(Service::of(known.namespace, object));
        let monitor = Monitor::of(&source, known.namespace, object);
        facts.monitors.extend(monitor);
        let policy = Policy::of(&source, known.namespace, object);
        facts.policies.extend(policy);
        for holder in place.iter().flat_map(|place| &place.pods) {
            if let Some(pod) = holder.extract(object) {
                facts.add_uids(&source, Pod { value: &pod });
            }
        }
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
            let known = self.uids.entry(image.full()).or_default();
            known.all.insert(uid);
            if uid > 0 && stays(container) && known.by.is_none() {
                known.by = Some((uid, source.clone()));
            }
        }
    }

    /// The uid that containers of the stream run this image as, where all that write one write the same.
    ///
    /// A container that runs for good must be among them: an init container only shows that a script works.
    pub fn uid_of(&self, image: &Image<'_>) -> Option<(i64, &Source)> {
        let known = self.uids.get(&image.full())?;
        let (uid, source) = known.by.as_ref()?;
        (known.all.len() == 1).then_some((*uid, source))
    }

    /// Whether any selector in the stream reads a label of this key.
    pub fn reads_label(&self, key: &str) -> bool {
        self.labels.contains_key(key)
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
        let mut dead = None;
        for monitor in &self.monitors {
            let by = || monitor.source.clone();
            match monitor.reads(&self.services, namespace, pod) {
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
        let selecting = self.policies.iter().filter(|p| p.selects(namespace, pod));
        if selecting.clone().any(|policy| policy.admits(pod, port)) {
            return None;
        }
        selecting.map(|policy| &policy.source).next()
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
