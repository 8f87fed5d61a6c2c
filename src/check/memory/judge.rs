//! `memory/heap-exceeds-limit` (SK104) and `memory/heap-not-set` (SK105): a container's limit against the heap in it;
//! `memory/heap-refused` (SK101): a heap that no JVM reads.

use super::Parameters;
use super::heap::{Heap, Reader};
use super::size::{quantity, spark};
use crate::guard::Finding;
use crate::manifest::Container;
use crate::manifest::spark::{Answer, Setting, text_of};
use crate::spark::memory::launcher::{Place, Process};
use crate::spark::memory::{LEAST_HEAP, MIB, as_heap, as_quantity, largest_heap, overhead_percent};
use crate::spark::size::{BadHeap, heap as read_heap};
use crate::yaml::Pointer;

/// The id of SK104's findings.
pub(super) const EXCEEDS: &str = "memory/heap-exceeds-limit";
/// The id of SK101's findings.
pub(super) const REFUSED: &str = "memory/heap-refused";
/// The id of SK105's findings.
pub(super) const NOT_SET: &str = "memory/heap-not-set";

/// The heap that Spark's launcher gives where nothing is set, in MiB.
const DEFAULT_HEAP: u64 = 1024;
/// What a standalone worker needs beside its own heap and its executors, in MiB.
const WORKER_MARGIN: u64 = 256;

/// What to say of one container.
pub(super) struct Verdict {
    id: &'static str,
    /// Where in the container.
    place: Pointer,
    message: String,
    because: String,
    help: String,
}

/// A limit and what is expected of it.
struct Case<'a> {
    parameters: &'a Parameters,
    process: &'static Process,
    reader: &'a Reader<'a>,
    /// The limit as written, and in bytes.
    limit: (String, u64),
    percent: u64,
}

/// Judges a container that runs a process. Nothing to say where its limit or its heap is not known.
pub(super) fn judge(
    parameters: &Parameters,
    process: &'static Process,
    reader: &Reader<'_>,
    container: Container<'_>,
) -> Option<Verdict> {
    if reader.is_elsewhere(process) {
        return None;
    }
    let limit = &container.value["resources"]["limits"]["memory"];
    let bytes = quantity(limit);
    // To be sure of a heap takes a search of all texts.
    if bytes.is_none() && !reader.sets(process) {
        return None;
    }
    let heap = reader.heap(process);
    if let Heap::Set { by, setting } = &heap
        && let Err(bad) = read_heap(&setting.text)
    {
        return Some(refused(by, setting, &bad, container));
    }
    let bytes = bytes?;
    let case = Case {
        parameters,
        process,
        reader,
        limit: (
            limit
                .as_str()
                .map_or_else(|| limit.to_string(), str::to_owned),
            bytes,
        ),
        percent: if reader.has_python(process) {
            parameters.overhead_percent_python
        } else {
            parameters.overhead_percent
        },
    };
    match heap {
        Heap::Unknown => None,
        Heap::Default => case
            .exceeds(DEFAULT_HEAP, None, false)
            .or_else(|| case.not_set()),
        Heap::Set { by, setting } => {
            let bytes = read_heap(&setting.text).ok()?;
            case.exceeds(bytes / MIB, Some(by), setting.secret)
        }
    }
}

/// SK101: the launcher hands the text to the JVM as it is.
fn refused(by: &str, setting: &Setting, bad: &BadHeap, container: Container<'_>) -> Verdict {
    let variables = container.value["env"].as_array();
    let own = variables.and_then(|all| all.iter().rposition(|variable| variable["name"] == by));
    let place = own.map(|index| Pointer::from_iter(["env"]).child(index).child("value"));
    let what = if setting.secret {
        format!("what `{by}` sets in a Secret {}", bad.problem.reason())
    } else {
        format!("`{by}` goes to the JVM as it stands: {bad}")
    };
    Verdict {
        id: REFUSED,
        place: place.unwrap_or_default(),
        message: what,
        because: "Spark's launcher writes it behind -Xmx and looks at nothing: the process ends before it writes a line of its \
                  log, and starts again and again (SK101)"
            .to_owned(),
        help: "write a whole number and one of k, m, g, t, as in `4g`".to_owned(),
    }
}

