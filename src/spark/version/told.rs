//! What a stream tells of a process's version: its image, an operator's field, its jars. Nothing is guessed.

use super::{BadVersion, Version};
use crate::manifest::Image;
use crate::manifest::spark::{Answer, written};
use serde_json::Value;

/// Repositories whose tags begin with Spark's version, and what stands before it. The last parts of a repository are
/// compared, so that mirrors count, as in the table of image families.
/// Source: the tags that each of them publishes.
const VERSIONED: [(&str, &str); 15] = [
    ("apache/spark", ""),
    ("apache/spark-py", ""),
    ("apache/spark-r", ""),
    ("library/spark", ""),
    ("bitnami/spark", ""),
    ("bitnamilegacy/spark", ""),
    ("bitnamisecure/spark", ""),
    ("fall-out-bug/spark-k8s-jupyter-spark", ""),
    ("fall-out-bug/spark-k8s-spark-custom", ""),
    ("jupyter/all-spark-notebook", "spark-"),
    ("jupyter/pyspark-notebook", "spark-"),
    ("sdp/spark-k8s", ""),
    ("spark-operator/spark", ""),
    ("spark-operator/spark-py", ""),
    ("stackable/spark-k8s", ""),
];

/// Modules that Spark publishes with its own version; `spark-nlp_2.12-5.1.0.jar` is somebody else's.
/// Source: the jars of 3.5.9, 4.1.4 and 4.3.0, and the connectors that its documentation names.
const MODULES: [&str; 40] = [
    "avro",
    "catalyst",
    "common-utils",
    "common-utils-java",
    "config",
    "connect",
    "connect-client-jvm",
    "connect-common",
    "connect-shims",
    "core",
    "ganglia-lgpl",
    "graphx",
    "hadoop-cloud",
    "hive",
    "hive-thriftserver",
    "kubernetes",
    "kvstore",
    "launcher",
    "mesos",
    "mllib",
    "mllib-local",
    "network-common",
    "network-shuffle",
    "network-yarn",
    "pipelines",
    "protobuf",
    "repl",
    "sketch",
    "sql",
    "sql-api",
    "sql-kafka-0-10",
    "streaming",
    "streaming-kafka-0-10",
    "streaming-kafka-0-10-assembly",
    "streaming-kinesis-asl",
    "tags",
    "token-provider-kafka-0-10",
    "variant",
    "yarn",
    "yarn-shuffle",
];

/// The version in the tag of an image whose repository is known to be tagged by it; nothing for any other image, or for a
/// tag that is no version (`latest`, `python3`).
pub fn of_image(reference: &str) -> Option<Version> {
    let image = Image::parse(reference).ok()?;
    let path = image.path();
    let ends = |known: &str| {
        let head = path.strip_suffix(known);
        head.is_some_and(|head| head.is_empty() || head.ends_with('/'))
    };
    let (_, before) = VERSIONED.iter().find(|(known, _)| ends(known))?;
    Version::parse(image.tag?.strip_prefix(before)?).ok()
}

/// The same for an image that is known to run Spark: any repository whose last part names it (`spark-custom:3.5.7-gpu`,
/// `spark:3.5.x`), tagged with a line from 3.0 on. A tag below that is somebody's own count.
pub fn of_spark_image(reference: &str) -> Option<Version> {
    let named = || {
        let image = Image::parse(reference).ok()?;
        let path = image.path();
        let mut words = path.rsplit('/').next()?.split(['-', '_', '.']);
        let tag = image.tag?;
        let version = Version::parse(tag.strip_suffix(".x").unwrap_or(tag)).ok()?;
        let is_spark = words.any(|word| word == "spark" || word == "pyspark");
        (is_spark && version.since(3, 0)).then_some(version)
    };
    of_image(reference).or_else(named)
}

/// The version in an operator's own field; nothing where the object has none, or where it is still to be filled in. One
/// that does not exist is an error, with its pointer.
///
/// Fields: `/spec/sparkVersion` of kubeflow's operator (`/spec/template/sparkVersion` of a schedule),
/// `/spec/runtimeVersions/sparkVersion` of Apache's, `/spec/sparkImage/productVersion` and
/// `/spec/image/productVersion` of Stackable's.
pub fn of_field(object: &Value) -> Option<(&'static str, Result<Version, BadVersion>)> {
    let group = object["apiVersion"].as_str()?.split('/').next()?;
    let fields: &[&str] = match group {
        "sparkoperator.k8s.io" => &["/spec/sparkVersion", "/spec/template/sparkVersion"],
        "spark.apache.org" => &["/spec/runtimeVersions/sparkVersion"],
        "spark.stackable.tech" => &[
            "/spec/sparkImage/productVersion",
            "/spec/image/productVersion",
        ],
        _ => return None,
    };
    fields.iter().find_map(|field| {
        let text = object.pointer(field)?.as_str()?;
        match written(text) {
            Answer::Set(setting) => Some((*field, Version::parse(&setting.text))),
            Answer::Unset | Answer::Unknown => None,
        }
    })
}

/// The version in the name of a jar of Spark's own, or in its Maven coordinates: `spark-connect_2.13-4.1.0.jar`, also at
/// the end of a path or URL, `org.apache.spark:spark-connect_2.12:3.5.1`.
pub fn of_jar(text: &str) -> Option<Version> {
    let name = text.rsplit('/').next()?;
    let (artefact, version) = if let Some(name) = name.strip_suffix(".jar") {
        let (module, rest) = name.split_once("_2.")?;
        let (scala, version) = rest.split_once('-')?;
        is_scala(scala).then_some((module, version))?
    } else {
        let (artefact, version) = text.strip_prefix("org.apache.spark:")?.split_once(':')?;
        let (module, scala) = artefact.split_once("_2.")?;
        is_scala(scala).then_some((module, version))?
    };
    let module = artefact.strip_prefix("spark-")?;
    MODULES
        .contains(&module)
        .then(|| Version::parse(version).ok())?
}

/// `12` of Scala's `2.12`.
fn is_scala(minor: &str) -> bool {
    minor.len() == 2 && minor.bytes().all(|b| b.is_ascii_digit())
}
