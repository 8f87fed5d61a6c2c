//! SK410: the operator sets up metrics, and what the application says of them is overwritten.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::spark::{holds, text_of};
use crate::spark::process::Operator;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK410",
    grade: Grade::Warning,
    page: Page {
        id: "spark/two-ways-of-metrics",
        title: "metrics by the operator's field and by hand",
        what: "A SparkApplication of kubeflow's operator with `monitoring.prometheus` leaves to it what it overwrites: \
               `spark.metrics.conf` and `spark.metrics.namespace` in `sparkConf`, the annotations `prometheus.io/port` and \
               `prometheus.io/path` of driver and executor where their metrics are exposed, and the port of the Java agent \
               (8090, or `monitoring.prometheus.port`) (`internal/controller/sparkapplication/monitoring_config.go` of \
               kubeflow/spark-operator 2).",
        why_platform: "Two agents on one port: the second one fails, and with it the JVM. What is written by hand is not what \
                       runs, and the manifest does not show it.",
        why_data: "A `metrics.properties` that you mount and name is not read: the operator names its own.",
        fix: "Put the properties into `monitoring.metricsProperties` or name the file in `monitoring.metricsPropertiesFile`, \
              and take the settings out; or take out `monitoring`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.metrics.conf: /etc/own/metrics.properties
  monitoring:
    exposeDriverMetrics: true
    exposeExecutorMetrics: true
    prometheus: {jmxExporterJar: /prometheus/jmx.jar}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  monitoring:
    exposeDriverMetrics: true
    exposeExecutorMetrics: true
    metricsPropertiesFile: /etc/own/metrics.properties
    prometheus: {jmxExporterJar: /prometheus/jmx.jar}
",
    },
    judge: Judge::Process(judge),
};

/// The port of the agent where none is written.
const PORT: u64 = 8090;
const BECAUSE: &str =
    "the operator writes its own over it, and what the manifest says is not what runs";

fn judge(case: Case<'_>) -> Vec<Said> {
    let (spec, base) = case.application();
    let monitoring = &spec["monitoring"];
    if case.operator != Some(Operator::Kubeflow) || !monitoring["prometheus"].is_object() {
        return Vec::new();
    }
    let at = |path: &[&str]| {
        let tail: Pointer = path.iter().collect();
        Site::object(case.object, base.join(&tail))
    };
    let port = monitoring["prometheus"]["port"].as_u64().unwrap_or(PORT);
    let mut found = Vec::new();
    for key in ["spark.metrics.conf", "spark.metrics.namespace"] {
        if !spec["sparkConf"][key].is_null() {
            let message =
                format!("`{key}` is set, and `monitoring` makes the operator overwrite it");
            let help =
                format!("take `{key}` out; properties go into `monitoring.metricsProperties`");
            let said = at(&["sparkConf", key]).say(message, help);
            found.push(said.because(BECAUSE));
        }
    }
    let roles = [
        ("driver", "exposeDriverMetrics"),
        ("executor", "exposeExecutorMetrics"),
    ];
    for (role, _) in roles
        .iter()
        .filter(|(_, switch)| monitoring[*switch] == true)
    {
        let said = of_role(role, &spec[*role], port).into_iter();
        found.extend(said.map(|(path, message, help, because)| {
            let path: Vec<_> = [*role].into_iter().chain(path).collect();
            at(&path).say(message, help).because(because)
        }));
    }
    found
}

/// A field of a role, what is wrong with it, what to do, and why.
type OfRole = (Vec<&'static str>, String, String, &'static str);

/// What the operator overwrites, or adds a second time, of a role whose metrics it exposes.
fn of_role(role: &str, spec: &Value, port: u64) -> Vec<OfRole> {
    let mut found = Vec::new();
    for (key, own) in [
        ("prometheus.io/port", port.to_string()),
        ("prometheus.io/path", "/metrics".to_owned()),
    ] {
        let written = &spec["annotations"][key];
        if !written.is_null() && text_of(written) != own {
            let message = format!(
                "`{key}` of the {role} is written, and `monitoring` makes the operator overwrite it with `{own}`"
            );
            let help = "take the annotation out".to_owned();
            found.push((vec!["annotations", key], message, help, BECAUSE));
        }
    }
    let options = text_of(&spec["javaOptions"]).split_whitespace();
    let mut agents = options.filter(|word| word.contains("-javaagent:"));
    if agents.any(|agent| holds(agent, &port.to_string())) {
        let message = format!(
            "`javaOptions` of the {role} has an agent on port {port}, and `monitoring` adds another one there"
        );
        let help = format!(
            "take the agent out, or set `monitoring.prometheus.port` to another port than {port}"
        );
        let because = "the second agent finds the port taken, and the JVM ends before Spark starts";
        found.push((vec!["javaOptions"], message, help, because));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn agents_and_annotations_of_roles_that_are_exposed() {
        let app = |monitoring: &str| {
            let text = format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: ScheduledSparkApplication\nmetadata: {{name: a}}\nspec:\n  template:\n    type: Scala\n    driver: {{javaOptions: \"-javaagent:/jmx.jar=8090:/c\", annotations: {{prometheus.io/port: \"4040\"}}}}\n    monitoring: {{{monitoring}}}\n"
            );
            places(RULE.page.id, &text)
        };
        let base = "ScheduledSparkApplication/a /spec/template/driver";
        assert_eq!(
            app("exposeDriverMetrics: true, prometheus: {jmxExporterJar: /j}"),
            [
                format!("{base}/annotations/prometheus.io~1port"),
                format!("{base}/javaOptions")
            ]
        );
        assert_eq!(
            app("exposeDriverMetrics: true, prometheus: {jmxExporterJar: /j, port: 8091}").len(),
            1
        );
        assert!(app("exposeExecutorMetrics: true, prometheus: {jmxExporterJar: /j}").is_empty());
        assert!(app("exposeDriverMetrics: true").is_empty());
    }
}
