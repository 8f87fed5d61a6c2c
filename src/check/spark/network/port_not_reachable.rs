//! SK203: ports that others must reach, and that lead nowhere.

use super::driver::{BLOCK_MANAGER, PORT, Service, calls_back, goes_by_host, has_neighbour};
use super::driver::{GRPC, GRPC_PORT, grpc_port, is_closed, is_loopback};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::conf::Told;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK203",
    grade: Grade::High,
    page: Page {
        id: "spark/port-not-reachable",
        title: "a port that others must reach, and cannot",
        what: "Where `spark.driver.host` names a Service with an address of its own, `spark.driver.port` and \
               `spark.driver.blockManager.port` (or `spark.blockManager.port`) are fixed, and the Service sends both to the same \
               number of the driver's pod. Unset and 0 are a random port. With the pod's address, or a headless Service, any \
               port does, and nothing is said. Of a Connect server: a Service that leads to it sends to \
               `spark.connect.grpc.binding.port`, and `spark.connect.grpc.binding.address`, where it is set, lets other pods in \
               (`SparkEnv`, `Utils.startServiceOnPort`, `SparkConnectService.start`, 3.5 to 4.3).",
        why_platform: "A Service with an address forwards the ports that it lists, and no other. Packets to a port that is not \
                       in the list are dropped or refused; nothing in the cluster reports it.",
        why_data: "Executors register through `spark.driver.port` and fetch what tasks need through the block manager's. If \
                   either is closed, executors come and go, or tasks hang at their first broadcast.",
        fix: "Pin both (`7078` and `7079` are Spark's own choice in cluster mode) and list both in the Service, or make the \
              Service headless.",
        before: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  selector: {app: connect}
  ports:
    - {name: grpc, port: 15002}
    - {name: driver, port: 7078}
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
                 --conf, spark.driver.bindAddress=0.0.0.0, --conf, spark.driver.port=7078,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: v1
kind: Service
metadata: {name: connect}
spec:
  selector: {app: connect}
  ports:
    - {name: grpc, port: 15002}
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
                 --conf, spark.driver.bindAddress=0.0.0.0, --conf, spark.driver.port=7078,
                 --conf, spark.driver.blockManager.port=7079,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

const GRPC_ADDRESS: &str = "spark.connect.grpc.binding.address";
const WHY: &str =
    "executors cannot call the driver back: they exit, or tasks hang at their first broadcast";

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    if calls_back(case) && goes_by_host(case) {
        let service = Service::of_host(case)
            .filter(|service| !service.is_headless() && service.leads_to(case));
        if let Some(service) = service {
            let keys = [(PORT, 7078), (BLOCK_MANAGER, 7079)];
            said.extend(
                keys.into_iter()
                    .filter_map(|key| of_driver(case, service, key)),
            );
        }
    }
    if case.role == "spark-connect" && case.operator.is_none() && !has_neighbour(case) {
        said.extend(of_server(case));
    }
    said
}

/// A port of the driver behind a Service with an address.
fn of_driver(case: Case<'_>, service: Service<'_>, (key, usual): (&str, u64)) -> Option<Said> {
    let name = service.object.name;
    let port = case.conf().number(key)?;
    if port == 0 {
        let told = is_closed(case) || matches!(case.conf().get(key), Told::Set(_));
        return told.then(|| {
            let message = format!(
                "`{key}` is a random port, and `{}` leads through Service `{name}`, which cannot list it",
                case.shown(super::driver::HOST)
            );
            let help = format!("set `{key}={usual}`, and list that port in the Service");
            case.at(key).say(message, help).because(WHY)
        });
    }
    let port = u64::try_from(port).ok()?;
    let ports = service.ports(case);
    let target = ports.iter().find(|(number, _)| *number == port);
    let wrong = match target {
        None => "does not list it".to_owned(),
        Some((_, Some(other))) if *other != port => format!("sends it to {other}"),
        Some(_) => return None,
    };
    let message = format!(
        "Service `{name}` is the driver's host, and {wrong}: port {port}, `{key}` of {}",
        case.name()
    );
    let at = Site::object(service.object.index, Pointer::from_iter(["spec", "ports"]));
    let help =
        format!("list `port: {port}` with the same `targetPort`, or make the Service headless");
    Some(at.say(message, help).because(WHY))
}

