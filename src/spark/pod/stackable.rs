//! Stackable's `SparkApplication` as Spark's settings: there `memory.limit` is the whole pod, and the heap what is left.
//!
//! Source: `subtract_spark_memory_overhead`, `resources_to_driver_props`, `resources_to_executor_props` of
//! stackabletech/spark-k8s-operator. The templates that the operator writes itself are not built here.

use super::kubeflow::plain;
use crate::manifest::Quantity;
use crate::spark::memory::{Failure, Problem, Settings};
use serde_json::Value;

/// What the operator takes off at the least, in MiB.
const LEAST: u32 = 384;

/// What the operator passes for sizes, image and count; `sparkConf` overrules it.
pub fn settings(app: &Value) -> Result<Settings, Failure> {
    let mut settings = Settings::new();
    let mut set = |key: String, text: String| settings.insert(key, text);
    let is_java = app["spec"]["mainClass"].is_string();
    for role in ["driver", "executor"] {
        let resources = &app["spec"][role]["config"]["resources"];
        let (least, most) = (&resources["cpu"]["min"], &resources["cpu"]["max"]);
        // The operator's own defaults for what is not set.
        let least = or(least, "250m");
        let most = or(most, "1");
        let at = format!("spec.{role}.config.resources");
        set(format!("spark.{role}.cores"), cores(&most, &at)?);
        set(format!("spark.kubernetes.{role}.request.cores"), least);
        set(format!("spark.kubernetes.{role}.limit.cores"), most);
        let limit = &resources["memory"]["limit"];
        if !limit.is_null() {
            let heap = heap(limit, is_java).ok_or_else(|| Problem::Quantity.at(at));
            set(format!("spark.{role}.memory"), format!("{}m", heap?));
        }
    }
    let replicas = &app["spec"]["executor"]["replicas"];
    if replicas.is_u64() {
        set("spark.executor.instances".to_owned(), plain(replicas));
    }
    if let Some(image) = app
        .pointer("/spec/sparkImage/custom")
        .and_then(Value::as_str)
    {
        set(
            "spark.kubernetes.container.image".to_owned(),
            image.to_owned(),
        );
    }
    let conf = app.pointer("/spec/sparkConf").and_then(Value::as_object);
    for (key, value) in conf.into_iter().flatten() {
        set(key.clone(), plain(value));
    }
    Ok(settings)
}

fn or(value: &Value, default: &str) -> String {
    if value.is_null() {
        default.to_owned()
    } else {
        plain(value)
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
