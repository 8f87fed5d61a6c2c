//! SK402: a driver writes its events where no history server of the stream looks.

use super::log_place::{DIR, Ground, LOG_DIRECTORY, LogPlace, ground, writes};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK402",
    grade: Grade::High,
    page: Page {
        id: "spark/history-looks-elsewhere",
        title: "an event log where no history server looks",
        what: "`spark.eventLog.dir` of each driver that writes to a store is a `spark.history.fs.logDirectory` of a history \
               server in the same stream: `s3`, `s3n` and `s3a` are one, slashes at the end do not count. From 4.2 on a \
               history server takes several directories with commas between them; before that the whole text is one. It lists \
               the directory itself, not what lies deeper (`FsHistoryProvider.checkForLogs`). Without a history server in the \
               stream nothing is said, nor where one takes its directory from what is not in it.",
        why_platform: "Both sides run and are healthy, and the page of the history server stays empty: no alert tells it.",
        why_data: "The application is not listed. People look for a job that never ran, and it is in the next directory.",
        fix: "Give both the same directory: take one value of the chart for `spark.eventLog.dir` and \
              `spark.history.fs.logDirectory`.",
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
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env:
        - {name: SPARK_HISTORY_OPTS, value: \"-Dspark.history.fs.logDirectory=s3a://spark-logs/4.1/events\"}
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
        - {name: SPARK_HISTORY_OPTS, value: \"-Dspark.history.fs.logDirectory=s3a://spark-logs/events/\"}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let Told::Set(dir) = case.conf().get(DIR) else {
        return Vec::new();
    };
    let own = LogPlace::of(&dir.text);
    if !writes(case) || matches!(own, LogPlace::Local(_)) {
        return Vec::new();
    }
    let servers = case.world.processes.iter();
    let servers = servers.filter(|process| process.role == "spark-history-server");
    let servers: Vec<_> = servers.map(|process| Case { process, ..case }).collect();
    let looked: Option<Vec<_>> = servers.iter().map(|server| looks_at(*server)).collect();
    let Some((first, all)) = servers.first().zip(looked) else {
        return Vec::new();
    };
    if all.iter().flatten().any(|place| *place == own) {
        return Vec::new();
    }
    let reads = match first.conf().entry(LOG_DIRECTORY) {
        Some(_) => format!("`{}`", first.shown(LOG_DIRECTORY)),
        None => format!("the default of `{LOG_DIRECTORY}`, `file:/tmp/spark-events`"),
    };
    let message = format!(
        "`{}` is where no history server of the stream looks: {} reads {reads}",
        case.shown(DIR),
        first.name()
    );
    let help = if case.hides(DIR) {
        format!("give `{DIR}` and `{LOG_DIRECTORY}` the same directory")
    } else {
        format!(
            "set `{LOG_DIRECTORY}` to `{}`, or `{DIR}` to what the history server reads",
            dir.text
        )
    };
    let because = "a history server lists its own directory and nothing below it: the application is not on its page, and \
                   nothing fails";
    vec![case.at(DIR).say(message, help).because(because)]
}

/// The directories that a history server reads; nothing where that is not known.
fn looks_at(server: Case<'_>) -> Option<Vec<LogPlace>> {
    let conf = server.conf();
    let text = match conf.get(LOG_DIRECTORY) {
        Told::Unknown => return None,
        Told::Set(known) => known.text,
        // An image's own entry point may take it from a variable.
        Told::Unset if has_place(server) => return None,
        Told::Unset => conf.effective(LOG_DIRECTORY)?,
    };
    if let LogPlace::Local(path) = LogPlace::of(&text) {
        let told = conf.entry(LOG_DIRECTORY).is_some();
        if told && !matches!(ground(server, &path), Ground::Fleeting(_)) {
            // A volume that something else may fill.
            return None;
        }
    }
    let mut places = vec![LogPlace::of(&text)];
    if server.assumed || server.version.since(4, 2) {
        places.extend(text.split(',').map(LogPlace::of));
    }
    Some(places)
}

fn has_place(server: Case<'_>) -> bool {
    let env = server.own().and_then(|own| own.value["env"].as_array());
    let mut env = env.into_iter().flatten();
    env.any(|variable| {
        let directory = text_of(&variable["name"]).contains("DIR");
        directory || text_of(&variable["value"]).contains("://")
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    const APP: &str = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  sparkVersion: 4.1.4\n  sparkConf: {spark.eventLog.enabled: \"true\", spark.eventLog.dir: \"s3a://b/x\"}\n";

    fn with(version: &str, options: &str) -> usize {
        let server = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: h}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: h\n        image: apache/spark:{version}\n        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]\n{options}"
        );
        places(RULE.page.id, &format!("{APP}---\n{server}")).len()
    }

    fn reading(text: &str) -> String {
        format!(
            "        env: [{{name: SPARK_HISTORY_OPTS, value: \"-Dspark.history.fs.logDirectory={text}\"}}]\n"
        )
    }

    #[test]
    fn several_directories_are_one_before_4_2() {
        assert_eq!(with("4.1.4", &reading("s3a://b/x,s3a://b/y")), 1);
        assert_eq!(with("4.2.0", &reading("s3a://b/y,s3a://b/x")), 0);
        assert_eq!(with("4.2.0", &reading("s3a://b/y,s3a://b/z")), 1);
    }

    #[test]
    fn what_is_not_told_is_no_difference() {
        assert_eq!(with("4.1.4", &reading("${LOGS}")), 0);
        assert_eq!(
            with(
                "4.1.4",
                "        envFrom: [{configMapRef: {name: elsewhere}}]\n"
            ),
            0
        );
        assert_eq!(
            with(
                "4.1.4",
                "        env: [{name: SPARK_HISTORY_LOG_DIR, value: \"s3a://b/z\"}]\n"
            ),
            0
        );
        assert_eq!(with("4.1.4", ""), 1);
        let local = reading("file:/logs");
        let claim = "        volumeMounts: [{name: v, mountPath: /logs}]\n      volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]\n";
        assert_eq!(with("4.1.4", &local), 1);
        assert_eq!(with("4.1.4", &format!("{local}{claim}")), 0);
        assert_eq!(places(RULE.page.id, APP).len(), 0);
    }
}
