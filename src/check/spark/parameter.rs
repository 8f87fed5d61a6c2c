//! What presets may set of the rules: thresholds that are heuristics, the version that is assumed, from which grade on.

use super::ID;
use super::rule::Grade;
use crate::preset::{ResolvedCheck, SettingKind};
use crate::spark::version::{Release, Version};
use serde_json::Value;

/// The settings of a check that one rule is switched on with.
pub(in crate::check) fn settings(id: &str) -> &'static [(&'static str, SettingKind<'static>)] {
    match id {
        // MiB: a limit from here on without a heap setting is a finding.
        NOT_SET => &[("expectedFrom", SettingKind::Integer)],
        // The minimum in MiB; percents of the heap.
        EXCEEDS => &[
            ("overheadMinimum", SettingKind::Integer),
            ("overheadPercent", SettingKind::Integer),
            ("overheadPercentPython", SettingKind::Integer),
        ],
        _ => &[],
    }
}

const NOT_SET: &str = "memory/heap-not-set";
const EXCEEDS: &str = "memory/heap-exceeds-limit";

/// The settings of the check `spark`.
pub(in crate::check) const SETTINGS: &[(&str, SettingKind<'static>)] = &[
    ("pythonOverheadPercent", SettingKind::Integer),
    ("workerMarginMi", SettingKind::Integer),
    ("workerOverheadMi", SettingKind::Integer),
    ("workerOverheadPercent", SettingKind::Integer),
    (
        "least",
        SettingKind::OneOf(&["error", "high", "warning", "info"]),
    ),
    ("decommissionSeconds", SettingKind::Integer),
    ("executorsAtOnce", SettingKind::Integer),
    ("livenessFailures", SettingKind::Integer),
    ("livenessTimeoutSeconds", SettingKind::Integer),
    (
        "sparkVersion",
        SettingKind::Known {
            is: |text| Version::parse(text).is_ok(),
            expected: "a version of Spark such as \"4.1.4\"",
            help: Some("quote it: without quotes, YAML reads 4.10 as 4.1"),
        },
    ),
    (
        "upgradedFrom",
        SettingKind::Known {
            is: |text| Version::parse(text).is_ok(),
            expected: "a version of Spark such as \"3.5.9\"",
            help: Some("quote it: without quotes, YAML reads 3.10 as 3.1"),
        },
    ),
];

/// What a policy says of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// Rules of a lower grade are silent.
    pub(super) least: Grade,
    /// A grace period of executors that is no longer than this, in seconds, is too short to move blocks (SK309).
    pub(super) decommission_seconds: i64,
    /// More executors than this are many for one request to the API server (SK315).
    pub(super) executors_at_once: i64,
    /// A liveness probe of a driver that fails this often in a row, or less, is tight, where its time is short, too.
    pub(super) liveness_failures: u64,
    /// The longest time for an answer, in seconds, that is short for a JVM.
    pub(super) liveness_timeout: u64,
    /// The version where neither a field nor an image nor a jar says it.
    pub(super) version: Version,
    /// Percent of an executor's heap that Python needs beside it: what Spark takes for Python applications.
    pub(super) python_overhead_percent: u64,
    /// MiB that a standalone worker needs beside its own heap and its executors.
    pub(super) worker_margin: u64,
    /// MiB that a worker's executors need beside their heaps, at the least: Spark's own minimum for a pod.
    pub(super) worker_overhead: u64,
    /// The same in percent of the heaps.
    pub(super) worker_overhead_percent: u64,
    /// MiB of memory limit from which on a heap is expected to be set.
    pub(super) heap_expected_from: u64,
    /// MiB beside a heap, at the least (Spark's `spark.driver.minMemoryOverhead`).
    pub(super) overhead_minimum: u64,
    /// Percent of a heap that are needed beside it (Spark's `spark.driver.memoryOverheadFactor`).
    pub(super) overhead_percent: u64,
    /// The same where a Python process shares the container (Spark's factor for Python applications).
    pub(super) overhead_percent_python: u64,
    /// The version that applications ran on before, where somebody says it: what changed since is told.
    pub(super) upgraded_from: Option<Version>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            least: Grade::Info,
            decommission_seconds: 30,
            executors_at_once: 50,
            liveness_failures: 3,
            liveness_timeout: 1,
            version: Release::V4_3_0.version(),
            python_overhead_percent: 40,
            worker_margin: 256,
            worker_overhead: 384,
            worker_overhead_percent: 10,
            heap_expected_from: 2048,
            overhead_minimum: 384,
            overhead_percent: 10,
            overhead_percent_python: 40,
            upgraded_from: None,
        }
    }
}

impl Parameters {
    /// As presets have set them.
    pub(super) fn of(checks: &[ResolvedCheck]) -> Self {
        let default = Self::default();
        let set = |id: &str, name: &str| {
            let check = checks.iter().find(|check| check.id == id)?;
            check.setting(name)
        };
        let text = |name: &str| set(ID, name).and_then(Value::as_str);
        let of = |id: &str, name: &str, default: u64| {
            let set = set(id, name).and_then(Value::as_u64);
            set.unwrap_or(default)
        };
        let number = |name: &str, default: u64| of(ID, name, default);
        let signed = |name: &str, default: i64| {
            let set = set(ID, name).and_then(Value::as_i64);
            set.unwrap_or(default)
        };
        let version_of = |name| text(name).and_then(|text| Version::parse(text).ok());
        Self {
            least: text("least").map_or(default.least, Grade::named),
            decommission_seconds: signed("decommissionSeconds", default.decommission_seconds),
            version: version_of("sparkVersion").unwrap_or(default.version),
            upgraded_from: version_of("upgradedFrom"),
            executors_at_once: signed("executorsAtOnce", default.executors_at_once),
            python_overhead_percent: number(
                "pythonOverheadPercent",
                default.python_overhead_percent,
            ),
            worker_margin: number("workerMarginMi", default.worker_margin),
            worker_overhead: number("workerOverheadMi", default.worker_overhead),
            worker_overhead_percent: number(
                "workerOverheadPercent",
                default.worker_overhead_percent,
            ),
            heap_expected_from: of(NOT_SET, "expectedFrom", default.heap_expected_from),
            overhead_minimum: of(EXCEEDS, "overheadMinimum", default.overhead_minimum),
            overhead_percent: of(EXCEEDS, "overheadPercent", default.overhead_percent),
            overhead_percent_python: of(
                EXCEEDS,
                "overheadPercentPython",
                default.overhead_percent_python,
            ),
            liveness_failures: number("livenessFailures", default.liveness_failures),
            liveness_timeout: number("livenessTimeoutSeconds", default.liveness_timeout),
        }
    }
}
