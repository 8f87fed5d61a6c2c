//! SK510: the REST server of a standalone master, which takes jobs from anybody.

use super::policies::closes;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK510",
    grade: Grade::High,
    page: Page {
        id: "spark/master-rest",
        title: "a standalone master that takes jobs from anybody",
        what: "A standalone master has `spark.master.rest.enabled=false`, a filter in `spark.master.rest.filters`, or a \
               NetworkPolicy of the stream that keeps everybody from its port (6066 unless `spark.master.rest.port` says \
               otherwise). The REST server is on by default since 4.1. A version that nothing tells passes, unless the setting is \
               written. Source: the defaults of 3.5.9, 4.1.4 and 4.3.0; `StandaloneRestServer`.",
        why_platform: "One request starts a driver with any jar, as the user of the workers, with their tokens and mounts. There is no \
                       authentication, and `spark.authenticate` does not cover it.",
        why_data: "Nobody who uses `spark-submit` or Spark Connect needs this port.",
        fix: "Set `-Dspark.master.rest.enabled=false` in `SPARK_MASTER_OPTS`.",
        before: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: master}
spec:
  template:
    spec:
      containers:
      - name: master
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.master.Master]
",
        after: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: master}
spec:
  template:
    spec:
      containers:
      - name: master
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.master.Master]
        env: [{name: SPARK_MASTER_OPTS, value: \"-Dspark.master.rest.enabled=false\"}]
",
    },
    judge: Judge::Process(judge),
};

const ENABLED: &str = "spark.master.rest.enabled";

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let is_told = !case.assumed || conf.entry(ENABLED).is_some();
    let is_on = case.role == "spark-master" && is_told && conf.flag(ENABLED) == Some(true);
    let port = conf
        .number("spark.master.rest.port")
        .and_then(|port| u16::try_from(port).ok());
    let port = port.unwrap_or(6066);
    if !is_on || !conf.is_unset("spark.master.rest.filters") || closes(case, port) {
        return Vec::new();
    }
    let message = match conf.entry(ENABLED) {
        Some(_) => format!(
            "`{}` opens port {port}, where anybody can start a driver",
            case.shown(ENABLED)
        ),
        None => format!(
            "the master of Spark {} opens port {port} by default, where anybody can start a driver",
            case.version
        ),
    };
    let help = match case.seen().value["kind"] == "SparkCluster" {
        true => format!("set `{ENABLED}: \"false\"` in `sparkConf`"),
        false => format!("add `-D{ENABLED}=false` to `SPARK_MASTER_OPTS`"),
    };
    vec![case.at(ENABLED).say(message, help).because(
        "the REST server has no authentication: one request runs any jar on the workers, with their tokens and mounts",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn a_cluster_of_apaches_operator_has_it_in_spark_conf() {
        let cluster = |conf: &str| {
            let text = format!(
                "apiVersion: spark.apache.org/v1\nkind: SparkCluster\nmetadata: {{name: a}}\nspec:\n  runtimeVersions: {{sparkVersion: 4.1.1}}\n  \
                 sparkConf: {{spark.kubernetes.container.image: \"apache/spark:4.1.1\"{conf}}}\n"
            );
            said(RULE.page.id, &text)
        };
        let on = cluster(", spark.master.rest.enabled: \"true\"");
        assert_eq!(
            on[0].0,
            "SparkCluster/a /spec/sparkConf/spark.master.rest.enabled"
        );
        assert_eq!(cluster("").len(), 1);
        assert_eq!(cluster(", spark.master.rest.enabled: \"false\""), []);
    }

    #[test]
    fn earlier_versions_policies_and_filters() {
        let with =
            |from: &str, to: &str| said(RULE.page.id, &RULE.page.before.replace(from, to)).len();
        assert_eq!(with("spark:4.1.1", "spark:3.5.7"), 0);
        assert_eq!(with("apache/spark:4.1.1", "team/own:1"), 0);
        let policy = |port: u16| {
            format!(
                "{}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a}}\nspec:\n  podSelector: {{}}\n  \
                 ingress: [{{ports: [{{port: {port}}}]}}]\n",
                RULE.page.before
            )
        };
        assert_eq!(said(RULE.page.id, &policy(7077)), []);
        assert_eq!(said(RULE.page.id, &policy(6066)).len(), 1);
    }
}
