//! Kubernetes' Pod Security Standards, control by control, as the API server's admission code decides them.
//!
//! Source of every rule: `k8s.io/pod-security-admission` v0.37, package `policy`. Ids are upstream's. A pod is judged as it
//! would be after API defaulting. Two differences from a live cluster, both shared with upstream's own evaluator: host
//! ports that the API derives from `hostNetwork: true` are not derived, and namespace labels and exemptions are not known.

mod capabilities;
mod confinement;
mod escalation;
mod host;
mod kernel;
mod network;
mod seccomp;
#[cfg(test)]
mod tests;
mod users;
mod volumes;

pub(super) use volumes::refused as refused_volume;

use super::{Page, Violation, holder::Holder};
use crate::manifest::Pod;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// How strict: each level holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Known ways out of a container are closed.
    Baseline,
    /// Current practice for hardened pods.
    Restricted,
}

impl fmt::Display for Level {
    /// As namespaces' labels spell it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        })
    }
}

/// Minor version of the newest policy, v1.37: what `latest` means.
const LATEST: u8 = 37;

/// One control: a row of the table.
struct Control {
    /// Upstream's id.
    id: &'static str,
    /// The lowest level that asks for it.
    level: Level,
    /// What it asked for over time, oldest first; holds only what versions that can be chosen need.
    revisions: &'static [Revision],
    page: Page,
}

/// What a control asks for, from one policy version on.
struct Revision {
    /// Minor version of the first policy that has it so.
    since: u8,
    /// Baseline controls that this one stands in for.
    overrides: &'static [&'static str],
    evaluate: Evaluate,
}

/// Judges a pod; the id is the one that violations carry.
type Evaluate = fn(id: &'static str, pod: Pod<'_>) -> Vec<Violation>;

/// Every control, in upstream's order: baseline, then restricted, each by id.
const CONTROLS: &[Control] = &[
    confinement::APP_ARMOR,
    capabilities::BASELINE,
    host::NAMESPACES,
    volumes::HOST_PATH,
    network::HOST_PORTS,
    network::HOST_PROBES,
    escalation::PRIVILEGED,
    kernel::PROC_MOUNT,
    confinement::SE_LINUX,
    seccomp::BASELINE,
    kernel::SYSCTLS,
    host::WINDOWS_PROCESS,
    escalation::ALLOW,
    capabilities::RESTRICTED,
    kernel::PROC_MOUNT_RESTRICTED,
    volumes::RESTRICTED,
    users::NON_ROOT,
    users::USER,
    seccomp::RESTRICTED,
];

/// What keeps `pod` from `level` at the newest policy version; empty where it complies.
pub fn evaluate(pod: Pod<'_>, level: Level) -> Vec<Violation> {
    let in_force = || {
        let asked = CONTROLS.iter().filter(|control| control.level <= level);
        asked.filter_map(|control| Some((control, control.revision(LATEST)?)))
    };
    let replaced = |id| in_force().any(|(_, revision)| revision.overrides.contains(&id));
    in_force()
        .filter(|(control, _)| !replaced(control.id))
        .flat_map(|(control, revision)| (revision.evaluate)(control.id, pod))
        .collect()
}

/// The page of every control, in the table's order.
pub(super) fn pages() -> impl Iterator<Item = Page> {
    CONTROLS.iter().map(|control| control.page)
}

impl Control {
    /// What holds in the policy of this minor version.
    fn revision(&self, minor: u8) -> Option<&'static Revision> {
        self.revisions.iter().rfind(|r| r.since <= minor)
    }
}

/// Whether the pod says that it is for Windows; a node selector alone exempts nothing.
fn is_windows(pod: Pod<'_>) -> bool {
    pod.spec()["os"]["name"] == "windows"
}

/// Whether root inside the pod is nobody outside it (`hostUsers: false`).
fn has_user_namespace(pod: Pod<'_>) -> bool {
    pod.spec()["hostUsers"] == false
}

/// The next step for controls that Windows pods are exempt from, once they say that they are Windows pods.
fn unless_windows(pod: Pod<'_>, help: &str) -> String {
    if pod.is_windows() {
        "set `spec.os.name: windows`: Windows pods are exempt, but a node selector alone does not \
        say so"
            .to_owned()
    } else {
        help.to_owned()
    }
}

/// A string's text; "" for null, as Kubernetes decodes it; `None` for what is no string.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Null => Some(""),
        value => value.as_str(),
    }
}

/// The settings that every container holds under `securityContext`, and pods partly too.
const SECURITY: &str = "securityContext";
