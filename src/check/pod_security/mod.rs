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
use crate::yaml::Pointer;
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

/// Minor version of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u8);

impl Version {
    /// The newest that there is, v1.37.
    pub const LATEST: Self = Self(37);

    /// `latest`, or `v1.24`, as namespaces' labels spell it; what is newer than the newest is the newest.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::LATEST);
        }
        let minor = text.strip_prefix("v1.")?;
        let plain = minor.bytes().all(|b| b.is_ascii_digit()) && !minor.is_empty();
        let padded = minor.len() > 1 && minor.starts_with('0');
        let known = minor
            .parse()
            .map_or(Self::LATEST.0, |n: u8| n.min(Self::LATEST.0));
        (plain && !padded).then_some(Self(known))
    }
}

/// One control: a row of the table.
struct Control {
    /// Upstream's id.
    id: &'static str,
    /// The lowest level that asks for it.
    level: Level,
    /// What it asked for over time, oldest first.
    revisions: &'static [Revision],
    page: Page,
}

/// What a control asks for, from one policy version on.
struct Revision {
    /// Minor version of the first policy that has it so.
    since: u8,
    /// The baseline control that this one stands in for.
    replaces: Option<&'static str>,
    evaluate: Evaluate,
}

const fn since(since: u8, evaluate: Evaluate) -> Revision {
    Revision {
        since,
        replaces: None,
        evaluate,
    }
}

impl Revision {
    const fn instead_of(self, baseline: &'static str) -> Self {
        Self {
            replaces: Some(baseline),
            ..self
        }
    }
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

/// What keeps `pod` from `level` at a policy version; empty where it complies.
pub fn evaluate(pod: Pod<'_>, level: Level, version: Version) -> Vec<Violation> {
    let in_force = || {
        let asked = CONTROLS.iter().filter(|control| control.level <= level);
        asked.filter_map(|control| Some((control, control.revision(version.0)?)))
    };
    let replaced = |id| in_force().any(|(_, revision)| revision.replaces == Some(id));
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

/// What a control says of pods that are not for Windows.
fn of_linux(id: &'static str, pod: Pod<'_>, evaluate: Evaluate) -> Vec<Violation> {
    if is_windows(pod) {
        return Vec::new();
    }
    evaluate(id, pod)
}

/// What a control says of pods whose root is root outside as well: all but those with `hostUsers: false`.
fn of_host_users(id: &'static str, pod: Pod<'_>, evaluate: Evaluate) -> Vec<Violation> {
    if pod.spec()["hostUsers"] == false {
        return Vec::new();
    }
    evaluate(id, pod)
}

/// A violation by an annotation of the pod that is about a container; about the pod where that has no name.
fn annotation(
    check: &'static str,
    container: &str,
    (key, value): (&str, &Value),
    message: String,
    help: &str,
) -> Violation {
    Violation {
        check,
        container: (!container.is_empty()).then(|| container.to_owned()),
        path: Pointer::from_iter(["metadata", "annotations", key]),
        absent: value.is_null(),
        message,
        help: help.to_owned(),
    }
}

/// The next step for controls that Windows pods are exempt from since v1.25, once they say that they are Windows pods.
fn unless_windows(pod: Pod<'_>, help: &str) -> String {
    if is_windows(pod) {
        "ask for `version: v1.25` or newer: the older policies know no Windows pods".to_owned()
    } else if pod.is_windows() {
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
