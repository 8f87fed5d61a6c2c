//! What `explain` has to say about pods that Kubernetes refuses.

use super::super::Page;

pub(super) const PRIVILEGED: Page = Page {
    id: "api/privileged-without-escalation",
    title: "privileged, and not allowed to gain privileges",
    what: "A container must not set `privileged: true` and `allowPrivilegeEscalation: false` at \
        once.",
    why_platform: "API validation, not policy: the whole workload is refused when it is applied, \
        whatever the namespace allows.",
    why_data: "The two contradict each other: one asks for the administrator's rights on the \
        machine, the other promises never to get more rights.",
    fix: "Remove `privileged: true`. Where it must stay, remove `allowPrivilegeEscalation`.",
    before: "\
spec:
  containers:
  - name: spark
    securityContext:
      privileged: true
      allowPrivilegeEscalation: false
",
    after: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: false
",
};

pub(super) const SYS_ADMIN: Page = Page {
    id: "api/sys-admin-without-escalation",
    title: "CAP_SYS_ADMIN, and not allowed to gain privileges",
    what: "A container must not add the capability `CAP_SYS_ADMIN` and set \
        `allowPrivilegeEscalation: false` at once.",
    why_platform: "API validation, not policy: the whole workload is refused when it is applied. \
        It looks at the literal name only; `SYS_ADMIN` passes, and is just as dangerous.",
    why_data: "`CAP_SYS_ADMIN` is nearly everything that root may do. Mounting file systems in a \
        container is its usual reason: let a volume do that.",
    fix: "Remove the capability; mount through a CSI driver.",
    before: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: false
      capabilities:
        add: [CAP_SYS_ADMIN]
",
    after: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: false
",
};

pub(super) const LINUX_FIELD: Page = Page {
    id: "api/linux-field-on-windows",
    title: "a field of Linux in a pod for Windows",
    what: "With `spec.os.name: windows` neither the pod nor a container may have fields that only \
        Linux knows: users and groups, seccomp, AppArmor, SELinux, capabilities, `privileged`, \
        `allowPrivilegeEscalation`, `readOnlyRootFilesystem`, `procMount`, sysctls, `hostPID`, \
        `hostIPC`, `hostUsers`, `shareProcessNamespace` and resources of the pod as a whole.",
    why_platform: "API validation refuses the pod. Pod Security exempts Windows pods from what \
        they cannot have.",
    why_data: "Guardrails are written for Linux. A pod that says it is for Windows must leave \
        them out; of the usual ones only `runAsNonRoot` holds on both.",
    fix: "Remove the field; use `securityContext.windowsOptions` for the user.",
    before: "\
spec:
  os:
    name: windows
  containers:
  - name: agent
    securityContext:
      runAsUser: 185
",
    after: "\
spec:
  os:
    name: windows
  containers:
  - name: agent
    securityContext:
      windowsOptions:
        runAsUserName: ContainerUser
",
};

pub(super) const WINDOWS_OPTIONS: Page = Page {
    id: "api/windows-options-on-linux",
    title: "Windows options in a pod for Linux",
    what: "With `spec.os.name: linux` neither the pod nor a container may have \
        `securityContext.windowsOptions`.",
    why_platform: "API validation refuses the pod; without `spec.os` it would pass and be ignored.",
    why_data: "Most likely one of the two was copied from somewhere else.",
    fix: "Remove `windowsOptions`, or correct `spec.os.name`.",
    before: "\
spec:
  os:
    name: linux
  securityContext:
    windowsOptions:
      runAsUserName: ContainerUser
  containers:
  - name: spark
",
    after: "\
spec:
  os:
    name: linux
  containers:
  - name: spark
",
};

pub(super) const EPHEMERAL_RESOURCES: Page = Page {
    id: "api/ephemeral-resources",
    title: "resources on a debugging container",
    what: "Items of `spec.ephemeralContainers` must not have `resources`.",
    why_platform: "An ephemeral container joins a pod that is already scheduled, so nothing could \
        be reserved for it; API validation refuses the field.",
    why_data: "A debugging container uses up what the driver or executor was given. Look at a \
        heap of many GB somewhere else.",
    fix: "Remove `resources`.",
    before: "\
spec:
  containers:
  - name: spark
  ephemeralContainers:
  - name: debug
    resources:
      limits:
        memory: 1Gi
",
    after: "\
spec:
  containers:
  - name: spark
  ephemeralContainers:
  - name: debug
",
};

pub(super) const QUANTITY: Page = Page {
    id: "api/quantity",
    title: "an amount that Kubernetes cannot read",
    what: "Every value under `resources.requests` and `resources.limits` must be a quantity, and \
        not negative.",
    why_platform: "The API server refuses the object, often with a message that does not name the \
        field.",
    why_data: "Spark and Kubernetes spell memory differently: Spark's `4g` and the JVM's `-Xmx4g` \
        are `4Gi` here; `4G` is 7 % less, and `400m` is less than a byte.",
    fix: "Write `500m` or `2` for cpu and `512Mi` or `4Gi` for memory.",
    before: "\
spec:
  containers:
  - name: spark
    resources:
      requests:
        memory: 4g
",
    after: "\
spec:
  containers:
  - name: spark
    resources:
      requests:
        memory: 4Gi
",
};

