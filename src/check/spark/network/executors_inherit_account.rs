//! SK211: executors that run with the rights of their driver.

use super::driver::owner;
use super::driver_may_not::DRIVER_ACCOUNT;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK211",
    grade: Grade::Warning,
    page: Page {
        id: "spark/executors-inherit-account",
        title: "executors with the driver's ServiceAccount",
        what: "Where the driver has a ServiceAccount of its own (`spark.kubernetes.authenticate.driver.serviceAccountName`, or \
               `driver.serviceAccount` of Kubeflow's operator), executors have one, too: \
               `spark.kubernetes.authenticate.executor.serviceAccountName`, `executor.serviceAccount`, or the pod template. \
               Nothing is said where a template is not known here (`ExecutorKubernetesCredentialsFeatureStep`, 3.5 to 4.3).",
        why_platform: "Spark gives executors the driver's account where they have none. Its token, which may make pods, is then \
                       mounted where everybody's code runs.",
        why_data: "Any library or UDF in an executor can start and delete pods in the namespace. Executors never talk to \
                   Kubernetes; they need no rights.",
        fix: "Make a ServiceAccount without rights and with `automountServiceAccountToken: false`, and name it for executors.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {serviceAccount: spark}
  executor: {instances: 2}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {serviceAccount: spark}
  executor: {instances: 2, serviceAccount: spark-executor}
",
    },
    judge: Judge::Process(judge),
};

const EXECUTOR_ACCOUNT: &str = "spark.kubernetes.authenticate.executor.serviceAccountName";

fn judge(case: Case<'_>) -> Vec<Said> {
    // Stackable's operator writes both pods itself.
    let applies = case.makes_executors() && case.operator != Some(Operator::Stackable);
    let conf = case.conf();
    let Told::Set(driver) = conf.get(DRIVER_ACCOUNT) else {
        return Vec::new();
    };
    let foreign = case.has_template_file("executor");
    let written = case.written_pod("executor").is_some_and(|pod| {
        let spec = &pod.value["spec"];
        !spec["serviceAccountName"].is_null() || !spec["serviceAccount"].is_null()
    });
    if !applies || foreign || written || !conf.is_unset(EXECUTOR_ACCOUNT) {
        return Vec::new();
    }
    let account = match case.hides(DRIVER_ACCOUNT) {
        true => String::new(),
        false => format!(" `{}`", crate::text::shortened(&driver.text)),
    };
    let message = format!(
        "executors of {} run with the driver's ServiceAccount{account}: they have none of their own",
        owner(case),
    );
    let help = match case.operator {
        Some(Operator::Kubeflow) => {
            "set `executor.serviceAccount` to an account without rights".to_owned()
        }
        _ => format!("set `{EXECUTOR_ACCOUNT}` to an account without rights"),
    };
    let said = case.at(DRIVER_ACCOUNT).say(message, help);
    vec![said.because("a token that may make and delete pods lies where everybody's code runs")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn a_driver_without_executors_gives_nothing_away() {
        let app = |rest: &str| {
            let text = format!(
                "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  runtimeVersions: {{sparkVersion: 4.1.4}}\n  \
                 sparkConf:\n    spark.kubernetes.authenticate.driver.serviceAccountName: spark\n{rest}"
            );
            places(RULE.page.id, &text).len()
        };
        assert_eq!(app(""), 1);
        assert_eq!(
            app("    spark.kubernetes.driver.master: k8s://https://kubernetes.default.svc\n"),
            1
        );
        assert_eq!(app("    spark.kubernetes.driver.master: local[10]\n"), 0);
        let history = "  mainClass: org.apache.spark.deploy.history.HistoryServer\n";
        assert_eq!(app(history), 0);
    }

    #[test]
    fn a_template_may_name_one() {
        let with = |executor: &str| {
            places(
                RULE.page.id,
                &RULE.page.before.replace("{instances: 2}", executor),
            )
        };
        assert_eq!(
            with("{template: {spec: {serviceAccountName: x, containers: []}}}"),
            [""; 0]
        );
        assert_eq!(
            with("{template: {spec: {containers: []}}}"),
            ["SparkApplication/pi /spec/driver/serviceAccount"]
        );
    }
}
