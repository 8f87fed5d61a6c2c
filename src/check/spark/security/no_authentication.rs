//! SK502: applications that share a namespace and do not know each other's executors apart.

use super::policies::guards_ingress;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::same_namespace;

pub(super) const RULE: Rule = Rule {
    code: "SK502",
    grade: Grade::Warning,
    page: Page {
        id: "spark/no-authentication",
        title: "drivers that share a namespace and take anybody for an executor",
        what: "Where two objects of the stream make drivers with executors in one namespace, `spark.authenticate` is `true` on each \
               of them, or a NetworkPolicy of the stream selects the driver's pods for ingress. Apache's operator sets it by itself. \
               Source: `SecurityManager`, `SPARK_AUTH_SECRET` of Spark on Kubernetes, 3.5.9 to 4.3.0.",
        why_platform: "The ports of drivers, executors and block managers are open to every pod of the cluster. Whoever reaches them \
                       can register an executor and read blocks.",
        why_data: "With two applications side by side and a fixed driver host, executors of one can register with the other. With \
                   `spark.authenticate` each application has a secret of its own, which Spark makes by itself.",
        fix: "Set `spark.authenticate=true`; on Kubernetes nothing else is needed. Add `spark.io.encryption.enabled` and \
              `spark.network.crypto.enabled` for data that must not be read.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: one, namespace: team}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: two, namespace: team}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: one, namespace: team}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.authenticate: \"true\"}
  driver: {memory: 2g}
  executor: {memory: 4g}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: two, namespace: team}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.authenticate: \"true\"}
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

const KEY: &str = "spark.authenticate";

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() || case.conf().flag(KEY) != Some(false) {
        return Vec::new();
    }
    let mut others = case.world.processes.iter().filter(|other| {
        let namespace = case.world.seen[other.seen].namespace();
        other.object != case.object
            && other.makes_executors()
            && same_namespace(namespace, case.namespace())
    });
    let Some(other) = others.next().filter(|_| !guards_ingress(case)) else {
        return Vec::new();
    };
    let message = format!(
        "{} takes anybody for an executor, and {} is in the same namespace: `{KEY}` is not `true`",
        case.name(),
        case.world.object(other.object)
    );
    vec![case.at(KEY).say(message, format!("set `{KEY}=true`: on Kubernetes Spark makes the secret by itself")).because(
        "the ports of a driver are open to every pod that reaches them; without a secret whoever connects can register as an \
         executor, run its code and read its blocks",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn one_application_and_two_namespaces_pass() {
        let other = RULE
            .page
            .before
            .replacen("namespace: team", "namespace: else", 1);
        assert_eq!(said(RULE.page.id, &other), []);
        assert_eq!(said(RULE.page.id, RULE.page.before).len(), 2);
        let open = "spec: {type: Scala, sparkConf: {spark.authenticate: \"${AUTH}\"}, ";
        let open = RULE.page.before.replacen("spec: {type: Scala, ", open, 2);
        assert_eq!(said(RULE.page.id, &open), []);
    }
}
