//! The stream as rules see it: Spark's processes, and every other object on demand.

use super::index::Index;
use super::parameter::Parameters;
use crate::guard::Json;
use crate::manifest::Object;
use crate::manifest::spark::{Sources, text_of};
use crate::manifest::template::{Mention, mentions};
use crate::preset::tables;
use crate::spark::conf::{Held, hold};
use crate::spark::process::{Process, Seen, SeenPod, processes};
use crate::yaml::Stream;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// A stream after the rules of the policy.
pub(in crate::check) struct World<'w> {
    pub(super) parameters: Parameters,
    /// The objects that may run Spark, in order.
    pub(in crate::check) seen: Vec<Seen>,
    /// Spark's processes, in order.
    pub(in crate::check) processes: Vec<Process>,
    stream: &'w Stream<'w>,
    objects: &'w [Object<'w>],
    /// What rules made of objects that run nothing.
    changed: BTreeMap<usize, Json>,
    /// Values of objects, as far as somebody asked.
    values: Vec<OnceCell<Value>>,
    by_kind: BTreeMap<&'w str, Vec<usize>>,
    by_name: BTreeMap<(&'w str, &'w str), Vec<usize>>,
    index: Index,
    /// Pods of objects that do not run Spark, with the object's index, as far as somebody asked.
    others: OnceCell<Vec<(usize, SeenPod)>>,
    /// Settings of Kubernetes wherever they stand, with the object's index, as far as somebody asked.
    mentions: OnceCell<Vec<(usize, Mention)>>,
}

/// Kinds of Kubernetes itself that make pods.
const WORKLOADS: [&str; 6] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "StatefulSet",
];

