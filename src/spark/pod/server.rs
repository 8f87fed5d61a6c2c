//! The server of Kubeflow's `SparkConnect`: a pod that the operator writes itself. Spark does not size it, and settings
//! reach it on its command line.
//!
//! Source: `mutateServerPod` in `internal/controller/sparkconnect/reconciler.go` of kubeflow/spark-operator 2, and
//! `options.go` beside it. What only the running operator knows is left out: the address of the API server.

use super::connect::told;
use super::kubeflow::{plain, template};
use super::passed::Passed;
use super::{Count, Pod};
use crate::spark::memory::launcher::Process;
use crate::spark::memory::{Failure, Problem, given};
use crate::spark::template::{field, list, object, quantities};
use serde_json::{Value, json};

/// The container that the operator takes for the server's; the first one where none is called so.
const CONTAINER: &str = "spark-kubernetes-driver";
const TEMPLATE: &str = "executor-pod-template.yaml";
/// `SparkConnectServer`'s port.
const PORT: u16 = 15002;

/// The pod of the server.
pub(super) fn server(connect: &Value, version: &str) -> Result<Pod, Failure> {
    let passed = told(connect);
    let name = plain(&connect["metadata"]["name"]);
    let own = template(connect, "server").unwrap_or(&Value::Null);
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": format!("{name}-server")},
        "spec": {},
    });
    for part in ["labels", "annotations"] {
        if own["metadata"][part].is_object() {
            pod["metadata"][part] = own["metadata"][part].clone();
        }
    }
    if own["spec"].is_object() {
        pod["spec"] = own["spec"].clone();
    }
    let namespace = &connect["metadata"]["namespace"];
    let namespace = namespace.as_str().unwrap_or("default");
    pod["metadata"]["namespace"] = namespace.into();
    labels(connect, &name, version, &mut pod);
    let spec = field(&mut pod, "spec");
    quantities(spec);
    let containers = list(spec, "containers");
    if containers.is_empty() {
        containers.push(json!({"name": CONTAINER}));
    }
    let place = containers.iter().position(|one| one["name"] == CONTAINER);
    let place = place.unwrap_or(0);
    let container = &mut containers[place];
    fill(connect, &passed, container)?;
    let container = container.clone();
    let items = json!([{"key": TEMPLATE, "path": TEMPLATE}]);
    let source = json!({"name": format!("{name}-conf"), "items": items});
    list(spec, "volumes").push(json!({"name": "spark-conf", "configMap": source}));
    let process = Process::of("spark-connect").expect("internal error: the role is in the table");
    Ok(Pod {
        role: "server",
        container: plain(&container["name"]),
        value: pod,
        resources: given(process, &passed.settings, &container)?,
        count: Count::ONE,
    })
}

/// Labels that the operator finds the server by.
fn labels(connect: &Value, name: &str, version: &str, pod: &mut Value) {
    let version = connect["spec"]["sparkVersion"].as_str().unwrap_or(version);
    let own = [
        ("sparkoperator.k8s.io/launched-by-spark-operator", "true"),
        ("sparkoperator.k8s.io/connect-name", name),
        ("spark-role", "connect-server"),
        ("spark-version", version),
    ];
    let labels = object(field(field(pod, "metadata"), "labels"));
    labels.extend(own.map(|(key, text)| (key.to_owned(), text.into())));
}

/// Image, command, probes where there are none, variables, the template of executors; its resources stay as they are.
fn fill(connect: &Value, passed: &Passed<'_>, container: &mut Value) -> Result<(), Failure> {
    object(container);
    if container["image"].as_str().unwrap_or_default().is_empty() {
        let image = connect["spec"]["image"].as_str();
        let image = image.filter(|image| !image.is_empty());
        container["image"] = image
            .ok_or_else(|| Problem::NoImage.at("spec.image"))?
            .into();
    }
    container["command"] = json!(["bash", "-c"]);
    container["args"] = json!([command(passed)]);
    let open = json!({"port": PORT});
    let probes = [
        (
            "startupProbe",
            json!({"tcpSocket": open, "initialDelaySeconds": 5, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 30}),
        ),
        (
            "readinessProbe",
            json!({"tcpSocket": open, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}),
        ),
    ];
    for (name, probe) in probes {
        if container[name].is_null() {
            container[name] = probe;
        }
    }
    let stop = ["bash", "-c", "${SPARK_HOME}/sbin/stop-connect-server.sh"];
    container["lifecycle"] = json!({"preStop": {"exec": {"command": stop}}});
    let address = json!({"fieldRef": {"fieldPath": "status.podIP"}});
    list(container, "env").extend([
        json!({"name": "POD_IP", "valueFrom": address}),
        json!({"name": "SPARK_NO_DAEMONIZE", "value": "true"}),
    ]);
    list(container, "volumeMounts").push(json!({
        "name": "spark-conf",
        "subPath": TEMPLATE,
        "mountPath": format!("/tmp/spark/{TEMPLATE}"),
        "readOnly": true,
    }));
    Ok(())
}

/// The script with every setting, in the order of their keys; what users wrote is quoted for the shell.
fn command(passed: &Passed<'_>) -> String {
    let settings = passed.settings.iter().map(|(key, text)| {
        let origin = passed.origins.get(key);
        match origin.is_some_and(|origin| origin.field.ends_with("Conf")) {
            true => format!(
                "--conf '{}'",
                format!("{key}={text}").replace('\'', r#"'"'"'"#)
            ),
            false => format!("--conf {key}={text}"),
        }
    });
    let words = std::iter::once("${SPARK_HOME}/sbin/start-connect-server.sh".to_owned());
    let words: Vec<_> = words.chain(settings).collect();
    words.join(" ")
}
