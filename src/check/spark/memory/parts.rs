//! What rules of memory share: whose pods Spark sizes, heaps, limits, and where an operator's application stands.

use crate::check::spark::case::Case;
use crate::manifest::{Container, Pod, Quantity};
use crate::spark::conf::Told;
use crate::spark::memory::MIB;
use serde_json::Value;

/// The heap that Spark's launcher takes where nothing is set, in MiB.
pub(super) const DEFAULT_HEAP: u64 = 1024;

/// The pods that Spark makes and sizes.
pub(super) fn made(case: Case<'_>) -> &'static [&'static str] {
    match (case.makes_executors(), case.is_client()) {
        (false, _) => &[],
        (true, true) => &["executor"],
        (true, false) => &["driver", "executor"],
    }
}

/// Whether all that configures it is in the stream: a notebook or a job may set the rest in its own code.
pub(super) fn is_settled(case: Case<'_>) -> bool {
    case.operator.is_some() || ["spark-connect", "spark-thrift"].contains(&case.role.as_str())
}

/// The memory limit of its container, as written and in MiB.
pub(super) fn limit(case: Case<'_>) -> Option<(String, u64)> {
    let limit = &case.own()?.value["resources"]["limits"]["memory"];
    let bytes = u64::try_from(Quantity::of(limit).ok()?.bytes()).ok()?;
    Some((written(limit), bytes / MIB))
}

/// A scalar as it is written.
pub(super) fn written(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The `spec` of an operator's application, and where it stands in the object.
pub(super) fn application(case: Case<'_>) -> (&Value, &'static [&'static str]) {
    let object = &case.seen().value;
    if object["kind"] == "ScheduledSparkApplication" {
        return (&object["spec"]["template"], &["spec", "template"]);
    }
    (&object["spec"], &["spec"])
}

/// The container of Spark in the pod that an operator's object writes for `driver`, `server` or `executor`.
pub(super) fn written_container<'w>(case: Case<'w>, role: &str) -> Option<Container<'w>> {
    let pod = case.written_pod(role)?;
    let mut all = pod.pod().containers().zip(&pod.roles);
    let found = all.find(|(_, role)| role.as_deref().is_some_and(|it| it.starts_with("spark-")));
    Some(found?.0)
}

/// An `emptyDir` that a container mounts.
pub(super) struct Scratch<'v> {
    /// Its place among the pod's volumes.
    pub(super) index: usize,
    /// The name of the volume.
    pub(super) name: &'v str,
    /// Where it is mounted.
    pub(super) path: &'v str,
    /// What stands in `emptyDir`.
    pub(super) source: &'v Value,
}

impl Scratch<'_> {
    /// Whether its files are memory.
    pub(super) fn is_memory(&self) -> bool {
        self.source["medium"] == "Memory"
    }
}

/// Each `emptyDir` that a container of a pod mounts.
pub(super) fn scratch<'v>(pod: Pod<'v>, container: Container<'v>) -> Vec<Scratch<'v>> {
    let volumes = pod.spec()["volumes"].as_array();
    let volumes = volumes.map_or(&[][..], Vec::as_slice);
    let mounts = container.value["volumeMounts"].as_array();
    let mounts = mounts.into_iter().flatten();
    let found = mounts.filter_map(|mount| {
        let name = mount["name"].as_str()?;
        let index = volumes.iter().position(|volume| volume["name"] == name)?;
        let source = &volumes[index]["emptyDir"];
        let path = mount["mountPath"].as_str()?.trim_end_matches('/');
        source.is_object().then_some(Scratch {
            index,
            name,
            path,
            source,
        })
    });
    found.collect()
}

/// Where its JVM writes shuffle files and spills, outside of pods that Spark makes: `SPARK_LOCAL_DIRS`, or else
/// `spark.local.dir`, or else `/tmp`. Nothing where that is not known. Source: `Utils.getConfiguredLocalDirs`.
pub(super) fn local_directories(case: Case<'_>) -> Option<Vec<String>> {
    let conf = case.conf();
    let list = match (
        conf.variable("SPARK_LOCAL_DIRS"),
        conf.get("spark.local.dir"),
    ) {
        (Told::Set(known), _) | (Told::Unset, Told::Set(known)) => known.text.into_owned(),
        (Told::Unset, Told::Unset) => "/tmp".to_owned(),
        _ => return None,
    };
    let paths = list
        .split(',')
        .map(|path| path.trim().trim_end_matches('/'));
    Some(paths.map(str::to_owned).collect())
}

/// Whether nothing asks for more memory beside the heap of a pod that Spark makes than Spark takes by itself.
pub(super) fn has_no_extra(case: Case<'_>, role: &str) -> bool {
    let conf = case.conf();
    let own = [
        "memoryOverhead",
        "memoryOverheadFactor",
        "minMemoryOverhead",
    ];
    own.iter()
        .all(|name| conf.is_unset(&format!("spark.{role}.{name}")))
        && conf.is_unset("spark.kubernetes.memoryOverheadFactor")
}
