//! How many workloads of real charts meet the "restricted" standard, by which presets, and why the others are refused.

use super::super::{fixtures, hosts, lab};
use super::{File, Verdicts, charts, judged};
use serde_json::Value;
use sparkk8s_post::manifest::objects;
use sparkk8s_post::yaml::Stream;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;
use std::sync::LazyLock;

/// Nothing but the judgement.
const AS_WRITTEN: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n\
    metadata: {name: judged, version: 1.0.0}\nspec:\n  summary: judged\n  \
    checks: {pod-security: {level: restricted, version: latest, severity: error}}\n";

/// What the workloads are guarded by, as the page names it.
pub(super) const WAYS: [(&str, &[&str]); 5] = [
    ("nothing", &[AS_WRITTEN]),
    ("`restricted`", &["restricted"]),
    (
        "`restricted`, `spark-k8s-compat`",
        &["restricted", "spark-k8s-compat"],
    ),
    (
        "`restricted`, `pod-security-enforce`",
        &["restricted", "pod-security-enforce"],
    ),
    (
        "all three",
        &["restricted", "spark-k8s-compat", "pod-security-enforce"],
    ),
];

/// A chart as presets left it.
pub(super) struct Left {
    name: String,
    pub(super) text: String,
    workloads: usize,
    /// Per workload the ids that refuse it, and the containers that they speak of.
    refused: BTreeMap<(String, String, String), BTreeSet<(String, String)>>,
    /// By the place of a text, the ids that refuse the pod in it.
    embedded: BTreeMap<String, BTreeSet<String>>,
    /// The rules of the block that changed something or have something to say, with the workload's place.
    rules: BTreeSet<(String, Option<u64>)>,
}

/// All charts, for each of the ways.
pub(super) fn left() -> &'static [Vec<Left>] {
    static ALL: LazyLock<Vec<Vec<Left>>> = LazyLock::new(|| {
        let charts = charts();
        let guarded = |(_, presets): &(&str, &[&str])| {
            let policy = lab::policy(presets, &[]);
            let left = |file: &File| {
                let guarded = lab::guard(&file.text, &policy).expect("a stream");
                Left {
                    name: file.name.clone(),
                    workloads: workloads(&guarded.text).len(),
                    refused: refused(&guarded.report),
                    embedded: refused_in_texts(&guarded.report),
                    rules: rules(&guarded.report),
                    text: guarded.text,
                }
            };
            charts.iter().map(left).collect()
        };
        WAYS.iter().map(guarded).collect()
    });
    &ALL
}

fn refused_in_texts(report: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut refused = BTreeMap::<_, BTreeSet<_>>::new();
    let findings = report["findings"].as_array().into_iter().flatten();
    for finding in findings.filter(|finding| finding["severity"] == "error") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&finding["id"]);
        if let (Some(within), Some(id)) =
            (finding["within"].as_str(), id.strip_prefix("pod-security/"))
        {
            let place = format!("{} {within}", text(&finding["object"]["name"]));
            refused.entry(place).or_default().insert(id.to_owned());
        }
    }
    refused
}

fn refused(report: &Value) -> BTreeMap<(String, String, String), BTreeSet<(String, String)>> {
    let mut refused = BTreeMap::<_, BTreeSet<_>>::new();
    let findings = report["findings"].as_array().into_iter().flatten();
    // The API server looks at workloads, not into the texts of ConfigMaps.
    let errors = findings.filter(|finding| finding["severity"] == "error");
    for finding in errors.filter(|finding| finding["within"].is_null()) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &finding["object"];
        let key = ["kind", "namespace", "name"].map(|key| text(&object[key]));
        let reason = (text(&finding["id"]), text(&finding["container"]));
        refused.entry(key.into()).or_default().insert(reason);
    }
    refused
}

fn rules(report: &Value) -> BTreeSet<(String, Option<u64>)> {
    let list = |name: &str| report[name].as_array().into_iter().flatten();
    let changes = list("changes").map(|change| (change, &change["rule"]));
    let findings = list("findings").map(|finding| (finding, &finding["id"]));
    let ours = changes.chain(findings).filter_map(|(what, id)| {
        let rule = id.as_str()?.strip_prefix("spark-k8s-compat/")?;
        Some((rule.to_owned(), what["object"]["index"].as_u64()))
    });
    ours.collect()
}

