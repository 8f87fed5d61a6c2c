//! What Spark asks Kubernetes for: the memory and CPU of driver and executor pods, from a configuration alone.
//!
//! Source: `BasicDriverFeatureStep`, `BasicExecutorFeatureStep` and `ResourceProfile` of Spark 3.5.9, 4.1.4 and 4.3.0, run
//! with each setting. Where Spark throws, there is a [`Failure`] and no figure.

mod executor;
mod failure;
mod fit;
mod given;
pub mod launcher;
mod read;
pub mod reads;

pub use executor::executor;
pub use failure::{Failure, Problem};
pub use fit::{
    LEAST_HEAP, MIB, as_heap, as_quantity, largest_heap, offered_by_worker, overhead_percent,
};
pub use given::{given, offered};
pub(crate) use read::Reader;

use super::size::is_java_blank;
use super::version::Version;
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// An effective configuration: each key once, with the text that Spark will read.
pub type Settings = BTreeMap<String, String>;

/// How an application is run, as far as sizes depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Cluster mode, main resource a jar.
    Java,
    /// Cluster mode, main resource a Python file.
    Python,
    /// Cluster mode, main resource an R file.
    R,
    /// Client mode: the driver runs in a pod that Spark does not build.
    Client,
}

/// What one pod asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resources {
    /// The JVM's heap.
    pub heap: Part,
    /// What Spark adds for everything beside the heap.
    pub overhead: Part,
    /// Off-heap memory; of executors only, 0 where it is off.
    pub off_heap: Part,
    /// Memory of Python workers; of executors of Python applications only, otherwise 0.
    pub python: Part,
    /// All of it in MiB: request and limit of memory. Of a pod that Spark does not size the request that somebody else wrote.
    pub memory: i64,
    /// Tasks at once, which Spark schedules by.
    pub cores: i32,
    /// The CPU request, as Spark writes it.
    pub request: Cores,
    /// The CPU limit; where there is none, a pod template's stays.
    pub limit: Option<Cores>,
    /// Limits of devices by their name in Kubernetes: `nvidia.com/gpu`, `1`.
    pub devices: Vec<(String, String)>,
}

/// One summand of a pod's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How much, in MiB.
    pub mebibytes: i64,
    /// How it came to that.
    pub rule: Rule,
    /// The setting that says so, by the name that was written; nothing where it is Spark's default.
    pub from: Option<String>,
}

/// How a summand is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A setting says so.
    Set,
    /// No setting does.
    Default,
    /// `factor` of the heap, rounded down; the text is the factor.
    Share(String),
    /// The share would be less than the least that Spark adds.
    Least,
    /// Spark leaves it out.
    NotCounted,
}

/// An amount of CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cores {
    /// A Kubernetes quantity, as Spark writes it.
    pub text: String,
    /// The setting that says so; nothing where it is Spark's default.
    pub from: Option<String>,
}

/// The least that Spark adds to a heap, in MiB; from 4.0 on a setting.
const LEAST_OVERHEAD: i64 = 384;
/// The heap where none is set, in MiB.
const DEFAULT_HEAP: i64 = 1024;
/// The deprecated factor of both, which the driver hands to its executors.
const BASE_FACTOR: &str = "spark.kubernetes.memoryOverheadFactor";

/// What a driver pod of cluster mode asks for; nothing in client mode, where Spark builds no driver.
///
/// Off-heap memory is not counted, whatever the settings say.
pub fn driver(
    settings: &Settings,
    kind: Kind,
    version: Version,
) -> Option<Result<Resources, Failure>> {
    let reader = Reader { settings, version };
    (kind != Kind::Client).then(|| driver_of(reader, kind))
}

/// Refuses what `spark-submit` refuses, at the latest in the driver's own pod.
/// Source: `SparkSubmitArguments.validateSubmitArguments` ("Driver memory must be a positive number").
pub fn submits(settings: &Settings, version: Version) -> Result<(), Failure> {
    let reader = Reader { settings, version };
    match reader.bytes("spark.driver.memory")? {
        Some((..=0, name)) => Err(Problem::NoHeap.at(name)),
        _ => Ok(()),
    }
}

fn driver_of(reader: Reader<'_>, kind: Kind) -> Result<Resources, Failure> {
    let cores = reader.integer("spark.driver.cores")?;
    let heap = heap(reader.mebibytes("spark.driver.memory")?);
    let set = reader.mebibytes("spark.driver.memoryOverhead")?;
    let keys = ["spark.driver.memoryOverheadFactor", BASE_FACTOR];
    let overhead = overhead(
        reader,
        kind,
        heap.mebibytes,
        set,
        keys,
        "spark.driver.minMemoryOverhead",
    )?;
    Ok(Resources {
        memory: heap.mebibytes.wrapping_add(overhead.mebibytes),
        heap,
        overhead,
        off_heap: Part::not_counted(),
        python: Part::not_counted(),
        request: request(
            reader,
            "spark.kubernetes.driver.request.cores",
            cores.as_ref(),
        )?,
        limit: limit(reader, "spark.kubernetes.driver.limit.cores")?,
        cores: cores.map_or(1, |(cores, _)| cores),
        devices: devices(reader, "spark.driver.resource.")?,
    })
}

