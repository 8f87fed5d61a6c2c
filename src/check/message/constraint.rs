//! What OpenShift says where no Security Context Constraint takes a pod.

use super::Said;

pub(super) const TABLE: &[Said] = &[
    Said {
        words: &["unable to validate against any security context constraint"],
        by: "OpenShift",
        ids: &["openshift/runAsUser"],
        place: "what each `provider` names; `restricted-v2` is the one that counts, unless the ServiceAccount may use another",
        means: "No constraint that the pod's ServiceAccount may use takes the pod. The reasons of all constraints \
               stand in one line; `not usable by user or serviceaccount` is no fault of the manifest.",
        fix: "Render with `--preset openshift`, which sets nothing that the platform assigns, and see what `check` \
               says of what the author wrote.",
    },
    Said {
        words: &["must be in the ranges"],
        by: "OpenShift",
        ids: &["openshift/runAsUser"],
        place: "securityContext.runAsUser of the pod and of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &["is not an allowed group"],
        by: "OpenShift",
        ids: &["openshift/fsGroup"],
        place: "spec.securityContext.fsGroup",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "seccomp may not be set",
            "is not an allowed seccomp profile",
        ],
        by: "OpenShift",
        ids: &["openshift/seccompProfile"],
        place: "securityContext.seccompProfile of the pod and of every container, and the annotations seccomp.security.alpha.kubernetes.io",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "seLinuxOptions.level: Invalid value",
            "seLinuxOptions.user: Invalid value",
            "seLinuxOptions.type: Invalid value",
            "seLinuxOptions.role: Invalid value",
        ],
        by: "OpenShift",
        ids: &["openshift/seLinuxOptions"],
        place: "securityContext.seLinuxOptions of the pod and of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "Host network is not allowed",
            "Host PID is not allowed",
            "Host IPC is not allowed",
        ],
        by: "OpenShift",
        ids: &["openshift/hostNamespaces"],
        place: "spec.hostNetwork, spec.hostPID, spec.hostIPC",
        means: "",
        fix: "",
    },
    Said {
        words: &["Host ports are not allowed"],
        by: "OpenShift",
        ids: &["openshift/hostPorts"],
        place: "ports[*].hostPort of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &["Privileged containers are not allowed"],
        by: "OpenShift",
        ids: &["openshift/privileged"],
        place: "securityContext.privileged of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &["Allowing privilege escalation for containers is not allowed"],
        by: "OpenShift",
        ids: &["openshift/allowPrivilegeEscalation"],
        place: "securityContext.allowPrivilegeEscalation of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &["capability may not be added"],
        by: "OpenShift",
        ids: &["openshift/capabilities"],
        place: "securityContext.capabilities.add of every container",
        means: "",
        fix: "",
    },
    Said {
        words: &["volumes are not allowed to be used"],
        by: "OpenShift",
        ids: &["openshift/volumes"],
        place: "spec.volumes",
        means: "",
        fix: "",
    },
];
