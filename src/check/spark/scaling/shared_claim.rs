//! SK316: one claim for the scratch space of many executors.

use super::facts::LEAST;
use super::volumes::{Volume, volumes};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::pod::executors;

pub(super) const RULE: Rule = Rule {
    code: "SK316",
    grade: Grade::Warning,
    page: Page {
        id: "spark/one-claim-for-all-executors",
        title: "one volume claim as the scratch space of several executors",
        what: "`spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-NAME.options.claimName` is the name of one \
               claim, without `OnDemand` or `SPARK_EXECUTOR_ID` in it, and there may be more than one executor. Kubeflow's \
               operator makes such settings of `executor.volumeMounts` with these names. A claim of the stream with \
               ReadWriteMany passes.",
        why_platform: "A claim that one node at a time may mount keeps executors on other nodes Pending, with `Multi-Attach error`.",
        why_data: "Executors that do start share one disk for their shuffle files: its throughput is that of one, and its space as \
                   well.",
        fix: "Let Spark make a claim for each executor: `claimName=OnDemand`, with `storageClass` and `sizeLimit`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  volumes:
  - name: spark-local-dir-1
    persistentVolumeClaim: {claimName: scratch}
  driver: {memory: 2g}
  executor:
    memory: 8g
    instances: 4
    volumeMounts: [{name: spark-local-dir-1, mountPath: /data}]
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.claimName: OnDemand
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.storageClass: gp3
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.sizeLimit: 100Gi
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.mount.path: /data
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
    },
    judge: Judge::Process(judge),
};

/// Settings that the number of executors rests on.
const COUNTS: [&str; 5] = [
    "spark.dynamicAllocation.enabled",
    LEAST,
    "spark.dynamicAllocation.initialExecutors",
    "spark.dynamicAllocation.maxExecutors",
    "spark.executor.instances",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let all = volumes(case);
    let scratch = all.iter().filter(|volume| {
        volume.role == "executor" && volume.kind == "persistentVolumeClaim" && volume.is_scratch()
    });
    let found: Vec<_> = scratch.filter_map(|volume| shared(case, volume)).collect();
    match !found.is_empty() && are_several(case) {
        true => found,
        false => Vec::new(),
    }
}

fn are_several(case: Case<'_>) -> bool {
    let conf = case.conf();
    let is_known = COUNTS.iter().all(|key| conf.get(key) != Told::Unknown);
    let count = is_known.then(|| executors(&conf.settings(), case.version).ok());
    let count = count.flatten();
    count.is_some_and(|count| count.most.is_none_or(|most| most > 1))
}

fn shared(case: Case<'_>, volume: &Volume<'_>) -> Option<Said> {
    let claim = volume.option(case, "claimName")?;
    let own = ["OnDemand", "SPARK_EXECUTOR_ID"];
    if own.iter().any(|word| claim.contains(word)) {
        return None;
    }
    let claims = case
        .world
        .named("PersistentVolumeClaim", case.namespace(), &claim);
    let modes = claims.and_then(|(_, value)| value["spec"]["accessModes"].as_array());
    if modes.is_some_and(|modes| modes.iter().any(|mode| mode == "ReadWriteMany")) {
        return None;
    }
    let key = volume.key("options.claimName");
    let message = format!(
        "`{}` is one claim for the shuffle files of all executors",
        case.shown(&key)
    );
    let options = ["claimName=OnDemand", "storageClass", "sizeLimit"];
    let options = options
        .map(|option| format!("`options.{option}`"))
        .join(", ");
    Some(case.at(&key).say(message, format!("set {options} instead")).because(
        "executors on other nodes cannot mount it and stay Pending, and those on the same node share one disk",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn one_executor_or_a_claim_for_many_is_no_finding() {
        let before = RULE.page.before;
        assert_eq!(
            places(RULE.page.id, before),
            ["SparkApplication/pi /spec/executor/volumeMounts/0"]
        );
        assert_eq!(
            places(
                RULE.page.id,
                &before.replace("instances: 4", "instances: 1")
            ),
            [""; 0]
        );
        let many = format!(
            "{before}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: scratch}}\nspec: {{accessModes: \
             [ReadWriteMany]}}\n"
        );
        assert_eq!(places(RULE.page.id, &many), [""; 0]);
        assert_eq!(places(RULE.page.id, &many.replace("Many", "Once")).len(), 1);
    }
}
