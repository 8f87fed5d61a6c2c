//! Who reads from a pod, and what is in the way.

use super::*;

const POD: &str = "{metadata: {labels: {app: a}}, spec: {\
    initContainers: [{name: setup, ports: [{name: once, containerPort: 1}]}], \
    containers: [{name: c, ports: [{name: ui, containerPort: 4040}]}]}}";

/// What the stream says about port 4040 of the pod, in a namespace `n`.
fn scrape(documents: &[&str]) -> String {
    scrape_in(Some("ns"), documents)
}

fn scrape_in(namespace: Option<&str>, documents: &[&str]) -> String {
    let pod = yaml(POD);
    match facts(documents).scrape(namespace, Pod { value: &pod }, 4040) {
        Scrape::Monitored { by } => format!("monitored by {by}"),
        Scrape::Closed { by } => format!("closed by {by}"),
        Scrape::DeadMonitor { by, why } => format!("{by} is dead: {why}"),
        Scrape::Open => "open".to_owned(),
    }
}

fn service(ports: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: ns, labels: {{app: a}}}}, \
         spec: {{selector: {{app: a}}, ports: [{ports}]}}}}"
    )
}

fn monitor(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: monitoring.coreos.com/v1, kind: {kind}, metadata: {{name: m, namespace: ns}}, \
         spec: {{selector: {{matchLabels: {{app: a}}}}, {spec}}}}}"
    )
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: ns}}, \
         spec: {{{spec}}}}}"
    )
}

#[test]
fn service_monitors_go_by_the_ports_of_services() {
    let by_name = monitor("ServiceMonitor", "endpoints: [{port: metrics}]");
    for (ports, expected) in [
        (
            "{name: metrics, port: 80, targetPort: ui}",
            "monitored by ServiceMonitor/m",
        ),
        (
            "{name: metrics, port: 80, targetPort: 9999}",
            "monitored by ServiceMonitor/m",
        ),
        ("{name: metrics, port: 80}", "monitored by ServiceMonitor/m"),
        (
            "{name: grpc, port: 80}",
            "ServiceMonitor/m is dead: `Service/s` has no port named `metrics`",
        ),
        (
            "{name: metrics, port: 80, targetPort: gone}",
            "ServiceMonitor/m is dead: port `metrics` of `Service/s` goes to `gone`, which the pod does not declare",
        ),
    ] {
        assert_eq!(scrape(&[&service(ports), &by_name]), expected, "{ports}");
        assert_eq!(
            scrape(&[&by_name, &service(ports)]),
            expected,
            "in any order"
        );
    }
    let target = |port: &str| {
        monitor(
            "ServiceMonitor",
            &format!("endpoints: [{{targetPort: {port}}}]"),
        )
    };
    let any = service("{name: x, port: 1}");
    assert_eq!(
        scrape(&[&any, &target("4040")]),
        "monitored by ServiceMonitor/m"
    );
    assert_eq!(
        scrape(&[&any, &target("ui")]),
        "monitored by ServiceMonitor/m"
    );
    assert_eq!(
        scrape(&[&any, &target("4041")]),
        "ServiceMonitor/m is dead: the pod declares no port 4041"
    );
    assert_eq!(scrape(&[&by_name]), "open", "the Service may be elsewhere");
    let others =
        service("{name: metrics, port: 80}").replace("selector: {app: a}", "selector: {app: b}");
    assert_eq!(
        scrape(&[&others, &by_name]),
        "open",
        "the Service is for other pods"
    );
    let several = monitor("ServiceMonitor", "endpoints: [{port: gone}, {port: x}]");
    assert_eq!(scrape(&[&any, &several]), "monitored by ServiceMonitor/m");
}

