//! Order, places and doubt.

use super::*;
use crate::manifest::testing::{table, yaml};
use crate::manifest::{ContainerKind, Places, Pod};
use crate::spark::version::Release;

/// The configuration of the first container of the first Deployment of some objects.
fn conf(objects: &str, role: &str) -> Conf {
    let values: Vec<_> = objects.split("---\n").map(yaml).collect();
    let mut sources = crate::manifest::spark::Sources::default();
    for (index, value) in values.iter().enumerate() {
        hold(&mut sources, index, value);
    }
    let places: Places = table("places");
    let at = values
        .iter()
        .position(|value| value["kind"] == "Deployment")
        .unwrap();
    let place = places.of("apps/v1", "Deployment").unwrap();
    let place = place.pods(&values[at]).into_iter().next().unwrap();
    let value = place.extract(&values[at]).unwrap();
    let pod = Pod { value: &value };
    let container = pod
        .containers()
        .find(|c| c.kind == ContainerKind::Main)
        .unwrap();
    let seat = Seat {
        object: at,
        namespace: "",
        place: &place,
        pod,
        container,
        role,
    };
    let read = of_container(&sources, seat);
    read.conf.with_version(Release::V4_1_4.version())
}

const STREAM: &str = r"
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    # comment
    spark.executor.memory 4g
    spark.executor.cores = 2
    spark.driver.host: ${POD_IP}
    spark.app.name a
    spark.metrics.namespace ${spark.app.name}-x
    spark.app.name b
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        args: [/opt/spark/sbin/start-connect-server.sh, --conf, spark.executor.cores=4]
        env:
        - {name: SPARK_EXECUTOR_MEMORY, value: 8g}
        - {name: SPARK_SUBMIT_OPTS, value: -Dspark.ui.port=4041 -Dspark.executor.memory=1g}
        volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, configMap: {name: conf}}]
";

fn told(conf: &Conf, key: &str) -> Vec<(String, Given, String, Option<usize>)> {
    let all = conf.all(key).iter();
    all.map(|e| {
        (
            e.text.clone(),
            e.given,
            e.spot.path.to_string(),
            e.spot.inside.map(|(l, _)| l),
        )
    })
    .collect()
}

#[test]
fn each_value_has_its_place_and_who_overrules_it() {
    let conf = conf(STREAM, "spark-connect");
    let container = "/spec/template/spec/containers/0";
    let file = "/data/spark-defaults.conf".to_owned();
    let row = |text: &str, given, path: &str, line| (text.to_owned(), given, path.to_owned(), line);
    assert_eq!(
        told(&conf, "spark.executor.cores"),
        [
            row("4", Given::Argument, &format!("{container}/args/2"), None),
            row("2", Given::Defaults, &file, Some(3)),
        ]
    );
    assert_eq!(
        told(&conf, "spark.executor.memory"),
        [
            row("4g", Given::Defaults, &file, Some(2)),
            row(
                "1g",
                Given::Option,
                &format!("{container}/env/1/value"),
                None
            ),
            row(
                "8g",
                Given::Variable,
                &format!("{container}/env/0/value"),
                None
            ),
        ]
    );
    assert_eq!(
        told(&conf, "spark.app.name"),
        [
            row("b", Given::Defaults, &file, Some(7)),
            row("a", Given::Defaults, &file, Some(5)),
        ]
    );
}

#[test]
fn what_is_filled_in_later_is_unknown_and_what_names_settings_is_not() {
    let conf = conf(STREAM, "spark-connect");
    assert_eq!(conf.get("spark.driver.host"), Told::Unknown);
    assert_eq!(conf.text("spark.metrics.namespace").unwrap(), "b-x");
    assert_eq!(conf.get("spark.driver.port"), Told::Unset);
    assert_eq!(conf.effective("spark.driver.port").unwrap(), "0");
    assert_eq!(
        conf.effective("spark.driver.blockManager.port").unwrap(),
        "0"
    );
    assert_eq!(
        conf.flag("spark.dynamicAllocation.shuffleTracking.enabled"),
        Some(true)
    );
    assert!(!conf.is_complete());
}

#[test]
fn what_is_not_in_the_stream_may_set_anything() {
    let without = STREAM.replace("metadata: {name: conf}", "metadata: {name: other}");
    let conf = conf(&without, "spark-connect");
    assert_eq!(conf.gaps(), ["`ConfigMap/conf`"]);
    assert_eq!(conf.get("spark.driver.port"), Told::Unknown);
    assert_eq!(conf.text("spark.executor.cores").unwrap(), "4");
}

#[test]
fn a_file_that_an_init_container_renders_is_what_it_is_made_of() {
    let rendered = r"
kind: ConfigMap
metadata: {name: conf}
data:
  spark-properties.conf.template: |
    spark.driver.port=7078
    spark.driver.host=${POD_IP}
  pod.yaml.template: |
    spark.driver.port: 1
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      initContainers:
      - name: render
        command: [sh, -c, 'cp /in/pod.yaml.template /out/pod.yaml && envsubst < /in/spark-properties.conf.template > /out/spark-defaults.conf']
        volumeMounts: [{name: in, mountPath: /in}, {name: out, mountPath: /out}]
      containers:
      - name: connect
        command: [sh, -c, 'exec spark-submit --properties-file /out/spark-defaults.conf x.jar']
        volumeMounts: [{name: out, mountPath: /out}]
      volumes: [{name: in, configMap: {name: conf}}, {name: out, emptyDir: {}}]
";
    let conf = conf(rendered, "spark-connect");
    assert_eq!(conf.text("spark.driver.port").unwrap(), "7078");
    assert_eq!(conf.get("spark.driver.host"), Told::Unknown);
    assert_eq!(conf.all("spark.driver.port").len(), 1);
}

#[test]
fn variables_of_the_launcher_are_kept() {
    let conf = conf(
        r"
kind: ConfigMap
metadata: {name: env}
data: {SPARK_WORKER_MEMORY: 2g, OTHER: a}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: w}
spec:
  template:
    spec:
      containers:
      - name: w
        command: [sh, -c, 'export SPARK_DAEMON_MEMORY=1g; exec spark-class org.apache.spark.deploy.worker.Worker']
        env:
        - {name: SPARK_MEM, value: ''}
        - {name: SPARK_WORKER_DIR, value: $(DIR)}
        - {name: JAVA_TOOL_OPTIONS, valueFrom: {configMapKeyRef: {name: elsewhere, key: a}}}
        envFrom: [{configMapRef: {name: env}}]
",
        "spark-worker",
    );
    let told = |name: &str| match conf.variable(name) {
        Told::Set(known) => known.text.into_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(told("SPARK_DAEMON_MEMORY"), "1g");
    assert_eq!(told("SPARK_WORKER_MEMORY"), "2g");
    assert_eq!(told("SPARK_MEM"), "Unset");
    assert_eq!(told("SPARK_WORKER_DIR"), "Unknown");
    assert_eq!(told("JAVA_TOOL_OPTIONS"), "Unknown");
    assert_eq!(told("OTHER"), "Unset");
    let entry = conf.variable_entry("SPARK_WORKER_MEMORY").unwrap();
    assert!(entry.spot.path.to_string().ends_with("/envFrom/0"));
}
