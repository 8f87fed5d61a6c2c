//! SK318: more executors than the namespace's quota has room for. The number is this tool's own.

use super::demand::{Demand, Over, quotas};
use super::facts::{INSTANCES, MOST, is_dynamic};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK318",
    grade: Grade::High,
    page: Page {
        id: "spark/executors-exceed-quota",
        title: "an application that asks for more than the namespace's quota",
        what: "A ResourceQuota of the stream, without scopes, in the namespace of the executors: `requests.cpu`, \
               `requests.memory`, `limits.cpu`, `limits.memory`, `pods`, `count/pods` and `requests.DEVICE` against the driver \
               of cluster mode and as many executors as dynamic allocation may ask for, or as there are. Each pod is sized as \
               Spark sizes it (`BasicExecutorFeatureStep`, 3.5 to 4.3). Sidecars and other pods of the namespace come on top \
               and are not counted. The number SK318 is this tool's own.",
        why_platform: "The quota refuses pods one by one, at creation, with 403. Nothing in `kubectl get pods` shows what is \
                       missing: the events of the namespace and the driver's log do.",
        why_data: "The job gets fewer executors than its settings promise. It is slower every time there is much to do, and Spark \
                   asks for the rest again every second.",
        fix: "Lower the largest number of executors, or their size, or have the quota raised.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: team}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 50}
  driver: {memory: 2g}
  executor: {memory: 8g, cores: 4}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team, namespace: team}
spec: {hard: {requests.cpu: \"100\", requests.memory: 200Gi}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: team}
spec:
  type: Scala
  sparkVersion: 4.1.4
  dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 22}
  driver: {memory: 2g}
  executor: {memory: 8g, cores: 4}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team, namespace: team}
spec: {hard: {requests.cpu: \"100\", requests.memory: 200Gi}}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut quotas = quotas(case).peekable();
    let demand = quotas.peek().and_then(|_| Demand::of(case));
    let Some(demand) = demand else {
        return Vec::new();
    };
    // Without a bound, what it starts with is asked for all the same.
    let executors = demand.count.most.unwrap_or(demand.count.initial);
    let found = quotas.filter_map(|(quota, hard)| {
        let over = demand.over(hard, executors);
        let fits = over.iter().map(|over| over.fits).min()?;
        Some(said(
            case,
            &demand,
            &over,
            (executors, fits),
            &quota.to_string(),
        ))
    });
    found.collect()
}

fn said(
    case: Case<'_>,
    demand: &Demand,
    over: &[Over],
    (executors, fits): (u64, u64),
    quota: &str,
) -> Said {
    let conf = case.conf();
    let key = match is_dynamic(case) && conf.entry(MOST).is_some() {
        true => MOST,
        false => INSTANCES,
    };
    let subject = match conf.entry(key) {
        Some(_) => format!("`{}`", case.shown(key)),
        None => case.name(),
    };
    let pods = match (demand.driver.is_some(), executors) {
        (true, 1) => "a driver and an executor".to_owned(),
        (true, _) => format!("a driver and {executors} executors"),
        (false, 1) => "an executor".to_owned(),
        (false, _) => format!("{executors} executors"),
    };
    let over: Vec<_> = over.iter().map(Over::to_string).collect();
    let message = format!(
        "{subject}: {pods} ask for {}, more than `{quota}` allows",
        over.join(" and ")
    );
    let help = match fits {
        0 => "make executors smaller, or raise the quota: there is no room for one".to_owned(),
        fits => {
            format!("set `{key}` to {fits} or less, make executors smaller, or raise the quota")
        }
    };
    case.at(key).say(message, help).because(
        "the quota refuses each pod above it with 403 when it is made: the job runs with fewer executors than it was given, \
         and Spark asks for the rest again each second",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};

    fn told(text: &str) -> Vec<String> {
        said(RULE.page.id, text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    /// 50 pods of 9011Mi and a driver of 2432Mi; 50 times 4 cores and one.
    #[test]
    fn the_figures_are_those_of_sparks_own_pods() {
        assert_eq!(
            told(RULE.page.before),
            [
                "`spark.dynamicAllocation.maxExecutors=50`: a driver and 50 executors ask for 201 of `requests.cpu` (100) and \
                 452982Mi of `requests.memory` (200Gi), more than `ResourceQuota/team` allows"
            ]
        );
        let pods = RULE
            .page
            .after
            .replace("requests.cpu: \"100\", requests.memory: 200Gi", "pods: 22");
        assert_eq!(
            told(&pods),
            [
                "`spark.dynamicAllocation.maxExecutors=22`: a driver and 22 executors ask for 23 of `pods` (22), more than \
                 `ResourceQuota/team` allows"
            ]
        );
        assert_eq!(told(&pods.replace("pods: 22", "count/pods: 23")), [""; 0]);
    }

    #[test]
    fn a_quota_of_another_namespace_or_with_scopes_is_another_one() {
        let other = RULE.page.before.replace(
            "{name: team, namespace: team}",
            "{name: team, namespace: other}",
        );
        assert_eq!(places(RULE.page.id, &other), [""; 0]);
        let scoped = RULE
            .page
            .before
            .replace("{hard:", "{scopes: [BestEffort], hard:");
        assert_eq!(places(RULE.page.id, &scoped), [""; 0]);
    }

    #[test]
    fn sizes_that_are_not_known_make_no_figure() {
        let text = RULE
            .page
            .before
            .replace("memory: 8g", "memory: \"${MEMORY}\"");
        assert_eq!(places(RULE.page.id, &text), [""; 0]);
    }

    #[test]
    fn a_server_and_a_fixed_number_count_as_well() {
        let server = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"k8s://https://kubernetes.default:443\", --conf, spark.kubernetes.namespace=team, --conf, spark.executor.instances=4, --conf, spark.executor.memory=4g]
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team, namespace: team}
spec: {hard: {limits.memory: 16Gi}}
";
        assert_eq!(
            told(server),
            [
                "`spark.executor.instances=4`: 4 executors ask for 18020Mi of `limits.memory` (16Gi), more than \
              `ResourceQuota/team` allows"
            ]
        );
    }

    /// The code of a job may set its size.
    #[test]
    fn defaults_of_a_job_are_not_held_against_it() {
        let job = |conf: &str| {
            format!(
                "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: pi}}\nspec:\n  template:\n    spec:\n      \
                 containers:\n      - name: pi\n        image: apache/spark:4.1.4\n        command: \
                 [/opt/spark/bin/spark-submit, --master, \"k8s://https://kubernetes.default:443\", --conf, \
                 spark.kubernetes.namespace=team, {conf}local:///app.jar]\n---\napiVersion: v1\nkind: \
                 ResourceQuota\nmetadata: {{name: team}}\nspec: {{hard: {{requests.memory: 1Gi}}}}\n"
            )
        };
        assert_eq!(told(&job("")), [""; 0]);
        let sized = job("--conf, spark.executor.memory=2g, --conf, spark.executor.instances=2, ");
        assert_eq!(told(&sized).len(), 1);
    }
}
