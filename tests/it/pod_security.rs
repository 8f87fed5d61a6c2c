//! Pod Security as the API server's own code decides it: upstream's fixtures, the corpus, and pods thrown together.

use super::{fixtures, hosts, pods::Dice};
use serde_json::{Value, json};
use sparkk8s_post::check::{
    pages,
    pod_security::{
        Level::{self, Baseline, Restricted},
        evaluate,
    },
    validity,
};
use sparkk8s_post::manifest::Pod;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LEVELS: [Level; 2] = [Baseline, Restricted];

/// A file of upstream's conformance suite.
struct Fixture {
    level: Level,
    passes: bool,
    /// Name of the check in lower case, and a number.
    name: String,
    pod: Value,
}

/// The fixtures of v1.37, both levels; `None` where there is no Go, or no module.
fn fixtures() -> Option<Vec<Fixture>> {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission")?;
    let mut found = Vec::new();
    for level in LEVELS {
        for (folder, passes) in [("pass", true), ("fail", false)] {
            let folder = module.join(format!("test/testdata/{level}/v1.37/{folder}"));
            found.extend(
                fixtures::files(&folder)
                    .iter()
                    .map(|file| fixture(level, passes, file)),
            );
        }
    }
    Some(found)
}

fn fixture(level: Level, passes: bool, file: &Path) -> Fixture {
    let mut documents = fixtures::yaml(&fixtures::read(file)).expect("a fixture that can be read");
    assert_eq!(documents.len(), 1, "{}", file.display());
    let name = file
        .file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let pod = documents.remove(0);
    Fixture {
        level,
        passes,
        name,
        pod,
    }
}

fn ids(pod: &Value, level: Level) -> BTreeSet<&'static str> {
    evaluate(Pod { value: pod }, level)
        .iter()
        .map(|v| v.check)
        .collect()
}

#[test]
fn fixtures_pass_and_fail_as_upstream_says() {
    let Some(fixtures) = fixtures() else { return };
    let mut counts = BTreeMap::new();
    for Fixture {
        level,
        passes,
        name,
        pod,
    } in &fixtures
    {
        *counts.entry((*level, *passes)).or_insert(0) += 1;
        let found = ids(pod, *level);
        assert_eq!(found.is_empty(), *passes, "{level} {name}: {found:?}");
        // Under `restricted` a control of `baseline` may be replaced; then it is found at its own level.
        let check = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let mut named = LEVELS
            .into_iter()
            .flat_map(|l| ids(pod, l))
            .map(str::to_lowercase);
        assert!(
            *passes || named.any(|id| id == check),
            "{level} {name}: {found:?}"
        );
    }
    let expected = [
        ((Baseline, false), 34),
        ((Baseline, true), 15),
        ((Restricted, false), 76),
        ((Restricted, true), 23),
    ];
    assert_eq!(
        counts,
        BTreeMap::from(expected),
        "how many fixtures there are"
    );
}

#[test]
fn fixtures_are_judged_as_by_the_api_server_wherever_the_pod_lives() {
    let (Some(psa), Some(fixtures)) = (hosts::host("psa"), fixtures()) else {
        return;
    };
    let homes = fixtures.iter().flat_map(|fixture| {
        let template = json!({"metadata": fixture.pod["metadata"], "spec": fixture.pod["spec"]});
        let object = |kind: &str, spec: Value| json!({"kind": kind, "metadata": {"name": fixture.name}, "spec": spec});
        let job = json!({"jobTemplate": {"spec": {"template": template}}});
        let deployment = object("Deployment", json!({"template": template}));
        [fixture.pod.clone(), deployment, object("CronJob", job)]
    });
    let judged = compare(&psa, &stream(&homes.collect::<Vec<_>>()), "fixtures");
    assert_eq!(judged.len(), fixtures.len() * 3 * LEVELS.len());
}

#[test]
fn the_corpus_is_judged_as_by_the_api_server() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let files = fixtures::corpus("spark-charts");
    let mut judged = 0;
    for file in &files {
        judged += compare(&psa, &fixtures::read(file), &file.to_string_lossy()).len();
    }
    assert!(files.is_empty() || judged > 1000, "only {judged} verdicts");
}

