//! How the containers of a pod see a volume.

use super::{LiveRow, Sees};
use crate::manifest::Pod;
use serde_json::Value;
use std::collections::BTreeSet;

/// The mounts of one volume, in all containers of its pod.
pub(super) struct Mounts<'v>(Vec<&'v Value>);

impl<'v> Mounts<'v> {
    pub(super) fn of(pod: Pod<'v>, volume: &str) -> Self {
        let mounts = pod.containers().flat_map(|container| {
            let mounts = container.value["volumeMounts"].as_array();
            mounts.map_or(&[][..], Vec::as_slice)
        });
        Self(mounts.filter(|mount| mount["name"] == volume).collect())
    }

    /// The keys that are seen: those of `items`, or all (`None`); where each mount takes a part, those parts alone.
    pub(super) fn keys(&self, items: Option<&Vec<Value>>) -> Option<BTreeSet<String>> {
        let parts: Option<Vec<_>> = self.0.iter().map(|mount| sub_path(mount)).collect();
        let parts = parts.filter(|parts| !parts.is_empty());
        let is_seen = |path: &str| {
            let begins = |part: &&str| {
                let rest = path.strip_prefix(part.trim_end_matches('/'));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            parts.as_ref().is_none_or(|parts| parts.iter().any(begins))
        };
        match items {
            Some(items) => {
                let seen = items.iter().filter(|item| is_seen(text(item, "path")));
                Some(seen.map(|item| text(item, "key").to_owned()).collect())
            }
            // Files lie flat: a part is a key.
            None => parts.map(|parts| parts.into_iter().map(str::to_owned).collect()),
        }
    }

    pub(super) fn sees<'t>(&self, live: &'t [LiveRow]) -> Sees<'t> {
        if self.0.is_empty() {
            return Sees::Nowhere;
        }
        if self.0.iter().any(|mount| is_part(mount)) {
            return Sees::Never;
        }
        let row_of = |mount: &&Value| {
            let path = text(mount, "mountPath").trim_end_matches('/');
            live.iter().find(|row| row.mounts.matches(path))
        };
        let rows: Option<Vec<_>> = self.0.iter().map(row_of).collect();
        let first = rows.and_then(|rows| rows.first().copied());
        first.map_or(Sees::Files, Sees::Live)
    }
}

/// A part that is known before the pod runs.
fn sub_path(mount: &Value) -> Option<&str> {
    mount["subPath"].as_str().filter(|path| !path.is_empty())
}

fn is_part(mount: &Value) -> bool {
    sub_path(mount).is_some() || mount["subPathExpr"].is_string()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
