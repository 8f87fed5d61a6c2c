//! OpenShift's Security Context Constraints `restricted-v2` and, before OpenShift 4.11, `restricted`: what they refuse.
//!
//! Source of every control: `openshift/apiserver-library-go`, package `securitycontextconstraints`, and the two manifests
//! of `openshift/cluster-kube-apiserver-operator`. What the platform sets by itself where it is absent (a uid, a group,
//! `SELinux`, `drop: [ALL]`, no escalation, the filter of system calls) is no violation. Sysctls are Pod Security's here.

mod pages;
mod range;
#[cfg(test)]
mod tests;

pub(super) use pages::PAGES;
pub(super) use range::Namespaces;

use super::{Violation, holder::Holder, pod_security};
use crate::manifest::Pod;
use crate::preset::{ResolvedCheck, SettingKind};
use range::{Range, Ranges, are_ranges, is_range};
use serde_json::Value;

/// As presets spell it; the ids of its findings are `openshift/<control>`.
pub(super) const ID: &str = "openshift";

/// The uids and groups of the namespace, as its annotations have them, and which constraint holds.
pub(super) const SETTINGS: &[(&str, SettingKind<'static>)] = &[
    (
        "uidRange",
        SettingKind::Known {
            is: is_range,
            expected: "a range such as `1000650000/10000`",
            help: None,
        },
    ),
    (
        "groupRange",
        SettingKind::Known {
            is: are_ranges,
            expected: "ranges such as `1000650000/10000`",
            help: None,
        },
    ),
    ("scc", SettingKind::OneOf(&["restricted-v2", "restricted"])),
];

/// What keeps a pod of a namespace from the constraint that the check asks for.
pub(super) fn judge(
    check: &ResolvedCheck,
    namespaces: &Namespaces,
    namespace: Option<&str>,
    pod: Pod<'_>,
) -> Vec<Violation> {
    let text = |name: &str| {
        check
            .setting(name)?
            .as_str()
            .filter(|text| !text.is_empty())
    };
    let told = Ranges::of(text("uidRange"), text("groupRange"));
    let ranges = told.or(namespaces.of(namespace));
    evaluate(pod, ranges, is_legacy(check))
}

/// Whether it is the constraint of before OpenShift 4.11, which sets less by itself.
pub(super) fn is_legacy(check: &ResolvedCheck) -> bool {
    check.setting("scc").is_some_and(|scc| scc == "restricted")
}

const USER: &[&str] = &["securityContext", "runAsUser"];
const GROUP: &[&str] = &["securityContext", "fsGroup"];
const SE_LINUX: &[&str] = &["securityContext", "seLinuxOptions"];
const PRIVILEGED: &[&str] = &["securityContext", "privileged"];
const ESCALATION: &[&str] = &["securityContext", "allowPrivilegeEscalation"];
const ADD: &[&str] = &["securityContext", "capabilities", "add"];
const PROFILE: &[&str] = &["securityContext", "seccompProfile"];
const LEAVE_OUT: &str = "leave it out: OpenShift sets it by itself";

fn evaluate(pod: Pod<'_>, ranges: Ranges, legacy: bool) -> Vec<Violation> {
    let spec = Holder::pod(pod);
    let mut found = Vec::new();
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if is_on(spec, &[field]) {
            let message = format!(
                "pod shares what is its node's (`{field}`), which no project may by default"
            );
            found.push(spec.violation(
                "openshift/hostNamespaces",
                &[field],
                message,
                format!("remove `{field}`"),
            ));
        }
    }
    for (index, volume) in spec.items(&["volumes"]).iter().enumerate() {
        // `restricted` is older than volumes of this type.
        let image = (legacy && !volume["image"].is_null()).then_some("image");
        let Some(source) = pod_security::refused_volume(volume).or(image) else {
            continue;
        };
        let message =
            format!("pod has a volume of type `{source}`, which the constraint does not allow");
        let help = "mount a `persistentVolumeClaim` for data, `emptyDir` for shuffle and scratch";
        found.push(spec.violation(
            "openshift/volumes",
            &["volumes", &index.to_string(), source],
            message,
            help,
        ));
    }
    if let id @ (Value::Number(_) | Value::String(_)) = spec.get(GROUP)
        && ranges.group.is_none_or(|group| *id != group)
    {
        let message = match ranges.group {
            Some(group) => format!(
                "pod sets `fsGroup: {id}`, and {id} is not an allowed group: the namespace's is {group}"
            ),
            None => {
                format!("pod sets `fsGroup: {id}`, and the namespace's group is not known here")
            }
        };
        found.push(spec.violation("openshift/fsGroup", GROUP, message, LEAVE_OUT));
    }
    for holder in Holder::all(pod) {
        found.extend(identity(pod, holder, ranges));
        found.extend(seccomp(holder, legacy));
    }
    for container in Holder::containers(pod) {
        found.extend(privileges(container, legacy));
    }
    found.extend(annotations(pod, legacy));
    found
}

