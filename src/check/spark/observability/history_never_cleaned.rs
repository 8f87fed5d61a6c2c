//! SK404: a history server that deletes nothing.

use super::log_place::{Ground, LOG_DIRECTORY, LogPlace, ground};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK404",
    grade: Grade::Warning,
    page: Page {
        id: "spark/history-never-cleaned",
        title: "a history server that deletes no old logs",
        what: "`spark.history.fs.cleaner.enabled` of a history server is true; its default is false (3.5 to 4.3). With it, \
               `spark.history.fs.cleaner.maxAge` (7d) and `maxNum` say what is deleted.",
        why_platform: "The directory grows for ever, and with it what a restart of the server has to read. Where a lifecycle \
                       rule of the bucket deletes old objects, that does the same; it is not in the stream, and a waiver says so.",
        why_data: "The page of a history server with some thousands of logs takes minutes after each restart.",
        fix: "Set `spark.history.fs.cleaner.enabled=true` and `spark.history.fs.cleaner.maxAge`, for instance 30d.",
        before: "\
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
        after: "\
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
        - name: SPARK_HISTORY_OPTS
          value: >-
            -Dspark.history.fs.logDirectory=s3a://spark-logs/events
            -Dspark.history.fs.cleaner.enabled=true
            -Dspark.history.fs.cleaner.maxAge=30d
",
    },
    judge: Judge::Process(judge),
};

const KEY: &str = "spark.history.fs.cleaner.enabled";

fn judge(case: Case<'_>) -> Vec<Said> {
    let keeps = case.role == "spark-history-server" && case.conf().flag(KEY) == Some(false);
    if !keeps || is_fleeting(case) {
        return Vec::new();
    }
    let message = match case.conf().entry(KEY) {
        Some(_) => format!("`{}`: {} deletes no logs", case.shown(KEY), case.name()),
        None => format!(
            "nothing sets `{KEY}`, whose default is false: {} deletes no logs",
            case.name()
        ),
    };
    let help = format!(
        "set `{KEY}=true` and `spark.history.fs.cleaner.maxAge=30d`, or waive it where the bucket has a lifecycle rule"
    );
    let because =
        "the directory grows for ever, and each restart of the history server reads all of it";
    vec![case.at(KEY).say(message, help).because(because)]
}

/// Whether its logs certainly go with its pod: nobody else writes there, and nothing grows for long.
fn is_fleeting(case: Case<'_>) -> bool {
    let place = case.conf().text(LOG_DIRECTORY);
    let place = place.map(|text| LogPlace::of(&text));
    matches!(place, Some(LogPlace::Local(path)) if matches!(ground(case, &path), Ground::Fleeting(_)))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn stackables_operator_has_a_field_of_its_own() {
        let server = |rest: &str| {
            let text = format!(
                "apiVersion: spark.stackable.tech/v1alpha1\nkind: SparkHistoryServer\nmetadata: {{name: h}}\nspec:\n  image: {{productVersion: 3.5.7}}\n{rest}"
            );
            places(RULE.page.id, &text)
        };
        let cleaner = "  nodes: {roleGroups: {default: {config: {cleaner: true}}}}\n";
        assert_eq!(server(cleaner), [""; 0]);
        assert_eq!(
            server("  sparkConf: {spark.history.fs.cleaner.enabled: \"false\"}\n"),
            ["SparkHistoryServer/h /spec/sparkConf/spark.history.fs.cleaner.enabled"]
        );
    }

    #[test]
    fn logs_that_go_with_the_pod_do_not_grow() {
        let with = |directory: &str, volume: &str| {
            let own = format!("-Dspark.history.fs.logDirectory={directory}");
            let text = RULE.page.before.replace(
                "-Dspark.history.fs.logDirectory=s3a://spark-logs/events",
                &own,
            );
            assert!(text.contains(&own));
            let mounted = format!(
                "        volumeMounts: [{{name: logs, mountPath: /tmp/logs}}]\n      volumes: [{{name: logs, {volume}}}]\n"
            );
            places(RULE.page.id, &format!("{text}{mounted}")).len()
        };
        assert_eq!(with("file:///tmp/logs", "emptyDir: {}"), 0);
        assert_eq!(
            with(
                "file:///tmp/logs",
                "persistentVolumeClaim: {claimName: logs}"
            ),
            1
        );
        assert_eq!(with("s3a://logs/events", "emptyDir: {}"), 1);
    }

    #[test]
    fn a_server_whose_settings_are_elsewhere_is_left_alone() {
        let elsewhere = "        envFrom: [{configMapRef: {name: elsewhere}}]\n";
        let text = RULE.page.before;
        let head = text.split("        env:").next().unwrap();
        assert!(places(RULE.page.id, &format!("{head}{elsewhere}")).is_empty());
        assert_eq!(
            places(RULE.page.id, head),
            ["Deployment/history /spec/template/spec/containers/0"]
        );
    }
}
