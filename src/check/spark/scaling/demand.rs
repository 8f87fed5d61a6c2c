//! What an application asks the namespace for, and what quotas of the stream allow.

use super::facts::{
    DYNAMIC, INITIAL, INSTANCES, LEAST, MOST, field, is_kubeflow, is_settled, namespace,
};
use crate::check::spark::case::Case;
use crate::check::spark::world::same_namespace;
use crate::manifest::{Object, Quantity};
use crate::spark::conf::Told;
use crate::spark::memory::{self, Kind, MIB, Resources, as_quantity};
use crate::spark::pod::{Count, executors};
use serde_json::Value;
use std::fmt;

/// Settings that sizes and counts rest on: where one of them is unknown, there is no figure.
const KEYS: [&str; 18] = [
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.executor.memoryOverheadFactor",
    "spark.executor.minMemoryOverhead",
    "spark.executor.pyspark.memory",
    "spark.executor.cores",
    "spark.memory.offHeap.enabled",
    "spark.memory.offHeap.size",
    "spark.kubernetes.memoryOverheadFactor",
    "spark.kubernetes.executor.request.cores",
    "spark.kubernetes.executor.limit.cores",
    "spark.kubernetes.resource.type",
    "spark.driver.memory",
    DYNAMIC,
    LEAST,
    INITIAL,
    MOST,
    INSTANCES,
];
/// The same for the driver alone: where they are unknown, it is left out.
const DRIVER: [&str; 5] = [
    "spark.driver.memoryOverhead",
    "spark.driver.memoryOverheadFactor",
    "spark.driver.cores",
    "spark.kubernetes.driver.request.cores",
    "spark.kubernetes.driver.limit.cores",
];

/// The pods of an application. What templates and sidecars add is not counted: it asks for no less.
pub(super) struct Demand {
    pub(super) executor: Resources,
    /// Nothing in client mode, where its pod is one of the stream.
    pub(super) driver: Option<Resources>,
    pub(super) count: Count,
    /// Whether something else moves the limit of memory after Spark.
    pub(super) moves_limit: bool,
}

/// A resource that is asked for beyond what is allowed.
pub(super) struct Over {
    name: String,
    asked: String,
    allowed: String,
    /// How many executors there is room for.
    pub(super) fits: u64,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            asked,
            allowed,
            ..
        } = self;
        write!(f, "{asked} of `{name}` ({allowed})")
    }
}

impl Demand {
    /// Nothing, where the stream does not tell it or Spark refuses the settings.
    pub(super) fn of(case: Case<'_>) -> Option<Self> {
        let conf = case.conf();
        let is_known = |key: &str| conf.get(key) != Told::Unknown;
        if !case.makes_executors() || !KEYS.iter().all(|key| is_known(key)) {
            return None;
        }
        // Of a job, the code may set what the stream leaves out.
        let is_set = |key: &str| conf.entry(key).is_some();
        let says_all = is_set("spark.executor.memory") && (is_set(MOST) || is_set(INSTANCES));
        if !is_settled(case) && !says_all {
            return None;
        }
        let settings = conf.settings();
        let kind = match (case.is_client(), case.python) {
            (true, _) => Kind::Client,
            (false, Some(true)) => Kind::Python,
            // Of an R application that is too little, and never too much.
            (false, _) => Kind::Java,
        };
        let version = case.version;
        let driver = DRIVER.iter().all(|key| is_known(key));
        let driver = driver
            .then(|| memory::driver(&settings, kind, version))
            .flatten();
        let moves =
            |role: &str| is_kubeflow(case) && !field(case, &[role, "memoryLimit"]).0.is_null();
        Some(Self {
            executor: memory::executor(&settings, kind, version).ok()?,
            driver: driver.transpose().ok()?,
            count: executors(&settings, version).ok()?,
            moves_limit: moves("driver") || moves("executor"),
        })
    }

    /// What the driver and so many executors ask for above what a quota allows.
    pub(super) fn over(&self, hard: &Value, executors: u64) -> Vec<Over> {
        let hard = hard.as_object().into_iter().flatten();
        let over = hard.filter_map(|(name, allowed)| {
            let each = self.of_pod(&self.executor, name)?;
            let driver = self
                .driver
                .as_ref()
                .and_then(|driver| self.of_pod(driver, name));
            let driver = driver.unwrap_or(0);
            let allowed_text = match allowed {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let allowed = amount(name, Quantity::of(allowed).ok()?);
            let asked = driver.saturating_add(each.saturating_mul(i128::from(executors)));
            if each <= 0 || asked <= allowed {
                return None;
            }
            let fits = (allowed - driver).max(0) / each;
            Some(Over {
                asked: shown(name, asked),
                allowed: allowed_text,
                fits: u64::try_from(fits).unwrap_or(u64::MAX),
                name: name.clone(),
            })
        });
        over.collect()
    }

    /// What one pod counts for in a quota: thousandths of CPU, bytes of memory, pods, devices.
    fn of_pod(&self, pod: &Resources, name: &str) -> Option<i128> {
        match name {
            "pods" | "count/pods" => Some(1),
            "cpu" | "requests.cpu" => Some(Quantity::parse(&pod.request.text).ok()?.millis()),
            "limits.cpu" => Some(Quantity::parse(&pod.limit.as_ref()?.text).ok()?.millis()),
            "limits.memory" if self.moves_limit => None,
            "memory" | "requests.memory" | "limits.memory" => Some(bytes(pod)),
            _ => {
                let device = name.strip_prefix("requests.")?;
                let (_, count) = pod.devices.iter().find(|(name, _)| name == device)?;
                count.parse().ok()
            }
        }
    }
}

/// The memory of a pod.
pub(super) fn bytes(pod: &Resources) -> i128 {
    i128::from(pod.memory) * i128::from(MIB)
}

fn amount(name: &str, quantity: Quantity) -> i128 {
    match name.ends_with("cpu") {
        true => quantity.millis(),
        false => i128::from(quantity.bytes()),
    }
}

/// An amount as Kubernetes writes it.
pub(super) fn shown(name: &str, amount: i128) -> String {
    match name {
        _ if name.ends_with("cpu") && amount % 1000 != 0 => format!("{amount}m"),
        _ if name.ends_with("cpu") => (amount / 1000).to_string(),
        _ if name.ends_with("memory") => {
            as_quantity(u64::try_from(amount / i128::from(MIB)).unwrap_or(u64::MAX))
        }
        _ => amount.to_string(),
    }
}

/// The quotas that executors count in, with what they allow. One with scopes counts some pods only: it is left out.
pub(super) fn quotas(case: Case<'_>) -> impl Iterator<Item = (&Object<'_>, &Value)> {
    in_namespace(case, "ResourceQuota").filter_map(|(object, value)| {
        let spec = &value["spec"];
        let scoped = spec["scopes"]
            .as_array()
            .is_some_and(|scopes| !scopes.is_empty())
            || !spec["scopeSelector"].is_null();
        (!scoped).then_some((object, &spec["hard"]))
    })
}

/// The objects of a kind in the namespace of executors.
pub(super) fn in_namespace<'w>(
    case: Case<'w>,
    kind: &str,
) -> impl Iterator<Item = (&'w Object<'w>, &'w Value)> {
    let namespace = namespace(case);
    let all = case.world.of_kind(kind);
    all.filter(move |(object, _)| {
        let own = object.namespace.unwrap_or_default();
        namespace
            .as_ref()
            .is_some_and(|name| same_namespace(own, name))
    })
}
