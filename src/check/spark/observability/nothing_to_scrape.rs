//! SK409: Prometheus reads at a port or a path of a driver or a daemon where there are no figures.

use super::scrape::{EXECUTORS, Target, Ui, has_agent, may_listen, targets, ui};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK409",
    grade: Grade::High,
    page: Page {
        id: "spark/nothing-to-scrape",
        title: "a scrape of a port or a path without metrics",
        what: "Annotations `prometheus.io/*`, PodMonitors and ServiceMonitors that read of a driver, a master, a worker or a \
               history server: the port is that of the web interface (`spark.ui.port`, `spark.master.ui.port`, \
               `spark.worker.ui.port`) or one that the pod declares or names, the interface is on (`spark.ui.enabled`), and \
               the path is one of Spark's: `/metrics/executors/prometheus` and `/metrics/prometheus` of a driver, \
               `/metrics/master/prometheus` and `/metrics/applications/prometheus` of a master, `/metrics/prometheus` of a \
               worker (`PrometheusResource`, `PrometheusServlet`, 3.5 to 4.3). A history server has none. Where a Java agent \
               or a plugin runs, nothing is said.",
        why_platform: "`/metrics` is Prometheus' own habit and no path of Spark's: the target is there, and answers with a web \
                       page or 404.",
        why_data: "Cores in use, jobs that wait and memory of workers never reach the dashboard.",
        fix: "Name Spark's path, and switch on the sink that serves it; for a history server take the annotation out, or run a \
              JMX exporter in it.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    metadata:
      annotations:
        prometheus.io/scrape: \"true\"
        prometheus.io/port: \"8081\"
        prometheus.io/path: /metrics
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, \"spark://master:7077\"]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    metadata:
      annotations:
        prometheus.io/scrape: \"true\"
        prometheus.io/port: \"8081\"
        prometheus.io/path: /metrics/prometheus
    spec:
      containers:
      - name: worker
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, \"spark://master:7077\"]
        env:
        - name: SPARK_WORKER_OPTS
          value: >-
            -Dspark.metrics.conf.*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet
            -Dspark.metrics.conf.*.sink.prometheusServlet.path=/metrics/prometheus
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let found = targets(case);
    if found.is_empty() || has_agent(case) {
        return Vec::new();
    }
    let Some(ui) = ui(case) else {
        return Vec::new();
    };
    let said = found
        .into_iter()
        .filter_map(|target| of_target(case, ui, target));
    said.collect()
}

fn of_target(case: Case<'_>, ui: Ui, target: Target) -> Option<Said> {
    let Target {
        port,
        path,
        by,
        site,
    } = target;
    let name = case.name();
    let (message, help) = if port != ui.port {
        // Another process of the pod may be meant.
        if !is_alone(case) || may_listen(case, port) {
            return None;
        }
        (
            format!(
                "{by} reads port {port} of {name}, where nothing listens: its web interface has {}",
                ui.port
            ),
            format!("read port {}", ui.port),
        )
    } else if !ui.on {
        (
            format!("{by} reads the web interface of {name}, and `spark.ui.enabled` is false"),
            "take `spark.ui.enabled=false` out, or the annotation".to_owned(),
        )
    } else if serves(case, ui, &path) {
        return None;
    } else {
        (
            format!("{by} reads no figures of {name}: {}", known(case, ui)),
            advice(case, ui),
        )
    };
    let because = "Spark answers there with a web page, with 404 or not at all: the target has no figure, and nothing \
                   reports it";
    Some(site.say(message, help).because(because))
}

fn is_alone(case: Case<'_>) -> bool {
    let processes = case.world.processes.iter();
    let same = processes.filter(|other| {
        other.seen == case.process.seen && other.seat.map(|it| it.0) == case.seat.map(|it| it.0)
    });
    same.count() == 1
}

/// Whether the interface may serve figures at a path: one of Spark's, or one that a sink has been given.
fn serves(case: Case<'_>, ui: Ui, path: &str) -> bool {
    let own = ui.sink.contains(&path) || (case.is_driver() && path == EXECUTORS);
    let given = |instance: &&str| {
        let key = format!("spark.metrics.conf.{instance}.sink.prometheusServlet.path");
        let entry = case.conf().entry(&key);
        entry.is_some_and(|entry| entry.text.trim_end_matches('/') == path)
    };
    let of_image = path == "/metrics" && has_bitnamis_sink(case);
    own || of_image || case.conf().may_hold(path) || ui.instances.iter().any(given)
}

