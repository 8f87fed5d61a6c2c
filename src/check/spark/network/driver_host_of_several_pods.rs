//! SK204: a driver's host that several pods answer to.

use super::driver::{HOST, Service, calls_back, goes_by_host, several};
use super::pods::selected;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK204",
    grade: Grade::High,
    page: Page {
        id: "spark/driver-host-of-several-pods",
        title: "a driver's host that several pods answer to",
        what: "Where `spark.driver.host` names a Service of the stream, its selector finds one pod: `replicas` is 1, no \
               HorizontalPodAutoscaler or KEDA `ScaledObject` makes more, and no other workload of the stream has the same \
               labels (tests of a chart do not count).",
        why_platform: "A Service spreads connections over all pods that its selector finds. Each replica of a Connect server is \
                       a driver of its own, with executors of its own, and there is no such thing as any one of them.",
        why_data: "Executors that one driver asked for register with another one, which does not know them and turns them away. \
                   With three replicas two of three executors fail, at random.",
        fix: "One replica with `strategy: Recreate`, or the pod's address as `spark.driver.host`; give the driver's pod a label \
              that no other pod has, and select by it.",
        before: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  clusterIP: None
  selector: {app: connect}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 3
  selector: {matchLabels: {app: connect}}
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --conf, spark.driver.host=connect,
                 --conf, spark.driver.bindAddress=0.0.0.0,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  clusterIP: None
  selector: {app: connect}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 1
  strategy: {type: Recreate}
  selector: {matchLabels: {app: connect}}
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --conf, spark.driver.host=connect,
                 --conf, spark.driver.bindAddress=0.0.0.0,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let applies = calls_back(case) && goes_by_host(case);
    let service = applies.then(|| Service::of_host(case)).flatten();
    let Some(service) = service.filter(|service| service.leads_to(case)) else {
        return Vec::new();
    };
    let others = selected(case, service.value);
    let others = others
        .iter()
        .take(3)
        .map(|other| format!("{}/{}", other.kind, other.name));
    let others: Vec<_> = others
        .map(|other| format!("`{other}` has the same labels"))
        .collect();
    let mut why: Vec<_> = several(case).into_iter().collect();
    why.extend(others);
    if why.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "`{}` is a Service that leads to more pods than this one: {}",
        case.shown(HOST),
        why.join(", ")
    );
    let help = "run one replica and select by a label of its own, or set the host to the pod's address (`status.podIP`)";
    let said = case.at(HOST).say(message, help);
    vec![
        said.because(
            "executors register with a driver that did not ask for them, and are turned away",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(more: &str) -> Vec<String> {
        let text = format!("{}---\n{more}", RULE.page.after);
        let found = said(RULE.page.id, &text);
        found.into_iter().map(|(_, message)| message).collect()
    }

    /// Field failure 025: who scales the driver, or shares its labels, shares its host.
    #[test]
    fn what_makes_more_pods() {
        let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: connect}";
        let hpa = format!(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: x}}\nspec: {{{target}, maxReplicas: 5}}\n"
        );
        assert!(told(&hpa)[0].contains("`x` makes up to 5 of it"));
        let keda = format!(
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: x}}\nspec: {{{target}}}\n"
        );
        assert!(told(&keda)[0].contains("up to 100"));
        let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: load}\nspec: {template: {metadata: {labels: {app: connect}}}}\n";
        assert!(told(job)[0].contains("`Job/load` has the same labels"));
    }

    #[test]
    fn what_makes_no_more() {
        let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: connect}";
        for more in [
            "",
            &format!(
                "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: x}}\nspec: {{{target}, maxReplicaCount: 1}}\n"
            ),
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {scaleTargetRef: {kind: Deployment, name: other}, maxReplicas: 5}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: t, labels: {app: connect}, annotations: {helm.sh/hook: test}}\nspec: {}\n",
        ] {
            assert_eq!(told(more), [""; 0], "{more}");
        }
    }
}
