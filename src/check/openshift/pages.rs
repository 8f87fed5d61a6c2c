//! What `explain` has to say about each control of OpenShift's constraints.

use crate::check::Page;

pub(in crate::check) const PAGES: &[Page] = &[
    Page {
        id: "openshift/allowPrivilegeEscalation",
        title: "no gaining of privileges",
        what: "`securityContext.allowPrivilegeEscalation` of every container must be absent or `false`; where it is \
               absent, `restricted-v2` sets `false`. The legacy `restricted` allows it.",
        why_platform: "The constraint is the line between a project and the nodes: set-user-id files in an image lead \
                       nowhere.",
        why_data: "`sudo` inside the container stops working. Spark, Jupyter and Airflow never call it.",
        fix: "Write `false`, or leave it out.",
        before: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: true
",
        after: "\
spec:
  containers:
  - name: spark
    securityContext:
      allowPrivilegeEscalation: false
",
    },
    Page {
        id: "openshift/capabilities",
        title: "no capabilities but low ports",
        what: "`securityContext.capabilities.add` of every container may hold `NET_BIND_SERVICE` and nothing else; under \
               the legacy `restricted`, nothing at all. What has to be dropped, the constraint drops by itself.",
        why_platform: "Each capability is a slice of root. Whoever needs one gets a constraint of its own, bound to a \
                       ServiceAccount, and not to every pod of the project.",
        why_data: "Spark asks for none. A profiler that wants `SYS_PTRACE` has to be agreed with whoever runs the cluster.",
        fix: "Take it out of `add`.",
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
    Page {
        id: "openshift/fsGroup",
        title: "the namespace's group for volumes",
        what: "`spec.securityContext.fsGroup` must be absent, or the first number of the namespace's annotation \
               `openshift.io/sa.scc.supplemental-groups` (of `openshift.io/sa.scc.uid-range` where that is not there). \
               Where neither a parameter nor the stream tells it, any number is reported.",
        why_platform: "The group keeps the volumes of one project from the processes of another, so the platform hands \
                       it out.",
        why_data: "Charts write 185, 1000 or 10001 because another cluster wanted it. OpenShift answers that it `is not an \
                   allowed group`, and makes no pod.",
        fix: "Leave it out. OpenShift sets the namespace's group, and the volumes are writable.",
        before: "\
spec:
  securityContext:
    fsGroup: 185
  containers:
  - name: spark
",
        after: "\
spec:
  containers:
  - name: spark
",
    },
    Page {
        id: "openshift/hostNamespaces",
        title: "nothing shared with the node",
        what: "`spec.hostNetwork`, `spec.hostPID` and `spec.hostIPC` must be absent or `false`.",
        why_platform: "Such a pod sees what the node sees: its network, its processes, its memory.",
        why_data: "Drivers and executors find each other through Services and pod addresses; `hostNetwork` only moves \
                   trouble with ports to the node.",
        fix: "Remove the field.",
        before: "\
spec:
  hostNetwork: true
  containers:
  - name: spark
",
        after: "\
spec:
  containers:
  - name: spark
",
    },
    Page {
        id: "openshift/hostPorts",
        title: "no ports of the node",
        what: "`ports[*].hostPort` of every container must be absent or 0.",
        why_platform: "A host port goes past Services, Routes and most NetworkPolicies.",
        why_data: "Two executors that want one host port never share a node.",
        fix: "Remove `hostPort`; a Service or a Route reaches `containerPort` without it.",
        before: "\
spec:
  containers:
  - name: jupyter
    ports:
    - containerPort: 8888
      hostPort: 8888
",
        after: "\
spec:
  containers:
  - name: jupyter
    ports:
    - containerPort: 8888
",
    },
    Page {
        id: "openshift/privileged",
        title: "no privileged containers",
        what: "`securityContext.privileged` of every container must be absent or `false`.",
        why_platform: "A privileged container is root on its node, for every project there.",
        why_data: "Neither Spark nor Jupyter needs it. What asks for it wants one device or one kernel setting.",
        fix: "Remove it, and ask whoever runs the cluster for that one thing.",
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
",
    },
    Page {
        id: "openshift/runAsUser",
        title: "a uid of the namespace's range",
        what: "`securityContext.runAsUser` of the pod and of every container must be absent, or inside the range of the \
               namespace's annotation `openshift.io/sa.scc.uid-range`. Where neither a parameter nor a Namespace in the \
               stream tells the range, any number is reported.",
        why_platform: "Each project has uids of its own, so that a process that gets out of its container owns nothing of \
                       another project.",
        why_data: "185 for Spark and 50000 for Airflow are right everywhere but here: `must be in the ranges` is all that \
                   you see, and no pod. The process runs as a number that the image does not know, in group 0.",
        fix: "Leave it out. Build images so that group 0 may write what the process writes (`chgrp -R 0`, `chmod -R g=u`), \
              and point `HOME` and `spark.jars.ivy` to a folder such as `/tmp`.",
        before: "\
spec:
  securityContext:
    runAsUser: 185
  containers:
  - name: spark
",
        after: "\
spec:
  securityContext:
    runAsNonRoot: true
  containers:
  - name: spark
",
    },
    Page {
        id: "openshift/seLinuxOptions",
        title: "the namespace's SELinux labels",
        what: "`securityContext.seLinuxOptions` of the pod and of every container must be absent: it would have to be what \
               the namespace's annotation `openshift.io/sa.scc.mcs` says.",
        why_platform: "The labels keep the files of one project from the processes of another.",
        why_data: "They come from the cluster. A chart that writes them was made for one machine.",
        fix: "Leave it out.",
        before: "\
spec:
  securityContext:
    seLinuxOptions:
      level: s0:c1,c2
  containers:
  - name: spark
",
        after: "\
spec:
  containers:
  - name: spark
",
    },
    Page {
        id: "openshift/seccompProfile",
        title: "the runtime's own system-call filter",
        what: "`securityContext.seccompProfile.type` of the pod and of every container must be absent or `RuntimeDefault`, \
               and so must the annotations of before Kubernetes 1.19. `Localhost` is refused, although Pod Security allows \
               it. Under the legacy `restricted`, any profile is refused.",
        why_platform: "A profile of one's own is a file on the nodes, which a project does not have.",
        why_data: "Spark makes none of the calls that the runtime's filter blocks.",
        fix: "Write `RuntimeDefault`, or leave it out; for OpenShift before 4.11 leave it out.",
        before: "\
spec:
  securityContext:
    seccompProfile:
      type: Localhost
      localhostProfile: spark.json
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
    Page {
        id: "openshift/volumes",
        title: "only volumes that the cluster hands out",
        what: "Every volume must be a configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, \
               projected or secret; under the legacy `restricted`, no image.",
        why_platform: "An inline `nfs`, a `hostPath` or a cloud disk lets whoever writes the pod name any server and any \
                       folder.",
        why_data: "A claim has the same name in dev and prod; a server's address has not.",
        fix: "Put a PersistentVolume and a PersistentVolumeClaim before it, and mount the claim.",
        before: "\
spec:
  containers:
  - name: spark
  volumes:
  - name: data
    hostPath:
      path: /data
",
        after: "\
spec:
  containers:
  - name: spark
  volumes:
  - name: data
    persistentVolumeClaim:
      claimName: data
",
    },
];
