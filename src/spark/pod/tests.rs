//! What an application comes to before it runs.

use super::*;
use crate::spark::memory::Rule;
use serde_json::json;

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let pairs = pairs.iter();
    pairs
        .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
        .collect()
}

fn of(kind: Kind, pairs: &[(&str, &str)]) -> Result<Vec<Pod>, Failure> {
    let mut all = settings(pairs);
    all.insert(
        "spark.kubernetes.container.image".to_owned(),
        "img:1".to_owned(),
    );
    predicted(Application {
        name: "app",
        settings: &all,
        kind,
        version: "4.1.4",
        templates: [None, None],
        arguments: &[],
    })
}

#[test]
fn a_driver_and_executors_are_whole_pods() {
    let pairs = [
        ("spark.executor.memory", "8g"),
        ("spark.kubernetes.namespace", "jobs"),
    ];
    let pods = of(Kind::Python, &pairs).unwrap();
    let roles: Vec<_> = pods
        .iter()
        .map(|pod| (pod.role, pod.resources.memory, pod.count.initial))
        .collect();
    assert_eq!(roles, [("driver", 1433, 1), ("executor", 11468, 2)]);
    assert_eq!(
        pods[1].resources.overhead.rule,
        Rule::Share("0.4".to_owned())
    );
    for pod in &pods {
        assert_eq!(pod.value["kind"], "Pod");
        assert_eq!(pod.value["metadata"]["namespace"], "jobs");
        let limit = &pod.value["spec"]["containers"][0]["resources"]["limits"]["memory"];
        assert_eq!(limit, &json!(format!("{}Mi", pod.resources.memory)));
    }
    let settings = json!({"name": "spark-conf-volume-driver", "mountPath": "/opt/spark/conf"});
    let mounts = &pods[0].value["spec"]["containers"][0]["volumeMounts"];
    assert!(mounts.as_array().unwrap().contains(&settings));
}

#[test]
fn a_text_that_is_no_version_gives_no_figures() {
    let app = application(&json!({"sparkVersion": "latest"}));
    let failure = kubeflow::predicted(&app, "4.1.4").unwrap_err();
    assert_eq!(failure.problem, Problem::Version);
}

#[test]
fn client_mode_has_executors_only() {
    let pods = of(Kind::Client, &[]).unwrap();
    assert_eq!(
        pods.iter().map(|pod| pod.role).collect::<Vec<_>>(),
        ["executor"]
    );
}

#[test]
fn counts_are_fixed_or_between_bounds() {
    const ON: (&str, &str) = ("spark.dynamicAllocation.enabled", "true");
    const MOST: (&str, &str) = ("spark.dynamicAllocation.maxExecutors", "2");
    let version = Version::parse("4.1.4").unwrap();
    let count = |pairs: &[(&str, &str)]| executors(&settings(pairs), version);
    let is = |least, initial, most| {
        Ok(Count {
            least,
            initial,
            most,
        })
    };
    assert_eq!(count(&[]), is(2, 2, Some(2)));
    assert_eq!(
        count(&[("spark.executor.instances", "0")]),
        is(0, 0, Some(0))
    );
    assert_eq!(count(&[ON]), is(0, 0, None));
    let bounded = [
        ON,
        ("spark.dynamicAllocation.minExecutors", "1"),
        ("spark.dynamicAllocation.maxExecutors", "9"),
        ("spark.executor.instances", "4"),
    ];
    assert_eq!(count(&bounded), is(1, 4, Some(9)));
    for start in [
        "spark.dynamicAllocation.minExecutors",
        "spark.dynamicAllocation.initialExecutors",
        "spark.executor.instances",
    ] {
        let failure = count(&[ON, MOST, (start, "3")]).unwrap_err();
        assert_eq!(failure.problem, Problem::Bounds, "{start}");
    }
    let negative = [("spark.executor.instances", "-1")];
    assert_eq!(count(&negative).unwrap_err().problem, Problem::Negative);
}

#[test]
fn a_driver_has_a_heap_above_zero() {
    let driver = |memory: &str| {
        let app = application(&json!({"driver": {"memory": memory}}));
        kubeflow::predicted(&app, "4.1.4").map(|pods| pods[0].resources.heap.mebibytes)
    };
    for memory in ["-1", "-1g", "0"] {
        assert_eq!(driver(memory).unwrap_err().problem, Problem::NoHeap);
    }
    assert_eq!(driver("1g"), Ok(1024));
}

/// An application of Kubeflow's operator with these fields.
pub(super) fn application(spec: &Value) -> Value {
    let mut app = json!({
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {"name": "pi", "namespace": "jobs", "labels": {"team": "a"}},
        "spec": {"type": "Scala", "image": "img:1", "sparkVersion": "4.1.4", "driver": {}, "executor": {}},
    });
    for (key, value) in spec.as_object().unwrap() {
        app["spec"][key] = value.clone();
    }
    app
}

