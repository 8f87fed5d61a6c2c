//! SK201: a driver's host where Spark makes the driver's pod.

use super::driver::{BIND, HOST};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::process::Mode;

pub(super) const RULE: Rule = Rule {
    code: "SK201",
    grade: Grade::Error,
    page: Page {
        id: "spark/driver-host-in-cluster-mode",
        title: "a driver's host in cluster mode",
        what: "`spark.driver.host` and `spark.driver.bindAddress` are not set where Spark itself makes the driver's pod: \
               applications of operators, in cluster mode. Any value counts, also one that is not known here \
               (`DriverServiceFeatureStep`, 3.5 to 4.3, checks only that there is none).",
        why_platform: "Spark gives the driver a headless Service and binds the pod's own address. It refuses to submit where \
                       somebody else has named a host: no driver pod is ever made, and the application stays in \
                       `SUBMISSION_FAILED`.",
        why_data: "These two settings belong to client mode, where the driver runs in a notebook or a Connect server. Copied \
                   into an application they end it before it starts.",
        fix: "Remove both. Nothing has to take their place.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.driver.host: pi-driver.jobs.svc
  driver: {memory: 2g}
  executor: {memory: 2g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.driver.port: \"7078\"
  driver: {memory: 2g}
  executor: {memory: 2g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let keys = [HOST, BIND]
        .into_iter()
        .filter(|_| case.mode == Mode::Cluster);
    let set = keys.filter(|key| case.conf().entry(key).is_some_and(|entry| !entry.doubtful));
    set.map(|key| {
        let message = format!("`{}` is not allowed in cluster mode", case.shown(key));
        case.at(key)
            .say(
                message,
                format!("remove `{key}`: Spark makes a Service for the driver"),
            )
            .because("Spark refuses to submit the application, and no driver pod is made")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    const APACHE: &str = "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  sparkConf: {spark.driver.bindAddress: $(POD_IP)}
";

    /// Spark asks only whether it is set: what a placeholder comes to does not matter.
    #[test]
    fn also_a_value_that_is_not_known() {
        assert_eq!(
            places(RULE.page.id, APACHE),
            ["SparkApplication/pi /spec/sparkConf/spark.driver.bindAddress"]
        );
    }

    #[test]
    fn a_driver_in_a_pod_of_its_own_may() {
        let client = APACHE.replace("spark.apache.org/v1", "sparkoperator.k8s.io/v1beta2");
        let client = client.replace("spec:\n", "spec:\n  mode: client\n");
        assert_eq!(places(RULE.page.id, &client), [""; 0]);
    }
}
