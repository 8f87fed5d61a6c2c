//! The memory checks on the public charts' renders; the figures were counted in the files by hand.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod reader;

use sparkk8s_post::check::memory::{Collector, Parameters};
use sparkk8s_post::guard::Finding;
use sparkk8s_post::manifest::spark::{Sources, source_kind};
use sparkk8s_post::manifest::{Container, Pod};
use sparkk8s_post::yaml::Pointer;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Findings of each file of the corpus, with the file's text.
struct Judged {
    text: String,
    findings: Vec<Finding>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests read files and their environment"
)]
fn corpus() -> Option<BTreeMap<String, Judged>> {
    let root = std::env::var_os("SPARKK8S_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let mut judged = BTreeMap::new();
    for folder in ["spark-charts", "plain-manifests"] {
        let Ok(entries) = root.join(folder).read_dir() else {
            println!("no corpus at `{}`: nothing was checked", root.display());
            return None;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let findings = judge(&text);
            judged.insert(name, Judged { text, findings });
        }
    }
    Some(judged)
}

fn judge(text: &str) -> Vec<Finding> {
    let objects = reader::documents(text).unwrap();
    let parameters = Parameters::default();
    let mut collector = Collector::new(parameters, reader::document);
    let mut sources = Sources::default();
    for (index, object) in objects.iter().enumerate() {
        collector.add(index, object);
        if let Some(kind) = source_kind(object) {
            sources.add(kind, object);
        }
    }
    let mut findings = collector.findings();
    for (index, object) in objects.iter().enumerate() {
        for prefix in ["/spec/template", "/spec/jobTemplate/spec/template", ""] {
            let prefix = Pointer::parse(prefix).unwrap();
            let Some(value) = prefix
                .of(object)
                .filter(|v| v["spec"]["containers"].is_array())
            else {
                continue;
            };
            let pod = Pod { value };
            let names: Vec<_> = pod.containers().map(Container::name).collect();
            let pointer = |inner: &Pointer| prefix.join(inner);
            findings.extend(collector.judge(
                index,
                object,
                pod,
                &pointer,
                &|at| role(names[at]),
                &sources,
            ));
        }
    }
    findings.sort_by(|a, b| (a.object, &a.id, &a.path).cmp(&(b.object, &b.id, &b.path)));
    findings
}

/// In this corpus names tell roles.
fn role(container: &str) -> Option<&'static str> {
    Some(match container {
        "spark-connect" => "spark-connect",
        "history-server" | "spark-history-server" => "spark-history-server",
        "spark-master" => "spark-master",
        "spark-worker" => "spark-worker",
        "jupyter" => "jupyter",
        _ => return None,
    })
}

const KEY: &str = "spark.kubernetes.executor.request.memory=";
const TEMPLATE: &str = "  executor-pod-template.yaml.template: |";

/// `container: id`, in the order of findings.
fn heaps(judged: &Judged) -> Vec<String> {
    let heaps = judged
        .findings
        .iter()
        .filter(|f| f.id.starts_with("memory/heap"));
    let name = |f: &Finding| f.container.clone().unwrap_or_default();
    heaps
        .map(|f| format!("{}: {}", name(f), f.id.trim_start_matches("memory/heap-")))
        .collect()
}

fn count(judged: &Judged, id: &str) -> usize {
    judged.findings.iter().filter(|f| f.id == id).count()
}

#[test]
fn unknown_keys_and_templates_are_found_where_the_text_has_them_and_nowhere_else() {
    let Some(corpus) = corpus() else { return };
    let (mut keys, mut templates) = (0, 0);
    for (name, judged) in &corpus {
        let lines = |start: &str| {
            let text = judged.text.lines();
            text.filter(|line| line.trim_start().starts_with(start.trim_start()))
                .count()
        };
        assert_eq!(count(judged, "memory/unknown-key"), lines(KEY), "{name}");
        assert_eq!(
            count(judged, "memory/template-overwritten"),
            lines(TEMPLATE),
            "{name}"
        );
        keys += lines(KEY);
        templates += lines(TEMPLATE);
    }
    assert_eq!((keys, templates), (74, 89));
}

#[test]
fn heaps_of_charts_that_were_read_by_hand() {
    let Some(corpus) = corpus() else { return };
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
