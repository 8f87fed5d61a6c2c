//! What is scraped of a driver or a daemon, and what its web interface serves.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::check::spark::world::{same_namespace, selects};
use crate::manifest::spark::text_of;
use crate::manifest::{Container, ContainerKind};
use crate::spark::conf::Told;
use crate::spark::process::SeenPod;
use crate::yaml::Pointer;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The path that Prometheus takes where none is written.
const PATH: &str = "/metrics";
/// The figures of all executors, on the driver's interface.
pub(super) const EXECUTORS: &str = "/metrics/executors/prometheus";

/// Something that tells Prometheus to read at a port of a process.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) site: Site,
    pub(super) port: u16,
    /// Without a slash at its end.
    pub(super) path: String,
    /// What tells so.
    pub(super) by: String,
}

/// The web interface of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ui {
    pub(super) port: u16,
    pub(super) on: bool,
    /// Paths with figures for Prometheus that a sink serves.
    pub(super) sink: &'static [&'static str],
    /// The instances of `metrics.properties` that the sink may be set for.
    pub(super) instances: &'static [&'static str],
}

/// Role, setting of the port, its default, the variable of it, paths and instances of the sink.
/// Source: `SparkUI`, `MasterWebUI`, `WorkerWebUI`, `HistoryServer`, `PrometheusServlet`, `MetricsSystem` of 3.5 to 4.3.
type Row = (
    &'static str,
    &'static str,
    u16,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);
const ROWS: [Row; 4] = [
    (
        "spark-history-server",
        "spark.history.ui.port",
        18080,
        "",
        &[],
        &[],
    ),
    (
        "spark-master",
        "spark.master.ui.port",
        8080,
        "SPARK_MASTER_WEBUI_PORT",
        &[
            "/metrics/master/prometheus",
            "/metrics/applications/prometheus",
        ],
        &["*", "master", "applications"],
    ),
    (
        "spark-worker",
        "spark.worker.ui.port",
        8081,
        "SPARK_WORKER_WEBUI_PORT",
        &["/metrics/prometheus"],
        &["*", "worker"],
    ),
    (
        "",
        "spark.ui.port",
        4040,
        "",
        &["/metrics/prometheus"],
        &["*", "driver"],
    ),
];

/// The interface of a process; nothing where its port is not told.
pub(super) fn ui(case: Case<'_>) -> Option<Ui> {
    let row = ROWS
        .iter()
        .find(|row| row.0 == case.role || row.0.is_empty());
    let (role, key, port, variable, sink, instances) = *row?;
    let port = match case.conf().get(key) {
        Told::Set(known) => known.text.trim().parse().ok().filter(|port| *port > 0)?,
        Told::Unknown => return None,
        Told::Unset if texts(case).any(|text| text.contains("--webui-port")) => return None,
        Told::Unset => written_port(case, variable, port)?,
    };
    let on = !role.is_empty() || case.conf().flag("spark.ui.enabled")?;
    Some(Ui {
        port,
        on,
        sink,
        instances,
    })
}

/// The port that a variable sets, or the default one; nothing where its value is not told.
fn written_port(case: Case<'_>, variable: &str, default: u16) -> Option<u16> {
    let env = case.own().and_then(|own| own.value["env"].as_array());
    let mut env = env.into_iter().flatten();
    match env.find(|own| !variable.is_empty() && own["name"] == variable) {
        Some(own) => text_of(&own["value"]).parse().ok(),
        None => Some(default),
    }
}

/// Whether an agent or a plugin may serve figures at a port of its own: a JMX exporter in the JVM.
pub(super) fn has_agent(case: Case<'_>) -> bool {
    let conf = case.conf();
    let options = [
        "spark.driver.extraJavaOptions",
        "spark.driver.defaultJavaOptions",
    ];
    let in_options = options.into_iter().any(|key| serves(conf.get(key)));
    let named = |text: &str| text.contains("javaagent") || text.contains("jmx");
    let plugin = conf.get("spark.plugins") != Told::Unset;
    in_options || plugin || is_monitored(case) || texts(case).any(named)
}

