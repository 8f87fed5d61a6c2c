//! SK105: a large limit, and the heap that Spark's launcher takes where nothing sets one.

use super::heap::{Heap, Room, heap, variables};
use super::parts::DEFAULT_HEAP;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::{as_heap, as_quantity, largest_heap, overhead_percent};

pub(super) const RULE: Rule = Rule {
    code: "SK105",
    grade: Grade::Warning,
    page: Page {
        id: "memory/heap-not-set",
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

const SETTING: &str = "spark.driver.memory";

fn judge(case: Case<'_>) -> Vec<Said> {
    Vec::from_iter(not_set(case))
}

fn not_set(case: Case<'_>) -> Option<Said> {
    let room = Room::of(case)?;
    let parameters = &case.world.parameters;
    let shared = room.process.shares;
    let is_shared_out = shared.is_some_and(|name| case.conf().variable(name) != Told::Unset);
    if room.limit.1 < parameters.heap_expected_from
        || is_shared_out
        || !room.holds(DEFAULT_HEAP)
        || !matches!(heap(case, room.process), Heap::Default)
    {
        return None;
    }
    let near = near_miss(case, &room).map_or(String::new(), |near| format!("; {near}"));
    let (because, help) = match shared {
        Some(name) => worker(case, &room, name),
        None => driver_or_daemon(&room),
    };
    let places = room.process.places.iter();
    let names = places.map(|place| place.name()).chain(shared);
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    let what = match shared {
        Some(_) => "and the worker offers all but 1g of it to executors",
        None => "but the heap stays at 1g",
    };
    let message = format!(
        "memory limit {}, {what}: nothing here sets {}{near}",
        room.limit.0,
        names.join(", ")
    );
    let site = case.at_container(&["resources", "limits", "memory"]);
    Some(site.say(message, help).because(because))
}

fn driver_or_daemon(room: &Room<'_>) -> (String, String) {
    let (limit, most) = &room.limit;
    let heap = largest_heap(*most, room.percent, room.minimum).unwrap_or(DEFAULT_HEAP);
    let overhead = overhead_percent(DEFAULT_HEAP, room.percent, room.minimum);
    let enough = DEFAULT_HEAP.saturating_add(overhead);
    let because = format!(
        "Spark's launcher always passes -Xmx and takes 1g where nothing is set, whatever the pod limit is: the cluster \
         reserves up to {limit}, and the JVM runs out of memory (Java heap space) at 1g"
    );
    let help = format!(
        "set `{}={}`, the largest heap that leaves its overhead within {limit}, or lower the limit to {}",
        room.place(),
        as_heap(heap),
        as_quantity(enough)
    );
    (because, help)
}

fn worker(case: Case<'_>, room: &Room<'_>, name: &str) -> (String, String) {
    let (limit, most) = &room.limit;
    let margin = case.world.parameters.worker_margin;
    let left = most.saturating_sub(DEFAULT_HEAP.saturating_add(margin));
    let heap = largest_heap(left, room.percent, room.minimum);
    let most = heap.map_or(String::new(), |heap| {
        format!(", `{}` at most", as_heap(heap))
    });
    let because = format!(
        "a standalone worker that is told nothing offers its executors all of the pod limit but 1 GiB, takes 1g for itself \
         and leaves no overhead: its executors use up {limit} exactly, and the kernel kills the container, OOMKilled"
    );
    let help = format!(
        "set `{name}`{most}: what executors may use together, beside the worker's own heap and overheads"
    );
    (because, help)
}

/// A variable that looks as if it set the heap, and does not.
fn near_miss(case: Case<'_>, room: &Room<'_>) -> Option<String> {
    let unread = |name: &str| format!("this process does not read `{name}`");
    if !room.process.is_driver() && matches!(case.conf().get(SETTING), Told::Set(_)) {
        return Some(unread(SETTING));
    }
    variables(case).find_map(|(name, value)| {
        let is_read = room.process.places.iter().any(|place| place.name() == name);
        let looks =
            name.starts_with("SPARK_") && (name.ends_with("_MEMORY") || name == "SPARK_MEM");
        let for_others = name == "SPARK_WORKER_MEMORY" || name.contains("EXECUTOR");
        if looks && !is_read && !for_others {
            Some(unread(name))
        } else if value.contains("MaxRAMPercentage") {
            Some(format!(
                "`MaxRAMPercentage` in `{name}` has no effect beside the launcher's -Xmx"
            ))
        } else if value.contains("-Dspark.driver.memory=") {
            Some(format!(
                "`-Dspark.driver.memory` in `{name}` comes too late, the JVM runs already"
            ))
        } else {
            None
        }
    })
}
