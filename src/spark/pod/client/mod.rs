//! Drivers in pods of the stream that ask Kubernetes for executors: Connect and Thrift servers, jobs, notebooks. Spark sizes
//! the executors and nobody the driver.
//!
//! Source: `KubernetesClusterManager`, `BasicExecutorFeatureStep` and `SparkContext` of 3.5.9, 4.1.4 and 4.3.0, read: in
//! client mode no submission adds anything, and a driver's port that is not set is the machine's choice.

use super::{Application, Count, NoPods, Origin, Origins, PartOrigins, Pod, Predicted, predicted};
use crate::manifest::Object;
use crate::manifest::spark::text_of;
use crate::spark::conf::{Entry, Told};
use crate::spark::memory::{Kind, Settings, given, launcher};
use crate::spark::process::{Process, Seen};
use crate::spark::template::quantities;
use crate::yaml::{Document, NodeRef, Stream};
use serde_json::{Value, json};

const TEMPLATE: &str = "spark.kubernetes.executor.podTemplateFile";
const IMAGES: [&str; 2] = [
    "spark.kubernetes.executor.container.image",
    "spark.kubernetes.container.image",
];
const ALLOCATION: &str = "spark.dynamicAllocation.enabled";
const BOUNDS: [&str; 3] = [
    "spark.dynamicAllocation.minExecutors",
    "spark.dynamicAllocation.initialExecutors",
    "spark.dynamicAllocation.maxExecutors",
];
/// What decides sizes, counts and shape of executors, whatever else is set.
const DECIDES: [&str; 16] = [
    TEMPLATE,
    "spark.kubernetes.executor.podTemplateContainerName",
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.executor.memoryOverheadFactor",
    "spark.executor.minMemoryOverhead",
    "spark.executor.pyspark.memory",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.kubernetes.executor.request.cores",
    "spark.kubernetes.executor.limit.cores",
    "spark.kubernetes.memoryOverheadFactor",
    "spark.kubernetes.resource.type",
    "spark.memory.offHeap.enabled",
    "spark.memory.offHeap.size",
    ALLOCATION,
];
const DEVICES: &str = "spark.executor.resource.";
const APP_NAME: &str = "spark.app.name";
const HOST: &str = "spark.driver.host";
const PORT: &str = "spark.driver.port";
const PREFIX: &str = "spark.kubernetes.executor.podNamePrefix";
/// What Spark passes on into the pod as it is written.
const PASSED: [&str; 14] = [
    APP_NAME,
    HOST,
    "spark.executor.defaultJavaOptions",
    "spark.executor.extraClassPath",
    "spark.executor.extraJavaOptions",
    "spark.kubernetes.authenticate.driver.serviceAccountName",
    "spark.kubernetes.authenticate.executor.serviceAccountName",
    "spark.kubernetes.container.image.pullPolicy",
    "spark.kubernetes.container.image.pullSecrets",
    "spark.kubernetes.decommission.script",
    "spark.kubernetes.executor.scheduler.name",
    "spark.kubernetes.namespace",
    "spark.kubernetes.scheduler.name",
    "spark.local.dir",
];
/// How a placeholder begins, and what stands for that while a pod is built.
const MARKS: [(&str, &str); 3] = [("${", "\u{e000}"), ("$(", "\u{e001}"), ("{{", "\u{e002}")];

/// The pods of a driver in client mode: its own, and an executor; nothing of any other process, nor of one that an operator
/// runs.
///
/// A placeholder stays as it is written where Spark only passes it on. Where it hides what decides a size, a count, the image
/// or the template, or where a part of the configuration is not in the stream, the pods are not known.
pub fn client(process: &Process, seen: &Seen, objects: &[Object<'_>]) -> Option<Predicted> {
    let driver = Driver::of(process, seen, objects)?;
    Some(Predicted {
        object: process.object,
        version: process.version.to_string(),
        assumed: process.assumed,
        kind: Kind::Client,
        origins: driver.origins(),
        pods: driver.pods(),
    })
}

/// An executor of a driver in client mode, as [`client`] has it, and where its parts stand; nothing where it is not known.
pub fn client_executor(
    process: &Process,
    seen: &Seen,
    objects: &[Object<'_>],
) -> Option<(Pod, PartOrigins)> {
    let driver = Driver::of(process, seen, objects)?;
    let (settings, template) = driver.read().ok()?;
    let pods = driver.executors(settings.clone(), template.as_ref()).ok()?;
    let pod = pods.into_iter().next()?;
    Some((pod, PartOrigins::of_driver(settings, template)))
}

struct Driver<'d> {
    process: &'d Process,
    seen: &'d Seen,
    objects: &'d [Object<'d>],
}

