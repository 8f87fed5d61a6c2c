//! What is known of the user that a container runs as, and how: the guardrails of `default` go by it.

use super::Facts;
use crate::manifest::{Container, ContainerKind, Family, Image, Pod};
use serde_json::Value;

/// Whether a container runs as root, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NonRoot {
    /// Its author says so: a uid above 0, or `runAsNonRoot: true` without one.
    Declared {
        /// The uid, where one is written.
        uid: Option<i64>,
    },
    /// Its image says so, or another container with the same image; nothing is written.
    Inferred {
        /// The uid that it runs as.
        uid: i64,
        /// How we know.
        because: String,
    },
    /// It runs as root, or its author allows it in so many words.
    Root {
        /// How we know.
        because: String,
    },
    /// Nothing says, or what says so does not count here.
    Unknown {
        /// What is missing.
        because: String,
    },
}

/// Sources of volumes that the kubelet makes writable for, or readable by, any uid.
const OPEN_VOLUMES: [&str; 6] = [
    "configMap",
    "downwardAPI",
    "emptyDir",
    "image",
    "projected",
    "secret",
];

/// Sources whose owner `fsGroup` does not change.
const BEYOND_FS_GROUP: [&str; 2] = ["hostPath", "nfs"];

/// Judges one container of a pod.
///
/// What the author wrote counts first: the container's uid, else the pod's, then `runAsNonRoot` likewise. Otherwise the
/// image's family decides, or else the uid that the same image has elsewhere in the stream, unless it is a base image,
/// which runs anybody's command. Neither counts for init containers, which often prepare what belongs to root, nor for
/// ephemeral ones, nor where the container writes to a volume that may belong to root. A native sidecar is a service
/// and is judged like a main container.
pub fn evidence(
    pod: Pod<'_>,
    container: Container<'_>,
    facts: &Facts,
    family: Option<&Family>,
) -> NonRoot {
    if let Some(written) = written(pod, container) {
        return written;
    }
    if pod.is_windows() {
        return unknown("a Windows container has no uid, and `runAsNonRoot` is not set");
    }
    let text = container.image();
    let Ok(image) = Image::parse(text) else {
        return unknown(&match text {
            "" => "it has no image".to_owned(),
            text => format!("`{text}` is no image reference"),
        });
    };
    let by_family = family.filter(|f| f.user > 0).map(|family| {
        let name = family.user_name.as_ref();
        let name = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
        (
            family.user,
            format!("image `{text}` runs as uid {}{name}", family.user),
        )
    });
    let elsewhere = || {
        let base = family.is_some_and(|family| family.base);
        let (uid, by) = facts.uid_of(&image).filter(|_| !base)?;
        Some((uid, format!("`{by}` runs the same image as uid {uid}")))
    };
    match (by_family.or_else(elsewhere), family) {
        (Some((uid, because)), _) => match objection(pod, container) {
            Some(objection) => unknown(&format!("{because}, but {objection}")),
            None => NonRoot::Inferred { uid, because },
        },
        (None, Some(_)) => NonRoot::Root {
            because: format!("image `{text}` starts as root"),
        },
        (None, None) => unknown(&format!("nothing says which user image `{text}` runs as")),
    }
}

/// The uid that a container's author wrote for it or for its pod, whether legal or not.
pub(super) fn written_uid<'v>(pod: Pod<'v>, container: Container<'v>) -> Option<&'v Value> {
    setting(pod, container, "runAsUser")
}

fn written(pod: Pod<'_>, container: Container<'_>) -> Option<NonRoot> {
    if let Some(uid) = written_uid(pod, container) {
        return Some(match uid.as_i64() {
            Some(0) => NonRoot::Root {
                because: "`runAsUser: 0` is written".to_owned(),
            },
            Some(uid) if uid > 0 => NonRoot::Declared { uid: Some(uid) },
            _ => unknown("`runAsUser` is written, but is no uid"),
        });
    }
    match setting(pod, container, "runAsNonRoot")?.as_bool() {
        Some(true) => Some(NonRoot::Declared { uid: None }),
        Some(false) => Some(NonRoot::Root {
            because: "`runAsNonRoot: false` is written, and no uid".to_owned(),
        }),
        None => Some(unknown(
            "`runAsNonRoot` is written, but is neither true nor false",
        )),
    }
}

/// A field of the container's security context, else of its pod's.
fn setting<'v>(pod: Pod<'v>, container: Container<'v>, key: &str) -> Option<&'v Value> {
    let own = &container.value["securityContext"][key];
    let shared = &pod.spec()["securityContext"][key];
    [own, shared].into_iter().find(|value| !value.is_null())
}

fn unknown(because: &str) -> NonRoot {
    NonRoot::Unknown {
        because: because.to_owned(),
    }
}

/// Why what an image says does not count for this container.
fn objection(pod: Pod<'_>, container: Container<'_>) -> Option<String> {
    match container.kind {
        ContainerKind::Init => Some("an init container may have to be root".to_owned()),
        ContainerKind::Ephemeral => Some("an ephemeral container may have to be root".to_owned()),
        ContainerKind::Main | ContainerKind::Sidecar => volume_of_others(pod, container),
    }
}

fn volume_of_others(pod: Pod<'_>, container: Container<'_>) -> Option<String> {
    let fs_group = pod.spec()["securityContext"]["fsGroup"].is_u64();
    let volumes = pod.spec()["volumes"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let list = |key: &str| container.value[key].as_array().into_iter().flatten();
    let device = list("volumeDevices").next().map(|device| &device["name"]);
    if let Some(name) = device {
        let name = name.as_str().unwrap_or_default();
        return Some(format!("it uses block device `{name}`"));
    }
    for mount in list("volumeMounts").filter(|mount| mount["readOnly"] != true) {
        let name = mount["name"].as_str().unwrap_or_default();
        let volume = volumes.iter().find(|volume| volume["name"] == name);
        // A volume that the pod does not declare is a claim that a StatefulSet makes.
        let source = volume.map_or(Some(("persistentVolumeClaim", &Value::Null)), source);
        let Some((kind, value)) = source else {
            continue;
        };
        if OPEN_VOLUMES.contains(&kind) || value["readOnly"] == true {
            continue;
        }
        if BEYOND_FS_GROUP.contains(&kind) {
            return Some(format!(
                "it writes to volume `{name}`, whose owner `fsGroup` does not change"
            ));
        }
        if !fs_group {
            return Some(format!(
                "it writes to volume `{name}` and its pod has no `fsGroup`"
            ));
        }
    }
    None
}

/// The source of a volume; `None` is an emptyDir by default.
fn source(volume: &Value) -> Option<(&str, &Value)> {
    let mut entries = volume.as_object()?.iter();
    let source = entries.find(|(key, value)| *key != "name" && !value.is_null())?;
    Some((source.0.as_str(), source.1))
}
