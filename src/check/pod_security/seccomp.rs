//! `seccompProfile`: which system calls a container may make.

use super::{
    Control, Holder, Level, Page, Pod, SECURITY, Violation, annotation, of_linux, since, text,
};
use serde_json::Value;

const PROFILE: &[&str] = &[SECURITY, "seccompProfile"];
const TYPE: &[&str] = &[SECURITY, "seccompProfile", "type"];
const FILTERS: &[&str] = &["RuntimeDefault", "Localhost"];

pub(super) const BASELINE: Control = Control {
    id: "seccompProfile_baseline",
    level: Level::Baseline,
    revisions: &[since(0, annotations), since(19, unfiltered)],
    page: Page {
        id: "pod-security/seccompProfile_baseline",
        title: "the system-call filter not switched off",
        what: "`securityContext.seccompProfile.type` of the pod and of every container must be \
            `RuntimeDefault` or `Localhost`, or the profile absent. Before v1.19 it is about \
            annotations: `seccomp.security.alpha.kubernetes.io/pod` and \
            `container.seccomp.security.alpha.kubernetes.io/<container>` must be absent, \
            `runtime/default`, `docker/default` or `localhost/…`.",
        why_platform: "Most ways out of a container went through a system call that ordinary \
            programs never make. `Unconfined` opens them all.",
        why_data: "The JVM, Python and Spark make none of the blocked calls. Profilers and \
            debuggers may; they belong into a namespace of their own.",
        fix: "Write `RuntimeDefault`, or remove the profile. The preset `pod-security-enforce` \
            writes it.",
        before: "\
spec:
  securityContext:
    seccompProfile:
      type: Unconfined
  containers:
  - name: spark
",
        after: "\
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: spark
",
    },
};

pub(super) const RESTRICTED: Control = Control {
    id: "seccompProfile_restricted",
    level: Level::Restricted,
    revisions: &[
        since(19, restricted).instead_of(BASELINE.id),
        since(25, |id, pod| of_linux(id, pod, restricted)).instead_of(BASELINE.id),
    ],
    page: Page {
        id: "pod-security/seccompProfile_restricted",
        title: "a system-call filter for every container",
        what: "`securityContext.seccompProfile.type` must be `RuntimeDefault` or `Localhost` on \
            the pod, or on every container; any other value fails, even where a container \
            overrides it. Pods with `spec.os.name: windows` are exempt from v1.25 on. Asked since \
            v1.19; before, `seccompProfile_baseline` is all that holds.",
        why_platform: "Without a profile a container runs unfiltered, unless the kubelet was \
            started with `--seccomp-default`. Most ways out of a container went through a system \
            call that ordinary programs never make.",
        why_data: "One line on the pod. The JVM, Python and Spark make none of the blocked calls.",
        fix: "Set `RuntimeDefault` on the pod: that covers sidecars that are injected later, too.",
        before: "\
spec:
  containers:
  - name: spark
",
        after: "\
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: spark
",
    },
};

/// Annotations of before v1.19: `pod`, or a container's name behind the second.
const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn annotations(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let allowed = |value: &str| {
        matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
    };
    let of_containers = pod
        .containers()
        .map(|c| (format!("{OF_CONTAINER}{}", c.name()), Some(c.name())));
    let keys = std::iter::once((OF_POD.to_owned(), None)).chain(of_containers);
    let help = "write `runtime/default`, or remove the annotation";
    keys.filter_map(|(key, container)| {
        let value = pod.metadata()["annotations"].get(&key)?;
        let bad = !text(value).is_some_and(allowed);
        let who = container.map_or_else(|| "pod".into(), |name| format!("container `{name}`"));
        let message = format!("{who} gets the seccomp profile {value} from an annotation");
        bad.then(|| {
            annotation(
                id,
                container.unwrap_or_default(),
                (&key, value),
                message,
                help,
            )
        })
    })
    .collect()
}

/// Pod and containers that name a profile which filters nothing.
fn unfiltered(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    Holder::all(pod)
        .filter(|h| h.has(PROFILE) && !is_filter(*h))
        .map(|h| {
            let message = match h.get(TYPE) {
                Value::Null => format!("{h} sets a seccomp profile without a type"),
                kind => {
                    format!("{h} sets the seccomp profile {kind}, which filters no system calls")
                }
            };
            h.violation(
                id,
                TYPE,
                message,
                "write `seccompProfile.type: RuntimeDefault`: Spark \
                makes none of the calls that it blocks",
            )
        })
        .collect()
}

fn restricted(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let mut found = unfiltered(id, pod);
    // Containers inherit what the pod says; what it says wrong is one violation, not one for each of them.
    if !Holder::pod(pod).has(PROFILE) {
        let help = "set `spec.securityContext.seccompProfile.type: RuntimeDefault` on the pod";
        let bare = Holder::containers(pod).filter(|c| !c.has(PROFILE));
        found.extend(bare.map(|c| {
            c.violation(
                id,
                TYPE,
                format!(
                    "{c} has no system-call filter: neither it nor its pod sets `seccompProfile`"
                ),
                super::unless_windows(pod, help),
            )
        }));
    }
    found
}

fn is_filter(holder: Holder<'_>) -> bool {
    text(holder.get(TYPE)).is_some_and(|t| FILTERS.contains(&t))
}
