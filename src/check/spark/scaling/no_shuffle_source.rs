//! SK301: executors come and go, and nothing keeps their shuffle files.

use super::facts::{
    DECOMMISSION, SERVICE, TRACKING, hands_shuffle_over, is_dynamic, keeps_shuffle_elsewhere,
};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK301",
    grade: Grade::Error,
    page: Page {
        id: "spark/shuffle-lost-with-executor",
        title: "dynamic allocation without anything that keeps shuffle files",
        what: "`spark.dynamicAllocation.enabled` is on, `spark.dynamicAllocation.shuffleTracking.enabled` is off, and neither an \
               external shuffle service, nor decommissioning with `spark.storage.decommission.shuffleBlocks.enabled`, nor \
               another `spark.shuffle.sort.io.plugin.class` stands in for it. Another shuffle manager passes as well \
               (`ExecutorAllocationManager.validateSettings`, 3.5 to 4.3).",
        why_platform: "The driver's pod starts, throws a `SparkException` and ends. A Deployment or an operator starts it again, \
                       and so on.",
        why_data: "Dynamic allocation takes idle executors away, and their shuffle files with them. Spark refuses to start \
                   where nothing says how these files are kept.",
        fix: "Remove `spark.dynamicAllocation.shuffleTracking.enabled=false`: it is on by default since 3.4.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.dynamicAllocation.enabled: \"true\"
    spark.dynamicAllocation.maxExecutors: \"10\"
    spark.dynamicAllocation.shuffleTracking.enabled: \"false\"
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
  sparkConf:
    spark.dynamicAllocation.enabled: \"true\"
    spark.dynamicAllocation.maxExecutors: \"10\"
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let off = |key: &str| case.conf().flag(key) == Some(false);
    let nothing = is_dynamic(case)
        && off(TRACKING)
        && off(SERVICE)
        && hands_shuffle_over(case) == Some(false)
        && keeps_shuffle_elsewhere(case) == Some(false);
    if !nothing {
        return Vec::new();
    }
    let message = format!(
        "`{}` leaves nothing that keeps the shuffle files of executors that dynamic allocation takes away",
        case.shown(TRACKING)
    );
    let help = format!(
        "remove it, or set it to `true`; `{DECOMMISSION}=true` with `spark.storage.decommission.enabled=true` would do, too"
    );
    let said = case.at(TRACKING).say(message, help);
    vec![said.because(
        "the driver throws a `SparkException` while it starts, every time: Spark takes dynamic allocation only with a way to \
         keep shuffle files",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    fn with(conf: &str) -> Vec<String> {
        let text = RULE
            .page
            .before
            .replace("  driver:", &format!("{conf}  driver:"));
        places(RULE.page.id, &text)
    }

    #[test]
    fn each_way_to_keep_shuffle_files_passes() {
        assert_eq!(with("").len(), 1);
        for conf in [
            "    spark.shuffle.service.enabled: \"true\"\n",
            "    spark.decommission.enabled: \"true\"\n",
            "    spark.shuffle.sort.io.plugin.class: org.apache.spark.shuffle.KubernetesLocalDiskShuffleDataIO\n",
            "    spark.decommission.enabled: \"${DECOMMISSION}\"\n",
        ] {
            assert_eq!(with(conf), [""; 0], "{conf}");
        }
        let no_blocks = "    spark.decommission.enabled: \"true\"\n    spark.storage.decommission.shuffleBlocks.enabled: \"false\"\n";
        assert_eq!(with(no_blocks).len(), 1);
    }

    #[test]
    fn a_value_that_is_not_known_yet_is_not_judged() {
        let text = RULE.page.before.replace("\"false\"", "\"${TRACKING}\"");
        assert_eq!(places(RULE.page.id, &text), [""; 0]);
    }
}