/// The workloads of a stream, in order, as Kubernetes reads them.
pub(super) fn workloads(text: &str) -> Vec<Value> {
    let stream = Stream::parse(text).expect("a stream");
    let (objects, _) = objects(&stream);
    let kinds = ["Deployment", "Job", "Pod", "StatefulSet"];
    let workloads = objects.iter().filter(|object| kinds.contains(&object.kind));
    workloads
        .map(|object| {
            stream.documents[object.document]
                .node(object.node)
                .to_value()
        })
        .collect()
}

/// The pod templates in the `ConfigMap`s of a chart, as Pods whose names tell where they stand.
fn embedded(text: &str) -> Vec<(String, Value)> {
    let stream = Stream::parse(text).expect("a stream");
    let (objects, _) = objects(&stream);
    let mut found = Vec::new();
    for object in objects.iter().filter(|object| object.kind == "ConfigMap") {
        let node = stream.documents[object.document].node(object.node);
        let value = node.to_value();
        for (key, text) in value["data"].as_object().into_iter().flatten() {
            let text = text.as_str().unwrap_or_default();
            let is_pod = text.lines().any(|line| line == "kind: Pod");
            let Some(mut pod) = is_pod.then(|| fixtures::yaml(text).expect("YAML").remove(0))
            else {
                continue;
            };
            pod["metadata"]["name"] = "test".into();
            found.push((format!("{} /data/{key}", object.name), pod));
        }
    }
    found
}

#[test]
fn each_embedded_template_complies_or_is_refused_with_the_ids_that_the_api_server_has() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let mut complying = Vec::new();
    for charts in left().iter().skip(1) {
        let (mut all, mut comply) = (0, 0);
        for chart in charts {
            for (place, pod) in embedded(&chart.text) {
                let theirs: BTreeSet<_> = judged(&psa, &pod.to_string())
                    .into_values()
                    .flatten()
                    .collect();
                let ours = chart.embedded.get(&place).cloned().unwrap_or_default();
                assert_eq!(ours, theirs, "{}: {place}, ours first", chart.name);
                all += 1;
                comply += usize::from(theirs.is_empty());
            }
        }
        complying.push((all, comply));
    }
    fixtures::say(&format!("embedded templates, complying: {complying:?}"));
    let expected = [37, 89, 89, 89].map(|comply| (89, comply));
    assert!(
        complying[0].0 == 0 || complying == expected,
        "{complying:?}"
    );
}

#[test]
fn each_workload_complies_or_is_refused_by_the_names_that_the_api_server_has() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let mut complying = Vec::new();
    for ((name, _), charts) in WAYS.iter().zip(left()) {
        let (mut all, mut comply) = (0, 0);
        for chart in charts {
            let ours = chart.refused.iter().map(|(workload, reasons)| {
                let ids = reasons
                    .iter()
                    .map(|(id, _)| id.trim_start_matches("pod-security/").to_owned());
                (workload.clone(), ids.collect::<BTreeSet<_>>())
            });
            let ours: Verdicts = ours.collect();
            let mut theirs = judged(&psa, &chart.text);
            all += theirs.len();
            theirs.retain(|_, ids| !ids.is_empty());
            comply += chart.workloads - theirs.len();
            assert_eq!(ours, theirs, "{name}: {}, ours first", chart.name);
        }
        complying.push((all, comply));
    }
    fixtures::say(&format!("workloads, complying: {complying:?}"));
    let expected = [0, 558, 743, 742, 743].map(|comply| (744, comply));
    assert!(
        left()[0].is_empty() || complying == expected,
        "{complying:?}"
    );
}

