//! SK308: decommissioning that moves nothing.

use super::facts::{DECOMMISSION, MIGRATION, has_executors, is_settled, keeps_shuffle_elsewhere};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK308",
    grade: Grade::High,
    page: Page {
        id: "spark/decommission-moves-nothing",
        title: "decommissioning that moves no blocks",
        what: "`spark.decommission.enabled` is on and `spark.storage.decommission.enabled` is off, which is its default (3.1 to \
               4.3). Where it is not set, applications of operators and Connect or Thrift servers; of a plain job the code may \
               set it. Silent where another service keeps shuffle files.",
        why_platform: "The pod is told to leave, runs its preStop script, takes no more tasks, and ends with its disk: the drain of \
                       a node costs as much as its loss.",
        why_data: "Shuffle and cached blocks are not moved to other executors. Stages that need them fail with \
                   FetchFailedException and are computed again.",
        fix: "Set `spark.storage.decommission.enabled=true`; shuffle and RDD blocks are both moved by default then.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.decommission.enabled: \"true\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let is_told = is_settled(case) || conf.entry(MIGRATION).is_some();
    let moves_nothing = has_executors(case)
        && is_told
        && conf.flag(DECOMMISSION) == Some(true)
        && conf.flag(MIGRATION) == Some(false)
        && keeps_shuffle_elsewhere(case) == Some(false);
    if !moves_nothing {
        return Vec::new();
    }
    let message = format!(
        "`{}` without `{MIGRATION}=true` lets executors go with all their blocks",
        case.shown(DECOMMISSION)
    );
    let said = case
        .at(DECOMMISSION)
        .say(message, format!("set `{MIGRATION}=true`"));
    vec![said.because(
        "the executor takes no more tasks and moves nothing: what it had shuffled is fetched in vain, and its stages run again",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn nothing_is_to_be_moved_where_shuffle_files_are_elsewhere() {
        let celeborn = RULE.page.before.replace(
            "sparkConf:\n",
            "sparkConf:\n    spark.shuffle.manager: org.apache.spark.shuffle.celeborn.SparkShuffleManager\n",
        );
        assert_eq!(places(RULE.page.id, &celeborn), [""; 0]);
    }
}
