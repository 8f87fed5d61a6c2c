//! Stackable's `SparkApplication` of `v1alpha1`: there `memory.limit` is meant for the whole pod, and the heap is what is
//! left. The operator writes a template for each role and submits in cluster mode.
//!
//! Source: `build_command`, `subtract_spark_memory_overhead`, `resources_to_driver_props`, `resources_to_executor_props` in
//! `rust/operator-binary/src/crd/mod.rs` and `pod_template` in `spark_k8s_controller` of stackabletech/spark-k8s-operator.
//! Left out of its templates: init containers, logging, certificates and credentials of S3, its own labels.

use super::kubeflow::plain;
use super::passed::Passed;
use super::{Application, Pod, predicted as pods_of};
use crate::manifest::Quantity;
use crate::spark::memory::{Failure, Kind, Problem, Settings};
use crate::spark::template::{field, list};
use serde_json::{Map, Value, json};

/// What the operator takes off at the least, in MiB.
const LEAST: u32 = 384;
/// The container of Spark in its templates.
const CONTAINER: &str = "spark";
/// `RoleConfig::default_config`: what a role has where nothing is set.
const DEFAULTS: [(&str, &str); 3] = [
    ("cpu/min", "250m"),
    ("cpu/max", "1"),
    ("memory/limit", "1Gi"),
];

/// Typed fields, and the settings that become of them where `sparkConf` does not say the same; `*` is the role.
pub(super) const FIELDS: [(&str, &str); 5] = [
    ("/spec/*/config/resources/cpu/max", "spark.*.cores"),
    (
        "/spec/*/config/resources/cpu/min",
        "spark.kubernetes.*.request.cores",
    ),
    (
        "/spec/*/config/resources/cpu/max",
        "spark.kubernetes.*.limit.cores",
    ),
    ("/spec/*/config/resources/memory/limit", "spark.*.memory"),
    (
        "/spec/sparkImage/custom",
        "spark.kubernetes.*.container.image",
    ),
];

/// The pods of an application; `version` is used where `sparkImage` does not tell.
pub fn predicted(app: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    let settings = settings(app)?;
    let text = |at: &str| app.pointer(at).and_then(Value::as_str);
    let templates = ["driver", "executor"].map(|role| template(app, role));
    let mut arguments = Vec::new();
    if let Some(class) = text("/spec/mainClass") {
        arguments.extend(["--class".to_owned(), class.to_owned()]);
    }
    arguments.extend(text("/spec/mainApplicationFile").map(str::to_owned));
    let own = app.pointer("/spec/args").and_then(Value::as_array);
    arguments.extend(own.into_iter().flatten().map(plain));
    pods_of(Application {
        name: text("/metadata/name").unwrap_or("spark"),
        settings: &settings,
        kind: kind(app),
        version: text("/spec/sparkImage/productVersion").unwrap_or(version),
        templates: templates.each_ref().map(Some),
        arguments: &arguments,
    })
}

/// How it is run: by `mode`, then by the ending of the main file, as `SparkSubmit` itself does.
pub fn kind(app: &Value) -> Kind {
    let file = app["spec"]["mainApplicationFile"]
        .as_str()
        .unwrap_or_default();
    let ending = file.rsplit('.').next().unwrap_or_default();
    match (app["spec"]["mode"].as_str(), ending) {
        (Some("client"), _) => Kind::Client,
        (_, "py") => Kind::Python,
        (_, "R" | "r") => Kind::R,
        _ => Kind::Java,
    }
}

/// What the operator passes for names, sizes, image and count; `sparkConf` overrules it.
pub fn settings(app: &Value) -> Result<Settings, Failure> {
    for role in ["driver", "executor"] {
        sizes(app, role)?;
    }
    Ok(told(app).settings)
}

/// The same, with the fields that they come from; sizes that cannot be read are left out.
pub(in crate::spark) fn told(app: &Value) -> Passed<'_> {
    let mut pass = Passed::new(app);
    let name = plain(&app["metadata"]["name"]);
    pass.set("spark.app.name", name.as_str());
    pass.set(
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        name,
    );
    pass.field(
        "/metadata/namespace",
        "spark.kubernetes.namespace".to_owned(),
    );
    // So that Spark does not add the share again: its least is added all the same.
    pass.set("spark.kubernetes.memoryOverheadFactor", "0.0");
    for role in ["driver", "executor"] {
        pass.set(
            format!("spark.kubernetes.{role}.podTemplateContainerName"),
            CONTAINER,
        );
        let key = format!("spark.kubernetes.{role}.container.image");
        pass.field("/spec/sparkImage/custom", key.clone());
        if let Some(image) = own_image(app).filter(|_| !pass.settings.contains_key(&key)) {
            pass.set(key, image);
        }
        for (key, text, written) in sizes(app, role).into_iter().flatten() {
            match written {
                Some((at, written)) => pass.made(&key, text, &at, written),
                None => pass.set(key, text),
            }
        }
    }
    pass.field(
        "/spec/executor/replicas",
        "spark.executor.instances".to_owned(),
    );
    pass.mapping("/spec/sparkConf", "");
    pass
}

/// A setting, its text, and the field that it is made of with what stands there.
type Size = (String, String, Option<(String, String)>);

