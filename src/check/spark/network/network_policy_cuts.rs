//! SK212: policies of the network that cut executors off.

use super::driver::{BLOCK_MANAGER, PORT, is_closed, owner};
use super::peer::Peer;
use super::policy::{Far, Way, closed};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::Object;
use crate::spark::conf::Told;
use crate::spark::process::Mode;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK212",
    grade: Grade::High,
    page: Page {
        id: "spark/network-policy-cuts",
        title: "a NetworkPolicy that cuts executors off",
        what: "Where a NetworkPolicy of the stream isolates the pod of a driver, or those of its executors, policies of the stream \
               let through: executors to `spark.driver.port` and `spark.driver.blockManager.port` of the driver; driver and \
               executors to `spark.blockManager.port` of executors; the driver to the API server; both to DNS. A port that is \
               not pinned is a random one, which only a rule without ports, or with a range, lets through. Labels of executors \
               are those that Spark sets (`spark-role: executor`), of settings and of the pod template. What cannot be told, such \
               as addresses, labels of namespaces, or labels that an operator adds, counts as let through; the policy that Spark \
               4.2 makes for executors in cluster mode is taken into account.",
        why_platform: "Policies add up: once one selects a pod, all that none allows is dropped, without an answer and without a \
                       log. A policy that denies everything needs one for executors, too, and they are made with labels of \
                       Spark's.",
        why_data: "Executors start and cannot register, or register and cannot exchange shuffle blocks. The log repeats \
                   \"Initial job has not accepted any resources\", or a job hangs in its second stage.",
        fix: "Pin `spark.driver.port`, `spark.driver.blockManager.port` and `spark.blockManager.port`, and allow them both ways \
              between the driver and `spark-role: executor`; allow DNS for both, and the API server for the driver.",
        before: BEFORE,
        after: AFTER,
    },
    judge: Judge::Process(judge),
};

const BEFORE: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: connect}
spec:
  podSelector: {matchLabels: {app: connect}}
  policyTypes: [Ingress]
  ingress:
    - ports: [{port: 15002}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --conf, spark.driver.port=7078,
                 --conf, spark.driver.blockManager.port=7079,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
";

const AFTER: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: connect}
spec:
  podSelector: {matchLabels: {app: connect}}
  policyTypes: [Ingress]
  ingress:
    - ports: [{port: 15002}]
    - from: [{podSelector: {matchLabels: {spark-role: executor}}}]
      ports: [{port: 7078}, {port: 7079}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    metadata: {labels: {app: connect}}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443, --conf, spark.driver.port=7078,
                 --conf, spark.driver.blockManager.port=7079,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
";

const EXECUTORS_PORT: &str = "spark.blockManager.port";

/// A connection that somebody has to make: the far end, its port, and what it is, in words.
struct Call<'p> {
    far: Far<'p>,
    port: Option<u64>,
    what: String,
}

/// A port with a name: nothing is a random one.
type Port = (Option<u64>, String);

fn judge(case: Case<'_>) -> Vec<Said> {
    let has_policies = case.world.of_kind("NetworkPolicy").next().is_some();
    if !case.makes_executors() || !has_policies {
        return Vec::new();
    }
    let (driver, executors) = (Peer::driver(case), Peer::executors(case));
    let ports = [(PORT, Some(7078)), (BLOCK_MANAGER, Some(7079))];
    let ports: Vec<_> = ports
        .into_iter()
        .filter_map(|port| port_of(case, port))
        .collect();
    let block: Vec<_> = port_of(case, (EXECUTORS_PORT, None)).into_iter().collect();
    // From 4.2 on, Spark's own policy lets pods of one application in to its executors.
    let own_policy = case.mode == Mode::Cluster && case.version.since(4, 2);
    let between = || to(Far::Pod(&executors), &block, "executors");
    let inward = if own_policy { Vec::new() } else { between() };
    let mut from_driver = between();
    from_driver.extend([api(case), dns()]);
    let mut from_executors = to(Far::Pod(&driver), &ports, "the driver");
    from_executors.extend(between());
    from_executors.push(dns());
    let all = [
        (
            "the driver",
            &driver,
            Way::In,
            to(Far::Pod(&executors), &ports, ""),
        ),
        ("the driver", &driver, Way::Out, from_driver),
        ("executors", &executors, Way::In, inward),
        ("executors", &executors, Way::Out, from_executors),
    ];
    let said = all
        .into_iter()
        .filter_map(|(who, near, way, calls)| cut(case, who, (near, way), calls));
    said.collect()
}

