//! The heap of a Spark JVM in a pod of the stream: what the launcher chooses, and how much room it takes.

use super::parts::{DEFAULT_HEAP, limit};
use crate::check::spark::case::Case;
use crate::manifest::spark::{holds, text_of};
use crate::spark::conf::{Entry, Given, Told};
use crate::spark::memory::launcher::{Place, Process};
use crate::spark::memory::{MIB, overhead_percent};
use crate::spark::size::{self, Unit};
use std::borrow::Cow;

/// The heap that Spark's launcher will choose.
pub(super) enum Heap<'w> {
    /// Its own default: nothing sets it.
    Default,
    /// Not to be known from the stream.
    Unknown,
    /// This one.
    Set(Chosen<'w>),
}

/// A heap that is set.
pub(super) struct Chosen<'w> {
    /// The setting, the variable, or `-Xmx`.
    pub(super) by: &'static str,
    pub(super) text: Cow<'w, str>,
    /// Whether it may not be shown, nor anything that tells it.
    pub(super) secret: bool,
    /// Where it stands, but for `-Xmx` of a command line.
    pub(super) entry: Option<&'w Entry>,
}

/// The process of a container, as Spark's launcher knows it; nothing where Spark or an operator makes its pod.
pub(super) fn launched(case: Case<'_>) -> Option<&'static Process> {
    case.own().and_then(|_| Process::of(&case.role))
}

/// The heap of a container's process.
pub(super) fn heap<'w>(case: Case<'w>, process: &Process) -> Heap<'w> {
    let conf = case.conf();
    // The JVM takes `_JAVA_OPTIONS` after its command line.
    match conf.variable("_JAVA_OPTIONS") {
        Told::Unset => {}
        Told::Set(options) if !holds(&options.text, "-Xmx") => {}
        Told::Set(_) | Told::Unknown => return Heap::Unknown,
    }
    let launch = &case.process.launch;
    if launch.java {
        let text = launch.java_heap.as_deref();
        let text = text.filter(|text| !text.is_empty() && !text.contains('$'));
        return text.map_or(Heap::Unknown, |text| {
            Heap::Set(Chosen {
                by: "-Xmx",
                text: text.into(),
                secret: false,
                entry: None,
            })
        });
    }
    for place in process.places {
        let told = match *place {
            Place::Variable(name) => conf.variable(name),
            Place::Setting(key) if conf.all(key).is_empty() && conf.may_hold("--driver-memory") => {
                Told::Unknown
            }
            Place::Setting(key) => conf.get(key),
        };
        match told {
            Told::Unset => {}
            Told::Set(known) if known.text.is_empty() => {}
            // A variable that counts as a setting is the next place.
            Told::Set(known) if matches!(place, Place::Setting(_)) && is_variable(known.entry) => {}
            Told::Unknown => return Heap::Unknown,
            Told::Set(known) => {
                return Heap::Set(Chosen {
                    by: place.name(),
                    text: known.text,
                    secret: known.entry.secret,
                    entry: Some(known.entry),
                });
            }
        }
    }
    if !conf.gaps().is_empty() || may_call_java(case) {
        return Heap::Unknown;
    }
    Heap::Default
}

fn is_variable(entry: &Entry) -> bool {
    entry.given == Given::Variable
}

/// Whether an entrypoint may pass `-Xmx` to a `java` of its own. What the JVM reads by itself, it reads before the `-Xmx` of
/// Spark's launcher.
fn may_call_java(case: Case<'_>) -> bool {
    let dead = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"];
    let mut variables = variables(case);
    case.conf().may_hold("-Xmx")
        || variables.any(|(name, value)| holds(value, "-Xmx") && !dead.contains(&name))
}

/// The variables of its container, as they are written.
pub(super) fn variables(case: Case<'_>) -> impl Iterator<Item = (&str, &str)> {
    let env = case.own().map(|container| &container.value["env"]);
    let all = env.and_then(|env| env.as_array()).into_iter().flatten();
    all.map(|variable| (text_of(&variable["name"]), text_of(&variable["value"])))
}

/// The heap in MiB; nothing where it is not known, no JVM reads it, or figures would tell what a Secret holds.
pub(super) fn known_heap(case: Case<'_>) -> Option<u64> {
    match heap(case, Process::of(&case.role)?) {
        Heap::Default => Some(DEFAULT_HEAP),
        Heap::Set(chosen) if !chosen.secret => Some(size::heap(&chosen.text).ok()? / MIB),
        Heap::Set(_) | Heap::Unknown => None,
    }
}

/// A memory limit that a heap has to fit in.
pub(super) struct Room<'w> {
    case: Case<'w>,
    pub(super) process: &'static Process,
    /// The limit as it is written, and in MiB.
    pub(super) limit: (String, u64),
    /// Percent of the heap that are needed beside it.
    pub(super) percent: u64,
    /// MiB that are, at the least.
    pub(super) minimum: u64,
}

impl<'w> Room<'w> {
    /// Of a container that has a limit and runs one of Spark's JVMs.
    pub(super) fn of(case: Case<'w>) -> Option<Self> {
        let process = launched(case)?;
        let parameters = &case.world.parameters;
        let has_python = process.python || (process.is_client() && case.launch.python);
        Some(Self {
            case,
            process,
            limit: limit(case)?,
            percent: match has_python {
                true => parameters.overhead_percent_python,
                false => parameters.overhead_percent,
            },
            minimum: parameters.overhead_minimum,
        })
    }

    /// What a heap needs beside it, in MiB: overhead, and off-heap memory where the driver does the executors' work.
    pub(super) fn beside(&self, heap: u64) -> (u64, u64) {
        let overhead = overhead_percent(heap, self.percent, self.minimum);
        (overhead, self.off_heap())
    }

    /// Whether a heap in MiB fits with what it needs beside it.
    pub(super) fn holds(&self, heap: u64) -> bool {
        let (overhead, off_heap) = self.beside(heap);
        self.limit.1 >= heap.saturating_add(overhead).saturating_add(off_heap)
    }

    /// Where to set the heap: a Spark setting, where the process reads one.
    pub(super) fn place(&self) -> &'static str {
        let places = self.process.places;
        let setting = places
            .iter()
            .find(|place| matches!(place, Place::Setting(_)));
        setting.unwrap_or(&places[0]).name()
    }

    fn off_heap(&self) -> u64 {
        let conf = self.case.conf();
        let is_local = match conf.get("spark.master") {
            Told::Set(master) => master.text.starts_with("local"),
            Told::Unset => true,
            Told::Unknown => false,
        };
        let size = conf.entry("spark.memory.offHeap.size");
        let works = self.process.is_driver() && is_local;
        if !works
            || size.is_none_or(|entry| entry.secret)
            || conf.flag("spark.memory.offHeap.enabled") != Some(true)
        {
            return 0;
        }
        let bytes = conf.bytes("spark.memory.offHeap.size", Unit::Byte);
        let mebibytes = bytes.and_then(|bytes| u64::try_from(bytes / i128::from(MIB)).ok());
        mebibytes.unwrap_or_default()
    }
}