/// Whether Bitnami's image gives its sink the path `/metrics`. Source: `spark_enable_metrics` in its `libspark.sh`.
fn has_bitnamis_sink(case: Case<'_>) -> bool {
    match case.conf().variable("SPARK_METRICS_ENABLED") {
        Told::Set(known) => ["1", "true", "yes"].contains(&known.text.to_lowercase().as_str()),
        Told::Unknown => true,
        Told::Unset => false,
    }
}

fn known(case: Case<'_>, ui: Ui) -> String {
    match (case.is_driver(), ui.sink) {
        (true, _) => format!("they are at `{EXECUTORS}`"),
        (false, []) => "a history server has none".to_owned(),
        (false, [first, ..]) => {
            format!("they are at `{first}`, and only with the sink `prometheusServlet`")
        }
    }
}

fn advice(case: Case<'_>, ui: Ui) -> String {
    match (case.is_driver(), ui.sink) {
        (true, _) => format!("set the path to `{EXECUTORS}`{}", switched_on(case)),
        (false, []) => {
            "take it out, or run a JMX exporter in the history server and read that".to_owned()
        }
        (false, [first, ..]) => format!(
            "set the path to `{first}`, and `*.sink.prometheusServlet.class` and `.path` in `metrics.properties`"
        ),
    }
}

/// What has to be set for that path: the switch is off before 4.0.
fn switched_on(case: Case<'_>) -> &'static str {
    match case.conf().flag("spark.ui.prometheus.enabled") {
        Some(true) => "",
        _ => ", and `spark.ui.prometheus.enabled=true`",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::{places, said};

    fn connect(annotations: &str, more: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: c}}\nspec:\n  template:\n    metadata:\n      annotations: {{prometheus.io/scrape: \"true\", {annotations}}}\n    spec:\n      containers:\n      - name: c\n        image: apache/spark:4.1.4\n        command: [/opt/spark/sbin/start-connect-server.sh, --conf, '{more}']\n"
        );
        let all = said(RULE.page.id, &text);
        all.into_iter().map(|(_, message)| message).collect()
    }

    #[test]
    fn bitnamis_image_serves_at_a_path_of_its_own() {
        let master = |env: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: m}}\nspec:\n  template:\n    metadata:\n      annotations: {{prometheus.io/scrape: \"true\", prometheus.io/port: \"8080\", prometheus.io/path: /metrics/}}\n    spec:\n      containers:\n      - name: m\n        image: bitnami/spark:3.5.5\n        env: [{{name: SPARK_MODE, value: master}}{env}]\n"
            );
            places(RULE.page.id, &text).len()
        };
        assert_eq!(master(""), 1);
        assert_eq!(
            master(", {name: SPARK_METRICS_ENABLED, value: \"true\"}"),
            0
        );
        assert_eq!(
            master(", {name: SPARK_METRICS_ENABLED, value: \"false\"}"),
            1
        );
    }

    #[test]
    fn ports_and_paths_of_a_driver() {
        let executors =
            "prometheus.io/port: \"4040\", prometheus.io/path: /metrics/executors/prometheus/";
        assert!(connect(executors, "a=b").is_empty());
        assert_eq!(connect(executors, "spark.ui.enabled=false").len(), 1);
        let moved = connect(executors, "spark.ui.port=4050");
        assert!(moved[0].contains("its web interface has 4050"), "{moved:?}");
        assert!(connect(executors, "spark.ui.port=${PORT}").is_empty());
        let no_path = connect("prometheus.io/port: \"4040\"", "a=b");
        assert!(
            no_path[0].contains("no path, which is `/metrics`"),
            "{no_path:?}"
        );
        assert!(
            connect(
                "prometheus.io/port: \"4040\"",
                "spark.driver.extraJavaOptions=-javaagent:/j=4040:/c"
            )
            .is_empty()
        );
        assert!(
            connect(
                "prometheus.io/port: \"4040\"",
                "spark.metrics.conf.*.sink.prometheusServlet.path=/metrics"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_history_server_serves_none() {
        let text = RULE.page.before.replace(
            "worker.Worker, \"spark://master:7077\"",
            "history.HistoryServer",
        );
        let own = text.replace("8081", "18080");
        assert!(said(RULE.page.id, &own)[0].1.contains("has none"));
        assert!(
            said(RULE.page.id, &text)[0]
                .1
                .contains("where nothing listens")
        );
        let port = "        ports: [{containerPort: 8081}]\n        command";
        let declared = text.replace("        command", port);
        assert!(places(RULE.page.id, &declared).is_empty());
    }
}
