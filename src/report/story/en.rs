//! A pod in English.

use super::Words;
use super::facts::{Ask, Memory, OffHeap, Offers, Overhead, Place, Python, Why, percent};
use crate::manifest::Object;
use crate::spark::pod::{Count, Pod, Predicted, Quality};

pub(super) const WORDS: Words = Words {
    title,
    heads: ["for whoever runs Spark", "for whoever runs the platform"],
    memory,
    place,
};

fn title(object: &Object<'_>, one: &Predicted, pod: &Pod) -> String {
    let assumed = if one.assumed {
        ", a version that nothing here names"
    } else {
        ""
    };
    let role = pod.role;
    format!("{object}: {role} (Spark {}{assumed})", one.version)
}

fn memory(said: &Memory<'_>) -> String {
    match said {
        Memory::Heap(ask, mebibytes) => heap(ask, *mebibytes),
        Memory::DefaultHeap(key, mebibytes) => format!(
            "Nobody set a heap (`{key}`), so that Spark takes its default of {mebibytes}Mi."
        ),
        Memory::Overhead(said) => overhead(said),
        Memory::OffHeap(said) => off_heap(said),
        Memory::Python(said) => python(said),
        Memory::Narrow { left, wanted } => format!(
            "The limit leaves {left}Mi for that, where Spark would add {wanted}Mi: raise the limit or lower the heap."
        ),
        Memory::Offers(said) => offers(said),
        Memory::Sum { mebibytes, tasks } => {
            let tasks = match tasks {
                None => String::new(),
                Some(1) => ", which one task at a time works in".to_owned(),
                Some(tasks) => format!(", which {tasks} tasks at once share"),
            };
            format!("Together that is {mebibytes}Mi{tasks}.")
        }
        Memory::Ends { role, limit } => ends(role, *limit),
    }
}

fn heap(ask: &Ask<'_>, mebibytes: i64) -> String {
    let Some(origin) = ask.origin else {
        return format!("`{}` sets a heap of {mebibytes}Mi.", ask.key);
    };
    match &origin.written {
        Some(written) => format!(
            "You asked for {written} in all (`{}`), of which the operator makes a heap of {mebibytes}Mi.",
            origin.field
        ),
        None => format!("You asked for a heap of {}: {mebibytes}Mi.", amount(ask)),
    }
}

fn overhead(said: &Overhead<'_>) -> String {
    const BESIDE: &str = "For what lives beside the heap";
    match said {
        Overhead::Set(ask, mebibytes) => format!(
            "{BESIDE} you asked for {}, {mebibytes}Mi: with that neither a factor nor Spark's least of 384Mi counts.",
            amount(ask)
        ),
        Overhead::Share {
            mebibytes,
            factor,
            why,
        } => {
            let why = match why {
                Why::Set(ask) => format!("as {} says", source(ask)),
                Why::Python => {
                    "because the application is Python, whose processes run beside the JVM".into()
                }
                Why::R => "because the application is R, whose processes run beside the JVM".into(),
                Why::Jvm => "the share of a JVM with its threads, buffers and class data".into(),
                Why::Client => {
                    "the share of a JVM, as always in client mode".into()
                }
            };
            let percent = percent(factor);
            format!("{BESIDE} Spark adds {mebibytes}Mi, {percent} % of it, {why}.")
        }
        Overhead::Least(from, mebibytes) => format!(
            "{BESIDE} Spark adds {mebibytes}Mi, the least that it adds{}: a share of the heap would be less.",
            from.map_or_else(String::new, |ask| format!(" by {}", source(&ask)))
        ),
        Overhead::None => "Spark adds nothing to it, for it sizes only the pods that it builds itself; threads, buffers and \
             class data take room beside the heap all the same."
            .into(),
    }
}

fn off_heap(said: &OffHeap<'_>) -> String {
    match said {
        OffHeap::Counted(ask, mebibytes) => format!(
            "Memory outside of the heap is switched on and adds {}, {mebibytes}Mi.",
            amount(ask)
        ),
        OffHeap::IsOff(ask) => format!(
            "The memory outside of the heap of {} adds nothing, for `spark.memory.offHeap.enabled` is not on.",
            source(ask)
        ),
        OffHeap::OfDriver => "Memory outside of the heap is counted for executors alone: what the driver takes of it comes out \
             of what was added."
            .into(),
    }
}

fn python(said: &Python<'_>) -> String {
    match said {
        Python::Counted(ask, mebibytes) => format!(
            "Python workers get {}, {mebibytes}Mi, and are held to it.",
            amount(ask)
        ),
        Python::InClientMode(ask) => format!(
            "What {} says is not counted: in client mode executors are not told that an application is Python. Its workers may \
             take that much all the same, so put it into `spark.executor.memoryOverhead`.",
            source(ask)
        ),
        Python::OfOthers(ask) => format!(
            "What {} says is not counted, for the application is not Python.",
            source(ask)
        ),
        Python::Unbounded => "Nothing holds the Python workers to a size (`spark.executor.pyspark.memory` is not set): they \
             live on what was added, with everything else there."
            .into(),
    }
}

fn offers(said: &Offers) -> String {
    let why = match said.is_set {
        true => "as `SPARK_WORKER_MEMORY` says",
        false => "all of the limit but 1Gi, for `SPARK_WORKER_MEMORY` is not set",
    };
    let then = match said.is_too_much {
        true => {
            ", and together with the worker's own heap that is more than the limit: set `SPARK_WORKER_MEMORY` lower"
        }
        false => "",
    };
    format!(
        "It offers its executors {}Mi, {why}; they run in the same container, and nothing is kept for what lives beside their \
         heaps{then}.",
        said.mebibytes
    )
}