pub(super) const REQUEST_ABOVE_LIMIT: Page = Page {
    id: "api/request-above-limit",
    title: "a request above its limit",
    what: "No value under `resources.requests` may be greater than the one of the same name under \
        `resources.limits`.",
    why_platform: "API validation refuses the workload.",
    why_data: "The request is what is reserved for the container, the limit is where it is \
        stopped: more cannot be reserved than it may ever use. It happens when an overlay lowers \
        one and not the other.",
    fix: "Lower the request or raise the limit. For memory of drivers and executors make them \
        equal.",
    before: "\
spec:
  containers:
  - name: spark
    resources:
      requests:
        memory: 8Gi
      limits:
        memory: 4Gi
",
    after: "\
spec:
  containers:
  - name: spark
    resources:
      requests:
        memory: 4Gi
      limits:
        memory: 4Gi
",
};

pub(super) const ROOT_BUT_NON_ROOT: Page = Page {
    id: "kubelet/root-but-non-root",
    title: "uid 0, and not allowed to be root",
    what: "A container whose `runAsNonRoot` is `true` must not have `runAsUser: 0`, each its own \
        or inherited from the pod.",
    why_platform: "The API server accepts it and the kubelet then refuses to create the \
        container: the pod stays at CreateContainerConfigError.",
    why_data: "The pod is there and never runs. An executor like that leaves the driver waiting \
        for resources.",
    fix: "Write the uid that the image was built for (185 for `apache/spark`), or `runAsNonRoot: \
        false` on the one container that has to be root.",
    before: "\
spec:
  securityContext:
    runAsNonRoot: true
  containers:
  - name: spark
    securityContext:
      runAsUser: 0
",
    after: "\
spec:
  securityContext:
    runAsNonRoot: true
  containers:
  - name: spark
    securityContext:
      runAsUser: 185
",
};

pub(super) const EPHEMERAL_ON_CREATE: Page = Page {
    id: "api/ephemeral-on-create",
    title: "ephemeral containers in a manifest",
    what: "A pod that is created, and every pod template, must not have `ephemeralContainers`.",
    why_platform: "API validation: they are added to a running pod through a subresource of its own, by \
        `kubectl debug`, and by nothing else. It happens where a pod was exported while somebody debugged it.",
    why_data: "A debugging session of somebody is still in the file. Spark needs nothing of it.",
    fix: "Remove the list.",
    before: "\
spec:
  containers:
  - name: spark
  ephemeralContainers:
  - name: debugger
",
    after: "\
spec:
  containers:
  - name: spark
",
};

pub(super) const UNMASKED_PROC: Page = Page {
    id: "api/unmasked-proc-mount",
    title: "`/proc` unmasked without a user namespace",
    what: "A container may have `procMount: Unmasked` only where its pod has `hostUsers: false`.",
    why_platform: "API validation, and a matter of safety: an unmasked `/proc` shows and changes the kernel of the \
        node. API servers that do not know the field drop it without a word.",
    why_data: "It is for building images inside of a container. Spark reads nothing there that is masked.",
    fix: "Remove `procMount`; where a build needs it, set `hostUsers: false` on the pod.",
    before: "\
spec:
  containers:
  - name: spark
    securityContext:
      procMount: Unmasked
",
    after: "\
spec:
  hostUsers: false
  containers:
  - name: spark
    securityContext:
      procMount: Unmasked
",
};

pub(super) const USER_NAMESPACE_WITH_HOST: Page = Page {
    id: "api/user-namespace-with-host",
    title: "a user namespace of its own beside namespaces of the host",
    what: "A pod with `hostUsers: false` must not set `hostNetwork`, `hostPID` or `hostIPC`.",
    why_platform: "API validation: the kernel gives a user namespace no rights in namespaces that belong to the host.",
    why_data: "The two contradict each other: one keeps the pod's users apart from the machine's, the other shares the \
        machine's network or processes.",
    fix: "Remove the namespace of the host; where it must stay, remove `hostUsers`.",
    before: "\
spec:
  hostUsers: false
  hostNetwork: true
  containers:
  - name: spark
",
    after: "\
spec:
  hostUsers: false
  containers:
  - name: spark
",
};

pub(super) const REQUEST_NOT_LIMIT: Page = Page {
    id: "api/request-not-limit",
    title: "a GPU or another device requested without the same limit",
    what: "Where a container requests an extended resource (`nvidia.com/gpu`) or huge pages, it must have a limit of the \
        same amount.",
    why_platform: "API validation: such resources are never overcommitted. A limit alone is enough, the API takes the \
        request from it.",
    why_data: "A GPU is given whole and to one container. Asking for one and allowing two makes no sense to the \
        scheduler.",
    fix: "Write the limit alone.",
    before: "\
spec:
  containers:
  - name: spark
    resources:
      requests:
        nvidia.com/gpu: 1
",
    after: "\
spec:
  containers:
  - name: spark
    resources:
      limits:
        nvidia.com/gpu: 1
",
};
