//! Parts that do not find each other: the public charts name Secrets and Services that nobody renders.

use super::{charts, lab};
use std::collections::BTreeMap;

/// Rule, what is missing, and how often it is named.
const MISSING: [(&str, &str, usize); 9] = [
    ("references/objects", "`Secret/s3-credentials`", 46),
    ("references/objects", "`Secret/grafana-admin`", 2),
    ("references/objects", "`ServiceAccount/spark`", 27),
    ("references/objects", "`ServiceAccount/spark-41`", 18),
    ("references/objects", "`ConfigMap/spark-extra-jars`", 3),
    ("references/connect-address", "`Service/spark-connect`", 49),
    (
        "references/database-address",
        "`Service/postgresql-metastore-41`",
        118,
    ),
    ("references/object-store-address", "`Service/minio`", 177),
    (
        "references/metastore-address",
        "`Service/spark-hive-metastore`",
        32,
    ),
];

#[test]
fn what_the_charts_name_and_nobody_renders_is_found() {
    let charts = charts();
    if charts.is_empty() {
        return;
    }
    let policy = lab::policy(&["references"], &[]);
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for file in &charts {
        let guarded = lab::guard(&file.text, &policy);
        let guarded = guarded.unwrap_or_else(|error| panic!("{}: {error:?}", file.name));
        let findings = guarded.report["findings"].as_array().into_iter().flatten();
        for finding in findings {
            let text = |key: &str| finding[key].as_str().unwrap_or_default();
            let missing = text("message")
                .split([' ', ','])
                .find(|word| word.contains('/'));
            let key = (
                text("id").to_owned(),
                missing.unwrap_or_default().to_owned(),
            );
            *seen.entry(key).or_default() += 1;
        }
    }
    let found = MISSING.map(|(rule, missing, _)| {
        let key = (rule.to_owned(), missing.to_owned());
        (rule, missing, seen.get(&key).copied().unwrap_or_default())
    });
    assert_eq!(found, MISSING);
}
