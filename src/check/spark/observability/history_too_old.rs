//! SK412: event logs in several files, and a history server that knows one file only.

use super::log_place::writes;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK412",
    grade: Grade::Info,
    page: Page {
        id: "spark/history-too-old",
        title: "event logs that an old history server cannot read",
        what: "Where the history server of the stream is older than 3.0, drivers write one file without compression: \
               `spark.eventLog.rolling.enabled` and `spark.eventLog.compress` are false. Both are true from 4.0 on where \
               nothing sets them. A history server before 3.0 knows no rolling logs (`eventlog_v2_…`). Where a version is \
               not told, nothing is said.",
        why_platform: "The server is upgraded before the drivers: it reads older logs, and no newer ones.",
        why_data: "Runs of the new Spark are missing on the page, those of the old one are there.",
        fix: "Upgrade the history server first; until then set `spark.eventLog.rolling.enabled=false` and \
              `spark.eventLog.compress=false`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
    spark.eventLog.dir: s3a://spark-logs/events
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:2.4.8
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env:
        - {name: SPARK_HISTORY_OPTS, value: \"-Dspark.history.fs.logDirectory=s3a://spark-logs/events\"}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
    spark.eventLog.dir: s3a://spark-logs/events
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env:
        - {name: SPARK_HISTORY_OPTS, value: \"-Dspark.history.fs.logDirectory=s3a://spark-logs/events\"}
",
    },
    judge: Judge::Process(judge),
};

const ROLLING: &str = "spark.eventLog.rolling.enabled";

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    // The release that answers for 4.0 is 3.5, which has the other default.
    let rolls = match conf.entry(ROLLING) {
        None if case.assumed || !conf.is_unset(ROLLING) => None,
        None => Some(case.version.since(4, 0)),
        Some(_) => conf.flag(ROLLING),
    };
    if !writes(case) || rolls != Some(true) {
        return Vec::new();
    }
    let mut servers = case.world.processes.iter();
    let old = servers.find(|server| {
        server.role == "spark-history-server" && !server.assumed && !server.version.since(3, 0)
    });
    let Some(old) = old else {
        return Vec::new();
    };
    let server = Case {
        process: old,
        ..case
    };
    let message = format!(
        "{} writes rolling event logs, and {} is Spark {}, which cannot read them",
        case.name(),
        server.name(),
        old.version
    );
    let help = format!("upgrade the history server first, or set `{ROLLING}=false`");
    let because = "the application is not on the page of the history server, and nothing fails";
    vec![case.at(ROLLING).say(message, help).because(because)]
}
