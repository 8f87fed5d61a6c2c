//! SK123: executors and drivers that are too small to start, or for a single task.

use super::parts::is_settled;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::{LEAST_HEAP, MIB};
use crate::spark::size::{Unit, byte_string};

pub(super) const RULE: Rule = Rule {
    code: "SK123",
    grade: Grade::Error,
    page: Page {
        id: "spark/executor-too-small",
        title: "executors too small to start, or for a single task",
        what: "`spark.executor.memory` is 450 MiB or more, read in bytes where it has no unit: the driver checks it so \
               (`UnifiedMemoryManager.getMaxMemory`), while the pod is sized in MiB. `spark.executor.cores`, 1 where executors \
               are pods and nothing sets it, is at least `spark.task.cpus` (`ResourceUtils.validateTaskCpusLargeEnough`). \
               Both run with 3.5.9, 4.1.1 and 4.3.0.",
        why_platform: "The driver ends with an error on every start; executors never run. The pods' sizes look right.",
        why_data: "`INVALID_EXECUTOR_MEMORY`, or `The number of cores per executor has to be >= the number of cpus per task`, \
                   before the first stage. `spark.executor.memory=4096` is 4096 bytes there.",
        fix: "Write `spark.executor.memory` with a unit, 450m or more; raise `spark.executor.cores` to `spark.task.cpus`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {memory: '4096'}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {memory: 4096m}
",
    },
    judge: Judge::Process(judge),
};

const MEMORY: &str = "spark.executor.memory";
const TASK: &str = "spark.task.cpus";
const CORES: &str = "spark.executor.cores";

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.is_driver() {
        return Vec::new();
    }
    memory(case).into_iter().chain(cores(case)).collect()
}

fn memory(case: Case<'_>) -> Option<Said> {
    let Told::Set(known) = case.conf().get(MEMORY) else {
        return None;
    };
    let bytes = byte_string(&known.text, Unit::Byte, case.version.release()).ok()?;
    let least = i64::try_from(LEAST_HEAP * MIB).ok()?;
    let digits = known.text.trim();
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    (bytes < least).then(|| {
        let shown = case.shown(MEMORY);
        let message = match is_number {
            true => format!("`{shown}` has no unit, and the driver checks it in bytes: less than the least of {LEAST_HEAP} MiB"),
            false => format!("`{shown}` is less than the {LEAST_HEAP} MiB that Spark starts with"),
        };
        let help = match is_number && !known.entry.secret {
            true => format!("write `{MEMORY}={digits}m`, if MiB are meant"),
            false => format!("write `{MEMORY}={LEAST_HEAP}m` or more"),
        };
        let because = "the driver refuses it when the session starts, and ends: the pod would have been sized in MiB, the check \
                       is in bytes";
        case.at(MEMORY).say(message, help).because(because)
    })
}

/// Executors that are pods have one core where nothing sets it; others have all that there are.
fn cores(case: Case<'_>) -> Option<Said> {
    let conf = case.conf();
    // A figure would tell what a Secret holds.
    conf.entry(TASK).filter(|entry| !entry.secret)?;
    let task = conf.number(TASK)?;
    let cores = match conf.get(CORES) {
        Told::Set(_) => conf.number(CORES)?,
        Told::Unset if is_settled(case) => 1,
        Told::Unset | Told::Unknown => return None,
    };
    (case.makes_executors() && task > cores).then(|| {
        let message = format!(
            "`{}` is more than the {cores} of `{CORES}`",
            case.shown(TASK)
        );
        let help = format!("set `{CORES}={task}` or more, or lower `{TASK}`");
        let because =
            "no task fits into an executor, and Spark ends with an error when the session starts";
        case.at(TASK).say(message, help).because(because)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::{found, places};

    #[test]
    fn nothing_of_a_secret_is_shown() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  spark-defaults.conf: |\n    spark.executor.memory \
                    4096\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec:\n  template:\n    spec:\n      \
                    volumes: [{name: s, secret: {secretName: s}}]\n      containers:\n      - name: c\n        command: \
                    [/opt/spark/sbin/start-connect-server.sh]\n        volumeMounts: [{name: s, mountPath: /opt/spark/conf}]\n";
        let own = found(text)
            .into_iter()
            .find(|it| it.id == RULE.page.id)
            .unwrap();
        assert!(!format!("{own:?}").contains("4096"), "{own:?}");
    }

    #[test]
    fn by_size_and_cores() {
        let of = |executor: &str, more: &str| {
            let text = RULE.page.before.replace("{memory: '4096'}", executor);
            places(RULE.page.id, &format!("{text}{more}")).len()
        };
        assert_eq!(of("{memory: 400m}", ""), 1);
        assert_eq!(of("{memory: 450m}", ""), 0);
        assert_eq!(of("{memory: '471859200'}", ""), 0);
        assert_eq!(of("{memory: '${M}'}", ""), 0);
        let two = "  sparkConf: {spark.task.cpus: '2'}\n";
        assert_eq!(of("{}", two), 1);
        assert_eq!(of("{cores: 2}", two), 0);
        assert_eq!(of("{cores: 1}", two), 1);
        assert_eq!(of("{}", ""), 0);
    }
}