/// Where clients of a Connect server are sent, and where it listens.
fn of_server(case: Case<'_>) -> Option<Said> {
    let port = grpc_port(case)?;
    let sends_to = |wanted: u64| {
        Service::around(case).find(|service| {
            let ports = service.ports(case);
            ports.iter().any(|(_, target)| *target == Some(wanted))
        })
    };
    if port != GRPC && sends_to(port).is_none() {
        let service = sends_to(GRPC)?;
        let message = format!(
            "Service `{}` sends to port {GRPC}, and the Connect server listens on {port}: `{}` of {}",
            service.object.name,
            case.shown(GRPC_PORT),
            case.name()
        );
        let at = Site::object(service.object.index, Pointer::from_iter(["spec", "ports"]));
        let said = at.say(message, format!("send to `targetPort: {port}`"));
        return Some(said.because("every client is refused, and the pod is ready all the same"));
    }
    let address = case.conf().text(GRPC_ADDRESS)?;
    let service = sends_to(port).filter(|_| is_loopback(address.trim()))?;
    let message = format!(
        "`{}` lets nobody in but the server's own pod, and Service `{}` sends clients there",
        case.shown(GRPC_ADDRESS),
        service.object.name
    );
    let help =
        format!("set `{GRPC_ADDRESS}=0.0.0.0`, or leave it out: then every address is bound");
    let said = case.at(GRPC_ADDRESS).say(message, help);
    Some(said.because("every client from another pod is refused"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(service: &str, settings: &[&str]) -> Vec<String> {
        let settings: Vec<_> = settings
            .iter()
            .map(|setting| format!("--conf, '{setting}', "))
            .collect();
        let settings = settings.concat();
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: connect}}\nspec: {{selector: {{app: connect}}, {service}}}\n---\n\
             apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: connect}}\nspec:\n  template:\n    metadata: {{labels: {{app: connect}}}}\n    spec:\n      containers:\n        - name: connect\n          image: apache/spark:4.1.4\n          ports: [{{name: driver, containerPort: 7078}}]\n          args: [spark-submit, --master, 'k8s://https://kubernetes.default.svc:443', --conf, spark.driver.bindAddress=0.0.0.0, {settings} --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]\n"
        );
        let found = said(RULE.page.id, &text);
        found.into_iter().map(|(_, message)| message).collect()
    }

    const PINNED: [&str; 3] = [
        "spark.driver.host=connect",
        "spark.driver.port=7078",
        "spark.driver.blockManager.port=7079",
    ];

    /// Field failures 010 and 024: the Service does not list what executors call.
    #[test]
    fn ports_behind_a_service_with_an_address() {
        let grpc = "ports: [{port: 15002}]";
        let found = told(grpc, &PINNED);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("does not list it: port 7078"),
            "{found:?}"
        );
        let found = told(grpc, &PINNED[..1]);
        assert!(
            found[0].starts_with("`spark.driver.port` is a random port"),
            "{found:?}"
        );
        let moved = "ports: [{port: 7078, targetPort: driver}, {port: 7079, targetPort: 7999}]";
        let found = told(moved, &PINNED);
        assert!(
            found[0].contains("sends it to 7999: port 7079"),
            "{found:?}"
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn any_port_does_without_one() {
        assert_eq!(told("clusterIP: None", &PINNED[..1]), [""; 0]);
        assert_eq!(
            told("ports: [{port: 15002}]", &["spark.driver.host=$(POD_IP)"]),
            [""; 0]
        );
        let shared = [
            "spark.driver.host=connect",
            "spark.driver.port=${P}",
            "spark.blockManager.port=7079",
        ];
        assert_eq!(told("ports: [{port: 7079}]", &shared), [""; 0]);
    }

    /// Field failures 027 and 028: the Connect server's binding.
    #[test]
    fn a_connect_server_that_lets_nobody_in() {
        let own = |address: &'static str, port: &'static str| {
            told(
                "ports: [{port: 15002}]",
                &["spark.driver.host=$(POD_IP)", address, port],
            )
        };
        let local = own("spark.connect.grpc.binding.address=127.0.0.1", "spark.x=1");
        assert!(local[0].contains("lets nobody in"), "{local:?}");
        let moved = own("spark.x=1", "spark.connect.grpc.binding.port=15003");
        assert!(moved[0].contains("sends to port 15002"), "{moved:?}");
        assert_eq!(
            own("spark.connect.grpc.binding.address=0.0.0.0", "spark.x=1"),
            [""; 0]
        );
        assert_eq!(
            own("spark.connect.grpc.binding.address=$(POD_IP)", "spark.x=1"),
            [""; 0]
        );
    }
}
