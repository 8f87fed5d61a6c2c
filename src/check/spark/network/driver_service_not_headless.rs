//! SK205: a driver behind an address that is not its own.

use super::driver::{HOST, Service, calls_back, goes_by_host};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK205",
    grade: Grade::Warning,
    page: Page {
        id: "spark/driver-service-not-headless",
        title: "a driver's Service with an address of its own",
        what: "A Service of the stream that `spark.driver.host` names has `clusterIP: None`. The running guide of Spark for client \
               mode asks for a headless one, and the one that Spark makes in cluster mode is headless \
               (`DriverServiceFeatureStep`).",
        why_platform: "A headless Service is a name in DNS and nothing else. One with an address puts a proxy between each \
                       executor and its driver: every port has to be listed, long connections outlive the pod that they led \
                       to, and a restart of the driver leaves them hanging.",
        why_data: "All that executors and driver tell each other goes through those connections: heartbeats, results, \
                   broadcasts. Two hops instead of one, and a port that nobody listed ends the job.",
        fix: "Set `clusterIP: None` and `publishNotReadyAddresses: true`, so that executors find the driver before it is ready. \
              Clients of a Connect server keep a Service of their own. The field cannot be changed in place: give the headless \
              one a new name.",
        before: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  selector: {app: connect}
  ports:
    - {name: driver, port: 7078}
    - {name: blockmanager, port: 7079}
---
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
  publishNotReadyAddresses: true
  selector: {app: connect}
  ports:
    - {name: driver, port: 7078}
    - {name: blockmanager, port: 7079}
---
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
    let service = service.filter(|service| !service.is_headless() && service.leads_to(case));
    let said = service.map(|service| {
        let message = format!(
            "Service `{}` is the driver's host of {} (`{}`) and has an address of its own",
            service.object.name,
            case.name(),
            case.shown(HOST)
        );
        let help = "set `clusterIP: None` and `publishNotReadyAddresses: true`, on a Service with a new name";
        let at = Site::object(service.object.index, Pointer::from_iter(["spec"]));
        at.say(message, help).because(
            "executors reach the driver through a proxy that forwards listed ports alone and keeps connections to a pod that \
             is gone",
        )
    });
    said.into_iter().collect()
}
