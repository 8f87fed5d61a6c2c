//! The rules on heaps, templates and unknown keys on the public charts; the figures were counted in the files by hand.

use super::super::lab::{guard, policy};
use super::files;
use serde_json::Value;
use std::collections::BTreeMap;

/// Findings of each file of the corpus, with the file's text.
struct Judged {
    text: String,
    /// The id, and the container or nothing.
    findings: Vec<(String, String)>,
}

const PRESET: &str = "\
apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: memory, version: 1.0.0}
spec:
  summary: the rules that have a check of their own
  checks:
    memory/heap-refused: {severity: warning}
    memory/heap-exceeds-limit: {severity: warning}
    memory/heap-not-set: {severity: warning}
    memory/template-overwritten: {severity: warning}
    memory/unknown-key: {severity: warning}
";

fn corpus() -> BTreeMap<String, Judged> {
    let policy = policy(&[PRESET], &[]);
    let judged = files(&["spark-charts", "plain-manifests"])
        .into_iter()
        .map(|file| {
            let guarded = guard(&file.text, &policy);
            let guarded = guarded.unwrap_or_else(|error| panic!("{}: {error:?}", file.name));
            let all = guarded.report["findings"].as_array().unwrap();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let named = all
                .iter()
                .map(|found| (text(&found["id"]), text(&found["container"])));
            let findings = named.filter(|(id, _)| id.starts_with("memory/")).collect();
            (
                file.name,
                Judged {
                    text: file.text,
                    findings,
                },
            )
        });
    judged.collect()
}

const KEY: &str = "spark.kubernetes.executor.request.memory=";
const TEMPLATE: &str = "  executor-pod-template.yaml.template: |";

/// `container: id`, in the order of findings.
fn heaps(judged: &Judged) -> Vec<String> {
    let found = judged.findings.iter();
    let heaps = found.filter_map(|(id, container)| {
        let what = id.strip_prefix("memory/heap-")?;
        Some(format!("{container}: {what}"))
    });
    heaps.collect()
}

fn count(judged: &Judged, id: &str) -> usize {
    judged.findings.iter().filter(|(own, _)| own == id).count()
}

#[test]
fn unknown_keys_and_templates_are_found_where_the_text_has_them_and_nowhere_else() {
    let corpus = corpus();
    if corpus.is_empty() {
        return;
    }
    let (mut keys, mut templates) = (0, 0);
    for (name, judged) in &corpus {
        let lines = |start: &str| {
            let text = judged.text.lines();
            text.filter(|line| line.trim_start().starts_with(start.trim_start()))
                .count()
        };
        assert_eq!(count(judged, "memory/unknown-key"), lines(KEY), "{name}");
        let found = count(judged, "memory/template-overwritten");
        assert!(found == lines(TEMPLATE) || found == 0, "{name}");
        keys += lines(KEY);
        templates += found;
    }
    // In 15 streams more the driver that mounts the template has a master that makes no pods.
    assert_eq!((keys, templates), (74, 74));
}

#[test]
fn heaps_of_charts_that_were_read_by_hand() {
    let corpus = corpus();
    if corpus.is_empty() {
        return;
    }
    let expect = |name: &str, want: &[&str]| assert_eq!(heaps(&corpus[name]), want, "{name}");
    // Connect 16Gi and history server 2Gi without a heap; the notebook is a client of Connect.
    expect(
        "spark-4.1__environments-prod",
        &["history-server: not-set", "spark-connect: not-set"],
    );
    // Limits of 256Mi, 512Mi and 1Gi around default heaps of 1g.
    expect(
        "spark-3.5__values-demo-full-pipeline",
        &[
            "spark-master: exceeds-limit",
            "spark-worker: exceeds-limit",
            "history-server: exceeds-limit",
            "spark-connect: exceeds-limit",
        ],
    );
    // `spark.driver.memory=512m` in a file that an init container renders, limit 2Gi.
    for chart in ["spark-3.5", "spark-4.1"] {
        for mode in ["k8s", "standalone"] {
            let name = format!("{chart}__presets-scenarios-airflow-connect-{mode}");
            let connect = heaps(&corpus[&name]);
            assert!(
                !connect.iter().any(|heap| heap.starts_with("spark-connect")),
                "{name}"
            );
        }
    }
    // The worker has `SPARK_WORKER_MEMORY=2g` within 4Gi.
    expect("spark-standalone__default", &["spark-master: not-set"]);
    // History server 1Gi, Connect 2Gi.
    expect(
        "spark-4.1__presets-cost-optimized-values",
        &["history-server: exceeds-limit", "spark-connect: not-set"],
    );
    // Its `spark-defaults.conf` is in a ConfigMap of another file.
    expect("k8s-spark-connect-spark-connect", &[]);
    // 53 masters, 67 history servers and 84 Connect servers have 2Gi or more and no heap, five workers no share.
    let all: Vec<String> = corpus.values().flat_map(heaps).collect();
    let total = |what: &str| all.iter().filter(|heap| *heap == what).count();
    assert_eq!(
        [
            "spark-master",
            "history-server",
            "spark-connect",
            "spark-worker",
            "jupyter"
        ]
        .map(|name| (
            total(&format!("{name}: not-set")),
            total(&format!("{name}: exceeds-limit"))
        )),
        [(53, 3), (67, 2), (84, 1), (5, 3), (0, 0)]
    );
}
