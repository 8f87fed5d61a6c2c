//! SK124: a history server whose hybrid store may take more than its heap.

use super::heap::known_heap;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::{MIB, as_heap};
use crate::spark::size::Unit;

pub(super) const RULE: Rule = Rule {
    code: "SK124",
    grade: Grade::Warning,
    page: Page {
        id: "spark/store-exceeds-heap",
        title: "a history server's store in memory that is larger than its heap",
        what: "Where a history server has `spark.history.store.hybridStore.enabled` and `spark.history.store.path`, its heap \
               (`SPARK_DAEMON_MEMORY`, 1g unless set) is more than `spark.history.store.hybridStore.maxMemoryUsage` (2g unless \
               set): `HistoryServerMemoryManager`, `FsHistoryProvider`. Without a path the hybrid store is not used.",
        why_platform: "The server ends with `OutOfMemoryError: Java heap space` and restarts; the limit of the container has \
                       nothing to do with it.",
        why_data: "The history of large applications does not open, and takes the server with it for everybody else.",
        fix: "Raise `SPARK_DAEMON_MEMORY` above `maxMemoryUsage`, or lower that.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env:
        - name: SPARK_HISTORY_OPTS
          value: -Dspark.history.store.path=/store -Dspark.history.store.hybridStore.enabled=true
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
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env:
        - {name: SPARK_DAEMON_MEMORY, value: 4g}
        - name: SPARK_HISTORY_OPTS
          value: -Dspark.history.store.path=/store -Dspark.history.store.hybridStore.enabled=true
",
    },
    judge: Judge::Process(judge),
};

const ENABLED: &str = "spark.history.store.hybridStore.enabled";
const USAGE: &str = "spark.history.store.hybridStore.maxMemoryUsage";
const PATH: &str = "spark.history.store.path";

fn judge(case: Case<'_>) -> Vec<Said> {
    Vec::from_iter(of_server(case))
}

fn of_server(case: Case<'_>) -> Option<Said> {
    let conf = case.conf();
    let is_on = case.role == "spark-history-server" && conf.flag(ENABLED) == Some(true);
    // A path with a placeholder is a path.
    conf.entry(PATH).filter(|_| is_on)?;
    let usage = u64::try_from(conf.bytes(USAGE, Unit::Byte)?).ok()? / MIB;
    let heap = known_heap(case)?;
    let is_secret = matches!(conf.get(USAGE), Told::Set(known) if known.entry.secret);
    (usage >= heap && !is_secret).then(|| {
        let message = format!(
            "the hybrid store may take {}, and the heap of the history server is {}",
            as_heap(usage),
            as_heap(heap)
        );
        let help = format!("set `SPARK_DAEMON_MEMORY` above {}, or lower `{USAGE}`", as_heap(usage));
        let because = "the store fills from the heap while a large application is loaded, and the server ends with an \
                       OutOfMemoryError";
        case.at(ENABLED).say(message, help).because(because)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn by_heap_and_store() {
        let of =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to)).len();
        assert_eq!(of("Enabled", ""), 1);
        assert_eq!(of("-Dspark.history.store.path=/store ", ""), 0);
        assert_eq!(
            of(
                "enabled=true",
                "enabled=true -Dspark.history.store.hybridStore.maxMemoryUsage=512m"
            ),
            0
        );
        assert_eq!(
            of(
                "        env:",
                "        env:\n        - {name: SPARK_DAEMON_MEMORY, value: '$(M)'}"
            ),
            0
        );
    }
}
