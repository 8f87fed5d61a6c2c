//! What the API server, the scheduler, the kubelet and the process itself say.

use super::Said;

pub(super) const TABLE: &[Said] = &[
    Said {
        words: &["`allowPrivilegeEscalation` to false and `privileged` to true"],
        by: "the API server",
        ids: &["api/privileged-without-escalation"],
        place: "securityContext of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &["`allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"],
        by: "the API server",
        ids: &["api/sys-admin-without-escalation"],
        place: "securityContext of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &["must be less than or equal to … limit"],
        by: "the API server",
        ids: &["api/request-above-limit"],
        place: "resources of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &["Limit must be set for non overcommitable resources"],
        by: "the API server",
        ids: &["api/request-not-limit"],
        place: "resources.limits of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "quantities must match the regular expression",
            "unable to parse quantity",
        ],
        by: "the API server",
        ids: &["api/quantity"],
        place: "resources of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &["cannot be set for a windows pod"],
        by: "the API server",
        ids: &["api/linux-field-on-windows"],
        place: "the field that the message names",
        means: "",
        fix: "",
    },
    Said {
        words: &["windows options cannot be set for a linux pod"],
        by: "the API server",
        ids: &["api/windows-options-on-linux"],
        place: "securityContext.windowsOptions",
        means: "",
        fix: "",
    },
    Said {
        words: &["spec.ephemeralContainers: Forbidden: cannot be set on create"],
        by: "the API server",
        ids: &["api/ephemeral-on-create"],
        place: "spec.ephemeralContainers",
        means: "",
        fix: "",
    },
    Said {
        words: &["`hostUsers` must be false to use `Unmasked`"],
        by: "the API server",
        ids: &["api/unmasked-proc-mount"],
        place: "securityContext.procMount of the container",
        means: "",
        fix: "",
    },
    Said {
        words: &["Forbidden: when `hostUsers` is false"],
        by: "the API server",
        ids: &["api/user-namespace-with-host"],
        place: "spec.hostUsers, and the field that the message names",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "field is immutable",
            "pod updates may not change fields other than",
            "updates to statefulset spec for fields other than",
        ],
        by: "the API server",
        ids: &["left-alone"],
        place: "the template of a Job, a bare Pod, the selector of a workload",
        means: "The object exists already, and what has changed in it cannot be changed. Guarding a Job or a bare \
               Pod for the first time changes its template.",
        fix: "Delete the object and apply it again, or give it a name of its own at each release. `default` leaves \
               such objects alone (`jobs: leave`); with `restricted` set `restricted.jobs=leave`, or let Helm \
               replace the Job (`helm.sh/hook-delete-policy: before-hook-creation`).",
    },
    Said {
        words: &["selector` does not match template `labels"],
        by: "the API server",
        ids: &[],
        place: "spec.selector and spec.template.metadata.labels",
        means: "A workload has to select its own pods. No rule of a built-in preset changes a label that a selector \
               in the stream reads.",
        fix: "Write the same labels in both places.",
    },
    Said {
        words: &["did not go through sparkk8s-post"],
        by: "the admission policy of deploy/admission",
        ids: &["marker-missing"],
        place: "metadata.annotations of the workload",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "failed quota",
            "must specify limits",
            "must specify requests",
        ],
        by: "the API server",
        ids: &["resources/spark-jvm-limited"],
        place: "resources of the container",
        means: "The namespace has a quota that counts limits or requests, and a container has none.",
        fix: "Write them into the chart, or let the preset do it: `--set resources.limits=true` for roles that it \
               knows.",
    },
    Said {
        words: &["exceeded quota"],
        by: "the API server",
        ids: &["resources/spark-jvm"],
        place: "resources of the containers, and replicas",
        means: "Requests or limits of the pod do not fit what is left of the namespace's quota. In Spark's words: \
               executors are never made, and the job hangs.",
        fix: "A smaller size (`--set resources.size=small`), fewer executors, or more quota.",
    },
    Said {
        words: &["Initial job has not accepted any resources"],
        by: "Spark's driver",
        ids: &["resources/spark-jvm"],
        place: "the executors: their requests, their ServiceAccount, the namespace's quota",
        means: "The driver runs, and no executor has come up: a quota, no room on the nodes, or the right to make \
               pods is missing.",
        fix: "See what the events of the namespace say of the executors' pods, and explain that.",
    },
    Said {
        words: &["forbidden: User \"system:serviceaccount:"],
        by: "the API server",
        ids: &["service-account-token/no-token"],
        place: "the ServiceAccount of the pod (spec.serviceAccountName), its Role and RoleBinding",
        means: "The process asks the API server for something that its ServiceAccount may not do. Spark's driver \
               makes, lists, watches and deletes pods, Services and ConfigMaps; the ServiceAccount `default` may \
               not.",
        fix: "Give the driver a ServiceAccount with a Role of its own \
               (`spark.kubernetes.authenticate.driver.serviceAccountName`).",
    },
    Said {
        words: &[
            "kubernetes.io/serviceaccount/token … No such file",
            "FileNotFoundException: /var/run/secrets/kubernetes.io/serviceaccount",
            "is forbidden: User \"system:anonymous\"",
        ],
        by: "the process in the container",
        ids: &["service-account-token/no-token"],
        place: "spec.automountServiceAccountToken",
        means: "The process wants to speak to the API server and has no token: nothing mounted one.",
        fix: "Write `automountServiceAccountToken: true` on the pod that makes others (Spark's driver, Airflow's \
               scheduler, an operator).",
    },
    Said {
        words: &[
            "Insufficient cpu",
            "Insufficient memory",
            "Insufficient ephemeral-storage",
            "nodes are available",
        ],
        by: "the scheduler",
        ids: &["resources/spark-jvm"],
        place: "resources.requests of the containers",
        means: "The pod stays Pending: no node has room for what it requests, or none is allowed.",
        fix: "`--set resources.size=small` asks for the least; a request in the chart counts before ours.",
    },
    Said {
        words: &["Pending"],
        by: "the scheduler",
        ids: &[],
        place: "resources.requests, nodeSelector, tolerations, claims",
        means: "The pod waits for a node or for a volume. `kubectl describe pod NAME` ends with the reason.",
        fix: "Explain that reason.",
    },
    Said {
        words: &["image will run as root"],
        by: "the kubelet",
        ids: &[
            "pod-security/runAsNonRoot",
            "pod-security-restricted/run-as-non-root",
        ],
        place: "securityContext.runAsUser of the container or the pod",
        means: "`runAsNonRoot: true` holds for the container, and neither the manifest nor the image names another \
               user than root.",
        fix: "Write `runAsUser` with a uid that the image can work as, or `runAsNonRoot: false` on that container, \
               with a waiver.",
    },
    Said {
        words: &["image has non-numeric user … cannot verify user is non-root"],
        by: "the kubelet",
        ids: &[
            "pod-security/runAsNonRoot",
            "pod-security-restricted/image-user",
        ],
        place: "securityContext.runAsUser of the container or the pod",
        means: "The image names its user, and the kubelet only believes numbers.",
        fix: "Write `runAsUser`: 185 for Spark's official images. On OpenShift leave it out: the platform sets \
               one.",
    },
    Said {
        words: &["runAsUser breaks non-root policy"],
        by: "the kubelet",
        ids: &["kubelet/root-but-non-root"],
        place: "securityContext.runAsUser beside runAsNonRoot",
        means: "",
        fix: "",
    },
    Said {
        words: &[
            "couldn't find key",
            "configmap \"…\" not found",
            "secret \"…\" not found",
            "MountVolume.SetUp failed",
        ],
        by: "the kubelet",
        ids: &[],
        place: "env, envFrom and volumes that name a ConfigMap or a Secret",
        means: "A reference leads nowhere: the object or its key is not in the namespace. No guardrail has a part in \
               it.",
        fix: "Make the ConfigMap or the Secret, or correct the name; `sparkk8s-post graph` draws who reads what, \
               and what is not in the stream.",
    },
    Said {
        words: &["CreateContainerConfigError", "CreateContainerError"],
        by: "the kubelet",
        ids: &["kubelet/root-but-non-root"],
        place: "the container that `kubectl describe pod` names",
        means: "The kubelet does not start the container: its user contradicts `runAsNonRoot`, or a ConfigMap or \
               Secret is missing. The event behind it says which.",
        fix: "Explain that event.",
    },
    Said {
        words: &[
            "ImagePullBackOff",
            "ErrImagePull",
            "InvalidImageName",
            "manifest unknown",
            "ErrImageNeverPull",
        ],
        by: "the kubelet",
        ids: &["images/digest", "image-not-pinned"],
        place: "image of the container, spec.imagePullSecrets",
        means: "The image cannot be pulled: a name or tag that is not there, a registry that wants a login, or a \
               digest that the registry has no more.",
        fix: "Pull it by hand (`crane digest IMAGE`). If the digest comes from `--images`, take it anew; the rule \
               `images/digest` writes nothing else.",
    },
    Said {
        words: &[
            "failed to load seccomp profile",
            "cannot load seccomp profile",
            "unable to load local profile",
        ],
        by: "the kubelet",
        ids: &["pod-security/seccompProfile_restricted"],
        place: "securityContext.seccompProfile",
        means: "A `Localhost` profile is a file on the node, and it is not there.",
        fix: "Write `RuntimeDefault`.",
    },
    Said {
        words: &[
            "Read-only file system",
            "unable to write /tmp",
            "ReadOnlyFileSystemException",
        ],
        by: "the process in the container",
        ids: &["spark-scratch/read-only-root"],
        place: "securityContext.readOnlyRootFilesystem of the container, and its volumeMounts",
        means: "The root file system cannot be written: `readOnlyRootFilesystem`, which of the built-in presets only \
               `spark-scratch` sets.",
        fix: "Mount an `emptyDir` where the image writes, point `spark.local.dir` and `spark.jars.ivy` to a \
               volume, or write `readOnlyRootFilesystem: false` on that container.",
    },
    Said {
        words: &[
            "Permission denied",
            "AccessDeniedException",
            "mkdir: cannot create directory",
        ],
        by: "the process in the container",
        ids: &["pod-security-restricted/other-user", "openshift/runAsUser"],
        place: "securityContext.runAsUser of the container, spec.securityContext.fsGroup",
        means: "The process is not the user that the files belong to: those of the image, or of a volume.",
        fix: "Set the pod's `fsGroup` for volumes; another uid (`--set pod-security-restricted.otherUser=…`); or \
               build the image for it, on OpenShift for group 0.",
    },
    Said {
        words: &["Operation not permitted"],
        by: "the process in the container",
        ids: &[
            "pod-security-restricted/drop-all-capabilities",
            "pod-security-restricted/seccomp-runtime-default",
        ],
        place: "securityContext.capabilities of the container, securityContext.seccompProfile",
        means: "At `chown`, `su`, `gosu` or a port below 1024 it is the dropped capabilities; from a profiler or a \
               debugger it is the filter of system calls.",
        fix: "Start as the right user and let `fsGroup` own the volume; take a port above 1024; or write the field \
               on that container, with a reason.",
    },
    Said {
        words: &["no new privileges"],
        by: "the process in the container",
        ids: &["pod-security-restricted/no-privilege-escalation"],
        place: "securityContext.allowPrivilegeEscalation of the container",
        means: "`sudo` and its like gain nothing any more.",
        fix: "Do what needs root when the image is built.",
    },
    Said {
        words: &["OOMKilled", "exit code 137"],
        by: "the kubelet",
        ids: &["memory/heap-exceeds-limit", "memory/heap-not-set"],
        place: "resources.limits.memory of the container, spark.driver.memory, spark.executor.memory",
        means: "The container reached its memory limit, and the kernel killed the process. Heap and overhead (a \
               tenth of it, four tenths with Python, 384Mi at the least) have to fit the limit.",
        fix: "A smaller heap or a higher limit; `check` says the largest heap that fits.",
    },
    Said {
        words: &[
            "OutOfMemoryError: Java heap space",
            "GC overhead limit exceeded",
        ],
        by: "the process in the container",
        ids: &["memory/heap-not-set"],
        place: "spark.driver.memory, spark.executor.memory",
        means: "The heap is full, whatever the pod's limit is. Where nothing sets it, Spark takes 1g.",
        fix: "Set the heap; `check` says the largest that fits the limit.",
    },
    Said {
        words: &["ExecutorLostFailure"],
        by: "Spark's driver",
        ids: &["memory/heap-exceeds-limit"],
        place: "the executor's pod",
        means: "An executor is gone: killed for its memory (exit code 137), evicted, or its node is.",
        fix: "See how its pod ended, and explain that.",
    },
    Said {
        words: &["Evicted", "The node was low on resource"],
        by: "the kubelet",
        ids: &["resources/spark-jvm"],
        place: "resources.requests, and volumes of type emptyDir",
        means: "The node ran out of memory or disk, and the kubelet took pods away, first those that use more than \
               they asked for.",
        fix: "Requests that tell the truth; for shuffle files a claim, or an `emptyDir` with a `sizeLimit`.",
    },
    Said {
        words: &["FailedCreate"],
        by: "the controller of the workload",
        ids: &[],
        place: "the pod template",
        means: "The controller may not make the pod. What follows says why.",
        fix: "Explain what follows.",
    },
    Said {
        words: &["CrashLoopBackOff"],
        by: "the kubelet",
        ids: &[],
        place: "the log of the container",
        means: "The container starts and ends at once, again and again; the words say nothing of why.",
        fix: "Explain what `kubectl logs NAME -c CONTAINER --previous` ends with.",
    },
];
