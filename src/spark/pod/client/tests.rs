//! Executors of drivers in client mode: what is passed on, what is not known, which template.

use super::*;
use crate::manifest::spark::Sources;
use crate::manifest::testing::{table, yaml};
use crate::manifest::{Places, objects};
use crate::spark::conf::hold;
use crate::spark::process::{SeenPod, processes};
use crate::spark::version::Release;

/// What is predicted of the Deployment of a stream, whose first container has the role.
fn of(text: &str, role: &str) -> Option<Predicted> {
    let stream = Stream::parse(text).unwrap();
    let (objects, _) = objects(&stream);
    let values: Vec<_> = text.split("---\n").map(yaml).collect();
    let mut sources = Sources::default();
    for (index, value) in values.iter().enumerate() {
        hold(&mut sources, index, value);
    }
    let places: Places = table("places");
    let place = places.of("apps/v1", "Deployment").unwrap();
    let is_deployment = |value: &&Value| value["kind"] == "Deployment";
    let at = values
        .iter()
        .position(|value| is_deployment(&value))
        .unwrap();
    let place = place.pods(&values[at]).into_iter().next().unwrap();
    let pod = SeenPod {
        value: place.extract(&values[at]).unwrap(),
        place,
        roles: vec![None, Some(role.to_owned())],
    };
    let seen = Seen {
        index: at,
        value: values[at].clone(),
        pods: vec![pod],
    };
    let seen = [seen];
    let found = processes(&seen, &sources, Release::V4_1_4.version());
    client(found.first()?, &seen[0], &objects)
}

/// A Connect server whose properties and executor template an init container fills in.
fn chart(properties: &str, template: &str) -> String {
    let indented = |text: &str| text.replace('\n', "\n    ");
    format!(
        r#"apiVersion: v1
kind: ConfigMap
metadata: {{name: files}}
data:
  spark.conf.template: |
    spark.master=k8s://https://kubernetes.default.svc
    {}
  executor.yaml.template: |
    {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: connect, namespace: own}}
spec:
  replicas: 2
  template:
    spec:
      initContainers:
      - name: render
        command: [sh, -c, "envsubst < /in/spark.conf.template > /out/spark-defaults.conf && envsubst < /in/executor.yaml.template > /out/executor.yaml"]
        volumeMounts: [{{name: in, mountPath: /in}}, {{name: out, mountPath: /out}}]
      containers:
      - name: connect
        image: apache/spark:4.1.4
        env: [{{name: SPARK_CONF_DIR, value: /out}}]
        resources: {{requests: {{memory: 2Gi}}, limits: {{memory: 4Gi}}}}
        volumeMounts: [{{name: out, mountPath: /out}}]
      volumes:
      - {{name: in, configMap: {{name: files}}}}
      - {{name: out, emptyDir: {{}}}}
"#,
        indented(properties),
        indented(template)
    )
}

const IMAGE: &str = "spark.kubernetes.container.image=apache/spark:4.1.4";
const NAMED: &str = "spark.kubernetes.executor.podTemplateFile=/out/executor.yaml";

fn connect(properties: &str, template: &str) -> Predicted {
    let text = chart(&format!("{IMAGE}\n{properties}"), template);
    of(&text, "spark-connect").unwrap()
}

fn why(properties: &str, template: &str) -> String {
    let refused = connect(properties, template).pods.unwrap_err();
    assert!(refused.is_unknown, "{}", refused.why);
    refused.why
}

fn executor(predicted: &Predicted) -> &Pod {
    predicted.pods.as_ref().unwrap().last().unwrap()
}

fn variable<'p>(pod: &'p Pod, name: &str) -> &'p str {
    let env = pod.container()["env"].as_array().unwrap();
    let own = env.iter().find(|one| one["name"] == name);
    own.unwrap()["value"].as_str().unwrap()
}

#[test]
fn an_executor_is_a_jvm_of_default_size_where_nothing_is_set() {
    let predicted = connect("", "");
    assert_eq!(predicted.version, "4.1.4");
    let [driver, executor] = predicted.pods.as_ref().unwrap().as_slice() else {
        panic!("{predicted:?}");
    };
    assert_eq!(
        (executor.role, executor.limit("memory")),
        ("executor", Some("1408Mi"))
    );
    assert_eq!(executor.count, Count::fixed(2));
    // Spark's default, and not where the driver is.
    assert_eq!(executor.value["metadata"]["namespace"], "default");
    assert_eq!(
        (driver.role, driver.limit("memory")),
        ("driver", Some("4Gi"))
    );
    assert_eq!(driver.resources.heap.mebibytes, 1024);
    assert_eq!(driver.count, Count::fixed(2));
    assert!(!driver.is_sized() && executor.is_sized());
    assert_eq!(driver.value["metadata"]["namespace"], "own");
}

