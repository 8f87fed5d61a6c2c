//! `hostPathVolumes` and `restrictedVolumes`: what a pod mounts.

use super::{Control, Holder, Level, Page, Pod, Violation, since};
use serde_json::Value;

/// Sources that `restricted` lets pass; upstream, since v1.0 (`image` with the type itself).
const ALLOWED: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Every other source that Kubernetes knows. A key that is neither is no source: the API drops it, and the volume is an emptyDir.
const REFUSED: &[&str] = &[
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

pub(super) const HOST_PATH: Control = Control {
    id: "hostPathVolumes",
    level: Level::Baseline,
    revisions: &[since(0, host_path)],
    page: Page {
        id: "pod-security/hostPathVolumes",
        title: "no folders of the node",
        what: "`spec.volumes[*].hostPath` must be absent or null.",
        why_platform: "A folder of the node outlives the pod, is seen by every pod that mounts \
            it, and may be the runtime's socket or the kubelet's files.",
        why_data: "Data written there stays on one machine: the next run lands on another and \
            finds nothing. Shuffle files fill the node's own disk, and then every pod on it is \
            evicted.",
        fix: "For data use a PersistentVolumeClaim or the object store; for shuffle and spill \
            `emptyDir` with a `sizeLimit`, or a generic `ephemeral` volume on fast disks.",
        before: "\
spec:
  containers:
  - name: executor
  volumes:
  - name: spark-local-dir-1
    hostPath:
      path: /mnt/disks/ssd0
",
        after: "\
spec:
  containers:
  - name: executor
  volumes:
  - name: spark-local-dir-1
    emptyDir:
      sizeLimit: 50Gi
",
    },
};

pub(super) const RESTRICTED: Control = Control {
    id: "restrictedVolumes",
    level: Level::Restricted,
    revisions: &[since(0, restricted).instead_of(HOST_PATH.id)],
    page: Page {
        id: "pod-security/restrictedVolumes",
        title: "only volumes that the cluster hands out",
        what: "Every volume must be a configMap, csi, downwardAPI, emptyDir, ephemeral, image, \
            persistentVolumeClaim, projected or secret. A volume with only a name is an emptyDir.",
        why_platform: "An inline `nfs`, `iscsi` or cloud disk lets whoever writes the pod name \
            any server and any disk; through a claim the cluster decides.",
        why_data: "An NFS share straight in the pod ties the job to an address that differs \
            between dev and prod. A claim has the same name in both.",
        fix: "Put a PersistentVolume and a PersistentVolumeClaim before it, and mount the claim.",
        before: "\
spec:
  containers:
  - name: jupyter
  volumes:
  - name: notebooks
    nfs:
      server: nfs.example.com
      path: /notebooks
",
        after: "\
spec:
  containers:
  - name: jupyter
  volumes:
  - name: notebooks
    persistentVolumeClaim:
      claimName: notebooks
",
    },
};

fn host_path(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let found = |spec: Holder<'_>, index: &str, volume: &Value| {
        let source = source_among(volume, &["hostPath"])?;
        let name = volume["name"].as_str().unwrap_or("");
        Some(spec.violation(
            id,
            &["volumes", index, source],
            format!("pod mounts a folder of its node as volume `{name}` (`hostPath`)"),
            HELP,
        ))
    };
    each(pod, found)
}

fn restricted(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let found = |spec: Holder<'_>, index: &str, volume: &Value| {
        let source = refused(volume)?;
        let name = volume["name"].as_str().unwrap_or("");
        Some(spec.violation(
            id,
            &["volumes", index, source],
            format!(
                "pod has volume `{name}` of type `{source}`, which `restricted` does not \
                allow"
            ),
            HELP,
        ))
    };
    each(pod, found)
}

/// The source of a volume that the cluster does not hand out.
pub(in crate::check) fn refused(volume: &Value) -> Option<&'static str> {
    match source_among(volume, ALLOWED) {
        Some(_) => None,
        None => source_among(volume, REFUSED),
    }
}

const HELP: &str = "mount a `persistentVolumeClaim` for data, `emptyDir` or `ephemeral` for \
    shuffle and scratch";

/// What `judge` has to say about each volume, given its index.
fn each(
    pod: Pod<'_>,
    judge: impl Fn(Holder<'_>, &str, &Value) -> Option<Violation>,
) -> Vec<Violation> {
    let spec = Holder::pod(pod);
    let volumes = spec.items(&["volumes"]).iter().enumerate();
    volumes
        .filter_map(|(index, volume)| judge(spec, &index.to_string(), volume))
        .collect()
}

/// The first of `sources` that the volume has; null is none, `{}` is one.
fn source_among(volume: &Value, sources: &[&'static str]) -> Option<&'static str> {
    sources
        .iter()
        .copied()
        .find(|source| !volume[*source].is_null())
}
