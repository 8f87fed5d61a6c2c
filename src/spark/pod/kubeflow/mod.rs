//! Kubeflow's `SparkApplication` as Spark's settings: what its operator passes to `spark-submit`.
//!
//! Source: `internal/controller/sparkapplication/submission.go` and `internal/webhook/sparkapplication_defaulter.go` of
//! kubeflow/spark-operator 2.5.2, run. Its options come in this order, and of two the later counts.

mod monitoring;
mod mounted;
mod webhook;

#[cfg(test)]
mod tests;

pub use webhook::kubernetes as as_limit;

use super::passed::{Passed, child};
use super::{Application, Pod, predicted as pods_of};
use crate::spark::memory::{Failure, Kind, Problem, Settings};
use serde_json::Value;
use webhook::webhook;

/// Fields that `sparkConf` may overrule: they come before it.
const BEFORE: [(&str, &str); 4] = [
    ("/spec/image", "spark.kubernetes.container.image"),
    (
        "/spec/imagePullPolicy",
        "spark.kubernetes.container.image.pullPolicy",
    ),
    (
        "/spec/memoryOverheadFactor",
        "spark.kubernetes.memoryOverheadFactor",
    ),
    (
        "/spec/pythonVersion",
        "spark.kubernetes.pyspark.pythonVersion",
    ),
];

/// Fields of driver and executor, which overrule `sparkConf`; `*` is the role.
pub(super) const FIELDS: [(&str, &str); 9] = [
    ("/spec/image", "spark.kubernetes.*.container.image"),
    ("/spec/*/image", "spark.kubernetes.*.container.image"),
    ("/spec/*/cores", "spark.*.cores"),
    ("/spec/*/coreRequest", "spark.kubernetes.*.request.cores"),
    ("/spec/*/coreLimit", "spark.kubernetes.*.limit.cores"),
    ("/spec/*/memory", "spark.*.memory"),
    ("/spec/*/memoryOverhead", "spark.*.memoryOverhead"),
    (
        "/spec/*/serviceAccount",
        "spark.kubernetes.authenticate.*.serviceAccountName",
    ),
    ("/spec/*/javaOptions", "spark.*.extraJavaOptions"),
];

/// Labels of Kueue stay with the application.
const KUEUE: &str = "kueue.x-k8s.io/";

/// Options of `spark-submit` that lists become, which overrule `sparkConf`.
const LISTS: [(&str, &str); 7] = [
    ("/spec/deps/jars", "spark.jars"),
    ("/spec/deps/files", "spark.files"),
    ("/spec/deps/pyFiles", "spark.submit.pyFiles"),
    ("/spec/deps/packages", "spark.jars.packages"),
    ("/spec/deps/excludePackages", "spark.jars.excludes"),
    ("/spec/deps/repositories", "spark.jars.repositories"),
    ("/spec/deps/archives", "spark.archives"),
];

/// Mappings of driver and executor, which overrule `sparkConf`; each key goes behind the prefix.
pub(super) const MAPPINGS: [(&str, &str); 4] = [
    ("/metadata/labels", "spark.kubernetes.*.label."),
    ("/spec/*/labels", "spark.kubernetes.*.label."),
    ("/spec/*/annotations", "spark.kubernetes.*.annotation."),
    ("/spec/nodeSelector", "spark.kubernetes.node.selector."),
];

/// Mappings of the driver alone.
const SERVICE: [(&str, &str); 2] = [
    (
        "/spec/driver/serviceLabels",
        "spark.kubernetes.driver.service.label.",
    ),
    (
        "/spec/driver/serviceAnnotations",
        "spark.kubernetes.driver.service.annotation.",
    ),
];

/// Fields of executors alone, and of dynamic allocation where that is switched on.
const AFTER: [(&str, &str); 2] = [
    ("/spec/executor/instances", "spark.executor.instances"),
    (
        "/spec/executor/deleteOnTermination",
        "spark.kubernetes.executor.deleteOnTermination",
    ),
];
const DYNAMIC: [(&str, &str); 6] = [
    ("enabled", "enabled"),
    ("initialExecutors", "initialExecutors"),
    ("minExecutors", "minExecutors"),
    ("maxExecutors", "maxExecutors"),
    ("shuffleTrackingEnabled", "shuffleTracking.enabled"),
    ("shuffleTrackingTimeout", "shuffleTracking.timeout"),
];

/// What Go's `strconv.ParseBool` takes for true.
const TRUE: [&str; 6] = ["1", "t", "T", "true", "True", "TRUE"];

