//! What Spark does to a pod, in cases small enough to read. Each was run under 3.5.9, 4.1.4 and 4.3.0.

use super::*;
use crate::spark::memory::Settings;

fn submission(version: &str) -> Submission {
    let own = |text: &str| text.to_owned();
    Submission {
        id: own("spark-1"),
        version: own(version),
        user: own("spark"),
        prefix: own("app-1"),
        executors: own("app-1"),
        executor: own("1"),
        executor_config: own("app-1-conf"),
        driver_host: own("app-1-driver-svc.ns.svc"),
        scratch: own("/var/data/spark-1"),
        arguments: vec![own("local:///x.jar")],
    }
}

/// The pod of an executor, or the one of the driver.
fn build(
    is_driver: bool,
    version: &str,
    pairs: &[(&str, &str)],
    template: Option<&Value>,
) -> Result<Value, Failure> {
    let pairs = pairs
        .iter()
        .chain(&[("spark.kubernetes.container.image", "img:1")]);
    let settings: Settings = pairs
        .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
        .collect();
    let plan = Plan {
        settings: &settings,
        kind: Kind::Java,
        version: Version::parse(version).unwrap(),
        template,
        submission: &submission(version),
    };
    let built = if is_driver {
        driver(plan).unwrap()
    } else {
        executor(plan)
    };
    built.map(Built::into_pod)
}

fn spark_container(pod: &Value) -> &Value {
    pod["spec"]["containers"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
}

#[test]
fn what_a_template_says_of_resources_and_image_is_overwritten() {
    let template = json!({"spec": {"containers": [{
        "name": "main",
        "image": "mine",
        "resources": {
            "requests": {"cpu": 7, "memory": "7Gi", "ephemeral-storage": "1Gi"},
            "limits": {"cpu": 8, "memory": "8Gi"},
        },
        "securityContext": {"readOnlyRootFilesystem": true},
    }]}});
    for is_driver in [true, false] {
        let pod = build(is_driver, "4.1.4", &[], Some(&template)).unwrap();
        let container = spark_container(&pod);
        assert_eq!(
            (&container["name"], &container["image"]),
            (&json!("main"), &json!("img:1"))
        );
        let wanted = json!({
            "requests": {"cpu": "1", "memory": "1408Mi", "ephemeral-storage": "1Gi"},
            "limits": {"cpu": "8", "memory": "1408Mi"},
        });
        assert_eq!(container["resources"], wanted);
        assert_eq!(
            container["securityContext"],
            json!({"readOnlyRootFilesystem": true})
        );
    }
}

#[test]
fn a_name_that_no_container_or_two_have_counts_as_none() {
    const NAME: &str = "spark.kubernetes.executor.podTemplateContainerName";
    let template = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "c"}]}});
    for (name, sparks) in [("b", "b"), ("nobody", "a"), ("c", "a")] {
        let pod = build(false, "4.1.4", &[(NAME, name)], Some(&template)).unwrap();
        assert_eq!(spark_container(&pod)["name"], sparks, "{name}");
        assert_eq!(pod["spec"]["containers"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn versions_differ_in_how_an_executor_ends_and_what_it_may() {
    let template = json!({"spec": {
        "terminationGracePeriodSeconds": 99,
        "containers": [{"securityContext": {"allowPrivilegeEscalation": true}}],
    }});
    for (version, seconds, may) in [
        ("3.5.9", 99, true),
        ("4.1.4", 30, true),
        ("4.3.0", 30, false),
    ] {
        let pod = build(false, version, &[], Some(&template)).unwrap();
        assert_eq!(
            pod["spec"]["terminationGracePeriodSeconds"], seconds,
            "{version}"
        );
        let context = &spark_container(&pod)["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], may, "{version}");
    }
    let ports = |version| {
        let pod = build(true, version, &[], None).unwrap();
        let container = spark_container(&pod).clone();
        container["ports"].as_array().map(Vec::len)
    };
    assert_eq!(
        [ports("3.5.9"), ports("4.1.4"), ports("4.3.0")],
        [Some(3), Some(4), Some(4)]
    );
}

#[test]
fn executors_take_the_drivers_account_also_over_their_template() {
    const DRIVERS: &str = "spark.kubernetes.authenticate.driver.serviceAccountName";
    const OWN: &str = "spark.kubernetes.authenticate.executor.serviceAccountName";
    let template = |field: &str| json!({"spec": {field: "mine", "containers": []}});
    let name = |pairs: &[(&str, &str)], field: &str| {
        let pod = build(false, "4.1.4", pairs, Some(&template(field))).unwrap();
        pod["spec"]["serviceAccountName"]
            .as_str()
            .map(str::to_owned)
    };
    let field = "serviceAccountName";
    assert_eq!(name(&[], field).as_deref(), Some("mine"));
    assert_eq!(name(&[(DRIVERS, "d")], field).as_deref(), Some("d"));
    assert_eq!(
        name(&[(DRIVERS, "d"), (OWN, "e")], field).as_deref(),
        Some("e")
    );
    // Only the older field of a template keeps Spark away.
    assert_eq!(name(&[(DRIVERS, "d")], "serviceAccount"), None);
}

#[test]
fn volumes_of_the_settings_give_scratch_space() {
    const PREFIX: &str =
        "spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1";
    let keys = [
        format!("{PREFIX}.mount.path"),
        format!("{PREFIX}.options.claimName"),
    ];
    let pairs = [(keys[0].as_str(), "/fast"), (&keys[1], "OnDemand")];
    let pod = build(false, "4.1.4", &pairs, None).unwrap();
    let volumes = pod["spec"]["volumes"].as_array().unwrap();
    let claim = json!({"claimName": "app-1-exec-1-pvc-0"});
    let wanted = json!({"name": "spark-local-dir-1", "persistentVolumeClaim": claim});
    assert!(
        volumes.contains(&wanted) && volumes.len() == 2,
        "{volumes:?}"
    );
    let env = spark_container(&pod)["env"].as_array().unwrap();
    assert!(env.contains(&json!({"name": "SPARK_LOCAL_DIRS", "value": "/fast"})));
}

#[test]
fn what_spark_refuses_is_refused_and_no_shape_panics() {
    let label = [("spark.kubernetes.executor.label.spark-role", "mine")];
    let problem = |pairs: &[(&str, &str)], template: Option<&Value>| {
        build(false, "4.1.4", pairs, template).unwrap_err().problem
    };
    assert_eq!(problem(&label, None), Problem::Reserved);
    assert_eq!(
        problem(&[("spark.blockManager.port", "80")], None),
        Problem::Port
    );
    let wrapped = json!({"template": {"spec": {"containers": []}}});
    assert_eq!(problem(&[], Some(&wrapped)), Problem::Template);
    for odd in [
        json!(null),
        json!([]),
        json!(1),
        json!({"a": 1}),
        json!([1, "x", null]),
    ] {
        for field in [
            "/metadata",
            "/spec",
            "/spec/containers",
            "/spec/containers/0",
            "/spec/containers/0/env",
            "/spec/containers/0/resources",
            "/spec/volumes",
        ] {
            let mut template = json!({"metadata": {}, "spec": {"containers": [{"env": [], "resources": {}}], "volumes": []}});
            *template.pointer_mut(field).unwrap() = odd.clone();
            for is_driver in [true, false] {
                drop(build(is_driver, "4.3.0", &[], Some(&template)));
            }
        }
    }
}
