//! `capabilities`: which parts of root a container holds.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, of_linux, since, text};

const ADD: &[&str] = &[SECURITY, "capabilities", "add"];
const DROP: &[&str] = &[SECURITY, "capabilities", "drop"];

/// What container runtimes give by default; upstream, since v1.0.
const DEFAULT_SET: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

const BIND_LOW_PORTS: &[&str] = &["NET_BIND_SERVICE"];

pub(super) const BASELINE: Control = Control {
    id: "capabilities_baseline",
    level: Level::Baseline,
    revisions: &[since(0, |id, pod| {
        added(id, pod, DEFAULT_SET, Level::Baseline)
    })],
    page: Page {
        id: "pod-security/capabilities_baseline",
        title: "no capabilities beyond the runtime's default set",
        what: "`securityContext.capabilities.add` of every container may name only AUDIT_WRITE, \
            CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP, SETGID, \
            SETPCAP, SETUID and SYS_CHROOT, spelled so, without `CAP_`.",
        why_platform: "Capabilities are root in slices. NET_ADMIN, SYS_ADMIN or SYS_PTRACE each \
            reach beyond the container: into the node's network, its mounts, or other processes' \
            memory.",
        why_data: "A driver or executor opens sockets and files as an ordinary user and needs \
            none of them. A profiler that wants SYS_PTRACE has to be agreed with whoever runs the \
            cluster.",
        fix: "Take it out of `add`. For Java flame graphs use the profiler's mode that needs no \
            kernel events. The preset `pod-security-enforce` takes it out.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext:
      capabilities:
        add: [SYS_PTRACE]
",
        after: "\
spec:
  containers:
  - name: spark
    securityContext:
      capabilities:
        drop: [ALL]
",
    },
};

pub(super) const RESTRICTED: Control = Control {
    id: "capabilities_restricted",
    level: Level::Restricted,
    revisions: &[
        since(22, restricted).instead_of(BASELINE.id),
        since(25, |id, pod| of_linux(id, pod, restricted)).instead_of(BASELINE.id),
    ],
    page: Page {
        id: "pod-security/capabilities_restricted",
        title: "all capabilities dropped",
        what: "`securityContext.capabilities.drop` of every container must hold `ALL`, and `add` \
            nothing but `NET_BIND_SERVICE`. There is no such field on the pod. Pods with \
            `spec.os.name: windows` are exempt from v1.25 on. Asked since v1.22; before, \
            `capabilities_baseline` is all that holds.",
        why_platform: "Even the runtime's default set lets a process that became root chown, \
            create devices and send raw packets. Dropping all of it makes root in the container \
            weak.",
        why_data: "Spark, Jupyter and Airflow work without any. What stops working are scripts \
            that repair things as root at start: `chown` of a volume, `apt-get install`, a web \
            server on port 80.",
        fix: "Add `ALL` to `drop` on each container; what stands in the list may stay. Instead of \
            `chown` in an init container set the pod's `fsGroup`; install packages when the image \
            is built.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext:
      capabilities:
        drop: [NET_RAW]
",
        after: "\
spec:
  containers:
  - name: spark
    securityContext:
      capabilities:
        drop: [NET_RAW, ALL]
",
    },
};

fn restricted(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let mut found: Vec<_> = Holder::containers(pod)
        .filter(|c| !c.items(DROP).iter().any(|name| name == "ALL"))
        .map(|c| {
            let help = "add `ALL`, spelled so, to `securityContext.capabilities.drop` of this \
                container";
            Violation {
                absent: !c.has(DROP) || c.get(DROP).is_array(),
                ..c.violation(
                    id,
                    DROP,
                    format!("{c} keeps capabilities: its `drop` list lacks `ALL`"),
                    super::unless_windows(pod, help),
                )
            }
        })
        .collect();
    found.extend(added(id, pod, BIND_LOW_PORTS, Level::Restricted));
    found
}

/// One violation for each capability in an `add` list that is not among the allowed.
fn added(id: &'static str, pod: Pod<'_>, allowed: &[&str], level: Level) -> Vec<Violation> {
    let of_container = |c: Holder<'_>| {
        let names = c.items(ADD).iter().map(|name| text(name).unwrap_or(""));
        let bad = names
            .enumerate()
            .filter(|(_, name)| !allowed.contains(name));
        bad.map(|(i, name)| {
            let index = i.to_string();
            let path = [ADD, &[&index]].concat();
            let help = match name.strip_prefix("CAP_") {
                Some(bare) if allowed.contains(&bare) => format!("write `{bare}`, without `CAP_`"),
                _ => "remove it from `add`: neither Spark nor the JVM asks for it".to_owned(),
            };
            let message =
                format!("{c} adds the capability `{name}`, which `{level}` does not allow");
            c.violation(id, &path, message, help)
        })
        .collect::<Vec<_>>()
    };
    Holder::containers(pod).flat_map(of_container).collect()
}
