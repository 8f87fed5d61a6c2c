//! Pods and templates that operators write themselves; each test names the source of what it holds.

use super::*;
use crate::spark::memory::Rule;
use serde_json::json;

fn connect(spec: &Value) -> Value {
    let mut connect = json!({
        "metadata": {"name": "con", "namespace": "jobs"},
        "spec": {"image": "img:1", "sparkVersion": "4.1.4", "server": {}, "executor": {}},
    });
    put(&mut connect["spec"], spec);
    connect
}

fn put(to: &mut Value, fields: &Value) {
    for (key, value) in fields.as_object().unwrap() {
        to[key] = value.clone();
    }
}

fn server(spec: &Value) -> Pod {
    let pods = connect::predicted(&connect(spec), "3.5.9").unwrap();
    pods.into_iter().next().unwrap()
}

/// kubeflow/spark-operator, `internal/controller/sparkconnect/reconciler.go`, `mutateServerPod`.
#[test]
fn a_connect_server_has_no_resources_but_those_of_its_template() {
    let bare = server(&json!({"server": {"memory": "4g", "cores": 2}}));
    assert_eq!((bare.role, bare.resources.heap.mebibytes), ("server", 4096));
    assert_eq!(
        (bare.quality(), bare.request("memory")),
        (Quality::BestEffort, None)
    );
    assert_eq!(bare.value["metadata"]["name"], "con-server");
    let labels = &bare.value["metadata"]["labels"];
    assert_eq!(labels["spark-role"], "connect-server");
    assert_eq!(labels["sparkoperator.k8s.io/connect-name"], "con");
    let container = bare.container();
    assert_eq!(container["name"], "spark-kubernetes-driver");
    assert_eq!(container["image"], "img:1");
    assert_eq!(container["startupProbe"]["tcpSocket"]["port"], 15002);

    let resources = json!({"requests": {"cpu": 1, "memory": "6Gi"}, "limits": {"memory": "6Gi"}});
    let templated = server(&json!({"server": {"template": {"spec": {"containers": [
        {"name": "side"},
        {"name": "spark-kubernetes-driver", "image": "own:1", "resources": resources},
    ]}}}}));
    assert_eq!(templated.container()["image"], "own:1");
    assert_eq!(templated.request("cpu"), Some("1"));
    assert_eq!(
        (templated.limit("memory"), templated.resources.memory),
        (Some("6Gi"), 6144)
    );
}

