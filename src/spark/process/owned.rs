//! What an operator's object tells the daemons and servers whose pods it holds.
//!
//! Source: `SparkClusterSubmissionWorker` of apache/spark-kubernetes-operator; `SparkHistoryServer` and `SparkConnectServer` in
//! `rust/operator-binary/src` of stackabletech/spark-k8s-operator.

use super::Seen;
use crate::spark::conf::{Conf, Entry, Given, Spot};
use crate::yaml::Pointer;
use serde_json::Value;

/// Where a kind of object has settings of Spark.
struct Owner {
    group: &'static str,
    kind: &'static str,
    /// Mappings of keys to values, the one that counts first.
    settings: &'static [&'static [&'static str]],
    /// Whether the operator sets more by itself, made of fields that are not read here.
    sets_more: bool,
}

const DEFAULTS: &str = "spark-defaults.conf";
const OWNERS: [Owner; 3] = [
    Owner {
        group: "spark.apache.org",
        kind: "SparkCluster",
        settings: &[&["spec", "sparkConf"]],
        sets_more: false,
    },
    Owner {
        group: "spark.stackable.tech",
        kind: "SparkHistoryServer",
        settings: &[
            &["spec", "nodes", "configOverrides", DEFAULTS],
            &["spec", "sparkConf"],
        ],
        sets_more: true,
    },
    Owner {
        group: "spark.stackable.tech",
        kind: "SparkConnectServer",
        settings: &[
            &["spec", "server", "configOverrides", DEFAULTS],
            &["spec", "executor", "configOverrides", DEFAULTS],
        ],
        sets_more: true,
    },
];

/// Adds the settings that the object says beside its pods.
pub(super) fn add(seen: &Seen, conf: &mut Conf) {
    let version = seen.value["apiVersion"].as_str().unwrap_or_default();
    let group = version.split('/').next();
    let mut owners = OWNERS.iter();
    let owner = owners.find(|owner| Some(owner.group) == group && seen.value["kind"] == owner.kind);
    let Some(owner) = owner else {
        return;
    };
    for path in owner.settings {
        let mapping = path.iter().fold(&seen.value, |value, name| &value[*name]);
        for (key, value) in mapping.as_object().into_iter().flatten() {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let entry = Entry {
                text,
                secret: false,
                doubtful: false,
                given: Given::Conf,
                spot: Spot {
                    object: seen.index,
                    path: path
                        .iter()
                        .copied()
                        .chain([key.as_str()])
                        .collect::<Pointer>(),
                    inside: None,
                },
            };
            conf.add(key.clone(), entry);
        }
    }
    if owner.sets_more {
        conf.leave_open("what the operator sets");
    }
}
