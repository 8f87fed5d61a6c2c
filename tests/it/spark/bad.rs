//! Bad input to Spark: each comes to a finding with its place, and no credential to any output.

use super::super::lab::{guard, policy, run};

const PRESET: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: all, version: 1.0.0}\n\
    spec: {summary: every rule, checks: {spark: {severity: error, least: info}}}\n";

/// The findings of the check on a text, as `id path`, or `id text#path`.
fn found(text: &str) -> Vec<String> {
    let guarded = guard(text, &policy(&[PRESET], &[])).expect("a report");
    let findings = guarded.report["findings"].as_array().expect("findings");
    let told = findings.iter().map(|finding| {
        let part = |key: &str| finding[key].as_str().unwrap_or_default();
        let within = match part("within") {
            "" => String::new(),
            text => format!("{text}#"),
        };
        format!("{} {within}{}", part("id"), part("path"))
    });
    told.collect()
}

#[track_caller]
fn finds(text: &str, wanted: &str) {
    let all = found(text);
    assert!(all.iter().any(|one| one == wanted), "no {wanted}: {all:?}");
}

fn application(spec: &str) -> String {
    format!(
        "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n  \
         sparkVersion: 4.1.4\n  image: apache/spark:4.1.4\n  mainApplicationFile: local:///a.jar\n{spec}\n"
    )
}

#[test]
fn sizes() {
    for size in ["4gb", "4Gi", "0.5g", "-1", "100000000000000000000"] {
        let driver = application(&format!("  driver: {{memory: '{size}'}}"));
        finds(&driver, "spark/size-refused /spec/driver/memory");
    }
    // Spark reads `4gb` where no JVM does, and `-1` as a number.
    for size in ["4Gi", "0.5g", "100000000000000000000"] {
        for field in ["memory", "memoryOverhead"] {
            let executor = application(&format!("  executor: {{{field}: '{size}'}}"));
            let wanted = format!("spark/size-refused /spec/executor/{field}");
            finds(&executor, &wanted);
        }
        for key in ["spark.memory.offHeap.size", "spark.executor.pyspark.memory"] {
            let conf = application(&format!("  sparkConf: {{{key}: '{size}'}}"));
            finds(&conf, &format!("spark/size-refused /spec/sparkConf/{key}"));
        }
    }
}

#[test]
fn figures_that_spark_makes_no_pod_of() {
    for (spec, path) in [
        ("  executor: {memory: '-1'}", "/spec/executor/memory"),
        ("  executor: {cores: many}", "/spec/executor/cores"),
        ("  executor: {instances: many}", "/spec/executor/instances"),
        ("  memoryOverheadFactor: x", "/spec/memoryOverheadFactor"),
        (
            "  sparkConf: {spark.executor.pyspark.memory: '-1'}\n  type: Python",
            "/spec/sparkConf/spark.executor.pyspark.memory",
        ),
    ] {
        let text = application(spec).replace("  type: Scala\n", "");
        let text = if text.contains("type:") {
            text
        } else {
            text + "  type: Scala\n"
        };
        finds(&text, &format!("spark/no-pod {path}"));
    }
}

#[test]
fn ten_thousand_keys_and_the_last_of_two() {
    let keys = (0..10_000).map(|key| format!("spark.hadoop.k{key}=v\n"));
    let text: String = keys
        .chain(["spark.history.ui.port=1 # x\n".to_owned()])
        .collect();
    let wanted = "spark/properties-syntax /data/spark-defaults.conf#/spark.history.ui.port";
    finds(&history(&text), wanted);
}

#[test]
fn contradictions_versions_and_no_executors() {
    let none = application("  executor: {instances: 0}");
    finds(&none, "spark/no-executors /spec/executor/instances");
    let two = application("  driver: {memory: 2g}\n  sparkConf: {spark.driver.memory: 9g}");
    finds(&two, "spark/overruled /spec/sparkConf/spark.driver.memory");
    let version = application("").replace("4.1.4", "9.9.9");
    finds(&version, "spark/no-such-version /spec/sparkVersion");
}

/// A history server with this text as its properties file.
fn history(properties: &str) -> String {
    let text = serde_json::Value::from(properties).to_string();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  spark-defaults.conf: {text}\n---\napiVersion: apps/v1\n\
         kind: Deployment\nmetadata: {{name: h}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: h\n        \
         image: apache/spark:4.1.1\n        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]\n        \
         volumeMounts: [{{name: conf, mountPath: /opt/spark/conf}}]\n      volumes: [{{name: conf, configMap: {{name: c}}}}]\n"
    )
}

#[test]
fn properties() {
    const FILE: &str = "/data/spark-defaults.conf";
    const PORT: &str = "spark.history.ui.port";
    let id = "spark/properties-syntax";
    finds(
        &history(&format!("{PORT}=1 # x\n")),
        &format!("{id} {FILE}#/{PORT}"),
    );
    finds(
        &history(&format!("{PORT}=1\n{PORT}=2\n")),
        &format!("{id} {FILE}#/{PORT}"),
    );
    finds(
        &history(&format!("\u{feff}{PORT}=1\n")),
        &format!("{id} {FILE}"),
    );
    finds(
        &history(&format!("spark.a=1\n{PORT}=\\u12\n")),
        &format!("{id} {FILE}"),
    );
    // Java reads these.
    for plain in [
        "spark.history.ui.port=1\r\nspark.a.b=2\r\n",
        "spark.history.ui.port=\\\n  18080\n",
    ] {
        let all = found(&history(plain));
        assert!(!all.iter().any(|one| one.starts_with(id)), "{all:?}");
    }
}

#[test]
fn no_credential_in_any_output() {
    let secret = "  sparkConf:\n    spark.authenticate.secret: HUNTER\n    spark.hadoop.a.url: 'jdbc:pg://u:HUNTER@h'\n    \
                  spark.executor.extraJavaOptions: -Da.keyStorePassword=HUNTER -Xss4m\n";
    let connect = format!(
        "apiVersion: sparkoperator.k8s.io/v1alpha1\nkind: SparkConnect\nmetadata: {{name: c}}\nspec:\n  sparkVersion: 4.1.4\n  \
         image: apache/spark:4.1.4\n{secret}  server: {{}}\n  executor: {{instances: 1}}\n"
    );
    let cluster = format!(
        "apiVersion: spark.apache.org/v1\nkind: SparkCluster\nmetadata: {{name: k}}\nspec:\n  runtimeVersions: {{sparkVersion: 4.1.4}}\n{secret}"
    );
    let own = application(&format!(
        "{secret}  driver: {{envVars: {{DB_PASSWORD: HUNTER}}}}\n  executor: {{instances: 1}}"
    ));
    for text in [connect, cluster, own] {
        for command in [
            &["pods", "-o", "yaml"][..],
            &["pods", "-o", "json"],
            &["pods"],
            &["conf"],
            &["conf", "-o", "json"],
            &["check"],
            &["explain", "--pod", "executor"],
        ] {
            let ended = run(command, &text);
            let all = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!all.contains("HUNTER"), "{command:?}: {all}");
            if command == ["pods", "-o", "yaml"] {
                assert!(all.contains("<hidden>"), "{all}");
            }
        }
    }
}
