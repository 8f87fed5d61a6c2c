//! One pod of a row of the table, or several alike, and the places that they have in one object.

use super::PodPlace;
use super::joins::{Joins, Takes};
use super::pod_place::Link;
use crate::yaml::Pointer;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// One pod of a kind: where each part of it stands in an object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PodRow {
    /// Pods alike, by name: `*` stands for the name in all of the row.
    #[serde(default)]
    names: Vec<String>,
    /// The role, where the kind alone says it.
    #[serde(default)]
    role: Option<String>,
    /// A mapping that the pod is in. Without `names`, `*` is any key or item, and each one has a pod.
    #[serde(default, deserialize_with = "some_pointer")]
    each: Option<Pointer>,
    /// Where something stands here, there is no such pod.
    #[serde(default, deserialize_with = "some_pointer")]
    unless: Option<Pointer>,
    /// The container that the kind's controller adds where nobody writes it.
    #[serde(default)]
    container: Option<OwnContainer>,
    /// Shortest pointers first.
    #[serde(deserialize_with = "shortest_first")]
    map: Vec<Mapping>,
    /// Where each part stands in any object, where that is always the same.
    #[serde(skip)]
    fixed: OnceLock<Arc<PodPlace>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OwnContainer {
    name: String,
    /// Whether it is the first one where none has that name.
    #[serde(default)]
    or_first: bool,
}

/// Where a part of the pod stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawMapping")]
struct Mapping {
    pod: Pointer,
    /// Whether the items of a list in the object follow those that the pod's list has already.
    follows: bool,
    /// The first that stands counts.
    objects: Vec<Pointer>,
    /// Why nothing can be written where none of them stands; otherwise it goes to the first of them.
    cannot: Option<String>,
    /// Whether nobody has to be told so.
    quiet: bool,
    /// Whether containers get what the pod cannot.
    containers: bool,
    /// What several that stand at once come to.
    joins: Joins,
    /// What the first place takes instead of a text.
    takes: Option<Takes>,
    /// Holds only where something stands here.
    only_if: Option<Pointer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawMapping {
    pod: String,
    #[serde(default, deserialize_with = "one_or_more")]
    object: Vec<String>,
    cannot: Option<String>,
    #[serde(default)]
    quiet: bool,
    #[serde(default)]
    containers: bool,
    #[serde(default)]
    joins: Joins,
    #[serde(default)]
    takes: Option<Takes>,
    #[serde(default, deserialize_with = "some_pointer", rename = "if")]
    only_if: Option<Pointer>,
}

/// The segment of a pointer that stands for the index of the controller's own container.
const OWN: &str = "$";
/// What stands for a name, key or index.
const ANY: &str = "*";
/// `/spec` and `/metadata/labels` have at most so many segments. Parts of containers come later: which of them is the
/// controller's own is known by then.
const WHOLE: usize = 2;

/// An object that pods are looked for in.
#[derive(Clone, Copy)]
struct Frame<'f> {
    under: &'f Pointer,
    object: &'f Value,
    /// What `*` stands for.
    key: &'f str,
}

impl PodRow {
    /// The pods of an object.
    pub(super) fn places(&self, under: &Pointer, object: &Value) -> Vec<Arc<PodPlace>> {
        let alone = self.each.is_none() && self.names.is_empty() && self.container.is_none();
        if alone && self.map.iter().all(Mapping::is_fixed) {
            let make = || {
                Arc::new(self.place(Frame {
                    under,
                    object,
                    key: ANY,
                }))
            };
            return vec![Arc::clone(self.fixed.get_or_init(make))];
        }
        let unless = self.unless.as_ref().map(|unless| under.join(unless));
        if unless.is_some_and(|at| at.of(object).is_some_and(|held| !held.is_null())) {
            return Vec::new();
        }
        let keys = self.keys(under, object);
        let shaped = keys.iter().filter(|(_, held)| match held {
            Some(held) => held.is_object(),
            None => self.each.is_none() || !self.names.is_empty(),
        });
        let place = |key| Arc::new(self.place(Frame { under, object, key }));
        shaped.map(|(key, _)| place(key)).collect()
    }