#[test]
fn pod_monitors_go_by_the_ports_of_pods() {
    for (endpoint, expected) in [
        ("{port: ui}", "monitored by PodMonitor/m"),
        ("{portNumber: 4040}", "monitored by PodMonitor/m"),
        ("{targetPort: 4040}", "monitored by PodMonitor/m"),
        (
            "{port: metrics}",
            "PodMonitor/m is dead: the pod declares no port named `metrics`",
        ),
        (
            "{port: once}",
            "PodMonitor/m is dead: the pod declares no port named `once`",
        ),
        ("{}", "PodMonitor/m is dead: it names no port"),
    ] {
        let monitor = monitor("PodMonitor", &format!("podMetricsEndpoints: [{endpoint}]"));
        assert_eq!(scrape(&[&monitor]), expected, "{endpoint}");
    }
    let live = monitor("PodMonitor", "podMetricsEndpoints: [{port: ui}]");
    let dead = monitor("PodMonitor", "podMetricsEndpoints: [{port: gone}]");
    assert_eq!(scrape(&[&dead, &live]), "monitored by PodMonitor/m");
}

#[test]
fn monitors_look_into_their_namespaces() {
    let spec = |selector: &str| {
        monitor(
            "PodMonitor",
            &format!("namespaceSelector: {selector}, podMetricsEndpoints: [{{port: ui}}]"),
        )
    };
    let found = "monitored by PodMonitor/m";
    assert_eq!(scrape_in(Some("other"), &[&spec("{}")]), "open");
    assert_eq!(scrape_in(Some("other"), &[&spec("{any: true}")]), found);
    assert_eq!(
        scrape_in(Some("other"), &[&spec("{matchNames: [x, other]}")]),
        found
    );
    assert_eq!(scrape_in(Some("ns"), &[&spec("{matchNames: [x]}")]), "open");
    // The release's namespace may be any.
    assert_eq!(scrape_in(None, &[&spec("{matchNames: [x]}")]), found);
    assert_eq!(scrape_in(None, &[&spec("{}")]), found);
}

#[test]
fn policies_close_what_they_do_not_open() {
    let deny = policy("deny", "podSelector: {}, policyTypes: [Ingress]");
    assert_eq!(scrape(&[&deny]), "closed by NetworkPolicy/deny");
    for (ingress, open) in [
        ("{}", true),
        ("{from: []}", true),
        ("{ports: [{port: 4040}]}", true),
        ("{ports: [{port: 4000, endPort: 4100}]}", true),
        ("{ports: [{port: ui}]}", true),
        ("{ports: [{protocol: TCP}]}", true),
        ("{ports: [{port: 15002}]}", false),
        ("{ports: [{port: 4040, protocol: UDP}]}", false),
        ("{ports: [{port: grpc}]}", false),
        ("{from: [{namespaceSelector: {}}]}", true),
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", true),
        (
            "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]}",
            true,
        ),
        (
            "{from: [{podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}}]}",
            true,
        ),
        (
            "{from: [{namespaceSelector: {matchLabels: {namespace: spark}}}]}",
            false,
        ),
        ("{from: [{podSelector: {}}]}", false),
        (
            "{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: x}}}]}",
            false,
        ),
        ("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}", false),
    ] {
        let allow = policy(
            "allow",
            &format!("podSelector: {{matchLabels: {{app: a}}}}, ingress: [{ingress}]"),
        );
        let expected = if open {
            "open"
        } else {
            "closed by NetworkPolicy/deny"
        };
        assert_eq!(scrape(&[&deny, &allow]), expected, "{ingress}");
    }
}

#[test]
fn policies_for_others_close_nothing() {
    for spec in [
        "podSelector: {}, policyTypes: [Egress]",
        "podSelector: {matchLabels: {app: b}}",
        "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [a]}]}",
        "podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}",
        "podSelector: {matchExpressions: [{key: app, operator: Like, values: [a]}]}",
    ] {
        assert_eq!(scrape(&[&policy("p", spec)]), "open", "{spec}");
    }
    let exists = policy(
        "p",
        "podSelector: {matchExpressions: [{key: app, operator: Exists}]}",
    );
    assert_eq!(scrape(&[&exists]), "closed by NetworkPolicy/p");
    assert_eq!(scrape_in(Some("other"), &[&exists]), "open");
    assert_eq!(scrape_in(None, &[&exists]), "closed by NetworkPolicy/p");
}

#[test]
fn a_closed_port_outweighs_a_dead_monitor() {
    let deny = policy("deny", "podSelector: {}");
    let dead = monitor("PodMonitor", "podMetricsEndpoints: [{port: gone}]");
    assert_eq!(scrape(&[&dead, &deny]), "closed by NetworkPolicy/deny");
}
