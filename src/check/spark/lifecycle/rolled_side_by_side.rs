//! SK801: a single server that a rollout runs twice.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK801",
    grade: Grade::High,
    page: Page {
        id: "spark/rolled-side-by-side",
        title: "a single server that runs twice during a rollout",
        what: "A Deployment with one Connect server, Thrift server or master has `strategy.type: Recreate`, or a \
               `maxSurge` of 0. Without a word, a Deployment starts the new pod before it ends the old one. Where an \
               autoscaler of the stream may run more than one, nothing is said.",
        why_platform: "For a minute two drivers stand behind one Service, with one prefix for executors' names and one address \
                       that executors call back: the second one meets `pods \"…-exec-1\" already exists`, and both ask the \
                       quota for their executors.",
        why_data: "Sessions land on either server: temporary views are gone, and come back with the next call.",
        fix: "Set `strategy: {type: Recreate}`. A release then takes a minute without a server; sessions end with either.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 1
  strategy: {type: Recreate}
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
",
    },
    judge: Judge::Process(judge),
};

const ROLES: [&str; 3] = ["spark-connect", "spark-thrift", "spark-master"];

fn judge(case: Case<'_>) -> Vec<Said> {
    let object = &case.seen().value;
    let single = object["kind"] == "Deployment" && case.replicas() == Some(1);
    let known = ROLES.contains(&case.role.as_str());
    if !known || !single || !surges(&object["spec"]["strategy"]) || is_scaled(case) {
        return Vec::new();
    }
    let strategy = &object["spec"]["strategy"];
    let site = if strategy.is_null() {
        case.at_object(&["spec"])
    } else {
        case.at_object(&["spec", "strategy"])
    };
    let message = format!(
        "a rollout runs a second {} beside {}",
        case.word(),
        case.name()
    );
    let help = "set `strategy: {type: Recreate}`";
    let because = match case.role.as_str() {
        "spark-master" => {
            "the two know nothing of each other: workers and applications register with either, as the Service leads them"
        }
        _ if case.makes_executors() => {
            "two of them share one Service and one prefix for the names of executors as long as the rollout takes"
        }
        _ => {
            "two of them stand behind one Service as long as the rollout takes, and a session lands on either"
        }
    };
    vec![site.say(message, help).because(because)]
}

/// Whether a rollout makes a pod before it ends another.
fn surges(strategy: &Value) -> bool {
    let kind = &strategy["type"];
    let rolls = kind.is_null() || kind == "RollingUpdate";
    let surge = &strategy["rollingUpdate"]["maxSurge"];
    rolls && surge != 0 && surge != "0" && surge != "0%"
}

/// Whether an autoscaler of the stream may run more than one.
fn is_scaled(case: Case<'_>) -> bool {
    let name = case.seen().name();
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    kinds.into_iter().any(|kind| {
        let mut scalers = case.world.of_kind(kind);
        scalers.any(|(_, value)| text_of(&value["spec"]["scaleTargetRef"]["name"]) == name)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn only_what_is_single_and_surges() {
        let text = RULE.page.before;
        assert_eq!(
            places(RULE.page.id, &text.replace("  replicas: 1\n", "")),
            ["Deployment/connect /spec"]
        );
        let rolling = "replicas: 1\n  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}";
        for other in ["replicas: 2", "replicas: \"{{ n }}\"", rolling] {
            assert!(
                places(RULE.page.id, &text.replace("replicas: 1", other)).is_empty(),
                "{other}"
            );
        }
        assert!(
            places(
                RULE.page.id,
                &text.replace("kind: Deployment", "kind: StatefulSet")
            )
            .is_empty()
        );
        let scaler = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: connect}, maxReplicas: 3}\n";
        assert!(places(RULE.page.id, &format!("{text}{scaler}")).is_empty());
    }
}
