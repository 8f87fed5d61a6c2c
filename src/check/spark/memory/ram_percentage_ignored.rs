//! SK109: options for the heap that have no effect beside Spark's own `-Xmx`.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::{Entry, option_variables};

pub(super) const RULE: Rule = Rule {
    code: "SK109",
    grade: Grade::Warning,
    page: Page {
        id: "spark/ram-percentage-ignored",
        title: "a share of memory for the heap that has no effect",
        what: "`-XX:MaxRAMPercentage` and `-XX:MinRAMPercentage` in the Java options of a Spark process: \
               `spark.*.extraJavaOptions` and `defaultJavaOptions`, `SPARK_*_OPTS`, `JAVA_TOOL_OPTIONS` and its like. Spark's \
               launcher always passes `-Xmx`, and with it a JVM ignores both (JDK 17). The same for `-Xmx` in \
               `SPARK_SUBMIT_OPTS`, `JAVA_TOOL_OPTIONS` and `JDK_JAVA_OPTIONS`, which comes before the launcher's own and \
               loses. `-XX:InitialRAMPercentage` has an effect and passes.",
        why_platform: "The memory limit of the container does not change the heap: it stays at 1g, or at what Spark's own \
                       setting says.",
        why_data: "The option looks as if the heap followed the pod. Only `spark.driver.memory`, `spark.executor.memory` and \
                   `SPARK_DAEMON_MEMORY` do anything.",
        fix: "Take the option out, and set the heap in Spark's own setting.",
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
        - {name: SPARK_HISTORY_OPTS, value: '-XX:MaxRAMPercentage=75'}
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
        - {name: SPARK_DAEMON_MEMORY, value: 3g}
",
    },
    judge: Judge::Process(judge),
};

/// Options that a JVM ignores beside `-Xmx`.
const SHARES: [&str; 2] = ["-XX:MaxRAMPercentage", "-XX:MinRAMPercentage"];
/// Variables that a JVM reads by itself; the last one after its command line.
const JVM: [&str; 3] = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"];
/// Variables whose `-Xmx` loses against the launcher's.
const BEFORE: [&str; 3] = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "SPARK_SUBMIT_OPTS"];

fn judge(case: Case<'_>) -> Vec<Said> {
    if case.launch.java {
        return Vec::new();
    }
    let conf = case.conf();
    let names = option_variables(&case.role).iter().chain(&JVM);
    let variables = names.filter_map(|name| Some(((*name).to_owned(), conf.variable_entry(name)?)));
    let roles = ["driver", "executor"]
        .into_iter()
        .filter(|_| case.is_driver());
    let keys = roles.flat_map(|role| {
        ["extraJavaOptions", "defaultJavaOptions"].map(|name| format!("spark.{role}.{name}"))
    });
    let settings = keys.filter_map(|key| {
        let entry = conf.entry(&key).filter(|entry| !entry.doubtful)?;
        Some((key, entry))
    });
    let all = variables.chain(settings);
    all.filter_map(|(name, entry)| of_text(case, &name, entry))
        .collect()
}

fn of_text(case: Case<'_>, name: &str, entry: &Entry) -> Option<Said> {
    // Of a Connect or Thrift server the launcher reads this like `SPARK_SUBMIT_OPTS`; of a daemon it is refused (SK108).
    let loses = BEFORE.contains(&name) || case.is_driver() && name == "SPARK_DAEMON_JAVA_OPTS";
    let mut words = entry.text.split_whitespace();
    let word = words.find(|word| {
        SHARES.iter().any(|share| word.starts_with(share)) || loses && word.starts_with("-Xmx")
    })?;
    let shown = word.split_once('=').map_or(word, |(option, _)| option);
    let shown = if shown.starts_with("-Xmx") {
        "-Xmx"
    } else {
        shown
    };
    let instead = match (case.is_driver(), name.starts_with("spark.executor.")) {
        (_, true) => "spark.executor.memory",
        (true, false) => "spark.driver.memory",
        (false, false) => "SPARK_DAEMON_MEMORY",
    };
    let message = format!("`{shown}` in `{name}` has no effect: Spark always passes `-Xmx`");
    let help = format!("take it out, and set the heap with `{instead}`");
    let because = "the heap stays at 1g or at what Spark's own setting says, however large the limit of the container is";
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

    #[test]
    fn only_what_is_dead() {
        for (variable, value, wanted) in [
            ("SPARK_HISTORY_OPTS", "-XX:InitialRAMPercentage=50", 0),
            (
                "SPARK_HISTORY_OPTS",
                "-Da=${B} -XX:MaxRAMPercentage=75.0",
                1,
            ),
            ("SPARK_HISTORY_OPTS", "-Xmx2g", 0),
            ("JAVA_TOOL_OPTIONS", "-Xmx2g", 1),
            ("_JAVA_OPTIONS", "-Xmx2g", 0),
            ("SPARK_WORKER_OPTS", "-XX:MaxRAMPercentage=75", 0),
        ] {
            let text = RULE.page.before.replace("SPARK_HISTORY_OPTS", variable);
            let text = text.replace("-XX:MaxRAMPercentage=75", value);
            assert_eq!(
                places(RULE.page.id, &text).len(),
                wanted,
                "{variable} {value}"
            );
        }
    }
}
