//! `procMount` and `sysctls`: the kernel as a pod sees and sets it.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, of_host_users, since};

const PROC_MOUNT_PATH: &[&str] = &[SECURITY, "procMount"];

/// Kernel parameters that are private to a pod and harmless to its node, by the first policy that lets them pass; upstream.
const SAFE_SYSCTLS: &[(u8, &[&str])] = &[
    (
        0,
        &[
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_syncookies",
        ],
    ),
    (27, &["net.ipv4.ip_local_reserved_ports"]),
    (
        29,
        &[
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
        ],
    ),
    (32, &["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    (
        37,
        &[
            "net.ipv4.tcp_notsent_lowat",
            "net.ipv4.tcp_slow_start_after_idle",
        ],
    ),
];

pub(super) const PROC_MOUNT: Control = Control {
    id: "procMount",
    level: Level::Baseline,
    revisions: &[
        since(0, proc_mount),
        since(35, |id, pod| of_host_users(id, pod, proc_mount)),
    ],
    page: Page {
        id: "pod-security/procMount",
        title: "the usual view of /proc",
        what: "`securityContext.procMount` of every container must be absent or `Default`. With \
            `spec.hostUsers: false` any value passes from v1.35 on.",
        why_platform: "Runtimes hide parts of /proc through which a container could read or set \
            its node's kernel. `Unmasked` shows them.",
        why_data: "Only containers that build containers ask for it. Spark reads /proc for its \
            process metrics, and what it reads is never hidden.",
        fix: "Remove `procMount`, or build images outside this pod. The preset \
            `pod-security-enforce` writes `Default` instead.",
        before: "\
spec:
  containers:
  - name: builder
    securityContext:
      procMount: Unmasked
",
        after: "\
spec:
  containers:
  - name: builder
    securityContext:
      procMount: Default
",
    },
};

pub(super) const PROC_MOUNT_RESTRICTED: Control = Control {
    id: "procMount_restricted",
    level: Level::Restricted,
    revisions: &[since(35, proc_mount).instead_of(PROC_MOUNT.id)],
    page: Page {
        id: "pod-security/procMount_restricted",
        title: "the usual view of /proc, even in a user namespace",
        what: "`securityContext.procMount` of every container must be absent or `Default`, \
            whatever `spec.hostUsers` says. Since v1.35; before, `procMount` asks for the same.",
        why_platform: "A user namespace makes an unmasked /proc less dangerous, not harmless; \
            `restricted` does not rely on it.",
        why_data: "Only containers that build containers ask for it. Spark reads /proc for its \
            process metrics, and what it reads is never hidden.",
        fix: "Remove `procMount`, or build images in a namespace at the level `baseline`.",
        before: "\
spec:
  hostUsers: false
  containers:
  - name: builder
    securityContext:
      procMount: Unmasked
",
        after: "\
spec:
  hostUsers: false
  containers:
  - name: builder
",
    },
};

pub(super) const SYSCTLS: Control = Control {
    id: "sysctls",
    level: Level::Baseline,
    revisions: &[
        since(0, |id, pod| sysctls(id, pod, 0)),
        since(27, |id, pod| sysctls(id, pod, 27)),
        since(29, |id, pod| sysctls(id, pod, 29)),
        since(32, |id, pod| sysctls(id, pod, 32)),
        since(37, |id, pod| sysctls(id, pod, 37)),
    ],
    page: Page {
        id: "pod-security/sysctls",
        title: "only harmless kernel parameters",
        what: "`spec.securityContext.sysctls[*].name` may only be kernel.shm_rmid_forced and, \
            under net.ipv4, ip_local_port_range, ip_local_reserved_ports, \
            ip_unprivileged_port_start, ping_group_range, tcp_fin_timeout, tcp_keepalive_intvl, \
            tcp_keepalive_probes, tcp_keepalive_time, tcp_notsent_lowat, tcp_rmem, \
            tcp_slow_start_after_idle, tcp_syncookies and tcp_wmem. Older versions allow fewer: \
            ip_local_reserved_ports came with v1.27, tcp_keepalive_* and tcp_fin_timeout with \
            v1.29, tcp_rmem and tcp_wmem with v1.32, tcp_slow_start_after_idle and \
            tcp_notsent_lowat with v1.37.",
        why_platform: "Any other parameter may change the node for every pod on it, and the \
            kubelet refuses it unless it was told otherwise: the pod ends as `SysctlForbidden`.",
        why_data: "Advice from bare-metal Spark, such as a larger `net.core.somaxconn`, does not \
            belong into a pod. For connections that are cut while idle, set the keepalive \
            parameters, which are allowed.",
        fix: "Remove it, or have whoever runs the nodes set it there.",
        before: "\
spec:
  securityContext:
    sysctls:
    - name: net.core.somaxconn
      value: \"4096\"
  containers:
  - name: spark
",
        after: "\
spec:
  securityContext:
    sysctls:
    - name: net.ipv4.tcp_keepalive_time
      value: \"120\"
  containers:
  - name: spark
",
    },
};

fn proc_mount(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::containers(pod)
        .filter(|c| c.has(PROC_MOUNT_PATH) && c.get(PROC_MOUNT_PATH) != "Default")
        .map(|c| {
            let value = c.get(PROC_MOUNT_PATH);
            c.violation(
                id,
                PROC_MOUNT_PATH,
                format!(
                    "{c} mounts /proc as {value}: parts of its node's kernel are no longer hidden"
                ),
                "remove `procMount`: only containers that build containers need it",
            )
        })
        .collect()
}

fn sysctls(id: &'static str, pod: Pod<'_>, minor: u8) -> Vec<Violation> {
    let allowed = |name: &str| {
        let mut safe = SAFE_SYSCTLS.iter();
        safe.any(|(since, names)| *since <= minor && names.contains(&name))
    };
    let spec = Holder::pod(pod);
    let names = spec.items(&[SECURITY, "sysctls"]).iter();
    names
        .map(|sysctl| sysctl["name"].as_str().unwrap_or(""))
        .enumerate()
        .filter(|(_, name)| !allowed(name))
        .map(|(i, name)| {
            spec.violation(
                id,
                &[SECURITY, "sysctls", &i.to_string(), "name"],
                format!("pod sets the kernel parameter `{name}`, which may reach beyond it"),
                "remove it, or have it set on the nodes",
            )
        })
        .collect()
}