/// One finding for a pod and a way, with all that is closed.
fn cut(case: Case<'_>, who: &str, (near, way): (&Peer, Way), calls: Vec<Call<'_>>) -> Option<Said> {
    let mut by: Option<&Object<'_>> = None;
    let mut closed_calls = Vec::new();
    for call in calls {
        if let Some(policy) = closed(case.world, near, way, call.far, call.port) {
            by = by.or(Some(policy));
            closed_calls.push(call.what);
        }
    }
    let policy = by?;
    let (verb, field) = match way {
        Way::In => ("in", "ingress"),
        Way::Out => ("out", "egress"),
    };
    let whose = match who {
        "executors" => format!("executors of {}", owner(case)),
        _ => case.name(),
    };
    let message = format!(
        "NetworkPolicy `{}` isolates {whose}, and no policy of the stream lets {verb}: {}",
        policy.name,
        closed_calls.join(", ")
    );
    let pods = match who {
        "executors" => "pods with `spark-role: executor`",
        _ => "the driver's pod",
    };
    let help = format!("add a policy with `{field}` for {pods} that allows them");
    let at = Site::object(policy.index, Pointer::from_iter(["spec"]));
    Some(at.say(message, help).because(
        "packets are dropped without an answer: executors never register, or jobs hang when they exchange data",
    ))
}

/// Calls to these ports of somebody.
fn to<'p>(far: Far<'p>, ports: &[Port], whose: &str) -> Vec<Call<'p>> {
    let calls = ports.iter().map(|(port, word)| Call {
        far,
        port: *port,
        what: match whose {
            "" => word.clone(),
            _ => format!("{word} of {whose}"),
        },
    });
    calls.collect()
}

fn dns() -> Call<'static> {
    Call {
        far: Far::Dns,
        port: None,
        what: "DNS (port 53)".to_owned(),
    }
}

