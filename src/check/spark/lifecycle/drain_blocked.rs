//! SK802: a disruption budget that lets no pod go, or that holds executors.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::{World, same_namespace, selects};
use crate::manifest::spark::text_of;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK802",
    grade: Grade::Warning,
    page: Page {
        id: "spark/drain-blocked",
        title: "a disruption budget that lets no pod go",
        what: "A PodDisruptionBudget of the stream that selects a Spark server or daemon of a Deployment or StatefulSet lets \
               at least one of its pods go: `minAvailable` is less than the replicas, `maxUnavailable` is not 0. One that \
               selects `spark-role: executor` has no `minAvailable` above 0. Whether there ought to be a budget is not \
               judged: it may be in another release.",
        why_platform: "With no disruption allowed, `kubectl drain` and the upgrade of a node pool wait for ever on this pod. \
                       Executors come and go by the hundred: no fixed number of them is right.",
        why_data: "The server is not safer: once somebody loses patience, the node is taken away with the pod on it.",
        fix: "Let one pod go (`maxUnavailable: 1`), or run two replicas where the process can. For a single driver plan the \
              drain with its owner; for executors use decommissioning, not a budget.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: history}}
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: history}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: history}}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  replicas: 1
  template:
    metadata: {labels: {app: history}}
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: history}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: history}}
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut found = Vec::new();
    for (object, value) in world.of_kind("PodDisruptionBudget") {
        let spec = &value["spec"];
        let own = object.namespace.unwrap_or_default();
        let least = &spec["minAvailable"];
        let site = |key: &str| Site::object(object.index, Pointer::from_iter(["spec", key]));
        if spec["selector"]["matchLabels"]["spark-role"] == "executor" {
            if !least.is_null() && least != 0 && least != "0%" {
                let message = format!(
                    "`minAvailable: {}` holds executors, whose number is Spark's to choose",
                    text_of_any(least)
                );
                let help = "take it out, and let executors hand over their blocks: `spark.decommission.enabled=true`";
                let because =
                    "a drain waits on executors that are idle, or on the last ones of a job";
                found.push(site("minAvailable").say(message, help).because(because));
            }
            continue;
        }
        let cases = world
            .processes
            .iter()
            .map(|process| Case { world, process });
        let mut held = cases.filter(|case| is_meant(*case, own, &spec["selector"]));
        let blocked = held.find_map(|case| Some((case, blocks(spec, case.replicas()?)?)));
        if let Some((case, key)) = blocked {
            let message = format!(
                "`{key}: {}` lets no pod of {} go",
                text_of_any(&spec[key]),
                case.name()
            );
            let help =
                "set `maxUnavailable: 1` instead, or run one replica more where the process can";
            let because = "`kubectl drain` and every upgrade of nodes wait for ever on this pod";
            found.push(site(key).say(message, help).because(because));
        }
    }
    found
}

fn is_meant(case: Case<'_>, namespace: &str, selector: &Value) -> bool {
    let kind = text_of(&case.seen().value["kind"]);
    let lasting = ["Deployment", "StatefulSet"].contains(&kind);
    let labels = case.own_pod().map(|pod| &pod.pod().metadata()["labels"]);
    let same = same_namespace(namespace, case.namespace());
    lasting && same && labels.is_some_and(|labels| selects(selector, labels))
}

/// The field that allows no disruption with so many replicas.
fn blocks(spec: &Value, replicas: u64) -> Option<&'static str> {
    let (least, most) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    let all = least == "100%" || least.as_u64().is_some_and(|least| least >= replicas);
    let none = most == 0 || most == "0" || most == "0%";
    match (replicas > 0, all, none) {
        (true, true, _) => Some("minAvailable"),
        (true, false, true) => Some("maxUnavailable"),
        _ => None,
    }
}

fn text_of_any(value: &Value) -> String {
    match value {
        Value::String(text) => crate::text::shortened(text),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn budgets_by_their_arithmetic() {
        let with = |replicas: &str, budget: &str| {
            let text = RULE
                .page
                .before
                .replace("replicas: 1", &format!("replicas: {replicas}"));
            places(RULE.page.id, &text.replace("minAvailable: 1", budget)).len()
        };
        assert_eq!(with("2", "minAvailable: 1"), 0);
        assert_eq!(with("2", "minAvailable: 100%"), 1);
        assert_eq!(with("2", "maxUnavailable: 0"), 1);
        assert_eq!(with("1", "minAvailable: 50%"), 0);
        assert_eq!(with("\"{{ n }}\"", "minAvailable: 1"), 0);
        let executors = RULE.page.before.replace(
            "selector: {matchLabels: {app: history}}",
            "selector: {matchLabels: {spark-role: executor}}",
        );
        assert_eq!(
            places(RULE.page.id, &executors),
            ["PodDisruptionBudget/history /spec/minAvailable"]
        );
    }
}
