//! SK618: an application without executors.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK618",
    grade: Grade::Error,
    page: Page {
        id: "spark/no-executors",
        title: "an application without executors",
        what: "`spark.executor.instances` of an application that is handed to `spark-submit` is at least 1, where dynamic \
               allocation is off (`SparkSubmitArguments.validateSubmitArguments`, 3.5 to 4.3). Kubeflow's operator submits so. \
               The number is our own.",
        why_platform: "The operator's object is accepted and goes to `SUBMISSION_FAILED`: no driver pod is ever made.",
        why_data: "`Number of executors must be a positive number`. A driver that is to work alone needs the master `local[*]`, \
                   which this operator does not pass.",
        fix: "Write one executor or more, or switch on dynamic allocation with `minExecutors: 0`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 0}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 0, maxExecutors: 4}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    const KEY: &str = "spark.executor.instances";
    let conf = case.conf();
    let submits = case.operator == Some(Operator::Kubeflow);
    let fixed = conf.flag("spark.dynamicAllocation.enabled") == Some(false);
    let none = conf.number(KEY).is_some_and(|count| count < 1);
    if !(submits && fixed && none) {
        return Vec::new();
    }
    let message = format!(
        "`{}` asks for no executor: `spark-submit` refuses it",
        case.shown(KEY)
    );
    let help = "write at least 1, or switch on dynamic allocation";
    let because = "the operator accepts the object, and no driver pod is ever made";
    vec![case.at(KEY).say(message, help).because(because)]
}
