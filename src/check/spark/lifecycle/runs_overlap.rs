//! SK806: a schedule whose runs may overlap.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;

pub(super) const RULE: Rule = Rule {
    code: "SK806",
    grade: Grade::Warning,
    page: Page {
        id: "spark/runs-overlap",
        title: "a schedule whose runs may overlap, or never come",
        what: "A ScheduledSparkApplication, and a CronJob that runs a driver, have `concurrencyPolicy: Forbid` or `Replace`. \
               Unset, a CronJob and version 1 of kubeflow's operator take `Allow`; version 2 has no default, and starts no run \
               while the object of an earlier one is there (`shouldStartNextRun` in \
               `internal/controller/scheduledsparkapplication`). A CronJob that only submits is not judged.",
        why_platform: "A run that takes longer than the interval meets the next one: both ask the quota for all executors, \
                       and neither gets them. With version 2 of kubeflow's operator and no policy, the second run never \
                       comes.",
        why_data: "Two runs write one table at a time: partitions twice, or a commit that fails.",
        fix: "Set `concurrencyPolicy: Forbid`, or `Replace` where only the newest run counts.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: ScheduledSparkApplication
metadata: {name: nightly}
spec:
  schedule: \"0 2 * * *\"
  template:
    type: Scala
    sparkVersion: 4.1.4
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
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let object = &case.seen().value;
    let kind = text_of(&object["kind"]);
    let scheduled = ["ScheduledSparkApplication", "CronJob"].contains(&kind) && case.is_driver();
    let policy = &object["spec"]["concurrencyPolicy"];
    if !scheduled || !(policy.is_null() || policy == "Allow") {
        return Vec::new();
    }
    let overlap = "a run may start while the last one still runs";
    let (site, message) = match (policy.is_null(), kind) {
        (false, _) => (
            case.at_object(&["spec", "concurrencyPolicy"]),
            format!("`concurrencyPolicy: Allow`: {overlap}"),
        ),
        (true, "CronJob") => (
            case.at_object(&["spec"]),
            format!("no `concurrencyPolicy`, which is `Allow`: {overlap}"),
        ),
        (true, _) => (
            case.at_object(&["spec"]),
            format!(
                "no `concurrencyPolicy`: {overlap}, and version 2 of the operator may start no second one at all"
            ),
        ),
    };
    let help = "set `concurrencyPolicy: Forbid`, or `Replace` where only the newest run counts";
    let because = "two runs share the quota and write the same tables at a time, or the schedule runs once and never again";
    vec![site.say(message, help).because(because)]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn a_cron_job_counts_where_the_driver_runs_in_it() {
        let job = |image: &str, command: &str, policy: &str| {
            let text = format!(
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: j}}\nspec:\n  schedule: \"0 2 * * *\"\n{policy}  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: [{{name: j, image: \"{image}\", command: {command}}}]\n"
            );
            places(RULE.page.id, &text)
        };
        let submit = "[/opt/spark/bin/spark-submit, /app/a.py]";
        assert_eq!(job("apache/spark:4.1.4", submit, ""), ["CronJob/j /spec"]);
        assert_eq!(
            job("apache/spark:4.1.4", submit, "  concurrencyPolicy: Allow\n"),
            ["CronJob/j /spec/concurrencyPolicy"]
        );
        assert!(
            job(
                "apache/spark:4.1.4",
                submit,
                "  concurrencyPolicy: Replace\n"
            )
            .is_empty()
        );
        assert!(
            job(
                "apache/spark:4.1.4",
                "[/opt/spark/bin/spark-submit, --deploy-mode, cluster, /app/a.py]",
                ""
            )
            .is_empty()
        );
        assert!(job("busybox:1", "[sh, -c, date]", "").is_empty());
    }
}
