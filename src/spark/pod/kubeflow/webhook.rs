//! What Kubeflow's webhook does to a pod of Spark after Spark has built it.
//!
//! Source: `internal/webhook/sparkpod_defaulter.go` of kubeflow/spark-operator 2.5.2, in its order, run. Left out is what
//! batch schedulers add.

use super::mounted::is_scratch;
use super::{monitoring, plain};
use crate::manifest::Quantity;
use crate::spark::memory::{Failure, Problem};
use crate::spark::template::{field, list, object, quantities};
use serde_json::{Value, json};

/// What happens to a field of the pod.
#[derive(Clone, Copy)]
enum How {
    /// The operator's field takes its place as a whole.
    Replace,
    /// The items of the operator's field come after the pod's.
    Append,
    /// Its keys are put over the pod's.
    Keys,
    /// It is switched on, never off.
    On,
}

/// Fields of `spec.driver` and `spec.executor`, and fields of the pod's spec.
const POD: [(&str, &str, How); 13] = [
    ("hostNetwork", "hostNetwork", How::On),
    ("hostAliases", "hostAliases", How::Append),
    ("initContainers", "initContainers", How::Append),
    ("sidecars", "containers", How::Append),
    ("dnsConfig", "dnsConfig", How::Replace),
    ("priorityClassName", "priorityClassName", How::Replace),
    ("schedulerName", "schedulerName", How::Replace),
    ("nodeSelector", "nodeSelector", How::Keys),
    ("affinity", "affinity", How::Replace),
    ("tolerations", "tolerations", How::Append),
    ("podSecurityContext", "securityContext", How::Replace),
    (
        "terminationGracePeriodSeconds",
        "terminationGracePeriodSeconds",
        How::Replace,
    ),
    ("shareProcessNamespace", "shareProcessNamespace", How::On),
];

/// The same for Spark's container.
const CONTAINER: [(&str, &str, How); 5] = [
    ("env", "env", How::Append),
    ("envFrom", "envFrom", How::Append),
    ("ports", "ports", How::Append),
    ("securityContext", "securityContext", How::Replace),
    ("lifecycle", "lifecycle", How::Replace),
];

/// Does to a pod what the webhook does; refuses where it would refuse the pod.
pub(super) fn webhook(app: &Value, role: &str, pod: &mut Value) -> Result<(), Failure> {
    let own = &app["spec"][role];
    let spec = field(pod, "spec");
    let containers = list(spec, "containers");
    let place = own_container(containers, role);
    let mut container = containers[place].take();
    for (from, to, how) in CONTAINER {
        put(&own[from], &mut container, to, how);
    }
    volumes(app, own, spec, &mut container);
    limits(own, role, &mut container)?;
    monitoring::add(app, role, (spec, &mut container));
    list(spec, "containers")[place] = container;
    // A scheduler of the application counts before those of its pods, also as an empty text.
    let batch = &app["spec"]["batchScheduler"];
    for (from, to, how) in POD {
        if from != "schedulerName" || batch.is_null() {
            put(&own[from], spec, to, how);
        }
    }
    if own["priorityClassName"]
        .as_str()
        .is_some_and(|name| !name.is_empty())
    {
        // The class says them.
        let spec = object(spec);
        spec.remove("priority");
        spec.remove("preemptionPolicy");
    }
    if own["hostNetwork"] == true {
        spec["dnsPolicy"] = "ClusterFirstWithHostNet".into();
    }
    if let Some(scheduler) = batch.as_str().filter(|name| !name.is_empty()) {
        spec["schedulerName"] = scheduler.into();
    }
    quantities(spec);
    Ok(())
}

/// Which container is Spark's to the webhook: the first of these names, or else the first of all, which may be a sidecar.
fn own_container(containers: &[Value], role: &str) -> usize {
    let name = format!("spark-kubernetes-{role}");
    let is_own = |container: &Value| {
        container["name"] == *name || (role == "executor" && container["name"] == "executor")
    };
    containers.iter().position(is_own).unwrap_or(0)
}

fn put(from: &Value, to: &mut Value, name: &str, how: How) {
    match (how, from) {
        (_, Value::Null) => {}
        (How::Replace, Value::String(text)) if text.is_empty() => {}
        (How::Replace, from) => *field(to, name) = from.clone(),
        (How::On, from) if *from == true => *field(to, name) = true.into(),
        (How::Append, Value::Array(items)) => {
            let are_containers = name.ends_with("ontainers");
            append(list(to, name), items, are_containers);
        }
        (How::Keys, Value::Object(map)) => object(field(to, name)).extend(map.clone()),
        _ => {}
    }
}

