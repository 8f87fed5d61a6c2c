//! What presets may set of the memory checks, and what it comes to.

use super::Parameters;
use crate::preset::{Policy, ResolvedCheck, SettingKind};
use serde_json::Value;

/// The settings of one of these checks.
pub(in crate::check) fn settings(id: &str) -> &'static [(&'static str, SettingKind<'static>)] {
    match id {
        // MiB: a limit from here on without a heap setting is a finding.
        "memory/heap-not-set" => &[("expectedFrom", SettingKind::Integer)],
        // The minimum in MiB; percents of the heap.
        "memory/heap-exceeds-limit" => &[
            ("overheadMinimum", SettingKind::Integer),
            ("overheadPercent", SettingKind::Integer),
            ("overheadPercentPython", SettingKind::Integer),
        ],
        _ => &[],
    }
}

/// What a policy says of them.
pub(in crate::check) fn parameters(policy: &Policy) -> Parameters {
    const MIB: u64 = 1 << 20;
    let number = |id: &str, name: &str| {
        check(policy, id)
            .and_then(|check| check.setting(name))
            .and_then(Value::as_u64)
    };
    let exceeds = |name: &str| number("memory/heap-exceeds-limit", name);
    let default = Parameters::default();
    Parameters {
        heap_expected_from: number("memory/heap-not-set", "expectedFrom")
            .map_or(default.heap_expected_from, |mib| mib.saturating_mul(MIB)),
        overhead_minimum: exceeds("overheadMinimum").unwrap_or(default.overhead_minimum),
        overhead_percent: exceeds("overheadPercent").unwrap_or(default.overhead_percent),
        overhead_percent_python: exceeds("overheadPercentPython")
            .unwrap_or(default.overhead_percent_python),
        ..default
    }
}

fn check<'p>(policy: &'p Policy, id: &str) -> Option<&'p ResolvedCheck> {
    policy.checks.iter().find(|check| check.id == id)
}
