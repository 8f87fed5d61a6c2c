//! SK125: a Spark process in a container that asks for no memory and has no limit of it.

use super::parts::application;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::same_namespace;
use crate::spark::process::Operator;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK125",
    grade: Grade::High,
    page: Page {
        id: "spark/no-memory-bound",
        title: "a Spark process that neither requests memory nor has a limit",
        what: "The container of a Spark process, and the server's container in the template of Kubeflow's `SparkConnect`, has a \
               request or a limit of memory. That operator sets the heap from `server.memory` and no resources: they come from \
               `server.template` alone. Where the stream has a LimitRange for the namespace, or the pod resources as a whole, \
               nothing is said.",
        why_platform: "The pod is BestEffort or near it: the scheduler puts it on a full node, quotas do not count it, and it is \
                       the first that is killed when the node is short of memory.",
        why_data: "The server, and every session on it, is gone for reasons that are not in its log.",
        fix: "Set `requests.memory` and `limits.memory` to the heap and its overhead (a tenth, 384Mi at the least).",
        before: "\
apiVersion: sparkoperator.k8s.io/v1alpha1
kind: SparkConnect
metadata: {name: connect}
spec:
  sparkVersion: 4.1.4
  server: {memory: 4g}
  executor: {memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1alpha1
kind: SparkConnect
metadata: {name: connect}
spec:
  sparkVersion: 4.1.4
  server:
    memory: 4g
    template:
      spec:
        containers:
        - name: spark-kubernetes-driver
          resources:
            requests: {memory: 4505Mi}
            limits: {memory: 4505Mi}
  executor: {memory: 4g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut ranges = case.world.of_kind("LimitRange");
    let is_elsewhere = ranges
        .any(|(object, _)| same_namespace(object.namespace.unwrap_or_default(), case.namespace()));
    if is_elsewhere {
        return Vec::new();
    }
    Vec::from_iter(of_process(case))
}

fn of_process(case: Case<'_>) -> Option<Said> {
    const BECAUSE: &str = "the pod is BestEffort or near it: the first that is killed when the node is short of memory, and no quota \
                           counts it";
    if case.operator == Some(Operator::Connect) {
        let (spec, _) = application(case);
        let template = &spec["server"]["template"]["spec"];
        let containers = template["containers"].as_array();
        let containers = containers.map_or(&[][..], Vec::as_slice);
        let own = containers
            .iter()
            .find(|one| one["name"] == "spark-kubernetes-driver");
        let own = own.or(containers.first()).unwrap_or(&Value::Null);
        if bounds(own) || bounds(template) || !spec["server"].is_object() {
            return None;
        }
        let message = "the server of this SparkConnect neither requests memory nor has a limit: `server.memory` sets its heap alone";
        let help = "write `resources` for the container `spark-kubernetes-driver` into `server.template`: the heap and a tenth, \
                    384Mi at the least";
        return Some(
            case.at_object(&["spec", "server"])
                .say(message, help)
                .because(BECAUSE),
        );
    }
    // Stackable's operator has figures of its own where nobody writes any.
    let version = case.seen().value["apiVersion"].as_str();
    if version.is_some_and(|version| version.starts_with("spark.stackable.tech/")) {
        return None;
    }
    let (pod, container) = case.own_pod().zip(case.own())?;
    if bounds(container.value) || bounds(pod.pod().spec()) {
        return None;
    }
    let message = format!(
        "{} runs a {} and neither requests memory nor has a limit",
        case.name(),
        case.word()
    );
    let help =
        "set `requests.memory` and `limits.memory` to the heap and a tenth, 384Mi at the least";
    Some(
        case.at_container(&["resources"])
            .say(message, help)
            .because(BECAUSE),
    )
}

/// Whether a container, or a pod as a whole, has a request or a limit of memory.
fn bounds(value: &Value) -> bool {
    let mut lists = ["requests", "limits"].into_iter();
    lists.any(|list| !value["resources"][list]["memory"].is_null())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn of_pods_of_ones_own() {
        let of = |resources: &str, more: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: h}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: h\n        \
                 command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]\n        resources: {resources}\n{more}"
            );
            places(RULE.page.id, &text)
        };
        let at = "Deployment/h /spec/template/spec/containers/0/resources";
        assert_eq!(of("{requests: {cpu: 1}}", ""), [at]);
        assert_eq!(of("{limits: {memory: '${L}'}}", ""), [""; 0]);
        let range =
            "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: []}\n";
        assert_eq!(of("{}", range), [""; 0]);
    }
}
