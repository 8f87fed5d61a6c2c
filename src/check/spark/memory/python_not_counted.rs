//! SK113: Python in executors that are sized as if there were none.

use super::parts::application;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::memory::{MIB, as_heap, as_quantity};
use crate::spark::size::Unit;

pub(super) const RULE: Rule = Rule {
    code: "SK113",
    grade: Grade::High,
    page: Page {
        id: "spark/python-not-counted",
        title: "Python in executors that are sized for a JVM alone",
        what: "A driver in client mode that makes executor pods and sets `spark.executor.pyspark.memory`, and a Connect server \
               in any mode, sets `spark.executor.memoryOverheadFactor` to 0.4 or more (the setting `pythonOverheadPercent` of the \
               check), or `spark.executor.memoryOverhead` to more than the memory of Python. Nobody tells Spark there that \
               Python runs: the factor stays 0.1 and `spark.executor.pyspark.memory` is not added to the pod, only set as \
               a limit of the Python processes (`BasicExecutorFeatureStep`, `spark.kubernetes.resource.type`; 3.5 to 4.3).",
        why_platform: "The pod's limit is the heap and a tenth. Python workers of UDFs and pandas run beside the JVM in the same \
                       container, and the kernel kills it: OOMKilled, exit 137.",
        why_data: "The same job in cluster mode gets four tenths and its `pyspark.memory`. Through Connect or from a notebook it \
                   dies at the first UDF over much data.",
        fix: "Set `spark.executor.memoryOverheadFactor=0.4`, or a `spark.executor.memoryOverhead` that includes Python's memory.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1alpha1
kind: SparkConnect
metadata: {name: connect}
spec:
  sparkVersion: 4.1.4
  sparkConf:
    spark.executor.pyspark.memory: 2g
  server: {memory: 2g}
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1alpha1
kind: SparkConnect
metadata: {name: connect}
spec:
  sparkVersion: 4.1.4
  sparkConf:
    spark.executor.pyspark.memory: 2g
    spark.executor.memoryOverheadFactor: \"0.4\"
  server: {memory: 2g}
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

const PYTHON: &str = "spark.executor.pyspark.memory";
const OVERHEAD: &str = "spark.executor.memoryOverhead";
const FACTORS: [&str; 2] = [
    "spark.executor.memoryOverheadFactor",
    "spark.kubernetes.memoryOverheadFactor",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let own = [
        "spark.kubernetes.resource.type",
        "spark.executor.minMemoryOverhead",
    ];
    let is_connect = is_connect(case);
    let is_jvm = case.is_client() || is_connect && case.python != Some(true);
    if !is_jvm || !own.iter().all(|key| conf.is_unset(key)) {
        return Vec::new();
    }
    // A figure would tell what a Secret holds.
    let sizes = [PYTHON, OVERHEAD, "spark.executor.memory"];
    if sizes
        .iter()
        .any(|key| conf.entry(key).is_some_and(|entry| entry.secret))
    {
        return Vec::new();
    }
    let python = match conf.get(PYTHON) {
        Told::Unknown => return Vec::new(),
        Told::Unset if !is_connect => return Vec::new(),
        Told::Unset => None,
        Told::Set(_) => match conf.bytes(PYTHON, Unit::Mebibyte) {
            Some(bytes) => Some(bytes / i128::from(MIB)),
            None => return Vec::new(),
        },
    };
    let said = match (conf.get(OVERHEAD), python) {
        (Told::Set(_), Some(python)) => short(case, python),
        (Told::Unset, python) if !has_factor(case) => sized(case, python.is_some()),
        _ => None,
    };
    Vec::from_iter(said)
}

/// Whether it is a Connect server that asks Kubernetes for executors, also as an operator's application.
fn is_connect(case: Case<'_>) -> bool {
    let (spec, _) = application(case);
    let class = spec["mainClass"].as_str().unwrap_or_default();
    let runs = class == "org.apache.spark.sql.connect.service.SparkConnectServer";
    case.makes_executors() && (runs || case.role == "spark-connect")
}

/// The factor that Python takes.
fn least_factor(case: Case<'_>) -> f64 {
    let percent = u32::try_from(case.world.parameters.python_overhead_percent);
    f64::from(percent.unwrap_or(u32::MAX)) / 100.0
}

/// Whether a factor is large enough, or is not known.
fn has_factor(case: Case<'_>) -> bool {
    let conf = case.conf();
    let told = FACTORS.map(|key| conf.get(key));
    let first = told.into_iter().find(|told| *told != Told::Unset);
    match first {
        None => false,
        Some(Told::Set(known)) => {
            let factor = known.text.trim().parse::<f64>();
            factor.map_or(true, |factor| factor >= least_factor(case))
        }
        Some(Told::Unknown | Told::Unset) => true,
    }
}

/// An overhead that does not even hold Python's memory.
fn short(case: Case<'_>, python: i128) -> Option<Said> {
    let overhead = case.conf().bytes(OVERHEAD, Unit::Mebibyte)? / i128::from(MIB);
    (overhead <= python).then(|| {
        let message = format!(
            "`{}` does not hold `{}`, which Spark does not add to the pod here",
            case.shown(OVERHEAD),
            case.shown(PYTHON)
        );
        let help = format!(
            "write an overhead of Python's memory and at least 384 MiB more, as `{}m`",
            python + 384
        );
        case.at(OVERHEAD).say(message, help).because(BECAUSE)
    })
}

const BECAUSE: &str = "nobody tells Spark here that Python runs in executors: their memory is heap and overhead, and Python \
                       workers beside the JVM take them over the limit, OOMKilled with exit 137";

fn sized(case: Case<'_>, is_set: bool) -> Option<Said> {
    let heap = case.conf().bytes("spark.executor.memory", Unit::Mebibyte)? / i128::from(MIB);
    let heap = u64::try_from(heap).ok()?;
    let beside = (heap / 10).max(384);
    let factor = least_factor(case);
    let help = format!(
        "set `{}={factor}`, or `{OVERHEAD}` to what Python needs and 384 MiB more",
        FACTORS[0]
    );
    let what = format!(
        "a heap of {} and {} beside it",
        as_heap(heap),
        as_quantity(beside)
    );
    Some(if is_set {
        let message = format!(
            "`{}` is not added to executor pods: they have {what}",
            case.shown(PYTHON)
        );
        case.at(PYTHON).say(message, help).because(BECAUSE)
    } else {
        let message = format!("executors have {what}, also where Python UDFs run in them");
        // Whether clients send UDFs nobody knows here.
        case.here()
            .say(message, help)
            .because(BECAUSE)
            .only(Grade::Warning)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::said;

    #[test]
    fn by_what_is_set() {
        let of = |lines: &str| {
            let text = RULE
                .page
                .before
                .replace("    spark.executor.pyspark.memory: 2g\n", lines);
            said(RULE.page.id, &text).len()
        };
        assert_eq!(of("    a: b\n"), 1);
        assert_eq!(of("    spark.executor.memoryOverhead: 1g\n"), 0);
        assert_eq!(
            of("    spark.executor.memoryOverheadFactor: '${FACTOR}'\n"),
            0
        );
        assert_eq!(of("    spark.executor.memoryOverheadFactor: '0.2'\n"), 1);
        let server = "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {name: c}\nspec:\n  mainClass: \
                      org.apache.spark.sql.connect.service.SparkConnectServer\n  runtimeVersions: {sparkVersion: 4.1.1}\n";
        assert_eq!(said(RULE.page.id, server).len(), 1);
        let other = server.replace("SparkConnectServer", "Other");
        assert_eq!(said(RULE.page.id, &other).len(), 0);
        let python = "    spark.executor.pyspark.memory: 2g\n";
        assert_eq!(
            of(&format!("{python}    spark.executor.memoryOverhead: 1g\n")),
            1
        );
        assert_eq!(
            of(&format!("{python}    spark.executor.memoryOverhead: 3g\n")),
            0
        );
    }
}