/// Whether Java options have an agent, or are not told.
pub(super) fn serves(told: Told<'_>) -> bool {
    match told {
        Told::Unset => false,
        Told::Unknown => true,
        Told::Set(known) => known.text.contains("javaagent") || known.text.contains("jmx"),
    }
}

/// Whether the operator itself sets up metrics: it writes annotations and settings of its own.
pub(super) fn is_monitored(case: Case<'_>) -> bool {
    case.operator.is_some() && case.application().0["monitoring"].is_object()
}

/// The words and variables of its containers.
fn texts(case: Case<'_>) -> impl Iterator<Item = &str> {
    let pod = case.driver_pod();
    let containers = pod.into_iter().flat_map(|pod| pod.pod().containers());
    containers.flat_map(|container| {
        let words = ["command", "args"].into_iter().flat_map(move |list| {
            let words = container.value[list].as_array();
            words.into_iter().flatten().map(text_of)
        });
        let env = container.value["env"].as_array().into_iter().flatten();
        words.chain(env.map(|variable| text_of(&variable["value"])))
    })
}

/// Whether anything in the pod may listen at a port: it is declared, or some text names it.
pub(super) fn may_listen(case: Case<'_>, port: u16) -> bool {
    let word = port.to_string();
    let named = |text: &str| crate::manifest::spark::holds(text, &word);
    let mut declared = ports(case.driver_pod());
    let mut conf = case.conf().iter();
    declared.any(|(_, number)| number == port)
        || texts(case).any(named)
        || conf.any(|(_, entries)| entries.iter().any(|entry| named(&entry.text)))
        || case.conf().may_hold(&word)
}

fn ports(pod: Option<&SeenPod>) -> impl Iterator<Item = (&str, u16)> {
    let containers = pod.into_iter().flat_map(|pod| pod.pod().containers());
    let running = containers.filter(|container: &Container<'_>| {
        matches!(container.kind, ContainerKind::Main | ContainerKind::Sidecar)
    });
    let ports = running.flat_map(Container::ports);
    ports.map(|port| (port.name, port.number))
}

/// Whatever makes Prometheus read of a process: annotations of its pod, monitors that select it.
pub(super) fn targets(case: Case<'_>) -> Vec<Target> {
    if is_monitored(case) {
        return Vec::new();
    }
    let mut found = Vec::from_iter(annotated(case));
    found.extend(monitored(case));
    found.retain(|target| !target.path.contains(['$', '{']));
    found
}

fn annotated(case: Case<'_>) -> Option<Target> {
    let pod = case.driver_pod();
    let written = pod.map_or(&Value::Null, |pod| &pod.pod().metadata()["annotations"]);
    let said = |name: &str| {
        let key = format!("prometheus.io/{name}");
        match written.get(&key) {
            Some(value) if value.is_boolean() => Some(value.to_string()),
            Some(value) => Some(text_of(value).to_owned()),
            None if case.own().is_some() => None,
            None => {
                let key = format!("spark.kubernetes.driver.annotation.{key}");
                case.conf().text(&key).map(Cow::into_owned)
            }
        }
    };
    let site = |name: &str| {
        let key = format!("prometheus.io/{name}");
        match pod.filter(|_| written.get(&key).is_some()) {
            Some(pod) => {
                let at = Pointer::from_iter(["metadata", "annotations"]).child(key);
                Site::object(case.object, pod.at(&at))
            }
            None => case.at(&format!("spark.kubernetes.driver.annotation.{key}")),
        }
    };
    let on = said("scrape").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let port = said("port").filter(|_| on)?.trim().parse().ok()?;
    let (by, name) = match said("path") {
        Some(path) => (format!("`prometheus.io/path: {path}`"), "path"),
        None => (
            format!("`prometheus.io/port: {port}` and no path, which is `{PATH}`,"),
            "port",
        ),
    };
    Some(Target {
        site: site(name),
        port,
        path: clean(said("path").as_deref().unwrap_or(PATH)),
        by,
    })
}

