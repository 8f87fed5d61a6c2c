//! `hostPorts` and `hostProbesAndHostLifecycle`: reaching into and out of the node's network.

use super::{Control, Holder, Level, Page, Pod, Violation, since, text};

pub(super) const HOST_PORTS: Control = Control {
    id: "hostPorts",
    level: Level::Baseline,
    revisions: &[since(0, host_ports)],
    page: Page {
        id: "pod-security/hostPorts",
        title: "no ports of the node",
        what: "`ports[*].hostPort` of every container must be absent or 0.",
        why_platform: "A host port opens the node's own address past Services and most \
            NetworkPolicies, and only one pod a node can have it.",
        why_data: "Two executors or two notebooks that want the same host port never run on one \
            machine: the second stays Pending although there is room.",
        fix: "Remove `hostPort`. A Service (or an Ingress for the UI) reaches `containerPort` \
            without it.",
        before: "\
spec:
  containers:
  - name: jupyter
    ports:
    - containerPort: 8888
      hostPort: 8888
",
        after: "\
spec:
  containers:
  - name: jupyter
    ports:
    - containerPort: 8888
",
    },
};

pub(super) const HOST_PROBES: Control = Control {
    id: "hostProbesAndHostLifecycle",
    level: Level::Baseline,
    revisions: &[since(34, host_probes)],
    page: Page {
        id: "pod-security/hostProbesAndHostLifecycle",
        title: "probes and hooks stay with their pod",
        what: "`host` under `httpGet` and `tcpSocket` of the liveness, readiness and startup \
            probe, and of the lifecycle hooks `postStart` and `preStop`, must be absent or empty \
            in every container. Asked since v1.34.",
        why_platform: "The kubelet sends these requests from the node. With a `host` of their own \
            they let whoever writes a pod make the node call any address that it can reach.",
        why_data: "A readiness probe that asks another machine tells nothing about this one: a \
            driver counts as ready because some other server answers.",
        fix: "Remove `host`: the kubelet then asks the pod itself. A virtual host name goes into \
            `httpHeaders` as `Host`.",
        before: "\
spec:
  containers:
  - name: history-server
    readinessProbe:
      httpGet:
        host: history.example.com
        path: /api/v1/applications
        port: 18080
",
        after: "\
spec:
  containers:
  - name: history-server
    readinessProbe:
      httpGet:
        path: /api/v1/applications
        port: 18080
",
    },
};

/// Every place of a container where the kubelet reads a host; upstream, since v1.34.
const HOSTS: &[&[&str]] = &[
    &["livenessProbe", "httpGet", "host"],
    &["livenessProbe", "tcpSocket", "host"],
    &["readinessProbe", "httpGet", "host"],
    &["readinessProbe", "tcpSocket", "host"],
    &["startupProbe", "httpGet", "host"],
    &["startupProbe", "tcpSocket", "host"],
    &["lifecycle", "postStart", "httpGet", "host"],
    &["lifecycle", "postStart", "tcpSocket", "host"],
    &["lifecycle", "preStop", "httpGet", "host"],
    &["lifecycle", "preStop", "tcpSocket", "host"],
];

fn host_ports(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let of_container = |c: Holder<'_>| {
        let ports = c.items(&["ports"]).iter().enumerate();
        let bad = ports.filter(|(_, port)| {
            !port["hostPort"].is_null() && port["hostPort"].as_f64() != Some(0.0)
        });
        bad.map(|(i, port)| {
            c.violation(
                id,
                &["ports", &i.to_string(), "hostPort"],
                format!(
                    "{c} occupies port {} of its node (`hostPort`)",
                    port["hostPort"]
                ),
                "remove `hostPort`: a Service reaches `containerPort` without it",
            )
        })
        .collect::<Vec<_>>()
    };
    Holder::containers(pod).flat_map(of_container).collect()
}

fn host_probes(id: &'static str, pod: Pod<'_>) -> Vec<Violation> {
    let of_container = |c: Holder<'_>| {
        HOSTS
            .iter()
            .filter(|path| text(c.get(path)) != Some(""))
            .map(|path| {
                let (probe, host) = (path[..path.len() - 1].join("."), c.get(path));
                c.violation(
                    id,
                    path,
                    format!("{c} makes its node call {host} (`{probe}.host`)"),
                    "remove `host`, so that the pod itself is asked; a virtual host name goes into \
                    `httpHeaders`",
                )
            })
            .collect::<Vec<_>>()
    };
    Holder::containers(pod).flat_map(of_container).collect()
}
