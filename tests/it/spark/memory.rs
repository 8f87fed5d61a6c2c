//! Every vector that Spark computed, field for field.

use super::super::fixtures::read;
use serde_json::{Value, json};
use sparkk8s_post::spark::memory::{Failure, Kind, Problem, Resources, Settings};
use sparkk8s_post::spark::memory::{driver, executor};
use sparkk8s_post::spark::version::Version;

#[test]
fn every_vector_is_what_spark_computed() {
    let Some(file) = super::data("spark-memory-goldens.json") else {
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&read(&file)).expect("vectors");
    let mut wrong = Vec::new();
    for vector in &vectors {
        wrong.extend(differences(vector));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(vectors.len() >= 86, "only {} vectors", vectors.len());
}

/// What is other than Spark's own answer.
fn differences(vector: &Value) -> Vec<String> {
    let text = |key: &str| vector[key].as_str().expect("a text");
    let settings: Settings = serde_json::from_value(vector["conf"].clone()).expect("settings");
    let version = Version::parse(text("spark")).expect("a version");
    let kind = match text("kind") {
        "java" => Kind::Java,
        "python" => Kind::Python,
        "r" => Kind::R,
        _ => Kind::Client,
    };
    let answers = [
        ("driver", driver(&settings, kind, version)),
        ("executor", Some(executor(&settings, kind, version))),
    ];
    let different = answers.into_iter().filter_map(|(pod, answer)| {
        let equal = match &answer {
            None => vector[pod].is_null(),
            Some(Ok(resources)) => vector[pod] == shape(resources),
            Some(Err(failure)) => {
                let words = vector[pod]["error"].as_str();
                words.is_some_and(|words| is_same(failure, words))
            }
        };
        (!equal).then(|| format!("{vector}: {pod} is {answer:?}"))
    });
    different.collect()
}

fn shape(resources: &Resources) -> Value {
    let map = |pairs: Vec<(String, String)>| -> Value {
        pairs
            .into_iter()
            .map(|(key, text)| (key, json!(text)))
            .collect()
    };
    json!({
        "limits": map(resources.limits().collect()),
        "requests": map(resources.requests().collect()),
    })
}

/// Whether Spark's words say the same, of the same setting where they name one.
fn is_same(failure: &Failure, words: &str) -> bool {
    let said: &[&str] = match failure.problem {
        Problem::Size => &["Size must be specified", "TYPE_MISMATCH"],
        Problem::TooLarge => &["exceeds Long.MAX_VALUE", "TYPE_MISMATCH"],
        Problem::Negative => &[
            "Size must be specified",
            "must not be negative",
            "REQUIREMENT",
        ],
        Problem::Integer => &["should be int", "TYPE_MISMATCH", "For input string"],
        Problem::Number => &["should be double", "TYPE_MISMATCH"],
        Problem::Boolean => &["should be boolean", "TYPE_MISMATCH"],
        Problem::Factor => &["Ensure that memory overhead", "REQUIREMENT"],
        Problem::Quantity => &["quantity", "Character"],
        Problem::NoOffHeap => &["offHeap.size must be"],
        Problem::LimitBelowRequest => &["less than or equal to cpu limit"],
        Problem::NoVendor => &["vendor was not specified"],
        Problem::NoAmount => &["must specify an amount"],
        _ => return false,
    };
    let named = words
        .split_once("config \"")
        .and_then(|(_, rest)| rest.split_once('"'));
    let older = failure
        .key
        .replace(".yarn.", ".")
        .replace("unsafe.offHeap", "memory.offHeap.enabled");
    said.iter().any(|said| words.contains(said)) && named.is_none_or(|(key, _)| key == older)
}
