//! Kubeflow's `SparkConnect`: its server, a pod of the operator's own, and the executors that the server makes.
//!
//! Source: `internal/controller/sparkconnect/options.go` of kubeflow/spark-operator 2. The server runs in client mode, so
//! that executors take the factor of a JVM even for Python.

use super::kubeflow::template;
use super::passed::Passed;
use super::server::server;
use super::{Application, Pod, predicted as pods_of};
use crate::spark::memory::{Failure, Kind, Settings};
use serde_json::Value;

const EXECUTOR: &str = "spark-kubernetes-executor";

/// Typed fields, which overrule `sparkConf`.
pub(super) const FIELDS: [(&str, &str); 6] = [
    ("/spec/server/cores", "spark.driver.cores"),
    ("/spec/server/memory", "spark.driver.memory"),
    ("/spec/executor/instances", "spark.executor.instances"),
    ("/spec/executor/cores", "spark.executor.cores"),
    ("/spec/executor/memory", "spark.executor.memory"),
    ("/metadata/name", "spark.kubernetes.executor.podNamePrefix"),
];

/// What the operator fixes.
const FIXED: [(&str, &str); 2] = [
    ("spark.driver.port", "7078"),
    ("spark.driver.blockManager.port", "7079"),
];

/// The server and its executors; `version` is used where `sparkVersion` is not set.
pub fn predicted(connect: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    let settings = settings(connect);
    let text = |at: &str| connect.pointer(at).and_then(Value::as_str);
    let mut pods = vec![server(connect, version)?];
    let executors = pods_of(Application {
        name: text("/metadata/name").unwrap_or("spark"),
        settings: &settings,
        kind: Kind::Client,
        version: text("/spec/sparkVersion").unwrap_or(version),
        templates: [None, template(connect, "executor")],
        arguments: &[],
    })?;
    pods.extend(executors);
    Ok(pods)
}

/// All that the operator passes to `start-connect-server.sh`, but the driver's host, which is the pod's address.
pub fn settings(connect: &Value) -> Settings {
    told(connect).settings
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
        pass.mapping("/metadata/labels", &label);
        pass.field("/metadata/name", format!("{own}/connect-name"));
    }
    let server = format!(
        "{}-server",
        super::kubeflow::plain(&connect["metadata"]["name"])
    );
    pass.set("spark.kubernetes.driver.pod.name", server);
    for (at, key) in FIELDS {
        pass.field(at, key.to_owned());
    }
    pass.template("executor");
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
