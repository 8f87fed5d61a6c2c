//! SK613: defaults that an upgrade of Spark has changed, and that nothing sets.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::catalogue::{DefaultValue, Standing, catalogue};
use crate::spark::version::Version;

pub(super) const RULE: Rule = Rule {
    code: "SK613",
    grade: Grade::Warning,
    page: Page {
        id: "spark/changed-defaults",
        title: "defaults that changed with the upgrade",
        what: "Where a stream has drivers of two lines of Spark, or the setting `upgradedFrom` of the check names the line before, \
               a driver of the later one sets each of a few settings whose defaults differ between the two: ANSI mode, event logs, \
               speculation, the batch of executors, access modes of claims, compression of RDDs, the committer. Source: the \
               defaults of 3.5.9, 4.1.4 and 4.3.0, and the migration guides.",
        why_platform: "More executors are asked for at once, claims have another access mode, event logs another format. Nothing in \
                       the manifests has changed.",
        why_data: "With ANSI mode a cast or an overflow that gave NULL before now ends the query.",
        fix: "Set those that matter to the old value for the upgrade, and let go of them one by one.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: old}
spec: {type: Scala, sparkVersion: 3.5.9, driver: {memory: 2g}, executor: {memory: 4g}}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: new}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: old}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: new}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
",
    },
    judge: Judge::Process(judge),
};

/// Settings whose defaults people rely on without a word, and the switch without which they count for nothing.
const WATCHED: [(&str, Option<&str>); 9] = [
    ("spark.sql.ansi.enabled", None),
    (
        "spark.eventLog.rolling.enabled",
        Some("spark.eventLog.enabled"),
    ),
    ("spark.eventLog.compress", Some("spark.eventLog.enabled")),
    ("spark.speculation.multiplier", Some("spark.speculation")),
    ("spark.speculation.quantile", Some("spark.speculation")),
    ("spark.kubernetes.allocation.batch.size", None),
    ("spark.kubernetes.legacy.useReadWriteOnceAccessMode", None),
    ("spark.kubernetes.executor.useDriverPodIP", None),
    ("spark.rdd.compress", None),
];

/// Whether a setting can make a difference to this driver.
fn counts(case: Case<'_>, (key, switch): (&str, Option<&str>)) -> bool {
    let conf = case.conf();
    let makes_claims = || {
        conf.iter()
            .any(|(key, _)| key.contains(".volumes.persistentVolumeClaim."))
    };
    let has_use = match key.strip_prefix("spark.kubernetes.") {
        Some(rest) => case.makes_executors() && (!rest.starts_with("legacy.") || makes_claims()),
        None => true,
    };
    has_use && conf.is_unset(key) && switch.is_none_or(|switch| conf.flag(switch) == Some(true))
}

fn judge(case: Case<'_>) -> Vec<Said> {
    let before = before(case)
        .filter(|before| case.is_driver() && !case.assumed && before.line() < case.version.line());
    let Some(before) = before else {
        return Vec::new();
    };
    let changed = WATCHED
        .iter()
        .filter(|row| counts(case, **row))
        .filter_map(|(key, _)| {
            let (old, new) = (default(key, before)?, default(key, case.version)?);
            (old != new).then(|| format!("`{key}` ({old} before, {new} now)"))
        });
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} takes defaults that are not those of Spark {before} any more: {}",
        case.name(),
        changed.join(", ")
    );
    let help = "set those that matter to the value of before, and let go of them one by one";
    vec![case.here().say(message, help).because(
        "nothing in the manifests changes with such an upgrade, and queries, event logs and the number of executors that are asked \
         for at once do",
    )]
}

/// The version before: as a preset says, or else the earliest one among the drivers of the stream.
fn before(case: Case<'_>) -> Option<Version> {
    let drivers = case
        .world
        .processes
        .iter()
        .filter(|own| own.is_driver() && !own.assumed);
    let earliest = || {
        drivers
            .map(|own| own.version)
            .min_by_key(|version| version.line())
    };
    case.world.parameters.upgraded_from.or_else(earliest)
}

/// The default of a version, where it has one.
fn default(key: &str, version: Version) -> Option<&'static str> {
    match catalogue().standing(key, version) {
        Standing::Known(_, DefaultValue::Value(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn only_what_nothing_sets_is_listed() {
        let found = said(RULE.page.id, RULE.page.before);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .1
                .contains("`spark.sql.ansi.enabled` (false before, true now)"),
            "{found:?}"
        );
        let set = "sparkVersion: 4.1.4, sparkConf: {spark.sql.ansi.enabled: \"false\"}";
        let found = said(
            RULE.page.id,
            &RULE.page.before.replace("sparkVersion: 4.1.4", set),
        );
        assert!(!found[0].1.contains("ansi"), "{found:?}");
        let unknown = RULE
            .page
            .before
            .replace("sparkVersion: 3.5.9", "image: own/spark");
        assert_eq!(said(RULE.page.id, &unknown), []);
    }
}
