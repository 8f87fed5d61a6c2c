//! SK609: options of `spark-submit` for a program that does not read them.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::Command;
use crate::manifest::spark::text_of;

pub(super) const RULE: Rule = Rule {
    code: "SK609",
    grade: Grade::Error,
    page: Page {
        id: "spark/class-with-submit-options",
        title: "options of spark-submit on spark-class",
        what: "What follows `spark-class` is the name of a main class first, and then that class's own arguments: no option before \
               the class, and no `--properties-file`, `--conf`, `--packages` or `--jars` after it, unless the class reads them \
               (`SparkSubmit`; `--properties-file` for the history server, master, worker). The Connect and the Thrift server are not \
               started by `spark-class` at all: only `spark-submit` reads `spark-defaults.conf` for them. Source: `bin/spark-class`, \
               `launcher.Main`, 3.5.9 to 4.3.0.",
        why_platform: "The container starts and ends with `Could not find or load main class`, or it starts without the file that \
                       was mounted for it.",
        why_data: "A Connect server that does not read its file listens where nobody asks and takes the defaults: 1g of heap, no \
                   event log, no executors.",
        fix: "Run `spark-submit --class CLASS` with the same options.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.sql.connect.service.SparkConnectServer, --properties-file, \
                /opt/conf/spark.conf]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-submit, --properties-file, /opt/conf/spark.conf, --class, \
                org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Stream(judge),
};

/// Options of `spark-submit` that no server reads by itself.
const OPTIONS: [&str; 9] = [
    "--conf",
    "-c",
    "--properties-file",
    "--packages",
    "--jars",
    "--driver-memory",
    "--executor-memory",
    "--deploy-mode",
    "--master",
];

/// Classes with a reader of arguments of their own. Source: `SparkSubmitArguments`, `HistoryServerArguments`,
/// `MasterArguments`, `WorkerArguments`.
const READ: [(&str, &[&str]); 5] = [
    ("org.apache.spark.deploy.SparkSubmit", &OPTIONS),
    (
        "org.apache.spark.deploy.history.HistoryServer",
        &["--properties-file"],
    ),
    (
        "org.apache.spark.deploy.master.Master",
        &["--properties-file"],
    ),
    (
        "org.apache.spark.deploy.worker.Worker",
        &["--properties-file"],
    ),
    ("org.apache.spark.deploy.ExternalShuffleService", &[]),
];

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    for (object, pod) in world.pods() {
        for container in pod.pod().containers() {
            // Java takes options from variables, and those may be settings.
            let env = container.value["env"].as_array().into_iter().flatten();
            let mut names = env.map(|variable| text_of(&variable["name"]));
            let by_java =
                names.any(|name| JAVA.contains(&name)) || !container.value["envFrom"].is_null();
            for command in Command::all(container.value) {
                let Some((message, help)) = of_command(&command, by_java) else {
                    continue;
                };
                let list = if container.value["command"].is_array() {
                    "command"
                } else {
                    "args"
                };
                let at = container.pointer().join(&[list].iter().collect());
                let site = Site::object(object, pod.at(&at)).in_container(container.name());
                said.push(site.say(message, help).because(
                    "`spark-class` starts the class that is named first and hands the rest on as it is; only `spark-submit` makes a \
                     configuration of such options",
                ));
            }
        }
    }
    said
}

/// Variables that every JVM takes options from.
const JAVA: [&str; 3] = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"];

/// Servers that get their configuration from `spark-submit` alone: under `spark-class` they have no `spark.master`.
/// Source: `SparkSubmitArguments.mergeDefaultSparkProperties`; both classes call `SparkSession.builder`.
const SUBMITTED: [&str; 2] = [
    "org.apache.spark.sql.connect.service.SparkConnectServer",
    "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
];

fn of_command(command: &Command, by_java: bool) -> Option<(String, String)> {
    let words = command.arguments();
    let first = (command.program() == "spark-class").then(|| words.first())??;
    if first.contains('$') {
        return None;
    }
    let instead =
        |class: &str| format!("run `spark-submit` with these options and `--class {class}`");
    if first.starts_with('-') {
        let message = format!(
            "`spark-class` takes `{}` for the name of the class to start",
            option(first)
        );
        let class = words.iter().find(|word| is_class(word));
        return Some((message, instead(class.map_or("CLASS", String::as_str))));
    }
    let own = READ.iter().find(|(class, _)| class == first);
    let own = own.map_or(&[][..], |(_, own)| own);
    // The user's own class may have options of any name.
    let known = first.starts_with("org.apache.spark.");
    let mut options = words[1..].iter().map(|word| option(word));
    let unread = options.find(|word| known && OPTIONS.contains(word) && !own.contains(word));
    let Some(unread) = unread else {
        let is_bare = !by_java && SUBMITTED.contains(&first.as_str());
        let message = || {
            format!(
                "`{first}` under `spark-class` reads no `spark-defaults.conf` and has no master"
            )
        };
        return is_bare.then(|| (message(), instead(first)));
    };
    let message =
        format!("`{first}` does not read `{unread}`: that is an option of `spark-submit`");
    Some((message, instead(first)))
}

/// `--conf` of `--conf=spark.a=b`: what stands behind it may be a secret.
fn option(word: &str) -> &str {
    word.split('=').next().unwrap_or(word)
}

fn is_class(word: &str) -> bool {
    word.contains('.') && !word.contains(['/', '=', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(command: &str) -> Option<String> {
        let words: Vec<_> = command.split(' ').collect();
        let commands = Command::all(&json!({"command": words}));
        of_command(&commands[0], false).map(|(message, _)| message)
    }

    /// Field failures 017, 018 and 020: the option before the class, behind it, and with a file that nobody reads.
    #[test]
    fn field_failures_017_018_020() {
        let connect = "org.apache.spark.sql.connect.service.SparkConnectServer";
        let before = said(&format!(
            "/opt/spark/bin/spark-class --properties-file /a {connect}"
        ));
        assert_eq!(
            before.unwrap(),
            "`spark-class` takes `--properties-file` for the name of the class to start"
        );
        let after = said(&format!(
            "/opt/spark/bin/spark-class {connect} --properties-file /a"
        ));
        assert!(after.unwrap().contains("does not read `--properties-file`"));
        let secret = said(&format!(
            "spark-class {connect} --conf=spark.hadoop.fs.s3a.secret.key=hunter2"
        ));
        assert!(!secret.unwrap().contains("hunter2"));
    }

    /// Field failure 019: `spark-defaults.conf` is mounted, and `spark-class` does not read it, whatever its format.
    #[test]
    fn field_failure_019() {
        let connect = "org.apache.spark.sql.connect.service.SparkConnectServer";
        let bare = said(&format!("/opt/spark/bin/spark-class {connect}"));
        assert!(
            bare.unwrap()
                .ends_with("reads no `spark-defaults.conf` and has no master")
        );
        let commands = Command::all(&json!({"command": ["spark-class", connect]}));
        assert_eq!(of_command(&commands[0], true), None);
    }

    #[test]
    fn classes_that_read_them_pass() {
        for right in [
            "spark-class org.apache.spark.deploy.history.HistoryServer --properties-file /a",
            "spark-class org.apache.spark.deploy.SparkSubmit --conf a=b --class X y.jar",
            "spark-class org.apache.spark.deploy.worker.Worker spark://a:7077",
            "spark-class com.example.Main --conf a",
            "spark-class $CLASS --conf a",
            "spark-submit --properties-file /a --class X y.jar",
        ] {
            assert_eq!(said(right), None, "{right}");
        }
    }
}
