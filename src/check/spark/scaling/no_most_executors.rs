//! SK305: dynamic allocation without a bound.

use super::facts::{DYNAMIC, MOST, is_dynamic, is_settled};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

/// Since 4.1: how many executor pods are made at all.
const MAXIMUM: &str = "spark.kubernetes.allocation.maximum";

pub(super) const RULE: Rule = Rule {
    code: "SK305",
    grade: Grade::High,
    page: Page {
        id: "spark/executors-without-bound",
        title: "dynamic allocation without a largest number of executors",
        what: "`spark.dynamicAllocation.enabled` is on and `spark.dynamicAllocation.maxExecutors` is not set: its default is \
               2147483647 (3.5 to 4.3). Applications of operators and Connect or Thrift servers, on Kubernetes; of a plain job \
               the code may set it. `spark.kubernetes.allocation.maximum` (4.1) is a bound as well.",
        why_platform: "One query with many partitions asks for as many pods as tasks wait. They fill the namespace's quota, and \
                       the cluster's autoscaler buys nodes for them.",
        why_data: "Other jobs of the team find no room while this one runs; and the bill is that of the largest query that \
                   anybody ever sent.",
        fix: "Set `spark.dynamicAllocation.maxExecutors` to what the namespace has room for.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 20}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let has_no_bound = case.makes_executors()
        && is_dynamic(case)
        && is_settled(case)
        && conf.is_unset(MOST)
        && conf.is_unset(MAXIMUM);
    if !has_no_bound {
        return Vec::new();
    }
    let message = format!(
        "`{}` and no `{MOST}`: {} may ask for 2147483647 executors",
        case.shown(DYNAMIC),
        case.name()
    );
    let help = format!("set `{MOST}` to as many as the namespace has room for, such as 20");
    let said = case.at(DYNAMIC).say(message, help);
    vec![said.because(
        "one large query asks for a pod for every few tasks that wait: quota and node pool fill up, and other jobs find no \
         room",
    )]
}