fn limit_of_memory() -> Pointer {
    Pointer::from_iter(["resources", "limits", "memory"])
}

impl Verdict {
    /// The finding at its place in a container.
    pub(super) fn at(
        self,
        parameters: &Parameters,
        index: usize,
        container: Container<'_>,
        pod_pointer: &dyn Fn(&Pointer) -> Pointer,
    ) -> Finding {
        Finding {
            within: None,
            id: self.id.to_owned(),
            severity: parameters.severity,
            object: Some(index),
            container: Some(container.name().to_owned()),
            path: pod_pointer(&container.pointer().join(&self.place)),
            message: self.message,
            because: Some(self.because),
            help: Some(self.help),
            needed_by: None,
            waived: None,
        }
    }
}

impl Case<'_> {
    /// SK104: the limit does not hold the heap and what the JVM needs beside it.
    fn exceeds(&self, heap: u64, by: Option<&str>, secret: bool) -> Option<Verdict> {
        let beside = overhead_percent(heap, self.percent, self.parameters.overhead_minimum);
        let off_heap = self.off_heap();
        let needed = heap.checked_add(beside)?.checked_add(off_heap)?;
        let (limit, bytes) = &self.limit;
        if *bytes >= needed.checked_mul(MIB)? {
            return None;
        }
        let (message, help) = if secret {
            (
                format!(
                    "memory limit {limit} is less than the heap that `{}` sets in a Secret, plus overhead",
                    by.unwrap_or_default()
                ),
                "raise the limit or lower the heap; the figures are left out because they would tell the Secret's value"
                    .to_owned(),
            )
        } else {
            let beside = as_quantity(beside + off_heap);
            let origin = by.map_or("Spark's default".to_owned(), |by| format!("`{by}`"));
            (
                format!(
                    "memory limit {limit} is less than the {} that a heap of {} ({origin}) and {beside} beside it need",
                    as_quantity(needed),
                    as_heap(heap)
                ),
                self.raise_or_lower(by, needed, off_heap),
            )
        };
        Some(Verdict {
            id: EXCEEDS,
            place: limit_of_memory(),
            message,
            because: "the JVM may grow to its -Xmx and needs room beside it for threads, metaspace and network buffers; \
                      where the pod limit (the cgroup) is lower, the kernel kills the container under load: OOMKilled, \
                      exit code 137 (SK104)"
                .to_owned(),
            help,
        })
    }

    fn raise_or_lower(&self, by: Option<&str>, needed: u64, off_heap: u64) -> String {
        let raise = format!("raise `limits.memory` to {} or more", as_quantity(needed));
        let room = (self.limit.1 / MIB).saturating_sub(off_heap);
        let fits = largest_heap(room, self.percent, self.parameters.overhead_minimum);
        let Some(heap) = fits.filter(|heap| *heap >= LEAST_HEAP).map(as_heap) else {
            return raise;
        };
        let setting = match by.unwrap_or(self.place()) {
            flag @ "-Xmx" => format!("{flag}{heap}"),
            name => format!("{name}={heap}"),
        };
        format!("{raise}, or lower the heap: `{setting}` fits")
    }

    /// SK105: a limit that only makes sense with a heap, and none is set.
    fn not_set(&self) -> Option<Verdict> {
        let (limit, bytes) = &self.limit;
        let shared = self.process.shares;
        let shared_out =
            shared.is_some_and(|name| self.reader.conf.variable(name) != Answer::Unset);
        if *bytes < self.parameters.heap_expected_from || shared_out {
            return None;
        }
        let near = self
            .near_miss()
            .map_or(String::new(), |near| format!("; {near}"));
        let (because, help) = match shared {
            Some(name) => self.worker(name),
            None => self.driver_or_daemon(),
        };
        let names = self
            .process
            .places
            .iter()
            .map(|place| format!("`{}`", place.name()));
        let names = names.chain(shared.map(|name| format!("`{name}`")));
        let none_of = names.collect::<Vec<_>>().join(", ");
        Some(Verdict {
            id: NOT_SET,
            place: limit_of_memory(),
            message: format!(
                "memory limit {limit}, but the heap stays at 1g: nothing here sets {none_of}{near}"
            ),
            because,
            help,
        })
    }

    fn driver_or_daemon(&self) -> (String, String) {
        let (limit, bytes) = &self.limit;
        let minimum = self.parameters.overhead_minimum;
        let heap = largest_heap(bytes / MIB, self.percent, minimum).unwrap_or(DEFAULT_HEAP);
        let enough =
            DEFAULT_HEAP.saturating_add(overhead_percent(DEFAULT_HEAP, self.percent, minimum));
        (
            format!(
                "Spark's launcher always passes -Xmx and takes 1g where nothing is set, whatever the pod limit is: the \
                 cluster reserves up to {limit}, and the JVM runs out of memory (Java heap space) at 1g (SK105)"
            ),
            format!(
                "set `{}={}`, the largest heap that leaves its overhead within {limit}, or lower the limit to {}",
                self.place(),
                as_heap(heap),
                as_quantity(enough)
            ),
        )
    }

    fn worker(&self, name: &str) -> (String, String) {
        let (limit, bytes) = &self.limit;
        let room = (bytes / MIB).saturating_sub(DEFAULT_HEAP + WORKER_MARGIN);
        let heap = largest_heap(room, self.percent, self.parameters.overhead_minimum);
        let most = heap.map_or(String::new(), |heap| {
            format!(", `{}` at most", as_heap(heap))
        });
        (
            format!(
                "a standalone worker that is told nothing offers its executors all of the pod limit but 1 GiB, takes 1g \
                 for itself and leaves no overhead: its executors use up {limit} exactly, and the kernel kills the \
                 container, OOMKilled (SK105)"
            ),
            format!(
                "set `{name}`{most}: what executors may use together, beside the worker's own heap and overheads"
            ),
        )
    }

    /// Off-heap memory counts where the driver does the executors' work.
    fn off_heap(&self) -> u64 {
        let is = |key, text: &str| matches!(self.reader.conf.setting(key), Answer::Set(s) if s.text == text);
        let local = match self.reader.conf.setting("spark.master") {
            Answer::Set(master) => master.text.starts_with("local"),
            Answer::Unset => true,
            Answer::Unknown => false,
        };
        if !self.process.is_driver() || !local || !is("spark.memory.offHeap.enabled", "true") {
            return 0;
        }
        match self.reader.conf.setting("spark.memory.offHeap.size") {
            Answer::Set(size) if !size.secret => spark(&size.text).unwrap_or(0),
            _ => 0,
        }
    }

    /// Where to set the heap: a Spark setting, where the process reads one.
    fn place(&self) -> &'static str {
        let setting = self
            .process
            .places
            .iter()
            .find(|place| matches!(place, Place::Setting(_)));
        setting.unwrap_or(&self.process.places[0]).name()
    }

    /// A variable that looks as if it set the heap, and does not.
    fn near_miss(&self) -> Option<String> {
        const SETTING: &str = "spark.driver.memory";
        let unread = |name: &str| format!("this process does not read `{name}`");
        if !self.process.is_driver() && matches!(self.reader.conf.setting(SETTING), Answer::Set(_))
        {
            return Some(unread(SETTING));
        }
        self.reader.conf.variables().find_map(|variable| {
            let name = text_of(&variable["name"]);
            let value = text_of(&variable["value"]);
            let is_read = self.process.places.iter().any(|place| place.name() == name);
            let for_others = ["SPARK_EXECUTOR_MEMORY", "SPARK_WORKER_MEMORY"].contains(&name);
            let looks =
                name.starts_with("SPARK_") && (name.ends_with("_MEMORY") || name == "SPARK_MEM");
            if looks && !is_read && !for_others && !name.contains("EXECUTOR") {
                Some(unread(name))
            } else if value.contains("MaxRAMPercentage") {
                Some(format!(
                    "`MaxRAMPercentage` in `{name}` has no effect beside the launcher's -Xmx"
                ))
            } else if value.contains("-Dspark.driver.memory=") {
                Some(format!(
                    "`-Dspark.driver.memory` in `{name}` comes too late, the JVM runs already"
                ))
            } else {
                None
            }
        })
    }
}
