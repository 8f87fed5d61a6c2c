//! SK307: a fixed number of executors beside dynamic allocation.

use super::facts::{DYNAMIC, INITIAL, INSTANCES, LEAST, is_dynamic};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Given;

pub(super) const RULE: Rule = Rule {
    code: "SK307",
    grade: Grade::Warning,
    page: Page {
        id: "spark/two-counts-of-executors",
        title: "a fixed number of executors beside dynamic allocation",
        what: "`spark.dynamicAllocation.enabled` is on and `spark.executor.instances` is set, on Kubernetes: Spark starts with the \
               largest of it, the least and the initial number (`Utils.getDynamicAllocationInitialExecutors`, 3.5 to 4.3). \
               Also where Kubeflow's operator sets it: it looks for the switch in `sparkConf` as \
               `spark.dynamicallocation.enabled`, does not find it, and adds one instance (`sparkapplication_defaulter.go`, \
               2.x), which counts where the least and the initial number are 0.",
        why_platform: "The number that a manifest shows is neither the least nor the most: quotas that were reckoned from it are \
                       wrong.",
        why_data: "Whoever reads `instances: 10` takes it for the size of the job; it is the size of its first minute.",
        fix: "Keep the range of dynamic allocation alone, in the operator's own field where it has one; the number at the start \
              is `initialExecutors`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 20}
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 10}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, initialExecutors: 10, maxExecutors: 20}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    if !case.makes_executors() || !is_dynamic(case) {
        return Vec::new();
    }
    let (Some(entry), Some(instances)) = (conf.entry(INSTANCES), conf.number(INSTANCES)) else {
        return Vec::new();
    };
    let (Some(least), Some(initial)) = (conf.number(LEAST), conf.number(INITIAL)) else {
        return Vec::new();
    };
    let other = least.max(initial);
    let by_operator = entry.given == Given::Operator;
    if by_operator && instances <= other {
        return Vec::new();
    }
    let effect = match instances > other {
        true => format!("the job starts with {instances} executors, not with {other}"),
        false => format!("it counts for nothing: the job starts with {other} executors"),
    };
    let (at, message, help) = match by_operator {
        true => (
            DYNAMIC,
            format!(
                "`{}` does not reach the operator, which adds `{INSTANCES}=1`: {effect}",
                case.shown(DYNAMIC)
            ),
            "switch it on in `spec.dynamicAllocation` instead of `sparkConf`".to_owned(),
        ),
        false => (
            INSTANCES,
            format!(
                "`{}` stands beside `{}`: {effect}",
                case.shown(INSTANCES),
                case.shown(DYNAMIC)
            ),
            format!("remove it; the number at the start is `{INITIAL}`"),
        ),
    };
    let said = case.at(at).say(message, help);
    vec![said.because(
        "with dynamic allocation Spark takes the largest of the fixed, the least and the initial number to begin with, and \
         none of them as a bound",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};

    #[test]
    fn the_operator_adds_one_where_only_spark_conf_switches_it_on() {
        let conf = |more: &str| {
            let conf = format!("sparkConf: {{spark.dynamicAllocation.enabled: \"true\"{more}}}");
            let text = RULE.page.before.replace(", instances: 10", "");
            text.replace(
                "dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 20}",
                &conf,
            )
        };
        let found = said(RULE.page.id, &conf(""));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .0
                .ends_with("/spec/sparkConf/spark.dynamicAllocation.enabled")
        );
        let least = conf(", spark.dynamicAllocation.minExecutors: \"2\"");
        assert_eq!(places(RULE.page.id, &least), [""; 0]);
    }

    #[test]
    fn a_fixed_number_alone_is_one() {
        let text = RULE.page.before.replace("enabled: true", "enabled: false");
        assert_eq!(places(RULE.page.id, &text), [""; 0]);
    }
}
