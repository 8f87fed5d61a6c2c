//! Kubeflow's `SparkConnect`: its server, a pod of the operator's own, and the executors that the server makes.
//!
//! Source: `internal/controller/sparkconnect/options.go` of kubeflow/spark-operator 2, and `sbin/start-connect-server.sh`. The server runs in client mode, so
//! that executors take the factor of a JVM even for Python.

use super::kubeflow::{holds_containers, template};
use super::passed::Passed;
use super::server::server;
use super::{Application, Pod, predicted as pods_of};
use crate::spark::memory::{Failure, Kind, Settings};
use serde_json::Value;

const EXECUTOR: &str = "spark-kubernetes-executor";
/// The label of executors: `start-connect-server.sh` names the application itself, whatever the settings say.
const NAMED: &str = "spark-connect-server";

/// Typed fields, which overrule `sparkConf`.
pub(super) const FIELDS: [(&str, &str); 6] = [
    ("/spec/server/cores", "spark.driver.cores"),
    ("/spec/server/memory", "spark.driver.memory"),
    ("/spec/executor/instances", "spark.executor.instances"),
    ("/spec/executor/cores", "spark.executor.cores"),
    ("/spec/executor/memory", "spark.executor.memory"),
    ("/metadata/name", "spark.kubernetes.executor.podNamePrefix"),
];

/// What the operator fixes; the host is the pod's own address.
const FIXED: [(&str, &str); 4] = [
    ("spark.driver.bindAddress", "0.0.0.0"),
    ("spark.driver.host", "${POD_IP}"),
    ("spark.driver.port", "7078"),
    ("spark.driver.blockManager.port", "7079"),
];

/// The server and its executors; `version` is used where `sparkVersion` is not set.
pub fn predicted(connect: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    holds_containers(connect, "executor")?;
    let settings = settings(connect);
    let text = |at: &str| connect.pointer(at).and_then(Value::as_str);
    let mut pods = vec![server(connect, version)?];
    let mut executors = pods_of(Application {
        name: text("/metadata/name").unwrap_or("spark"),
        settings: &settings,
        kind: Kind::Client,
        version: text("/spec/sparkVersion").unwrap_or(version),
        templates: [None, template(connect, "executor")],
        arguments: &[],
    })?;
    for pod in &mut executors {
        pod.value["metadata"]["labels"]["spark-app-name"] = NAMED.into();
    }
    pods.extend(executors);
    Ok(pods)
}

/// All that the operator passes to `start-connect-server.sh`, but the driver's host, which is the pod's address.
pub fn settings(connect: &Value) -> Settings {
    let mut settings = told(connect).settings;
    settings.remove("spark.driver.host");
    settings
}

/// The same, with the fields that they come from.
pub(in crate::spark) fn told(connect: &Value) -> Passed<'_> {
    let mut pass = Passed::new(connect);
    pass.field(
        "/metadata/namespace",
        "spark.kubernetes.namespace".to_owned(),
    );
    for key in ["container.image", "executor.container.image"] {
        let key = format!("spark.kubernetes.{key}");
        pass.field("/spec/image", key.clone());
        if let Some(image) = own_image(connect) {
            pass.set(key, image);
        }
    }
    pass.mapping("/spec/sparkConf", "");
    pass.hadoop();
    for (key, text) in FIXED {
        pass.set(key, text);
    }
    for role in ["driver", "executor"] {
        let label = format!("spark.kubernetes.{role}.label.");
        let own = format!("{label}sparkoperator.k8s.io");
        pass.set(format!("{own}/launched-by-spark-operator"), "true");
        pass.field("/metadata/name", format!("{own}/connect-name"));
        pass.mapping("/metadata/labels", &label);
    }
    let server = format!(
        "{}-server",
        super::kubeflow::plain(&connect["metadata"]["name"])
    );
    pass.set("spark.kubernetes.driver.pod.name", server);
    for (at, key) in FIELDS {
        pass.typed(at, key.to_owned());
    }
    if template(connect, "executor").is_some() {
        pass.template("executor");
    }
    pass.dynamic_allocation();
    pass
}

/// The image of the template's container, which counts before `image`.
fn own_image(connect: &Value) -> Option<&str> {
    let containers = template(connect, "executor")?.pointer("/spec/containers")?;
    let mut containers = containers.as_array()?.iter();
    let own = containers.find(|container| container["name"] == EXECUTOR)?;
    own["image"].as_str().filter(|image| !image.is_empty())
}
