//! The `SparkApplication` of Apache's operator, which runs Spark's own builders on `sparkConf` and two templates.
//!
//! Source: `SparkAppSubmissionWorker` and `SparkAppResourceSpec` of apache/spark-kubernetes-operator 1.1.

use super::kubeflow::plain;
use super::passed::{Passed, child};
use super::{Application, Pod, predicted as pods_of};
use crate::spark::memory::{Failure, Kind, Settings};
use serde_json::Value;

/// Where settings stand.
const CONF: &str = "/spec/sparkConf";

/// What the operator sets where `sparkConf` does not.
const DEFAULTS: [(&str, &str); 3] = [
    ("spark.authenticate", "true"),
    ("spark.io.encryption.enabled", "true"),
    ("spark.kubernetes.executor.useDriverPodIP", "true"),
];

/// The pods of an application; `version` is used where `runtimeVersions` does not tell.
pub fn predicted(app: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    let settings = settings(app);
    let text = |at: &str| app.pointer(at).and_then(Value::as_str);
    let class = text("/spec/mainClass").unwrap_or_default();
    let resource = ["jars", "pyFiles", "sparkRFiles"];
    let resource = resource.iter().find_map(|name| app["spec"][*name].as_str());
    let own = app.pointer("/spec/driverArgs").and_then(Value::as_array);
    let fixed = ["--class", class, resource.unwrap_or_default()].map(str::to_owned);
    let arguments: Vec<_> = fixed
        .into_iter()
        .chain(own.into_iter().flatten().map(plain))
        .collect();
    let template = |role: &str| app.pointer(&format!("/spec/{role}Spec/podTemplateSpec"));
    pods_of(Application {
        name: text("/metadata/name").unwrap_or("spark"),
        settings: &settings,
        kind: kind(app),
        version: text("/spec/runtimeVersions/sparkVersion").unwrap_or(version),
        templates: ["driver", "executor"].map(|role| template(role).filter(|t| !t.is_null())),
        arguments: &arguments,
    })
}

/// How it is run: by the first of `jars`, `pyFiles` and `sparkRFiles` that is set.
pub fn kind(app: &Value) -> Kind {
    let is_set = |name: &str| {
        app["spec"][name]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    };
    match ["jars", "pyFiles", "sparkRFiles"].map(is_set) {
        [false, true, _] => Kind::Python,
        [false, false, true] => Kind::R,
        _ => Kind::Java,
    }
}

/// `sparkConf` with the operator's defaults; the namespace is the application's own.
pub fn settings(app: &Value) -> Settings {
    told(app).settings
}

/// The same, with the fields that they come from.
pub(in crate::spark) fn told(app: &Value) -> Passed<'_> {
    let mut pass = Passed::new(app);
    for (key, text) in DEFAULTS {
        pass.set(key, text);
    }
    conf(&mut pass);
    pass
}

/// `sparkConf`, where the image may leave its version to `runtimeVersions`, and the namespace.
pub(super) fn conf(pass: &mut Passed<'_>) {
    const IMAGE: &str = "spark.kubernetes.container.image";
    pass.mapping(CONF, "");
    let version = pass.at("/spec/runtimeVersions/sparkVersion");
    if let (Some(image), Some(version)) = (pass.settings.get(IMAGE), version) {
        let image = image.replace("{{SPARK_VERSION}}", &plain(version));
        pass.told_in(IMAGE.to_owned(), image, (CONF, &child(CONF, IMAGE)));
    }
    pass.field(
        "/metadata/namespace",
        "spark.kubernetes.namespace".to_owned(),
    );
}
