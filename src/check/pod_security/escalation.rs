//! `privileged` and `allowPrivilegeEscalation`: what a process may become.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, of_linux, since};

const PRIVILEGED_PATH: &[&str] = &[SECURITY, "privileged"];
const ALLOW_PATH: &[&str] = &[SECURITY, "allowPrivilegeEscalation"];

pub(super) const PRIVILEGED: Control = Control {
    id: "privileged",
    level: Level::Baseline,
    revisions: &[since(0, privileged)],
    page: Page {
        id: "pod-security/privileged",
        title: "no privileged containers",
        what: "`securityContext.privileged` of every container must be absent or `false`.",
        why_platform: "A privileged container sees every device of its node and keeps every \
            capability: whoever gets into it owns the node, and with it every pod and every token \
            there.",
        why_data: "It is the administrator account of the machine that your job shares with \
            others. Spark, Jupyter and Airflow never need it; what asks for it is usually a \
            helper that wants one device, one mount or one kernel setting.",
        fix: "Remove `privileged: true` and ask for the one thing that it was there for: a GPU \
            through `resources.limits`, FUSE through a CSI driver, a kernel setting through the \
            node's configuration. The preset `pod-security-enforce` writes `false` instead.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext:
      privileged: true
",
        after: "\
spec:
  containers:
  - name: spark
    resources:
      limits:
        nvidia.com/gpu: 1
",
    },
};

pub(super) const ALLOW: Control = Control {
    id: "allowPrivilegeEscalation",
    level: Level::Restricted,
    revisions: &[
        since(8, allow),
        since(25, |id, pod| of_linux(id, pod, allow)),
    ],
    page: Page {
        id: "pod-security/allowPrivilegeEscalation",
        title: "no gaining of privileges",
        what: "`securityContext.allowPrivilegeEscalation` must be `false` on every container, \
            written out: where it is absent, it is true. There is no such field on the pod. Pods \
            with `spec.os.name: windows` are exempt from v1.25 on. Asked since v1.8.",
        why_platform: "It sets the kernel's `no_new_privs`, so that set-user-id files such as \
            `sudo` in an image lead nowhere.",
        why_data: "Your process stays what it was started as. Spark starts its JVM and Python \
            workers with the rights that it has, so nothing changes; only a script that calls \
            `sudo` inside the container stops working.",
        fix: "Set it to `false` on each container, init containers and sidecars too. The API \
            server refuses it beside `privileged: true` and beside the capability \
            `CAP_SYS_ADMIN`: remove those first.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext: {}
",
        after: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: false
",
    },
};

fn privileged(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::containers(pod)
        .filter(|c| c.has(PRIVILEGED_PATH) && c.get(PRIVILEGED_PATH) != false)
        .map(|c| {
            c.violation(
                id,
                PRIVILEGED_PATH,
                format!("{c} is privileged: it may do on its node whatever root there may"),
                "remove `privileged: true`, and ask for the one device, mount or setting that it \
                was there for",
            )
        })
        .collect()
}

fn allow(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::containers(pod)
        .filter(|c| c.get(ALLOW_PATH) != false)
        .map(|c| {
            let message = if c.has(ALLOW_PATH) {
                format!("{c} asks that its processes may gain privileges")
            } else {
                format!(
                    "{c} lets its processes gain privileges: `allowPrivilegeEscalation` is \
                    absent, which means true"
                )
            };
            let help = if c.get(PRIVILEGED_PATH) == true {
                "remove `privileged: true` first: the API server refuses \
                `allowPrivilegeEscalation: false` beside it"
            } else {
                "set `securityContext.allowPrivilegeEscalation: false` on this container"
            };
            c.violation(id, ALLOW_PATH, message, super::unless_windows(pod, help))
        })
        .collect()
}
