//! SK108: `-Xmx` among Java options, where Spark refuses it.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::{Entry, option_variables};

pub(super) const RULE: Rule = Rule {
    code: "SK108",
    grade: Grade::Error,
    page: Page {
        id: "spark/heap-in-options",
        title: "`-Xmx` among Java options, which Spark refuses",
        what: "`spark.driver.extraJavaOptions` and `spark.driver.defaultJavaOptions` (`SparkSubmitCommandBuilder`), the same of \
               executors (`SparkConf.validateSettings`), and the variables `SPARK_HISTORY_OPTS`, `SPARK_MASTER_OPTS`, \
               `SPARK_WORKER_OPTS` and `SPARK_DAEMON_JAVA_OPTS` of those daemons (`SparkClassCommandBuilder`) hold no `-Xmx`. \
               Run with 3.5.9, 4.1.1 and 4.3.0. `SPARK_SUBMIT_OPTS` may hold one, which has no effect (SK109).",
        why_platform: "The container ends with exit 1 before a JVM of Spark's own runs, and is in CrashLoopBackOff.",
        why_data: "Spark sets the heap itself, from its own settings, and stops where Java options speak of it.",
        fix: "Take `-Xmx` out and set `spark.driver.memory`, `spark.executor.memory` or `SPARK_DAEMON_MEMORY`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {javaOptions: -XX:+UseG1GC -Xmx2g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {javaOptions: -XX:+UseG1GC, memory: 2g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    if !case.is_driver() {
        let names = option_variables(&case.role)
            .iter()
            .filter(|_| !case.launch.java);
        let set = names.filter_map(|name| Some((*name, conf.variable_entry(name)?)));
        let found =
            set.filter_map(|(name, entry)| of_text(case, name, entry, "SPARK_DAEMON_MEMORY"));
        return found.collect();
    }
    let keys = ["driver", "executor"].into_iter().flat_map(|role| {
        ["extraJavaOptions", "defaultJavaOptions"]
            .map(|name| (format!("spark.{role}.{name}"), role))
    });
    let found = keys.filter_map(|(key, role)| {
        let entry = conf.entry(&key).filter(|entry| !entry.doubtful)?;
        of_text(case, &key, entry, &format!("spark.{role}.memory"))
    });
    found.collect()
}

/// Part of a text may be unknown: `-Xmx` stands in it all the same.
fn of_text(case: Case<'_>, name: &str, entry: &Entry, instead: &str) -> Option<Said> {
    let mut words = entry.text.split_whitespace();
    let word = words.find(|word| word.starts_with("-Xmx"))?;
    let size = word.trim_start_matches("-Xmx");
    let is_plain =
        !entry.secret && !size.is_empty() && size.bytes().all(|b| b.is_ascii_alphanumeric());
    let (shown, help) = if is_plain {
        (word, format!("take it out and set `{instead}={size}`"))
    } else {
        ("-Xmx", format!("take it out and set `{instead}`"))
    };
    let message = format!("`{name}` holds `{shown}`, which Spark refuses");
    let because = "Spark sets -Xmx itself and ends with an error where Java options set it, before the process does anything";
    Some(
        case.at_entry(name, entry)
            .say(message, help)
            .because(because),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    fn of(class: &str, variable: &str) -> usize {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: d\n        \
             command: [/opt/spark/bin/{class}]\n        env:\n        - {{name: {variable}, value: '-Da=$(B) -Xmx2g'}}\n"
        );
        places(RULE.page.id, &text).len()
    }

    #[test]
    fn where_the_launcher_looks() {
        let history = "spark-class, org.apache.spark.deploy.history.HistoryServer";
        let connect =
            "spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, x.jar";
        assert_eq!(of(history, "SPARK_HISTORY_OPTS"), 1);
        assert_eq!(of(history, "SPARK_DAEMON_JAVA_OPTS"), 1);
        assert_eq!(of(history, "SPARK_WORKER_OPTS"), 0);
        assert_eq!(of(connect, "SPARK_DAEMON_JAVA_OPTS"), 0);
        assert_eq!(of(connect, "SPARK_SUBMIT_OPTS"), 0);
        let script = format!(
            "{}, --driver-java-options, -Xmx2g",
            connect.replace(", x.jar", "")
        );
        assert_eq!(of(&script, "A"), 1);
    }
}
