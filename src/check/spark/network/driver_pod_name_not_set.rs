//! SK206: executors that nobody owns.

use super::driver::{POD_NAME, is_closed};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK206",
    grade: Grade::High,
    page: Page {
        id: "spark/driver-pod-name-not-set",
        title: "executors that no pod owns",
        what: "A Connect or Thrift server in a pod of the stream that asks Kubernetes for executors sets \
               `spark.kubernetes.driver.pod.name`. Notebooks and jobs are left alone: their code may set it. In cluster mode \
               Spark sets it (`ExecutorPodsAllocator`, `KubernetesClusterSchedulerBackend`, 3.5 to 4.3).",
        why_platform: "With the name, each executor pod has an `ownerReference` to the driver's pod, and Kubernetes removes it \
                       when the driver is gone. Without, executors of a driver that was killed run on and hold their memory \
                       until each finds out by itself, if it does.",
        why_data: "After a restart of the server the old executors still fill the quota, and the new ones stay `Pending`.",
        fix: "Give the container a variable with `fieldPath: metadata.name`, and pass \
              `--conf spark.kubernetes.driver.pod.name=$(POD_NAME)`. The ServiceAccount needs `get` on pods.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --conf, spark.kubernetes.driver.pod.name=$(POD_NAME),
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let orphans = case.is_client() && is_closed(case) && case.conf().is_unset(POD_NAME);
    if !orphans {
        return Vec::new();
    }
    let message = format!(
        "`{POD_NAME}` is not set: no pod owns the executors of {}",
        case.name()
    );
    let help = format!(
        "add a variable `POD_NAME` with `fieldPath: metadata.name`, and `--conf {POD_NAME}=$(POD_NAME)`"
    );
    let said = case.here().say(message, help);
    vec![
        said.because(
            "when the driver's pod is killed, its executors run on and hold what they have",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn not_where_somebody_else_may_set_it_or_nobody_is_asked_for_pods() {
        let found =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to));
        let server = "org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal";
        assert_eq!(found(server, "example.Job, job.jar"), [""; 0]);
        assert_eq!(
            found("k8s://https://kubernetes.default.svc:443", "spark://m:7077"),
            [""; 0]
        );
        let file = "k8s://https://h:443, --properties-file, /elsewhere/spark.conf";
        assert_eq!(
            found("k8s://https://kubernetes.default.svc:443", file),
            [""; 0]
        );
    }
}
