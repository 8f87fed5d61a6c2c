//! SK104: a container's limit against the heap in it.

use super::heap::{Heap, Room, heap};
use super::parts::DEFAULT_HEAP;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::memory::{LEAST_HEAP, MIB, as_heap, as_quantity, largest_heap};
use crate::spark::size;

pub(super) const RULE: Rule = Rule {
    code: "SK104",
    grade: Grade::High,
    page: Page {
        id: "memory/heap-exceeds-limit",
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
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-history-server.sh]
        env:
        - {name: SPARK_DAEMON_MEMORY, value: 4g}
        resources:
          limits: {memory: 4Gi}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-history-server.sh]
        env:
        - {name: SPARK_DAEMON_MEMORY, value: 3712m}
        resources:
          limits: {memory: 4Gi}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    Vec::from_iter(exceeds(case))
}

fn exceeds(case: Case<'_>) -> Option<Said> {
    let room = Room::of(case)?;
    let (bytes, by, secret) = match heap(case, room.process) {
        Heap::Unknown => return None,
        Heap::Default => (DEFAULT_HEAP, None, false),
        Heap::Set(chosen) => {
            let bytes = size::heap(&chosen.text).ok()?;
            (bytes / MIB, Some(chosen.by), chosen.secret)
        }
    };
    if room.holds(bytes) {
        return None;
    }
    let limit = &room.limit.0;
    let (message, help) = match by.filter(|_| secret) {
        Some(by) => (
            format!("memory limit {limit} is less than the heap that `{by}` sets in a Secret, plus overhead"),
            "raise the limit or lower the heap; the figures are left out because they would tell the Secret's value".to_owned(),
        ),
        None => told(&room, bytes, by),
    };
    let site = case.at_container(&["resources", "limits", "memory"]);
    Some(site.say(message, help).because(
        "the JVM may grow to its -Xmx and needs room beside it for threads, metaspace and network buffers; where the pod limit \
         (the cgroup) is lower, the kernel kills the container under load: OOMKilled, exit code 137",
    ))
}

/// The figures, and what to do.
fn told(room: &Room<'_>, heap: u64, by: Option<&str>) -> (String, String) {
    let (overhead, off_heap) = room.beside(heap);
    let beside = overhead.saturating_add(off_heap);
    let needed = heap.saturating_add(beside);
    let origin = by.map_or("Spark's default".to_owned(), |by| format!("`{by}`"));
    let message = format!(
        "memory limit {} is less than the {} that a heap of {} ({origin}) and {} beside it need",
        room.limit.0,
        as_quantity(needed),
        as_heap(heap),
        as_quantity(beside)
    );
    let raise = match room.process.shares {
        Some(_) => format!(
            "raise `limits.memory` to {} or more, and by what its executors use",
            as_quantity(needed)
        ),
        None => format!("raise `limits.memory` to {} or more", as_quantity(needed)),
    };
    let left = room.limit.1.saturating_sub(off_heap);
    let fits = largest_heap(left, room.percent, room.minimum);
    let fits = fits.filter(|heap| *heap >= LEAST_HEAP && room.process.shares.is_none());
    let Some(heap) = fits.map(as_heap) else {
        return (message, raise);
    };
    let setting = match by.unwrap_or(room.place()) {
        flag @ "-Xmx" => format!("{flag}{heap}"),
        name => format!("{name}={heap}"),
    };
    (
        message,
        format!("{raise}, or lower the heap: `{setting}` fits"),
    )
}
