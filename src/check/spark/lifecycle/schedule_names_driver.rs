//! SK704: a schedule that gives the driver's pod one name for all runs.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Given;

pub(super) const RULE: Rule = Rule {
    code: "SK704",
    grade: Grade::Error,
    page: Page {
        id: "spark/schedule-names-driver",
        title: "a schedule whose runs share one driver pod's name",
        what: "A ScheduledSparkApplication sets neither `spec.template.driver.podName` nor `spark.kubernetes.driver.pod.name`: \
               each run is an application of its own, and the pod of the last run stays as long as the history keeps that \
               (`successfulRunHistoryLimit`, 1 unless set; kubeflow/spark-operator#300).",
        why_platform: "The first run works, the second one fails with `AlreadyExists`: the schedule breaks a day after the \
                       rollout, with nothing changed.",
        why_data: "The nightly job ran once and never again.",
        fix: "Take the name out: the operator calls the pod after the run, `<run>-driver`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: ScheduledSparkApplication
metadata: {name: nightly}
spec:
  schedule: \"0 2 * * *\"
  concurrencyPolicy: Forbid
  template:
    type: Scala
    sparkVersion: 4.1.4
    driver: {podName: nightly-driver}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: ScheduledSparkApplication
metadata: {name: nightly}
spec:
  schedule: \"0 2 * * *\"
  concurrencyPolicy: Forbid
  template:
    type: Scala
    sparkVersion: 4.1.4
    driver: {memory: 2g}
",
    },
    judge: Judge::Process(judge),
};

const KEY: &str = "spark.kubernetes.driver.pod.name";

fn judge(case: Case<'_>) -> Vec<Said> {
    let scheduled = case.seen().value["kind"] == "ScheduledSparkApplication";
    let entry = case.conf().entry(KEY);
    let written = entry.filter(|entry| scheduled && entry.given != Given::Operator);
    let Some(entry) = written else {
        return Vec::new();
    };
    let message = format!(
        "`{}` gives the driver's pod one name for all runs",
        case.shown(KEY)
    );
    let help = "take it out: the operator calls the pod after the run";
    let because =
        "the pod of the last run is still there, and the next one ends with `AlreadyExists`";
    vec![
        case.at_entry(KEY, entry)
            .say(message, help)
            .because(because),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn the_setting_counts_like_the_field_and_one_run_may_have_a_name() {
        let text = RULE.page.before;
        let conf = text.replace(
            "driver: {podName: nightly-driver}",
            "sparkConf: {spark.kubernetes.driver.pod.name: x}",
        );
        let at = "/spec/template/sparkConf/spark.kubernetes.driver.pod.name";
        assert_eq!(
            places(RULE.page.id, &conf),
            [format!("ScheduledSparkApplication/nightly {at}")]
        );
        let once = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec: {type: Scala, driver: {podName: a}}\n";
        assert!(places(RULE.page.id, once).is_empty());
    }
}
