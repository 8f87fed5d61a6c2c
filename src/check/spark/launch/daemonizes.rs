//! SK610: a start script that goes to the background and lets the container end.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::{Command, Image};

pub(super) const RULE: Rule = Rule {
    code: "SK610",
    grade: Grade::Error,
    page: Page {
        id: "spark/daemonizes",
        title: "a start script that leaves the container without a process",
        what: "A container of one of Spark's official images whose last command is `start-connect-server.sh`, `start-thriftserver.sh`, `start-history-server.sh`, \
               `start-master.sh` or `start-worker.sh` has the variable `SPARK_NO_DAEMONIZE`, whatever its value. Other \
               images may set it by themselves and pass, as do commands behind the script. Source: `sbin/spark-daemon.sh`, 3.5.9 to 4.3.0; \
               the official images do not set it.",
        why_platform: "The script starts the JVM in the background and ends with exit code 0. The container is Completed, is \
                       started again, and ends up in CrashLoopBackOff without an error in its log.",
        why_data: "The server is up for a second at a time, if at all. Its own log is a file in the container that is gone.",
        fix: "Set `SPARK_NO_DAEMONIZE` to `\"1\"`, or run `spark-submit` or `spark-class` with the main class.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-history-server.sh]
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
        image: apache/spark:4.1.1
        command: [/opt/spark/sbin/start-history-server.sh]
        env: [{name: SPARK_NO_DAEMONIZE, value: \"1\"}]
",
    },
    judge: Judge::Process(judge),
};

const SCRIPTS: [&str; 5] = [
    "start-connect-server.sh",
    "start-thriftserver.sh",
    "start-history-server.sh",
    "start-master.sh",
    "start-worker.sh",
];

const VARIABLE: &str = "SPARK_NO_DAEMONIZE";

/// Images that are known not to set it. Source: their Dockerfiles and entry points; Bitnami's set it, and so do many of
/// people's own.
const IMAGES: [&str; 4] = [
    "apache/spark",
    "apache/spark-py",
    "apache/spark-r",
    "library/spark",
];

/// Whether the image leaves the variable unset.
fn is_known(image: &str) -> bool {
    let path = Image::parse(image).map(|image| image.path().into_owned());
    path.is_ok_and(|path| {
        let ends = |known: &str| {
            let head = path.strip_suffix(known);
            head.is_some_and(|head| head.is_empty() || head.ends_with('/'))
        };
        IMAGES.iter().any(|known| ends(known))
    })
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some(container) = case.own() else {
        return Vec::new();
    };
    let commands = Command::all(container.value);
    // What follows may wait: `tail -f`, `sleep infinity`, a loop.
    let last = commands
        .last()
        .filter(|last| SCRIPTS.contains(&last.program()));
    let env = container.value["env"].as_array().into_iter().flatten();
    let mut env = env.map(|variable| &variable["name"]);
    let is_set = env.any(|name| name == VARIABLE)
        || case.launch.variables.contains_key(VARIABLE)
        || case.launch.texts.iter().any(|text| text.contains(VARIABLE));
    // Variables of a ConfigMap or Secret may have any name.
    let from_whole = container.value["envFrom"]
        .as_array()
        .is_some_and(|from| !from.is_empty());
    let Some(script) = last.filter(|_| !is_set && !from_whole && is_known(container.image()))
    else {
        return Vec::new();
    };
    let list = if container.value["command"].is_array() {
        "command"
    } else {
        "args"
    };
    let message = format!(
        "`{}` starts the {} in the background and ends, and the container with it",
        script.program(),
        case.word()
    );
    let help = format!(
        "set the variable `{VARIABLE}` of this container to `\"1\"`: the script then stays"
    );
    vec![case.at_container(&[list]).say(message, help).because(
        "a container lives as long as its first process; with exit code 0 and no error in its log it is started again and again",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    /// Field failure 016: the Connect server's script ends with exit code 0.
    #[test]
    fn field_failure_016() {
        let connect = RULE
            .page
            .before
            .replace("start-history-server.sh", "start-connect-server.sh");
        let found = said(RULE.page.id, &connect);
        assert!(
            found[0]
                .1
                .contains("starts the Connect server in the background"),
            "{found:?}"
        );
    }

    #[test]
    fn an_image_that_nobody_knows_may_set_it() {
        let own = RULE
            .page
            .before
            .replace("apache/spark:4.1.1", "team/spark:4.1.1");
        assert_eq!(said(RULE.page.id, &own), []);
        let mirror = RULE
            .page
            .before
            .replace("apache/spark:4.1.1", "mirror.example/apache/spark:4.1.1");
        assert_eq!(said(RULE.page.id, &mirror).len(), 1);
    }

    #[test]
    fn whoever_waits_or_may_have_the_variable_passes() {
        let script = "[/opt/spark/sbin/start-history-server.sh]";
        for other in [
            "[sh, -c, \"/opt/spark/sbin/start-history-server.sh && tail -f /opt/spark/logs/*\"]",
            "[sh, -c, \"export SPARK_NO_DAEMONIZE=true; exec /opt/spark/sbin/start-history-server.sh\"]",
            "[/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]",
            "[/opt/spark/sbin/start-history-server.sh]\n        envFrom: [{configMapRef: {name: a}}]",
        ] {
            let text = RULE.page.before.replace(script, other);
            assert_ne!(text, RULE.page.before);
            assert_eq!(said(RULE.page.id, &text), [], "{other}");
        }
    }
}
