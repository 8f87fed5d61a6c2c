//! Sharing the node: its namespaces, and Windows host processes.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, since};

const HOST_PROCESS: &[&str] = &[SECURITY, "windowsOptions", "hostProcess"];

pub(super) const NAMESPACES: Control = Control {
    id: "hostNamespaces",
    level: Level::Baseline,
    revisions: &[since(0, namespaces)],
    page: Page {
        id: "pod-security/hostNamespaces",
        title: "no sharing of the node's namespaces",
        what: "`spec.hostNetwork`, `spec.hostPID` and `spec.hostIPC` must be absent or `false`.",
        why_platform: "In the node's network a pod passes every NetworkPolicy and reaches the \
            kubelet and the cloud's metadata service; in its process namespace it reads other \
            pods' environment; in its IPC namespace their shared memory.",
        why_data: "`hostNetwork` is often set so that executors find the driver. They find it \
            through its headless Service, which Spark creates itself; on the node's network two \
            drivers on one machine fight over the same ports.",
        fix: "Remove the field. For a driver that runs in a pod of its own, give it a headless \
            Service and set `spark.driver.host` to its name.",
        before: "\
spec:
  hostNetwork: true
  containers:
  - name: driver
",
        after: "\
spec:
  containers:
  - name: driver
",
    },
};

pub(super) const WINDOWS_PROCESS: Control = Control {
    id: "windowsHostProcess",
    level: Level::Baseline,
    revisions: &[since(0, windows_process)],
    page: Page {
        id: "pod-security/windowsHostProcess",
        title: "no Windows host processes",
        what: "`securityContext.windowsOptions.hostProcess` of the pod and of every container \
            must be absent or `false`.",
        why_platform: "A host process is no container: it runs on the Windows node itself, with \
            the node's file system and network.",
        why_data: "It is meant for agents that administer the machine. A job or a notebook has no \
            use for it.",
        fix: "Remove the field, and with it `hostNetwork: true`, which host processes have to set.",
        before: "\
spec:
  os:
    name: windows
  securityContext:
    windowsOptions:
      hostProcess: true
  containers:
  - name: agent
",
        after: "\
spec:
  os:
    name: windows
  securityContext:
    windowsOptions:
      runAsUserName: ContainerUser
  containers:
  - name: agent
",
    },
};

/// Field, and what it shares.
const SHARED: &[(&str, &str)] = &[
    ("hostNetwork", "network"),
    ("hostPID", "processes"),
    ("hostIPC", "shared memory"),
];

fn namespaces(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let spec = Holder::pod(pod);
    SHARED
        .iter()
        .filter(|(field, _)| spec.has(&[field]) && spec.get(&[field]) != false)
        .map(|(field, what)| {
            spec.violation(
                id,
                &[field],
                format!("pod shares its node's {what} (`{field}`)"),
                format!(
                    "remove `{field}`: Spark's processes reach each other through Services and \
                    pod addresses"
                ),
            )
        })
        .collect()
}

fn windows_process(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::all(pod)
        .filter(|h| h.has(HOST_PROCESS) && h.get(HOST_PROCESS) != false)
        .map(|h| {
            h.violation(
                id,
                HOST_PROCESS,
                format!("{h} runs on the Windows node itself (`hostProcess`), not in a container"),
                "remove `windowsOptions.hostProcess`",
            )
        })
        .collect()
}
