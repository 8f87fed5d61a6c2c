//! A stream whose Spark settings are credentials, at the places that rules on Spark have something to say of.

use super::{Row, filled, row};
use crate::lab::{program, write};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every rule at its own grade.
const PRESET: &str = include_str!("../corpus/everything.yaml");

/// Processes that read a file of a Secret, a file of a `ConfigMap`, options, variables and an application's own settings.
const SPARK: &str = r#"apiVersion: v1
kind: Secret
metadata: {name: conf, namespace: a}
stringData:
  memory: {{memory-of-secret}}
  host: {{host-of-secret}}
  options: -Xmx9g -Da.host={{option-of-secret}}
  spark-defaults.conf: |
    spark.driver.host={{host}}
    spark.driver.bindAddress={{bind}}
    spark.driver.memory={{driver-size}}
    spark.executor.memory={{executor-size}}
    spark.executor.memoryOverhead={{overhead}}
    spark.memory.offHeap.enabled=true
    spark.memory.offHeap.size={{off-heap}}
    spark.executor.cores={{cores}}
    spark.kubernetes.executor.request.cores={{request}}
    spark.kubernetes.executor.limit.cores={{limit}}
    spark.kubernetes.executor.request.memory={{unknown-memory}}
    spark.kubernetes.executor.lable.team={{unknown}}
    spark.kubernetes.executor.label.team={{label}}!
    spark.kubernetes.executor.podNamePrefix={{prefix}}_
    spark.kubernetes.executor.podTemplateFile=/opt/spark/conf/{{template}}.yaml
    spark.kubernetes.executor.node.selector.karpenter.sh/capacity-type=spot
    spark.kubernetes.executor.annotation.linkerd.io/inject={{mesh}}
    spark.kubernetes.executor.volumes.persistentVolumeClaim.data.options.claimName={{claim}}
    spark.kubernetes.executor.volumes.persistentVolumeClaim.data.mount.path=/{{mount}}
    spark.kubernetes.namespace={{namespace}}
    spark.kubernetes.container.image=registry.example.com/{{image}}/spark:3.4.0
    spark.kubernetes.authenticate.driver.serviceAccountName={{account}}
    spark.master=k8s://https://{{master}}
    spark.local.dir=/{{scratch}}
    spark.eventLog.enabled=true
    spark.eventLog.dir=s3a://{{bucket}}/events
    spark.hadoop.fs.s3a.endpoint=http://{{endpoint}}.example.com:9000
    spark.hadoop.fs.s3a.connection.ssl.enabled=false
    spark.jars=https://user:{{jar}}@example.com/spark-avro_2.12-3.5.7.jar
    spark.jars.packages={{package}}.apache.spark:spark-avro_2.12:3.5.7
    spark.plugins={{plugin}}
    spark.shuffle.manager={{shuffle}}
    spark.serializer={{serializer}}
    spark.authenticate=true
    spark.authenticate.secret={{authenticate}}
    spark.yarn.executor.memoryOverhead={{deprecated}}
    spark.dynamicAllocation.enabled=true
    spark.dynamicAllocation.maxExecutors={{most}}
    spark.executor.extraJavaOptions=-Xmx8g -XX:MaxRAMPercentage=80 -Da.b={{plain-option}}
    spark.ssl.keyPassword={{first}}
    spark.ssl.keyPassword={{second}}
    spark.ssl.trustStorePassword="{{in-quotes}}"
    spark.ssl.keyStorePassword={{commented}} # {{comment}}
    "spark.ui.port={{quoted-key}}"
    fs.s3a.secret.key={{dropped}}
    {{prose}} and more
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect, namespace: a}
spec:
  replicas: 2
  selector: {matchLabels: {app: connect}}
  template:
    metadata:
      labels: {app: connect}
      annotations: {prometheus.io/scrape: "true", prometheus.io/port: "4040", prometheus.io/path: /metrics/prometheus}
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          command: [/opt/spark/sbin/start-connect-server.sh]
          args: [--conf, spark.ssl.keyStorePassword={{argument}}, --conf, "spark.hadoop.a.url=jdbc:pg://u:{{url}}@h"]
          env:
            - {name: SPARK_DRIVER_MEMORY, valueFrom: {secretKeyRef: {name: conf, key: memory}}}
            - {name: SPARK_DAEMON_MEMORY, valueFrom: {secretKeyRef: {name: conf, key: memory}}}
            - {name: SPARK_SUBMIT_OPTS, valueFrom: {secretKeyRef: {name: conf, key: options}}}
            - {name: JAVA_TOOL_OPTIONS, value: "-Xmx7g -Da.password={{tool-option}}"}
          volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, secret: {secretName: conf}}]
