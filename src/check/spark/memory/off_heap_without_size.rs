//! SK115: off-heap memory that is switched on and has no size.

use super::parts::is_settled;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::MIB;
use crate::spark::size::Unit;

pub(super) const RULE: Rule = Rule {
    code: "SK115",
    grade: Grade::Error,
    page: Page {
        id: "spark/off-heap-without-size",
        title: "off-heap memory is switched on and has no size",
        what: "Where `spark.memory.offHeap.enabled` is true, `spark.memory.offHeap.size` is 1 MiB or more. Its default is 0, and \
               a number without a unit counts bytes: `2048` is 2 KiB. Spark checks it when the session starts, with any master \
               (`Utils.checkOffHeapEnabled`; run with 3.5.9, 4.1.1 and 4.3.0).",
        why_platform: "The driver ends with exit 1 on every start; no executor pod is ever made.",
        why_data: "`requirement failed: spark.memory.offHeap.size must be > 0`, before the first line of the job.",
        fix: "Write a size with a unit, and remember it in the memory of driver pods: Spark adds it to executors alone.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.memory.offHeap.enabled: \"true\"
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.memory.offHeap.enabled: \"true\"
    spark.memory.offHeap.size: 2g
",
    },
    judge: Judge::Process(judge),
};

const ENABLED: &str = "spark.memory.offHeap.enabled";
const SIZE: &str = "spark.memory.offHeap.size";

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    if !case.is_driver() || conf.entry(ENABLED).is_none() || conf.flag(ENABLED) != Some(true) {
        return Vec::new();
    }
    let told = conf.get(SIZE);
    let (at, what) = match &told {
        Told::Unset if is_settled(case) => (ENABLED, format!("`{SIZE}` is not set")),
        Told::Set(_) => match conf.bytes(SIZE, Unit::Byte) {
            Some(bytes) if bytes < i128::from(MIB) => {
                let shown = case.shown(SIZE);
                (SIZE, format!("`{shown}` comes to less than 1 MiB"))
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let counts = match told {
        Told::Set(known) if known.text.trim().bytes().all(|b| b.is_ascii_digit()) => {
            ": a number without a unit counts bytes"
        }
        _ => "",
    };
    let message = format!("`{ENABLED}` is true, and {what}{counts}");
    let said = case
        .at(at)
        .say(message, format!("set `{SIZE}` with a unit, as in `2g`"));
    vec![said.because(
        "Spark refuses to start a session without it: the driver ends before the job begins",
    )]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn by_size() {
        let of = |size: &str| {
            let text = RULE
                .page
                .after
                .replace("size: 2g", &format!("size: '{size}'"));
            places(RULE.page.id, &text)
        };
        let at = "SparkApplication/pi /spec/sparkConf/spark.memory.offHeap.size";
        assert_eq!(of("2048"), [at]);
        assert_eq!(of("0"), [at]);
        assert_eq!(of("1m"), [""; 0]);
        assert_eq!(of("${SIZE}"), [""; 0]);
        let off = RULE.page.before.replace("\"true\"", "\"false\"");
        assert_eq!(places(RULE.page.id, &off), [""; 0]);
    }
}
