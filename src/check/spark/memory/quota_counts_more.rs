//! SK126: Kubeflow's own check of quotas, which counts a Scala application like a Python one.

use super::parts::application;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::same_namespace;
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK126",
    grade: Grade::Info,
    page: Page {
        id: "spark/quota-counts-more",
        title: "Kubeflow's check of quotas counts a Scala application like a Python one",
        what: "An application of `type: Scala` in Kubeflow's operator sets `memoryOverheadFactor`, or `memoryOverhead` of driver \
               and executor, where the stream has a ResourceQuota on memory for its namespace. The operator's webhook counts an \
               overhead of 0.1 for `Java` alone and of 0.4 for every other type (`internal/webhook/resourcequota.go`); Spark \
               takes 0.1 for Scala. The webhook counts where the operator runs with quota enforcement.",
        why_platform: "The webhook refuses applications that the quota has room for.",
        why_data: "`failed to check whether the resource quota is exceeded` for an application that fits.",
        fix: "Set `memoryOverheadFactor: \"0.1\"`: it changes nothing for Spark, and the webhook counts by it.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: etl}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 8g}
  executor: {memory: 8g}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: etl, namespace: etl}
spec: {hard: {requests.memory: 64Gi}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: etl}
spec:
  type: Scala
  sparkVersion: 4.1.4
  memoryOverheadFactor: \"0.1\"
  driver: {memory: 8g}
  executor: {memory: 8g}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: etl, namespace: etl}
spec: {hard: {requests.memory: 64Gi}}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let (spec, at) = application(case);
    let is_scala = case.operator == Some(Operator::Kubeflow) && spec["type"] == "Scala";
    let sets = |role: &str| !spec[role]["memoryOverhead"].is_null();
    let sets_all = !spec["memoryOverheadFactor"].is_null() || sets("driver") && sets("executor");
    if !is_scala || sets_all {
        return Vec::new();
    }
    let mut quotas = case
        .world
        .of_kind("ResourceQuota")
        .filter(|(object, value)| {
            let names = ["memory", "requests.memory", "limits.memory"];
            let counts = names
                .iter()
                .any(|name| !value["spec"]["hard"][*name].is_null());
            counts && same_namespace(object.namespace.unwrap_or_default(), case.namespace())
        });
    let Some((quota, _)) = quotas.next() else {
        return Vec::new();
    };
    let path: Vec<_> = at.iter().chain(&["type"]).copied().collect();
    let message = format!(
        "the operator counts an overhead of 0.4 for `type: Scala` against the ResourceQuota `{}`, and Spark takes 0.1",
        quota.name
    );
    let help = "set `memoryOverheadFactor: \"0.1\"`, if the operator enforces quotas";
    let because = "its webhook knows 0.1 for `Java` alone, and may refuse an application that fits";
    vec![case.at_object(&path).say(message, help).because(because)]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn only_scala_under_a_quota_of_memory() {
        let of =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to)).len();
        assert_eq!(of("type: Scala", "type: Java"), 0);
        assert_eq!(of("type: Scala", "type: Python"), 0);
        assert_eq!(of("requests.memory", "pods"), 0);
        assert_eq!(
            of("name: etl, namespace: etl", "name: etl, namespace: other"),
            0
        );
        assert_eq!(of("memory: 8g", "memory: 8g, memoryOverhead: 1g"), 0);
    }
}