/// The API server, at the port of the master, too.
fn api(case: Case<'_>) -> Call<'static> {
    let master = case.conf().text("spark.master");
    let digits = master
        .as_deref()
        .and_then(|text| text.trim_end_matches('/').rsplit(':').next());
    Call {
        far: Far::Api,
        port: digits.and_then(|digits| digits.parse().ok()),
        what: "the API server".to_owned(),
    }
}

/// The port that a setting comes to; nothing where that is not known. `usual` is what Spark takes in cluster mode.
fn port_of(case: Case<'_>, (key, usual): (&str, Option<u64>)) -> Option<Port> {
    let number = u64::try_from(case.conf().number(key)?).ok()?;
    let fixed = match (number, case.mode) {
        (0, Mode::Cluster) => usual,
        (0, _) => None,
        (number, _) => Some(number),
    };
    if let Some(port) = fixed {
        return Some((Some(port), format!("port {port}")));
    }
    // A notebook's or a job's own code may pin it.
    let told = case.mode == Mode::Cluster || is_closed(case);
    let told = told || matches!(case.conf().get(key), Told::Set(_));
    told.then(|| (None, format!("the random `{key}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn policy(name: &str, spec: &str) -> String {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}}}\nspec: {spec}\n"
        )
    }

    /// A Connect server with these policies, and `more` arguments.
    fn told(policies: &[String], more: &str) -> Vec<String> {
        let (_, server) = AFTER.split_once("---\n").unwrap();
        let mut server = server.replace("--class", &format!("{more} --class"));
        if more.contains("/t/") {
            server += "          volumeMounts: [{name: t, mountPath: /t}]\n      volumes: [{name: t, configMap: {name: t}}]\n";
        }
        let found = said(RULE.page.id, &format!("{server}{}", policies.concat()));
        found
            .into_iter()
            .map(|(place, message)| format!("{place}: {message}"))
            .collect()
    }

    /// Field failure 024, the other way: everything is denied, and only the server was thought of.
    #[test]
    fn executors_have_no_policy_of_their_own() {
        let deny = policy("deny", "{podSelector: {}, policyTypes: [Ingress, Egress]}");
        let server = policy(
            "server",
            "{podSelector: {matchLabels: {app: connect}}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}",
        );
        let found = told(&[deny.clone(), server.clone()], "");
        assert_eq!(
            found,
            [
                "NetworkPolicy/deny /spec: NetworkPolicy `deny` isolates executors of container `connect`, and no policy of the stream lets in: the random `spark.blockManager.port` of executors",
                "NetworkPolicy/deny /spec: NetworkPolicy `deny` isolates executors of container `connect`, and no policy of the stream lets out: port 7078 of the driver, port 7079 of the driver, the random `spark.blockManager.port` of executors, DNS (port 53)",
            ]
        );
        let executors = policy(
            "executors",
            "{podSelector: {matchLabels: {spark-role: executor}}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}",
        );
        assert_eq!(told(&[deny, server, executors], ""), [""; 0]);
    }

    #[test]
    fn what_the_driver_needs() {
        let out = |rules: &str| {
            told(
                &[policy(
                    "p",
                    &format!("{{podSelector: {{}}, policyTypes: [Egress], egress: [{rules}]}}"),
                )],
                "",
            )
        };
        let found = out("{to: [{podSelector: {}}]}");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains(
                "isolates container `connect`, and no policy of the stream lets out: the API server"
            ),
            "{found:?}"
        );
        let api = "{to: [{podSelector: {}}]}, {to: [{ipBlock: {cidr: 10.0.0.1/32}}], ports: [{port: 443}]}, {to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{protocol: UDP, port: 53}]}";
        assert_eq!(out(api), [""; 0]);
    }

    #[test]
    fn what_is_not_known_may_be_allowed() {
        let deny = policy("deny", "{podSelector: {}, policyTypes: [Ingress]}");
        let labelled = policy(
            "executors",
            "{podSelector: {matchLabels: {team: x}}, ingress: [{}]}",
        );
        let both = [
            deny,
            labelled,
            policy(
                "s",
                "{podSelector: {matchLabels: {app: connect}}, ingress: [{}]}",
            ),
        ];
        assert_eq!(told(&both, "").len(), 1);
        // The template may have that label.
        let template = "--conf, spark.kubernetes.executor.podTemplateFile=/t/executor.yaml,";
        assert_eq!(told(&both, template), [""; 0]);
        let file = |label: &str| {
            let text = format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: t}}\ndata:\n  executor.yaml: |\n    metadata: {{labels: {{team: {label}}}}}\n    spec: {{containers: []}}\n"
            );
            let [deny, labelled, own] = both.clone();
            told(&[deny, labelled, own, text], template)
        };
        assert_eq!(file("x"), [""; 0]);
        assert_eq!(file("y").len(), 1);
        assert_eq!(file("${TEAM}"), [""; 0]);
    }

    #[test]
    fn a_random_port_needs_a_rule_without_ports() {
        let random = "--conf, spark.driver.port=0,";
        let found = said(
            RULE.page.id,
            &AFTER.replace("--conf, spark.driver.port=7078,", random),
        );
        assert!(
            found[0]
                .1
                .contains("lets in: the random `spark.driver.port`"),
            "{found:?}"
        );
        let open = AFTER.replace(
            "ports: [{port: 7078}, {port: 7079}]",
            "ports: [{port: 1024, endPort: 65535}]",
        );
        assert_eq!(
            said(
                RULE.page.id,
                &open.replace("--conf, spark.driver.port=7078,", random)
            ),
            []
        );
    }
}
