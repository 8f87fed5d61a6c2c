//! Where web interfaces listen and whether they serve metrics, by all the ways of setting it.

use super::*;
use crate::manifest::testing::table;
use crate::manifest::{Pod, Roles};
use serde_json::{Value, json};

/// Port, metering and reason of the last container, in `role`.
fn web(role: &str, container: &Value, others: &[Value]) -> String {
    let volumes = json!([
        {"name": "conf", "configMap": {"name": "conf"}},
        {"name": "scratch", "emptyDir": {}},
    ]);
    let pod = json!({"spec": {"volumes": volumes, "containers": [container]}});
    let mut sources = Sources::default();
    for object in others {
        sources.add(source_kind(object).unwrap(), object);
    }
    let roles: Roles = table("roles");
    let pod = Pod { value: &pod };
    let web = Web::of(roles.get(role).unwrap(), &sources, "ns", pod, container).unwrap();
    let port = web.port.map_or("?".to_owned(), |port| port.to_string());
    format!("{port} {:?}: {}", web.metering, web.because)
}

fn says(role: &str, container: &Value) -> String {
    web(role, container, &[])
}

fn config_map(name: &str, data: &Value) -> Value {
    json!({"kind": "ConfigMap", "metadata": {"name": name, "namespace": "ns"}, "data": data})
}

const UNSET: &str = "nothing sets `spark.ui.prometheus.enabled`";

#[test]
fn every_property_of_the_table_is_kept() {
    let roles: Roles = table("roles");
    for role in &roles.roles {
        let ui = role.ui.iter();
        let of_ui = ui.flat_map(|ui| ui.property.iter().chain(&ui.enabled));
        let first = role.metrics.first().map(|row| &row.property);
        for property in of_ui.chain(first.filter(|key| !key.contains('*'))) {
            assert!(SETTINGS.contains(&property.as_str()), "{property}");
        }
    }
}

#[test]
fn command_lines_move_and_close_interfaces() {
    for (words, expected) in [
        (json!([]), format!("4040 Unset: {UNSET}")),
        (
            json!(["--conf", "spark.ui.port=4050"]),
            format!("4050 Unset: {UNSET}"),
        ),
        (
            json!([
                "sh",
                "-c",
                "exec /opt/spark/sbin/start-connect-server.sh --conf spark.ui.enabled=FALSE"
            ]),
            "4040 Off: `spark.ui.enabled` is false".to_owned(),
        ),
        (
            json!(["--conf", "spark.ui.prometheus.enabled=false"]),
            "4040 Off: `spark.ui.prometheus.enabled` is false".to_owned(),
        ),
        (
            json!([
                "--conf",
                "spark.ui.prometheus.enabled=true",
                "--conf",
                "spark.ui.enabled=true"
            ]),
            "4040 On: `spark.ui.prometheus.enabled` is set".to_owned(),
        ),
        (
            json!(["--conf", "spark.ui.port=$(UI_PORT)"]),
            "? Unknown: the stream does not tell what `spark.ui.port` is set to".to_owned(),
        ),
        (
            json!(["--conf", "spark.ui.port=0"]),
            "? Unknown: `spark.ui.port` names no port that is known beforehand".to_owned(),
        ),
        (
            json!(["--conf", "spark.ui.portMaxRetries=3"]),
            format!("4040 Unset: {UNSET}"),
        ),
    ] {
        assert_eq!(says("spark-connect", &json!({"args": words})), expected);
    }
}

#[test]
fn variables_hand_options_to_the_jvm() {
    let env = |name: &str, value: &str| json!({"env": [{"name": name, "value": value}]});
    for (role, container, expected) in [
        (
            "spark-connect",
            env("SPARK_SUBMIT_OPTS", "-Xss4m -Dspark.ui.port=4051"),
            "4051 Unset",
        ),
        (
            "spark-history-server",
            env(
                "SPARK_HISTORY_OPTS",
                "-Dspark.history.fs.logDirectory=$(DIR) -Dspark.history.ui.port=18081",
            ),
            "18081 Off: it serves no metrics",
        ),
        // Another process reads it.
        (
            "spark-history-server",
            env("SPARK_WORKER_OPTS", "-Dspark.history.ui.port=18081"),
            "18080 Off",
        ),
        (
            "spark-master",
            env("SPARK_MASTER_WEBUI_PORT", "9090"),
            "9090 Unset",
        ),
        (
            "spark-master",
            json!({"command": ["start-master.sh", "--webui-port", "9091"],
                "env": [{"name": "SPARK_MASTER_WEBUI_PORT", "value": "9090"}]}),
            "9091 Unset",
        ),
        (
            "spark-worker",
            env(
                "SPARK_WORKER_OPTS",
                "$(EXTRA) -Dspark.worker.cleanup.enabled=true",
            ),
            "? Unknown: the stream does not tell what `spark.worker.ui.port` is set to",
        ),
    ] {
        let said = says(role, &container);
        assert!(said.starts_with(expected), "{container}: {said}");
    }
}

