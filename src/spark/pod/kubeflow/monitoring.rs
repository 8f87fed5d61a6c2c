//! What `monitoring.prometheus` of an application adds: settings before Spark is asked, and a file and a port to its pods.
//!
//! Source: `internal/controller/sparkapplication/monitoring_config.go` and `addPrometheusConfig` in
//! `internal/webhook/sparkpod_defaulter.go` of kubeflow/spark-operator 2.5.2.

use super::{Passed, plain};
use crate::spark::template::list;
use serde_json::{Value, json};

const AT: &str = "/spec/monitoring";
/// Where the operator's `ConfigMap` is mounted.
const FOLDER: &str = "/etc/metrics/conf";
const PORT: u64 = 8090;
const PORT_NAME: &str = "jmx-exporter";

/// An application's `monitoring`, where it has an exporter for Prometheus.
#[derive(Clone, Copy)]
struct Monitoring<'a>(&'a Value);

impl<'a> Monitoring<'a> {
    fn of(app: &'a Value) -> Option<Self> {
        let own = app.pointer(AT)?;
        own["prometheus"].is_object().then_some(Self(own))
    }

    fn exposes(self, role: &str) -> bool {
        self.0[switch(role)] == true
    }

    fn port(self) -> u64 {
        self.0["prometheus"]["port"].as_u64().unwrap_or(PORT)
    }

    /// A file of the image's own with Spark's `metrics.properties`.
    fn metrics_file(self) -> Option<&'a str> {
        named(&self.0["metricsPropertiesFile"])
    }

    /// A file of the image's own that configures the exporter.
    fn config_file(self) -> Option<&'a str> {
        named(&self.0["prometheus"]["configFile"])
    }

    fn agent(self) -> String {
        let own = format!("{FOLDER}/prometheus.yaml");
        let jar = plain(&self.0["prometheus"]["jmxExporterJar"]);
        let file = self.config_file().unwrap_or(&own);
        format!("-javaagent:{jar}={}:{file}", self.port())
    }
}

fn named(file: &Value) -> Option<&str> {
    file.as_str().filter(|name| !name.is_empty())
}

fn switch(role: &str) -> &'static str {
    match role {
        "driver" => "exposeDriverMetrics",
        _ => "exposeExecutorMetrics",
    }
}

impl Passed<'_> {
    /// Settings that come over those of `sparkConf`.
    pub(super) fn metrics(&mut self) {
        let Some(monitoring) = Monitoring::of(self.object) else {
            return;
        };
        let own = &self.object["metadata"];
        if let (Some(namespace), Some(name)) = (own["namespace"].as_str(), own["name"].as_str()) {
            self.set_from("spark.metrics.namespace", format!("{namespace}.{name}"), AT);
        }
        let own = format!("{FOLDER}/metrics.properties");
        let file = monitoring.metrics_file().unwrap_or(&own);
        self.set_from("spark.metrics.conf", file, AT);
    }

    /// The agent of a role's pods, and the annotations that say where it listens.
    pub(super) fn agent(&mut self, role: &str) {
        let monitoring = Monitoring::of(self.object).filter(|own| own.exposes(role));
        let Some(monitoring) = monitoring else {
            return;
        };
        let at = format!("{AT}/{}", switch(role));
        let said = [
            ("scrape", "true".to_owned()),
            ("port", monitoring.port().to_string()),
            ("path", "/metrics".to_owned()),
        ];
        for (what, text) in said {
            let key = format!("spark.kubernetes.{role}.annotation.prometheus.io/{what}");
            self.set_from(key, text, &at);
        }
        let agent = monitoring.agent();
        let options = match self.object["spec"][role]["javaOptions"].as_str() {
            Some(own) => format!("{own} {agent}"),
            None => agent,
        };
        self.set_from(format!("spark.{role}.extraJavaOptions"), options, &at);
    }
}

/// Mounts the file and opens the port, where the operator makes a `ConfigMap` of it.
pub(super) fn add(app: &Value, role: &str, (spec, container): (&mut Value, &mut Value)) {
    let monitoring = Monitoring::of(app).filter(|own| own.exposes(role));
    let made = |own: &Monitoring<'_>| own.metrics_file().is_none() || own.config_file().is_none();
    let Some(monitoring) = monitoring.filter(made) else {
        return;
    };
    let name = format!("{}-prom-conf", plain(&app["metadata"]["name"]));
    super::webhook::files(spec, container, (&name, &format!("{name}-vol"), FOLDER));
    let port = monitoring.0["prometheus"]["portName"].as_str();
    list(container, "ports").push(json!({
        "name": port.unwrap_or(PORT_NAME),
        "containerPort": monitoring.port(),
        "protocol": "TCP",
    }));
}
