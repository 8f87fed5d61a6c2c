//! SK805: a driver whose priority is not above that of its executors.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::process::SeenPod;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK805",
    grade: Grade::Warning,
    page: Page {
        id: "spark/driver-not-above",
        title: "a driver that gives way like its executors",
        what: "Where an operator's application has `priorityClassName` for executors, the driver has a class of a higher value. \
               Two names are compared by the PriorityClasses of the stream; where these are not in it, only the same name on \
               both sides is found.",
        why_platform: "The scheduler takes the pod of the lowest priority away first. With the same class the driver may be \
                       it, and all executors go with it; with a lower one its own executors push it out.",
        why_data: "Losing an executor costs some tasks, losing the driver costs the run.",
        fix: "Give the driver a PriorityClass of a higher value than that of its executors.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  timeToLiveSeconds: 604800
  driver: {priorityClassName: batch}
  executor: {priorityClassName: batch}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  timeToLiveSeconds: 604800
  driver: {priorityClassName: batch-driver}
  executor: {priorityClassName: batch}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let class = |pod: Option<&'_ SeenPod>| {
        let name = pod?.pod().spec()["priorityClassName"].as_str()?;
        (!super::kubeflow::is_open(name)).then(|| name.to_owned())
    };
    let pods = ["driver", "executor"].map(|role| case.written_pod(role));
    let [driver, executor] = pods.map(class);
    let Some((pod, executor)) = pods[1].zip(executor) else {
        return Vec::new();
    };
    let above = value(case, &executor);
    let below = match &driver {
        Some(name) if *name == executor => true,
        Some(name) => value(case, name)
            .zip(above)
            .is_some_and(|(own, above)| own <= above),
        // Without a class a pod has 0, unless a class of the cluster is the default one.
        None => {
            above.is_some_and(|above| above >= 0)
                && !pods[0].is_some_and(is_open)
                && !has_default(case)
        }
    };
    if !below {
        return Vec::new();
    }
    let driver = driver.map_or_else(|| "no class".to_owned(), |name| format!("`{name}`"));
    let message = format!(
        "`priorityClassName: {executor}` of the executors, and the driver has {driver}: it is not above them"
    );
    let help = "give the driver a PriorityClass of a higher value";
    let because = "where room is short, the driver is as good a victim as an executor, and the run goes with it";
    let at = pod.at(&Pointer::from_iter(["spec", "priorityClassName"]));
    vec![
        Site::object(case.object, at)
            .say(message, help)
            .because(because),
    ]
}

/// Whether the class of a pod is still to be filled in.
fn is_open(pod: &SeenPod) -> bool {
    pod.pod().spec()["priorityClassName"].is_string()
}

/// The value of a class of the stream, and of those that each cluster has.
fn value(case: Case<'_>, name: &str) -> Option<i64> {
    match name {
        "system-cluster-critical" => return Some(2_000_000_000),
        "system-node-critical" => return Some(2_000_001_000),
        _ => {}
    }
    let mut classes = case.world.of_kind("PriorityClass");
    let own = classes.find(|(object, _)| object.name == name);
    own.and_then(|(_, value)| value["value"].as_i64())
}

fn has_default(case: Case<'_>) -> bool {
    let mut classes = case.world.of_kind("PriorityClass");
    classes.any(|(_, value)| value["globalDefault"] == true)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn classes_of_the_stream_are_compared_by_value() {
        let class = |name: &str, value: i64| {
            format!(
                "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\nvalue: {value}\n"
            )
        };
        let app = RULE.page.after;
        let with = |driver: i64, executor: i64| {
            let text = format!(
                "{app}{}{}",
                class("batch-driver", driver),
                class("batch", executor)
            );
            places(RULE.page.id, &text)
        };
        assert_eq!(
            with(10, 20),
            ["SparkApplication/pi /spec/executor/priorityClassName"]
        );
        assert!(with(30, 20).is_empty());
        let alone = app.replace("  driver: {priorityClassName: batch-driver}\n", "");
        assert!(places(RULE.page.id, &alone).is_empty());
        assert_eq!(
            places(RULE.page.id, &format!("{alone}{}", class("batch", 20))).len(),
            1
        );
        assert!(places(RULE.page.id, &format!("{alone}{}", class("batch", -1))).is_empty());
    }
}
