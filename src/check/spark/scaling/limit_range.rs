//! SK319: an executor or a driver that a limit range does not admit. The number is this tool's own.

use super::demand::{Demand, bytes, in_namespace, shown};
use super::facts::is_settled;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::{Object, Quantity};
use crate::spark::memory::Resources;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK319",
    grade: Grade::Error,
    page: Page {
        id: "spark/executor-outside-limit-range",
        title: "a pod of Spark's that the namespace's limit range refuses",
        what: "A LimitRange of the stream in the namespace of the executors: `max` and `min` of CPU and memory for containers, \
               `max` for pods, against what an executor and, in cluster mode, the driver ask for, as Spark sizes them \
               (`BasicExecutorFeatureStep`, `BasicDriverFeatureStep`, 3.5 to 4.3). The number SK319 is this tool's own.",
        why_platform: "Admission refuses the pod with 403. There is no pod to look at: the events of the namespace and the \
                       driver's log say it.",
        why_data: "The heap is within the limit, and the pod is not: Spark adds overhead to it, a tenth and 384 MiB at the least, \
                   four tenths for Python. The job waits for executors that never come.",
        fix: "Lower `spark.executor.memory` so that heap and overhead fit, or have the limit range changed.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: team}
spec:
  type: Python
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 16g, instances: 4}
---
apiVersion: v1
kind: LimitRange
metadata: {name: team, namespace: team}
spec:
  limits:
  - {type: Container, max: {cpu: \"4\", memory: 16Gi}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: team}
spec:
  type: Python
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 11g, instances: 4}
---
apiVersion: v1
kind: LimitRange
metadata: {name: team, namespace: team}
spec:
  limits:
  - {type: Container, max: {cpu: \"4\", memory: 16Gi}}
",
    },
    judge: Judge::Process(judge),
};

/// One bound of a limit range.
struct Bound<'w> {
    range: &'w Object<'w>,
    /// `max` or `min`.
    side: &'static str,
    /// `cpu` or `memory`.
    resource: &'static str,
    text: String,
    amount: i128,
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let bounds: Vec<_> = in_namespace(case, "LimitRange")
        .flat_map(|(range, value)| bounds(range, value))
        .collect();
    let demand = (!bounds.is_empty()).then(|| Demand::of(case)).flatten();
    let Some(demand) = demand else {
        return Vec::new();
    };
    let driver = demand.driver.iter().map(|driver| ("driver", driver));
    let pods = driver.chain([("executor", &demand.executor)]);
    let found = pods.flat_map(|(role, pod)| {
        let bounds = bounds.iter();
        bounds.filter_map(move |bound| bound.said(case, role, &bound.broken_by(pod)?))
    });
    found.collect()
}

fn bounds<'w>(range: &'w Object<'w>, value: &'w Value) -> Vec<Bound<'w>> {
    let limits = value["spec"]["limits"].as_array().into_iter().flatten();
    let mut found = Vec::new();
    for limit in limits {
        // Sidecars add to a pod: what it has at the least is known, what it has is not.
        let sides: &[&'static str] = match limit["type"].as_str() {
            Some("Container") => &["max", "min"],
            Some("Pod") => &["max"],
            _ => &[],
        };
        for (side, resource) in sides
            .iter()
            .flat_map(|side| [(side, "cpu"), (side, "memory")])
        {
            let bound = &limit[*side][resource];
            if let (false, Ok(quantity)) = (bound.is_null(), Quantity::of(bound)) {
                found.push(Bound {
                    range,
                    side,
                    resource,
                    text: bound
                        .as_str()
                        .map_or_else(|| bound.to_string(), str::to_owned),
                    amount: match resource {
                        "cpu" => quantity.millis(),
                        _ => i128::from(quantity.bytes()),
                    },
                });
            }
        }
    }
    found
}

impl Bound<'_> {
    /// What a pod asks for, where that is beyond this. Source: `minConstraint` and `maxConstraint` of the `LimitRanger`.
    fn broken_by(&self, pod: &Resources) -> Option<String> {
        let millis = |text: &str| Some(Quantity::parse(text).ok()?.millis());
        let request = match self.resource {
            "cpu" => millis(&pod.request.text)?,
            _ => bytes(pod),
        };
        let limit = match (self.resource, &pod.limit) {
            ("cpu", Some(limit)) => millis(&limit.text)?,
            _ => request,
        };
        let asked = match self.side {
            "max" => request.max(limit),
            _ => request.min(limit),
        };
        let is_broken = match self.side {
            "max" => asked > self.amount,
            _ => asked < self.amount,
        };
        is_broken.then(|| shown(self.resource, asked))
    }

    /// Nothing where a default breaks it that a job's code may yet set.
    fn said(&self, case: Case<'_>, role: &str, asked: &str) -> Option<Said> {
        let Self {
            range,
            side,
            resource,
            text,
            ..
        } = self;
        let keys: &[String] = &match *resource {
            "cpu" => vec![
                format!("spark.kubernetes.{role}.limit.cores"),
                format!("spark.kubernetes.{role}.request.cores"),
                format!("spark.{role}.cores"),
            ],
            _ => vec![format!("spark.{role}.memory")],
        };
        let set = keys.iter().find(|key| case.conf().entry(key).is_some());
        let key = set.or(keys.last()).map_or("", String::as_str);
        (set.is_some() || is_settled(case)).then_some(())?;
        let subject = match set {
            Some(key) => format!("`{}`", case.shown(key)),
            None => format!("`{key}`, by default,"),
        };
        let message = format!(
            "{subject} makes {role} pods of {asked} of {resource}, and `{range}` has `{side}` {text}"
        );
        let help = match (*side, *resource) {
            ("max", "memory") => {
                format!("lower `{key}` so that it fits with its overhead, or raise the bound")
            }
            ("max", _) => format!("lower `{key}`, or raise the bound"),
            _ => format!("raise `{key}`, or lower the bound"),
        };
        Some(case.at(key).say(message, help).because(
            "admission refuses the pod with 403 when it is made: there is nothing to look at but events, and the job waits for \
             it for good",))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(limit: &str) -> Vec<String> {
        let text = RULE
            .page
            .after
            .replace("{type: Container, max: {cpu: \"4\", memory: 16Gi}}", limit);
        said(RULE.page.id, &text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    #[test]
    fn both_bounds_of_each_role() {
        assert_eq!(
            told("{type: Container, min: {cpu: \"2\", memory: 4Gi}}"),
            [
                "`spark.driver.cores`, by default, makes driver pods of 1 of cpu, and `LimitRange/team` has `min` 2",
                "`spark.driver.memory=2g` makes driver pods of 2867Mi of memory, and `LimitRange/team` has `min` 4Gi",
                "`spark.executor.cores`, by default, makes executor pods of 1 of cpu, and `LimitRange/team` has `min` 2",
            ]
        );
        assert_eq!(
            told("{type: Pod, max: {memory: 15Gi}, min: {memory: 90Gi}}").len(),
            1
        );
        assert_eq!(
            told("{type: PersistentVolumeClaim, max: {storage: 1Gi}}"),
            [""; 0]
        );
    }
}
