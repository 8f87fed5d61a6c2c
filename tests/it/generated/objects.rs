//! Objects thrown together: workloads of every kind with what people leave out, and objects of other kinds.

use super::dice::Dice;
use serde_json::{Map, Value, json};

const IMAGES: [&str; 14] = [
    "apache/spark:4.1.0",
    "apache/spark:3.5.7",
    "quay.io/jupyter/all-spark-notebook:spark-4.0.0",
    "apache/hive:4.0.0",
    "apache/airflow:2.11.0",
    "ghcr.io/mlflow/mlflow:v3.1.0",
    "postgres:15-alpine",
    "quay.io/minio/minio:latest",
    "busybox:1.36",
    "example.com/team/app:1.2",
    "example.com/team/app@sha256:1111111111111111111111111111111111111111111111111111111111111111",
    "grafana/grafana:11.0.0",
    "UPPER/case:x",
    "",
];

const TEXTS: [&str; 24] = [
    "x",
    "yes",
    "on",
    "null",
    "~",
    "1",
    "1.0",
    "0x1F",
    "1e3",
    "012",
    "true",
    "a: b",
    "a #b",
    " lead",
    "trail ",
    "it's",
    "say \"x\"",
    "été",
    "💥",
    "- a",
    "{a}",
    "*a",
    "line one\nline two\n",
    "\ttab",
];

const KEYS: [&str; 14] = [
    "app",
    "app.kubernetes.io/name",
    "on",
    "1",
    "a b",
    "é",
    "spark.executor.memory",
    "checksum/config",
    "x",
    "null",
    "true",
    "'q'",
    "\"",
    "a:b",
];

/// Documents of a stream.
pub(super) fn stream(dice: &mut Dice) -> Vec<Value> {
    let many = 1 + dice.below(3);
    (0..many).map(|_| document(dice, 2)).collect()
}

fn document(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(12) {
        0 if depth > 0 => list(dice, depth, "v1", "List"),
        1 if depth > 0 => list(dice, depth, "config.kubernetes.io/v1", "ResourceList"),
        2 => config_map(dice),
        3 => custom(dice),
        _ => workload(dice),
    }
}

fn list(dice: &mut Dice, depth: usize, version: &str, kind: &str) -> Value {
    let many = dice.below(3);
    let items: Vec<_> = (0..many).map(|_| document(dice, depth - 1)).collect();
    json!({"apiVersion": version, "kind": kind, "items": items})
}

fn config_map(dice: &mut Dice) -> Value {
    let kind = if dice.one_in(4) {
        "Secret"
    } else {
        "ConfigMap"
    };
    let mut object = head(dice, "v1", kind);
    object["data"] = texts(dice, 4);
    if dice.one_in(2) {
        let lines = "spark.master k8s://x\n\n# comment\nspark.driver.memory 4g\n";
        object["data"]["spark-defaults.conf"] = json!(lines);
    }
    object
}

fn custom(dice: &mut Dice) -> Value {
    let mut object = head(dice, "sparkoperator.k8s.io/v1beta2", "SparkApplication");
    object["spec"] = anything(dice, 4);
    object
}

fn head(dice: &mut Dice, version: &str, kind: &str) -> Value {
    let name = format!("o{}", dice.below(5));
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
    if dice.one_in(3) {
        object["metadata"]["labels"] = texts(dice, 2);
    }
    if dice.one_in(4) {
        object["metadata"]["annotations"] = texts(dice, 2);
    }
    if dice.one_in(8) {
        object["metadata"]["annotations"] = dice.pick(&[json!({}), Value::Null]);
    }
    if dice.one_in(6) {
        object["metadata"]["annotations"] = json!({"helm.sh/hook": "post-install"});
    }
    object
}