    /// The roles that it gives, by name.
    pub(super) fn roles(&self) -> Vec<String> {
        let role = self.role.iter();
        role.flat_map(|role| match self.names.as_slice() {
            [] => vec![role.clone()],
            names => names.iter().map(|name| role.replace(ANY, name)).collect(),
        })
        .collect()
    }

    /// Whether its pods are in a mapping of their own.
    pub(super) fn is_shaped(&self) -> bool {
        self.each.is_some()
    }

    /// Where something stands in the place of the mapping that a pod is in.
    pub(super) fn misshapen(&self, under: &Pointer, object: &Value) -> Option<Pointer> {
        let keys = self.keys(under, object);
        let mut wrong = keys
            .iter()
            .filter(|(_, held)| held.is_some_and(|held| !held.is_object()));
        let (key, _) = wrong.next()?;
        Some(Frame { under, object, key }.at(self.each.as_ref()?, None))
    }

    /// What `*` stands for, each with the mapping that its pod is in.
    fn keys<'v>(&self, under: &Pointer, object: &'v Value) -> Vec<(String, Option<&'v Value>)> {
        let pattern = self
            .each
            .as_ref()
            .map(|each| under.join(each).as_str().to_owned());
        let held = |key: &str| {
            let at = pattern.as_ref().map(|pattern| pattern.replace(ANY, key))?;
            let at = Pointer::parse(&at).ok()?;
            at.of(object).filter(|held| !held.is_null())
        };
        let list = pattern
            .as_ref()
            .and_then(|pattern| pattern.split_once("/*"));
        let keys = match list.and_then(|(list, _)| Pointer::parse(list).ok()?.of(object)) {
            _ if !self.names.is_empty() => self.names.clone(),
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            Some(Value::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
            _ if list.is_some() => Vec::new(),
            _ => vec![ANY.to_owned()],
        };
        let with = |key: String| {
            // As a pointer spells it.
            let segment = Pointer::root().child(key.as_str());
            let held = held(&segment.as_str()[1..]);
            (key, held)
        };
        let found = keys.into_iter().map(with);
        found
            .filter(|(_, held)| held.is_some() || list.is_none() || !self.names.is_empty())
            .collect()
    }

    fn place(&self, frame: Frame<'_>) -> PodPlace {
        let filled = |text: &String| text.replace(ANY, frame.key);
        let name = (!self.names.is_empty()).then(|| frame.key.to_owned());
        let mut place = PodPlace::new(name, self.role.as_ref().map(filled));
        let parts = self.map.iter().position(|mapping| mapping.depth() > WHOLE);
        let (whole, parts) = self.map.split_at(parts.unwrap_or(self.map.len()));
        for mapping in whole {
            mapping.put(&mut place, frame, None);
        }
        let own = self.container.as_ref().map(|own| {
            let name = filled(&own.name);
            let index = own.index(&name, &place.parts(frame.object));
            place.add_own(index, &name);
            index
        });
        for mapping in parts {
            mapping.put(&mut place, frame, own);
        }
        place
    }
}

impl OwnContainer {
    /// Its index in the pod.
    fn index(&self, name: &str, pod: &Value) -> usize {
        let containers = pod["spec"]["containers"].as_array();
        let containers = containers.map_or(&[][..], Vec::as_slice);
        let named = containers
            .iter()
            .position(|container| container["name"] == name);
        let first =
            || (self.or_first && containers.first().is_some_and(Value::is_object)).then_some(0);
        named.or_else(first).unwrap_or(containers.len())
    }
}

impl Frame<'_> {
    fn at(&self, pattern: &Pointer, own: Option<usize>) -> Pointer {
        filled(&self.under.join(pattern), self.key, own)
    }

    fn holds(&self, at: &Pointer) -> bool {
        at.of(self.object).is_some_and(|value| !value.is_null())
    }
}

impl Mapping {
    /// Whether it is the same in every object.
    fn is_fixed(&self) -> bool {
        self.objects.len() == 1 && self.cannot.is_none() && self.only_if.is_none() && !self.follows
    }

    fn depth(&self) -> usize {
        self.pod.len() + usize::from(self.follows)
    }

