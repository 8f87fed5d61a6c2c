//! Figures that Spark itself computed: a few of each kind, so that every clone of the repository proves them.

use super::{Kind, Problem, Rule, Settings, Version, driver, executor};

/// Settings, kind, version, then MiB of driver and executor; nothing where Spark throws.
type Row = (
    &'static [(&'static str, &'static str)],
    Kind,
    &'static str,
    Option<i64>,
    Option<i64>,
);

const EXECUTOR: &str = "spark.executor.memory";
const DRIVER: &str = "spark.driver.memory";
const SWITCH: (&str, &str) = ("spark.memory.offHeap.enabled", "true");
const SIZE: &str = "spark.memory.offHeap.size";

/// Answers of 3.5.9, 4.1.4 and 4.3.0.
const ROWS: [Row; 21] = [
    (
        &[
            ("spark.kubernetes.memoryOverheadFactor", "0.2"),
            ("spark.driver.memoryOverheadFactor", "0.25"),
            (EXECUTOR, "8g"),
            (DRIVER, "8g"),
        ],
        Kind::Java,
        "4.1.4",
        Some(10240),
        Some(9830),
    ),
    (&[], Kind::Java, "3.5.9", Some(1408), Some(1408)),
    (&[], Kind::Python, "4.1.4", Some(1433), Some(1433)),
    (
        &[(EXECUTOR, "8g"), (DRIVER, "8g")],
        Kind::Java,
        "4.3.0",
        Some(9011),
        Some(9011),
    ),
    (
        &[(EXECUTOR, "8g"), (DRIVER, "8g")],
        Kind::R,
        "4.3.0",
        Some(11468),
        Some(11468),
    ),
    (
        &[(EXECUTOR, "8g"), ("spark.executor.pyspark.memory", "2g")],
        Kind::Python,
        "4.1.4",
        Some(1433),
        Some(13516),
    ),
    (
        &[(EXECUTOR, "8g"), ("spark.executor.pyspark.memory", "2g")],
        Kind::Client,
        "4.1.4",
        None,
        Some(9011),
    ),
    (
        &[(EXECUTOR, "2g"), ("spark.executor.memoryOverhead", "100m")],
        Kind::Java,
        "3.5.9",
        Some(1408),
        Some(2148),
    ),
    (
        &[
            (EXECUTOR, "8g"),
            ("spark.yarn.executor.memoryOverhead", "2048"),
        ],
        Kind::Java,
        "4.1.4",
        Some(1408),
        Some(10240),
    ),
    (
        &[(EXECUTOR, "2g"), ("spark.executor.minMemoryOverhead", "1g")],
        Kind::Java,
        "3.5.9",
        Some(1408),
        Some(2432),
    ),
    (
        &[(EXECUTOR, "2g"), ("spark.executor.minMemoryOverhead", "1g")],
        Kind::Java,
        "4.1.4",
        Some(1408),
        Some(3072),
    ),
    (
        &[(EXECUTOR, "8g"), SWITCH, (SIZE, "2g")],
        Kind::Java,
        "4.1.4",
        Some(1408),
        Some(11059),
    ),
    (
        &[(EXECUTOR, "8g"), (SIZE, "2g")],
        Kind::Java,
        "4.1.4",
        Some(1408),
        Some(9011),
    ),
    (&[SWITCH], Kind::Java, "4.1.4", Some(1408), None),
    (
        &[(EXECUTOR, "4Gi"), (DRIVER, "4Gi")],
        Kind::Java,
        "4.1.4",
        None,
        None,
    ),
    (
        &[(EXECUTOR, "4Gi"), (DRIVER, "4Gi")],
        Kind::Java,
        "4.3.0",
        Some(4505),
        Some(4505),
    ),
    (
        &[(EXECUTOR, "1.5g"), (DRIVER, "1048000k")],
        Kind::Java,
        "4.3.0",
        Some(1407),
        None,
    ),
    (
        &[
            ("spark.kubernetes.memoryOverheadFactor", "0.25"),
            (EXECUTOR, "8g"),
        ],
        Kind::Python,
        "3.5.9",
        Some(1408),
        Some(10240),
    ),
    (
        &[("spark.executor.memoryOverheadFactor", "0")],
        Kind::Java,
        "4.1.4",
        Some(1408),
        None,
    ),
    // 0.29 of 6000 is 1740; Spark multiplies doubles and gets a little less.
    (
        &[
            ("spark.executor.memoryOverheadFactor", "0.29"),
            (EXECUTOR, "6000"),
        ],
        Kind::Java,
        "4.3.0",
        Some(1408),
        Some(7739),
    ),
    (
        &[(EXECUTOR, "-1g"), (DRIVER, "-1g")],
        Kind::Java,
        "4.3.0",
        Some(-640),
        None,
    ),
];

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let owned = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    owned.collect()
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

#[test]
fn pods_ask_for_what_spark_computes() {
    for (pairs, kind, spark, on_driver, on_executor) in ROWS {
        let settings = settings(pairs);
        let answer = driver(&settings, kind, version(spark)).and_then(Result::ok);
        assert_eq!(
            answer.map(|r| r.memory),
            on_driver,
            "{pairs:?} {kind:?} {spark}"
        );
        let answer = executor(&settings, kind, version(spark)).ok();
        assert_eq!(
            answer.map(|r| r.memory),
            on_executor,
            "{pairs:?} {kind:?} {spark}"
        );
    }
}

#[test]
fn each_part_says_where_it_comes_from() {
    let pairs = [
        (EXECUTOR, "8g"),
        SWITCH,
        (SIZE, "2g"),
        ("spark.executor.memoryOverheadFactor", "0.3"),
    ];
    let found = executor(&settings(&pairs), Kind::Python, version("4.1.4")).unwrap();
    assert_eq!((found.heap.mebibytes, &found.heap.rule), (8192, &Rule::Set));
    assert_eq!(found.overhead.rule, Rule::Share("0.3".to_owned()));
    let from = found.overhead.from.as_deref();
    assert_eq!(from, Some("spark.executor.memoryOverheadFactor"));
    assert_eq!(
        (found.off_heap.mebibytes, found.memory),
        (2048, 8192 + 2457 + 2048)
    );
    assert_eq!(found.python.rule, Rule::NotCounted);
    let found = executor(&settings(&[]), Kind::Java, version("4.1.4")).unwrap();
    assert_eq!(
        (found.heap.rule, found.overhead.rule),
        (Rule::Default, Rule::Least)
    );
}

#[test]
fn a_limit_below_the_request_is_refused_from_4_0_on() {
    let pairs = [
        ("spark.executor.cores", "4"),
        ("spark.kubernetes.executor.limit.cores", "2"),
    ];
    let ask = |spark| executor(&settings(&pairs), Kind::Java, version(spark));
    assert_eq!(ask("3.5.9").unwrap().request.text, "4");
    let failure = ask("4.1.4").unwrap_err();
    assert_eq!(failure.problem, Problem::LimitBelowRequest);
    assert_eq!(
        failure.to_string(),
        "`spark.kubernetes.executor.limit.cores` is below the CPU request"
    );
}

#[test]
fn what_somebody_fills_in_later_is_unknown_and_no_fault() {
    for text in ["${HEAP}", "$(HEAP)", "{{ heap }}"] {
        let pairs = [(EXECUTOR, text)];
        let failure = executor(&settings(&pairs), Kind::Java, version("4.1.4")).unwrap_err();
        assert_eq!(failure.problem, Problem::Unknown);
        assert!(!failure.problem.is_thrown() && !failure.to_string().contains("HEAP"));
    }
}
