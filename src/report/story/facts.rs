//! What there is to say of a pod, in order, in no language. Sizes are MiB.

use crate::manifest::Quantity;
use crate::spark::memory::{Kind, Part, Rule, offered, overhead_percent};
use crate::spark::pod::{Count, Origin, Pod, Predicted, Quality};
use crate::spark::version::Version;
use std::cmp::Ordering;

/// A setting, and what the object says of it.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) key: &'a str,
    pub(super) origin: Option<&'a Origin>,
}

/// What is said to whoever runs Spark: how the memory adds up, and where it ends.
pub(super) enum Memory<'a> {
    Heap(Ask<'a>, i64),
    /// The setting that nobody wrote, and what Spark takes.
    DefaultHeap(&'static str, i64),
    Overhead(Overhead<'a>),
    OffHeap(OffHeap<'a>),
    Python(Python<'a>),
    /// What the limit leaves beside the heap, where it is less than Spark would add.
    Narrow {
        left: i64,
        wanted: u64,
    },
    /// What a standalone worker has for its executors.
    Offers(Offers),
    Sum {
        mebibytes: i64,
        /// Tasks at once, of executors.
        tasks: Option<i32>,
    },
    Ends {
        role: &'static str,
        limit: Option<&'a str>,
    },
}

/// What a standalone worker offers its executors together, in the container that it is in itself.
pub(super) struct Offers {
    pub(super) mebibytes: i64,
    pub(super) is_set: bool,
    /// Whether heap and offer are more than the limit.
    pub(super) is_too_much: bool,
}

/// What is added to the heap.
pub(super) enum Overhead<'a> {
    Set(Ask<'a>, i64),
    Share {
        mebibytes: i64,
        /// The factor, as it is written.
        factor: &'a str,
        why: Why<'a>,
    },
    Least(Option<Ask<'a>>, i64),
    /// Spark does not size this pod.
    None,
}

/// Why a share of the heap is what it is.
pub(super) enum Why<'a> {
    Set(Ask<'a>),
    Python,
    R,
    Jvm,
    /// Nobody tells executors what the application is.
    Client,
}

/// Memory outside of the heap.
pub(super) enum OffHeap<'a> {
    Counted(Ask<'a>, i64),
    IsOff(Ask<'a>),
    OfDriver,
}

/// Memory of Python workers.
pub(super) enum Python<'a> {
    Counted(Ask<'a>, i64),
    InClientMode(Ask<'a>),
    OfOthers(Ask<'a>),
    Unbounded,
}

/// What is said to whoever runs the platform: what the pod asks of a node, and what becomes of it there.
pub(super) enum Place<'a> {
    Asks {
        container: &'a str,
        memory: [Option<&'a str>; 2],
        cpu: [Option<&'a str>; 2],
    },
    /// The operator moved the limit of memory away from the request.
    MovedLimit,
    /// The request is above the limit.
    Refused,
    Class {
        quality: Quality,
        /// Whether Spark's container may take more memory than it asks for.
        beyond: bool,
    },
    Node {
        mebibytes: i128,
        others: usize,
        role: &'static str,
        count: Count,
    },
    AtLimit {
        role: &'static str,
        limit: &'a str,
    },
    /// What changes the figures.
    Change {
        /// The role of a pod that Spark sizes.
        sized: Option<&'static str>,
    },
}

/// For whoever runs Spark.
pub(super) fn memory<'a>(one: &'a Predicted, pod: &'a Pod) -> Vec<Memory<'a>> {
    let resources = &pod.resources;
    let heap = &resources.heap;
    let mut said = vec![match &heap.from {
        Some(key) => Memory::Heap(ask(one, key), heap.mebibytes),
        None => Memory::DefaultHeap(heap_key(pod.role), heap.mebibytes),
    }];
    said.push(Memory::Overhead(overhead(one, &resources.overhead)));
    said.extend(off_heap(one, pod).map(Memory::OffHeap));
    said.extend(python(one, pod).map(Memory::Python));
    said.extend(narrow(pod));
    if pod.role == "worker" {
        said.extend(offers(one, pod).map(Memory::Offers));
    }
    if pod.is_sized() {
        said.push(Memory::Sum {
            mebibytes: resources.memory,
            tasks: (pod.role == "executor").then_some(resources.cores),
        });
    }
    // A pod that is refused reaches no limit.
    if pod.order().is_none_or(Ordering::is_le) {
        said.push(Memory::Ends {
            role: pod.role,
            limit: pod.limit("memory"),
        });
    }
    said
}

/// The setting or variable that a heap of the role is set by.
fn heap_key(role: &str) -> &'static str {
    match role {
        "executor" => "spark.executor.memory",
        "master" | "worker" => "SPARK_DAEMON_MEMORY",
        _ => "spark.driver.memory",
    }
}

/// Whether a pod that Spark does not size has less room beside its heap than Spark gives to its own.
fn narrow(pod: &Pod) -> Option<Memory<'_>> {
    let limit = Quantity::parse(pod.limit("memory")?).ok()?.bytes() >> 20;
    let heap = pod.resources.heap.mebibytes;
    let wanted = overhead_percent(u64::try_from(heap).ok()?, 10, 384);
    let left = limit.saturating_sub(heap).max(0);
    let is_narrow = !pod.is_sized() && u64::try_from(left).is_ok_and(|left| left < wanted);
    is_narrow.then_some(Memory::Narrow { left, wanted })
}

/// What a worker shares out beside its own heap, where it is known.
fn offers(one: &Predicted, pod: &Pod) -> Option<Offers> {
    let version = Version::parse(&one.version).ok()?;
    let part = offered(pod.container(), version).ok()??;
    let limit = pod.limit("memory");
    let limit = limit.and_then(|text| Quantity::parse(text).ok());
    let all = i128::from(part.mebibytes) + i128::from(pod.resources.heap.mebibytes);
    Some(Offers {
        mebibytes: part.mebibytes,
        is_set: part.from.is_some(),
        is_too_much: limit.is_some_and(|limit| all << 20 > i128::from(limit.bytes())),
    })
}

fn overhead<'a>(one: &'a Predicted, part: &'a Part) -> Overhead<'a> {
    let from = part.from.as_deref().map(|key| ask(one, key));
    let mebibytes = part.mebibytes;
    match (&part.rule, from) {
        (Rule::Set, Some(from)) => Overhead::Set(from, mebibytes),
        (Rule::Share(factor), from) => Overhead::Share {
            mebibytes,
            factor,
            why: match (from, one.kind) {
                (Some(from), _) => Why::Set(from),
                (None, Kind::Python) => Why::Python,
                (None, Kind::R) => Why::R,
                (None, Kind::Java) => Why::Jvm,
                (None, Kind::Client) => Why::Client,
            },
        },
        (Rule::NotCounted, _) => Overhead::None,
        (Rule::Set | Rule::Default | Rule::Least, from) => Overhead::Least(from, mebibytes),
    }
}

fn off_heap<'a>(one: &'a Predicted, pod: &'a Pod) -> Option<OffHeap<'a>> {
    let part = &pod.resources.off_heap;
    let enabled = one.origins.get("spark.memory.offHeap.enabled");
    let is_on = enabled.is_some_and(|origin| origin.text.trim().eq_ignore_ascii_case("true"));
    match (&part.rule, &part.from) {
        (Rule::Set, Some(key)) => Some(OffHeap::Counted(ask(one, key), part.mebibytes)),
        (_, Some(key)) => Some(OffHeap::IsOff(ask(one, key))),
        (_, None) if pod.role == "driver" && is_on => Some(OffHeap::OfDriver),
        (_, None) => None,
    }
}

fn python<'a>(one: &'a Predicted, pod: &'a Pod) -> Option<Python<'a>> {
    let part = &pod.resources.python;
    match (&part.rule, &part.from) {
        (Rule::Set, Some(key)) => Some(Python::Counted(ask(one, key), part.mebibytes)),
        (_, Some(key)) if one.kind == Kind::Client => Some(Python::InClientMode(ask(one, key))),
        (_, Some(key)) => Some(Python::OfOthers(ask(one, key))),
        (_, None) if pod.role == "executor" && one.kind == Kind::Python => Some(Python::Unbounded),
        (_, None) => None,
    }
}

/// For whoever runs the platform.
pub(super) fn place(pod: &Pod) -> Vec<Place<'_>> {
    let [request, limit] = [pod.request("memory"), pod.limit("memory")];
    let mut said = vec![Place::Asks {
        container: &pod.container,
        memory: [request, limit],
        cpu: [pod.request("cpu"), pod.limit("cpu")],
    }];
    let order = pod.order();
    if pod.is_sized() && order.is_some_and(Ordering::is_ne) {
        said.push(Place::MovedLimit);
    }
    if order.is_some_and(Ordering::is_gt) {
        said.push(Place::Refused);
        return said;
    }
    said.push(Place::Class {
        quality: pod.quality(),
        beyond: order.is_none_or(Ordering::is_lt),
    });
    if request.is_some() {
        said.push(Place::Node {
            mebibytes: pod.set_aside() >> 20,
            others: pod.others(),
            role: pod.role,
            count: pod.count,
        });
    }
    said.extend(limit.map(|limit| Place::AtLimit {
        role: pod.role,
        limit,
    }));
    said.push(Place::Change {
        sized: pod.is_sized().then_some(pod.role),
    });
    said
}

fn ask<'a>(one: &'a Predicted, key: &'a str) -> Ask<'a> {
    Ask {
        key,
        origin: one.origins.get(key),
    }
}

impl Ask<'_> {
    /// The typed field that says it; of a mapping of settings the key alone is said.
    pub(super) fn typed(&self) -> Option<&str> {
        let field = self.origin?.field.as_str();
        (!field.ends_with("Conf")).then_some(field)
    }

    /// The mapping of settings that says it.
    pub(super) fn mapping(&self) -> Option<&str> {
        let field = self.origin?.field.as_str();
        field.ends_with("Conf").then_some(field)
    }
}

/// `0.4` as per cent, with two places at most.
pub(super) fn percent(factor: &str) -> String {
    let Ok(number) = factor.trim_end_matches(['f', 'F', 'd', 'D']).parse::<f64>() else {
        return factor.to_owned();
    };
    let text = format!("{:.2}", number * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
