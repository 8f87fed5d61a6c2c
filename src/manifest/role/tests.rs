//! Roles of workloads as charts write them, and the table itself.

use super::*;
use crate::manifest::testing::{table, yaml};
use std::collections::BTreeSet;

/// The roles of a Deployment's pod: the pod's own, then those of its containers.
fn roles(kind: &str, labels: &str, spec: &str) -> (String, Vec<String>, String) {
    let roles: Roles = table("roles");
    let families: ImageFamilies = table("images");
    let pod = yaml(&format!(
        "{{metadata: {{labels: {labels}}}, spec: {{{spec}}}}}"
    ));
    let object = ObjectFacts {
        kind,
        name: "a",
        namespace: None,
        labels: &Value::Null,
    };
    let found = roles.recognise(&object, Pod { value: &pod }, &families);
    let name = |role: Option<&Role>| role.map_or("-", |r| r.role.as_str()).to_owned();
    (
        name(found.pod),
        found.containers.iter().map(|r| name(*r)).collect(),
        found.because,
    )
}

/// The role of a Deployment with this one container.
fn role(container: &str) -> String {
    roles(
        "Deployment",
        "{}",
        &format!("containers: [{{name: c, {container}}}]"),
    )
    .0
}

#[test]
fn every_role_of_the_design_is_there_once_and_in_order() {
    let table: Roles = table("roles");
    let names: Vec<_> = table.roles.iter().map(|r| r.role.as_str()).collect();
    assert_eq!(
        names,
        [
            "airflow",
            "database",
            "hive-metastore",
            "jupyter",
            "mlflow",
            "object-store",
            "spark-connect",
            "spark-driver",
            "spark-executor",
            "spark-history-server",
            "spark-master",
            "spark-thrift",
            "spark-worker",
        ]
    );
    let spark: BTreeSet<_> = names.iter().filter(|n| n.starts_with("spark-")).collect();
    for role in &table.roles {
        assert_eq!(
            role.spark,
            spark.contains(&role.role.as_str()),
            "{}",
            role.role
        );
        assert!(!role.clues.is_empty(), "{}", role.role);
        for clue in &role.clues {
            assert!(
                clue.weight > 0 && !clue.is_empty(),
                "{} has a clue for nothing",
                role.role
            );
        }
        for metrics in &role.metrics {
            assert!(metrics.path.starts_with("/metrics/") && role.ui.is_some());
        }
    }
}

#[test]
fn main_classes() {
    for (class, role_name) in [
        (
            "org.apache.spark.sql.connect.service.SparkConnectServer",
            "spark-connect",
        ),
        (
            "org.apache.spark.deploy.history.HistoryServer",
            "spark-history-server",
        ),
        ("org.apache.spark.deploy.master.Master", "spark-master"),
        ("org.apache.spark.deploy.worker.Worker", "spark-worker"),
        (
            "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
            "spark-thrift",
        ),
    ] {
        let submit = format!(
            "command: [/bin/sh, -c], args: ['exec $SPARK_HOME/bin/spark-submit --class {class} x.jar']"
        );
        assert_eq!(role(&submit), role_name);
        let class_runner =
            format!("image: 'a/b:1', command: [/opt/spark/bin/spark-class, {class}]");
        assert_eq!(role(&class_runner), role_name);
        // A word in a text is no command.
        assert_eq!(
            role(&format!(
                "command: [sh, -c, 'echo wait for {class}; pgrep -f {class}']"
            )),
            "-"
        );
    }
}