/// The pods of a `SparkApplication` as its webhook leaves them; `version` is used where `sparkVersion` is not set.
///
/// Of a `ScheduledSparkApplication` it is `{metadata, spec: spec.template}`.
pub fn predicted(app: &Value, version: &str) -> Result<Vec<Pod>, Failure> {
    for role in ["driver", "executor"] {
        mounted::holds_scratch(app, role)?;
        holds_containers(app, role)?;
    }
    let settings = settings(app);
    let text = |at: &str| app.pointer(at).and_then(Value::as_str);
    let mut arguments = Vec::new();
    if let Some(class) = text("/spec/mainClass") {
        arguments.extend(["--class".to_owned(), class.to_owned()]);
    }
    arguments.extend(text("/spec/mainApplicationFile").map(str::to_owned));
    let own = app.pointer("/spec/arguments").and_then(Value::as_array);
    arguments.extend(own.into_iter().flatten().map(plain));
    let mut pods = pods_of(Application {
        name: text("/metadata/name").unwrap_or("spark"),
        settings: &settings,
        kind: kind(app),
        version: text("/spec/sparkVersion").unwrap_or(version),
        templates: ["driver", "executor"].map(|role| template(app, role)),
        arguments: &arguments,
    })?;
    // `SparkSubmitArguments.validateSubmitArguments`; Spark itself would start with none.
    if pods.iter().any(|pod| pod.count.most == Some(0)) {
        return Err(Problem::NoExecutors.at("spark.executor.instances"));
    }
    for pod in &mut pods {
        webhook(app, pod.role, &mut pod.value)?;
    }
    Ok(pods)
}

/// Refuses a template without containers: the operator writes `containers: null` into its file, and Spark's client throws
/// where it reads that.
pub(super) fn holds_containers(app: &Value, role: &str) -> Result<(), Failure> {
    match template(app, role) {
        Some(template) if template["spec"]["containers"].is_null() => {
            Err(Problem::NoContainers.at(format!("spec.{role}.template")))
        }
        _ => Ok(()),
    }
}

pub(super) fn template<'a>(app: &'a Value, role: &str) -> Option<&'a Value> {
    let template = app.pointer(&format!("/spec/{role}/template"))?;
    (!template.is_null()).then_some(template)
}

/// How it is run: by `type`, and by `mode`, which is `cluster` where it is not set.
pub fn kind(app: &Value) -> Kind {
    match (app["spec"]["mode"].as_str(), app["spec"]["type"].as_str()) {
        (Some("client" | "in-cluster-client"), _) => Kind::Client,
        (_, Some("Python")) => Kind::Python,
        (_, Some("R")) => Kind::R,
        _ => Kind::Java,
    }
}

/// All that the operator passes to `spark-submit` with `--conf`, and `--name`.
pub fn settings(app: &Value) -> Settings {
    told(app).settings
}

/// The same, with the fields that they come from.
pub(in crate::spark) fn told(app: &Value) -> Passed<'_> {
    let mut pass = Passed::new(app);
    pass.field(
        "/metadata/namespace",
        "spark.kubernetes.namespace".to_owned(),
    );
    for (at, key) in BEFORE {
        pass.field(at, key.to_owned());
    }
    pass.joined(
        "/spec/imagePullSecrets",
        "spark.kubernetes.container.image.pullSecrets",
    );
    pass.set("spark.kubernetes.submission.waitAppCompletion", "false");
    pass.mapping("/spec/sparkConf", "");
    pass.metrics();
    pass.mapping("/spec/hadoopConf", "spark.hadoop.");
    for (at, key) in LISTS {
        pass.joined(at, key);
    }
    pass.driver_name();
    for role in ["driver", "executor"] {
        pass.own_labels(role);
        for (at, key) in FIELDS {
            pass.typed(&at.replace('*', role), key.replace('*', role));
        }
        for (at, prefix) in MAPPINGS {
            let is_passed = |key: &str| at != "/metadata/labels" || !key.starts_with(KUEUE);
            pass.mapping_where(
                &at.replace('*', role),
                &prefix.replace('*', role),
                is_passed,
            );
        }
        pass.agent(role);
        pass.variables(role);
        pass.secrets(role);
        pass.scratch(role);
        pass.template(role);
    }
    let master = "spark.kubernetes.driver.master".to_owned();
    pass.typed("/spec/driver/kubernetesMaster", master);
    for (at, prefix) in SERVICE {
        pass.mapping(at, prefix);
    }
    for (at, key) in AFTER {
        pass.field(at, key.to_owned());
    }
    pass.dynamic_allocation();
    pass.one_executor();
    pass
}

