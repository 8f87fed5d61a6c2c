//! SK311: storage for blocks of lost executors that nobody tidies up.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

use super::facts::{MIGRATION, has_executors};

const PATH: &str = "spark.storage.decommission.fallbackStorage.path";
const CLEAN_UP: &str = "spark.storage.decommission.fallbackStorage.cleanUp";

pub(super) const RULE: Rule = Rule {
    code: "SK311",
    grade: Grade::Warning,
    page: Page {
        id: "spark/fallback-storage-never-cleaned",
        title: "fallback storage that nobody tidies up",
        what: "`spark.storage.decommission.fallbackStorage.path` is set and `….cleanUp` is off, which is its default (3.2 to \
               4.3). A rule of the bucket that removes old objects is as good, and is not seen here: waive it then.",
        why_platform: "Shuffle files of each application stay in the bucket when the application ends. The bill grows by what \
                       spot nodes took away.",
        why_data: "Nothing reads these files after the application: their path has its identifier in it.",
        fix: "Set `spark.storage.decommission.fallbackStorage.cleanUp=true`, or give the path a lifetime in the object store.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
    spark.storage.decommission.fallbackStorage.path: s3a://shuffle/fallback/
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4, terminationGracePeriodSeconds: 120}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
    spark.storage.decommission.fallbackStorage.path: s3a://shuffle/fallback/
    spark.storage.decommission.fallbackStorage.cleanUp: \"true\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4, terminationGracePeriodSeconds: 120}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    // Where it lies does not matter: `s3a://${BUCKET}/` grows as well.
    let is_set = match conf.get(PATH) {
        Told::Set(known) => !known.text.trim().is_empty(),
        Told::Unknown => conf.entry(PATH).is_some_and(|entry| !entry.doubtful),
        Told::Unset => false,
    };
    // Where nothing is moved, nothing is written there either.
    let grows = has_executors(case)
        && is_set
        && conf.flag(MIGRATION) != Some(false)
        && conf.flag(CLEAN_UP) == Some(false);
    if !grows {
        return Vec::new();
    }
    let message = format!(
        "`{}` without `{CLEAN_UP}=true` keeps the shuffle files of every application",
        case.shown(PATH)
    );
    let help = format!("set `{CLEAN_UP}=true`, or let the object store remove old objects there");
    let said = case.at(PATH).say(message, help);
    vec![
        said.because(
            "each application writes below its own identifier, and nobody reads that again",
        ),
    ]
}
