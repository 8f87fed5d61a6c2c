//! Pods that Kubernetes itself would refuse: the API server when they are created (`api/…`), or the kubelet when a
//! container is to start (`kubelet/…`).
//!
//! Source of every rule: `k8s.io/kubernetes` v1.37, `pkg/apis/core/validation` and `pkg/kubelet/kuberuntime`. Only what
//! guardrails touch is here; what a whole pod must look like is the API server's business.

mod pages;
pub mod resources;
#[cfg(test)]
mod tests;
mod user_namespace;

use super::{Page, Violation, holder::Holder};
use crate::manifest::{ContainerKind, Pod};

/// One rule: a row of the table. The id that its violations carry is its page's.
struct Rule {
    page: Page,
    evaluate: fn(id: &'static str, pod: Pod<'_>) -> Vec<Violation>,
}

const RULES: &[Rule] = &[
    Rule {
        page: pages::PRIVILEGED,
        evaluate: privileged_without_escalation,
    },
    Rule {
        page: pages::SYS_ADMIN,
        evaluate: sys_admin_without_escalation,
    },
    Rule {
        page: pages::LINUX_FIELD,
        evaluate: linux_field_on_windows,
    },
    Rule {
        page: pages::WINDOWS_OPTIONS,
        evaluate: windows_options_on_linux,
    },
    Rule {
        page: pages::EPHEMERAL_RESOURCES,
        evaluate: ephemeral_resources,
    },
    Rule {
        page: pages::EPHEMERAL_ON_CREATE,
        evaluate: ephemeral_on_create,
    },
    Rule {
        page: pages::UNMASKED_PROC,
        evaluate: user_namespace::unmasked_proc,
    },
    Rule {
        page: pages::USER_NAMESPACE_WITH_HOST,
        evaluate: user_namespace::with_host,
    },
    Rule {
        page: pages::ROOT_BUT_NON_ROOT,
        evaluate: root_but_non_root,
    },
];

/// What of `pod` Kubernetes would refuse, whatever the policy; amounts of cpu and memory apart, which [`resources`] judges.
pub fn rejected(pod: Pod<'_>) -> Vec<Violation> {
    RULES
        .iter()
        .flat_map(|rule| (rule.evaluate)(rule.page.id, pod))
        .collect()
}

/// The page of every rule, in the table's order.
pub(super) fn pages() -> impl Iterator<Item = Page> {
    RULES
        .iter()
        .map(|rule| rule.page)
        .chain(resources::PAGES.iter().copied())
}

const SECURITY: &str = "securityContext";
const ESCALATION: &[&str] = &[SECURITY, "allowPrivilegeEscalation"];
const USER: &[&str] = &[SECURITY, "runAsUser"];
const NON_ROOT: &[&str] = &[SECURITY, "runAsNonRoot"];

/// Fields that a pod for Windows must not have, whatever their value.
const LINUX_POD_FIELDS: &[&[&str]] = &[
    &[SECURITY, "appArmorProfile"],
    &[SECURITY, "fsGroup"],
    &[SECURITY, "fsGroupChangePolicy"],
    &[SECURITY, "runAsGroup"],
    &[SECURITY, "runAsUser"],
    &[SECURITY, "seLinuxChangePolicy"],
    &[SECURITY, "seLinuxOptions"],
    &[SECURITY, "seccompProfile"],
    &[SECURITY, "supplementalGroups"],
    &[SECURITY, "supplementalGroupsPolicy"],
    &["hostUsers"],
    &["resources"],
    &["shareProcessNamespace"],
];

/// Fields that a pod for Windows may have as `false` or an empty list.
const LINUX_POD_SWITCHES: &[&[&str]] = &[&[SECURITY, "sysctls"], &["hostIPC"], &["hostPID"]];

/// Fields that containers of a pod for Windows must not have, whatever their value.
const LINUX_CONTAINER_FIELDS: &[&[&str]] = &[
    &[SECURITY, "allowPrivilegeEscalation"],
    &[SECURITY, "appArmorProfile"],
    &[SECURITY, "capabilities"],
    &[SECURITY, "privileged"],
    &[SECURITY, "procMount"],
    &[SECURITY, "readOnlyRootFilesystem"],
    &[SECURITY, "runAsGroup"],
    &[SECURITY, "runAsUser"],
    &[SECURITY, "seLinuxOptions"],
    &[SECURITY, "seccompProfile"],
];

const WINDOWS_OPTIONS: &[&str] = &[SECURITY, "windowsOptions"];

fn privileged_without_escalation(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::containers(pod)
        .filter(|c| c.get(ESCALATION) == false && c.get(&[SECURITY, "privileged"]) == true)
        .map(|c| {
            c.violation(
                id,
                ESCALATION,
                format!(
                    "{c} is privileged and may not gain privileges: the API server refuses the \
                    pair"
                ),
                "remove `privileged: true`; where it must stay, remove `allowPrivilegeEscalation: \
                false`",
            )
        })
        .collect()
}

