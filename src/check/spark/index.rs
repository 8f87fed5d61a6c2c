//! Which objects of a stream belong together, found without a look at every one for every other: streams have thousands.

use super::world::{World, selects};
use crate::manifest::spark::text_of;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Where each kind of object has its pod.
const PLACES: [(&str, &str); 8] = [
    ("CronJob", "/spec/jobTemplate/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("Deployment", "/spec/template"),
    ("Job", "/spec/template"),
    ("Pod", ""),
    ("ReplicaSet", "/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("StatefulSet", "/spec/template"),
];

/// Made as far as somebody asks.
#[derive(Debug, Default)]
pub(super) struct Index {
    selectors: [OnceCell<Selectors>; SELECTORS.len()],
    pods: OnceCell<Pairs>,
    routes: OnceCell<BTreeMap<&'static str, Pairs>>,
}

/// Objects by a key and a text.
#[derive(Debug, Default)]
struct Pairs(BTreeMap<String, BTreeMap<String, Vec<usize>>>);

/// Objects of a kind by one pair of their `spec.selector` each: the one that the fewest others have.
#[derive(Debug, Default)]
struct Selectors {
    by_pair: Pairs,
    /// Those that no label has to match with more than nothing.
    loose: Vec<usize>,
}

/// What selects by labels in its `spec.selector`.
const SELECTORS: [&str; 3] = ["Service", "PodMonitor", "ServiceMonitor"];

/// What leads from outside to Services.
pub(super) const ROUTES: [&str; 6] = [
    "Ingress",
    "Route",
    "HTTPRoute",
    "GRPCRoute",
    "TCPRoute",
    "TLSRoute",
];

impl Index {
    /// The objects of one of `SELECTORS` whose selector matches these labels, in their order.
    pub(super) fn selecting(&self, world: &World<'_>, kind: &str, labels: &Value) -> Vec<usize> {
        let Some(at) = SELECTORS.iter().position(|own| *own == kind) else {
            return Vec::new();
        };
        let all = self.selectors[at].get_or_init(|| Selectors::of(world, kind));
        let own = pairs(labels).flat_map(|(key, text)| all.by_pair.get(key, text));
        let mut found: Vec<_> = own.chain(&all.loose).copied().collect();
        found.sort_unstable();
        found.retain(|index| selects(&world.value(*index)["spec"]["selector"], labels));
        found
    }

    /// The objects whose pods a selector matches, kind by kind.
    pub(super) fn selected(&self, world: &World<'_>, selector: &Value) -> Vec<usize> {
        let all = self.pods.get_or_init(|| {
            let mut all = Pairs::default();
            for (kind, _) in PLACES {
                for (object, value) in world.of_kind(kind) {
                    for (key, text) in pairs(labels(kind, value)) {
                        all.add(key, text, object.index);
                    }
                }
            }
            all
        });
        let wanted = pairs(plain(selector)).map(|(key, text)| all.get(key, text));
        let fewest = wanted.min_by_key(|found| found.len());
        let found = fewest.into_iter().flatten().copied();
        let matches = |index: &usize| {
            let kind = world.object(*index).kind;
            selects(selector, labels(kind, world.value(*index)))
        };
        found.filter(matches).collect()
    }

    /// The objects of one of `ROUTES` in whose `spec` a name stands, in their order.
    pub(super) fn routes(&self, world: &World<'_>, kind: &'static str, name: &str) -> &[usize] {
        let all = self.routes.get_or_init(|| {
            let each = ROUTES.map(|kind| {
                let mut named = Pairs::default();
                for (object, value) in world.of_kind(kind) {
                    let mut texts = BTreeSet::new();
                    all_texts(&value["spec"], &mut texts);
                    for text in texts {
                        named.add("", text, object.index);
                    }
                }
                (kind, named)
            });
            BTreeMap::from(each)
        });
        all.get(kind).map_or(&[], |named| named.get("", name))
    }
}

impl Pairs {
    fn add(&mut self, key: &str, text: &str, index: usize) {
        let texts = self.0.entry(key.to_owned()).or_default();
        texts.entry(text.to_owned()).or_default().push(index);
    }

    fn get(&self, key: &str, text: &str) -> &[usize] {
        let texts = self.0.get(key).and_then(|texts| texts.get(text));
        texts.map_or(&[], Vec::as_slice)
    }
}

impl Selectors {
    fn of(world: &World<'_>, kind: &str) -> Self {
        let mut everywhere = Pairs::default();
        for (object, value) in world.of_kind(kind) {
            for (key, text) in selector(value) {
                everywhere.add(key, text, object.index);
            }
        }
        let mut own = Self::default();
        for (object, value) in world.of_kind(kind) {
            let rarest = selector(value).min_by_key(|(key, text)| everywhere.get(key, text).len());
            match rarest {
                Some((key, text)) => own.by_pair.add(key, text, object.index),
                None => own.loose.push(object.index),
            }
        }
        own
    }
}

/// The labels of the pod of an object that is no test of a chart: those come and go.
fn labels<'v>(kind: &str, value: &'v Value) -> &'v Value {
    let hook = value["metadata"]["annotations"]["helm.sh/hook"].as_str();
    let place = PLACES.iter().find(|(own, _)| *own == kind);
    let pod = place.and_then(|(_, at)| value.pointer(at));
    match pod.filter(|_| !hook.is_some_and(|hook| hook.starts_with("test"))) {
        Some(pod) => &pod["metadata"]["labels"],
        None => &Value::Null,
    }
}

/// What the selector of an object asks for.
fn selector(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    pairs(plain(&value["spec"]["selector"]))
}

/// The labels of a selector.
fn plain(selector: &Value) -> &Value {
    selector.get("matchLabels").unwrap_or(selector)
}

/// Labels that say something.
fn pairs(labels: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all = labels.as_object().into_iter().flatten();
    let all = all.map(|(key, text)| (key.as_str(), text_of(text)));
    all.filter(|(_, text)| !text.is_empty())
}

/// All texts in a value.
fn all_texts<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => _ = found.insert(text),
        Value::Object(map) => map.values().for_each(|value| all_texts(value, found)),
        Value::Array(items) => items.iter().for_each(|item| all_texts(item, found)),
        _ => {}
    }
}
