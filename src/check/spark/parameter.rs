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
    /// The version where neither a field nor an image nor a jar says it.
    pub(super) version: Version,
    /// The version that applications ran on before, where somebody says it: what changed since is told.
    pub(super) upgraded_from: Option<Version>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            least: Grade::Info,
            version: Release::V4_3_0.version(),
            upgraded_from: None,
        }
    }
}

impl Parameters {
    /// As a preset has set them.
    pub(super) fn of(check: &ResolvedCheck) -> Self {
        let default = Self::default();
        let text = |name: &str| check.setting(name).and_then(Value::as_str);
        let version_of = |name| text(name).and_then(|text| Version::parse(text).ok());
        Self {
            least: text("least").map_or(default.least, Grade::named),
            version: version_of("sparkVersion").unwrap_or(default.version),
            upgraded_from: version_of("upgradedFrom"),
        }
    }
}