fn clean(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    format!("/{}", path.trim_matches('/'))
}

/// The endpoints of monitors that select the pod and lead to a port of it.
fn monitored(case: Case<'_>) -> Vec<Target> {
    let Some(pod) = case.own_pod() else {
        return Vec::new();
    };
    let labels = &pod.pod().metadata()["labels"];
    let services = case.world.services(case.namespace(), labels);
    let services: Vec<_> = services.map(|(_, service)| service).collect();
    // Copies of a release have the same labels, and one monitor may select several of the Services.
    let mut of_services = BTreeMap::new();
    let mut known: Vec<&Value> = Vec::new();
    for labels in services
        .iter()
        .map(|service| &service["metadata"]["labels"])
    {
        if !known.contains(&labels) {
            known.push(labels);
            let found = case.world.selecting("ServiceMonitor", labels);
            of_services.extend(found.map(|(object, value)| (object.index, value)));
        }
    }
    let of_pods = case.world.selecting("PodMonitor", labels);
    let of_pods: BTreeMap<_, _> = of_pods
        .map(|(object, value)| (object.index, value))
        .collect();
    let mut found = Vec::new();
    for (kind, list, monitors) in [
        ("PodMonitor", "podMetricsEndpoints", of_pods),
        ("ServiceMonitor", "endpoints", of_services),
    ] {
        for (index, value) in monitors {
            let object = case.world.object(index);
            let own = object.namespace.unwrap_or_default();
            if !looks_into(&value["spec"]["namespaceSelector"], own, case.namespace()) {
                continue;
            }
            let endpoints = value["spec"][list].as_array().into_iter().flatten();
            for (at, endpoint) in endpoints.enumerate() {
                let port = match kind {
                    "PodMonitor" => of_pod(endpoint, pod),
                    _ => of_service(&services, value, endpoint, pod),
                };
                let Some(port) = port else {
                    continue;
                };
                let path = endpoint["path"].as_str().unwrap_or(PATH);
                let site = Pointer::from_iter(["spec", list]).child(at);
                found.push(Target {
                    site: Site::object(object.index, site),
                    port,
                    path: clean(path),
                    by: format!("`path: {path}`"),
                });
            }
        }
    }
    found
}

/// Whether a monitor in `own` selects what is in `namespace`.
pub(super) fn looks_into(selector: &Value, own: &str, namespace: &str) -> bool {
    if selector["any"] == true {
        return true;
    }
    match selector["matchNames"].as_array() {
        Some(names) if !names.is_empty() => names
            .iter()
            .any(|name| same_namespace(text_of(name), namespace)),
        _ => same_namespace(own, namespace),
    }
}

fn of_pod(endpoint: &Value, pod: &SeenPod) -> Option<u16> {
    match endpoint["port"].as_str() {
        Some(name) => numbered(pod, name),
        None => endpoint["portNumber"].as_u64()?.try_into().ok(),
    }
}

fn numbered(pod: &SeenPod, name: &str) -> Option<u16> {
    let mut ports = ports(Some(pod));
    ports
        .find(|(own, _)| *own == name)
        .map(|(_, number)| number)
}

fn of_service(
    services: &[&Value],
    monitor: &Value,
    endpoint: &Value,
    pod: &SeenPod,
) -> Option<u16> {
    let name = endpoint["port"].as_str()?;
    let mut monitored = services
        .iter()
        .filter(|service| selects(&monitor["spec"]["selector"], &service["metadata"]["labels"]));
    monitored.find_map(|service| {
        let mut ports = service["spec"]["ports"].as_array()?.iter();
        let port = ports.find(|port| port["name"] == name)?;
        match &port["targetPort"] {
            Value::String(name) => numbered(pod, name),
            Value::Null => port["port"].as_u64()?.try_into().ok(),
            number => number.as_u64()?.try_into().ok(),
        }
    })
}