impl<'w> World<'w> {
    /// Reads what is there. `changed` are the values of objects that rules changed and that run nothing.
    pub(super) fn new(
        (stream, objects): (&'w Stream<'w>, &'w [Object<'w>]),
        mut seen: Vec<Seen>,
        changed: Vec<(usize, Json)>,
        parameters: Parameters,
    ) -> Self {
        seen.sort_by_key(|seen| seen.index);
        let mut by_kind = BTreeMap::<_, Vec<_>>::new();
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for object in objects {
            by_kind.entry(object.kind).or_default().push(object.index);
            let named = by_name.entry((object.kind, object.name));
            named.or_default().push(object.index);
        }
        let mut world = Self {
            parameters,
            seen: Vec::new(),
            processes: Vec::new(),
            stream,
            objects,
            changed: changed.into_iter().collect(),
            values: objects.iter().map(|_| OnceCell::new()).collect(),
            by_kind,
            by_name,
            index: Index::default(),
            others: OnceCell::new(),
            mentions: OnceCell::new(),
        };
        let sources = world.sources(&seen);
        world.processes = processes(&seen, &sources, parameters.version);
        world.seen = seen;
        world
    }

    /// The texts of what pods of these may read: most of a stream's `ConfigMap`s hold dashboards and the like.
    fn sources(&self, seen: &[Seen]) -> Sources<Held> {
        let mut named = BTreeSet::new();
        for pod in seen.iter().flat_map(|seen| &seen.pods) {
            names(&pod.value, &mut named);
        }
        let mut sources = Sources::default();
        for kind in ["ConfigMap", "Secret"] {
            let own = self.by_kind.get(kind).into_iter().flatten();
            let read = own.filter(|index| named.contains(self.objects[**index].name));
            read.for_each(|index| hold(&mut sources, *index, self.value(*index)));
        }
        sources
    }

    /// An object as the rules of the policy left it.
    pub(super) fn value(&self, index: usize) -> &Value {
        self.values[index].get_or_init(|| {
            let seen = self.seen.binary_search_by_key(&index, |seen| seen.index);
            if let Ok(at) = seen {
                return self.seen[at].value.clone();
            }
            if let Some(changed) = self.changed.get(&index) {
                return changed.value();
            }
            let object = &self.objects[index];
            let document = &self.stream.documents[object.document];
            document.node(object.node).to_value()
        })
    }

    /// What names the objects of the stream.
    pub(in crate::check) fn objects(&self) -> &'w [Object<'w>] {
        self.objects
    }

    /// What names an object.
    pub(super) fn object(&self, index: usize) -> &'w Object<'w> {
        &self.objects[index]
    }

    /// The objects of a kind, in order.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&'w Object<'w>, &Value)> {
        let own = self.by_kind.get(kind).into_iter().flatten();
        own.map(|index| (self.object(*index), self.value(*index)))
    }

    /// The objects of a kind in whose text this may stand, in order.
    pub(super) fn saying(
        &self,
        kind: &str,
        is: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&'w Object<'w>, &Value)> {
        let own = self.by_kind.get(kind).into_iter().flatten();
        let own = own.map(|index| self.object(*index));
        let own = own.filter(move |object| {
            let node = self.stream.documents[object.document].node(object.node);
            node.may_say(&is)
        });
        own.map(|object| (object, self.value(object.index)))
    }

    /// The objects in which a word may stand, in order: what is in base64 does not show it.
    pub(super) fn holding(&self, word: &str) -> impl Iterator<Item = (&'w Object<'w>, &Value)> {
        let may_hold = move |object: &&Object<'_>| {
            let node = self.stream.documents[object.document].node(object.node);
            object.kind == "Secret" || node.may_hold(word) || node.get("binaryData").is_some()
        };
        let held = self.objects.iter().filter(may_hold);
        held.map(|object| (object, self.value(object.index)))
    }

    /// Every setting `spark.kubernetes.…` of the stream, wherever it stands, with the object's index.
    pub(super) fn mentions(&self) -> &[(usize, Mention)] {
        self.mentions.get_or_init(|| {
            let held = self.holding("spark.kubernetes.");
            let found = held.flat_map(|(object, value)| {
                let found = mentions(value).into_iter();
                found.map(|mention| (object.index, mention))
            });
            found.collect()
        })
    }

    /// The labels of every object that has any, as the stream has them.
    pub(super) fn labels(&self) -> impl Iterator<Item = (&'w Object<'w>, Value)> {
        self.objects.iter().filter_map(|object| {
            let node = self.stream.documents[object.document].node(object.node);
            let labels = node.get("metadata")?.get("labels")?;
            Some((object, labels.to_value()))
        })
    }

    /// Every pod of the stream with the index of its object: those of what runs Spark, then those of other workloads.
    pub(super) fn pods(&self) -> impl Iterator<Item = (usize, &SeenPod)> {
        let own = self.seen.iter();
        let own = own.flat_map(|seen| seen.pods.iter().map(|pod| (seen.index, pod)));
        let others = self.others.get_or_init(|| {
            let is_other = |index: usize| {
                let seen = &self.seen;
                seen.binary_search_by_key(&index, |seen| seen.index)
                    .is_err()
            };
            let others = WORKLOADS.iter().flat_map(|kind| self.of_kind(kind));
            let others = others.filter(|(object, _)| is_other(object.index));
            let pods = others.flat_map(|(object, value)| pods_of(object, value));
            pods.collect()
        });
        own.chain(others.iter().map(|(index, pod)| (*index, pod)))
    }

    /// The object of a kind and name that something in `namespace` means; where either names no namespace, it is the
    /// release's, and an object of that name is meant.
    pub(super) fn named(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<(&'w Object<'w>, &Value)> {
        let own = self.by_name.get(&(kind, name)).into_iter().flatten();
        let mut own = own.map(|index| self.object(*index));
        let meant =
            own.find(|object| same_namespace(object.namespace.unwrap_or_default(), namespace))?;
        Some((meant, self.value(meant.index)))
    }

    /// The Services whose `spec.selector` matches these labels. An empty or absent one selects nothing.
    pub(super) fn services<'s>(
        &'s self,
        namespace: &'s str,
        labels: &Value,
    ) -> impl Iterator<Item = (&'w Object<'w>, &'s Value)> {
        let found = self.selecting("Service", labels);
        found.filter(move |(object, _)| {
            same_namespace(object.namespace.unwrap_or_default(), namespace)
        })
    }

    /// The Services or monitors of Prometheus whose `spec.selector` matches these labels, of any namespace. An empty or absent
    /// one selects nothing.
    pub(super) fn selecting(
        &self,
        kind: &str,
        labels: &Value,
    ) -> impl Iterator<Item = (&'w Object<'w>, &Value)> {
        let found = self.index.selecting(self, kind, labels).into_iter();
        found.map(|index| (self.object(index), self.value(index)))
    }

    /// The objects whose pods a selector of a Service in this namespace finds; no tests of a chart.
    pub(super) fn selected(&self, namespace: &str, selector: &Value) -> Vec<&'w Object<'w>> {
        let found = self.index.selected(self, selector).into_iter();
        let found = found.map(|index| self.object(index));
        found
            .filter(|object| same_namespace(object.namespace.unwrap_or_default(), namespace))
            .collect()
    }

    /// The objects of a kind that leads from outside to Services, as far as this name stands in them.
    pub(super) fn routes<'s>(
        &'s self,
        kind: &'static str,
        name: &str,
    ) -> impl Iterator<Item = (&'w Object<'w>, &'s Value)> {
        let found = self.index.routes(self, kind, name).iter();
        found.map(move |index| (self.object(*index), self.value(*index)))
    }
}

/// All that may be the name of an object, at any depth.
fn names<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "name" || key == "secretName" => {
                        found.insert(text);
                    }
                    value => names(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// The pods of a workload that runs no Spark.
fn pods_of(object: &Object<'_>, value: &Value) -> Vec<(usize, SeenPod)> {
    let Some(place) = tables().places.of(object.api_version, object.kind) else {
        return Vec::new();
    };
    let pods = place.pods(value).into_iter().filter_map(|place| {
        let value = place.extract(value)?;
        let roles = Vec::new();
        Some((
            object.index,
            SeenPod {
                place,
                value,
                roles,
            },
        ))
    });
    pods.collect()
}

/// Whether two namespaces may be the same one: none is the release's.
pub(super) fn same_namespace(one: &str, other: &str) -> bool {
    one == other || one.is_empty() || other.is_empty()
}

/// Whether a plain selector, or one with `matchLabels` alone, matches.
pub(super) fn selects(selector: &Value, labels: &Value) -> bool {
    let plain = selector.get("matchLabels").unwrap_or(selector);
    let all = plain.as_object();
    selector.get("matchExpressions").is_none()
        && all.is_some_and(|all| {
            !all.is_empty()
                && all
                    .iter()
                    .all(|(key, value)| text_of(&labels[key]) == text_of(value))
        })
}