#[test]
fn drivers_and_daemons_called_by_hand() {
    let env = |name: &str, value: &str| json!({"env": [{"name": name, "value": value}]});
    for (role, container, expected) in [
        (
            "spark-driver",
            env(
                "PYSPARK_SUBMIT_ARGS",
                "--conf spark.ui.enabled=false pyspark-shell",
            ),
            "4040 Off",
        ),
        // Which of the two counts differs between processes.
        (
            "spark-driver",
            json!({"args": ["spark-submit", "--conf", "spark.ui.port=1"],
                "env": [{"name": "SPARK_SUBMIT_OPTS", "value": "-Dspark.ui.port=2"}]}),
            "? Unknown",
        ),
        (
            "spark-history-server",
            json!({"command": ["java", "-Dspark.history.ui.port=18082", "-cp", "x", "H"]}),
            "18082 Off",
        ),
    ] {
        let said = says(role, &container);
        assert!(said.starts_with(expected), "{container}: {said}");
    }
}

#[test]
fn files_of_the_stream_are_read_where_the_process_reads_them() {
    let mounted = json!({"volumeMounts": [{"name": "conf", "mountPath": "/opt/spark/conf"}]});
    let defaults = |text: &str| config_map("conf", &json!({"spark-defaults.conf": text}));
    for (text, expected) in [
        ("spark.ui.port 4050\n", "4050 Unset"),
        ("# spark.ui.port 4050\n", "4040 Unset"),
        ("spark.ui.enabled=false\n", "4040 Off"),
        ("spark.ui.port=${PORT}\n", "? Unknown"),
        (
            "spark.driver.extraJavaOptions=-Dspark.ui.port=1\n",
            "? Unknown",
        ),
    ] {
        let said = web("spark-connect", &mounted, &[defaults(text)]);
        assert!(said.starts_with(expected), "{text}: {said}");
    }
    assert_eq!(
        says("spark-connect", &mounted),
        "? Unknown: `ConfigMap/conf` is not in the stream and may set `spark.ui.port`"
    );
    let script = config_map(
        "conf",
        &json!({"run.sh": "start-connect-server.sh --conf spark.ui.enabled=$UI"}),
    );
    let said = web("spark-connect", &mounted, &[script]);
    assert!(said.starts_with("4040 Unknown"), "{said}");
    // Of no use to this process.
    let said = web(
        "spark-connect",
        &json!({}),
        &[defaults("spark.ui.port 4050\n")],
    );
    assert!(said.starts_with("4040 Unset"), "{said}");
}

#[test]
fn variables_come_from_config_maps_too() {
    let from = json!({"envFrom": [{"configMapRef": {"name": "env"}}]});
    let opts = config_map(
        "env",
        &json!({"SPARK_HISTORY_OPTS": "-Dspark.history.ui.port=18090"}),
    );
    assert!(web("spark-history-server", &from, &[opts]).starts_with("18090"));
    assert!(says("spark-history-server", &from).starts_with("? Unknown"));
    // Somebody else's passwords.
    let secret = json!({"envFrom": [{"secretRef": {"name": "s3"}}]});
    assert!(says("spark-history-server", &secret).starts_with("18080 Off"));
    let port = config_map("env", &json!({"port": "9090"}));
    let reference = json!({"env": [{"name": "SPARK_MASTER_WEBUI_PORT",
        "valueFrom": {"configMapKeyRef": {"name": "env", "key": "port"}}}]});
    assert!(web("spark-master", &reference, &[port]).starts_with("9090"));
}

#[test]
fn any_shape_is_survived() {
    for value in [
        json!(null),
        json!(1),
        json!("x"),
        json!([[], null]),
        json!({"a": [1]}),
    ] {
        let container = json!({"env": value, "envFrom": value, "command": value, "args": value, "volumeMounts": value});
        says("spark-master", &container);
        says("spark-connect", &container);
    }
}
