//! SK405: Prometheus reads at a path that only a sink serves, and there is none.

use super::scrape::{Ui, has_agent, targets, ui};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK405",
    grade: Grade::High,
    page: Page {
        id: "spark/metrics-without-sink",
        title: "a scrape of metrics that no sink serves",
        what: "Annotations `prometheus.io/*`, PodMonitors and ServiceMonitors that read `/metrics/prometheus` of a driver or a \
               worker, or `/metrics/master/prometheus` and `/metrics/applications/prometheus` of a master, at the port of its \
               web interface: the sink `prometheusServlet` is set, in `spark.metrics.conf.*.sink.prometheusServlet.class` or \
               in a `metrics.properties` that the pod mounts. `MetricsSystem` (3.5 to 4.3) hangs only a sink of that very \
               name into the interface. Where a Java agent or a plugin runs, nothing is said.",
        why_platform: "Spark 3.5 answers with 200 and an HTML page, Spark 4 with 404: the target looks as if it were up, or \
                       as if the pod were broken, and no figure arrives.",
        why_data: "Dashboards of heap, shuffle and tasks stay empty, and an executor that died of memory leaves no trace.",
        fix: "Set `spark.metrics.conf.*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet` and \
              `spark.metrics.conf.*.sink.prometheusServlet.path=/metrics/prometheus`; or read \
              `/metrics/executors/prometheus` of the driver, which Spark 4 serves without being asked.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver:
    annotations:
      prometheus.io/scrape: \"true\"
      prometheus.io/port: \"4040\"
      prometheus.io/path: /metrics/prometheus
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.metrics.conf.*.sink.prometheusServlet.class: org.apache.spark.metrics.sink.PrometheusServlet
    spark.metrics.conf.*.sink.prometheusServlet.path: /metrics/prometheus
  driver:
    annotations:
      prometheus.io/scrape: \"true\"
      prometheus.io/port: \"4040\"
      prometheus.io/path: /metrics/prometheus
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some(ui) = ui(case).filter(|ui| ui.on && !ui.sink.is_empty()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for target in targets(case) {
        let reads = target.port == ui.port && ui.sink.contains(&target.path.as_str());
        if !reads || has_agent(case) || has_sink(case, &ui) {
            continue;
        }
        let message = format!(
            "{} reads what only the sink `prometheusServlet` serves, and nothing sets that for {}",
            target.by,
            case.name()
        );
        let help = if case.is_driver() {
            "set `spark.metrics.conf.*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet` and \
             `….path=/metrics/prometheus`, or read `/metrics/executors/prometheus`"
        } else {
            "set `*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet` and its `path` in \
             `metrics.properties`"
        };
        let because = "Spark 3.5 answers with a page in HTML, Spark 4 with 404: the target looks alive or broken, and no \
                       figure arrives";
        found.push(target.site.say(message, help).because(because));
    }
    found
}

/// Whether the sink may be set; `metrics.properties` of an image is taken for Spark's own, which sets none.
fn has_sink(case: Case<'_>, ui: &Ui) -> bool {
    let conf = case.conf();
    let mut instances = ui.instances.iter();
    let set = instances.any(|instance| {
        let key = format!("spark.metrics.conf.{instance}.sink.prometheusServlet.class");
        conf.get(&key) != Told::Unset
    });
    // A file that is named and is not in the stream may hold anything.
    let elsewhere = conf.entry("spark.metrics.conf").is_some() && !conf.may_hold("sink");
    set || elsewhere || conf.may_hold("sink.prometheusServlet.class")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    fn worker(more: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w}}\nspec:\n  template:\n    metadata:\n      labels: {{app: w}}\n      annotations: {{prometheus.io/scrape: \"true\", prometheus.io/port: \"8081\", prometheus.io/path: /metrics/prometheus/}}\n    spec:\n      containers:\n      - name: worker\n        image: apache/spark:4.1.4\n        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, \"spark://m:7077\"]\n{more}"
        );
        places(RULE.page.id, &text)
    }

    #[test]
    fn a_worker_needs_the_sink_too() {
        let at = "Deployment/w /spec/template/metadata/annotations/prometheus.io~1path";
        assert_eq!(worker(""), [at]);
        assert!(
            worker("        env: [{name: SPARK_WORKER_WEBUI_PORT, value: \"9000\"}]\n").is_empty()
        );
        assert!(
            worker(
                "        env: [{name: SPARK_WORKER_OPTS, value: \"-javaagent:/jmx.jar=8081:/c\"}]\n"
            )
            .is_empty()
        );
        let mounted = |text: &str| {
            format!(
                "        volumeMounts: [{{name: c, mountPath: /opt/spark/conf}}]\n      volumes: [{{name: c, configMap: {{name: c}}}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{metrics.properties: \"{text}\"}}\n"
            )
        };
        assert!(
            worker(&mounted(
                "*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet"
            ))
            .is_empty()
        );
        // Only the name `prometheusServlet` is hung into the interface.
        assert_eq!(
            worker(&mounted(
                "*.sink.prometheus.class=org.apache.spark.metrics.sink.PrometheusServlet"
            )),
            [at]
        );
    }

    #[test]
    fn a_monitor_is_read_like_an_annotation() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec:\n  template:\n    metadata: {labels: {app: c}}\n    spec:\n      containers:\n      - name: c\n        image: apache/spark:4.1.4\n        command: [/opt/spark/sbin/start-connect-server.sh]\n        ports: [{name: ui, containerPort: 4040}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: c, labels: {app: c}}\nspec: {selector: {app: c}, ports: [{name: web, port: 80, targetPort: ui}]}\n---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: c}\nspec: {selector: {matchLabels: {app: c}}, endpoints: [{port: web, path: /metrics/prometheus}]}\n";
        assert_eq!(
            places(RULE.page.id, text),
            ["ServiceMonitor/c /spec/endpoints/0"]
        );
        assert!(
            places(
                RULE.page.id,
                &text.replace("port: web, path", "port: rpc, path")
            )
            .is_empty()
        );
    }
}
