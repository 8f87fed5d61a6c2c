//! SK407: Prometheus reads the figures of executors, and Spark 3 does not serve them unless asked.

use super::scrape::{EXECUTORS, targets, ui};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK407",
    grade: Grade::Warning,
    page: Page {
        id: "spark/executor-metrics-off",
        title: "a scrape of executors' metrics that are switched off",
        what: "Annotations and monitors that read `/metrics/executors/prometheus` of a driver: `spark.ui.prometheus.enabled` is \
               true. Its default is false up to 3.5 and true from 4.0 on (catalogue of settings). Where nothing tells the \
               version and nothing sets the switch, nothing is said.",
        why_platform: "Spark answers at that path with its web page, or with 404; the target never has a figure.",
        why_data: "Memory and shuffle of each executor would be there for the asking; without the switch they are not.",
        fix: "Set `spark.ui.prometheus.enabled=true`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.5.7
  driver:
    annotations:
      prometheus.io/scrape: \"true\"
      prometheus.io/port: \"4040\"
      prometheus.io/path: /metrics/executors/prometheus/
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 3.5.7
  sparkConf:
    spark.ui.prometheus.enabled: \"true\"
  driver:
    annotations:
      prometheus.io/scrape: \"true\"
      prometheus.io/port: \"4040\"
      prometheus.io/path: /metrics/executors/prometheus/
",
    },
    judge: Judge::Process(judge),
};

const SWITCH: &str = "spark.ui.prometheus.enabled";

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    // The release that answers for 4.0 is 3.5, which has the other default.
    let since_4 = case.assumed || case.version.since(4, 0);
    let guessed = since_4 && conf.entry(SWITCH).is_none();
    if !case.is_driver() || guessed || conf.flag(SWITCH) != Some(false) {
        return Vec::new();
    }
    let Some(ui) = ui(case).filter(|ui| ui.on) else {
        return Vec::new();
    };
    let reads = targets(case).into_iter();
    let reads = reads.filter(|target| target.port == ui.port && target.path == EXECUTORS);
    reads
        .map(|target| {
            let why = match conf.entry(SWITCH) {
                Some(_) => format!("`{}`", case.shown(SWITCH)),
                None => format!(
                    "nothing sets `{SWITCH}`, which is false in Spark {}",
                    case.version
                ),
            };
            let message = format!(
                "{} reads executors' figures of {}, and {why}",
                target.by,
                case.name()
            );
            let help = format!("set `{SWITCH}=true`");
            target
                .site
                .say(message, help)
                .because("the driver serves them only then: the target is there, and has no figure")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn spark_4_serves_them_and_an_unknown_version_is_not_guessed() {
        let text = RULE.page.before;
        assert!(places(RULE.page.id, &text.replace("3.5.7", "4.0.1")).is_empty());
        assert!(places(RULE.page.id, &text.replace("  sparkVersion: 3.5.7\n", "")).is_empty());
        assert!(places(RULE.page.id, &text.replace("4040", "4041")).is_empty());
    }
}
