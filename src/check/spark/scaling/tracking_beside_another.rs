//! SK303: shuffle tracking beside another way to keep shuffle files.

use super::facts::{
    DECOMMISSION, MANAGER, MIGRATION, PLUGIN, SERVICE, TRACKING, hands_shuffle_over, is_dynamic,
    is_settled, keeps_shuffle_elsewhere,
};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Given;
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK303",
    grade: Grade::Warning,
    page: Page {
        id: "spark/tracking-beside-another-shuffle",
        title: "shuffle tracking beside another way to keep shuffle files",
        what: "Dynamic allocation with `spark.dynamicAllocation.shuffleTracking.enabled` on (the default since 3.4), where a remote \
               shuffle (`spark.shuffle.manager`, `spark.shuffle.sort.io.plugin.class`) or decommissioning keeps the shuffle \
               files already. Since 4.0 Spark warns of it in the driver's log (`ExecutorAllocationManager.validateSettings`). \
               With an external shuffle service Spark leaves tracking off by itself: that passes.",
        why_platform: "Executors that are idle stay, with all their memory: dynamic allocation scales up and hardly down.",
        why_data: "Tracking counts each executor that wrote shuffle files as busy for as long as the driver remembers that \
                   shuffle, though another place has the files.",
        fix: "Set `spark.dynamicAllocation.shuffleTracking.enabled=false` beside the other way. Celeborn needs \
              `spark.shuffle.sort.io.plugin.class=org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO` then.",
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
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
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
    spark.dynamicAllocation.shuffleTracking.enabled: \"false\"
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let tracks =
        is_dynamic(case) && conf.flag(TRACKING) == Some(true) && conf.flag(SERVICE) == Some(false);
    let remote = keeps_shuffle_elsewhere(case) == Some(true);
    // Where nothing is moved, tracking is what keeps the files: SK308 speaks of that.
    let moved = hands_shuffle_over(case) == Some(true) && conf.flag(MIGRATION) == Some(true);
    let is_told = is_settled(case) || conf.entry(TRACKING).is_some();
    if !tracks || !is_told || !(remote || moved) {
        return Vec::new();
    }
    let other = match remote {
        true if conf.entry(PLUGIN).is_some() => PLUGIN,
        true => MANAGER,
        false => DECOMMISSION,
    };
    let (at, subject) = match conf.entry(TRACKING) {
        Some(_) => (TRACKING, format!("`{}`", case.shown(TRACKING))),
        None => (other, format!("`{TRACKING}`, which is on by default,")),
    };
    let message = format!(
        "{subject} keeps idle executors though `{}` takes care of shuffle files",
        case.shown(other)
    );
    // Celeborn's manager alone does not tell Spark that files are safe: without the plugin Spark would not start.
    let more = match other == MANAGER {
        true => format!(", and `{PLUGIN}` to the class that its documentation names"),
        false => String::new(),
    };
    // Kubeflow's operator passes `true` after `sparkConf` where its own field says nothing.
    let by_operator = conf
        .entry(TRACKING)
        .is_some_and(|entry| entry.given == Given::Operator);
    let off = match case.operator == Some(Operator::Kubeflow) && by_operator {
        true => "dynamicAllocation.shuffleTrackingEnabled: false".to_owned(),
        false => format!("{TRACKING}=false"),
    };
    let said = case.at(at).say(message, format!("set `{off}`{more}"));
    vec![said.because(
        "tracking takes every executor that wrote shuffle files for busy, so that dynamic allocation hardly scales down",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn where_nothing_is_moved_tracking_is_what_keeps_the_files() {
        let own = "    spark.storage.decommission.enabled: \"true\"\n";
        assert_eq!(
            places(RULE.page.id, &RULE.page.before.replace(own, "")),
            [""; 0]
        );
    }
}
