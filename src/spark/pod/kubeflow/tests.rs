//! What Kubeflow's operator really passes on, where that is not what one expects: it was run.

use super::*;
use crate::spark::pod::tests::application;
use serde_json::{Value, json};

/// `sparkpod_defaulter.go`, `findContainer`: the first container where none has the name; Spark puts its own last.
#[test]
fn a_template_whose_containers_have_other_names_gets_the_fields_in_its_first() {
    let driver = |names: &[&str]| {
        let containers: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        let template = json!({"spec": {"containers": containers}});
        let env = json!([{"name": "A", "value": "b"}]);
        let app = application(&json!({"driver": {"env": env, "template": template}}));
        let pods = predicted(&app, "4.1.4").unwrap();
        let containers = pods[0].value["spec"]["containers"].as_array().unwrap();
        let has = |container: &&Value| {
            container["env"]
                .as_array()
                .is_some_and(|env| env.iter().any(|v| v["name"] == "A"))
        };
        let with = containers.iter().find(has).unwrap();
        with["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(driver(&["main"]), "main");
    assert_eq!(driver(&["x", "y"]), "y");
    assert_eq!(
        driver(&["x", "spark-kubernetes-driver"]),
        "spark-kubernetes-driver"
    );
}

/// What the operator, run, does with applications that look right: v2.5.2, Spark 4.1.0.
#[test]
fn what_the_operator_passes_on_is_not_what_one_expects() {
    let refused = |spec: &Value| predicted(&application(spec), "4.1.4").unwrap_err().problem;
    // It cuts off `g` of `4G`, and finds none.
    assert_eq!(
        refused(&json!({"executor": {"memoryLimit": "4G"}})),
        Problem::Quantity
    );
    assert!(
        predicted(
            &application(&json!({"executor": {"memoryLimit": "4Gi"}})),
            "4.1.4"
        )
        .is_ok()
    );
    // It writes `containers: null` into the file, and empty texts on the command line.
    let template = json!({"driver": {"template": {"spec": {"serviceAccountName": "s"}}}});
    assert_eq!(refused(&template), Problem::NoContainers);
    refused(&json!({"driver": {"coreLimit": ""}}));
    let kueue = json!({"metadata": {"name": "pi", "labels": {"kueue.x-k8s.io/queue-name": "q", "team": "a"}}, "spec": {}});
    let told = settings(&kueue);
    let mut labels = told
        .keys()
        .filter(|key| key.contains(".label.") && !key.contains("sparkoperator"));
    assert!(labels.all(|key| key.ends_with(".label.team")));
    // A field that is there decides alone, and else a switch as Go reads it.
    let count = |spec: &Value| {
        settings(&application(spec))
            .get("spark.executor.instances")
            .cloned()
    };
    let on = json!({"spark.dynamicallocation.enabled": "T"});
    assert_eq!(count(&json!({"sparkConf": on})), None);
    assert_eq!(
        count(&json!({"sparkConf": on, "dynamicAllocation": {}})).as_deref(),
        Some("1")
    );
    let jars = json!({"deps": {"jars": ["a.jar", "b.jar"]}, "sparkConf": {"spark.jars": "c.jar"}});
    assert_eq!(settings(&application(&jars))["spark.jars"], "a.jar,b.jar");
}

/// Secrets, the driver's own fields, and scratch mounts that it refuses: `submission.go`.
#[test]
fn fields_of_the_driver_and_paths_are_passed_as_go_writes_them() {
    let app = application(&json!({
        "pythonVersion": "3",
        "driver": {
            "kubernetesMaster": "k8s://https://api:6443",
            "serviceLabels": {"team": "a"},
            "serviceAnnotations": {"b": "c"},
            "secrets": [{"name": "key", "path": "/mnt//a/../key/", "secretType": "GCPServiceAccount"}],
        },
        "sparkConf": {"spark.kubernetes.pyspark.pythonVersion": "2"},
    }));
    let told = settings(&app);
    for (key, text) in [
        ("spark.kubernetes.driver.master", "k8s://https://api:6443"),
        ("spark.kubernetes.driver.service.label.team", "a"),
        ("spark.kubernetes.driver.service.annotation.b", "c"),
        ("spark.kubernetes.driver.secrets.key", "/mnt//a/../key/"),
        (
            "spark.kubernetes.driverEnv.GOOGLE_APPLICATION_CREDENTIALS",
            "/mnt/key/key.json",
        ),
        ("spark.kubernetes.pyspark.pythonVersion", "2"),
        ("spark.kubernetes.submission.waitAppCompletion", "false"),
    ] {
        assert_eq!(told.get(key).map(String::as_str), Some(text), "{key}");
    }
    let scratch = |volumes: Value| {
        let mounts = json!([{"name": "spark-local-dir-1", "mountPath": "/scratch"}]);
        let spec = json!({"volumes": volumes, "executor": {"volumeMounts": mounts}});
        predicted(&application(&spec), "4.1.4").err()
    };
    let refused = Problem::NoScratch.at("spec.executor.volumeMounts");
    assert_eq!(scratch(json!([])), Some(refused.clone()));
    let named = |source: &str| scratch(json!([{"name": "spark-local-dir-1", source: {}}]));
    assert_eq!(named("ephemeral"), Some(refused));
    assert_eq!(named("emptyDir"), None);
}

/// `monitoring_config.go` and `addPrometheusConfig`.
#[test]
fn an_exporter_for_prometheus_is_in_settings_and_pods() {
    let monitoring = |more: &Value| {
        let mut monitoring = json!({"exposeExecutorMetrics": true, "exposeDriverMetrics": false,
            "prometheus": {"jmxExporterJar": "/jmx.jar", "port": 9090}});
        monitoring
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        application(&json!({
            "monitoring": monitoring,
            "executor": {"javaOptions": "-Xss1m", "annotations": {"prometheus.io/port": "1"}},
            "sparkConf": {"spark.metrics.conf": "/mine"},
        }))
    };
    let app = monitoring(&json!({}));
    let settings_of = |app: &Value, key: &str| settings(app).get(key).cloned();
    assert_eq!(
        settings_of(&app, "spark.executor.extraJavaOptions").as_deref(),
        Some("-Xss1m -javaagent:/jmx.jar=9090:/etc/metrics/conf/prometheus.yaml")
    );
    assert_eq!(settings_of(&app, "spark.driver.extraJavaOptions"), None);
    assert_eq!(
        settings_of(&app, "spark.metrics.conf").as_deref(),
        Some("/etc/metrics/conf/metrics.properties")
    );
    let pods = predicted(&app, "4.1.4").unwrap();
    let [driver, executor] = &pods[..] else {
        panic!("{pods:?}")
    };
    let annotations = &executor.value["metadata"]["annotations"];
    assert_eq!(annotations["prometheus.io/scrape"], "true");
    assert_eq!(annotations["prometheus.io/port"], "9090");
    let container = &executor.value["spec"]["containers"][0];
    let port = json!({"name": "jmx-exporter", "containerPort": 9090, "protocol": "TCP"});
    let ports = container["ports"].as_array().unwrap();
    assert_eq!(ports.last(), Some(&port));
    let volume = json!({"name": "pi-prom-conf-vol", "configMap": {"name": "pi-prom-conf"}});
    let has = |pod: &Value| {
        pod["spec"]["volumes"]
            .as_array()
            .is_some_and(|all| all.contains(&volume))
    };
    assert!(has(&executor.value) && !has(&driver.value));
    // Both files are the image's: the operator makes none.
    let own = monitoring(&json!({"metricsPropertiesFile": "/m", "prometheus":
        {"jmxExporterJar": "/jmx.jar", "configFile": "/c"}}));
    assert!(!has(&predicted(&own, "4.1.4").unwrap()[1].value));
    assert_eq!(
        settings_of(&own, "spark.metrics.conf").as_deref(),
        Some("/m")
    );
    let agent = "-Xss1m -javaagent:/jmx.jar=8090:/c";
    assert_eq!(
        settings_of(&own, "spark.executor.extraJavaOptions").as_deref(),
        Some(agent)
    );
}
