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
];

/// What a policy says of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// Rules of a lower grade are silent.
    pub(super) least: Grade,
    /// A liveness probe of a driver that fails this often in a row, or less, is tight, where its time is short, too.
    pub(super) liveness_failures: u64,
    /// The longest time for an answer, in seconds, that is short for a JVM.
    pub(super) liveness_timeout: u64,
    /// The version where neither a field nor an image nor a jar says it.
    pub(super) version: Version,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            least: Grade::Info,
            liveness_failures: 3,
            liveness_timeout: 1,
            version: Release::V4_3_0.version(),
        }
    }
}

impl Parameters {
    /// As a preset has set them.
    pub(super) fn of(check: &ResolvedCheck) -> Self {
        let default = Self::default();
        let text = |name: &str| check.setting(name).and_then(Value::as_str);
        let number = |name: &str| check.setting(name).and_then(Value::as_u64);
        let version = text("sparkVersion").and_then(|text| Version::parse(text).ok());
        Self {
            least: text("least").map_or(default.least, Grade::named),
            liveness_failures: number("livenessFailures").unwrap_or(default.liveness_failures),
            liveness_timeout: number("livenessTimeoutSeconds").unwrap_or(default.liveness_timeout),
            version: version.unwrap_or(default.version),
        }
    }
}
