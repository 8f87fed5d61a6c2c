//! Apache's `SparkCluster`: pods of a master and of standalone workers, which the operator writes itself. Spark sizes
//! neither; settings reach them as Java options.
//!
//! Source: `SparkClusterResourceSpec` of apache/spark-kubernetes-operator.

use super::apache::conf;
use super::kubeflow::plain;
use super::passed::Passed;
use super::{Count, Pod};
use crate::spark::memory::launcher::Process;
use crate::spark::memory::{Failure, Problem, Settings, given};
use crate::spark::template::{field, list, object, quantities};
use serde_json::{Value, json};

/// What the operator takes where `spark.kubernetes.container.image` is not set.
const IMAGE: &str = "apache/spark:4.2.0";

/// A pod that the operator writes.
struct Role {
    /// The container's name, and what the pod is called.
    name: &'static str,
    /// The role that its heap is looked up by.
    process: &'static str,
    options: &'static str,
    class: &'static str,
    /// Names of ports and ports.
    ports: &'static [(&'static str, u16)],
}

const MASTER: Role = Role {
    name: "master",
    process: "spark-master",
    options: "SPARK_MASTER_OPTS",
    class: "org.apache.spark.deploy.master.Master",
    // The operator declares 7070, though a master listens on 7077.
    ports: &[("web", 8080), ("spark", 7070), ("rest", 6066)],
};
const WORKER: Role = Role {
    name: "worker",
    process: "spark-worker",
    options: "SPARK_WORKER_OPTS",
    class: "org.apache.spark.deploy.worker.Worker",
    ports: &[("web", 8081)],
};

/// A master and a worker; `version` is used where `runtimeVersions` does not tell.
pub fn predicted(cluster: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    let settings = settings(cluster);
    let told = cluster.pointer("/spec/runtimeVersions/sparkVersion");
    let version = told.and_then(Value::as_str).unwrap_or(version);
    let pod = |role, count| pod(cluster, &settings, version, role, count);
    Ok(vec![
        pod(&MASTER, Count::ONE)?,
        pod(&WORKER, workers(cluster)?)?,
    ])
}

/// `sparkConf`, and the namespace. Source: `SparkClusterSubmissionWorker`.
pub fn settings(cluster: &Value) -> Settings {
    told(cluster).settings
}

/// The same, with the fields that they come from.
pub(in crate::spark) fn told(cluster: &Value) -> Passed<'_> {
    let mut pass = Passed::new(cluster);
    conf(&mut pass);
    pass
}

/// How many workers: scaled between bounds where there is room between them, else those at the start.
fn workers(cluster: &Value) -> Result<Count, Failure> {
    const AT: &str = "/spec/clusterTolerations/instanceConfig";
    let number = |name: &str| match cluster.pointer(&format!("{AT}/{name}")) {
        None | Some(Value::Null) => Ok(0),
        Some(count) => count.as_u64().ok_or_else(|| {
            Problem::Integer.at(format!("spec.clusterTolerations.instanceConfig.{name}"))
        }),
    };
    let [initial, least, most] = [
        number("initWorkers")?,
        number("minWorkers")?,
        number("maxWorkers")?,
    ];
    Ok(match least < most {
        true => Count {
            least,
            initial,
            most: Some(most),
        },
        false => Count::fixed(initial),
    })
}

fn pod(
    cluster: &Value,
    settings: &Settings,
    version: &str,
    role: &Role,
    count: Count,
) -> Result<Pod, Failure> {
    let name = plain(&cluster["metadata"]["name"]);
    let own = &cluster["spec"][format!("{}Spec", role.name)]["statefulSetSpec"]["template"];
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": own["metadata"], "spec": own["spec"]});
    let namespace = settings.get("spark.kubernetes.namespace");
    let metadata = field(&mut pod, "metadata");
    let labels = object(field(metadata, "labels"));
    for (key, text) in [
        ("spark-role", role.name),
        ("spark.operator/spark-cluster-name", &name),
        ("spark-version", version),
    ] {
        labels.insert(key.to_owned(), text.into());
    }
    metadata["name"] = format!("{name}-{}-0", role.name).into();
    metadata["namespace"] = namespace.map_or("default", String::as_str).into();
    let spec = field(&mut pod, "spec");
    let scheduler = settings.get("spark.kubernetes.scheduler.name");
    let scheduler = scheduler.map_or("default-scheduler", String::as_str);
    object(spec).insert("schedulerName".to_owned(), scheduler.into());
    spec["terminationGracePeriodSeconds"] = 0.into();
    if role.name == WORKER.name {
        let namespace = namespace.map_or("default", String::as_str);
        let search = format!("{name}-worker-svc.{namespace}.svc.cluster.local");
        spec["dnsConfig"] = json!({"searches": [search]});
    }
    quantities(spec);
    let containers = list(spec, "containers");
    if !containers.iter().any(|one| one["name"] == role.name) {
        containers.push(json!({"name": role.name}));
    }
    let place = containers.iter().position(|one| one["name"] == role.name);
    let container = &mut containers[place.expect("internal error: it was put there")];
    fill(container, settings, role, &name);
    let process = Process::of(role.process).expect("internal error: the role is in the table");
    let resources = given(process, settings, container)?;
    Ok(Pod {
        role: role.name,
        container: role.name.to_owned(),
        value: pod,
        resources,
        count,
    })
}

/// Image, command, options and ports; resources stay as they are.
fn fill(container: &mut Value, settings: &Settings, role: &Role, name: &str) {
    let image = settings.get("spark.kubernetes.container.image");
    let image = image.map_or(IMAGE, String::as_str);
    container["image"] = image.into();
    let options = settings.iter();
    let options: Vec<_> = options
        .map(|(key, text)| format!("-D{key}=\"{text}\" "))
        .collect();
    let options = options.concat();
    let env = list(container, "env");
    if role.name == WORKER.name {
        env.push(json!({"name": "SPARK_LOG_DIR", "value": "/opt/spark/work/logs"}));
    }
    env.push(json!({"name": role.options, "value": options}));
    let master = match role.name == WORKER.name {
        true => format!(" spark://{name}-master-svc:7077"),
        false => String::new(),
    };
    list(container, "command").push("bash".into());
    let script = format!(
        "/opt/spark/sbin/start-{}.sh{master} && while /opt/spark/sbin/spark-daemon.sh status {} 1; do sleep 1; done",
        role.name, role.class
    );
    list(container, "args").extend(["-c".into(), script.into()]);
    let ports = role.ports.iter();
    list(container, "ports")
        .extend(ports.map(|(name, port)| json!({"name": name, "containerPort": port})));
}
