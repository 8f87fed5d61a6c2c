//! What a container has mounted, and where.

use crate::manifest::Pod;
use crate::manifest::spark::text_of;
use serde_json::Value;

/// One mount of a container.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mount<'v> {
    /// Where, without a slash at the end.
    pub(super) path: &'v str,
    /// Which part of the volume, or nothing.
    pub(super) sub_path: &'v str,
    /// The volume; null where the pod does not list it.
    pub(super) volume: &'v Value,
    read_only: bool,
}

/// Sources of a volume that the kubelet always mounts read-only.
const FIXED: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// The mounts of a container of a pod.
pub(super) fn mounts<'v>(pod: Pod<'v>, container: &'v Value) -> Vec<Mount<'v>> {
    let list = |value: &'v Value| value.as_array().map_or(&[][..], Vec::as_slice);
    let volumes = list(&pod.spec()["volumes"]);
    let mounts = list(&container["volumeMounts"]).iter();
    let mounts = mounts.filter(|mount| !text_of(&mount["mountPath"]).is_empty());
    let mounts = mounts.map(|mount| {
        let volume = volumes
            .iter()
            .find(|volume| volume["name"] == mount["name"]);
        Mount {
            path: text_of(&mount["mountPath"]).trim_end_matches('/'),
            sub_path: text_of(&mount["subPath"]),
            volume: volume.unwrap_or(&Value::Null),
            read_only: mount["readOnly"] == true,
        }
    });
    mounts.collect()
}

/// The mount that a path lies in: the innermost one.
pub(super) fn holding<'m, 'v>(mounts: &'m [Mount<'v>], path: &str) -> Option<&'m Mount<'v>> {
    let around = mounts.iter().filter(|mount| is_within(path, mount.path));
    around.max_by_key(|mount| mount.path.len())
}

/// Whether a path is this folder or lies in it.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Mount<'_> {
    /// The kind of source that nobody can write to, where it is one: `configMap`, `secret`, ….
    pub(super) fn fixed(&self) -> Option<&'static str> {
        let mut kinds = FIXED.into_iter();
        kinds.find(|kind| !self.volume[kind].is_null())
    }

    /// Whether it is empty when the pod starts: `emptyDir`, also where no source is written.
    pub(super) fn is_scratch(&self) -> bool {
        let keys = self.volume.as_object();
        !self.volume["emptyDir"].is_null() || keys.is_some_and(|keys| keys.len() == 1)
    }

    /// Whether nothing can be written there; nothing where the volume is not known.
    pub(super) fn is_read_only(&self) -> Option<bool> {
        let known = !self.volume.is_null();
        known.then(|| self.read_only || self.fixed().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_innermost_mount_holds_a_path() {
        let pod = json!({"spec": {"volumes": [
            {"name": "root", "emptyDir": {}},
            {"name": "conf", "configMap": {"name": "c"}},
            {"name": "plain"},
        ]}});
        let container = json!({"volumeMounts": [
            {"name": "root", "mountPath": "/opt/"},
            {"name": "conf", "mountPath": "/opt/conf", "subPath": "a"},
            {"name": "plain", "mountPath": "/plain"},
            {"name": "claim", "mountPath": "/claim"},
            {"name": "root"},
        ]});
        let mounts = mounts(Pod { value: &pod }, &container);
        assert_eq!(mounts.len(), 4);
        let told = |path: &str| {
            let mount = holding(&mounts, path)?;
            Some((
                mount.path,
                mount.fixed(),
                mount.is_scratch(),
                mount.is_read_only(),
            ))
        };
        assert_eq!(told("/opt/x"), Some(("/opt", None, true, Some(false))));
        assert_eq!(
            told("/opt/conf"),
            Some(("/opt/conf", Some("configMap"), false, Some(true)))
        );
        assert_eq!(told("/opt/config"), Some(("/opt", None, true, Some(false))));
        // Without a source a volume is an `emptyDir`; one that the pod does not list is a claim, or a mistake.
        assert_eq!(told("/plain/a"), Some(("/plain", None, true, Some(false))));
        assert_eq!(told("/claim"), Some(("/claim", None, false, None)));
        assert_eq!(told("/else"), None);
    }
}
