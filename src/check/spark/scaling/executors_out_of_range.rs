//! SK306: numbers of executors that contradict each other.

use super::facts::{INITIAL, INSTANCES, LEAST, MOST, is_dynamic};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK306",
    grade: Grade::Error,
    page: Page {
        id: "spark/executors-out-of-range",
        title: "a least or first number of executors that is more than the largest",
        what: "With dynamic allocation, the largest of `spark.dynamicAllocation.minExecutors`, `….initialExecutors` and \
               `spark.executor.instances` is at most `….maxExecutors`, and that is 1 or more \
               (`SchedulerBackendUtils.getInitialTargetExecutorNumber`, `ExecutorAllocationManager.validateSettings`, 3.5 to \
               4.3). On a standalone cluster only the least counts. An initial number below the least is no error: Spark takes \
               the least.",
        why_platform: "The driver's pod ends with an exception seconds after it has started, and no executor pod is ever made.",
        why_data: "Often the numbers stand in two places: `instances` in one, the range in the other.",
        fix: "Raise the largest number, or lower the other one.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 5}
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
  dynamicAllocation: {enabled: true, minExecutors: 1, initialExecutors: 5, maxExecutors: 5}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

const BECAUSE: &str = "Spark checks that when the driver starts, and ends with an exception before there is any executor";

fn judge(case: Case<'_>) -> Vec<Said> {
    if !is_dynamic(case) {
        return Vec::new();
    }
    if let Some(below) = [LEAST, MOST].into_iter().find_map(|key| below(case, key)) {
        return vec![below];
    }
    let Some(most) = set(case, MOST) else {
        return Vec::new();
    };
    // Standalone clusters start without any.
    let first: &[&str] = match case.makes_executors() {
        true => &[LEAST, INITIAL, INSTANCES],
        false => &[LEAST],
    };
    let above = first
        .iter()
        .filter_map(|key| Some((*key, set(case, key)?)))
        .filter(|(_, count)| *count > most);
    let found = above.map(|(key, count)| {
        let message = format!("`{}` is more than `{}`", case.shown(key), case.shown(MOST));
        let help = format!("raise `{MOST}` to {count} or more, or lower `{key}` to {most}");
        case.at(key).say(message, help).because(BECAUSE)
    });
    found.collect()
}

/// A number that is set and known.
fn set(case: Case<'_>, key: &str) -> Option<i64> {
    match case.conf().get(key) {
        Told::Set(_) => case.conf().number(key),
        Told::Unset | Told::Unknown => None,
    }
}

/// A number that is none of executors.
fn below(case: Case<'_>, key: &str) -> Option<Said> {
    let floor = i64::from(key == MOST);
    set(case, key).filter(|count| *count < floor)?;
    let message = format!("`{}` is less than {floor}", case.shown(key));
    let help = format!("set it to {floor} or more, or `spark.dynamicAllocation.enabled=false`");
    Some(case.at(key).say(message, help).because(BECAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn with(range: &str, instances: &str) -> Vec<String> {
        let text = RULE
            .page
            .before
            .replace("minExecutors: 1, maxExecutors: 5", range)
            .replace(", instances: 10", instances);
        said(RULE.page.id, &text)
            .into_iter()
            .map(|(place, message)| format!("{place}: {message}"))
            .collect()
    }

    #[test]
    fn each_number_is_held_against_the_largest() {
        assert_eq!(
            with("minExecutors: 6, initialExecutors: 7, maxExecutors: 5", ""),
            [
                "SparkApplication/pi /spec/dynamicAllocation/minExecutors: `spark.dynamicAllocation.minExecutors=6` is more \
                 than `spark.dynamicAllocation.maxExecutors=5`",
                "SparkApplication/pi /spec/dynamicAllocation/initialExecutors: `spark.dynamicAllocation.initialExecutors=7` is \
                 more than `spark.dynamicAllocation.maxExecutors=5`",
            ]
        );
        assert_eq!(
            with("minExecutors: 5, initialExecutors: 2, maxExecutors: 5", ""),
            [""; 0]
        );
        assert_eq!(with("minExecutors: 6", ", instances: 10"), [""; 0]);
    }

    #[test]
    fn none_at_all_is_refused() {
        assert_eq!(with("maxExecutors: 0", "").len(), 1);
        assert_eq!(with("minExecutors: -1", "").len(), 1);
    }
}
