//! SK601: a setting that this version of Spark does not have.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::spark::catalogue::{Standing, catalogue};
use crate::spark::conf::{Entry, Given};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "SK601",
    grade: Grade::Warning,
    page: Page {
        id: "spark/unknown-setting",
        title: "a setting that this Spark does not have",
        what: "Each key below `spark.kubernetes.`, `spark.driver.`, `spark.executor.`, `spark.dynamicAllocation.`, \
               `spark.eventLog.`, `spark.history.`, `spark.decommission.` and `spark.storage.decommission.` is one that the \
               version registers, or belongs to a family with names of the user's own (labels, annotations, volumes). Source: \
               the settings of Spark 3.5.9, 4.1.4 and 4.3.0. Keys of other programs pass, and so do keys of pod memory, which \
               `memory/unknown-key` judges.",
        why_platform: "Spark ignores a key that it does not know without a word. The node selector, the service account or the \
                       limit that you asked for is not in the pod, and nothing in a log says why.",
        why_data: "One wrong letter and the job runs with the default. It shows much later: too few executors, no event log.",
        fix: "Write the key that was meant, or take it out; where a later version brings it, upgrade first.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.dynamicAllocation.maxExecutor: \"10\"
  driver: {memory: 2g}
  executor: {memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.dynamicAllocation.maxExecutors: \"10\"
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Stream(judge),
};

/// Whoever has more keys that no Spark knows made no slip of the hand, and each search looks at the whole catalogue.
const MOST_SUGGESTED: usize = 100;

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut seen = BTreeSet::new();
    let mut said = Vec::new();
    for process in &world.processes {
        let case = Case { world, process };
        for (key, entries) in case.conf().iter() {
            let Some(entry) = entries.first().filter(|entry| is_written(entry)) else {
                continue;
            };
            let spot = &entry.spot;
            let suggests = said.len() < MOST_SUGGESTED;
            let Some(told) = of_key(case, key, suggests) else {
                continue;
            };
            if seen.insert((spot.object, spot.path.to_string(), key)) {
                let site = case.at_entry(key, entry);
                said.push(site.say(told.0, told.1).because(
                    "Spark ignores a key that it does not know without a word: it does nothing of what was asked for, and no \
                     log says so",
                ));
            }
        }
    }
    said
}

/// Whether somebody wrote this key, and no operator made it of a field.
pub(super) fn is_written(entry: &Entry) -> bool {
    !matches!(entry.given, Given::Field | Given::Operator)
}

/// What is wrong with a key, and the way on.
fn of_key(case: Case<'_>, key: &str, suggests: bool) -> Option<(String, String)> {
    let shown = case.shown(key);
    match catalogue().standing(key, case.version) {
        Standing::Unknown if catalogue().is_nobodys(key) && !asks_for_pod_memory(key) => {
            let message = format!("`{shown}` has no effect: no version of Spark has this key");
            let near = suggests.then(|| catalogue().nearest(key, case.version));
            let near = near.flatten();
            let help = near.map_or_else(
                || {
                    "take it out, or look up its name in the documentation of your version"
                        .to_owned()
                },
                |near| format!("write `{}`, if that was meant, or take it out", near.key),
            );
            Some((message, help))
        }
        Standing::Later(first) if !case.assumed => {
            let message = format!(
                "`{shown}` has no effect: Spark {} does not have this key, {first} does",
                case.version
            );
            Some((
                message,
                format!("take it out until the image is Spark {first} or later"),
            ))
        }
        _ => None,
    }
}

/// Whether `memory/unknown-key` judges the key.
fn asks_for_pod_memory(key: &str) -> bool {
    let pods = ["spark.kubernetes.driver.", "spark.kubernetes.executor."];
    let mut rests = pods.iter().filter_map(|pod| key.strip_prefix(pod));
    rests.any(|rest| rest.to_ascii_lowercase().contains("memory"))
}

#[cfg(test)]
mod tests {
    use crate::check::spark::testing::said;

    fn messages(version: &str, conf: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n  \
             {version}\n  sparkConf: {{{conf}}}\n  driver: {{}}\n  executor: {{}}\n"
        );
        let said = said("spark/unknown-setting", &text).into_iter();
        said.map(|(_, message)| message).collect()
    }

    #[test]
    fn families_other_programs_and_pod_memory_pass() {
        for conf in [
            "spark.kubernetes.driver.label.team: a",
            "spark.openlineage.transport.type: http",
            "spark.sql.shufle.partitions: '1'",
            "spark.kubernetes.executor.request.memory: 1Gi",
            "'${KEY}': a",
        ] {
            assert_eq!(messages("sparkVersion: 4.1.4", conf), [""; 0], "{conf}");
        }
    }

    #[test]
    fn a_key_of_a_later_version_needs_a_version_that_is_known() {
        let conf = "spark.executor.minMemoryOverhead: 1g";
        assert_eq!(
            messages("sparkVersion: 3.5.7", conf),
            [
                "`spark.executor.minMemoryOverhead=1g` has no effect: Spark 3.5.7 does not have this key, 4.0.0 does"
            ]
        );
        assert_eq!(messages("sparkVersion: 4.1.4", conf), [""; 0]);
        assert_eq!(messages("image: own/spark", conf), [""; 0]);
    }
}
