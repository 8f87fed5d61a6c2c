//! The table of where pods live: how a pointer in a pod becomes a pointer in the object that holds it.

use crate::yaml::Pointer;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

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
                let segments: Vec<&str> = mapping.pod.segments().collect();
                put(&mut pod, &segments, part.clone());
            }
        }
        pod["spec"].is_object().then_some(pod)
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
fn put(target: &mut Value, segments: &[&str], part: Value) {
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
        Value::Object(map) => put(map.entry(*first).or_insert(Value::Null), rest, part),
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
mod tests {
    use super::*;
    use crate::manifest::testing::table;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn places() -> Places {
        table("places")
    }

    fn at(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    #[test]
    fn the_table_is_sorted_unique_and_complete() {
        let places = places();
        let ids: Vec<_> = places.places.iter().map(|p| &p.id).collect();
        assert!(ids.is_sorted() && BTreeSet::from_iter(&ids).len() == ids.len());
        let mut kinds = BTreeSet::new();
        for place in &places.places {
            assert!(!place.pods.is_empty(), "{}", place.id);
            for version in &place.api_versions {
                for kind in &place.kinds {
                    assert!(
                        kinds.insert(format!("{version} {kind}")),
                        "{version} {kind} twice"
                    );
                }
            }
            for pod in &place.pods {
                pod.resolve(&at("/spec/containers/0/image")).unwrap();
                pod.resolve(&at("/metadata/annotations")).unwrap();
            }
        }
        for kind in [
            "v1 Pod",
            "v1 PodTemplate",
            "v1 ReplicationController",
            "apps/v1 Deployment",
            "apps/v1beta1 Deployment",
            "apps/v1beta2 Deployment",
            "extensions/v1beta1 Deployment",
            "apps/v1 ReplicaSet",
            "apps/v1 StatefulSet",
            "apps/v1 DaemonSet",
            "batch/v1 Job",
            "batch/v1 CronJob",
            "batch/v1beta1 CronJob",
            "apps.openshift.io/v1 DeploymentConfig",
        ] {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    #[test]
    fn every_place_gives_the_pod_that_was_put_there() {
        let pod = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}});
        for place in &places().places {
            for holder in &place.pods {
                let mut object =
                    json!({"apiVersion": place.api_versions[0], "kind": place.kinds[0]});
                for part in ["metadata", "spec"] {
                    let to = holder.resolve(&at(&format!("/{part}"))).unwrap();
                    let segments: Vec<_> = to.segments().collect();
                    put(&mut object, &segments, pod[part].clone());
                }
                assert_eq!(holder.extract(&object).unwrap(), pod, "{}", place.id);
            }
        }
    }

    #[test]
    fn objects_without_a_pod_hold_none() {
        let places = places();
        let holder = &places.of("v1", "ReplicationController").unwrap().pods[0];
        for object in [
            json!(null),
            json!([]),
            json!({"spec": {}}),
            json!({"spec": {"template": null}}),
            json!({"spec": {"template": {"metadata": {}}}}),
            json!({"spec": {"template": {"spec": "text"}}}),
        ] {
            assert_eq!(holder.extract(&object), None, "{object}");
        }
        assert!(places.of("apps/v2", "Deployment").is_none());
        assert!(places.of("serving.knative.dev/v1", "Pod").is_none());
    }

    #[test]
    fn the_longest_prefix_wins_and_may_refuse() {
        let value = json!({"name": "driver", "map": [
            {"pod": "/metadata", "object": "/spec/driver"},
            {"pod": "/spec", "object": "/spec/driver/template/spec"},
            {"pod": "/spec/securityContext", "object": "/spec/driver/podSecurityContext"},
            {"pod": "/spec/containers/0/securityContext", "object": "/spec/driver/securityContext"},
            {"pod": "/spec/restartPolicy", "cannot": "Spark overwrites it"},
        ]});
        let holder: PodPlace = serde_json::from_value(value).unwrap();
        let resolve = |text| holder.resolve(&at(text)).map(|p| p.to_string());
        assert_eq!(
            resolve("/spec/securityContext/fsGroup").unwrap(),
            "/spec/driver/podSecurityContext/fsGroup"
        );
        assert_eq!(
            resolve("/spec/volumes").unwrap(),
            "/spec/driver/template/spec/volumes"
        );
        assert_eq!(
            resolve("/spec/restartPolicy").unwrap_err().to_string(),
            "`/spec/restartPolicy` of the pod cannot be written: Spark overwrites it"
        );
        resolve("").unwrap_err();
        let object = json!({"spec": {"driver": {
            "labels": {"a": "b"},
            "podSecurityContext": {"fsGroup": 1},
            "securityContext": {"runAsUser": 2},
            "template": {"spec": {"restartPolicy": "Never"}},
        }}});
        let pod = holder.extract(&object).unwrap();
        assert_eq!(pod["spec"]["securityContext"]["fsGroup"], 1);
        assert_eq!(
            pod["spec"]["containers"][0]["securityContext"]["runAsUser"],
            2
        );
        assert_eq!(pod["spec"]["restartPolicy"], "Never");
    }

    #[test]
    fn what_rolls_depends_on_the_object() {
        let places = places();
        let rolls = |version, kind, spec: Value| {
            places
                .of(version, kind)
                .unwrap()
                .rolls(&json!({"spec": spec}))
        };
        assert_eq!(rolls("apps/v1", "StatefulSet", json!({})), Rolls::Pods);
        let on_delete = json!({"updateStrategy": {"type": "OnDelete"}});
        assert_eq!(rolls("apps/v1", "StatefulSet", on_delete), Rolls::NewPods);
        assert_eq!(
            rolls("apps/v1", "Deployment", json!({"paused": true})),
            Rolls::NewPods
        );
        assert_eq!(rolls("batch/v1", "CronJob", json!({})), Rolls::NextRun);
        assert_eq!(rolls("batch/v1", "Job", json!({})), Rolls::Nothing);
        let immutable = places.places.iter().filter(|p| p.immutable);
        assert_eq!(
            immutable.map(|p| p.id.as_str()).collect::<Vec<_>>(),
            ["job", "pod"]
        );
    }

    #[test]
    fn rows_with_mistakes_are_refused() {
        for map in [
            json!([{"pod": "/spec"}]),
            json!([{"pod": "/spec", "object": "/a", "cannot": "b"}]),
            json!([{"pod": "spec", "object": "/a"}]),
            json!([{"pod": "/spec", "object": "a"}]),
            json!([{"pod": "/spec", "object": "/a", "other": 1}]),
        ] {
            serde_json::from_value::<PodPlace>(json!({"map": map})).unwrap_err();
        }
    }
}
