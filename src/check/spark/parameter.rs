//! What presets may set of the rules: thresholds that are heuristics, the version that is assumed, from which grade on.

use super::rule::Grade;
use crate::preset::{ResolvedCheck, SettingKind};
use crate::spark::version::{Release, Version};
use serde_json::Value;

/// The settings of the check.
pub(in crate::check) const SETTINGS: &[(&str, SettingKind<'static>)] = &[
    (
        "least",
        SettingKind::OneOf(&["error", "high", "warning", "info"]),
    ),
    ("decommissionSeconds", SettingKind::Integer),
    ("executorsAtOnce", SettingKind::Integer),
    (
        "sparkVersion",
        SettingKind::Known {
            is: |text| Version::parse(text).is_ok(),
            expected: "a version of Spark such as \"4.1.4\"",
            help: Some("quote it: without quotes, YAML reads 4.10 as 4.1"),
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
    /// The version where neither a field nor an image nor a jar says it.
    pub(super) version: Version,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            least: Grade::Info,
            decommission_seconds: 30,
            executors_at_once: 50,
            version: Release::V4_3_0.version(),
        }
    }
}

impl Parameters {
    /// As a preset has set them.
    pub(super) fn of(check: &ResolvedCheck) -> Self {
        let default = Self::default();
        let text = |name: &str| check.setting(name).and_then(Value::as_str);
        let number = |name: &str| check.setting(name).and_then(Value::as_i64);
        let version = text("sparkVersion").and_then(|text| Version::parse(text).ok());
        Self {
            least: text("least").map_or(default.least, Grade::named),
            decommission_seconds: number("decommissionSeconds")
                .unwrap_or(default.decommission_seconds),
            executors_at_once: number("executorsAtOnce").unwrap_or(default.executors_at_once),
            version: version.unwrap_or(default.version),
        }
    }
}
