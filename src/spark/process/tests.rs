//! Operators' precedence, with places.

use super::*;
use crate::manifest::testing::yaml;
use crate::spark::conf::{Given, Told};
use crate::spark::version::Release;

fn process(text: &str) -> Process {
    let seen = Seen {
        index: 3,
        value: yaml(text),
        pods: Vec::new(),
    };
    let found = processes(&[seen], &Sources::default(), Release::V4_3_0.version());
    found.into_iter().next().unwrap()
}

fn told(process: &Process, key: &str) -> Vec<(String, Given, String)> {
    let all = process.conf.all(key).iter();
    all.map(|entry| (entry.text.clone(), entry.given, entry.spot.path.to_string()))
        .collect()
}

/// kubeflow/spark-operator, `internal/controller/sparkapplication/submission.go`: typed fields come after `sparkConf`.
#[test]
fn kubeflows_typed_fields_overrule_spark_conf() {
    let app = process(
        "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: ScheduledSparkApplication\nmetadata: {name: a, namespace: n}\nspec:\n  template:\n    sparkVersion: 3.5.1\n    type: Python\n    executor: {memory: 8g}\n    hadoopConf: {fs.x: y}\n    sparkConf:\n      spark.executor.memory: 4g\n      spark.ui.port: \"4041\"\n",
    );
    assert_eq!(
        (app.mode, app.python, app.assumed),
        (Mode::Cluster, Some(true), false)
    );
    assert_eq!(
        told(&app, "spark.executor.memory"),
        [
            (
                "8g".to_owned(),
                Given::Field,
                "/spec/template/executor/memory".to_owned()
            ),
            (
                "4g".to_owned(),
                Given::Conf,
                "/spec/template/sparkConf/spark.executor.memory".to_owned()
            ),
        ]
    );
    let hadoop = "/spec/template/hadoopConf/fs.x".to_owned();
    assert_eq!(
        told(&app, "spark.hadoop.fs.x"),
        [("y".to_owned(), Given::Conf, hadoop)]
    );
    assert_eq!(app.conf.text("spark.kubernetes.namespace").unwrap(), "n");
    assert_eq!(told(&app, "spark.executor.instances")[0].1, Given::Operator);
}

/// stackabletech/spark-k8s-operator: `sparkConf` is passed after what its fields come to.
#[test]
fn stackables_spark_conf_overrules_its_fields() {
    let app = process(
        "apiVersion: spark.stackable.tech/v1alpha1\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  mainClass: x\n  sparkConf: {spark.executor.memory: 1g}\n  executor:\n    config:\n      resources: {memory: {limit: 4Gi}}\n",
    );
    let all = told(&app, "spark.executor.memory");
    assert_eq!(all[0].0, "1g");
    assert_eq!(all[1].2, "/spec/executor/config/resources/memory/limit");
    assert!(app.assumed);
    assert_eq!(app.conf.get("spark.driver.host"), Told::Unset);
}
