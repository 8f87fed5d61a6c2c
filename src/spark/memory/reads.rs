//! Which settings and variables are sizes of memory, and who reads each.

use super::launcher::{Place, Process};
use crate::spark::catalogue::catalogue;
use crate::spark::conf::variables_of_settings;
use crate::spark::size::Reading;

/// Who reads a setting; nothing where its value is no size. What goes behind `-Xmx` as it stands is a heap, also where Spark
/// makes the driver's pod: the launcher in that pod is the same.
pub fn of_setting(key: &str) -> Option<Reading> {
    let is_heap = |place: &Place| matches!(place, Place::Setting(own) if *own == key);
    if Process::all().any(|process| process.places.iter().any(is_heap)) {
        return Some(Reading::Heap);
    }
    catalogue().unit(key).map(Reading::Setting)
}

/// Who reads an environment variable of the process of a role; nothing where it does not read it, or not as a size.
pub fn of_variable(role: &str, name: &str) -> Option<Reading> {
    let process = Process::of(role)?;
    let is_heap = |place: &Place| matches!(place, Place::Variable(own) if *own == name);
    if process.places.iter().any(is_heap) {
        return Some(Reading::Heap);
    }
    if process.shares == Some(name) {
        return Some(Reading::Offer);
    }
    let mut settings = variables_of_settings().filter(|_| process.is_driver());
    let (_, key) = settings.find(|(own, _)| *own == name)?;
    catalogue().unit(key).map(Reading::Setting)
}

/// The settings that are sizes.
pub fn settings() -> impl Iterator<Item = &'static str> {
    let keys = catalogue().settings().iter().map(|row| row.key.as_str());
    keys.filter(|key| of_setting(key).is_some())
}

/// The variables that a process of some role reads as sizes; some of them more than once.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let of_heap = |place: &Place| match *place {
        Place::Variable(name) => Some(name),
        Place::Setting(_) => None,
    };
    let own = move |process: &'static Process| {
        let heaps = process.places.iter().filter_map(of_heap);
        heaps.chain(process.shares)
    };
    let names = Process::all().flat_map(own);
    let names = names.chain(variables_of_settings().map(|(name, _)| name));
    names.filter(|name| Process::all().any(|process| of_variable(process.role, name).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spark::size::Unit;

    #[test]
    fn who_reads_what_comes_from_the_tables() {
        let mib = Some(Reading::Setting(Unit::Mebibyte));
        for (key, reading) in [
            ("spark.driver.memory", Some(Reading::Heap)),
            ("spark.executor.memory", mib),
            ("spark.driver.memoryOverhead", mib),
            (
                "spark.memory.offHeap.size",
                Some(Reading::Setting(Unit::Byte)),
            ),
            ("spark.app.name", None),
            ("spark.executor.cores", None),
            ("spark.network.timeout", None),
        ] {
            assert_eq!(of_setting(key), reading, "{key}");
        }
        for (role, name, reading) in [
            (
                "spark-history-server",
                "SPARK_DAEMON_MEMORY",
                Some(Reading::Heap),
            ),
            ("spark-connect", "SPARK_DAEMON_MEMORY", Some(Reading::Heap)),
            ("spark-driver", "SPARK_DRIVER_MEMORY", Some(Reading::Heap)),
            ("jupyter", "SPARK_MEM", Some(Reading::Heap)),
            ("spark-driver", "SPARK_EXECUTOR_MEMORY", mib),
            ("spark-worker", "SPARK_WORKER_MEMORY", Some(Reading::Offer)),
            // Not read by these.
            ("spark-driver", "SPARK_DAEMON_MEMORY", None),
            ("spark-history-server", "SPARK_DRIVER_MEMORY", None),
            ("spark-history-server", "SPARK_EXECUTOR_MEMORY", None),
            ("spark-master", "SPARK_WORKER_MEMORY", None),
            ("spark-driver", "SPARK_EXECUTOR_CORES", None),
            ("database", "SPARK_DAEMON_MEMORY", None),
        ] {
            assert_eq!(of_variable(role, name), reading, "{role} {name}");
        }
        let all: std::collections::BTreeSet<_> = variables().collect();
        let wanted =
            ["DAEMON", "DRIVER", "EXECUTOR", "WORKER"].map(|of| format!("SPARK_{of}_MEMORY"));
        let wanted = wanted.iter().map(String::as_str).chain(["SPARK_MEM"]);
        assert_eq!(all, wanted.collect());
        assert!(settings().any(|key| key == "spark.driver.memory") && settings().count() > 90);
    }
}