impl Passed<'_> {
    /// Hadoop's settings, with or without their prefix.
    pub(super) fn hadoop(&mut self) {
        const PREFIX: &str = "spark.hadoop.";
        const HADOOP: &str = "/spec/hadoopConf";
        for (key, value) in self.pairs(HADOOP) {
            let from = child(HADOOP, key);
            let key = key.strip_prefix(PREFIX).unwrap_or(key);
            self.told_in(format!("{PREFIX}{key}"), plain(value), (HADOOP, &from));
        }
    }

    /// A list as one text, with commas; nothing of an empty one.
    fn joined(&mut self, at: &str, key: &str) {
        let items: Vec<_> = self.list(at).map(plain).collect();
        if !items.is_empty() {
            self.set_from(key, items.join(","), at);
        }
    }

    /// The driver's pod: a field, a setting, or the application's name.
    fn driver_name(&mut self) {
        const KEY: &str = "spark.kubernetes.driver.pod.name";
        let name = plain(&self.object["metadata"]["name"]);
        self.set("spark.app.name", name.as_str());
        if self.at("/spec/driver/podName").is_some() {
            self.field("/spec/driver/podName", KEY.to_owned());
        } else if self.settings.get(KEY).is_none_or(String::is_empty) {
            self.set(KEY, format!("{name}-driver"));
        }
    }

    /// Labels that the operator finds its pods by, without the identifier of a submission.
    fn own_labels(&mut self, role: &str) {
        let prefix = format!("spark.kubernetes.{role}.label.sparkoperator.k8s.io");
        let name = plain(&self.object["metadata"]["name"]);
        self.set(format!("{prefix}/app-name"), name);
        self.set(format!("{prefix}/launched-by-spark-operator"), "true");
        if template(self.object, role).is_none() {
            self.set(format!("{prefix}/mutated-by-spark-operator"), "true");
        }
    }

    fn variables(&mut self, role: &str) {
        let prefix = variable_prefix(role);
        self.mapping(&format!("/spec/{role}/envVars"), prefix);
        for (name, from) in self.pairs(&format!("/spec/{role}/envSecretKeyRefs")) {
            let key = format!("spark.kubernetes.{role}.secretKeyRef.{name}");
            let at = child(&format!("/spec/{role}/envSecretKeyRefs"), name);
            let text = format!("{}:{}", plain(&from["name"]), plain(&from["key"]));
            self.set_from(key, text, &at);
        }
    }

    /// The file that the operator writes for a role: of an application also where its object has no template.
    pub(super) fn template(&mut self, role: &str) {
        let prefix = format!("spark.kubernetes.{role}.podTemplate");
        self.set(
            format!("{prefix}File"),
            format!("/tmp/spark/{role}-pod-template.yaml"),
        );
        self.set(
            format!("{prefix}ContainerName"),
            format!("spark-kubernetes-{role}"),
        );
    }

    /// Dynamic allocation by its own field; shuffle tracking is on where nothing else is said.
    pub(super) fn dynamic_allocation(&mut self) {
        const TRACKING: &str = "spark.dynamicAllocation.shuffleTracking.enabled";
        if self.at("/spec/dynamicAllocation/enabled") == Some(&Value::Bool(true)) {
            self.set(TRACKING, "true");
            for (field, key) in DYNAMIC {
                let key = format!("spark.dynamicAllocation.{key}");
                self.field(&format!("/spec/dynamicAllocation/{field}"), key);
            }
        }
    }

    /// One executor, where neither a count nor dynamic allocation is set. The operator looks for the setting by a name of
    /// its own, `spark.dynamicallocation.enabled`, so that `sparkConf` alone does not keep it from that.
    fn one_executor(&mut self) {
        const INSTANCES: &str = "spark.executor.instances";
        let enabled = if let Some(typed) = self.at("/spec/dynamicAllocation") {
            typed["enabled"] == true
        } else {
            let miscased = self.settings.get("spark.dynamicallocation.enabled");
            miscased.is_some_and(|text| TRUE.contains(&text.as_str()))
        };
        if !enabled && self.settings.get(INSTANCES).is_none_or(String::is_empty) {
            self.set(INSTANCES, "1");
        }
    }
}

pub(super) fn variable_prefix(role: &str) -> &'static str {
    if role == "driver" {
        "spark.kubernetes.driverEnv."
    } else {
        "spark.executorEnv."
    }
}

/// A scalar as text; nothing of null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
