//! Stackable's `SparkApplication` as Spark's settings: there `memory.limit` is the whole pod, and the heap what is left.
//!
//! Source: `subtract_spark_memory_overhead`, `resources_to_driver_props`, `resources_to_executor_props` of
//! stackabletech/spark-k8s-operator. The templates that the operator writes itself are not built here.

use super::passed::{GivenValue, Passed, plain};
use crate::manifest::Quantity;
use crate::spark::memory::{Failure, Kind, Problem, Settings};
use serde_json::Value;

/// What the operator takes off at the least, in MiB.
const LEAST: u32 = 384;

/// What the operator passes for sizes, image and count; `sparkConf` overrules it.
pub fn settings(app: &Value) -> Result<Settings, Failure> {
    Ok(passed(app)?.settings)
}

/// The same value by value, each with where it stands in the application; of two the later counts.
pub fn given(app: &Value) -> Result<Vec<GivenValue>, Failure> {
    Ok(passed(app)?.given)
}

/// How it is run: as Java, where there is a main class.
pub fn kind(app: &Value) -> Kind {
    match app["spec"]["mainClass"].is_string() {
        true => Kind::Java,
        false => Kind::Python,
    }
}

fn passed(app: &Value) -> Result<Passed<'_>, Failure> {
    let mut pass = Passed::new(app);
    for role in ["driver", "executor"] {
        let at = format!("/spec/{role}/config/resources");
        let null = Value::Null;
        let resources = app.pointer(&at).unwrap_or(&null);
        let (least, most) = (&resources["cpu"]["min"], &resources["cpu"]["max"]);
        let named = format!("spec.{role}.config.resources");
        // The operator's own defaults for what is not set.
        let (request, limit) = (or(least, "250m"), or(most, "1"));
        let (min, max) = (format!("{at}/cpu/min"), format!("{at}/cpu/max"));
        let own = |value: &Value, at: &str| (!value.is_null()).then(|| at.to_owned());
        let (min, max) = (own(least, &min), own(most, &max));
        let tasks = cores(&limit, &named)?;
        for (key, text, at) in [
            (format!("spark.{role}.cores"), tasks, &max),
            (
                format!("spark.kubernetes.{role}.request.cores"),
                request,
                &min,
            ),
            (format!("spark.kubernetes.{role}.limit.cores"), limit, &max),
        ] {
            match at {
                Some(at) => pass.set_from(key, text, at),
                None => pass.set(key, text),
            }
        }
        let limit = &resources["memory"]["limit"];
        if !limit.is_null() {
            let is_java = kind(app) == Kind::Java;
            let heap = heap(limit, is_java).ok_or_else(|| Problem::Quantity.at(named))?;
            let at = format!("{at}/memory/limit");
            pass.set_from(format!("spark.{role}.memory"), format!("{heap}m"), &at);
        }
    }
    pass.field(
        "/spec/executor/replicas",
        "spark.executor.instances".to_owned(),
    );
    let image = "spark.kubernetes.container.image".to_owned();
    pass.field("/spec/sparkImage/custom", image);
    pass.mapping("/spec/sparkConf", "");
    Ok(pass)
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
