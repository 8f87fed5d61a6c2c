//! SK703: a ConfigMap whose `spark-defaults.conf` no driver reads.

use super::kubeflow::{application, site};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;

pub(super) const RULE: Rule = Rule {
    code: "SK703",
    grade: Grade::Warning,
    page: Page {
        id: "spark/config-map-not-applied",
        title: "a spark-defaults.conf that the driver does not read",
        what: "The ConfigMap that `sparkConfigMap` of kubeflow's operator names has no key `spark-defaults.conf`. In cluster \
               mode the driver is started with `--properties-file` and the file that `spark-submit` made, and that takes the \
               place of `spark-defaults.conf` (`SparkSubmitArguments.mergeDefaultSparkProperties`; \
               kubeflow/spark-operator#505). A ConfigMap that is not in the stream is not judged.",
        why_platform: "The ConfigMap is mounted and right, and has no effect: nobody sees that from the manifests.",
        why_data: "Memory, shuffle and S3 settings that you wrote there are Spark's defaults in the job.",
        fix: "Write the settings in `sparkConf` and `hadoopConf`; keep `log4j2.properties` in the ConfigMap.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConfigMap: pi-conf
---
apiVersion: v1
kind: ConfigMap
metadata: {name: pi-conf}
data:
  spark-defaults.conf: |
    spark.sql.shuffle.partitions 400
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConfigMap: pi-conf
  sparkConf: {spark.sql.shuffle.partitions: \"400\"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: pi-conf}
data:
  log4j2.properties: |
    rootLogger.level = info
",
    },
    judge: Judge::Process(judge),
};

const FILE: &str = "spark-defaults.conf";

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some((spec, base)) = application(case) else {
        return Vec::new();
    };
    let name = text_of(&spec["sparkConfigMap"]);
    let named = case.world.named("ConfigMap", case.namespace(), name);
    let Some((map, _)) = named.filter(|(_, map)| map["data"][FILE].is_string()) else {
        return Vec::new();
    };
    let message =
        format!("`sparkConfigMap` names `{map}`, whose `{FILE}` the driver does not read");
    let help = "move its settings to `sparkConf` and `hadoopConf`";
    let because = "the driver is started with a properties file of its own, which takes the place of `spark-defaults.conf`";
    vec![
        site(case, &base, &["sparkConfigMap"])
            .say(message, help)
            .because(because),
    ]
}
