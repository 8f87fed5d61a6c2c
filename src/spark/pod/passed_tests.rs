//! What Kubeflow's operator really passes on, where that is not what one expects: it was run.

use super::tests::application;
use super::*;
use serde_json::json;

/// `sparkpod_defaulter.go`, `findContainer`: the first container where none has the name; Spark puts its own last.
#[test]
fn a_template_whose_containers_have_other_names_gets_the_fields_in_its_first() {
    let driver = |names: &[&str]| {
        let containers: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        let template = json!({"spec": {"containers": containers}});
        let env = json!([{"name": "A", "value": "b"}]);
        let app = application(&json!({"driver": {"env": env, "template": template}}));
        let pods = kubeflow::predicted(&app, "4.1.4").unwrap();
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
    let refused = |spec: &Value| {
        kubeflow::predicted(&application(spec), "4.1.4")
            .unwrap_err()
            .problem
    };
    // It cuts off `g` of `4G`, and finds none.
    assert_eq!(
        refused(&json!({"executor": {"memoryLimit": "4G"}})),
        Problem::Quantity
    );
    assert!(
        kubeflow::predicted(
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
    let settings = kubeflow::settings(&kueue);
    let mut labels = settings
        .keys()
        .filter(|key| key.contains(".label.") && !key.contains("sparkoperator"));
    assert!(labels.all(|key| key.ends_with(".label.team")));
    // A field that is there decides alone, and else a switch as Go reads it.
    let count = |spec: &Value| {
        kubeflow::settings(&application(spec))
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
    assert_eq!(
        kubeflow::settings(&application(&jars))["spark.jars"],
        "a.jar,b.jar"
    );
}