/// Adds all, but of containers only those that are not there yet, by name and image.
fn append(to: &mut Vec<Value>, items: &[Value], are_containers: bool) {
    for item in items {
        let is_there = |one: &Value| {
            one["name"] == item["name"] && plain(&one["image"]) == plain(&item["image"])
        };
        if !(are_containers && to.iter().any(is_there)) {
            to.push(item.clone());
        }
    }
}

/// Volumes of the operator's fields: those that are mounted, and files of a `ConfigMap`.
fn volumes(app: &Value, own: &Value, spec: &mut Value, container: &mut Value) {
    let fixed = [
        (
            "hadoopConfigMap",
            "hadoop-configmap-volume",
            "/etc/hadoop/conf",
            "HADOOP_CONF_DIR",
        ),
        (
            "sparkConfigMap",
            "spark-configmap-volume",
            "/etc/spark/conf",
            "SPARK_CONF_DIR",
        ),
    ];
    for (source, volume, path, variable) in fixed {
        if let Some(name) = app["spec"][source].as_str() {
            files(spec, container, (name, volume, path));
            list(container, "env").push(json!({"name": variable, "value": path}));
        }
    }
    for map in own["configMaps"].as_array().into_iter().flatten() {
        let (name, path) = (plain(&map["name"]), plain(&map["path"]));
        let volume: String = format!("{name}-vol").chars().take(63).collect();
        files(spec, container, (&name, &volume, &path));
    }
    let mut added = Vec::new();
    let mounts = own["volumeMounts"].as_array().into_iter().flatten();
    for mount in mounts.filter(|mount| !is_scratch(mount)) {
        let all = app["spec"]["volumes"].as_array().into_iter().flatten();
        let Some(volume) = all.rev().find(|volume| volume["name"] == mount["name"]) else {
            continue;
        };
        // What a template has of that name it does not see.
        if !added.contains(&&volume["name"]) {
            added.push(&volume["name"]);
            list(spec, "volumes").push(volume.clone());
        }
        list(container, "volumeMounts").push(mount.clone());
    }
}

pub(super) fn files(
    spec: &mut Value,
    container: &mut Value,
    (name, volume, path): (&str, &str, &str),
) {
    list(spec, "volumes").push(json!({"name": volume, "configMap": {"name": name}}));
    let mount = json!({"name": volume, "readOnly": true, "mountPath": path});
    list(container, "volumeMounts").push(mount);
}

/// Devices, and `memoryLimit`, which moves the limit alone: the request stays what Spark computed.
fn limits(own: &Value, role: &str, container: &mut Value) -> Result<(), Failure> {
    let limits = field(field(container, "resources"), "limits");
    let gpu = &own["gpu"];
    if let (Some(name), Some(count)) = (gpu["name"].as_str(), gpu["quantity"].as_i64())
        && !name.is_empty()
        && count > 0
    {
        object(limits).insert(name.to_owned(), count.to_string().into());
    }
    if let Some(limit) = own["memoryLimit"].as_str() {
        let quantity = kubernetes(limit);
        if Quantity::parse(&quantity).is_err() {
            return Err(Problem::Quantity.at(format!("spec.{role}.memoryLimit")));
        }
        object(limits).insert("memory".to_owned(), quantity.into());
    }
    Ok(())
}

/// Java's units as Kubernetes': `4g` is `4Gi`. What has none of them stays.
/// Source: `ConvertJavaMemoryStringToK8sMemoryString`: a capital unit is known and not cut off, so that `4G` becomes `4GGi`.
pub fn kubernetes(memory: &str) -> String {
    let units = [
        ("kb", "Ki"),
        ("mb", "Mi"),
        ("gb", "Gi"),
        ("tb", "Ti"),
        ("pb", "Pi"),
        ("k", "Ki"),
        ("m", "Mi"),
        ("g", "Gi"),
        ("t", "Ti"),
        ("p", "Pi"),
    ];
    let lower = memory.to_ascii_lowercase();
    let found = units.iter().find(|(java, _)| lower.ends_with(java));
    found.map_or_else(
        || memory.to_owned(),
        |(java, unit)| format!("{}{unit}", memory.strip_suffix(java).unwrap_or(memory)),
    )
}
