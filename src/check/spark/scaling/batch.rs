//! SK315: many executors in one request.

use super::demand::{Demand, quotas};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

const BATCH: &str = "spark.kubernetes.allocation.batch.size";

pub(super) const RULE: Rule = Rule {
    code: "SK315",
    grade: Grade::Warning,
    page: Page {
        id: "spark/executors-all-at-once",
        title: "more executors in one batch than the namespace can take",
        what: "`spark.kubernetes.allocation.batch.size`: how many executor pods Spark asks for in one round, a second apart; 5 \
               where it is not set before 4.0, 10 before 4.2, 20 since. It is set to more than `executorsAtOnce` (50), or a \
               job of which nothing says how many executors it may have asks in one batch for more than a ResourceQuota of the \
               stream allows.",
        why_platform: "The API server and the scheduler get all of them at once. What the quota refuses is asked for again a second \
                       later.",
        why_data: "The log fills with 403 `exceeded quota`, and other jobs of the namespace find no room to start in.",
        fix: "Set it to what the namespace can take in a second, and `spark.dynamicAllocation.maxExecutors` to what it can take \
              at all.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.allocation.batch.size: \"500\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 600}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.allocation.batch.size: \"20\"
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 600}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() {
        return Vec::new();
    }
    let Some((size, is_set)) = size(case) else {
        return Vec::new();
    };
    let limit = case.world.parameters.executors_at_once;
    if is_set && size > limit {
        let message = format!(
            "`{}` asks for that many pods in one second",
            case.shown(BATCH)
        );
        let help = format!("set it to {limit} or less");
        let said = case.at(BATCH).say(message, help);
        return vec![said.because(
            "the API server and the scheduler get all of them at once, and what the quota refuses is asked for again a second \
             later",
        )];
    }
    beyond_quota(case, size).into_iter().collect()
}

/// What one round asks for, and whether it is written somewhere.
fn size(case: Case<'_>) -> Option<(i64, bool)> {
    match case.conf().get(BATCH) {
        Told::Unknown => None,
        Told::Set(_) => Some((case.conf().number(BATCH)?, true)),
        // The catalogue has no 4.2, which brought 20.
        Told::Unset if case.version.since(4, 2) => Some((20, false)),
        Told::Unset => Some((case.conf().number(BATCH)?, false)),
    }
}

/// A first batch that no quota can take, of a job without a bound; one with a bound is SK318's.
fn beyond_quota(case: Case<'_>, size: i64) -> Option<Said> {
    let demand = Demand::of(case)?;
    if demand.count.most.is_some() {
        return None;
    }
    let executors = u64::try_from(size).ok()?;
    let over = quotas(case).find_map(|(quota, hard)| {
        let over = demand.over(hard, executors).into_iter().next()?;
        Some((quota, over))
    });
    let (quota, over) = over?;
    let subject = match case.conf().entry(BATCH) {
        Some(_) => format!("`{}`", case.shown(BATCH)),
        None => format!("`{BATCH}`, {size} by default,"),
    };
    let message = format!("{subject} asks in one batch for {over}, which `{quota}` does not allow");
    let help = format!(
        "set it to {} or less, and bound the executors",
        over.fits.max(1)
    );
    Some(case.at(BATCH).say(message, help).because(
        "the first large stage fills the quota, and every pod above it is refused and asked for again each second",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    /// 3.5 asks for 5, 4.1 for 10, 4.2 for 20.
    #[test]
    fn the_default_grew_with_versions() {
        let stream = |version: &str| {
            format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: pi}}\nspec:\n  type: \
                 Scala\n  sparkVersion: {version}\n  dynamicAllocation: {{enabled: true}}\n  executor: {{memory: \
                 1g}}\n---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: team}}\nspec: {{hard: {{pods: \
                 12}}}}\n"
            )
        };
        for (version, count) in [("3.5.6", 0), ("4.1.4", 0), ("4.2.0", 1), ("4.3.0", 1)] {
            let found = said(RULE.page.id, &stream(version));
            assert_eq!(found.len(), count, "{version}: {found:?}");
        }
    }
}