/// A container and its role.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "command: [/opt/spark/sbin/start-connect-server.sh]",
        "spark-connect",
    ),
    (
        "command: [bash, -c, './sbin/start-history-server.sh && tail -f /dev/null']",
        "spark-history-server",
    ),
    (
        "command: [/opt/spark/sbin/start-master.sh], args: [--port, '7077']",
        "spark-master",
    ),
    (
        "command: [start-worker.sh], image: 'corp/spark-custom:3'",
        "spark-worker",
    ),
    (
        "command: ['$SPARK_HOME/sbin/start-worker.sh', 'spark://m:7077']",
        "spark-worker",
    ),
    ("command: [start-thriftserver.sh]", "spark-thrift"),
    (
        "command: [spark-submit, --class, com.corp.Etl, s3a://x.jar]",
        "spark-driver",
    ),
    (
        "command: [spark-submit, --deploy-mode, cluster, x.jar]",
        "-",
    ),
    (
        "command: [spark-submit, --conf, spark.submit.deployMode=cluster, x.jar]",
        "-",
    ),
    (
        "image: 'apache/spark:4.1.0', args: [driver, --class, a.B]",
        "spark-driver",
    ),
    (
        "image: 'apache/spark:4.1.0', args: [executor]",
        "spark-executor",
    ),
    ("args: [bash, -c, exec airflow scheduler]", "airflow"),
    (
        "image: 'apache/airflow:2.11.0', args: [webserver]",
        "airflow",
    ),
    ("command: [mlflow, server, --host=0.0.0.0]", "mlflow"),
    ("command: [jupyter-lab], args: [--ip=0.0.0.0]", "jupyter"),
    (
        "args: [start-notebook.sh, --NotebookApp.token=x]",
        "jupyter",
    ),
    (
        "command: [/bin/bash, -c, 'exec /opt/hive/bin/hive --service metastore']",
        "hive-metastore",
    ),
    (
        "command: [/bin/bash, -c, '/opt/hive/bin/schematool -dbType postgres -initSchema']",
        "-",
    ),
    (
        "image: 'apache/hive:4.0.0', env: [{name: SERVICE_NAME, value: metastore}]",
        "hive-metastore",
    ),
    (
        "image: 'apache/hive:4.0.0', env: [{name: SERVICE_NAME, value: hiveserver2}]",
        "-",
    ),
    (
        "command: [bash, -c, \"mkdir -p /data; minio server /data\"]",
        "object-store",
    ),
    (
        "image: 'quay.io/minio/minio:1', args: [server, /data]",
        "object-store",
    ),
    ("image: 'postgres:15'", "database"),
    (
        "image: 'postgres:15', args: [-c, max_connections=9]",
        "database",
    ),
    ("image: 'postgres:15', args: [psql, -c, select 1]", "-"),
    (
        "image: 'postgres:15', command: [sh, -c, psql -c 'select 1']",
        "-",
    ),
    ("image: 'bitnami/spark:3.5'", "spark-master"),
    (
        "image: 'bitnami/spark:3.5', env: [{name: SPARK_MODE, value: worker}]",
        "spark-worker",
    ),
];

#[test]
fn programs_and_scripts() {
    for (container, name) in PROGRAMS {
        assert_eq!(role(container), *name, "{container}");
    }
}

#[test]
fn others_with_similar_names_have_no_role() {
    for container in [
        "image: 'apache/celeborn:0.6.1', command: [/opt/celeborn/sbin/start-master.sh]",
        "image: 'apache/celeborn:0.6.1', command: [/opt/celeborn/sbin/start-worker.sh], ports: [{containerPort: 8081}]",
        "image: 'quay.io/minio/mc:latest', command: [sh, -c, 'mc mb x; until mc ls minio server; do sleep 1; done']",
        "image: 'busybox:1.36', command: [sh, -c, 'nc -z spark-connect 15002']",
        "image: 'jupyterhub/k8s-hub:4', args: [jupyterhub, --config, x]",
        "image: 'spark-operator/spark-operator:v1', args: [-v=2], ports: [{containerPort: 8080}]",
        "image: 'corp/spark-k8s/tools:1', ports: [{containerPort: 18080}]",
        "image: 'nginx:alpine', ports: [{containerPort: 8888}]",
    ] {
        assert_eq!(role(container), "-", "{container}");
    }
}

#[test]
fn ports_and_names_need_each_other_or_the_image() {
    assert_eq!(
        role("image: 'corp/spark-custom:3', ports: [{containerPort: 15002}]"),
        "spark-connect"
    );
    assert_eq!(
        role("image: 'corp/tools:3', ports: [{containerPort: 15002}]"),
        "-"
    );
    assert_eq!(
        role("image: 'spark-custom:3', ports: [{containerPort: 18080}]"),
        "spark-history-server"
    );
    assert_eq!(
        role("image: 'spark-custom:3', ports: [{containerPort: 10000}]"),
        "spark-thrift"
    );
    assert_eq!(
        role("image: 'spark-custom:3', env: [{name: SPARK_MODE, value: history}]"),
        "spark-history-server"
    );
    assert_eq!(role("image: 'spark-custom:3'"), "-");
}

