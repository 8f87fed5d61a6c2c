//! SK202: a driver's host that leads executors nowhere.

use super::driver::{BIND, HOST, Service, calls_back, goes_by_host, is_closed, is_loopback};
use super::driver::{is_pod_name, may_have_variable};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::Address;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK202",
    grade: Grade::High,
    page: Page {
        id: "spark/driver-host-unreachable",
        title: "a driver's host that leads executors nowhere",
        what: "A driver in a pod of the stream, in client mode (`k8s://` or `spark://`), has a `spark.driver.host` that other \
               pods can follow to it: an address of the pod, or a Service whose selector finds the pod. Where it is a Service, \
               `spark.driver.bindAddress` is set, too. It does not count as set where nothing does so and `SPARK_LOCAL_IP` and \
               `SPARK_LOCAL_HOSTNAME` are not there either; pods with a name of their own in DNS pass (a StatefulSet, \
               `subdomain`, the host's network). Of notebooks and jobs only what is written counts: their code may set more \
               (`Utils.localCanonicalHostName`, `SparkContext`, `BasicExecutorFeatureStep`, 3.5 to 4.3).",
        why_platform: "Without it the driver gives its pod's name to the executors, and a pod's name is in nobody's DNS. \
                       Executors start, find no driver, exit and are made again: pods come and go, and the quota is eaten by \
                       pods that do nothing.",
        why_data: "The driver waits for executors that never register; their log says `UnknownHostException`. Every query hangs \
                   with \"Initial job has not accepted any resources\".",
        fix: "Set `spark.driver.host` to the pod's address (`status.podIP` by a variable), or to a headless Service whose \
              selector finds this pod alone; with a Service, set `spark.driver.bindAddress=0.0.0.0`, too.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  selector: {matchLabels: {app: connect}}
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --class,
                 org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  selector: {matchLabels: {app: connect}}
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          env:
            - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --conf, spark.driver.host=$(POD_IP),
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

const WHY: &str =
    "executors start, find no driver and exit, and every job waits for resources that never come";

fn judge(case: Case<'_>) -> Vec<Said> {
    if !calls_back(case) {
        return Vec::new();
    }
    let host = match case.conf().get(HOST) {
        Told::Unset => unset(case),
        Told::Set(known) => written(case, known.text.trim()),
        Told::Unknown => None,
    };
    host.or_else(|| deaf(case)).into_iter().collect()
}

/// Nothing sets it: the pod's name is taken, which no other pod can look up.
fn unset(case: Case<'_>) -> Option<Said> {
    let spec = &case.own_pod()?.value["spec"];
    let object = &case.seen().value["spec"];
    let named = spec["hostNetwork"] == true || !spec["subdomain"].is_null();
    let in_dns = named || !object["serviceName"].is_null();
    let by_variable = ["SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME"]
        .into_iter()
        .any(|name| may_have_variable(case, name));
    let applies = is_closed(case) && goes_by_host(case) && !in_dns && !by_variable;
    applies.then(|| {
        let message = format!(
            "`{HOST}` is not set: executors are told the pod's own name, which no other pod can look up"
        );
        let help = "set it to the pod's address, from a variable with `fieldPath: status.podIP`";
        case.here().say(message, help).because(WHY)
    })
}

/// What is written leads elsewhere.
fn written(case: Case<'_>, host: &str) -> Option<Said> {
    if is_loopback(host) || host == "0.0.0.0" {
        let message = format!(
            "`{}` sends each executor to its own pod, and not to the driver",
            case.shown(HOST)
        );
        let help = "set it to the pod's address, from a variable with `fieldPath: status.podIP`";
        return Some(case.at(HOST).say(message, help).because(WHY));
    }
    if !goes_by_host(case) || is_pod_name(host) {
        return None;
    }
    let Some(service) = Service::of_host(case) else {
        return absent(case, host);
    };
    let name = service.object.name;
    if service.has_selector() && !service.leads_to(case) {
        let message = format!(
            "`{}` names Service `{name}`, whose selector does not find this pod",
            case.shown(HOST)
        );
        let help = "name a Service whose selector finds the driver's pod and no other, or the pod's address";
        return Some(case.at(HOST).say(message, help).because(WHY));
    }
    (is_closed(case) && service.has_selector() && case.conf().is_unset(BIND)).then(|| {
        let message = format!(
            "`{}` names Service `{name}`, and `{BIND}` is not set: the driver tries to bind that name's address",
            case.shown(HOST)
        );
        let help = format!("set `{BIND}=0.0.0.0`");
        case.at(HOST).say(message, help).because(
            "a Service's address is not the pod's, and a headless one has none before the pod is ready: the driver ends with \
             an error of the socket",
        )
    })
}

/// No Service of the stream is called so, and others lead to the pod.
fn absent(case: Case<'_>, host: &str) -> Option<Said> {
    let own = Some(case.namespace()).filter(|own| !own.is_empty());
    let address = Address::of(host, own).filter(|address| address.sure)?;
    let here = address.namespace.is_none_or(|other| Some(other) == own);
    let others: Vec<_> = Service::around(case)
        .map(|service| format!("`{}`", service.object.name))
        .collect();
    (here && !others.is_empty()).then(|| {
        let message = format!(
            "`{}` names no Service of the stream; {} {} to this pod",
            case.shown(HOST),
            others.join(" and "),
            if others.len() == 1 { "leads" } else { "lead" }
        );
        let help = "name a Service whose selector finds the driver's pod and no other, or the pod's address";
        case.at(HOST).say(message, help).because(WHY)
    })
}

/// The driver listens where only its own pod can call.
fn deaf(case: Case<'_>) -> Option<Said> {
    let bind = case.conf().text(BIND)?;
    is_loopback(bind.trim()).then(|| {
        let message = format!(
            "`{}` lets nobody in but the driver's own pod, and executors are other pods",
            case.shown(BIND)
        );
        let help = format!("set `{BIND}=0.0.0.0`");
        case.at(BIND).say(message, help).because(WHY)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    /// A Connect server with these settings, of this kind, behind a Service `connect`.
    fn told(kind: &str, settings: &[&str], more: &str) -> Vec<String> {
        let settings: Vec<_> = settings
            .iter()
            .map(|setting| format!("--conf, '{setting}', "))
            .collect();
        let settings = settings.concat();
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: connect}}\nspec: {{clusterIP: None, selector: {{app: connect}}}}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: history}}\nspec: {{selector: {{app: history}}}}\n---\n\
             apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: connect}}\nspec:\n  {more}\n  template:\n    metadata: {{labels: {{app: connect}}}}\n    spec:\n      containers:\n        - name: connect\n          image: apache/spark:4.1.4\n          args: [spark-submit, --master, 'k8s://https://kubernetes.default.svc:443', {settings} --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]\n"
        );
        let found = said(RULE.page.id, &text);
        found.into_iter().map(|(_, message)| message).collect()
    }

    /// Field failures 024, 025 and 026: executors cannot look up the driver's host.
    #[test]
    fn a_host_that_no_executor_can_follow() {
        let one = |settings: &[&str], want: &str| {
            let found = told("Deployment", settings, "replicas: 1");
            assert_eq!(found.len(), 1, "{settings:?}: {found:?}");
            assert!(found[0].contains(want), "{found:?}");
        };
        one(&[], "is not set: executors are told the pod's own name");
        one(&["spark.driver.host=localhost"], "to its own pod");
        one(&["spark.driver.host=history"], "does not find this pod");
        one(
            &["spark.driver.host=conect"],
            "names no Service of the stream; `connect` leads",
        );
        one(
            &["spark.driver.host=connect"],
            "`spark.driver.bindAddress` is not set",
        );
        one(
            &[
                "spark.driver.host=$(POD_IP)",
                "spark.driver.bindAddress=127.0.0.1",
            ],
            "lets nobody in",
        );
    }

    #[test]
    fn a_host_that_is_found_or_not_known() {
        for settings in [
            &[
                "spark.driver.host=connect",
                "spark.driver.bindAddress=0.0.0.0",
            ][..],
            &[
                "spark.driver.host=connect.jobs.svc.cluster.local",
                "spark.driver.bindAddress=0.0.0.0",
            ],
            &["spark.driver.host=$(POD_IP)"],
            &["spark.driver.host=driver.example.com"],
            &["spark.driver.host=10.0.0.7"],
            // The pod's address is what executors go by.
            &[
                "spark.kubernetes.executor.useDriverPodIP=true",
                "spark.driver.bindAddress=$(POD_IP)",
            ],
        ] {
            let found = told("Deployment", settings, "replicas: 1");
            assert_eq!(found, [""; 0], "{settings:?}");
        }
        let pod = ["spark.driver.host=connect-0.connect.jobs.svc", "spark.x=1"];
        assert_eq!(told("StatefulSet", &pod, "serviceName: connect"), [""; 0]);
        // Its pods have names of their own in DNS.
        assert_eq!(told("StatefulSet", &[], "serviceName: connect"), [""; 0]);
    }
}