fn workload(dice: &mut Dice) -> Value {
    let kinds = [
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "ReplicaSet"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
        ("v1", "Pod"),
        ("v1", "ReplicationController"),
        ("v1", "PodTemplate"),
        ("apps.openshift.io/v1", "DeploymentConfig"),
    ];
    let (version, kind) = dice.pick(&kinds);
    let mut object = head(dice, version, kind);
    let spec = pod_spec(dice);
    let mut template = json!({"spec": spec});
    if dice.one_in(2) {
        template["metadata"] = json!({"labels": texts(dice, 2)});
    }
    if dice.one_in(8) {
        template["metadata"] = dice
            .pick(&[json!({}), Value::Null, json!({"annotations": null})])
            .clone();
    }
    match kind {
        "Pod" => object["spec"] = template["spec"].take(),
        "PodTemplate" => object["template"] = template,
        "CronJob" => {
            object["spec"] =
                json!({"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}});
        }
        _ => object["spec"] = json!({"replicas": 1, "template": template}),
    }
    object
}

fn pod_spec(dice: &mut Dice) -> Value {
    let mut spec = Map::new();
    if dice.one_in(3) {
        spec.insert("securityContext".into(), context(dice, true));
    }
    if dice.one_in(10) {
        spec.insert("os".into(), json!({"name": "windows"}));
    }
    for key in ["hostPID", "hostIPC", "hostNetwork"] {
        if dice.one_in(25) {
            spec.insert(key.into(), json!(dice.one_in(2)));
        }
    }
    for (list, chance) in [
        ("initContainers", 4),
        ("containers", 1),
        ("ephemeralContainers", 15),
    ] {
        if dice.one_in(chance) {
            let many = 1 + dice.below(2);
            let items: Vec<_> = (0..many).map(|n| container(dice, n, list)).collect();
            spec.insert(list.into(), items.into());
        }
    }
    if dice.one_in(4) {
        let volume = json!([{"name": "v", "emptyDir": {}}, {"name": "w", "persistentVolumeClaim": {"claimName": "c"}}]);
        spec.insert("volumes".into(), volume);
    }
    if dice.one_in(60) {
        return anything(dice, 2);
    }
    spec.into()
}

fn container(dice: &mut Dice, number: usize, list: &str) -> Value {
    let mut container = json!({"name": format!("c{number}"), "image": dice.pick(&IMAGES)});
    if dice.one_in(2) {
        container["securityContext"] = context(dice, false);
    }
    if list == "initContainers" && dice.one_in(3) {
        container["restartPolicy"] = json!("Always");
    }
    if dice.one_in(3) {
        let resources = [
            json!({"limits": {"memory": "2Gi"}}),
            json!({}),
            Value::Null,
            json!({"requests": {"cpu": 1}}),
        ];
        container["resources"] = dice.pick(&resources);
    }
    if dice.one_in(3) {
        let commands = [
            json!(["/opt/spark/sbin/start-connect-server.sh"]),
            json!([
                "/bin/sh",
                "-c",
                "exec /opt/spark/bin/spark-class org.apache.spark.deploy.worker.Worker $MASTER"
            ]),
            json!(["start-notebook.sh"]),
            json!([]),
        ];
        container["command"] = dice.pick(&commands);
    }
    if dice.one_in(3) {
        container["env"] =
            json!([{"name": "A", "value": dice.pick(&TEXTS)}, {"name": "B", "value": "1"}]);
    }
    if dice.one_in(4) {
        container["ports"] =
            json!([{"name": "ui", "containerPort": dice.pick(&[4040, 15002, 8888, 5000])}]);
    }
    if dice.one_in(4) {
        container["volumeMounts"] = json!([{"name": dice.pick(&["v", "w"]), "mountPath": "/data"}]);
    }
    container
}

fn context(dice: &mut Dice, of_pod: bool) -> Value {
    let fields: &[(&str, Value)] = &[
        ("runAsUser", json!(dice.pick(&[0, 185, 1000]))),
        ("runAsNonRoot", json!(dice.one_in(2))),
        (
            "seccompProfile",
            json!({"type": dice.pick(&["RuntimeDefault", "Unconfined"])}),
        ),
        ("fsGroup", json!(185)),
        (
            "capabilities",
            json!({"drop": dice.pick(&[&["ALL"][..], &["NET_RAW"], &[]])}),
        ),
        (
            "capabilities",
            json!({"add": dice.pick(&["SYS_ADMIN", "CHOWN", "NET_BIND_SERVICE"])}),
        ),
        (
            "capabilities",
            json!({"add": [dice.pick(&["SYS_ADMIN", "CHOWN", "NET_BIND_SERVICE"])]}),
        ),
        ("privileged", json!(dice.one_in(2))),
        ("allowPrivilegeEscalation", json!(dice.one_in(2))),
    ];
    let fields = if of_pod { &fields[..4] } else { fields };
    let mut context = Map::new();
    for _ in 0..dice.below(4) {
        let (key, value) = dice.pick(fields);
        let value = if dice.one_in(12) { Value::Null } else { value };
        context.insert(key.into(), value);
    }
    if dice.one_in(20) {
        Value::Null
    } else {
        context.into()
    }
}

fn texts(dice: &mut Dice, most: usize) -> Value {
    let many = dice.below(most + 1);
    let entries = (0..many).map(|_| ((dice.pick(&KEYS)).to_owned(), json!(dice.pick(&TEXTS))));
    entries.collect::<Map<_, _>>().into()
}

/// Any value at all.
pub(super) fn anything(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 6 } else { 10 }) {
        0 => Value::Null,
        1 => json!(dice.one_in(2)),
        2 => json!(dice.below(1000)),
        3 => json!(dice.pick(&[1.5, -0.25, 1e21])),
        4 | 5 => json!(dice.pick(&TEXTS)),
        6 => {
            let many = dice.below(4);
            (0..many).map(|_| anything(dice, depth - 1)).collect()
        }
        7 => {
            let many = dice.below(3);
            let item = |n| json!({"name": format!("n{n}"), "value": dice.pick(&TEXTS)});
            (0..many).map(item).collect()
        }
        _ => {
            let many = dice.below(4);
            let entry = |_| ((dice.pick(&KEYS)).to_owned(), anything(dice, depth - 1));
            (0..many).map(entry).collect::<Map<_, _>>().into()
        }
    }
}
