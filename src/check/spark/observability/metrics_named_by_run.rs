//! SK408: a sink, and each run has names of its own for the same figures.

use super::scrape::is_monitored;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK408",
    grade: Grade::Warning,
    page: Page {
        id: "spark/metrics-named-by-run",
        title: "metrics that have other names in each run",
        what: "A driver with a sink for metrics (`spark.metrics.conf.*.sink.<name>.class`) has `spark.metrics.namespace`. Unset, \
               the id of the application stands there (`MetricsSystem.buildRegistryName`, 3.5 to 4.3), and it is part of each \
               name. The sink `servlet`, which Spark always has, does not count, nor the page \
               `/metrics/executors/prometheus`. It is said of servers and of operators' applications: other programs may \
               set it themselves.",
        why_platform: "Each run makes new series under names such as `metrics_spark_1795…_driver_jvm_heap_used`: the store of \
                       metrics grows with the number of runs.",
        why_data: "A dashboard or an alert that names a metric works for one run only.",
        fix: "Set `spark.metrics.namespace=${spark.app.name}`, or a fixed name.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.metrics.conf.*.sink.prometheusServlet.class: org.apache.spark.metrics.sink.PrometheusServlet
    spark.metrics.conf.*.sink.prometheusServlet.path: /metrics/prometheus
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.metrics.namespace: ${spark.app.name}
    spark.metrics.conf.*.sink.prometheusServlet.class: org.apache.spark.metrics.sink.PrometheusServlet
    spark.metrics.conf.*.sink.prometheusServlet.path: /metrics/prometheus
",
    },
    judge: Judge::Process(judge),
};

const KEY: &str = "spark.metrics.namespace";
const PREFIX: &str = "spark.metrics.conf.";

fn judge(case: Case<'_>) -> Vec<Said> {
    let fixed = case.operator.is_some() || (case.is_server() && case.role != "jupyter");
    if !case.is_driver() || !fixed || is_monitored(case) || !case.conf().is_unset(KEY) {
        return Vec::new();
    }
    let is_sink = |key: &str| {
        let mut parts = key[PREFIX.len()..].split('.');
        let (instance, kind, name) = (parts.next(), parts.next(), parts.next());
        let own = instance.is_some_and(|it| ["*", "driver", "executor"].contains(&it));
        own && kind == Some("sink") && name != Some("servlet") && parts.next() == Some("class")
    };
    let Some((key, _)) = case.conf().family(PREFIX).find(|(key, _)| is_sink(key)) else {
        return Vec::new();
    };
    let message = format!(
        "`{key}` is set and `{KEY}` is not: the names of all metrics hold the id of the run"
    );
    let help = format!("set `{KEY}=${{spark.app.name}}`");
    let because = "each run makes new series, and no dashboard or alert finds them by name";
    vec![case.at(key).say(message, help).because(because)]
}
