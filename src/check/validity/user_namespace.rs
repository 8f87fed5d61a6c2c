//! What `hostUsers: false`, a user namespace of the pod's own, is needed for and cannot stand beside.

use super::super::{Violation, holder::Holder};
use super::SECURITY;
use crate::manifest::Pod;

const USERS: &[&str] = &["hostUsers"];
const PROC: &[&str] = &[SECURITY, "procMount"];

/// Namespaces of the host, each refused beside a user namespace of the pod's own.
const OF_HOST: [&str; 3] = ["hostNetwork", "hostPID", "hostIPC"];

pub(super) fn unmasked_proc(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    // On Windows the field is refused whatever it says.
    if Holder::pod(pod).get(USERS) == false || pod.spec()["os"]["name"] == "windows" {
        return Vec::new();
    }
    Holder::containers(pod)
        .filter(|c| c.get(PROC) == "Unmasked")
        .map(|c| {
            c.violation(
                id,
                PROC,
                format!("{c} unmasks `/proc` and its pod shares the host's users: the API server refuses it"),
                "remove `procMount`, or set `hostUsers: false` on the pod",
            )
        })
        .collect()
}

pub(super) fn with_host(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let spec = Holder::pod(pod);
    if spec.get(USERS) != false || pod.spec()["os"]["name"] == "windows" {
        return Vec::new();
    }
    let shared = OF_HOST.iter().filter(|field| spec.get(&[field]) == true);
    shared
        .map(|field| {
            spec.violation(
                id,
                &[field],
                format!(
                    "pod sets `{field}` and `hostUsers: false`: the API server refuses the pair"
                ),
                format!("remove `{field}`; where it must stay, remove `hostUsers`"),
            )
        })
        .collect()
}
