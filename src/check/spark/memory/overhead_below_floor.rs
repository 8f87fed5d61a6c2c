//! SK112: an explicit overhead that is less than Spark would have taken.

use super::parts::made;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::memory::MIB;
use crate::spark::size::Unit;

pub(super) const RULE: Rule = Rule {
    code: "SK112",
    grade: Grade::High,
    page: Page {
        id: "spark/overhead-below-floor",
        title: "an overhead that is less than Spark's own",
        what: "`spark.executor.memoryOverhead` and, in cluster mode, `spark.driver.memoryOverhead`, where they are set, are at \
               least 384 MiB and a tenth of the heap: what Spark takes where nothing is set \
               (`ResourceProfile.calculateOverHeadMemory`, 3.5 to 4.3).",
        why_platform: "The pod's request and limit are heap plus overhead, and nothing else. What the JVM needs beside its heap \
                       (threads, metaspace, network buffers) is not smaller because a number is: the kernel kills the pod \
                       with exit 137, and the node is not short of memory.",
        why_data: "An explicit overhead switches off both the factor and the floor of 384 MiB: 2g and `100m` make a pod of \
                   2148Mi. The executor dies under shuffle, and the log ends without an exception.",
        fix: "Leave it out, or write what the executor needs: at least a tenth of the heap and 384m, four tenths where Python \
              runs in it.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor:
    memory: 8g
    memoryOverhead: 400m
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g}
  executor:
    memory: 8g
    memoryOverhead: 1g
",
    },
    judge: Judge::Process(judge),
};

/// What Spark adds at the least, in MiB, before 4.0 could be told another figure.
const FLOOR: i128 = 384;

fn judge(case: Case<'_>) -> Vec<Said> {
    made(case)
        .iter()
        .filter_map(|role| of_role(case, role))
        .collect()
}

fn of_role(case: Case<'_>, role: &str) -> Option<Said> {
    let key = format!("spark.{role}.memoryOverhead");
    let conf = case.conf();
    // A figure of one's own for the floor is somebody's decision.
    let own_floor = conf
        .entry(&format!("spark.{role}.minMemoryOverhead"))
        .is_some();
    conf.entry(&key).filter(|_| !own_floor)?;
    let overhead = conf.bytes(&key, Unit::Mebibyte)? / i128::from(MIB);
    let heap = conf.bytes(&format!("spark.{role}.memory"), Unit::Mebibyte)? / i128::from(MIB);
    let floor = FLOOR.max(heap / 10);
    (overhead < floor).then(|| {
        let message = format!(
            "`{}` is less than the {floor} MiB that Spark takes for a heap of {heap} MiB where nothing is set",
            case.shown(&key)
        );
        let help = format!("leave it out, or write at least `{floor}m`");
        case.at(&key).say(message, help).because(
            "an explicit overhead goes past both the factor and the floor, and request and limit of the pod are heap plus \
             overhead: the kernel kills it under load, with exit 137",
        )
    })
}