fn sys_admin_without_escalation(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let add: &[&str] = &[SECURITY, "capabilities", "add"];
    let of_container = |c: Holder<'_>| {
        let names = c.items(add).iter().enumerate();
        // Literally so: the API server lets `SYS_ADMIN` pass, which means the same to the runtime.
        let bad = names.filter(|(_, name)| *name == "CAP_SYS_ADMIN");
        bad.map(|(i, _)| {
            c.violation(
                id,
                &[add, &[&i.to_string()]].concat(),
                format!(
                    "{c} adds `CAP_SYS_ADMIN` and may not gain privileges: the API server \
                    refuses the pair"
                ),
                "remove `CAP_SYS_ADMIN` from `add`",
            )
        })
        .collect::<Vec<_>>()
    };
    Holder::containers(pod)
        .filter(|c| c.get(ESCALATION) == false)
        .flat_map(of_container)
        .collect()
}

fn linux_field_on_windows(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    if pod.spec()["os"]["name"] != "windows" {
        return Vec::new();
    }
    let found = |holder: Holder<'_>, path: &[&str]| {
        let message = format!(
            "{holder} sets `{}`, which a pod for Windows must not have: the API server refuses it",
            path.join(".")
        );
        holder.violation(
            id,
            path,
            message,
            "remove it; what Windows has instead stands under `securityContext.windowsOptions`",
        )
    };
    let spec = Holder::pod(pod);
    let fields = LINUX_POD_FIELDS.iter().filter(|path| spec.has(path));
    let switches = LINUX_POD_SWITCHES
        .iter()
        .filter(|path| spec.get(path) == true || !spec.items(path).is_empty());
    let of_pod = fields.chain(switches).map(|path| found(spec, path));
    let of_containers = Holder::containers(pod).flat_map(|c| {
        let paths = LINUX_CONTAINER_FIELDS
            .iter()
            .filter(move |path| c.has(path));
        paths.map(move |path| found(c, path))
    });
    of_pod.chain(of_containers).collect()
}

fn windows_options_on_linux(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    if pod.spec()["os"]["name"] != "linux" {
        return Vec::new();
    }
    Holder::all(pod)
        .filter(|h| h.has(WINDOWS_OPTIONS))
        .map(|h| {
            h.violation(
                id,
                WINDOWS_OPTIONS,
                format!(
                    "{h} sets `windowsOptions`, and the pod is for Linux (`os.name`): the API \
                    server refuses it"
                ),
                "remove `windowsOptions`, or correct `spec.os.name`",
            )
        })
        .collect()
}

fn ephemeral_resources(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let parts = ["claims", "limits", "requests"];
    Holder::containers(pod)
        .filter(|c| {
            c.container()
                .is_some_and(|c| c.kind == ContainerKind::Ephemeral)
        })
        .filter(|c| parts.iter().any(|part| c.has(&["resources", part])))
        .map(|c| {
            c.violation(
                id,
                &["resources"],
                format!("{c} is ephemeral and sets `resources`: the API server refuses it"),
                "remove `resources`: a debugging container lives on what its pod has",
            )
        })
        .collect()
}

fn ephemeral_on_create(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let list = ContainerKind::Ephemeral.list();
    let spec = Holder::pod(pod);
    if spec.items(&[list]).is_empty() {
        return Vec::new();
    }
    let message = "pod brings ephemeral containers of its own: the API server refuses them in what is created and in \
                   every template";
    let help = "remove them; `kubectl debug` adds one to a pod that runs";
    vec![spec.violation(id, &[list], message, help)]
}

/// One violation for each place of a uid 0 that containers run with and must not.
fn root_but_non_root(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    // On Windows nodes the kubelet does not look at uids.
    if pod.is_windows() {
        return Vec::new();
    }
    let spec = Holder::pod(pod);
    let help = "write the uid that the image was built for, or say `runAsNonRoot: false` where it \
        has to be root";
    let doomed = Holder::containers(pod).filter(|c| {
        c.effective(pod, NON_ROOT) == true && c.effective(pod, USER).as_f64() == Some(0.0)
    });
    let (own, inherited): (Vec<_>, Vec<_>) = doomed.partition(|c| c.has(USER));
    let mut found: Vec<_> = own
        .iter()
        .map(|c| {
            c.violation(
                id,
                USER,
                format!("{c} must not run as root and is given uid 0: it never starts"),
                help,
            )
        })
        .collect();
    if !inherited.is_empty() {
        let names: Vec<_> = inherited.iter().map(Holder::to_string).collect();
        let message = format!(
            "pod gives uid 0 to containers that must not run as root: {} never starts",
            names.join(", ")
        );
        found.push(spec.violation(id, USER, message, help));
    }
    found
}