#[test]
fn what_stands_in_for_envsubst_puts_in_the_same_variables() {
    let chart = lab::own("tests/goldens/rules-spark-k8s-compat@1-render-without-root/input.yaml");
    let policy = lab::policy(&["spark-k8s-compat"], &[]);
    let guarded = lab::guard(&fixtures::read(&chart), &policy).expect("a stream");
    let connect = workloads(&guarded.text).remove(0);
    let script = &connect["spec"]["template"]["spec"]["initContainers"][0]["args"][0];
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().to_string_lossy();
    let script = script.as_str().expect("a script");
    let script = script
        .replace("/opt/spark/conf-k8s-templates", &root)
        .replace("/tmp/spark-conf", &root);
    let properties = "\
        spark.a=$A ${B}, $A${A}x\nspark.b=${NOBODY}.$NOBODY.\n\n  spark.c=${A:-no} $(A) $ $$A $1 100% \\n &\n";
    let expected = "\
        spark.a=alpha b&\\t$A\"', alphaalphax\nspark.b=..\n\n  spark.c=${A:-no} $(A) $ $alpha $1 100% \\n &\n";
    let write = |name: &str, text: &str| lab::write(&folder.path().join(name), text);
    write("spark-properties.conf.template", properties);
    let run = || {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env_remove("NOBODY");
        let shell = shell.env("A", "alpha").env("B", "b&\\t$A\"'");
        shell.output().expect("a shell").status.success()
    };
    assert!(!run(), "one of the two templates is missing");
    write("executor-pod-template.yaml.template", "image: ${A}");
    assert!(run());
    let read = |name: &str| fixtures::read(&folder.path().join(name));
    assert_eq!(read("spark-defaults.conf"), expected);
    assert_eq!(read("executor-pod-template.yaml"), "image: alpha\n");
}

/// The part of `docs/evidence.md` about the standard.
pub(super) fn section() -> String {
    let mut reasons = BTreeMap::<_, [usize; WAYS.len()]>::new();
    let mut page = SECTION.to_owned();
    for (at, ((name, _), charts)) in WAYS.iter().zip(left()).enumerate() {
        let total: usize = charts.iter().map(|chart| chart.workloads).sum();
        let no: usize = charts.iter().map(|chart| chart.refused.len()).sum();
        for reason in charts.iter().flat_map(|chart| chart.refused.values()) {
            for reason in reason {
                reasons.entry(reason).or_default()[at] += 1;
            }
        }
        let yes = total - no;
        let _ = writeln!(page, "| {name} | {yes} | {} % | {no} |", yes * 100 / total);
    }
    page.push_str(REASONS);
    for ((id, container), [_, guarded @ ..]) in reasons {
        if guarded == [0; WAYS.len() - 1] {
            continue;
        }
        let place = match container.as_str() {
            "" => "the pod".to_owned(),
            name => format!("`{name}`"),
        };
        let cells: String = guarded.iter().map(|count| format!(" {count} |")).collect();
        let _ = writeln!(page, "| `{id}` | {place} |{cells}");
    }
    page.push_str(RULES);
    let mut rules = BTreeMap::<_, usize>::new();
    let all = left().last().into_iter().flatten();
    for (rule, _) in all.flat_map(|chart| &chart.rules) {
        *rules.entry(rule).or_default() += 1;
    }
    for (rule, count) in rules {
        let _ = writeln!(page, "| `{rule}` | {count} |");
    }
    page
}

const SECTION: &str = "
## How many workloads meet the \"restricted\" standard

Each workload of the same charts, judged by the latest version of the standard after these presets guarded it; a test
compares each verdict with that of the API server's own code, and has the API server take what comes out.

```text
for chart in spark-charts/*.yaml; do
  sparkk8s-post check --host pipe --preset restricted --preset spark-k8s-compat --preset pod-security-enforce < $chart
done
```

| guarded by | comply | | refused |
|---|---|---|---|
";

const REASONS: &str = "
### Why the others are refused

Workloads by finding and container, for each choice of presets.

| finding | where | `restricted` | with `spark-k8s-compat` | with `pod-security-enforce` | all three |
|---|---|---|---|---|---|
";

const RULES: &str = "
`setup-data-dir` of PostgreSQL stays refused. It changes the owner of a volume as root to uid 999, which the image, of
Alpine, does not know: with another image or uid the chart itself has to change.

### What `spark-k8s-compat` does

To comply is not to run. Without this block nearly as many workloads comply, and many of them cannot start: `apk add`
works as root only, and Airflow and initdb run under no uid that their image does not know. Workloads by rule, all three
presets chosen; `postgresql-data` is a warning. No kubelet ran them and no image was at hand: uids are those of the public
Dockerfiles, and of the commands a test runs what stands in for `envsubst`.

| rule | workloads |
|---|---|
";
