//! SK411: from 4.2 on Spark closes executors to everybody else, Prometheus among them.

use super::executors::{annotated, is_monitored_here, listen};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::same_namespace;
use crate::spark::conf::Told;
use crate::spark::process::Mode;

pub(super) const RULE: Rule = Rule {
    code: "SK411",
    grade: Grade::Warning,
    page: Page {
        id: "spark/executors-walled-off",
        title: "a scrape of executors behind Spark's own network policy",
        what: "In cluster mode Spark 4.2 and later make a NetworkPolicy for executors that lets in pods of the same application \
               and nobody else (`NetworkPolicyFeatureStep`). Where executors have something to scrape (an agent, a port, \
               `monitoring` of kubeflow's operator) and are scraped, `spark.kubernetes.driver.pod.excludedFeatureSteps` names \
               that step, or a NetworkPolicy of the stream lets somebody in to `spark-role: executor`. With an operator, \
               the version that it submits with decides.",
        why_platform: "It is Spark that makes the policy, at run time: it is in no chart, and the targets time out after an \
                       upgrade of Spark.",
        why_data: "Figures of executors vanish with the upgrade to 4.2, though nothing in the job changed.",
        fix: "Add a NetworkPolicy that lets Prometheus in to the executors, read `/metrics/executors/prometheus` of the driver, \
              or set `spark.kubernetes.driver.pod.excludedFeatureSteps=org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.2.0
  monitoring:
    exposeExecutorMetrics: true
    prometheus: {jmxExporterJar: /prometheus/jmx.jar}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.2.0
  sparkConf:
    spark.kubernetes.driver.pod.excludedFeatureSteps: org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep
  monitoring:
    exposeExecutorMetrics: true
    prometheus: {jmxExporterJar: /prometheus/jmx.jar}
",
    },
    judge: Judge::Process(judge),
};

const STEPS: &str = "spark.kubernetes.driver.pod.excludedFeatureSteps";

fn judge(case: Case<'_>) -> Vec<Said> {
    let walled = case.mode == Mode::Cluster && !case.assumed && case.version.since(4, 2);
    if !walled || !listen(case) || excluded(case) || let_in(case) {
        return Vec::new();
    }
    let site = match annotated(case) {
        Some(site) => site,
        None if is_monitored_here(case) => case.here(),
        None => return Vec::new(),
    };
    let message = format!(
        "executors of {} are scraped, and Spark {} closes them to other pods",
        case.name(),
        case.version
    );
    let help = format!(
        "add a NetworkPolicy that lets Prometheus in to `spark-role: executor`, or exclude the step in `{STEPS}`"
    );
    let because = "Spark makes a NetworkPolicy at run time that lets in its own pods only: the targets time out";
    vec![site.say(message, help).because(because)]
}

fn excluded(case: Case<'_>) -> bool {
    match case.conf().get(STEPS) {
        Told::Unset => false,
        Told::Unknown => true,
        Told::Set(known) => known.text.contains("NetworkPolicy"),
    }
}

/// Whether a policy of the stream may let somebody in to the executors.
fn let_in(case: Case<'_>) -> bool {
    let mut policies = case.world.of_kind("NetworkPolicy");
    policies.any(|(object, value)| {
        let own = object.namespace.unwrap_or_default();
        let selector = &value["spec"]["podSelector"]["matchLabels"];
        let role = &selector["spark-role"];
        let meant = role == "executor" || (role.is_null() && !selector.is_null());
        let ingress = value["spec"]["ingress"].as_array();
        same_namespace(own, case.namespace()) && meant && ingress.is_some_and(|all| !all.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn an_older_spark_has_no_wall_and_a_policy_opens_it() {
        let text = RULE.page.before;
        assert!(places(RULE.page.id, &text.replace("4.2.0", "4.1.4")).is_empty());
        assert!(places(RULE.page.id, &text.replace("  sparkVersion: 4.2.0\n", "")).is_empty());
        assert!(
            places(
                RULE.page.id,
                &text.replace("exposeExecutor", "exposeDriver")
            )
            .is_empty()
        );
        let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {matchLabels: {spark-role: executor}}, ingress: [{}]}\n";
        assert!(places(RULE.page.id, &format!("{text}{policy}")).is_empty());
    }
}