    fn put(&self, place: &mut PodPlace, frame: Frame<'_>, own: Option<usize>) {
        let at = |pointer| frame.at(pointer, own);
        if self
            .only_if
            .as_ref()
            .is_some_and(|only| !frame.holds(&at(only)))
        {
            return;
        }
        let objects: Vec<_> = self.objects.iter().map(at).collect();
        let pod = filled(&self.pod, frame.key, own);
        let stands = objects.iter().find(|at| frame.holds(at));
        if self.follows {
            let Some(at) = stands else { return };
            return place.follow(&pod, at, frame.object);
        }
        let to = match (&self.cannot, stands) {
            (None, found) => found.or(objects.first()).cloned().ok_or_else(String::new),
            (Some(_), Some(at)) => Ok(at.clone()),
            (Some(why), None) => Err(why.replace(ANY, frame.key)),
        };
        if to.is_err() && self.containers {
            place.spread(&pod);
        }
        let quiet = self.quiet;
        place.link(Link {
            pod,
            objects,
            to,
            quiet,
            joins: self.joins,
            why: None,
            is_text: false,
            takes: self.takes,
        });
    }
}

/// The places that match a pattern in which `*` is any key or item, and that hold something.
pub(super) fn standing(pattern: &Pointer, object: &Value) -> Vec<Pointer> {
    let mut found = vec![Pointer::root()];
    for segment in pattern.segments() {
        let below = |at: &Pointer| match at.of(object) {
            Some(Value::Object(map)) if segment == ANY => {
                map.keys().map(|key| at.child(key.as_str())).collect()
            }
            Some(Value::Array(items)) if segment == ANY => {
                (0..items.len()).map(|index| at.child(index)).collect()
            }
            _ => vec![at.child(&*segment)],
        };
        found = found.iter().flat_map(below).collect();
    }
    found.retain(|at| at.of(object).is_some_and(|value| !value.is_null()));
    found
}

/// A pattern with a key in the place of `*`, and the index of the controller's own container in that of `$`.
fn filled(pattern: &Pointer, key: &str, own: Option<usize>) -> Pointer {
    pattern
        .segments()
        .fold(Pointer::root(), |at, segment| match own {
            Some(own) if segment == OWN => at.child(own),
            _ => at.child(segment.replace(ANY, key)),
        })
}

/// What a pod is put together from: its own parts, and what else its maker reads.
const PARTS: [&str; 4] = ["metadata", "spec", "operator", "conf"];

impl TryFrom<RawMapping> for Mapping {
    type Error = String;

    fn try_from(raw: RawMapping) -> Result<Self, String> {
        let read = |text: &str| Pointer::parse(text).map_err(|bad| bad.to_string());
        let list = raw.pod.strip_suffix("/+");
        let objects = raw.object.iter().map(|text| read(text));
        let mapping = Self {
            pod: read(list.unwrap_or(&raw.pod))?,
            follows: list.is_some(),
            objects: objects.collect::<Result<_, _>>()?,
            cannot: raw.cannot,
            quiet: raw.quiet,
            containers: raw.containers,
            joins: raw.joins,
            takes: raw.takes,
            only_if: raw.only_if,
        };
        if !PARTS
            .iter()
            .any(|part| mapping.pod.segments().next().as_deref() == Some(part))
        {
            let parts = PARTS.join("`, `/");
            return Err(format!(
                "`{}` is no part of a pod: one of `/{parts}`",
                raw.pod
            ));
        }
        if mapping.objects.is_empty() && (mapping.follows || mapping.cannot.is_none()) {
            return Err(format!("`{}` needs `object` or `cannot`", raw.pod));
        }
        Ok(mapping)
    }
}

fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    Ok(match OneOrMore::deserialize(from)? {
        OneOrMore::One(one) => vec![one],
        OneOrMore::More(more) => more,
    })
}

fn some_pointer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Pointer>, D::Error> {
    super::pointer(from).map(Some)
}

fn shortest_first<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Mapping>, D::Error> {
    let mut map = Vec::<Mapping>::deserialize(from)?;
    map.sort_by_key(Mapping::depth);
    Ok(map)
}