impl<'d> Driver<'d> {
    fn of(process: &'d Process, seen: &'d Seen, objects: &'d [Object<'d>]) -> Option<Self> {
        let is_own = process.is_client() && process.operator.is_none();
        is_own.then_some(Self {
            process,
            seen,
            objects,
        })
    }

    /// What executors are built from: every setting, and their template.
    fn read(&self) -> Result<(Settings, Option<Value>), NoPods> {
        self.checked().map_err(NoPods::unknown)?;
        let template = self.template().map_err(NoPods::unknown)?;
        Ok((self.settings(), template))
    }

    fn pods(&self) -> Result<Vec<Pod>, NoPods> {
        let (settings, template) = self.read()?;
        let executors = self.executors(settings.clone(), template.as_ref())?;
        let own = self.driver(&settings)?.into_iter();
        Ok(own.chain(executors).collect())
    }

    fn executors(
        &self,
        mut settings: Settings,
        template: Option<&Value>,
    ) -> Result<Vec<Pod>, NoPods> {
        let prefix = settings.get(PREFIX).filter(|text| has_mark(text)).cloned();
        let app = settings.get(APP_NAME).cloned();
        let is_port_open = settings.get(PORT).is_none_or(|port| port.trim() == "0");
        if prefix.is_some() {
            settings.remove(PREFIX);
        }
        for key in PASSED {
            if let Some(text) = settings.get_mut(key) {
                *text = masked(text);
            }
        }
        settings
            .entry(HOST.to_owned())
            .or_insert_with(|| masked(&reference(HOST)));
        let mut pods = predicted(Application {
            name: self.seen.name(),
            settings: &settings,
            kind: Kind::Client,
            version: &self.process.version.to_string(),
            templates: [None, template],
            arguments: &[],
        })?;
        for pod in &mut pods {
            unmask(&mut pod.value);
            if is_port_open {
                open_port(&pod.container, &mut pod.value);
            }
            if let Some(app) = app.as_ref().filter(|app| has_mark(app)) {
                pod.value["metadata"]["labels"]["spark-app-name"] = app.as_str().into();
            }
            if let Some(prefix) = &prefix {
                pod.value["metadata"]["name"] = format!("{prefix}-exec-1").into();
                if let Some(spec) = pod.value["spec"].as_object_mut() {
                    spec.remove("hostname");
                }
            }
        }
        Ok(pods)
    }

    /// Refuses a configuration of which anything is unknown that executors depend on; the text says what.
    fn checked(&self) -> Result<(), String> {
        let conf = &self.process.conf;
        if !conf.gaps().is_empty() {
            let gaps = conf.gaps().join(", ");
            return Err(format!(
                "it is configured by {gaps} as well, which this stream does not hold"
            ));
        }
        for key in DECIDES {
            self.known(key)?;
        }
        let devices: Vec<_> = conf.family(DEVICES).map(|(key, _)| key).collect();
        for key in devices {
            self.known(key)?;
        }
        if conf.flag(ALLOCATION) == Some(true) {
            for key in BOUNDS {
                self.known(key)?;
            }
        }
        for key in IMAGES {
            if self.known(key)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether a setting is set, to something that is known and may be shown.
    fn known(&self, key: &str) -> Result<bool, String> {
        let conf = &self.process.conf;
        match (conf.get(key), conf.entry(key)) {
            (Told::Unset, _) => Ok(false),
            (Told::Set(known), _) if known.entry.secret => Err(format!(
                "`{key}` stands in a Secret, whose values are not shown"
            )),
            (Told::Set(_), _) => Ok(true),
            (Told::Unknown, Some(entry)) if entry.doubtful => Err(format!(
                "`{key}` is not the same in all files of which each may be the right one"
            )),
            (Told::Unknown, Some(_)) => Err(format!(
                "`{key}` holds a placeholder, so that its value is not known"
            )),
            (Told::Unknown, None) => Err(format!(
                "a script or file of its pod names `{key}` in a way that is not understood here"
            )),
        }
    }

    /// Every setting as Spark reads it; what is not known or may not be shown is a reference to itself.
    fn settings(&self) -> Settings {
        let conf = &self.process.conf;
        let settings = conf.iter().filter_map(|(key, entries)| {
            let entry = entries.first()?;
            let text = match conf.get(key) {
                _ if entry.secret || entry.doubtful => reference(key),
                Told::Set(known) => known.text.into_owned(),
                Told::Unset | Told::Unknown => entry.text.clone(),
            };
            Some((key.to_owned(), text))
        });
        settings.collect()
    }

    /// The pod template of executors, where one is named.
    fn template(&self) -> Result<Option<Value>, String> {
        let Some(path) = self.process.conf.text(TEMPLATE) else {
            return Ok(None);
        };
        let bad = |why: &str| Err(format!("the pod template `{path}` (`{TEMPLATE}`) {why}"));
        let Some(held) = &self.process.template else {
            return bad("is not in this stream, or more than one text may be it");
        };
        if held.secret {
            return bad("stands in a Secret, which is not shown");
        }
        let Ok(stream) = Stream::parse(&held.text) else {
            return bad("cannot be read as YAML before it is filled in");
        };
        let roots = stream.documents.iter().filter_map(Document::root);
        let mut pods = roots.map(NodeRef::to_value).filter(Value::is_object);
        match (pods.next(), pods.next()) {
            (Some(pod), None) => Ok(Some(pod)),
            _ => bad("does not hold one pod"),
        }
    }

    /// The driver's own pod, where Spark's launcher chooses its heap.
    fn driver(&self, settings: &Settings) -> Result<Option<Pod>, NoPods> {
        let process = launcher::Process::of(&self.process.role);
        let launched = process.filter(|_| !self.process.launch.java);
        let (Some(process), Some(pod), Some(container)) = (
            launched,
            self.process.pod(self.seen),
            self.process.container(self.seen),
        ) else {
            return Ok(None);
        };
        let mut value = pod.value.clone();
        value["apiVersion"] = "v1".into();
        value["kind"] = "Pod".into();
        if !value["metadata"].is_object() {
            value["metadata"] = json!({});
        }
        value["metadata"]["name"] = self.seen.name().into();
        if !self.seen.namespace().is_empty() {
            value["metadata"]["namespace"] = self.seen.namespace().into();
        }
        quantities(&mut value["spec"]);
        let mut own = json!({"containers": [container.value]});
        quantities(&mut own);
        Ok(Some(Pod {
            role: "driver",
            container: container.name().to_owned(),
            resources: given(process, settings, &own["containers"][0])?,
            count: self.count(),
            value,
        }))
    }

    /// How many of its pods run at once, where the object says so.
    fn count(&self) -> Count {
        let spec = &self.seen.value["spec"];
        let mut said = ["replicas", "parallelism"].iter();
        let said = said.find_map(|field| spec[*field].as_u64());
        Count::fixed(said.unwrap_or(1))
    }

    /// Where each setting stands that is known and may be shown.
    fn origins(&self) -> Origins {
        let conf = &self.process.conf;
        let known = conf.iter().filter_map(|(key, _)| match conf.get(key) {
            Told::Set(known) if !known.entry.secret => Some((
                key.to_owned(),
                Origin {
                    field: self.place(known.entry),
                    text: known.text.into_owned(),
                    written: None,
                },
            )),
            _ => None,
        });
        known.collect()
    }

    /// `ConfigMap/spark data.spark-defaults.conf`, or the field of its own object.
    fn place(&self, entry: &Entry) -> String {
        let segments: Vec<_> = entry.spot.path.segments().collect();
        let field = segments.join(".");
        match self.objects.get(entry.spot.object) {
            Some(object) if entry.spot.object != self.process.object => {
                format!("{object} {field}")
            }
            _ => field,
        }
    }
}

/// A setting by itself: `${spark.driver.host}`.
fn reference(key: &str) -> String {
    format!("${{{key}}}")
}

fn has_mark(text: &str) -> bool {
    MARKS.iter().any(|(mark, _)| text.contains(mark))
}

/// A text in which nothing looks like a placeholder.
fn masked(text: &str) -> String {
    let marks = MARKS.iter();
    marks.fold(text.to_owned(), |text, (mark, stand)| {
        text.replace(mark, stand)
    })
}

/// Puts placeholders back, in every text of a pod.
fn unmask(value: &mut Value) {
    match value {
        Value::String(text) => {
            for (mark, stand) in MARKS {
                if text.contains(stand) {
                    *text = text.replace(stand, mark);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unmask),
        Value::Object(map) => map.values_mut().for_each(unmask),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names the driver's port by its setting in the address that executors are given: nobody fixed it.
fn open_port(container: &str, pod: &mut Value) {
    let containers = pod["spec"]["containers"].as_array_mut();
    let mut containers = containers.into_iter().flatten();
    let own = containers.find(|one| one["name"] == container);
    let env = own.and_then(|own| own["env"].as_array_mut());
    let url = env
        .into_iter()
        .flatten()
        .rfind(|one| one["name"] == "SPARK_DRIVER_URL");
    if let Some(url) = url {
        let text = text_of(&url["value"]);
        let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
        url["value"] = format!("{host}:{}", reference(PORT)).into();
    }
}

#[cfg(test)]
mod tests;
