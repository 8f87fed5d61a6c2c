//! SK302: an external shuffle service, which there is none of on Kubernetes.

use super::facts::SERVICE;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK302",
    grade: Grade::Error,
    page: Page {
        id: "spark/external-shuffle-service",
        title: "an external shuffle service on Kubernetes",
        what: "`spark.shuffle.service.enabled` is on for a driver whose executors are pods. Spark's documentation of \
               Kubernetes: it does not support an external shuffle service. On a standalone cluster it passes: workers run one.",
        why_platform: "Executor pods look for the service on port 7337 of their own address, do not find it, and end. New ones are \
                       asked for, for as long as the driver lives: pods churn, and nothing computes.",
        why_data: "Executors register with the shuffle service before they take tasks. The log says that it cannot be reached; \
                   the job waits for resources that never come.",
        fix: "Remove it. Dynamic allocation works with shuffle tracking, which is on by default, or with a remote shuffle.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.shuffle.service.enabled: \"true\"
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
    spark.shuffle.service.enabled: \"false\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() || case.conf().flag(SERVICE) != Some(true) {
        return Vec::new();
    }
    let message = format!(
        "`{}` makes executors look for a service that Kubernetes does not have",
        case.shown(SERVICE)
    );
    let help = "remove it; for dynamic allocation, shuffle tracking is on by default";
    let said = case.at(SERVICE).say(message, help);
    vec![said.because(
        "executors register with the shuffle service on port 7337 of their own address before they take tasks: they fail, end, and \
         are asked for again",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    fn server(master: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: connect}}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - name: connect\n        image: apache/spark:4.1.4\n        command: \
             [/opt/spark/sbin/start-connect-server.sh]\n        args: [--master, \"{master}\", --conf, \
             spark.shuffle.service.enabled=true]\n"
        )
    }

    #[test]
    fn workers_of_a_standalone_cluster_run_one() {
        let found = places(
            RULE.page.id,
            &server("k8s://https://kubernetes.default:443"),
        );
        assert_eq!(
            found,
            ["Deployment/connect /spec/template/spec/containers/0/args/3"]
        );
        assert_eq!(
            places(RULE.page.id, &server("spark://master:7077")),
            [""; 0]
        );
        assert_eq!(places(RULE.page.id, &server("local[2]")), [""; 0]);
    }
}
