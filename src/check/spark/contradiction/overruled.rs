//! SK616: a value that another one overrules, where nobody would look for that.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::sensitive::holds_literal;
use crate::spark::conf::{Entry, Given, Told};
use crate::spark::memory::reads;
use crate::text::shortened;

pub(super) const RULE: Rule = Rule {
    code: "SK616",
    grade: Grade::Warning,
    page: Page {
        id: "spark/overruled",
        title: "a value that another one overrules",
        what: "A setting that an operator's field and `sparkConf` both give has one value in them. Kubeflow's operator passes \
               its fields after `sparkConf`, so that the field wins (`submission.go`); Stackable's passes `sparkConf` last. A \
               variable such as `SPARK_EXECUTOR_MEMORY` agrees with the files and options that win over it \
               (`SparkSubmitArguments`). `sparkk8s-post conf` shows all values of a setting. The number is our own.",
        why_platform: "A review reads one of the two values, the cluster gets the other. The pod is larger or smaller than what \
                       was agreed, and nothing says so.",
        why_data: "`spark.executor.memory: 4g` in `sparkConf` looks as if it counted. It does not: the executor has what the \
                   field says, and no log line tells that the other was dropped.",
        fix: "Say it once, at the place that wins.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf: {spark.executor.memory: 4g}
  driver: {memory: 2g}
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let said = conf.iter().filter_map(|(key, entries)| {
        let [first, rest @ ..] = entries else {
            return None;
        };
        // Of what `monitoring` sets, SK410 says it.
        if first.given == Given::Field && key.starts_with("spark.metrics.") {
            return None;
        }
        // What is filled in later may come to the same.
        matches!(conf.get(key), Told::Set(_)).then_some(())?;
        let reading = reads::of_setting(key);
        let is_same = |other: &Entry| {
            other.text == first.text
                || reading.is_some_and(|reading| reading.is_same(&first.text, &other.text))
        };
        let is_lost = |other: &&Entry| {
            !is_same(other)
                && is_hidden_from(first.given, other.given)
                && !other.text.contains(['$', '{'])
        };
        let lost = rest.iter().find(is_lost)?;
        let shown = |entry: &Entry| match entry.secret || holds_literal(key, &entry.text) {
            true => key.to_owned(),
            false => format!("{key}={}", shortened(&entry.text)),
        };
        let wins = first.spot.path.segments().collect::<Vec<_>>().join(".");
        let message = format!(
            "`{}` has no effect: `{}` at `{wins}` overrules it",
            shown(lost),
            shown(first)
        );
        let said = case
            .at_entry(key, lost)
            .say(message, "say it once, at the place that wins");
        Some(said.because("a review reads one of the two values, and the pods have the other one"))
    });
    said.collect()
}

/// Whether somebody who reads the one place would not think of the other: options and files over defaults are what they are
/// there for.
fn is_hidden_from(wins: Given, loses: Given) -> bool {
    matches!(
        (wins, loses),
        (Given::Field | Given::Operator, Given::Conf)
            | (Given::Conf, Given::Field)
            | (_, Given::Variable)
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::{places, said};

    #[test]
    fn the_same_value_twice_and_what_is_filled_in_later_are_no_contradiction() {
        let changed =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to));
        assert_eq!(
            changed("", ""),
            ["SparkApplication/pi /spec/sparkConf/spark.executor.memory"]
        );
        assert!(changed("memory: 4g", "memory: 8g").is_empty());
        assert!(changed("memory: 4g", "memory: 8192m").is_empty());
        assert!(changed("memory: 4g", "memory: 8Gi").is_empty());
        assert!(changed("memory: 4g", "memory: \"${MEMORY}\"").is_empty());
        assert!(changed("{memory: 8g}", "{memory: \"${MEMORY}\"}").is_empty());
    }

    #[test]
    fn what_monitoring_sets_is_said_by_its_own_rule() {
        let with = |key: &str| {
            let conf = format!("  sparkConf: {{{key}: /mine}}\n");
            let monitoring =
                "  monitoring: {exposeExecutorMetrics: true, prometheus: {jmxExporterJar: /j}}\n";
            let head = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  type: Scala\n";
            let text = format!("{head}{conf}{monitoring}  driver: {{}}\n  executor: {{}}\n");
            places(RULE.page.id, &text).len()
        };
        assert_eq!(with("spark.metrics.conf"), 0);
        assert_eq!(with("spark.executor.extraJavaOptions"), 1);
    }

    #[test]
    fn a_credential_is_not_shown() {
        let stream = RULE
            .page
            .before
            .replace(
                "spark.executor.memory: 4g",
                "spark.kubernetes.driverEnv.DB_PASSWORD: hunter2",
            )
            .replace("memory: 2g", "memory: 2g, envVars: {DB_PASSWORD: hunter3}");
        let told = said(RULE.page.id, &stream);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(!told[0].1.contains("hunter"), "{told:?}");
    }
}