/// The same: the first container where none has the name; command, arguments and lifecycle are the operator's.
#[test]
fn a_connect_server_runs_what_the_operator_says() {
    let probe = json!({"exec": {"command": ["true"]}});
    let pod = server(&json!({
        "sparkConf": {"spark.a": "it's", "spark.driver.memory": "1g"},
        "server": {"memory": "2g", "template": {"spec": {"containers": [
            {"name": "main", "command": ["sleep"], "args": ["1"], "lifecycle": {"postStart": {}}, "readinessProbe": probe},
        ]}}},
    }));
    let container = pod.container();
    assert_eq!(
        (pod.container.as_str(), &container["readinessProbe"]),
        ("main", &probe)
    );
    assert_eq!(container["command"], json!(["bash", "-c"]));
    assert!(container["lifecycle"].get("postStart").is_none());
    let script = container["args"][0].as_str().unwrap();
    assert!(
        script.starts_with("${SPARK_HOME}/sbin/start-connect-server.sh "),
        "{script}"
    );
    assert!(script.contains(r#"--conf 'spark.a=it'"'"'s'"#), "{script}");
    // `options.go`, `driverConfOption`: after `sparkConf`.
    assert!(script.contains("--conf spark.driver.memory=2g"), "{script}");
    assert_eq!(pod.resources.heap.mebibytes, 2048);
    let without = connect(&json!({"image": null}));
    let failure = connect::predicted(&without, "4.1.4").unwrap_err();
    assert_eq!(
        (failure.key.as_str(), failure.problem),
        ("spec.image", Problem::NoImage)
    );
}

fn cluster(spec: &Value) -> Value {
    let mut cluster = json!({
        "metadata": {"name": "alone", "namespace": "jobs"},
        "spec": {"runtimeVersions": {"sparkVersion": "4.1.4"}, "masterSpec": {}, "workerSpec": {}},
    });
    put(&mut cluster["spec"], spec);
    cluster
}

fn instances(initial: u64, least: u64, most: u64) -> Value {
    let config = json!({"initWorkers": initial, "minWorkers": least, "maxWorkers": most});
    json!({"clusterTolerations": {"instanceConfig": config}})
}

/// apache/spark-kubernetes-operator, `SparkClusterResourceSpec.java`, `buildMasterStatefulSet`, `buildWorkerStatefulSet`:
/// the container is found by its name, or added.
#[test]
fn masters_and_workers_are_containers_of_that_name() {
    let own = json!({"spec": {"terminationGracePeriodSeconds": 60, "containers": [
        {"name": "side"},
        {"name": "worker", "env": [{"name": "SPARK_DAEMON_MEMORY", "value": "2g"}], "resources": {"limits": {"memory": "8Gi"}}},
    ]}});
    let pods = cluster::predicted(
        &cluster(&json!({
            "sparkConf": {"spark.kubernetes.container.image": "spark:{{SPARK_VERSION}}", "spark.a": "b"},
            "workerSpec": {"statefulSetSpec": {"template": own}},
        })),
        "3.5.9",
    )
    .unwrap();
    let [master, worker] = pods.as_slice() else {
        panic!("{pods:?}");
    };
    assert_eq!(
        (master.role, master.resources.heap.mebibytes),
        ("master", 1024)
    );
    assert_eq!(master.value["metadata"]["name"], "alone-master-0");
    assert_eq!(master.container()["image"], "spark:4.1.4");
    let options = &master.container()["env"][0];
    assert_eq!(options["name"], "SPARK_MASTER_OPTS");
    assert!(
        options["value"]
            .as_str()
            .unwrap()
            .contains("-Dspark.a=\"b\" ")
    );
    assert_eq!(
        (worker.role, worker.resources.heap.mebibytes),
        ("worker", 2048)
    );
    assert_eq!(worker.limit("memory"), Some("8Gi"));
    let spec = &worker.value["spec"];
    assert_eq!(spec["containers"].as_array().unwrap().len(), 2);
    assert_eq!(spec["terminationGracePeriodSeconds"], 0);
    assert_eq!(
        spec["dnsConfig"]["searches"][0],
        "alone-worker-svc.jobs.svc.cluster.local"
    );
}

/// The same, `buildHorizontalPodAutoscaler`: bounds count where there is room between them.
#[test]
fn workers_are_scaled_only_between_bounds() {
    let count =
        |config: &Value| cluster::predicted(&cluster(config), "4.1.4").map(|pods| pods[1].count);
    assert_eq!(count(&instances(3, 0, 0)), Ok(Count::fixed(3)));
    assert_eq!(count(&instances(3, 5, 5)), Ok(Count::fixed(3)));
    let scaled = count(&instances(3, 2, 5)).unwrap();
    assert_eq!((scaled.least, scaled.initial, scaled.most), (2, 3, Some(5)));
    let wrong = json!({"clusterTolerations": {"instanceConfig": {"initWorkers": "two"}}});
    assert_eq!(count(&wrong).unwrap_err().problem, Problem::Integer);
}

/// The same operator, `SparkClusterSubmissionWorker.java` and its examples: an image may leave its version to the field.
#[test]
fn an_image_may_leave_its_version_to_the_field() {
    const IMAGE: &str = "spark.kubernetes.container.image";
    let app = |versions: Value| {
        let conf = json!({IMAGE: "apache/spark:{{SPARK_VERSION}}-scala"});
        let spec = json!({"jars": "a.jar", "sparkConf": conf, "runtimeVersions": versions});
        apache::predicted(&json!({"metadata": {"name": "pi"}, "spec": spec}), "4.3.0")
    };
    let pods = app(json!({"sparkVersion": "4.1.1"})).unwrap();
    assert_eq!(pods[1].container()["image"], "apache/spark:4.1.1-scala");
    let failure = app(json!({})).unwrap_err();
    assert_eq!(
        (failure.key.as_str(), failure.problem),
        (IMAGE, Problem::Unknown)
    );
}

fn stackable(spec: &Value) -> Value {
    let mut app = json!({
        "metadata": {"name": "stack", "namespace": "jobs"},
        "spec": {"mode": "cluster", "mainApplicationFile": "local:///a.py", "sparkImage": {"productVersion": "3.5.5"}},
    });
    put(&mut app["spec"], spec);
    app
}

fn limited(limit: &str) -> Value {
    json!({"config": {"resources": {"memory": {"limit": limit}}}})
}

/// stackabletech/spark-k8s-operator, `crd/mod.rs`, `build_command`: it takes the share off, and switches Spark's own off by a
/// factor of 0, so that Spark adds its least alone and the pod is smaller than the limit.
#[test]
fn a_pod_of_stackables_is_smaller_than_its_limit() {
    let app = stackable(&json!({"executor": limited("8Gi")}));
    let pods = stackable::predicted(&app, "4.1.4").unwrap();
    let executor = &pods[1].resources;
    assert_eq!(
        (executor.heap.mebibytes, executor.memory),
        (5851, 5851 + 384)
    );
    assert_eq!(executor.overhead.rule, Rule::Least);
    // `RoleConfig::default_config`: 1Gi.
    let driver = &pods[0].resources;
    assert_eq!((driver.heap.mebibytes, driver.memory), (640, 1024));
    assert_eq!(pods[0].value["spec"]["serviceAccountName"], "stack");
    // `sparkConf` is added last.
    let own =
        json!({"spark.kubernetes.memoryOverheadFactor": "0.4", "spark.executor.memory": "1g"});
    let app = stackable(&json!({"executor": limited("8Gi"), "sparkConf": own}));
    let pods = stackable::predicted(&app, "4.1.4").unwrap();
    assert_eq!(pods[1].resources.memory, 1024 + 409);
}

/// The same operator, `pod_template` in `spark_k8s_controller`: overrides are merged into it, containers by name.
#[test]
fn overrides_are_merged_into_stackables_template() {
    let app = stackable(&json!({
        "env": [{"name": "A", "value": "b"}, {"name": "B", "value": "c"}],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "driver": {
            "config": {"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
            "envOverrides": {"A": "d"},
            "podOverrides": {"metadata": {"labels": {"team": "a"}}, "spec": {
                "securityContext": {"runAsNonRoot": true},
                "containers": [{"name": "spark", "securityContext": {"runAsUser": 1000}}, {"name": "side"}],
            }},
        },
    }));
    let pods = stackable::predicted(&app, "4.1.4").unwrap();
    let driver = &pods[0];
    let container = driver.container();
    assert_eq!(
        (driver.container.as_str(), &container["image"]),
        ("spark", &json!("spark-k8s:3.5.5"))
    );
    assert_eq!(container["securityContext"]["runAsUser"], 1000);
    assert_eq!(container["env"][0], json!({"name": "A", "value": "d"}));
    assert_eq!(container["volumeMounts"][0]["mountPath"], "/data");
    assert_eq!(driver.others(), 1);
    assert_eq!(
        driver.value["spec"]["securityContext"],
        json!({"fsGroup": 1000, "runAsNonRoot": true})
    );
    assert_eq!(driver.value["metadata"]["labels"]["team"], "a");
    let kind = |file: &str| stackable::kind(&stackable(&json!({"mainApplicationFile": file})));
    assert_eq!(
        [kind("a.py"), kind("a.R"), kind("a.jar")],
        [Kind::Python, Kind::R, Kind::Java]
    );
}

/// Of two fields that say a setting the one that counts is told.
#[test]
fn a_setting_is_told_with_the_field_that_counts() {
    let app = json!({"metadata": {"name": "a"}, "spec": {
        "memoryOverheadFactor": "0.2",
        "sparkConf": {"spark.executor.memory": "1g", "spark.kubernetes.memoryOverheadFactor": "0.3"},
        "executor": {"memory": "8g"},
    }});
    let origins = kubeflow::told(&app).origins;
    let origin = &origins["spark.executor.memory"];
    assert_eq!(
        (origin.text.as_str(), origin.field.as_str()),
        ("8g", "spec.executor.memory")
    );
    let factor = &origins["spark.kubernetes.memoryOverheadFactor"];
    assert_eq!(
        (factor.text.as_str(), factor.field.as_str()),
        ("0.3", "spec.sparkConf")
    );
    assert!(
        !origins.contains_key("spark.executor.instances"),
        "the operator makes that up"
    );
    let app = stackable(&json!({"executor": limited("8Gi")}));
    let origin = &stackable::told(&app).origins["spark.executor.memory"];
    assert_eq!(
        (origin.text.as_str(), origin.written.as_deref()),
        ("5851m", Some("8Gi"))
    );
}

/// All three operators are asked for the pods of an object with these fields.
fn all(spec: &Value) {
    drop(connect::predicted(&connect(spec), "4.1.4"));
    drop(cluster::predicted(&cluster(spec), "4.1.4"));
    drop(stackable::predicted(&stackable(spec), "4.1.4"));
}

#[test]
fn no_shape_of_these_objects_panics() {
    const FIELDS: &str = "server executor driver sparkConf image masterSpec workerSpec clusterTolerations sparkImage env \
        volumes args dynamicAllocation";
    const BELOW: &str = "template config podOverrides envOverrides replicas statefulSetSpec";
    let odd = [
        json!(null),
        json!([]),
        json!("x"),
        json!(-1),
        json!({"a": [1]}),
        json!([1]),
        json!([{"name": "spark"}, 1]),
    ];
    for value in &odd {
        for field in FIELDS.split_whitespace() {
            all(&json!({field: value}));
        }
        for field in BELOW.split_whitespace() {
            let own = json!({field: value});
            all(&json!({"server": own, "driver": own, "executor": own, "workerSpec": own}));
        }
        let templates = [
            json!({"metadata": value}),
            json!({"spec": value}),
            json!({"spec": {"containers": value}}),
        ];
        for template in templates {
            all(&json!({"masterSpec": {"statefulSetSpec": {"template": template}}}));
            all(&json!({"server": {"template": template}, "driver": {"podOverrides": template}}));
        }
    }
}
