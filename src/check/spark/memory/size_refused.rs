//! SK102: a size that Spark does not read.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::catalogue::{Kind, Standing, catalogue};
use crate::spark::conf::Told;
use crate::spark::process::Mode;
use crate::spark::size::{self, Unit};

pub(super) const RULE: Rule = Rule {
    code: "SK102",
    grade: Grade::Error,
    page: Page {
        id: "spark/size-refused",
        title: "a size that Spark does not read",
        what: "Every setting that the release registers as a size (`spark.executor.memory`, `spark.memory.offHeap.size`, \
               `spark.kryoserializer.buffer.max`, …) is a whole number and one of b, k, m, g, t, p (`JavaUtils.byteStringAs`). \
               `4Gi` is read from 4.3 on. `spark.driver.memory` of a driver that Spark makes the pod of must also be a heap \
               that a JVM reads, and `SPARK_WORKER_MEMORY` of a standalone worker at least 1m (`WorkerArguments`). What still \
               holds a placeholder is not judged.",
        why_platform: "Kubernetes accepts the manifest, and nothing stops the release. The driver ends at once, or no \
                       executor pod appears.",
        why_data: "Spark writes sizes as `4g` and `512m`, Kubernetes as `4Gi` and `512Mi`. Spark throws \
                   NumberFormatException or INVALID_CONF_VALUE where it meets the other's units, or a fraction.",
        fix: "Write a whole number and Spark's unit: `4Gi` is `4g`, `0.5g` is `512m`. `--preset spark-units` does so where that \
              is the same size and no command line says it.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 4Gi}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

const HEAP: &str = "spark.driver.memory";
const WORKER: &str = "SPARK_WORKER_MEMORY";

fn judge(case: Case<'_>) -> Vec<Said> {
    let settings = case.conf().iter();
    let settings = settings.filter_map(|(key, _)| of_setting(case, key));
    settings.chain(of_worker(case)).collect()
}

/// Whether this process reads a setting. The heap of a JVM in a pod of the stream is another check's
/// (`memory/heap-refused`).
fn is_read(case: Case<'_>, key: &str) -> bool {
    let is_history = key.starts_with("spark.history.");
    match case.mode {
        Mode::Daemon => is_history && case.role == "spark-history-server",
        Mode::Cluster => !is_history,
        Mode::Client(_) => !is_history && key != HEAP,
    }
}

fn of_setting(case: Case<'_>, key: &str) -> Option<Said> {
    let release = case.version.release();
    let Standing::Known(setting, _) = catalogue().standing(key, case.version) else {
        return None;
    };
    let Kind::Size(unit) = setting.kind(release) else {
        return None;
    };
    let Told::Set(known) = case.conf().get(key) else {
        return None;
    };
    if !is_read(case, key) {
        return None;
    }
    let shown = case.shown(key);
    let (message, instead) = if let Err(bad) = size::setting(&known.text, unit, release) {
        let instead = bad.problem.instead().map(str::to_owned);
        (format!("`{shown}` {}", bad.problem.reason()), instead)
    } else {
        let bad = (key == HEAP).then(|| size::heap(&known.text).err())??;
        let reason = bad.problem.reason();
        let message = format!("`{shown}` {reason}: Spark writes it behind -Xmx as it stands");
        (message, None)
    };
    let instead = instead.filter(|_| !known.entry.secret);
    let help = match instead {
        Some(instead) => format!("write `{key}={instead}`"),
        None => "write a whole number and one of k, m, g, t, as in `4g`".to_owned(),
    };
    Some(case.at(key).say(message, help).because(
        "Spark throws where it reads the setting, before the first task runs; the manifest is valid, so that nothing else stops \
         the release",
    ))
}

/// A worker takes the variable for its executors, in bytes where no unit is written.
fn of_worker(case: Case<'_>) -> Option<Said> {
    if case.role != "spark-worker" {
        return None;
    }
    let Told::Set(known) = case.conf().variable(WORKER) else {
        return None;
    };
    let reason = match size::byte_string(&known.text, Unit::Byte, case.version.release()) {
        Err(bad) => bad.problem.reason(),
        Ok(bytes) if bytes >> Unit::Mebibyte.shift() == 0 => "comes to less than 1 MiB",
        Ok(_) => return None,
    };
    let shown = case.shown_variable(WORKER);
    let help = "write a whole number and one of m, g, t, as in `4g`";
    let site = case.at_entry(WORKER, known.entry);
    Some(
        site.say(format!("`{shown}` {reason}"), help).because(
            "the worker ends as soon as it reads its arguments, and starts again and again",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::said;

    fn of(conf: &str, version: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: pi}}\nspec:\n  type: Scala\n  \
             sparkVersion: {version}\n  sparkConf: {{{conf}}}\n"
        );
        let said = said(RULE.page.id, &text).into_iter();
        said.map(|(_, message)| message).collect()
    }

    #[test]
    fn by_version_and_setting() {
        for (conf, version, wanted) in [
            ("spark.executor.memory: 4Gi", "3.5.9", 1),
            ("spark.executor.memory: 4Gi", "4.3.0", 0),
            ("spark.executor.memory: '${MEMORY}'", "4.1.4", 0),
            ("spark.driver.memory: 4gb", "4.1.4", 1),
            ("spark.driver.memory: '4096'", "4.1.4", 1),
            ("spark.executor.memory: 4gb", "4.1.4", 0),
            ("spark.kryoserializer.buffer.max: 0.5g", "4.1.4", 1),
            ("spark.app.name: 4Gi", "4.1.4", 0),
        ] {
            assert_eq!(of(conf, version).len(), wanted, "{conf} {version}");
        }
    }

    #[test]
    fn a_worker_counts_bytes() {
        let worker = |memory: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w}}\nspec:\n  template:\n    spec:\n      containers:\n      \
                 - name: worker\n        image: apache/spark:4.1.1\n        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker]\n        env:\n        \
                 - {{name: SPARK_WORKER_MEMORY, value: '{memory}'}}\n"
            );
            said(RULE.page.id, &text).len()
        };
        assert_eq!(["2048", "4Gi", "2g", "$(M)"].map(worker), [1, 1, 0, 0]);
    }
}
