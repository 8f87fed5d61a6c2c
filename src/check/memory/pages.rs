//! The pages of `explain` for the memory checks.

use super::{judge, template, unknown_key};
use crate::check::Page;

/// One page an id.
pub fn pages() -> &'static [Page] {
    &PAGES
}

static PAGES: [Page; 5] = [
    Page {
        id: judge::EXCEEDS,
        title: "the memory limit is less than the heap plus what a JVM needs beside it",
        what: "The container runs a Spark JVM whose -Xmx is known, and `limits.memory` is below heap + overhead. Overhead \
               is Spark's own figure for pods that it makes itself: 10 % of the heap, 40 % where Python shares the \
               container, 384Mi at the least; off-heap memory is added where the driver works with a local master. \
               Nothing is said where the heap is still to be filled in (`${X}`, `$(X)`) or stands outside the stream.",
        why_platform: "The limit is a cgroup: when heap, metaspace, thread stacks and buffers together reach it, the kernel \
                       kills the process. The pod shows OOMKilled and exit code 137, mostly under load, and leaves no \
                       Java stack trace.",
        why_data: "The JVM believes that it owns its whole heap and never sees an OutOfMemoryError; the session is simply \
                   gone. On Kubernetes Spark adds the overhead only to pods that it starts itself (executors, cluster-mode \
                   drivers); the pod of a Connect server, a notebook or a history server is yours to size.",
        fix: "Raise `limits.memory` to the figure in the message, or lower the heap: `spark.driver.memory` for a driver, \
              `SPARK_DAEMON_MEMORY` for a history server, a master or a worker.",
        before: "env:\n- name: SPARK_DAEMON_MEMORY\n  value: 4g\nresources:\n  limits:\n    memory: 4Gi\n",
        after: "env:\n- name: SPARK_DAEMON_MEMORY\n  value: 3712m\nresources:\n  limits:\n    memory: 4Gi\n",
    },
    Page {
        id: judge::REFUSED,
        title: "a heap that no JVM reads",
        what: "The container runs a Spark JVM, and what sets its heap is nothing that `-Xmx` takes: Spark's launcher hands it on \
               as it is written. `4gb`, `4Gi` and `0.5g` are no heaps, and a number without a unit counts bytes. Executors \
               are another matter: Spark reads `spark.executor.memory` itself. Nothing is said where the value is still to \
               be filled in or stands outside the stream.",
        why_platform: "The container ends at once with exit code 1 and `Invalid maximum heap size` or `Too small maximum \
                       heap`, and the pod is in CrashLoopBackOff; the manifest is valid, so nothing stops the release.",
        why_data: "The same text works for executors, where `4096` means 4096 MiB and `4gb` is 4g; for a driver in client mode, \
                   a Connect server or a history server it does not.",
        fix: "Write a whole number and one of k, m, g, t: `4g`, `4096m`.",
        before: "env:\n- name: SPARK_DAEMON_MEMORY\n  value: 4Gi\n",
        after: "env:\n- name: SPARK_DAEMON_MEMORY\n  value: 4g\n",
    },
    Page {
        id: judge::NOT_SET,
        title: "a large memory limit, and a heap of 1g",
        what: "The container may use 2Gi or more, and nothing in the stream sets the heap of its Spark process. Spark's \
               launcher then passes -Xmx1g. Looked for, in this order: history server, master, worker: \
               `SPARK_DAEMON_MEMORY`. Connect and Thrift server: `SPARK_DAEMON_MEMORY`, `spark.driver.memory`, \
               `SPARK_DRIVER_MEMORY`, `SPARK_MEM`. Other drivers and notebooks: `spark.driver.memory`, \
               `SPARK_DRIVER_MEMORY`, `SPARK_MEM`. `spark.driver.memory` counts on the command line (`--driver-memory`, \
               `--conf`), in the file of `--properties-file`, or else in `spark-defaults.conf`. For a worker \
               `SPARK_WORKER_MEMORY` counts as well. An image may set the heap by itself; that cannot be seen here.",
        why_platform: "The limit reserves quota that the process cannot use. `-XX:MaxRAMPercentage` does not help: -Xmx is \
                       always there and wins.",
        why_data: "Raising the pod's memory changes nothing: the driver still fails with `OutOfMemoryError: Java heap \
                   space` at 1g, for a large collect, a broadcast or a long event log.",
        fix: "Set the heap to the limit less its overhead (about limit / 1.1), or lower the limit to 1408Mi.",
        before: "env:\n- name: SPARK_MODE\n  value: history\nresources:\n  limits:\n    memory: 4Gi\n",
        after: "env:\n- name: SPARK_MODE\n  value: history\n- name: SPARK_DAEMON_MEMORY\n  value: 3712m\nresources:\n  \
                limits:\n    memory: 4Gi\n",
    },
    Page {
        id: template::ID,
        title: "a pod template sets memory or CPU that Spark overwrites",
        what: "A ConfigMap or Secret holds a pod template for Spark (`spark.kubernetes.*.podTemplateFile`), and its Spark \
               container sets `requests.memory`, `limits.memory` or `requests.cpu`. Spark writes its own figures over \
               them. Security contexts, volumes, `limits.cpu` and ephemeral storage survive.",
        why_platform: "Quotas, node sizes and OOMKilled follow the figures that Spark computes, not those in the template: \
                       a limit of 2Gi there is 1408Mi in the pod.",
        why_data: "Executors get `spark.executor.memory` (1g unless set) plus overhead, and `spark.executor.cores`, however \
                   large the template is.",
        fix: "Size executors with `spark.executor.memory`, `spark.executor.memoryOverhead` and \
              `spark.kubernetes.executor.request.cores`, and take the fields out of the template.",
        before: "data:\n  executor.yaml: |\n    spec:\n      containers:\n      - name: executor\n        resources:\n          \
                 limits: {memory: 2Gi}\n",
        after: "data:\n  executor.yaml: |\n    spec:\n      containers:\n      - name: executor\n  spark-defaults.conf: |\n    \
                spark.executor.memory=1664m\n",
    },
    Page {
        id: unknown_key::ID,
        title: "a Spark setting for pod memory that does not exist",
        what: "A key such as `spark.kubernetes.executor.request.memory`, `….limits.memory` or `….memory` asks for the memory of \
               driver or executors, and neither Spark 3.5.9 nor 4.1.4 nor 4.3.0 has it; only its cousins for cores are \
               there (`spark.kubernetes.executor.request.cores`). Spark ignores what it does not know. Looked for in properties files and scripts in ConfigMaps and Secrets, in command \
               lines, in variables and in `sparkConf`.",
        why_platform: "Request and limit of Spark's pods are both heap plus overhead; no setting makes them differ, and this \
                       one changes neither.",
        why_data: "Executors run with the default heap of 1g, whatever the key says.",
        fix: "Set `spark.executor.memory` (or `spark.driver.memory`) to the pod's size less its overhead, as Spark writes \
              sizes: `3712m`, not `4Gi`. Where more is needed beside the heap, set `spark.executor.memoryOverhead`.",
        before: "spark.kubernetes.executor.request.memory=4Gi\n",
        after: "spark.executor.memory=3712m\n",
    },
];
