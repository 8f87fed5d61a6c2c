//! How the containers of a pod see a volume.

use super::{LiveRow, Sees};
use crate::manifest::{ContainerKind, Pod};
use serde_json::Value;
use std::collections::BTreeSet;

/// The mounts of one volume, in all containers of its pod.
pub(super) struct Mounts<'v> {
    volume: &'v Value,
    all: Vec<(ContainerKind, &'v Value)>,
}

impl<'v> Mounts<'v> {
    pub(super) fn of(pod: Pod<'v>, volume: &'v Value) -> Self {
        let name = volume["name"].as_str().unwrap_or_default();
        let mounts = pod.containers().flat_map(|container| {
            let mounts = container.value["volumeMounts"].as_array();
            mounts
                .into_iter()
                .flatten()
                .map(move |mount| (container.kind, mount))
        });
        let all = mounts.filter(|(_, mount)| mount["name"] == name).collect();
        Self { volume, all }
    }

    /// The keys that are seen: those of `items`, or all (`None`); where each mount takes a part, those parts alone. A part
    /// that no item of the volume is may be any.
    pub(super) fn keys(&self, items: Option<&Vec<Value>>) -> Option<BTreeSet<String>> {
        let mounts = self.all.iter();
        let parts: Option<Vec<_>> = mounts.map(|(_, mount)| sub_path(mount)).collect();
        let parts = parts.filter(|parts| !parts.is_empty() && !parts.iter().any(String::is_empty));
        let Some(items) = items else {
            // Files lie flat: a part is a key.
            let parts = parts.filter(|parts| !parts.iter().any(|part| part.contains('/')));
            return parts.map(|parts| parts.into_iter().collect());
        };
        let key = |item: &Value| text(item, "key").to_owned();
        let Some(parts) = parts else {
            return Some(items.iter().map(key).collect());
        };
        let seen = |item: &&Value| parts.iter().any(|part| is_in(item, part));
        let found: BTreeSet<_> = items.iter().filter(seen).map(key).collect();
        let is_known = |part: &String| self.items().any(|item| is_in(item, part));
        Some(if found.is_empty() && !parts.iter().all(is_known) {
            items.iter().map(key).collect()
        } else {
            found
        })
    }

    /// Everything in a projected volume that has a path of its own.
    fn items(&self) -> impl Iterator<Item = &'v Value> {
        let sources = self.volume["projected"]["sources"].as_array();
        let bodies = sources.into_iter().flatten().filter_map(Value::as_object);
        bodies.flat_map(serde_json::Map::values).flat_map(|body| {
            let items = body["items"].as_array();
            std::iter::once(body).chain(items.into_iter().flatten())
        })
    }

    pub(super) fn sees<'t>(&self, live: &'t [LiveRow]) -> Sees<'t> {
        if self.all.is_empty() {
            return Sees::Nowhere;
        }
        if self.all.iter().any(|(_, mount)| is_part(mount)) {
            return Sees::Never;
        }
        // What runs to its end reads nothing again.
        let lasting = self
            .all
            .iter()
            .filter(|(kind, _)| *kind != ContainerKind::Init);
        let row_of = |(_, mount): &(ContainerKind, &Value)| {
            let path = text(mount, "mountPath").trim_end_matches('/');
            live.iter()
                .find(|row| row.mounts.iter().any(|glob| glob.matches(path)))
        };
        let rows: Option<Vec<_>> = lasting.map(row_of).collect();
        let first = rows.and_then(|rows| rows.first().copied());
        first.map_or(Sees::Files, Sees::Live)
    }
}

/// Whether the file of an item is a part of the volume, or lies in it.
fn is_in(item: &Value, part: &str) -> bool {
    let path = normal(text(item, "path"));
    let rest = path.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A part that is known before the pod runs, as short as it gets; empty for the whole.
fn sub_path(mount: &Value) -> Option<String> {
    let path = mount["subPath"].as_str().filter(|path| !path.is_empty())?;
    Some(normal(path))
}

/// A path without `.`, doubled and last slashes, and the link that the kubelet keeps the data behind.
fn normal(path: &str) -> String {
    let parts = path
        .split('/')
        .filter(|part| !["", ".", "..data"].contains(part));
    parts.collect::<Vec<_>>().join("/")
}

fn is_part(mount: &Value) -> bool {
    sub_path(mount).is_some() || mount["subPathExpr"].is_string()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
