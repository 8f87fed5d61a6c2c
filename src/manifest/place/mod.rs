//! The table of where pods live: how a pointer in a pod becomes a pointer in the object that holds it.

use crate::yaml::Pointer;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Every kind that holds pods (`presets/tables/places.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// The rows.
    pub places: Vec<Place>,
}

/// One kind that holds pods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Place {
    /// Unique in the table.
    pub id: String,
    /// `group/version`, or `v1`; matched exactly, for another version may have another shape.
    pub api_versions: Vec<String>,
    /// As written in `kind`.
    pub kinds: Vec<String>,
    /// Whether an object that exists refuses another pod template.
    #[serde(default)]
    pub immutable: bool,
    /// What a changed template does; see [`Place::rolls`] for one object.
    pub rolls: Rolls,
    /// Settings of an object under which only pods that are made later see the change.
    #[serde(default)]
    pub rolls_unless: Vec<Unless>,
    /// The pods that it holds; never none.
    pub pods: Vec<PodPlace>,
}

/// What a changed pod template does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rolls {
    /// The controller replaces the running pods.
    Pods,
    /// Only pods that are made later have it.
    NewPods,
    /// The next run has it.
    NextRun,
    /// Nobody makes pods from it again.
    Nothing,
}

/// A setting of an object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unless {
    /// Where in the object.
    #[serde(deserialize_with = "pointer")]
    pub at: Pointer,
    /// The value that counts.
    pub is: Value,
}

/// One pod of an object: where each part of it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodPlace {
    /// Which of several pods (`driver`); `None` where there is one.
    #[serde(default)]
    pub name: Option<String>,
    /// Longest pointers first.
    #[serde(deserialize_with = "longest_first")]
    map: Vec<Mapping>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawMapping")]
struct Mapping {
    pod: Pointer,
    to: Result<Pointer, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMapping {
    #[serde(deserialize_with = "pointer")]
    pod: Pointer,
    object: Option<String>,
    cannot: Option<String>,
}

/// The object has no place for this part of a pod.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pod}` of the pod cannot be written: {because}")]
pub struct Cannot {
    /// The pointer that was asked for.
    pub pod: Pointer,
    /// Why.
    pub because: String,
}

impl Places {
    /// The row for a kind.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<&Place> {
        self.places.iter().find(|place| {
            place.kinds.iter().any(|k| k == kind)
                && place.api_versions.iter().any(|v| v == api_version)
        })
    }
}

impl Place {
    /// What a changed pod template of this object does.
    pub fn rolls(&self, object: &Value) -> Rolls {
        let held = |unless: &Unless| unless.at.of(object) == Some(&unless.is);
        if self.rolls_unless.iter().any(held) {
            return Rolls::NewPods;
        }
        self.rolls
    }
}

impl PodPlace {
    /// The pod as `{"metadata": …, "spec": …}`, put together from its parts; `None` where the object holds no pod spec.
    pub fn extract(&self, object: &Value) -> Option<Value> {
        let mut pod = Value::Object(Map::new());
        for mapping in self.map.iter().rev() {
            let Ok(at) = &mapping.to else { continue };
            if let Some(part) = at.of(object) {
                let segments: Vec<_> = mapping.pod.segments().collect();
                put(&mut pod, &segments, part.clone());
            }
        }
        pod["spec"].is_object().then_some(pod)
    }

    /// Whether a part of the pod stands at, above or below a place of the object.
    pub fn meets(&self, at: &Pointer) -> bool {
        let parts = self
            .map
            .iter()
            .filter_map(|mapping| mapping.to.as_ref().ok());
        parts
            .into_iter()
            .any(|part| at.is_within(part) || part.is_within(at))
    }

    /// Where the object holds what stands at `pod` in the pod.
    pub fn resolve(&self, pod: &Pointer) -> Result<Pointer, Cannot> {
        let cannot = |because: &str| Cannot {
            pod: pod.clone(),
            because: because.to_owned(),
        };
        let found = self
            .map
            .iter()
            .find_map(|mapping| Some((mapping, pod.strip(&mapping.pod)?)));
        match found {
            None => Err(cannot("it has no single place in the object")),
            Some((Mapping { to: Ok(at), .. }, tail)) => Ok(at.join(&tail)),
            Some((Mapping { to: Err(why), .. }, _)) => Err(cannot(why)),
        }
    }
}

/// Sets a value, with the mappings and lists on the way to it; a part that does not fit is left out.
fn put(target: &mut Value, segments: &[Cow<'_, str>], part: Value) {
    let Some((first, rest)) = segments.split_first() else {
        *target = part;
        return;
    };
    if target.is_null() {
        *target = if *first == "0" {
            Value::Array(Vec::new())
        } else {
            Value::Object(Map::new())
        };
    }
    match target {
        Value::Object(map) => put(map.entry(&**first).or_insert(Value::Null), rest, part),
        Value::Array(items) => {
            let Some(index) = crate::yaml::index(first).filter(|i| *i <= items.len()) else {
                return;
            };
            if index == items.len() {
                items.push(Value::Null);
            }
            put(&mut items[index], rest, part);
        }
        _ => {}
    }
}

impl TryFrom<RawMapping> for Mapping {
    type Error = String;

    fn try_from(raw: RawMapping) -> Result<Self, String> {
        let to = match (raw.object, raw.cannot) {
            (Some(object), None) => Ok(Pointer::parse(&object).map_err(|bad| bad.to_string())?),
            (None, Some(why)) => Err(why),
            _ => return Err(format!("`{}` needs either `object` or `cannot`", raw.pod)),
        };
        Ok(Self { pod: raw.pod, to })
    }
}

fn pointer<'de, D: Deserializer<'de>>(from: D) -> Result<Pointer, D::Error> {
    Pointer::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

fn longest_first<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Mapping>, D::Error> {
    let mut map = Vec::<Mapping>::deserialize(from)?;
    map.sort_by_key(|mapping| std::cmp::Reverse(mapping.pod.len()));
    Ok(map)
}

#[cfg(test)]
mod tests;