---
apiVersion: v1
kind: Service
metadata: {name: connect, namespace: a}
spec: {type: LoadBalancer, selector: {app: connect}, ports: [{port: 15002}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: history, namespace: a}
data:
  spark-defaults.conf: |
    spark.history.fs.logDirectory=s3a://other/events
    spark.hadoop.fs.s3a.secret.key={{history-key}} # {{history-comment}}
    spark.ssl.historyServer.keyPassword="{{history-quoted}}"
    spark.ssl.historyServer.keyStorePassword={{history-first}}
    spark.ssl.historyServer.keyStorePassword={{history-second}}
    spark.history.store.password={{history-unknown}}
    spark.history.ui.url=https://u:{{history-url}}@h
    spark.hadoop.fs.s3a.endpoint=http://u:{{history-endpoint}}@minio.example.com:9000
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history, namespace: a}
spec:
  selector: {matchLabels: {app: history}}
  template:
    metadata: {labels: {app: history}}
    spec:
      containers:
        - name: history
          image: apache/spark:3.5.7
          command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
          env:
            - {name: SPARK_HISTORY_OPTS, value: "-Xmx4g -Dspark.ssl.historyServer.keyPassword={{history-option}} -Da.token={{history-token}}"}
            - {name: SPARK_DAEMON_MEMORY, value: 4gb}
            - {name: DB_PASSWORD, value: "{{variable}}"}
          volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, configMap: {name: history}}]
---
apiVersion: v1
kind: Pod
metadata: {name: notebook, namespace: a}
spec:
  containers:
    - name: jupyter
      image: jupyter/pyspark-notebook:spark-4.1.1
      env:
        - {name: SPARK_REMOTE, value: "sc://connect:15002/;token={{remote-token}}"}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: job, namespace: a}
spec:
  type: Scala
  mode: cluster
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  mainApplicationFile: https://user:{{main}}@example.com/spark-avro_2.12-3.5.7.jar
  arguments: [--password, "{{application-argument}}", --size, 4g]
  deps:
    jars: ["https://user:{{deps}}@example.com/spark-sql-kafka-0-10_2.12-3.5.7.jar"]
    packages: ["org.apache.spark:spark-avro_2.12:3.5.7"]
    repositories: ["https://user:{{repository}}@example.com/maven"]
  hadoopConf: {fs.s3a.secret.key: "{{hadoop}}", fs.s3a.endpoint: "http://u:{{application-endpoint}}@minio.example.com:9000"}
  sparkConf:
    spark.authenticate.secret: "{{application-secret}}"
    spark.hadoop.fs.s3a.secret.key: "{{overruled}}"
    spark.ssl.keyStorePassword: "{{application-key-store}}"
    spark.driver.extraJavaOptions: -Xmx3g -Da.password={{application-option}}
    spark.executor.extraJavaOptions: -Xmx3g -Djavax.net.ssl.trustStorePassword={{application-trust}}
    spark.executor.memory: 4gbb
    spark.kubernetes.driver.secret.password: "{{application-unknown}}"
    spark.eventLog.enabled: "true"
    spark.eventLog.dir: s3a://u:{{application-bucket}}@events/x
    spark.kubernetes.driverEnv.DB_PASSWORD: "{{application-variable}}"
  driver:
    memory: 2g
    javaOptions: -Xmx5g -Da.password={{field-option}}
    envVars: {API_TOKEN: "{{field-variable}}"}
  executor:
    memory: 4g
    javaOptions: -Xmx5g -Da.keyStorePassword={{field-executor}}
"#;

/// Runs over it: name, what is typed, how it ends. Every format of a report, and what else reads settings.
const RUNS: &[(&str, &str, i32)] = &[
    (
        "spark-check-text",
        "check -f in.yaml --preset ./all.yaml",
        1,
    ),
    (
        "spark-check-json",
        "check -f in.yaml --preset ./all.yaml -o json",
        1,
    ),
    (
        "spark-check-sarif",
        "check -f in.yaml --preset ./all.yaml -o sarif",
        1,
    ),
    (
        "spark-check-junit",
        "check -f in.yaml --preset ./all.yaml -o junit",
        1,
    ),
    (
        "spark-check-github",
        "check -f in.yaml --preset ./all.yaml -o github",
        1,
    ),
    (
        "spark-check-markdown",
        "check -f in.yaml --preset ./all.yaml -o markdown",
        1,
    ),
    (
        "spark-render",
        "render -f in.yaml --preset ./all.yaml REPORTS",
        1,
    ),
    (
        "spark-render-helm4",
        "render --host helm4 -f in.yaml --preset ./all.yaml",
        0,
    ),
    ("spark-conf", "conf -f in.yaml", 0),
    ("spark-conf-json", "conf -f in.yaml -o json", 0),
    ("spark-pods", "pods -f in.yaml", 1),
    ("spark-pods-json", "pods -f in.yaml -o json", 1),
    ("spark-pods-yaml", "pods -f in.yaml -o yaml", 1),
];

pub(super) fn all() -> Vec<Row> {
    let row = |(name, typed, code): &(&str, &str, i32)| row(name, files(), &[*typed], *code);
    RUNS.iter().map(row).collect()
}

fn files() -> Vec<(&'static str, String)> {
    vec![
        ("in.yaml", SPARK.to_owned()),
        ("all.yaml", PRESET.to_owned()),
    ]
}

#[test]
fn many_rules_speak_of_its_credentials() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files() {
        write(
            &folder.path().join(name),
            filled(&text, &mut BTreeSet::new()),
        );
    }
    let typed = "check -f in.yaml --preset ./all.yaml -o json";
    let ended = program(&typed.split(' ').collect::<Vec<_>>())
        .within(folder.path())
        .run();
    let report: Value = serde_json::from_str(&ended.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    let ids: BTreeSet<_> = findings.filter_map(|one| one["id"].as_str()).collect();
    let spoken = ids.iter().filter(|id| id.starts_with("spark/")).count();
    assert!(spoken >= 25, "{spoken}: {ids:?}");
}
