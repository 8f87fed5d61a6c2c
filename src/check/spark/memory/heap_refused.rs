//! SK101: a heap that no JVM reads.

use super::heap::{Heap, heap, launched};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::size;

pub(super) const RULE: Rule = Rule {
    code: "SK101",
    grade: Grade::Error,
    page: Page {
        id: "memory/heap-refused",
        title: "a heap that no JVM reads",
        what: "The container runs a Spark JVM, and what sets its heap is nothing that `-Xmx` takes: Spark's launcher hands it on \
               as it is written. `4gb`, `4Gi` and `0.5g` are no heaps, and a number without a unit counts bytes. Executors \
               are another matter: Spark reads `spark.executor.memory` itself. Nothing is said where the value is still to \
               be filled in or stands outside the stream.",
        why_platform: "The container ends at once with exit code 1 and `Invalid maximum heap size` or `Too small maximum \
                       heap`, and the pod is in CrashLoopBackOff; the manifest is valid, so nothing stops the release.",
        why_data: "The same text works for executors, where `4096` means 4096 MiB and `4gb` is 4g; for a driver in client mode, \
                   a Connect server or a history server it does not.",
        fix: "Write a whole number and one of k, m, g, t: `4g`, `4096m`. `--preset spark-units` does so where the text stands in a \
              field, a setting or a variable of the manifest.",
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
        - {name: SPARK_DAEMON_MEMORY, value: 4Gi}
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
        - {name: SPARK_DAEMON_MEMORY, value: 4g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    Vec::from_iter(refused(case))
}

fn refused(case: Case<'_>) -> Option<Said> {
    let Heap::Set(chosen) = heap(case, launched(case)?) else {
        return None;
    };
    let by = chosen.by;
    let bad = size::heap(&chosen.text).err()?;
    let message = if chosen.secret {
        format!("what `{by}` sets in a Secret {}", bad.problem.reason())
    } else {
        format!("`{by}` goes to the JVM as it stands: {bad}")
    };
    let site = chosen
        .entry
        .map_or_else(|| case.here(), |entry| case.at_entry(by, entry));
    let help = "write a whole number and one of k, m, g, t, as in `4g`";
    Some(site.say(message, help).because(
        "Spark's launcher writes it behind -Xmx and looks at nothing: the process ends before it writes a line of its log, and \
         starts again and again",
    ))
}
