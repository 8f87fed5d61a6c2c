//! SK406: Prometheus reads of executors, where nothing listens.

use super::executors::{annotated, listen, monitors};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::spark::text_of;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK406",
    grade: Grade::High,
    page: Page {
        id: "spark/executors-scraped",
        title: "a scrape of executors, where nothing listens",
        what: "Annotations `prometheus.io/*` of executors, and PodMonitors that select `spark-role: executor`. An executor has \
               no web interface: it declares the port `blockmanager` and nothing else (`BasicExecutorFeatureStep`, 3.5 to \
               4.3). Nothing is said where something may listen all the same: a Java agent or a plugin in the settings, \
               `monitoring` of kubeflow's operator, ports or containers that the executor's pod has besides, a pod template \
               of the stream that declares ports.",
        why_platform: "A PodMonitor with a port that no pod declares has no targets, and no alert says so; with an annotation \
                       each executor is a target that is down.",
        why_data: "The driver already has the figures of all executors. Nothing has to be read from each of them.",
        fix: "Read `/metrics/executors/prometheus` at the driver's port 4040, or run a JMX exporter in the executors \
              (`spark.executor.extraJavaOptions=-javaagent:…`) and declare its port.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh, --master, \"k8s://https://kubernetes.default.svc:443\"]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: executors}
spec:
  selector: {matchLabels: {spark-role: executor}}
  podMetricsEndpoints:
  - {port: metrics, path: /metrics}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata:
      labels: {app: connect}
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh, --master, \"k8s://https://kubernetes.default.svc:443\"]
        ports: [{name: ui, containerPort: 4040}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: connect}
spec:
  selector: {matchLabels: {app: connect}}
  podMetricsEndpoints:
  - {port: ui, path: /metrics/executors/prometheus}
",
    },
    judge: Judge::Stream(judge),
};

const BECAUSE: &str = "an executor opens ports for blocks and nothing else: no figure ever arrives";

fn judge(world: &World<'_>) -> Vec<Said> {
    let cases: Vec<_> = world
        .processes
        .iter()
        .map(|process| Case { world, process })
        .collect();
    let makers: Vec<_> = cases.iter().filter(|case| case.makes_executors()).collect();
    let silent = makers.iter().filter(|case| !listen(***case));
    let annotated = silent.filter_map(|case| {
        let site = annotated(**case)?;
        let message = format!(
            "`prometheus.io/scrape` on the executors of {}, in which nothing listens",
            case.name()
        );
        Some(site.say(message, help()).because(BECAUSE))
    });
    let mut found: Vec<_> = annotated.collect();
    // Whose executors a monitor selects is not told: each of them has to be deaf.
    if makers.is_empty() || makers.iter().any(|case| listen(**case)) {
        return found;
    }
    for (object, value) in monitors(world) {
        let endpoints = value["spec"]["podMetricsEndpoints"].as_array();
        for (at, endpoint) in endpoints.into_iter().flatten().enumerate() {
            let port = match &endpoint["port"] {
                serde_json::Value::String(name) => format!("port `{name}`"),
                _ => format!("port {}", text_of(&endpoint["targetPort"])),
            };
            let path = Pointer::from_iter(["spec", "podMetricsEndpoints"]).child(at);
            let message = format!("`{object}` reads {port} of executors, in which nothing listens");
            found.push(
                Site::object(object.index, path)
                    .say(message, help())
                    .because(BECAUSE),
            );
        }
    }
    found
}

fn help() -> &'static str {
    "read `/metrics/executors/prometheus` of the driver at port 4040 (before Spark 4.0 with `spark.ui.prometheus.enabled=true`), or run a JMX exporter in the executors"
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn executors_that_may_listen_are_left_alone() {
        let app = |more: &str| {
            let text = format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n  sparkVersion: 4.1.4\n  executor:\n    annotations: {{prometheus.io/scrape: \"true\", prometheus.io/port: \"4040\"}}\n{more}"
            );
            places(RULE.page.id, &text)
        };
        assert_eq!(
            app(""),
            ["SparkApplication/a /spec/executor/annotations/prometheus.io~1scrape"]
        );
        assert!(app("    javaOptions: -javaagent:/jmx.jar=4040:/c\n").is_empty());
        assert!(app("    ports: [{name: m, containerPort: 4040, protocol: TCP}]\n").is_empty());
        assert!(
            app("  monitoring: {exposeExecutorMetrics: true, prometheus: {jmxExporterJar: /j}}\n")
                .is_empty()
        );
        assert!(app("  sparkConf: {spark.plugins: a.B}\n").is_empty());
    }
}
