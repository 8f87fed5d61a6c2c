//! What the rules of this family share: how a process scales, and what its executors are made from.

use crate::check::run::parse;
use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::manifest::template;
use crate::spark::conf::{Given, Told};
use crate::spark::process::{Master, Mode, Operator, SeenPod};
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const DYNAMIC: &str = "spark.dynamicAllocation.enabled";
pub(super) const TRACKING: &str = "spark.dynamicAllocation.shuffleTracking.enabled";
pub(super) const LEAST: &str = "spark.dynamicAllocation.minExecutors";
pub(super) const INITIAL: &str = "spark.dynamicAllocation.initialExecutors";
pub(super) const MOST: &str = "spark.dynamicAllocation.maxExecutors";
pub(super) const INSTANCES: &str = "spark.executor.instances";
pub(super) const DECOMMISSION: &str = "spark.decommission.enabled";
pub(super) const MIGRATION: &str = "spark.storage.decommission.enabled";
pub(super) const SERVICE: &str = "spark.shuffle.service.enabled";
pub(super) const MANAGER: &str = "spark.shuffle.manager";
pub(super) const PLUGIN: &str = "spark.shuffle.sort.io.plugin.class";

/// Spark's own shuffle, by all its names. Source: `ShuffleManager.create`.
const SORT: [&str; 3] = [
    "sort",
    "tungsten-sort",
    "org.apache.spark.shuffle.sort.SortShuffleManager",
];
/// Spark's own storage of shuffle files, which is the executor's disk.
const LOCAL_DISK: &str = "org.apache.spark.shuffle.sort.io.LocalDiskShuffleDataIO";

/// Whether its executors are not its own JVM: on Kubernetes, or on a standalone cluster.
pub(super) fn has_executors(case: Case<'_>) -> bool {
    case.makes_executors() || is_standalone(case)
}

/// Whether its executors run on the workers of a standalone cluster.
pub(super) fn is_standalone(case: Case<'_>) -> bool {
    case.mode == Mode::Client(Master::Standalone)
}

/// Whether the number of executors follows the load. A `local` master switches that off without a word.
/// Source: `Utils.isDynamicAllocationEnabled`.
pub(super) fn is_dynamic(case: Case<'_>) -> bool {
    has_executors(case) && case.conf().flag(DYNAMIC) == Some(true)
}

/// Whether it serves for good, so that nothing ever ends and is tidied up: a Connect or Thrift server.
pub(super) fn is_for_good(case: Case<'_>) -> bool {
    ["spark-connect", "spark-thrift"].contains(&case.role.as_str())
}

/// Whether what the stream leaves unset stays unset: of a plain job or a notebook, the code may set it.
pub(super) fn is_settled(case: Case<'_>) -> bool {
    case.operator.is_some() || is_for_good(case)
}

/// Whether shuffle files outlive the executor that wrote them, because another service keeps them; nothing where that is
/// not known.
pub(super) fn keeps_shuffle_elsewhere(case: Case<'_>) -> Option<bool> {
    let other = |key: &str, own: &[&str]| match case.conf().get(key) {
        Told::Set(known) => Some(!own.contains(&&*known.text)),
        Told::Unset => Some(false),
        Told::Unknown => None,
    };
    Some(other(PLUGIN, &[LOCAL_DISK])? || other(MANAGER, &SORT)?)
}

/// Whether executors that must go hand their shuffle files to others. Source: `ExecutorAllocationManager`.
pub(super) fn hands_shuffle_over(case: Case<'_>) -> Option<bool> {
    const BLOCKS: &str = "spark.storage.decommission.shuffleBlocks.enabled";
    Some(case.conf().flag(DECOMMISSION)? && case.conf().flag(BLOCKS)?)
}

/// The namespace of its executors; nothing where that is not known.
pub(super) fn namespace(case: Case<'_>) -> Option<String> {
    match case.conf().get("spark.kubernetes.namespace") {
        Told::Set(known) => Some(known.text.into_owned()),
        Told::Unset if case.operator.is_some() => Some(case.namespace().to_owned()),
        Told::Unset | Told::Unknown => None,
    }
}

/// A field of an operator's object: below `spec`, or below `spec.template` of a schedule.
pub(super) fn field<'w>(case: Case<'w>, path: &[&str]) -> (&'w Value, Site) {
    let object = &case.seen().value;
    let above: &[&str] = match object["kind"] == "ScheduledSparkApplication" {
        true => &["spec", "template"],
        false => &["spec"],
    };
    let all: Vec<&str> = above.iter().chain(path).copied().collect();
    let value = all.iter().fold(object, |value, name| &value[*name]);
    (value, case.at_object(&all))
}

/// A pod that executors are made from, and where it is written.
pub(super) struct Written<'w> {
    pub(super) value: Value,
    place: Place<'w>,
}

enum Place<'w> {
    Object(usize, &'w SeenPod),
    /// A text in a `ConfigMap`.
    Text(usize, Pointer),
}

impl Written<'_> {
    /// A place in it.
    pub(super) fn at(&self, path: &Pointer) -> Site {
        match &self.place {
            Place::Object(object, pod) => Site::object(*object, pod.at(path)),
            Place::Text(object, text) => Site::inside(*object, text.clone(), path.clone()),
        }
    }

    /// Spark's container: the one of that name, or else the first.
    pub(super) fn container(&self, name: &str) -> Option<(&Value, Pointer)> {
        let all = self.value["spec"]["containers"].as_array()?;
        let named = all.iter().position(|container| container["name"] == name);
        let index = named.unwrap_or(0);
        let at = Pointer::from_iter(["spec", "containers"]).child(index);
        Some((all.get(index)?, at))
    }
}

/// What the stream says of a role's pods beside the configuration.
pub(super) enum Template<'w> {
    /// Nothing.
    None,
    /// Something that is not in the stream, or not to be told apart.
    Unknown,
    Known(Box<Written<'w>>),
}

/// The template of `driver` or `executor`: what an operator's object writes for it, or the text that a driver reads.
pub(super) fn template_of<'w>(case: Case<'w>, role: &str) -> Template<'w> {
    let key = format!("spark.kubernetes.{role}.podTemplateFile");
    let own = case.conf().entry(&key);
    let by_operator = own.is_none_or(|entry| entry.given == Given::Operator);
    if case.operator.is_some() && by_operator {
        return match case.written_pod(role) {
            Some(pod) => known(pod.value.clone(), Place::Object(case.object, pod)),
            None => Template::None,
        };
    }
    match case.conf().get(&key) {
        Told::Unset => Template::None,
        Told::Unknown => Template::Unknown,
        // Drivers of pods that Spark makes have operators, whose own pods hold such files.
        Told::Set(_) => of_text(case),
    }
}

fn of_text(case: Case<'_>) -> Template<'_> {
    let held = case.template_text();
    let read = held.and_then(|held| Some((held, template::read(&held.text, parse)?)));
    match read {
        Some((held, pod)) => known(pod, Place::Text(held.object, held.path.clone())),
        None => Template::Unknown,
    }
}

fn known(value: Value, place: Place<'_>) -> Template<'_> {
    Template::Known(Box::new(Written { value, place }))
}

/// Whether Kubeflow's operator writes fields into the pod after Spark has built it.
pub(super) fn is_kubeflow(case: Case<'_>) -> bool {
    case.operator == Some(Operator::Kubeflow)
}
