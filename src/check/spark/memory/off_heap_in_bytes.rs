//! SK116: a size of off-heap memory without a unit.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::MIB;

pub(super) const RULE: Rule = Rule {
    code: "SK116",
    grade: Grade::Warning,
    page: Page {
        id: "spark/off-heap-in-bytes",
        title: "a size of off-heap memory in bytes",
        what: "`spark.memory.offHeap.size`, where it is a number without a unit, is 1 MiB or more: alone among the sizes of \
               memory it counts bytes (`spark.executor.memory` counts MiB). Where off-heap memory is switched on, Spark does \
               not start (SK115); this is about the rest.",
        why_platform: "Nothing is wrong with the pods, until somebody switches off-heap memory on.",
        why_data: "`2048` reads like 2 GiB and is 2 KiB.",
        fix: "Write the unit: `2g`, `2048m`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.memory.offHeap.size: \"2048\"
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.memory.offHeap.size: 2048m
",
    },
    judge: Judge::Process(judge),
};

const SIZE: &str = "spark.memory.offHeap.size";

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let Told::Set(known) = conf.get(SIZE) else {
        return Vec::new();
    };
    let number = known.text.trim().parse::<u64>();
    let is_small = number.is_ok_and(|bytes| (1..MIB).contains(&bytes));
    // SK115 has said it where it stops Spark.
    if !case.is_driver() || !is_small || conf.flag("spark.memory.offHeap.enabled") == Some(true) {
        return Vec::new();
    }
    let message = format!("`{}` counts bytes", case.shown(SIZE));
    let help = match known.entry.secret {
        true => "write the unit, as in `2g`".to_owned(),
        false => format!("write `{}m`, if MiB are meant", known.text.trim()),
    };
    let because = "other sizes of memory count MiB where no unit is written; this one comes to less than one MiB, which Spark \
                   refuses as soon as off-heap memory is switched on";
    vec![case.at(SIZE).say(message, help).because(because)]
}
