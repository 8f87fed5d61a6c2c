//! A pod in a Pod's own vocabulary, wherever it lives: views of its containers.

use crate::yaml::Pointer;
use serde_json::Value;
use std::fmt;

/// A pod as the value `{"metadata": …, "spec": …}`; either may be missing or null.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'v> {
    /// The value. Pointers into a pod start here (`/spec/containers/0`).
    pub value: &'v Value,
}

/// Which of the three lists of a pod a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// `spec.initContainers` without `restartPolicy: Always`: runs to its end before the pod starts.
    Init,
    /// `spec.initContainers` with `restartPolicy: Always`: a native sidecar.
    Sidecar,
    /// `spec.containers`.
    Main,
    /// `spec.ephemeralContainers`: added to a running pod for debugging; may have no resources.
    Ephemeral,
}

/// One container of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Container<'v> {
    /// Which list, and how it runs.
    pub kind: ContainerKind,
    /// Its place in that list.
    pub index: usize,
    /// The container itself.
    pub value: &'v Value,
}

impl<'v> Pod<'v> {
    /// `spec`, or null.
    pub fn spec(self) -> &'v Value {
        &self.value["spec"]
    }

    /// `metadata`, or null.
    pub fn metadata(self) -> &'v Value {
        &self.value["metadata"]
    }

    /// Every container, in the order in which upstream's Pod Security visits them: init, main, ephemeral.
    pub fn containers(self) -> impl Iterator<Item = Container<'v>> {
        [
            ContainerKind::Init,
            ContainerKind::Main,
            ContainerKind::Ephemeral,
        ]
        .into_iter()
        .flat_map(move |list| {
            let items = self.spec()[list.list()]
                .as_array()
                .map_or(&[][..], Vec::as_slice);
            items
                .iter()
                .enumerate()
                .filter(|(_, value)| value.is_object())
                .map(move |(index, value)| {
                    let restarts = value["restartPolicy"] == "Always";
                    let kind = match list {
                        ContainerKind::Init if restarts => ContainerKind::Sidecar,
                        kind => kind,
                    };
                    Container { kind, index, value }
                })
        })
    }

    /// Whether `spec.os.name`, or else the node selector, says Windows.
    pub fn is_windows(self) -> bool {
        self.spec()["os"]["name"] == "windows"
            || self.spec()["nodeSelector"]["kubernetes.io/os"] == "windows"
    }
}

impl<'v> Container<'v> {
    /// Its name, or nothing where it has none.
    pub fn name(self) -> &'v str {
        self.value["name"].as_str().unwrap_or_default()
    }

    /// Its image reference as written.
    pub fn image(self) -> &'v str {
        self.value["image"].as_str().unwrap_or_default()
    }

    /// Its place in the pod: `/spec/initContainers/0`.
    pub fn pointer(self) -> Pointer {
        Pointer::from_iter(["spec", self.kind.list()]).child(self.index)
    }
}

impl ContainerKind {
    /// The key of its list in a pod's spec.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Init | Self::Sidecar => "initContainers",
            Self::Main => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

impl fmt::Display for ContainerKind {
    /// As presets spell it: `init`, `sidecar`, `main`, `ephemeral`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Init => "init",
            Self::Sidecar => "sidecar",
            Self::Main => "main",
            Self::Ephemeral => "ephemeral",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn containers_of_all_lists_in_upstream_order() {
        let value = json!({"spec": {
            "ephemeralContainers": [{"name": "debug"}],
            "containers": [{"name": "main"}],
            "initContainers": [{"name": "setup"}, {"name": "mesh", "restartPolicy": "Always"}, null],
        }});
        let seen: Vec<_> = Pod { value: &value }
            .containers()
            .map(|c| format!("{} {} {}", c.kind, c.name(), c.pointer()))
            .collect();
        assert_eq!(
            seen,
            [
                "init setup /spec/initContainers/0",
                "sidecar mesh /spec/initContainers/1",
                "main main /spec/containers/0",
                "ephemeral debug /spec/ephemeralContainers/0",
            ]
        );
    }
}
