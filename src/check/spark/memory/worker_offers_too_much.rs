//! SK107: a standalone worker that offers its executors more than its container has room for.

use super::heap::known_heap;
use super::parts::limit;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::{
    LEAST_HEAP, MIB, as_heap, as_quantity, largest_heap, offered_by_worker, overhead_percent,
};
use crate::spark::size::{Unit, byte_string};

pub(super) const RULE: Rule = Rule {
    code: "SK107",
    grade: Grade::High,
    page: Page {
        id: "spark/worker-offers-too-much",
        title: "a standalone worker offers more memory than its container has",
        what: "The memory limit of a standalone worker holds `SPARK_WORKER_MEMORY` (what its executors may have together) with \
               an overhead of a tenth and 384 MiB at the least, the worker's own heap (`SPARK_DAEMON_MEMORY`, 1g unless set) \
               and 256 MiB for itself. Where the variable is not set, a worker offers the limit less 1 GiB, and 1 GiB at the \
               least (`WorkerArguments.inferDefaultMemory`); from 2Gi on `memory/heap-not-set` says that. The figures are \
               settings of the check: `workerOverheadPercent`, `workerOverheadMi`, `workerMarginMi`.",
        why_platform: "Executors are processes in the worker's container. When they have filled their heaps, the kernel kills \
                       one of them, or the worker and all of them: OOMKilled, exit 137.",
        why_data: "Standalone Spark adds no overhead to an executor: `spark.executor.memory` is its heap, and the worker counts \
                   nothing beside it.",
        fix: "Lower `SPARK_WORKER_MEMORY`, or raise the limit, to the figures in the message.",
        before: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, 'spark://master:7077']
        env:
        - {name: SPARK_WORKER_MEMORY, value: 4g}
        resources: {limits: {memory: 4Gi}}
",
        after: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, 'spark://master:7077']
        env:
        - {name: SPARK_WORKER_MEMORY, value: 2g}
        resources: {limits: {memory: 4Gi}}
",
    },
    judge: Judge::Process(judge),
};

const WORKER: &str = "SPARK_WORKER_MEMORY";
/// MiB from which `memory/heap-not-set` speaks where nothing is set.
const SAID_ELSEWHERE: u64 = 2048;

fn judge(case: Case<'_>) -> Vec<Said> {
    if case.role != "spark-worker" || is_told_by_arguments(case) {
        return Vec::new();
    }
    Vec::from_iter(of_worker(case))
}

/// `--memory 2g` overrules the variable.
fn is_told_by_arguments(case: Case<'_>) -> bool {
    let mut words = case
        .launch
        .texts
        .iter()
        .flat_map(|text| text.split_whitespace());
    words.any(|word| word == "-m" || word.starts_with("--memory"))
}

fn of_worker(case: Case<'_>) -> Option<Said> {
    let parameters = case.world.parameters;
    let (percent, least) = (
        parameters.worker_overhead_percent,
        parameters.worker_overhead,
    );
    let (written, limit) = limit(case)?;
    let own = known_heap(case)?;
    let (offered, what) = match case.conf().variable(WORKER) {
        Told::Unknown => return None,
        Told::Unset if limit >= SAID_ELSEWHERE => return None,
        Told::Unset => {
            let offered = offered_by_worker(limit);
            let offer = as_heap(offered);
            (
                offered,
                format!("{offer} that a worker offers where `{WORKER}` is not set"),
            )
        }
        // A figure would tell what a Secret holds.
        Told::Set(known) if known.entry.secret => return None,
        Told::Set(known) => {
            let bytes = byte_string(&known.text, Unit::Byte, case.version.release()).ok()?;
            let offered = u64::try_from(bytes).ok()? / MIB;
            (offered, format!("`{}`", case.shown_variable(WORKER)))
        }
    };
    let beside = own.checked_add(parameters.worker_margin)?;
    let needed = offered
        .checked_add(overhead_percent(offered, percent, least))?
        .checked_add(beside)?;
    if limit >= needed {
        return None;
    }
    let message = format!(
        "memory limit {written} is less than {}: {what}, a heap of {} for the worker, and what both need beside them",
        as_quantity(needed),
        as_heap(own)
    );
    let fits = largest_heap(limit.saturating_sub(beside), percent, least);
    let raise = format!("raise `limits.memory` to {} or more", as_quantity(needed));
    let help = match fits.filter(|fits| *fits >= LEAST_HEAP) {
        Some(fits) => format!("{raise}, or set `{WORKER}={}` or less", as_heap(fits)),
        None => raise,
    };
    let site = case.at_container(&["resources", "limits", "memory"]);
    Some(site.say(message, help).because(
        "executors run in the worker's container, and standalone Spark keeps nothing beside their heaps: when these are full, \
         the kernel kills the container, OOMKilled with exit 137",
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::said;

    #[test]
    fn by_limit_and_offer() {
        let of = |limit: &str, env: &str, argument: &str| {
            let text = RULE.page.before;
            let text = text.replace("{memory: 4Gi}", &format!("{{memory: {limit}}}"));
            let text = text.replace("- {name: SPARK_WORKER_MEMORY, value: 4g}", env);
            let text = text.replace("'spark://master:7077'", argument);
            said(RULE.page.id, &text).len()
        };
        let url = "'spark://master:7077'";
        let none = "- {name: A, value: b}";
        let memory = |size: &str| format!("- {{name: SPARK_WORKER_MEMORY, value: {size}}}");
        assert_eq!(of("3712Mi", &memory("2g"), url), 0);
        assert_eq!(of("3711Mi", &memory("2g"), url), 1);
        assert_eq!(of("3Gi", &memory("$(MEMORY)"), url), 0);
        assert_eq!(of("3Gi", &memory("2g"), "--memory, 1g"), 0);
        assert_eq!(of("1Gi", none, url), 1);
        assert_eq!(of("4Gi", none, url), 0);
        let heap = "- {name: SPARK_WORKER_MEMORY, value: 2g}\n        - {name: SPARK_DAEMON_MEMORY, value: 2g}";
        assert_eq!(of("4Gi", heap, url), 1);
    }
}
