//! SK602: a setting that Spark has given up, or has a later name for.

use super::unknown_setting::is_written;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::spark::catalogue::{Deprecated, Fate, Standing, catalogue};
use crate::spark::version::Release;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "SK602",
    grade: Grade::Warning,
    page: Page {
        id: "spark/deprecated-setting",
        title: "a setting that Spark has given up or renamed",
        what: "No key is one that the version of Spark warns of, ignores, or has removed. Source: `SparkConf.deprecatedConfigs` \
               and `configsWithAlternatives`, and the settings of Spark 3.5.9, 4.1.4 and 4.3.0. Where the version is not known, \
               only what holds for all three is said.",
        why_platform: "An old name works until the upgrade that removes it. From then on the setting is not there, and nothing \
                       fails at the start.",
        why_data: "`spark.blacklist.enabled` was read by 3.5 and is ignored by 4.1: the same job now keeps sending tasks to the \
                   broken node.",
        fix: "Write the later name; where there is none, take the key out.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.blacklist.enabled: \"true\"
  driver: {memory: 2g}
  executor: {memory: 4g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.excludeOnFailure.enabled: \"true\"
  driver: {memory: 2g}
  executor: {memory: 4g}
",
    },
    judge: Judge::Stream(judge),
};

/// Mesos went with 4.0 (SPARK-44442); its keys are a family, of which the catalogue has a few rows.
const MESOS: &str = "spark.mesos.";

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut seen = BTreeSet::new();
    let mut said = Vec::new();
    for process in &world.processes {
        let case = Case { world, process };
        for (key, entries) in case.conf().iter() {
            let entry = entries.first().filter(|entry| is_written(entry));
            let Some((entry, (message, help))) = entry.zip(of_key(case, key)) else {
                continue;
            };
            let spot = &entry.spot;
            if seen.insert((spot.object, spot.path.to_string(), key)) {
                said.push(case.at_entry(key, entry).say(message, help).because(
                    "an old name works until the release that drops it, and from then on the default counts: nothing fails, \
                     the job only behaves differently",
                ));
            }
        }
    }
    said
}

/// What became of a key, and the way on.
fn of_key(case: Case<'_>, key: &str) -> Option<(String, String)> {
    let shown = case.shown(key);
    let version = case.version;
    let gone = || "take it out; nothing has taken its place".to_owned();
    match catalogue().standing(key, version) {
        _ if key.starts_with(MESOS) && version.since(4, 0) && !case.assumed => {
            let message = format!("`{shown}` has no effect: Spark {version} does not run on Mesos");
            Some((message, gone()))
        }
        Standing::Deprecated(row, fate) => {
            let fate = if case.assumed { everywhere(row)? } else { fate };
            let by = match case.assumed {
                true => "Spark".to_owned(),
                false => format!("Spark {version}"),
            };
            let message = match (fate, row.since) {
                (Fate::Ignored, _) => format!("`{shown}` has no effect: {by} ignores this key"),
                (Fate::Read, Some(since)) => {
                    format!("`{shown}` is an old name that is deprecated since Spark {since}")
                }
                (Fate::Read, None) => format!("`{shown}` is an old name, which {by} still reads"),
            };
            let help = match row.instead.first() {
                Some(instead) => format!("write `{instead}` instead; check the unit of its value"),
                None => gone(),
            };
            Some((message, help))
        }
        Standing::Removed(last) if !case.assumed => {
            let message = format!(
                "`{shown}` has no effect: Spark {version} has no such key any more, {last} still had it"
            );
            Some((message, gone()))
        }
        _ => None,
    }
}

/// What every release does with a key, where they agree that it is an old one.
fn everywhere(row: &Deprecated) -> Option<Fate> {
    let mut fates = Release::ALL.into_iter().map(|release| row.fate(release));
    let first = fates.next()??;
    fates.all(|fate| fate == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use crate::check::spark::testing::said;

    fn messages(version: &str, conf: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n  \
             {version}\n  sparkConf: {{{conf}}}\n  driver: {{}}\n  executor: {{}}\n"
        );
        let said = said("spark/deprecated-setting", &text).into_iter();
        said.map(|(_, message)| message).collect()
    }

    #[test]
    fn each_version_has_its_own_word() {
        let blacklist = "spark.blacklist.enabled: 'true'";
        let said = |version, conf| messages(version, conf).concat();
        assert!(said("sparkVersion: 3.5.7", blacklist).contains("deprecated since Spark 3.1.0"));
        assert!(said("sparkVersion: 4.1.1", blacklist).contains("Spark 4.1.1 ignores this key"));
        // Not the same in every release: nothing is said of a version that nobody told.
        assert_eq!(said("image: own/spark", blacklist), "");
        let overhead = "spark.yarn.executor.memoryOverhead: 1g";
        assert!(said("image: own/spark", overhead).contains("deprecated since Spark 2.3"));
        let python = "spark.kubernetes.pyspark.pythonVersion: '3'";
        assert!(
            said("sparkVersion: 4.1.1", python)
                .contains("has no such key any more, 3.5.9 still had it")
        );
        let mesos = "spark.mesos.role: a";
        assert!(said("sparkVersion: 4.1.1", mesos).contains("does not run on Mesos"));
        assert_eq!(said("sparkVersion: 3.5.7", mesos), "");
    }
}