#[test]
fn labels_speak_for_the_main_container_of_a_server() {
    let labels = "{app: spark-connect}";
    let one = "containers: [{name: a, image: 'x/y:1'}]";
    assert_eq!(roles("Deployment", labels, one).0, "spark-connect");
    assert_eq!(roles("Job", labels, one).0, "-", "a Job is only about it");
    assert_eq!(roles("Pod", "{spark-role: driver}", one).0, "spark-driver");
    let two = "containers: [{name: a, image: 'x/y:1'}, {name: b, image: 'x/z:1'}]";
    assert_eq!(roles("Deployment", labels, two).0, "-", "which of the two?");
}

#[test]
fn init_containers_and_sidecars_need_evidence_of_their_own() {
    let spec = "initContainers: [\
          {name: deps, image: 'jupyter-spark:3', command: [bash, -c, pip install x]}, \
          {name: db, image: 'corp/airflow:2', command: [airflow, db, init]}, \
          {name: mesh, image: 'corp/mesh:1', restartPolicy: Always}], \
        containers: [\
          {name: notebook, image: 'jupyter-spark:3'}, \
          {name: exporter, image: 'corp/exporter:1'}]";
    let (pod, containers, because) = roles("Deployment", "{app: jupyter}", spec);
    assert_eq!(pod, "jupyter");
    assert_eq!(containers, ["-", "airflow", "-", "jupyter", "-"]);
    assert_eq!(because, "container `notebook`: image `jupyter-spark`");
}

#[test]
fn the_heaviest_clue_decides_and_says_so() {
    // The port says history server, the class says Connect.
    let spec = "containers: [{name: c, image: 'spark:4.1.1', ports: [{containerPort: 18080}], \
        command: [spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer]}]";
    let (pod, _, because) = roles("Deployment", "{app: jupyter}", spec);
    assert_eq!(pod, "spark-connect");
    assert_eq!(
        because,
        "container `c`: main class `org.apache.spark.sql.connect.service.SparkConnectServer`"
    );
}

#[test]
fn a_value_of_the_environment_is_never_repeated() {
    let spec = "containers: [{name: c, env: [{name: SPARK_MODE, value: other}, {name: SPARK_MODE, value: connect}]}]";
    let because = roles("Deployment", "{}", spec).2;
    assert_eq!(because, "container `c`: environment `SPARK_MODE=connect`");
}

#[test]
fn any_shape_is_survived() {
    let roles: Roles = table("roles");
    let families: ImageFamilies = table("images");
    for text in [
        "null",
        "[]",
        "{spec: {containers: {a: b}}}",
        "{metadata: {labels: [a]}, spec: {containers: [{image: 1, command: x, args: {}, env: {}, ports: 1, name: []}]}}",
        "{metadata: {annotations: 1}, spec: {containers: [{env: [null, {name: 1, value: {}}]}]}}",
    ] {
        let pod = yaml(text);
        let object = ObjectFacts::of(&pod);
        assert_eq!(
            roles.recognise(&object, Pod { value: &pod }, &families).pod,
            None
        );
    }
}

#[test]
fn metrics_by_major_version() {
    let roles: Roles = table("roles");
    let connect = roles.get("spark-connect").unwrap();
    let on_by_default = |major| {
        let mut paths = connect.metrics_of(major).filter(|m| m.default);
        paths.next().map(|m| m.path.as_str())
    };
    assert_eq!(
        on_by_default(Some(4)),
        Some("/metrics/executors/prometheus")
    );
    assert_eq!(on_by_default(Some(3)), None);
    assert_eq!(
        roles
            .get("spark-executor")
            .unwrap()
            .metrics_of(None)
            .count(),
        0
    );
    assert_eq!(
        roles
            .get("spark-history-server")
            .unwrap()
            .metrics_of(None)
            .count(),
        0
    );
}
