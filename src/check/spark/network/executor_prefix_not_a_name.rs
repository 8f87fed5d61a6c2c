//! SK208: names and labels that no pod may have.

use super::executor_prefix_shared::PREFIX;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::{Entry, Given, Told};

pub(super) const RULE: Rule = Rule {
    code: "SK208",
    grade: Grade::Error,
    page: Page {
        id: "spark/executor-prefix-not-a-name",
        title: "a name or a label that no pod may have",
        what: "`spark.kubernetes.executor.podNamePrefix` is made of lower-case letters, digits, `-` and `.`, begins and ends with \
               a letter or a digit, and has at most 237 characters (`Config.isValidExecutorPodNamePrefix`, 3.5 to 4.3). Values \
               of `spark.kubernetes.{driver,executor}.label.*` and `driver.service.label.*` are labels: at most 63 letters, \
               digits, `-`, `_`, `.`, with a letter or a digit at both ends, or nothing.",
        why_platform: "The API server refuses such a pod with 422. Spark checks the prefix, but no label: the driver starts, and \
                       none of its executors can be made.",
        why_data: "With a wrong prefix the session does not start. With a wrong label it starts and waits for executors for ever; \
                   the reason is only in the driver's log.",
        fix: "Write a name such as `etl-daily`; put texts with spaces, slashes or more than 63 characters into an annotation.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: etl}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.executor.podNamePrefix: ETL_daily
    spark.kubernetes.executor.label.team: N/A
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: etl}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.executor.podNamePrefix: etl-daily
    spark.kubernetes.executor.label.team: none
",
    },
    judge: Judge::Process(judge),
};

/// A pod's name has 253 characters, and `-exec-2147483647` is left to be added.
const LONGEST_PREFIX: usize = 237;
const LONGEST_LABEL: usize = 63;
const LABELS: [&str; 3] = [
    "spark.kubernetes.driver.label.",
    "spark.kubernetes.driver.service.label.",
    "spark.kubernetes.executor.label.",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() {
        return Vec::new();
    }
    let labels = LABELS
        .into_iter()
        .flat_map(|family| case.conf().family(family));
    let labels = labels.filter_map(|(key, entry)| label(case, key, entry));
    prefix(case).into_iter().chain(labels).collect()
}

fn prefix(case: Case<'_>) -> Option<Said> {
    let text = case.conf().text(PREFIX)?;
    let why = match text.len() {
        length if length > LONGEST_PREFIX => {
            format!("has {length} characters, and {LONGEST_PREFIX} are allowed")
        }
        _ if !text.split('.').all(is_dns_label) => "is no name of a pod".to_owned(),
        _ => return None,
    };
    let message = format!("`{}` {why}", case.shown(PREFIX));
    let help = "lower-case letters, digits and `-`, with a letter or a digit at both ends";
    Some(
        case.at(PREFIX)
            .say(message, help)
            .because("Spark refuses it, and the session does not start"),
    )
}

/// What somebody wrote as a label for pods that Spark makes; an object's own labels are the API server's matter.
fn label(case: Case<'_>, key: &str, entry: &Entry) -> Option<Said> {
    let of_object = entry.spot.path.segments().next().as_deref() == Some("metadata");
    if of_object || entry.given == Given::Operator {
        return None;
    }
    let Told::Set(known) = case.conf().get(key) else {
        return None;
    };
    let why = match known.text.len() {
        length if length > LONGEST_LABEL => {
            format!("has {length} characters, and {LONGEST_LABEL} are allowed")
        }
        _ if !is_label(&known.text) => "is no value of a label".to_owned(),
        _ => return None,
    };
    let message = format!("`{}` {why}", case.shown(key));
    let help = "letters, digits, `-`, `_` and `.`, with a letter or a digit at both ends; anything else is an annotation";
    let said = case.at_entry(key, entry).say(message, help);
    Some(said.because(
        "the API server refuses every pod with that label, and Spark asks again and again",
    ))
}

/// As in `[a-z0-9]([-a-z0-9]*[a-z0-9])?`.
fn is_dns_label(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.iter().all(|end| end.is_some_and(plain)) && text.bytes().all(|b| plain(b) || b == b'-')
}

fn is_label(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().last()];
    let sound = ends
        .iter()
        .all(|end| end.is_some_and(|b| b.is_ascii_alphanumeric()));
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.is_empty() || sound && text.bytes().all(fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn spark_takes_what_its_pattern_takes() {
        let taken = |prefix: &str| {
            let before = RULE.page.after.replace("etl-daily", prefix);
            said(RULE.page.id, &before).is_empty()
        };
        assert!(taken("etl.daily-1"));
        assert!(taken(&"a".repeat(237)));
        assert!(taken("'{{ release }}_x'"));
        assert!(!taken(&"a".repeat(238)));
        assert!(!taken("etl-"));
        assert!(!taken("a..b"));
    }

    /// Field failure 030: `N/A` as a label.
    #[test]
    fn labels_of_pods_that_do_not_exist_yet() {
        let told = |value: &str| {
            let text = RULE
                .page
                .after
                .replace("team: none", &format!("team: {value}"));
            said(RULE.page.id, &text).len()
        };
        assert_eq!(told("N/A"), 1);
        assert_eq!(told(&"x".repeat(64)), 1);
        assert_eq!(told("''"), 0);
        assert_eq!(told("v1.2_3-x"), 0);
        assert_eq!(told("'$(TEAM)/x'"), 0);
    }
}
