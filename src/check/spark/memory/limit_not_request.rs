//! SK122: Kubeflow's `memoryLimit` beside the request that Spark computes.

use super::parts::application;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::Quantity;
use crate::spark::memory::{MIB, as_quantity, driver, executor};
use crate::spark::pod::{as_limit, kubeflow};
use crate::spark::process::Operator;
use serde_json::json;
use std::cmp::Ordering;

pub(super) const RULE: Rule = Rule {
    code: "SK122",
    grade: Grade::Error,
    page: Page {
        id: "spark/limit-not-request",
        title: "a `memoryLimit` that is not the request which Spark computes",
        what: "`memoryLimit` of driver and executor in Kubeflow's applications is heap plus overhead, as Spark computes it for \
               the request (`BasicDriverFeatureStep`, `BasicExecutorFeatureStep`). The operator's webhook changes the limit \
               alone and leaves the request. A limit below it is an error, one above it a warning. Nothing is said where part \
               of the configuration is not known.",
        why_platform: "Below the request, the API server refuses every pod. Above it, the pod is Burstable instead of \
                       Guaranteed: when the node is short of memory it is among the first to be killed, and the scheduler \
                       has put more on the node than fits.",
        why_data: "Memory above the request is not promised: it is there on an empty cluster and gone on a full one. The heap \
                   does not grow with `memoryLimit`.",
        fix: "Take `memoryLimit` out, and set `memoryOverhead` where more is needed beside the heap.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {memory: 4g, memoryLimit: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {memory: 4g, memoryOverhead: 512m, memoryLimit: 4608m}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    if case.operator != Some(Operator::Kubeflow) || !case.conf().is_complete() {
        return Vec::new();
    }
    ["driver", "executor"]
        .into_iter()
        .filter_map(|role| of_role(case, role))
        .collect()
}

fn of_role(case: Case<'_>, role: &str) -> Option<Said> {
    let (spec, at) = application(case);
    let written = spec[role]["memoryLimit"].as_str()?;
    let limit = Quantity::parse(&as_limit(written)).ok()?;
    let settings = case.conf().settings();
    let kind = kubeflow::kind(&json!({"spec": {"mode": spec["mode"], "type": spec["type"]}}));
    let pod = match role {
        "driver" => driver(&settings, kind, case.version)?,
        _ => executor(&settings, kind, case.version),
    };
    let mebibytes = pod.ok()?.memory;
    let request = Quantity::whole(mebibytes.checked_mul(i64::try_from(MIB).ok()?)?);
    let shown = as_quantity(u64::try_from(mebibytes).ok()?);
    let path: Vec<_> = at.iter().chain(&[role, "memoryLimit"]).copied().collect();
    let site = case.at_object(&path);
    let help = format!(
        "take `memoryLimit` out, and set `{role}.memoryOverhead` where more than {shown} is needed"
    );
    let message = |is: &str| {
        format!("`memoryLimit: {written}` is {is} the {shown} that Spark requests for the {role}")
    };
    match limit.cmp(&request) {
        Ordering::Equal => None,
        Ordering::Less => Some(site.say(message("less than"), help).because(
            "the request stays heap plus overhead, and the API server refuses a pod whose limit is below its request",
        )),
        Ordering::Greater => Some(
            site.say(message("more than"), help)
                .because(
                    "only the limit moves: the pod becomes Burstable, and is among the first to be killed where the node is short \
                     of memory",
                )
                .only(Grade::Warning),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::{found, said};
    use crate::preset::Severity;

    fn with(executor: &str) -> String {
        RULE.page
            .before
            .replace("{memory: 4g, memoryLimit: 4g}", executor)
    }

    #[test]
    fn above_and_below() {
        for (executor, wanted) in [
            ("{memory: 4g, memoryLimit: 8g}", Some(Severity::Warning)),
            ("{memory: 4g, memoryLimit: 4Gi}", Some(Severity::Error)),
            // The webhook refuses it: SK103.
            ("{memory: 4g, memoryLimit: 4G}", None),
            ("{memory: 4g, memoryLimit: 4505Mi}", None),
            ("{memory: '${M}', memoryLimit: 4g}", None),
            ("{memory: 4g, memoryLimit: '${L}'}", None),
        ] {
            let text = with(executor);
            let own = found(&text)
                .into_iter()
                .find(|finding| finding.id == RULE.page.id);
            assert_eq!(own.map(|finding| finding.severity), wanted, "{executor}");
        }
    }

    #[test]
    fn of_a_schedule() {
        let text = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: ScheduledSparkApplication\nmetadata: {name: pi}\nspec:\n  template:\n    \
                    type: Python\n    sparkVersion: 4.1.4\n    driver: {memory: 8g, memoryLimit: 10Gi}\n";
        let said = said(RULE.page.id, text);
        assert_eq!(
            said[0].0,
            "ScheduledSparkApplication/pi /spec/template/driver/memoryLimit"
        );
        assert!(said[0].1.contains("less than the 11468Mi"), "{}", said[0].1);
    }
}