fn ends(role: &str, limit: Option<&str>) -> String {
    let Some(limit) = limit else {
        return "A full heap ends in `java.lang.OutOfMemoryError`; nothing but the node bounds what is beside it.".into();
    };
    let seen = match role {
        "executor" => "Spark calls it a lost executor, exit code 137",
        "driver" => "the application ends with exit code 137",
        _ => "it ends with exit code 137",
    };
    format!(
        "A full heap ends in `java.lang.OutOfMemoryError`, which the log shows; when all of it together reaches {limit}, the \
         process is killed without a word in the log: {seen}."
    )
}

fn place(said: &Place<'_>) -> String {
    match said {
        Place::Asks {
            container,
            memory,
            cpu,
        } => asks(container, *memory, *cpu),
        Place::MovedLimit => {
            "Spark wrote request and limit of memory alike; the operator's `memoryLimit` moved the limit alone.".into()
        }
        Place::Refused => {
            "The API server refuses such a pod, for it asks for more than its limit: raise `memoryLimit`, or drop it.".into()
        }
        Place::Class { quality, beyond } => class(*quality, *beyond).into(),
        Place::Node {
            mebibytes,
            others,
            role,
            count,
        } => node(*mebibytes, *others, role, *count),
        Place::AtLimit { role, limit } => {
            let then = match *role {
                "executor" => "; Spark then asks for another executor",
                "driver" => "; its executors end with it",
                _ => "",
            };
            format!("At {limit} the kernel ends the container (`OOMKilled`, exit code 137){then}.")
        }
        Place::Change { sized } => change(*sized),
    }
}

fn class(quality: Quality, beyond: bool) -> &'static str {
    match (quality, beyond) {
        (Quality::Guaranteed, _) => {
            "The pod is Guaranteed: every container's requests and limits are the same, so that others are evicted first."
        }
        (Quality::Burstable, true) => {
            "The pod is Burstable: what it takes above its request nobody has promised, and where a node runs short of memory, \
             the kubelet evicts such pods first."
        }
        (Quality::Burstable, false) => {
            "The pod is Burstable and not Guaranteed, for not every container has equal requests and limits of both CPU and \
             memory; its memory is promised in full, so that others are evicted first."
        }
        (Quality::BestEffort, _) => {
            "The pod is BestEffort: the scheduler sets nothing aside for it on any node, and it is the first to be evicted."
        }
    }
}

fn node(mebibytes: i128, others: usize, role: &str, count: Count) -> String {
    let others = match others {
        0 => "",
        _ => ", what its other containers ask for among it",
    };
    let all = |count: u64| mebibytes * i128::from(count);
    let Count { least, most, .. } = count;
    let by = match role {
        "worker" => "The autoscaler",
        _ => "Dynamic allocation",
    };
    let together = match most {
        Some(1) if least == 1 => String::new(),
        Some(most) if most == least => {
            format!(" The {most} of them ask the cluster for {}Mi.", all(most))
        }
        Some(most) => format!(
            " {by} keeps {least} to {most} of them, {}Mi to {}Mi.",
            all(least),
            all(most)
        ),
        None => format!(
            " Dynamic allocation keeps at least {least} of them and has no upper bound (`spark.dynamicAllocation.maxExecutors`)."
        ),
    };
    let each = if together.is_empty() { "it" } else { "each" };
    format!("A node sets aside {mebibytes}Mi for {each}{others}.{together}")
}

fn change(sized: Option<&str>) -> String {
    match sized {
        Some(role) => format!(
            "Other figures come from Spark's settings (`spark.{role}.memory`, `spark.{role}.memoryOverhead`): memory in the \
             `resources` of a template is overwritten."
        ),
        None => "Other figures come from the `resources` of its template: no setting of Spark writes any.".into(),
    }
}

fn asks(container: &str, memory: [Option<&str>; 2], cpu: [Option<&str>; 2]) -> String {
    let asked = match (memory[0], cpu[0]) {
        (Some(memory), Some(cpu)) => format!("{memory} of memory and {cpu} CPU"),
        (Some(memory), None) => format!("{memory} of memory and for no CPU"),
        (None, Some(cpu)) => format!("{cpu} CPU and for no memory"),
        (None, None) => "nothing".into(),
    };
    let limited = match (memory[1], cpu[1]) {
        (Some(memory), Some(cpu)) => format!("is limited to {memory} and {cpu} CPU"),
        (Some(memory), None) => format!("is limited to {memory}, its CPU not at all"),
        (None, Some(cpu)) => format!("is limited to {cpu} CPU, its memory not at all"),
        (None, None) => "has no limits".into(),
    };
    format!("The container `{container}` asks for {asked} and {limited}.")
}

/// What was asked for, and where.
fn amount(ask: &Ask<'_>) -> String {
    let Some(origin) = ask.origin else {
        return format!("what `{}` says", ask.key);
    };
    let (text, key) = (origin.text.trim(), ask.key);
    match ask.typed() {
        Some(field) => format!("`{text}` (`{field}`, Spark's `{key}`)"),
        None => format!("`{text}` ({})", source(ask)),
    }
}

fn source(ask: &Ask<'_>) -> String {
    let key = ask.key;
    match (ask.typed(), ask.mapping()) {
        (Some(field), _) => format!("`{field}` (Spark's `{key}`)"),
        (None, Some(mapping)) => format!("`{key}` in `{mapping}`"),
        (None, None) => format!("`{key}`"),
    }
}
