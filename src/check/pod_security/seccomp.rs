//! `seccompProfile`: which system calls a container may make.

use super::{Control, Holder, Level, Page, Pod, Revision, SECURITY, Violation, is_windows, text};
use serde_json::Value;

const PROFILE: &[&str] = &[SECURITY, "seccompProfile"];
const TYPE: &[&str] = &[SECURITY, "seccompProfile", "type"];
const FILTERS: &[&str] = &["RuntimeDefault", "Localhost"];

pub(super) const BASELINE: Control = Control {
    id: "seccompProfile_baseline",
    level: Level::Baseline,
    revisions: &[Revision {
        since: 19,
        overrides: &[],
        evaluate: unfiltered,
    }],
    page: Page {
        id: "pod-security/seccompProfile_baseline",
        title: "the system-call filter not switched off",
        what: "`securityContext.seccompProfile.type` of the pod and of every container must be \
            `RuntimeDefault` or `Localhost`, or the profile absent.",
        why_platform: "Most ways out of a container went through a system call that ordinary \
            programs never make. `Unconfined` opens them all.",
        why_data: "The JVM, Python and Spark make none of the blocked calls. Profilers and \
            debuggers may; they belong into a namespace of their own.",
        fix: "Write `RuntimeDefault`, or remove the profile.",
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
    revisions: &[Revision {
        since: 25,
        overrides: &[BASELINE.id],
        evaluate: restricted,
    }],
    page: Page {
        id: "pod-security/seccompProfile_restricted",
        title: "a system-call filter for every container",
        what: "`securityContext.seccompProfile.type` must be `RuntimeDefault` or `Localhost` on \
            the pod, or on every container; any other value fails, even where a container \
            overrides it. Pods with `spec.os.name: windows` are exempt.",
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
    if is_windows(pod) {
        return Vec::new();
    }
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