/// Cores and heap of a role.
fn sizes(app: &Value, role: &str) -> Result<Vec<Size>, Failure> {
    let resources = format!("spec.{role}.config.resources");
    let own = &app["spec"][role]["config"]["resources"];
    let is_java = app["spec"]["mainClass"].is_string();
    let values = DEFAULTS.map(|(at, default)| {
        let written = own.pointer(&format!("/{at}"));
        let written = written.filter(|value| !value.is_null());
        let field = format!("/{}/{at}", resources.replace('.', "/"));
        let origin = written.map(|value| (field, plain(value)));
        (written.cloned().unwrap_or_else(|| default.into()), origin)
    });
    let [(least, of_least), (most, of_most), (limit, of_limit)] = values;
    let heap = heap(&limit, is_java);
    let heap = heap.ok_or_else(|| Problem::Quantity.at(format!("{resources}.memory.limit")))?;
    let cores = cores(&plain(&most), &format!("{resources}.cpu.max"))?;
    let kubernetes = |rest: &str| format!("spark.kubernetes.{role}.{rest}.cores");
    Ok(vec![
        (format!("spark.{role}.cores"), cores, of_most.clone()),
        (kubernetes("request"), plain(&least), of_least),
        (kubernetes("limit"), plain(&most), of_most),
        (format!("spark.{role}.memory"), format!("{heap}m"), of_limit),
    ])
}

/// Stackable's own image, in whose tag the operator's version is left out where nothing says it.
fn own_image(app: &Value) -> Option<String> {
    let text = |name: &str| app["spec"]["sparkImage"][name].as_str();
    let version = text("productVersion")?;
    let repository = text("repo").map_or_else(String::new, |repo| format!("{repo}/"));
    let operator = text("stackableVersion");
    let operator = operator.map_or_else(String::new, |version| format!("-stackable{version}"));
    Some(format!("{repository}spark-k8s:{version}{operator}"))
}

/// The template that the operator writes for a role, with `podOverrides` merged into it.
fn template(app: &Value, role: &str) -> Value {
    let own = &app["spec"][role];
    let mut env = Map::new();
    for variable in app["spec"]["env"].as_array().into_iter().flatten() {
        env.insert(plain(&variable["name"]), variable.clone());
    }
    for (name, text) in own["envOverrides"].as_object().into_iter().flatten() {
        env.insert(name.clone(), json!({"name": name, "value": plain(text)}));
    }
    let mut container = json!({"name": CONTAINER});
    let env: Vec<_> = env.into_iter().map(|(_, variable)| variable).collect();
    for (name, items) in [
        ("env", Some(&env)),
        ("volumeMounts", own["config"]["volumeMounts"].as_array()),
    ] {
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            list(&mut container, name).extend(items.iter().cloned());
        }
    }
    let mut spec = json!({
        "containers": [container],
        "securityContext": {"fsGroup": 1000},
        "serviceAccountName": app["metadata"]["name"],
    });
    if let Some(volumes) = app["spec"]["volumes"].as_array() {
        list(&mut spec, "volumes").extend(volumes.iter().cloned());
    }
    let mut template = json!({"metadata": {"name": CONTAINER}, "spec": spec});
    merge(&mut template, &own["podOverrides"]);
    template
}

/// Puts one value over another: mappings key by key, items of lists that have a name by it, all else as a whole.
/// Source: `DeepMerge` of k8s-openapi, for lists of containers, volumes, variables and their like.
fn merge(to: &mut Value, from: &Value) {
    match from {
        Value::Null => {}
        Value::Object(from) => {
            for (key, value) in from {
                merge(field(to, key), value);
            }
        }
        Value::Array(items) if items.iter().all(|item| item["name"].is_string()) => {
            let there = to.as_array().cloned().unwrap_or_default();
            let mut all = there;
            for item in items {
                match all.iter_mut().find(|one| one["name"] == item["name"]) {
                    Some(one) => merge(one, item),
                    None => all.push(item.clone()),
                }
            }
            *to = all.into();
        }
        other => *to = other.clone(),
    }
}

/// Whole cores, rounded up: tasks at once.
fn cores(text: &str, at: &str) -> Result<String, Failure> {
    const CORE: i128 = 1000;
    let quantity = Quantity::parse(text).map_err(|_| Problem::Quantity.at(at))?;
    Ok((quantity.millis() + CORE - 1).div_euclid(CORE).to_string())
}

/// The heap, in MiB, that is left of a pod's memory: without the overhead that Spark will add again, a factor of 0.1 where
/// there is a main class and of 0.4 where there is none. A limit below 384 MiB becomes the heap as it is.
///
/// The operator reckons in 32-bit floats, so that some heaps are 1 MiB smaller than the exact figure.
pub fn heap(limit: &Value, is_java: bool) -> Option<u32> {
    let bytes = u64::try_from(Quantity::of(limit).ok()?.bytes()).ok()?;
    let original = u32::try_from(bytes >> 20).ok()?;
    if original < LEAST {
        return Some(original);
    }
    let factor: f32 = if is_java { 0.1 } else { 0.4 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "as in the operator: a positive 32-bit float, rounded down"
    )]
    let reduced = (original as f32 * (1.0 / (1.0 + factor))).floor() as u32;
    Some(original - LEAST.max(original - reduced))
}
