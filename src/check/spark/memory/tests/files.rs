//! Settings that a pod reads through its volumes and variables.

use super::{deployment, env, run, submit, verdict};
use serde_json::{Value, json};

fn with_volumes(mut deployment: Value, volumes: Value) -> Value {
    deployment["spec"]["template"]["spec"]["volumes"] = volumes;
    deployment
}

fn config_map(name: &str, key: &str, text: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "spark"}, "data": {key: text}})
}

const CONF: &str = "/opt/spark/conf/spark-defaults.conf";

fn mounting(limit: &str, mut container: Value, mount: &Value, volume: &Value) -> Value {
    container["volumeMounts"] = json!([mount]);
    with_volumes(deployment(limit, container), json!([volume]))
}

#[test]
fn spark_defaults_are_read_through_volumes() {
    let text = "spark.master k8s://x\nspark.driver.memory: 8g\n";
    let volume = json!({"name": "v", "configMap": {"name": "c"}});
    for mount in [
        json!({"name": "v", "mountPath": CONF, "subPath": "spark-defaults.conf"}),
        json!({"name": "v", "mountPath": "/opt/spark/conf"}),
    ] {
        let pod = mounting("4Gi", json!({}), &mount, &volume);
        let objects = [config_map("c", "spark-defaults.conf", text), pod];
        assert_eq!(verdict("spark-connect", &objects), Some("SK104"), "{mount}");
    }
    let renamed = json!({"name": "v", "projected": {"sources": [{"configMap": {"name": "c",
        "items": [{"key": "prod", "path": "spark-defaults.conf"}]}}]}});
    let mount = json!({"name": "v", "mountPath": "/opt/spark/conf/"});
    let pod = mounting("4Gi", json!({}), &mount, &renamed);
    assert_eq!(
        verdict("spark-connect", &[config_map("c", "prod", text), pod]),
        Some("SK104")
    );
}

#[test]
fn a_properties_file_takes_the_place_of_the_defaults() {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "spark"}, "data": {
        "spark-defaults.conf": "spark.driver.memory=8g", "job.conf": "spark.app.name=x"}});
    let mount = json!({"name": "v", "mountPath": "/conf"});
    let volume = json!({"name": "v", "configMap": {"name": "c"}});
    for (words, want) in [
        ("app.jar", Some("SK104")),
        ("--properties-file /conf/job.conf app.jar", Some("SK105")),
        (
            "--properties-file /conf/job.conf --load-spark-defaults app.jar",
            Some("SK104"),
        ),
        ("--properties-file /opt/in-the-image.conf app.jar", None),
        ("--properties-file $FILE app.jar", None),
    ] {
        let pod = mounting("4Gi", submit(words), &mount, &volume);
        assert_eq!(
            verdict("spark-driver", &[object.clone(), pod]),
            want,
            "{words}"
        );
    }
}

#[test]
fn a_file_that_an_init_container_renders_is_joined_through_the_pod() {
    for (heap, want) in [
        ("8g", Some("SK104")),
        ("2g", None),
        ("${HEAP}", None),
        ("", Some("SK105")),
    ] {
        let text = format!("spark.master=k8s://x\nspark.driver.memory={heap}\n");
        let mut pod = mounting(
            "4Gi",
            submit("--properties-file /tmp/conf/spark-defaults.conf app.jar"),
            &json!({"name": "w", "mountPath": "/tmp/conf"}),
            &json!({"name": "w", "emptyDir": {}}),
        );
        let spec = &mut pod["spec"]["template"]["spec"];
        spec["initContainers"] = json!([{"name": "render",
            "args": ["envsubst < /in/a.template > /tmp/conf/spark-defaults.conf"],
            "volumeMounts": [{"name": "v", "mountPath": "/in"}, {"name": "w", "mountPath": "/tmp/conf"}]}]);
        spec["volumes"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "v", "configMap": {"name": "c"}}));
        let objects = [config_map("c", "a.template", &text), pod];
        assert_eq!(verdict("spark-connect", &objects), want, "{heap}");
    }
}