#[test]
fn nobody_knows_an_address_that_is_not_set() {
    let url = |properties: &str| {
        let predicted = connect(properties, "");
        variable(executor(&predicted), "SPARK_DRIVER_URL").to_owned()
    };
    assert_eq!(
        url(""),
        "spark://CoarseGrainedScheduler@${spark.driver.host}:${spark.driver.port}"
    );
    assert_eq!(
        url("spark.driver.host=connect.own\nspark.driver.port=7078"),
        "spark://CoarseGrainedScheduler@connect.own:7078"
    );
    assert_eq!(
        url("spark.driver.host=${POD_IP}\nspark.driver.port=0"),
        "spark://CoarseGrainedScheduler@${POD_IP}:${spark.driver.port}"
    );
}

#[test]
fn what_is_passed_on_stays_as_it_is_written() {
    let predicted = connect(
        "spark.app.name=${APP}\nspark.kubernetes.namespace=$(NAMESPACE)\nspark.kubernetes.executor.podNamePrefix=${POD}-x\n\
         spark.kubernetes.authenticate.driver.serviceAccountName={{account}}\nspark.executor.extraJavaOptions=-Da=${A} -Db=2\n\
         spark.kubernetes.executor.label.team=${TEAM}",
        "",
    );
    let pod = executor(&predicted);
    let metadata = &pod.value["metadata"];
    assert_eq!(metadata["namespace"], "$(NAMESPACE)");
    assert_eq!(metadata["name"], "${POD}-x-exec-1");
    assert_eq!(pod.value["spec"]["hostname"], Value::Null);
    assert_eq!(metadata["labels"]["spark-app-name"], "${APP}");
    assert_eq!(metadata["labels"]["team"], "${TEAM}");
    assert_eq!(pod.value["spec"]["serviceAccountName"], "{{account}}");
    assert_eq!(variable(pod, "SPARK_JAVA_OPT_0"), "-Da=${A}");
}

#[test]
fn what_decides_and_is_not_known_is_named() {
    for key in [
        "spark.executor.memory",
        "spark.executor.instances",
        "spark.kubernetes.executor.container.image",
        "spark.kubernetes.executor.podTemplateFile",
        "spark.executor.resource.gpu.amount",
    ] {
        let why = why(&format!("{key}=${{X}}"), "");
        assert_eq!(
            why,
            format!("`{key}` holds a placeholder, so that its value is not known")
        );
    }
    // Bounds count only where executors come and go.
    let bounds = "spark.dynamicAllocation.maxExecutors=${MOST}";
    assert!(connect(bounds, "").pods.is_ok());
    let on = format!("{bounds}\nspark.dynamicAllocation.enabled=true");
    assert!(why(&on, "").starts_with("`spark.dynamicAllocation.maxExecutors`"));
}

#[test]
fn a_part_of_the_configuration_that_is_not_here_is_named() {
    let text = chart(IMAGE, "").replace("configMap: {name: files}", "configMap: {name: elsewhere}");
    let master = "env: [{name: MASTER, value: \"k8s://https://api\"}, ";
    let refused = of(&text.replace("env: [", master), "spark-connect")
        .unwrap()
        .pods
        .unwrap_err();
    assert_eq!(
        refused.said("this"),
        "the pods of this are not known: it is configured by `ConfigMap/elsewhere` as well, which this stream does not hold"
    );
}

#[test]
fn a_template_is_the_text_that_is_filled_in() {
    let template = "kind: Pod\nspec:\n  priorityClassName: ${CLASS}\n  containers:\n  - name: main\n    resources: {limits: {memory: 9Gi, cpu: 3}}";
    let predicted = connect(NAMED, template);
    let pod = executor(&predicted);
    assert_eq!(pod.container, "main");
    assert_eq!(pod.value["spec"]["priorityClassName"], "${CLASS}");
    assert_eq!(
        (pod.limit("memory"), pod.limit("cpu")),
        (Some("1408Mi"), Some("3"))
    );
    assert_eq!(
        why(&NAMED.replace("/out/", "/opt/"), template),
        format!(
            "the pod template `/opt/executor.yaml` (`{TEMPLATE}`) is not in this stream, or more than one text may be it"
        )
    );
    assert!(
        why(NAMED, "{{ if }}\nspec: {}").ends_with("cannot be read as YAML before it is filled in")
    );
    assert!(why(NAMED, "[]").ends_with("does not hold one pod"));
    let refused = connect(NAMED, "kind: Pod").pods.unwrap_err();
    assert!(!refused.is_unknown);
}

#[test]
fn values_of_a_secret_are_not_told() {
    let text = chart(&format!("{IMAGE}\nspark.executor.memory=3g"), "");
    let text = text
        .replace("kind: ConfigMap", "kind: Secret")
        .replace("\ndata:", "\nstringData:");
    let text = text.replace("configMap: {name: files}", "secret: {secretName: files}");
    let predicted = of(&text, "spark-connect").unwrap();
    assert!(predicted.origins.is_empty());
    assert_eq!(
        predicted.pods.unwrap_err().why,
        "`spark.executor.memory` stands in a Secret, whose values are not shown"
    );
}

#[test]
fn a_driver_elsewhere_is_left_alone() {
    let text = chart(IMAGE, "").replace(
        "k8s://https://kubernetes.default.svc",
        "spark://master:7077",
    );
    assert!(of(&text, "spark-connect").is_none());
    assert!(of(&chart(IMAGE, ""), "spark-history-server").is_none());
}