/// A uid outside of the namespace's, and `SELinux` labels of one's own.
fn identity(pod: Pod<'_>, holder: Holder<'_>, ranges: Ranges) -> Vec<Violation> {
    let mut found = Vec::new();
    let id = holder.get(USER);
    // What every container overrides holds for none.
    let holds = holder.container().is_some() || !Holder::containers(pod).all(|own| own.has(USER));
    let is_inside = |range: Range| range.holds(id);
    if holds && holder.has(USER) && !ranges.users.is_some_and(is_inside) {
        let message = match ranges.users {
            Some(range) => {
                format!("{holder} runs as uid {id}, which must be in the ranges: {range}")
            }
            None => format!(
                "{holder} runs as uid {id}, and the namespace's range of uids is not known here"
            ),
        };
        let help = "leave `runAsUser` out: OpenShift takes a uid of the namespace's range; the image's files must be \
                    open to group 0";
        found.push(holder.violation("openshift/runAsUser", USER, message, help));
    }
    if holder.has(SE_LINUX) {
        let message = format!("{holder} sets `seLinuxOptions`, which must be the namespace's own");
        found.push(holder.violation("openshift/seLinuxOptions", SE_LINUX, message, LEAVE_OUT));
    }
    found
}

fn seccomp(holder: Holder<'_>, legacy: bool) -> Option<Violation> {
    let kind = &holder.get(PROFILE)["type"];
    if !holder.has(PROFILE) || !legacy && kind == "RuntimeDefault" {
        return None;
    }
    let (message, help) = told(&format!("{holder} sets the seccomp profile {kind}"), legacy);
    let path = [PROFILE, &["type"]].concat();
    Some(holder.violation("openshift/seccompProfile", &path, message, help))
}

/// The names that profiles had before Kubernetes 1.19; OpenShift still reads them.
fn annotations(pod: Pod<'_>, legacy: bool) -> Vec<Violation> {
    const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
    let all = pod.metadata()["annotations"].as_object();
    let is_bad = |(key, value): &(&String, &Value)| {
        let is_seccomp = key.as_str() == POD || key.starts_with(CONTAINER);
        let is_default = *value == "runtime/default" || *value == "docker/default";
        is_seccomp && (legacy || !is_default)
    };
    let bad = all.into_iter().flatten().filter(is_bad);
    let violation = |(key, value): (&String, &Value)| {
        let (message, help) = told(
            &format!("pod asks for the seccomp profile {value} (`{key}`)"),
            legacy,
        );
        Violation {
            path: ["metadata", "annotations", key].into_iter().collect(),
            ..Holder::pod(pod).violation("openshift/seccompProfile", &[], message, help)
        }
    };
    bad.map(violation).collect()
}

fn told(what: &str, legacy: bool) -> (String, &'static str) {
    match legacy {
        true => (
            format!("{what}, and under `restricted` seccomp may not be set"),
            "leave it out, or move to `restricted-v2`, which OpenShift has from 4.11 on",
        ),
        false => (
            format!("{what}, and only `RuntimeDefault` is allowed"),
            "write `seccompProfile: {type: RuntimeDefault}`, or leave it out",
        ),
    }
}

/// What a container asks for beyond an ordinary process.
fn privileges(container: Holder<'_>, legacy: bool) -> Vec<Violation> {
    let mut found = Vec::new();
    if is_on(container, PRIVILEGED) {
        let message = format!("{container} is privileged, which no project may by default");
        let help = "remove `privileged: true`";
        found.push(container.violation("openshift/privileged", PRIVILEGED, message, help));
    }
    // `restricted` allows it, and sets nothing.
    if !legacy && is_on(container, ESCALATION) {
        let message = format!("{container} asks that its processes may gain privileges");
        let help = "write `allowPrivilegeEscalation: false`, or leave it out";
        found.push(container.violation(
            "openshift/allowPrivilegeEscalation",
            ESCALATION,
            message,
            help,
        ));
    }
    for (index, name) in container.items(ADD).iter().enumerate() {
        if legacy || name != "NET_BIND_SERVICE" {
            let message = format!("{container} adds the capability {name}, which may not be added");
            let index = index.to_string();
            let path = [ADD, &[&index]].concat();
            let help = "remove it from `add`";
            found.push(container.violation("openshift/capabilities", &path, message, help));
        }
    }
    for (index, port) in container.items(&["ports"]).iter().enumerate() {
        let port = &port["hostPort"];
        if !port.is_null() && port != 0 {
            let message = format!("{container} takes port {port} of its node");
            let path = ["ports", &index.to_string(), "hostPort"];
            let help = "remove `hostPort`, and let a Service or a Route reach `containerPort`";
            found.push(container.violation("openshift/hostPorts", &path, message, help));
        }
    }
    found
}

/// Whether something other than `false` stands there.
fn is_on(holder: Holder<'_>, path: &[&str]) -> bool {
    holder.has(path) && holder.get(path) != false
}
