//! SK120: executors that run more tasks at once than they may have CPUs.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::Quantity;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK120",
    grade: Grade::Warning,
    page: Page {
        id: "spark/cpu-limit-below-cores",
        title: "executors run more tasks at once than they may have CPUs",
        what: "`spark.kubernetes.executor.limit.cores` is at least `spark.executor.cores`, the number of tasks that Spark \
               gives an executor at once. A limit below the request is SK119's.",
        why_platform: "The kernel stops all threads of the container once they have used up the limit in a period (CFS \
                       throttling); the request does not help.",
        why_data: "Four tasks on two CPUs take twice as long each, and heartbeats and shuffle fetches wait as well. Figures of \
                   the stage show no reason.",
        fix: "Set both to the same number, or leave the limit out.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {cores: 4, coreRequest: '1', coreLimit: '2'}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  executor: {cores: 2, coreRequest: '1', coreLimit: '2'}
",
    },
    judge: Judge::Process(judge),
};

const CORES: &str = "spark.executor.cores";
const REQUEST: &str = "spark.kubernetes.executor.request.cores";
const LIMIT: &str = "spark.kubernetes.executor.limit.cores";

fn judge(case: Case<'_>) -> Vec<Said> {
    Vec::from_iter(of_executors(case))
}

fn of_executors(case: Case<'_>) -> Option<Said> {
    let conf = case.conf();
    let quantity = |key: &str| match conf.get(key) {
        Told::Set(known) => Quantity::parse(known.text.trim()).ok(),
        Told::Unset | Told::Unknown => None,
    };
    if !case.makes_executors() {
        return None;
    }
    let (limit, cores) = (quantity(LIMIT)?, quantity(CORES)?);
    // Stackable reckons both from one field, and no fewer than one task can run.
    let from_one_field = conf.entry(LIMIT)?.spot == conf.entry(CORES)?.spot;
    let asked = match conf.get(REQUEST) {
        Told::Unknown => return None,
        Told::Unset => cores,
        Told::Set(_) => quantity(REQUEST)?,
    };
    (asked <= limit && limit < cores && !from_one_field).then(|| {
        let message = format!(
            "executors run as many tasks at once as `{}`, on the CPUs of `{}`",
            case.shown(CORES),
            case.shown(LIMIT)
        );
        let help = format!("set `{LIMIT}` to `{CORES}` or more, or leave it out");
        let because = "the kernel stops the whole executor as soon as its tasks have used up the limit: each takes longer, and \
                       heartbeats wait with them";
        case.at(LIMIT).say(message, help).because(because)
    })
}