impl Resources {
    /// The pod's requests, as Spark writes them.
    pub fn requests(&self) -> impl Iterator<Item = (String, String)> {
        let cpu = ("cpu".to_owned(), self.request.text.clone());
        [cpu, ("memory".to_owned(), self.quantity())].into_iter()
    }

    /// The pod's limits, as Spark writes them.
    pub fn limits(&self) -> impl Iterator<Item = (String, String)> {
        let cpu = self.limit.iter();
        let cpu = cpu.map(|limit| ("cpu".to_owned(), limit.text.clone()));
        let memory = ("memory".to_owned(), self.quantity());
        cpu.chain([memory]).chain(self.devices.iter().cloned())
    }

    /// The memory as a Kubernetes quantity: `1408Mi`.
    fn quantity(&self) -> String {
        format!("{}Mi", self.memory)
    }
}

impl Part {
    fn set((mebibytes, from): (i64, String)) -> Self {
        Self {
            mebibytes,
            rule: Rule::Set,
            from: Some(from),
        }
    }

    const fn not_counted() -> Self {
        Self {
            mebibytes: 0,
            rule: Rule::NotCounted,
            from: None,
        }
    }
}

fn heap(set: Option<(i64, String)>) -> Part {
    set.map_or(
        Part {
            mebibytes: DEFAULT_HEAP,
            rule: Rule::Default,
            from: None,
        },
        Part::set,
    )
}

/// What is added to a heap: as set, or a share of the heap by the first factor that is set, at least a minimum.
fn overhead(
    reader: Reader<'_>,
    kind: Kind,
    heap: i64,
    set: Option<(i64, String)>,
    [own, base]: [&str; 2],
    minimum: &str,
) -> Result<Part, Failure> {
    let own = factor(reader, own, |factor| factor > 0.0)?;
    // A driver reads the deprecated factor first and throws, before there are executors.
    let base = match &own {
        Some(_) if kind == Kind::Client => None,
        _ => factor(reader, base, |factor| factor >= 0.0)?,
    };
    let least = match reader.version.since(4, 0) {
        true => reader.mebibytes(minimum)?,
        false => None,
    };
    if let Some(set) = set {
        return Ok(Part::set(set));
    }
    let (factor, text, from) = own.or(base).unwrap_or(match kind {
        Kind::Python | Kind::R => (0.4, "0.4".to_owned(), None),
        Kind::Java | Kind::Client => (0.1, "0.1".to_owned(), None),
    });
    let share = share(heap, factor);
    let (least, least_from) = least.map_or((LEAST_OVERHEAD, None), |(l, from)| (l, Some(from)));
    Ok(if share >= least {
        Part {
            mebibytes: share,
            rule: Rule::Share(text),
            from,
        }
    } else {
        Part {
            mebibytes: least,
            rule: Rule::Least,
            from: least_from,
        }
    })
}

type Factor = (f64, String, Option<String>);

fn factor(
    reader: Reader<'_>,
    key: &str,
    allowed: impl Fn(f64) -> bool,
) -> Result<Option<Factor>, Failure> {
    match reader.number(key)? {
        Some((factor, name)) if !allowed(factor) => Err(Problem::Factor.at(name)),
        Some((factor, name)) => {
            let text = reader
                .text(key)?
                .map_or("", |(text, _)| text.trim_matches(is_java_blank));
            Ok(Some((factor, text.to_owned(), Some(name))))
        }
        None => Ok(None),
    }
}

/// Java multiplies doubles and cuts the result to 32 bits: the same here, so that the figure is Spark's own.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "as in Spark: `(factor * memory).toInt`"
)]
fn share(heap: i64, factor: f64) -> i64 {
    i64::from((factor * heap as f64) as i32)
}

fn request(reader: Reader<'_>, key: &str, cores: Option<&(i32, String)>) -> Result<Cores, Failure> {
    Ok(match reader.cores(key)? {
        Some((text, from)) => Cores {
            text: text.to_owned(),
            from: Some(from),
        },
        None => Cores {
            text: cores.map_or(1, |(cores, _)| *cores).to_string(),
            from: cores.map(|(_, from)| from.clone()),
        },
    })
}

fn limit(reader: Reader<'_>, key: &str) -> Result<Option<Cores>, Failure> {
    let limit = reader.cores(key)?;
    Ok(limit.map(|(text, from)| Cores {
        text: text.to_owned(),
        from: Some(from),
    }))
}

/// Devices that a prefix asks for: `…gpu.amount`, named by `…gpu.vendor`.
/// Source: `ResourceUtils.parseAllResourceRequests`, `KubernetesUtils.buildResourcesQuantities`.
fn devices(reader: Reader<'_>, prefix: &str) -> Result<Vec<(String, String)>, Failure> {
    let keys = reader.settings.keys();
    let mut names: Vec<&str> = keys
        .filter_map(|key| key.strip_prefix(prefix)?.split('.').next())
        .collect();
    names.dedup();
    let mut devices = Vec::new();
    for name in names {
        let amount = format!("{prefix}{name}.amount");
        let Some((count, _)) = reader.integer(&amount)? else {
            return Err(Problem::NoAmount.at(amount));
        };
        let vendor = format!("{prefix}{name}.vendor");
        if count == 0 {
            continue;
        }
        let Some((domain, _)) = reader.text(&vendor)? else {
            return Err(Problem::NoVendor.at(vendor));
        };
        devices.push((format!("{domain}/{name}"), count.to_string()));
    }
    Ok(devices)
}
