//! SK619: a setting for which Spark makes no pod at all.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::memory::{Failure, Problem};
use crate::spark::pod::{client, of_object};

pub(super) const RULE: Rule = Rule {
    code: "SK619",
    grade: Grade::Error,
    page: Page {
        id: "spark/no-pod",
        title: "a setting for which Spark makes no pod",
        what: "Driver and executors can be built of what is configured: numbers, factors, switches, volumes, devices and names \
               are such that Spark's builders take them (`BasicDriverFeatureStep`, `BasicExecutorFeatureStep`, \
               `KubernetesVolumeUtils` and `KubernetesConf` of 3.5.9, 4.1.4 and 4.3.0). `sparkk8s-post pods` says the same of \
               the object. What other rules say of sizes, limits and counts is not said again. The number is our own.",
        why_platform: "The object is accepted, and no pod comes of it: nothing is pending, no event tells why, only the log of \
                       the submission or of the driver.",
        why_data: "The application ends with an exception before its first line of code runs, or waits for executors for ever.",
        fix: "Write the setting as the message says.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  image: apache/spark:4.1.4
  sparkVersion: 4.1.4
  sparkConf:
    spark.executor.resource.gpu.amount: \"1\"
  driver: {memory: 2g}
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  image: apache/spark:4.1.4
  sparkVersion: 4.1.4
  sparkConf:
    spark.executor.resource.gpu.amount: \"1\"
    spark.executor.resource.gpu.vendor: nvidia.com
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

/// What rules of their own say.
const ELSEWHERE: [Problem; 9] = [
    Problem::Size,
    Problem::TooLarge,
    Problem::NoOffHeap,
    Problem::LimitBelowRequest,
    Problem::Bounds,
    Problem::NoExecutors,
    Problem::Heap,
    Problem::NoHeap,
    Problem::Version,
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some(Failure { key, problem }) = failure(case) else {
        return Vec::new();
    };
    // SK103 says it of the field itself.
    let is_limit = problem == Problem::Quantity && key.ends_with(".memoryLimit");
    if !problem.is_thrown() || is_limit || ELSEWHERE.contains(&problem) {
        return Vec::new();
    }
    let message = format!("Spark makes no pod of this: `{key}` {problem}");
    let help = match problem {
        Problem::NoVendor => {
            "set it, as in `nvidia.com` or `amd.com`: the device plugin of the nodes says which"
        }
        _ => "`sparkk8s-post pods` shows the pods once it can be built",
    };
    let said = case.at(&key).say(message, help);
    vec![said.because("the object is accepted, and the exception is in the log of a submission or of the driver alone")]
}

/// Why Spark makes no pod, where a setting is the reason.
fn failure(case: Case<'_>) -> Option<Failure> {
    let objects = case.world.objects();
    let predicted = match case.operator {
        Some(_) => {
            let version = case.version.to_string();
            of_object(&objects[case.object], &case.seen().value, &version)
        }
        None => client(case.process, case.seen(), objects),
    };
    predicted?.pods.err()?.failure
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn what_is_no_number_and_what_is_below_zero_has_its_place() {
        let with = |setting: &str| {
            let own = "spark.executor.resource.gpu.amount: \"1\"";
            places(RULE.page.id, &RULE.page.before.replace(own, setting))
        };
        let at = |key: &str| [format!("SparkApplication/pi /spec/sparkConf/{key}")];
        assert_eq!(
            with("spark.executor.instances: many"),
            at("spark.executor.instances")
        );
        assert_eq!(
            with("spark.executor.memoryOverheadFactor: \"0\""),
            at("spark.executor.memoryOverheadFactor")
        );
        assert!(with("spark.executor.instances: \"${COUNT}\"").is_empty());
        assert!(with("spark.executor.instances: \"3\"").is_empty());
    }
}