/// `submission.go`: options of driver and executor come after those of `sparkConf`.
#[test]
fn typed_fields_overrule_the_conf_and_what_comes_before_it_does_not() {
    let app = application(&json!({
        "memoryOverheadFactor": "0.2",
        "sparkConf": {
            "spark.executor.memory": "1g",
            "spark.kubernetes.memoryOverheadFactor": "0.3",
            "spark.driver.cores": "3",
        },
        "driver": {"memory": "2g", "coreLimit": "1200m"},
        "executor": {"memory": "8g", "cores": 2, "instances": 5, "memoryOverhead": "1g"},
    }));
    let pods = kubeflow::predicted(&app, "3.5.9").unwrap();
    let driver = &pods[0].resources;
    assert_eq!((driver.memory, driver.cores), (2048 + 614, 3));
    assert_eq!(driver.limit.as_ref().unwrap().text, "1200m");
    let executor = &pods[1];
    assert_eq!(
        (executor.resources.memory, executor.resources.cores),
        (9216, 2)
    );
    assert_eq!(executor.count.initial, 5);
    let labels = &executor.value["metadata"]["labels"];
    assert_eq!(labels["sparkoperator.k8s.io/app-name"], "pi");
    assert_eq!(
        (&labels["team"], &labels["spark-version"]),
        (&json!("a"), &json!("4.1.4"))
    );
    assert_eq!(pods[0].value["metadata"]["name"], "pi-driver");
}

/// `sparkapplication_defaulter.go`: one executor, unless a field, a setting or dynamic allocation says otherwise.
#[test]
fn the_operator_counts_executors_in_its_own_way() {
    let count = |spec: Value| {
        let pods = kubeflow::predicted(&application(&spec), "4.1.4").unwrap();
        let count = pods[1].count;
        (count.least, count.initial, count.most)
    };
    assert_eq!(count(json!({})), (1, 1, Some(1)));
    assert_eq!(
        count(json!({"sparkConf": {"spark.executor.instances": "3"}})),
        (3, 3, Some(3))
    );
    let typed =
        json!({"dynamicAllocation": {"enabled": true, "minExecutors": 1, "maxExecutors": 6}});
    assert_eq!(count(typed), (1, 1, Some(6)));
    let none = application(&json!({"executor": {"instances": 0}}));
    let failure = kubeflow::predicted(&none, "4.1.4").unwrap_err();
    assert_eq!(failure.problem, Problem::NoExecutors);
    // It sets one executor beside a dynamic allocation that only `sparkConf` switches on.
    let conf = json!({"sparkConf": {"spark.dynamicAllocation.enabled": "true"}});
    assert_eq!(count(conf), (0, 1, None));
}

