//! SK705: a batch whose object and pods stay for ever.

use super::kubeflow::site;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK705",
    grade: Grade::Warning,
    page: Page {
        id: "spark/never-deleted",
        title: "a batch that stays for ever once it is done",
        what: "A SparkApplication that runs once has `spec.timeToLiveSeconds` (kubeflow's operator) or \
               `spec.applicationTolerations.ttlAfterStopMillis` (Apache's). Applications that are restarted always are \
               let pass, Connect, Thrift and history servers, and schedules, which keep a history of their own.",
        why_platform: "Without it, nobody deletes the object, its driver's pod, its Service and ConfigMaps: etcd and every list \
                       of pods grow with the number of runs.",
        why_data: "The driver's log is there until the pod is deleted: choose the time so that you can still read it on Monday.",
        fix: "Set it, for instance to a week. Where a release or a GitOps controller owns the object, a deleted one is made \
              anew and runs again: use a ScheduledSparkApplication there.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  timeToLiveSeconds: 604800
",
    },
    judge: Judge::Process(judge),
};

/// Main classes that never end by themselves.
const SERVERS: [&str; 3] = [
    "org.apache.spark.sql.connect.service.SparkConnectServer",
    "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
    "org.apache.spark.deploy.history.HistoryServer",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let (spec, base) = case.application();
    let tolerations = &spec["applicationTolerations"];
    let (field, value, restarts) = match case.operator {
        Some(Operator::Kubeflow) if case.seen().value["kind"] == "SparkApplication" => (
            "timeToLiveSeconds: 604800",
            &spec["timeToLiveSeconds"],
            &spec["restartPolicy"]["type"],
        ),
        Some(Operator::Apache) => (
            "applicationTolerations.ttlAfterStopMillis: 604800000",
            &tolerations["ttlAfterStopMillis"],
            &tolerations["restartConfig"]["restartPolicy"],
        ),
        _ => return Vec::new(),
    };
    let serves = SERVERS.iter().any(|class| spec["mainClass"] == *class);
    if !value.is_null() || restarts == "Always" || serves {
        return Vec::new();
    }
    let name = field.split(':').next().unwrap_or(field);
    let message = format!(
        "`{}` has no `{name}`: nobody deletes it once it is done",
        case.seen().name()
    );
    let help = format!("set `{field}`, a week, or use a schedule where a release owns the object");
    let because = "the object and its driver's pod stay, and their number grows with each run";
    vec![site(case, &base, &[]).say(message, help).because(because)]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn streams_and_schedules_stay_and_apaches_operator_has_its_own_field() {
        let text = RULE.page.before;
        let streaming = format!("{text}  restartPolicy: {{type: Always}}\n");
        assert!(places(RULE.page.id, &streaming).is_empty());
        let apache = "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  mainClass: x\n  runtimeVersions: {sparkVersion: 4.1.4}\n";
        assert_eq!(places(RULE.page.id, apache), ["SparkApplication/a /spec"]);
        let server = apache.replace(
            "mainClass: x",
            "mainClass: org.apache.spark.sql.connect.service.SparkConnectServer",
        );
        assert!(places(RULE.page.id, &server).is_empty());
        let ends = "  applicationTolerations: {ttlAfterStopMillis: 1000}\n";
        assert!(places(RULE.page.id, &format!("{apache}{ends}")).is_empty());
    }
}