#[test]
fn what_is_not_in_the_stream_is_unknown_never_absent() {
    let mount = json!({"name": "v", "mountPath": "/etc/x"});
    for (volume, want) in [
        (
            json!({"name": "v", "configMap": {"name": "elsewhere"}}),
            None,
        ),
        (
            json!({"name": "v", "secret": {"secretName": "certificates"}}),
            Some("SK105"),
        ),
        (json!({"name": "v", "emptyDir": {}}), Some("SK105")),
    ] {
        let pod = mounting("4Gi", json!({}), &mount, &volume);
        assert_eq!(verdict("spark-history-server", &[pod]), want, "{volume}");
    }
    for from in [
        json!({"envFrom": [{"configMapRef": {"name": "elsewhere"}}]}),
        json!({"env": [{"name": "SPARK_DAEMON_MEMORY", "valueFrom": {"configMapKeyRef": {"name": "e", "key": "k"}}}]}),
        json!({"env": [{"name": "SPARK_DAEMON_MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}]}),
    ] {
        let pod = deployment("4Gi", from.clone());
        assert_eq!(verdict("spark-history-server", &[pod]), None, "{from}");
    }
    let claim = mounting(
        "4Gi",
        submit("--properties-file /etc/x/a.conf app.jar"),
        &mount,
        &json!({"name": "v", "persistentVolumeClaim": {"claimName": "c"}}),
    );
    assert_eq!(verdict("spark-driver", &[claim]), None);
}

#[test]
fn variables_from_config_maps() {
    let reference = |key: &str| {
        json!({"env": [{"name": "SPARK_DAEMON_MEMORY",
        "valueFrom": {"configMapKeyRef": {"name": "c", "key": key}}}]})
    };
    let object = config_map("c", "heap", "8g");
    let pod = deployment("4Gi", reference("heap"));
    assert_eq!(
        verdict("spark-history-server", &[object, pod]),
        Some("SK104")
    );

    let object = config_map("c", "DAEMON_MEMORY", "8g");
    let from = json!({"envFrom": [{"prefix": "SPARK_", "configMapRef": {"name": "c"}}]});
    let pod = deployment("4Gi", from);
    assert_eq!(
        verdict("spark-history-server", &[object.clone(), pod]),
        Some("SK104")
    );
    let from = json!({"envFrom": [{"configMapRef": {"name": "c"}}]});
    let pod = deployment("4Gi", from);
    assert_eq!(
        verdict("spark-history-server", &[object, pod]),
        Some("SK105")
    );
}

#[test]
fn scripts_and_notebooks_that_name_a_heap_are_not_contradicted() {
    let mount = json!({"name": "v", "mountPath": "/scripts"});
    let volume = json!({"name": "v", "configMap": {"name": "c"}});
    for (role, text, want) in [
        (
            "spark-history-server",
            "export SPARK_DAEMON_MEMORY=$(compute)\n",
            None,
        ),
        (
            "spark-history-server",
            "# SPARK_DAEMON_MEMORY=2g\necho\n",
            Some("SK105"),
        ),
        (
            "spark-driver",
            "spark-submit --driver-memory 2g x.jar",
            None,
        ),
        ("jupyter", "b.config('spark.driver.memory', '2g')", None),
        (
            "jupyter",
            "b.config('spark.driver.memoryOverhead', '2g')",
            Some("SK105"),
        ),
    ] {
        let pod = mounting("4Gi", json!({"command": ["/scripts/run"]}), &mount, &volume);
        assert_eq!(
            verdict(role, &[config_map("c", "run", text), pod]),
            want,
            "{text}"
        );
    }
}

#[test]
fn figures_from_a_secret_are_not_told() {
    let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "spark"},
        "stringData": {"spark-defaults.conf": "spark.driver.memory=7777m", "heap": "7777m"}});
    let volume = json!({"name": "v", "secret": {"secretName": "s"}});
    let by_file = mounting(
        "4Gi",
        json!({}),
        &json!({"name": "v", "mountPath": "/opt/spark/conf"}),
        &volume,
    );
    let by_variable = deployment(
        "4Gi",
        json!({"env": [{"name": "SPARK_DRIVER_MEMORY",
        "valueFrom": {"secretKeyRef": {"name": "s", "key": "heap"}}}]}),
    );
    for pod in [by_file, by_variable] {
        let found = run("spark-driver", &[object.clone(), pod]);
        assert_eq!(found[0].id, "memory/heap-exceeds-limit");
        let said = format!("{found:?}");
        // Neither the heap nor the sum that would tell it.
        assert!(!said.contains("7777") && !said.contains("8554"), "{said}");
    }
}

#[test]
fn a_setting_that_is_not_in_the_stream_may_overrule_a_variable() {
    let mount = json!({"name": "v", "mountPath": "/opt/spark/conf"});
    let volume = json!({"name": "v", "configMap": {"name": "elsewhere"}});
    let pod = mounting("4Gi", env("SPARK_DRIVER_MEMORY", "8g"), &mount, &volume);
    assert_eq!(verdict("spark-driver", &[pod]), None);
}

#[test]
fn a_file_that_may_be_copied_into_place_is_not_contradicted() {
    let mount = json!({"name": "v", "mountPath": "/etc/spark"});
    let volume = json!({"name": "v", "configMap": {"name": "c"}});
    for heap in ["2g", "8g"] {
        let text = format!("spark.driver.memory={heap}");
        let pod = mounting("4Gi", json!({}), &mount, &volume);
        let objects = [config_map("c", "prod.conf", &text), pod];
        assert_eq!(verdict("spark-driver", &objects), None, "{heap}");
    }
}

#[test]
fn the_last_variable_wins() {
    let twice = json!({"env": [{"name": "SPARK_DAEMON_MEMORY", "value": "8g"},
        {"name": "SPARK_DAEMON_MEMORY", "value": "2g"}]});
    assert_eq!(
        verdict("spark-history-server", &[deployment("4Gi", twice)]),
        None
    );
    let from =
        json!({"envFrom": [{"configMapRef": {"name": "a"}}, {"configMapRef": {"name": "b"}}]});
    let objects = [
        config_map("a", "SPARK_DAEMON_MEMORY", "8g"),
        config_map("b", "SPARK_DAEMON_MEMORY", "2g"),
        deployment("4Gi", from),
    ];
    assert_eq!(verdict("spark-history-server", &objects), None);
}
