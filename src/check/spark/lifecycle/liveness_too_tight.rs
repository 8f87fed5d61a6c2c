//! SK803: a liveness probe that a pause of the JVM fails.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK803",
    grade: Grade::High,
    page: Page {
        id: "spark/liveness-too-tight",
        title: "a liveness probe that a pause of the JVM fails",
        what: "A driver in a pod of the stream (Connect server, Thrift server, a driver in client mode) has no liveness probe \
               that the JVM itself has to answer (`httpGet`, `grpc`, `exec`) within 1 second and that restarts it after 3 \
               failures, which is what Kubernetes takes where nothing is written. Both numbers are settings of the check: \
               `livenessTimeoutSeconds`, `livenessFailures`; a probe with more of either is let pass. A `tcpSocket` probe \
               is answered by the kernel and is not judged.",
        why_platform: "A long collection of garbage, or a listing of jobs in the web interface, takes more than a second: the \
                       kubelet ends a healthy driver, and with it all of its executors.",
        why_data: "The session dies in the middle of the heaviest query, the log ends without an error, and the count of \
                   restarts goes up.",
        fix: "Give it time (`timeoutSeconds: 10`, `failureThreshold: 6`) and a `startupProbe` for the start; or probe the port \
              with `tcpSocket`.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        livenessProbe:
          httpGet: {path: /, port: 4040}
          periodSeconds: 10
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        livenessProbe:
          httpGet: {path: /, port: 4040}
          periodSeconds: 10
          timeoutSeconds: 10
          failureThreshold: 6
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    // A notebook's server is no JVM.
    let own = case
        .own()
        .filter(|_| case.is_driver() && case.role != "jupyter");
    let Some(probe) = own.map(|own| &own.value["livenessProbe"]) else {
        return Vec::new();
    };
    let Some(kind) = ["httpGet", "grpc", "exec"]
        .into_iter()
        .find(|kind| probe[*kind].is_object())
    else {
        return Vec::new();
    };
    let number = |field: &str, default: u64| match &probe[field] {
        Value::Null => Some(default),
        written => written.as_u64(),
    };
    let Some((timeout, failures)) = number("timeoutSeconds", 1).zip(number("failureThreshold", 3))
    else {
        return Vec::new();
    };
    let parameters = case.world.parameters;
    if timeout > parameters.liveness_timeout || failures > parameters.liveness_failures {
        return Vec::new();
    }
    let what = match kind {
        "httpGet" => format!("`httpGet` of `{}`", text_of(&probe[kind]["path"])),
        other => format!("`{other}`"),
    };
    let message = format!(
        "the liveness probe of {} waits {timeout} s for {what}, and {failures} failures end the JVM",
        case.name()
    );
    let help = "set `timeoutSeconds: 10` and `failureThreshold: 6`, with a `startupProbe` for the start, or use `tcpSocket`";
    let because = "a long collection of garbage takes longer than that: the kubelet ends a healthy driver, and its executors with it";
    vec![
        case.at_container(&["livenessProbe"])
            .say(message, help)
            .because(because),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn what_the_kernel_answers_is_not_judged() {
        let text = RULE.page.before;
        let at = "Deployment/connect /spec/template/spec/containers/0/livenessProbe";
        let probe = "httpGet: {path: /, port: 4040}";
        assert_eq!(
            places(
                RULE.page.id,
                &text.replace(probe, "exec: {command: [curl, localhost]}")
            ),
            [at]
        );
        for other in [
            "tcpSocket: {port: 15002}",
            "httpGet: {path: /, port: 4040}\n          timeoutSeconds: \"${T}\"",
        ] {
            assert!(
                places(RULE.page.id, &text.replace(probe, other)).is_empty(),
                "{other}"
            );
        }
        let history = text.replace(
            "sbin/start-connect-server.sh",
            "bin/spark-class, org.apache.spark.deploy.history.HistoryServer",
        );
        assert!(places(RULE.page.id, &history).is_empty());
    }
}
