//! `runAsNonRoot` and `runAsUser`: as whom containers run.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, of_host_users, since};

const NON_ROOT_PATH: &[&str] = &[SECURITY, "runAsNonRoot"];
const USER_PATH: &[&str] = &[SECURITY, "runAsUser"];

pub(super) const NON_ROOT: Control = Control {
    id: "runAsNonRoot",
    level: Level::Restricted,
    revisions: &[
        since(0, non_root),
        since(35, |id, pod| of_host_users(id, pod, non_root)),
    ],
    page: Page {
        id: "pod-security/runAsNonRoot",
        title: "never as root",
        what: "`securityContext.runAsNonRoot` must be `true` on the pod, or on every container; a \
            `false` fails anywhere, even where every container overrides it. Pods with \
            `spec.hostUsers: false` are exempt from v1.35 on; Windows pods are not.",
        why_platform: "Root in a container is root on the node as soon as anything leaks: a \
            mount, a kernel bug, a runtime bug. The kubelet enforces this field, whatever the \
            image says.",
        why_data: "The official Spark images run as uid 185 anyway. But they give their user by \
            name, which the kubelet cannot check: with `runAsNonRoot` alone the pod stays at \
            CreateContainerConfigError. Write the number as well.",
        fix: "Set `runAsNonRoot: true` on the pod together with `runAsUser`, the uid that the \
            image was built for: 185 for `apache/spark`, 1000 for Jupyter images, 50000 for \
            Airflow. On OpenShift leave `runAsUser` out.",
        before: "\
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.1
",
        after: "\
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 185
  containers:
  - name: spark
    image: apache/spark:4.1.1
",
    },
};

pub(super) const USER: Control = Control {
    id: "runAsUser",
    level: Level::Restricted,
    revisions: &[
        since(23, user),
        since(35, |id, pod| of_host_users(id, pod, user)),
    ],
    page: Page {
        id: "pod-security/runAsUser",
        title: "no uid 0",
        what: "`securityContext.runAsUser` of the pod and of every container must not be 0; it \
            may be absent. Pods with `spec.hostUsers: false` are exempt from v1.35 on. Asked since \
            v1.23.",
        why_platform: "uid 0 is root. Beside `runAsNonRoot: true` it is a contradiction as well, \
            and the container never starts.",
        why_data: "It is mostly an init container that repairs the owner of a volume, or an image \
            that installs packages when it starts. Both have better places: `fsGroup`, and the \
            image's build.",
        fix: "Write the uid that the image was built for (185 for `apache/spark`); give a volume \
            to that user with `fsGroup`.",
        before: "\
spec:
  initContainers:
  - name: chown
    command: [chown, -R, \"185\", /data]
    securityContext:
      runAsUser: 0
  containers:
  - name: spark
",
        after: "\
spec:
  securityContext:
    fsGroup: 185
  containers:
  - name: spark
",
    },
};

fn non_root(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let mut found: Vec<_> = Holder::all(pod)
        .filter(|h| h.has(NON_ROOT_PATH) && h.get(NON_ROOT_PATH) != true)
        .map(|h| {
            let message = format!(
                "{h} must not run as root, and sets `runAsNonRoot: {}`",
                h.get(NON_ROOT_PATH)
            );
            h.violation(
                id,
                NON_ROOT_PATH,
                message,
                "set it to `true`, with the uid that the image was built for as `runAsUser`",
            )
        })
        .collect();
    // Containers inherit what the pod says; what it says wrong is one violation, not one for each of them.
    if !Holder::pod(pod).has(NON_ROOT_PATH) {
        let bare = Holder::containers(pod).filter(|c| !c.has(NON_ROOT_PATH));
        found.extend(bare.map(|c| {
            let message =
                format!("{c} may run as root: neither it nor its pod sets `runAsNonRoot: true`");
            c.violation(id, NON_ROOT_PATH, message, missing_help(pod, c))
        }));
    }
    found
}

/// The next step where `runAsNonRoot` is absent: what stands in its way first.
fn missing_help(pod: Pod<'_>, container: Holder<'_>) -> &'static str {
    match container.effective(pod, USER_PATH).as_i64() {
        Some(0) => {
            "change `runAsUser: 0` first: with `runAsNonRoot: true` beside it the container never \
            starts"
        }
        None if !pod.is_windows() => {
            "set `spec.securityContext.runAsNonRoot: true` on the pod, with the uid that the image \
            was built for as `runAsUser`"
        }
        _ => "set `spec.securityContext.runAsNonRoot: true` on the pod",
    }
}

fn user(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::all(pod)
        .filter(|h| h.has(USER_PATH) && h.get(USER_PATH).as_f64().is_none_or(|uid| uid == 0.0))
        .map(|h| {
            h.violation(
                id,
                USER_PATH,
                format!("{h} runs as root (`runAsUser: {}`)", h.get(USER_PATH)),
                "write the uid that the image was built for; to give it a volume, set the pod's \
                `fsGroup`",
            )
        })
        .collect()
}
