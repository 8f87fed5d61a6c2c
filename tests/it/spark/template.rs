//! Every pod that Spark built from a pod template, and without one, field for field.

use super::super::fixtures::{read, yaml};
use serde_json::{Value, json};
use sparkk8s_post::spark::memory::{Kind, Settings};
use sparkk8s_post::spark::template::{Built, Plan, Submission, driver, executor};
use sparkk8s_post::spark::version::Version;
use std::path::Path;

const TEMPLATE: [(&str, &str); 2] = [
    ("podTemplateFile", "template.yaml"),
    ("podTemplateContainerName", "mycontainer"),
];

#[test]
fn every_pod_is_what_spark_built() {
    let Some(folder) = super::data("spark-pod-template-merge") else {
        return;
    };
    let template = one(&read(&folder.join("template.yaml")));
    let mut pods = 0;
    for version in ["3.5.9", "4.1.4"] {
        for (name, wanted) in blocks(&folder.join(format!("spark-{version}.txt"))) {
            let built = build(&name, version, &template, &wanted);
            let built = built.unwrap_or_else(|failure| panic!("{version} {name}: {failure}"));
            assert_eq!(built.pod, wanted.pod, "{version} {name}: the pod");
            assert_eq!(
                built.container, wanted.container,
                "{version} {name}: the container"
            );
            pods += 1;
        }
    }
    assert_eq!(pods, 12, "pods of the data");
}

fn one(text: &str) -> Value {
    let mut documents = yaml(text).expect("YAML");
    documents.pop().expect("a document")
}

/// The blocks of a file: its name, the pod and Spark's container.
fn blocks(file: &Path) -> Vec<(String, Built)> {
    let text = read(file);
    let mut blocks = Vec::new();
    for block in text.split("\n# ").filter(|block| block.contains("---POD")) {
        let (name, rest) = block.split_once("\n---POD\n").expect("a pod");
        let (pod, rest) = rest.split_once("\n---CONTAINER\n").expect("a container");
        let container = rest.split("\n---RES").next().expect("a container");
        let mut pod = one(pod);
        // 3.5.9 writes the list that Spark's container was taken from, where it is left empty.
        let spec = pod["spec"].as_object_mut().expect("a spec");
        spec.entry("containers").or_insert(json!([]));
        let name = name.trim_start_matches("# ").to_owned();
        let container = one(container);
        blocks.push((name, Built { pod, container }));
    }
    blocks
}

fn build(
    name: &str,
    version: &str,
    template: &Value,
    wanted: &Built,
) -> Result<Built, sparkk8s_post::spark::memory::Failure> {
    let bare = name.ends_with("-notpl");
    let settings = settings(name, bare);
    let submission = submission(version, wanted);
    let plan = Plan {
        settings: &settings,
        kind: Kind::Java,
        version: Version::parse(version).expect("a version"),
        template: (!bare).then_some(template),
        submission: &submission,
    };
    let mut built = match name.starts_with("driver") {
        true => driver(plan).expect("cluster mode")?,
        false => executor(plan)?,
    };
    let spec = built.pod["spec"].as_object_mut().expect("a spec");
    spec.entry("containers").or_insert(json!([]));
    Ok(built)
}

/// The configuration of a block, as the data's README tells it.
fn settings(name: &str, bare: bool) -> Settings {
    const ACCOUNT: &str = "serviceAccountName";
    let mut settings = Settings::new();
    let mut set = |key: &str, text: &str| settings.insert(key.to_owned(), text.to_owned());
    set("spark.app.name", "app");
    set("spark.kubernetes.container.image", "img:1");
    set("spark.kubernetes.namespace", "ns1");
    if name.starts_with("exec") {
        set("spark.kubernetes.executor.podNamePrefix", "pfx");
        set("spark.driver.port", "7078");
    }
    for role in ["driver", "executor"] {
        for (key, text) in TEMPLATE.iter().filter(|_| !bare) {
            set(&format!("spark.kubernetes.{role}.{key}"), text);
        }
    }
    match name {
        "exec-noname" => {
            settings.remove("spark.kubernetes.executor.podTemplateContainerName");
        }
        "exec-decom" => {
            set("spark.decommission.enabled", "true");
            set(
                &format!("spark.kubernetes.authenticate.executor.{ACCOUNT}"),
                "execsa",
            );
            set("spark.kubernetes.executor.limit.cores", "3");
        }
        _ if bare => {
            set(
                &format!("spark.kubernetes.authenticate.driver.{ACCOUNT}"),
                "drvsa",
            );
            set("spark.executor.instances", "2");
        }
        _ => {}
    }
    settings
}

/// What the submission decided: taken from the pod, because its names have a random part.
fn submission(version: &str, wanted: &Built) -> Submission {
    let name = wanted.pod["metadata"]["name"].as_str().expect("a name");
    let env = wanted.container["env"].as_array().expect("variables");
    let scratch = env
        .iter()
        .find(|variable| variable["name"] == "SPARK_LOCAL_DIRS");
    let volumes = wanted.pod["spec"]["volumes"].as_array().expect("volumes");
    let config = volumes
        .iter()
        .find(|volume| volume["name"] == "spark-conf-volume-exec");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Submission {
        id: "spark-appid".to_owned(),
        version: version.to_owned(),
        user: "root".to_owned(),
        prefix: name.trim_end_matches("-driver").to_owned(),
        executors: String::new(),
        executor: "1".to_owned(),
        executor_config: config.map_or_else(String::new, |c| text(&c["configMap"]["name"])),
        driver_host: "drv-svc.ns1.svc".to_owned(),
        scratch: scratch.map_or_else(String::new, |variable| text(&variable["value"])),
        arguments: ["--class", "Main", "local:///x.jar"]
            .map(str::to_owned)
            .to_vec(),
    }
}