#[test]
fn pods_thrown_together_are_judged_as_by_the_api_server() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let mut dice = Dice::new(0x5eed);
    let pods: Vec<_> = (0..3000).map(|_| dice.pod()).collect();
    let judged = compare(&psa, &stream(&pods), "thrown together");
    assert_eq!(judged.len(), pods.len() * LEVELS.len());
    let refused: BTreeSet<_> = judged.iter().flatten().collect();
    assert_eq!(
        refused.len(),
        19,
        "every control refuses some pod: {refused:?}"
    );
    assert!(
        judged.iter().filter(|checks| checks.is_empty()).count() > 300,
        "some pods pass"
    );
}

/// Asks the host about every pod in a stream and compares; gives the ids that refuse each of them, level by level.
fn compare(psa: &Path, stream: &str, what: &str) -> Vec<BTreeSet<String>> {
    let objects = fixtures::objects(fixtures::yaml(stream).expect("a stream that can be read"));
    let answer = hosts::ask(psa, &["-version", "v1.37"], stream);
    let mut judged = Vec::new();
    for line in answer.lines() {
        let verdict: Value = serde_json::from_str(line).expect("a verdict");
        let object = &objects[verdict["index"].as_u64().expect("an index") as usize];
        assert_eq!(object["kind"], verdict["kind"], "{what}: {line}");
        assert_eq!(verdict["error"], Value::Null, "{what}: {line}");
        let level: Level = serde_json::from_value(verdict["level"].clone()).expect("a level");
        let names = verdict["checks"].as_array().into_iter().flatten();
        let theirs: BTreeSet<_> = names
            .map(|id| id.as_str().expect("an id").to_owned())
            .collect();
        let pod = pod_of(object);
        let ours: BTreeSet<_> = ids(&pod, level).into_iter().map(str::to_owned).collect();
        assert_eq!(ours, theirs, "{what}: {line}\n{pod:#}");
        for violation in evaluate(Pod { value: &pod }, level) {
            let stands = violation
                .path
                .of(&pod)
                .is_some_and(|value| !value.is_null());
            let list = violation.path.last().as_deref() == Some("drop");
            assert!(
                stands != violation.absent || (stands && list),
                "{what}: {violation:?}"
            );
        }
        judged.push(theirs);
    }
    judged
}

/// The pod of an object of a core kind, as a pod.
fn pod_of(object: &Value) -> Value {
    let template = match object["kind"].as_str() {
        Some("Pod") => object,
        Some("PodTemplate") => &object["template"],
        Some("CronJob") => &object["spec"]["jobTemplate"]["spec"]["template"],
        _ => &object["spec"]["template"],
    };
    json!({"metadata": template["metadata"], "spec": template["spec"]})
}

/// A YAML stream of these objects, each written as JSON.
fn stream(objects: &[Value]) -> String {
    let documents: Vec<_> = objects.iter().map(Value::to_string).collect();
    format!("---\n{}\n", documents.join("\n---\n"))
}

#[test]
fn each_page_shows_a_violation_and_how_it_is_mended() {
    let mut seen = BTreeSet::new();
    // These are judged in other places, and have tests of their own.
    let elsewhere = [
        "memory/",
        "openshift/",
        "credentials",
        "image-not-pinned",
        "flux-substitution",
    ];
    for page in pages()
        .iter()
        .filter(|page| !elsewhere.iter().any(|start| page.id.starts_with(start)))
    {
        assert!(seen.insert(page.id), "{} has two pages", page.id);
        for text in [
            page.title,
            page.what,
            page.why_platform,
            page.why_data,
            page.fix,
        ] {
            assert!(!text.trim().is_empty(), "{}", page.id);
        }
        let [before, after] = [page.before, page.after].map(|text| found(text, page.id));
        // Amounts need a reader of quantities, which is not part of these checks.
        let amounts = [
            "api/quantity",
            "api/request-above-limit",
            "api/request-not-limit",
        ]
        .contains(&page.id);
        assert!(
            before || amounts,
            "{}: what it shows as wrong is not",
            page.id
        );
        assert!(!after, "{}: what it shows as mended is not", page.id);
    }
    assert_eq!(seen.len(), 19 + 12);
}

/// Whether a piece of a pod, as a page shows it, has the violation of that page.
fn found(text: &str, id: &str) -> bool {
    let pod = fixtures::yaml(text).expect("YAML").remove(0);
    let pod = Pod { value: &pod };
    let refused = validity::rejected(pod)
        .into_iter()
        .map(|v| v.check.to_owned());
    let levels = LEVELS.into_iter().flat_map(|level| evaluate(pod, level));
    let mut all = refused.chain(levels.map(|v| format!("pod-security/{}", v.check)));
    all.any(|check| check == id)
}