/// `sparkpod_defaulter.go`: the webhook works on the pod that Spark has built.
#[test]
fn the_webhook_replaces_contexts_and_moves_the_limit_alone() {
    let app = application(&json!({
        "volumes": [{"name": "data", "emptyDir": {}}, {"name": "spark-local-dir-1", "emptyDir": {"sizeLimit": "1Gi"}}],
        "executor": {
            "memory": "1g",
            "memoryLimit": "4g",
            "securityContext": {"runAsUser": 185},
            "tolerations": [{"key": "spot", "operator": "Exists"}],
            "sidecars": [{"name": "side", "image": "s"}],
            "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "spark-local-dir-1", "mountPath": "/fast"}],
            "template": {"spec": {"containers": [{
                "name": "spark-kubernetes-executor",
                "securityContext": {"readOnlyRootFilesystem": true},
            }], "tolerations": [{"key": "mine"}]}},
        },
    }));
    let pods = kubeflow::predicted(&app, "4.1.4").unwrap();
    let spec = &pods[1].value["spec"];
    let container = &spec["containers"][0];
    assert_eq!(container["securityContext"], json!({"runAsUser": 185}));
    assert_eq!(container["resources"]["requests"]["memory"], "1408Mi");
    assert_eq!(container["resources"]["limits"]["memory"], "4Gi");
    let keys: Vec<_> = spec["tolerations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["key"])
        .collect();
    assert_eq!(keys, ["mine", "spot"]);
    assert_eq!(spec["containers"][1]["name"], "side");
    // Spark mounts scratch space, the webhook the rest, each once.
    let paths = container["volumeMounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["mountPath"]);
    let paths: Vec<_> = paths.collect();
    assert_eq!(paths, ["/opt/spark/conf", "/fast", "/data"]);
    let env = container["env"].as_array().unwrap();
    assert!(env.contains(&json!({"name": "SPARK_LOCAL_DIRS", "value": "/fast"})));
}

#[test]
fn no_shape_of_an_application_panics() {
    let odd = [
        json!(null),
        json!([]),
        json!("x"),
        json!(-1),
        json!({"a": [1]}),
    ];
    for value in &odd {
        drop(kubeflow::predicted(value, "4.1.4"));
        for field in [
            "driver",
            "executor",
            "sparkConf",
            "dynamicAllocation",
            "volumes",
            "image",
            "arguments",
            "imagePullSecrets",
        ] {
            drop(kubeflow::predicted(
                &application(&json!({field: value})),
                "4.1.4",
            ));
        }
        for field in [
            "memory",
            "cores",
            "template",
            "volumeMounts",
            "secrets",
            "envSecretKeyRefs",
            "configMaps",
            "gpu",
            "memoryLimit",
            "sidecars",
            "labels",
        ] {
            drop(kubeflow::predicted(
                &application(&json!({"driver": {field: value}})),
                "x",
            ));
        }
    }
}

/// `SparkAppSubmissionWorker`: the templates of the application, Python by `pyFiles`, settings that were not chosen.
#[test]
fn apaches_operator_gives_its_templates_to_spark() {
    let app = json!({
        "metadata": {"name": "pi", "namespace": "jobs"},
        "spec": {
            "pyFiles": "local:///pi.py",
            "runtimeVersions": {"sparkVersion": "4.3.0"},
            "sparkConf": {"spark.kubernetes.container.image": "img:1", "spark.executor.memory": "8g"},
            "driverSpec": {"podTemplateSpec": {"spec": {"priorityClassName": "high", "containers": [{}]}}},
        },
    });
    let pods = apache::predicted(&app, "4.1.4").unwrap();
    assert_eq!(pods[0].value["spec"]["priorityClassName"], "high");
    let container = &pods[0].value["spec"]["containers"][0];
    assert_eq!(container["name"], "spark-kubernetes-driver");
    assert_eq!(
        container["securityContext"]["allowPrivilegeEscalation"],
        false
    );
    assert_eq!(pods[1].resources.memory, 11468);
    assert_eq!(apache::settings(&app)["spark.authenticate"], "true");
}

/// `subtract_spark_memory_overhead`: what is left of the limit is the heap.
#[test]
fn stackables_heap_is_what_is_left_of_the_limit() {
    for (limit, is_java, wanted) in [
        ("128Mi", true, 128),
        ("512Mi", true, 128),
        ("1Gi", true, 640),
        ("8Gi", true, 7447),
        ("8Gi", false, 5851),
        // The exact figure is 3840.
        ("4224Mi", true, 3839),
    ] {
        assert_eq!(
            stackable::heap(&json!(limit), is_java),
            Some(wanted),
            "{limit}"
        );
    }
    let app = json!({"spec": {
        "mainClass": "Main",
        "sparkImage": {"custom": "img:1"},
        "executor": {"replicas": 3, "config": {"resources": {
            "cpu": {"min": "500m", "max": "1200m"},
            "memory": {"limit": "8Gi"},
        }}},
        "sparkConf": {"spark.driver.memory": "2g"},
    }});
    let settings = stackable::settings(&app).unwrap();
    let resources =
        memory::executor(&settings, Kind::Java, Version::parse("4.1.4").unwrap()).unwrap();
    assert_eq!((resources.cores, resources.memory), (2, 7447 + 384));
    let limit = resources.limit.as_ref().map(|limit| limit.text.as_str());
    assert_eq!(
        (resources.request.text.as_str(), limit),
        ("500m", Some("1200m"))
    );
    assert_eq!(settings["spark.driver.memory"], "2g");
    let bad = json!({"spec": {"driver": {"config": {"resources": {"memory": {"limit": "4gb"}}}}}});
    assert_eq!(
        stackable::settings(&bad).unwrap_err().problem,
        Problem::Quantity
    );
}

/// `sparkconnect/options.go`: client mode, typed fields after `sparkConf`, the template's image before `image`.
#[test]
fn executors_of_a_connect_server_are_sized_as_in_client_mode() {
    let connect = json!({
        "metadata": {"name": "con", "namespace": "jobs"},
        "spec": {
            "image": "img:1",
            "sparkVersion": "4.1.4",
            "sparkConf": {"spark.executor.memory": "1g", "spark.executor.pyspark.memory": "2g"},
            "server": {"memory": "4g"},
            "executor": {"memory": "8g", "instances": 3, "template": {"spec": {"containers": [
                {"name": "spark-kubernetes-executor", "image": "own:1"},
            ]}}},
        },
    });
    let pods = connect::predicted(&connect, "3.5.9").unwrap();
    let [server, executor] = pods.as_slice() else {
        panic!("{pods:?}");
    };
    assert_eq!(
        (server.role, server.resources.heap.mebibytes),
        ("server", 4096)
    );
    assert_eq!(
        (executor.resources.memory, executor.count.initial),
        (9011, 3)
    );
    assert_eq!(executor.value["metadata"]["name"], "con-exec-1");
    assert_eq!(executor.value["spec"]["containers"][0]["image"], "own:1");
    assert_eq!(connect::settings(&connect)["spark.driver.memory"], "4g");
}
