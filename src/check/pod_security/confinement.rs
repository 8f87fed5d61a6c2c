//! `appArmorProfile` and `seLinuxOptions`: what the kernel's mandatory access control lets a container do.

use super::{Control, Holder, Level, Page, Pod, SECURITY, Violation, annotation, since, text};
use serde_json::Value;

/// Annotations of before v1.30, still read: what follows is the container's name.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

const APP_ARMOR_PATH: &[&str] = &[SECURITY, "appArmorProfile", "type"];
const PROFILE_TYPES: &[&str] = &["RuntimeDefault", "Localhost"];

const SE_LINUX_PATH: &[&str] = &[SECURITY, "seLinuxOptions"];
/// Upstream; the last one since v1.31.
const SE_LINUX_TYPES: &[&str] = &[
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

pub(super) const APP_ARMOR: Control = Control {
    id: "appArmorProfile",
    level: Level::Baseline,
    revisions: &[since(0, app_armor)],
    page: Page {
        id: "pod-security/appArmorProfile",
        title: "AppArmor not switched off",
        what: "`securityContext.appArmorProfile.type` of the pod and of every container must be \
            `RuntimeDefault` or `Localhost`, or the profile absent. Annotations \
            `container.apparmor.security.beta.kubernetes.io/<container>` must be empty, \
            `runtime/default` or `localhost/…`.",
        why_platform: "Where nodes have AppArmor, the runtime's profile stops a container from \
            remounting, loading modules and writing to /proc and /sys. `Unconfined` takes that \
            away.",
        why_data: "Spark runs under the runtime's profile everywhere. Where a tool does not, a \
            profile of its own is the answer, not none.",
        fix: "Remove the profile. Do not write `RuntimeDefault` instead: a node without AppArmor \
            refuses a pod that asks for it. The preset `pod-security-enforce` removes it.",
        before: "\
spec:
  securityContext:
    appArmorProfile:
      type: Unconfined
  containers:
  - name: spark
",
        after: "\
spec:
  containers:
  - name: spark
",
    },
};

pub(super) const SE_LINUX: Control = Control {
    id: "seLinuxOptions",
    level: Level::Baseline,
    revisions: &[
        since(0, |id, pod| se_linux(id, pod, &SE_LINUX_TYPES[..4])),
        since(31, |id, pod| se_linux(id, pod, SE_LINUX_TYPES)),
    ],
    page: Page {
        id: "pod-security/seLinuxOptions",
        title: "no SELinux user, role or foreign type",
        what: "`securityContext.seLinuxOptions` of the pod and of every container may set \
            `level`, and as `type` container_t, container_init_t, container_kvm_t or \
            container_engine_t (this one from v1.31 on); `user` and `role` must be absent or empty.",
        why_platform: "A type such as `spc_t` is a container without SELinux; user and role \
            decide which types can be reached at all.",
        why_data: "It is usually copied from advice against `Permission denied` on a mounted \
            folder. The answer there is `fsGroup` or a claim.",
        fix: "Remove `user`, `role` and the type. On OpenShift leave the whole of \
            `seLinuxOptions` out: the namespace decides.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext:
      seLinuxOptions:
        type: spc_t
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

fn app_armor(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let (profile, kind) = (&APP_ARMOR_PATH[..2], APP_ARMOR_PATH);
    let help = "remove it: the node's own profile then holds";
    let fields = Holder::all(pod)
        .filter(|h| h.has(profile))
        .filter(|h| !text(h.get(kind)).is_some_and(|t| PROFILE_TYPES.contains(&t)))
        .map(|h| {
            let message = match h.get(kind) {
                Value::Null => format!("{h} sets an AppArmor profile without a type"),
                kind => format!("{h} sets the AppArmor profile {kind}"),
            };
            h.violation(id, kind, message, help)
        });
    fields.chain(app_armor_annotations(id, pod, help)).collect()
}

fn app_armor_annotations<'v>(
    id: &'static str,
    pod: Pod<'v>,
    help: &'v str,
) -> impl Iterator<Item = Violation> + 'v {
    let annotations = pod.metadata()["annotations"].as_object();
    let allowed = |v: &str| v.is_empty() || v == "runtime/default" || v.starts_with("localhost/");
    let profiles = annotations.into_iter().flatten();
    profiles.filter_map(move |(key, value)| {
        let container = key.strip_prefix(ANNOTATION)?;
        let message =
            format!("container `{container}` gets the AppArmor profile {value} from an annotation");
        let bad = !text(value).is_some_and(allowed);
        bad.then(|| annotation(id, container, (key, value), message, help))
    })
}

fn se_linux(id: &'static str, pod: Pod<'_>, types: &[&str]) -> Vec<Violation> {
    let of_holder = |h: Holder<'_>| {
        [("type", types), ("user", &[""]), ("role", &[""])]
            .into_iter()
            .filter_map(|(field, allowed)| {
                let path = [SE_LINUX_PATH, &[field]].concat();
                let value = h.get(&path);
                if text(value).is_some_and(|t| allowed.contains(&t)) {
                    return None;
                }
                Some(h.violation(
                    id,
                    &path,
                    format!("{h} sets the SELinux {field} {value}"),
                    format!(
                        "remove `seLinuxOptions.{field}`; for files that cannot be read, set \
                        the pod's `fsGroup`"
                    ),
                ))
            })
            .collect::<Vec<_>>()
    };
    Holder::all(pod).flat_map(of_holder).collect()
}
