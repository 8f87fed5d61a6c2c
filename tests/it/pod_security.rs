//! Pod Security as the API server's own code decides it: upstream's fixtures, the corpus, and pods thrown together.

use super::{fixtures, hosts, lab, pods::Dice};
use serde_json::{Value, json};
use sparkk8s_post::check::{
    pages,
    pod_security::{
        Level::{self, Baseline, Restricted},
        Version, evaluate,
    },
    validity,
};
use sparkk8s_post::manifest::Pod;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LEVELS: [Level; 2] = [Baseline, Restricted];

/// Minor version of the newest policy, of which upstream has fixtures.
const NEWEST: u8 = 37;

/// A file of upstream's conformance suite.
struct Fixture {
    /// Minor version of the folder that it stands in.
    minor: u8,
    level: Level,
    passes: bool,
    /// Name of the check in lower case, and a number.
    name: String,
    pod: Value,
}

/// The fixtures of all versions, both levels; `None` where there is no Go, or no module.
fn fixtures() -> Option<Vec<Fixture>> {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission")?;
    let mut found = Vec::new();
    for minor in 0..=NEWEST {
        for (level, passes) in LEVELS.into_iter().flat_map(|l| [(l, true), (l, false)]) {
            let folder = if passes { "pass" } else { "fail" };
            let folder = module.join(format!("test/testdata/{level}/v1.{minor}/{folder}"));
            let files = fixtures::files(&folder).into_iter();
            found.extend(files.map(|file| fixture((minor, level, passes), &file)));
        }
    }
    Some(found)
}

fn fixture((minor, level, passes): (u8, Level, bool), file: &Path) -> Fixture {
    let mut documents = fixtures::yaml(&fixtures::read(file)).expect("a fixture that can be read");
    assert_eq!(documents.len(), 1, "{}", file.display());
    let name = file.file_stem().expect("a name").to_string_lossy();
    Fixture {
        minor,
        level,
        passes,
        name: name.into_owned(),
        pod: documents.remove(0),
    }
}

fn ids(pod: &Value, level: Level, version: Version) -> BTreeSet<&'static str> {
    let violations = evaluate(Pod { value: pod }, level, version);
    violations.iter().map(|v| v.check).collect()
}

/// The policy of a minor version.
fn version(minor: u8) -> Version {
    Version::parse(&format!("v1.{minor}")).expect("a version")
}

#[test]
fn fixtures_pass_and_fail_as_upstream_says() {
    let Some(fixtures) = fixtures() else { return };
    let mut counts = BTreeMap::new();
    for Fixture {
        minor,
        level,
        passes,
        name,
        pod,
    } in &fixtures
    {
        *counts.entry((*level, *passes)).or_insert(0) += 1;
        let at = version(*minor);
        let found = ids(pod, *level, at);
        let said = format!("{level} v1.{minor} {name}: {found:?}");
        assert_eq!(found.is_empty(), *passes, "{said}");
        // Under `restricted` a control of `baseline` may be replaced; then it is found at its own level.
        let check = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let all = LEVELS.into_iter().flat_map(|level| ids(pod, level, at));
        let mut named = all.map(str::to_lowercase);
        assert!(*passes || named.any(|id| id == check), "{said}");
    }
    let expected = [
        ((Baseline, false), 1122),
        ((Baseline, true), 433),
        ((Restricted, false), 2364),
        ((Restricted, true), 618),
    ];
    let expected = BTreeMap::from(expected);
    assert_eq!(counts, expected, "how many fixtures there are");
}

#[test]
fn fixtures_are_judged_as_by_the_api_server_at_every_version() {
    let (Some(psa), Some(fixtures)) = (hosts::host("psa"), fixtures()) else {
        return;
    };
    let mut judged = 0;
    for minor in 0..=NEWEST {
        let own = fixtures.iter().filter(|fixture| fixture.minor == minor);
        let pods: Vec<_> = own.map(|fixture| fixture.pod.clone()).collect();
        judged += compare(&psa, &pods, minor, &format!("fixtures of v1.{minor}")).len();
    }
    assert_eq!(judged, 4537 * LEVELS.len());
}

#[test]
fn fixtures_are_judged_as_by_the_api_server_wherever_the_pod_lives() {
    let (Some(psa), Some(fixtures)) = (hosts::host("psa"), fixtures()) else {
        return;
    };
    let newest = fixtures.iter().filter(|fixture| fixture.minor == NEWEST);
    let homes = newest.flat_map(|fixture| {
        let template = json!({"metadata": fixture.pod["metadata"], "spec": fixture.pod["spec"]});
        let object = |kind: &str, spec: Value| json!({"kind": kind, "metadata": {"name": fixture.name}, "spec": spec});
        let job = json!({"jobTemplate": {"spec": {"template": template}}});
        let deployment = object("Deployment", json!({"template": template}));
        [deployment, object("CronJob", job)]
    });
    let judged = compare(&psa, &homes.collect::<Vec<_>>(), NEWEST, "fixtures");
    assert_eq!(judged.len(), (34 + 15 + 76 + 23) * 2 * LEVELS.len());
}

#[test]
fn the_corpus_is_judged_as_by_the_api_server() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let files = fixtures::corpus("spark-charts");
    let mut judged = 0;
    for file in &files {
        let documents = fixtures::yaml(&fixtures::read(file)).expect("a stream that can be read");
        let objects = fixtures::objects(documents);
        judged += compare(&psa, &objects, NEWEST, &file.to_string_lossy()).len();
    }
    assert!(files.is_empty() || judged > 1000, "only {judged} verdicts");
}

#[test]
fn pods_thrown_together_are_judged_as_by_the_api_server() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let mut dice = Dice::new(0x5eed);
    let pods: Vec<_> = (0..20_000).map(|_| dice.pod()).collect();
    let stream = stream(&pods);
    // Each version, and how many controls it has.
    let versions = [(19, 15), (24, 17), (30, 17), (34, 18), (37, 19)];
    std::thread::scope(|scope| {
        for (minor, controls) in versions {
            let (psa, pods, stream) = (&psa, &pods, &stream);
            scope.spawn(move || thrown_together((psa, minor), pods, stream, controls));
        }
    });
}

fn thrown_together((psa, minor): Judge<'_>, pods: &[Value], stream: &str, controls: usize) {
    let what = format!("thrown together, v1.{minor}");
    let judged = compare_as((psa, minor), pods, stream, &what);
    assert_eq!(judged.len(), pods.len() * LEVELS.len());
    let refused: BTreeSet<_> = judged.iter().flatten().collect();
    let all = "every control refuses some pod";
    assert_eq!(refused.len(), controls, "{all}: {refused:?}");
    let passed = judged.iter().filter(|checks| checks.is_empty()).count();
    assert!(passed > 2000, "only {passed} pass v1.{minor}");
}

/// Asks the host about every pod in these objects and compares; gives the ids that refuse each of them, level by level.
fn compare(psa: &Path, objects: &[Value], minor: u8, what: &str) -> Vec<BTreeSet<String>> {
    compare_as((psa, minor), objects, &stream(objects), what)
}

/// The host, and the minor version that it is asked for.
type Judge<'p> = (&'p Path, u8);

/// The same, with the stream of the objects.
fn compare_as(
    (psa, minor): Judge<'_>,
    objects: &[Value],
    stream: &str,
    what: &str,
) -> Vec<BTreeSet<String>> {
    let at = version(minor);
    let answer = hosts::ask(psa, &["-version", &format!("v1.{minor}")], stream);
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
        let violations = evaluate(Pod { value: &pod }, level, at);
        let ours: BTreeSet<_> = violations.iter().map(|v| v.check.to_owned()).collect();
        assert_eq!(ours, theirs, "{what}: {line}\n{pod:#}");
        assert_eq!(verdict["allowed"], ours.is_empty(), "{what}: {line}");
        for violation in violations {
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
        "namespace-enforces",
        "field-overwritten",
        "spark/",
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
    let levels = LEVELS
        .into_iter()
        .flat_map(|level| evaluate(pod, level, Version::LATEST));
    let mut all = refused.chain(levels.map(|v| format!("pod-security/{}", v.check)));
    all.any(|check| check == id)
}

#[test]
fn presets_pass_the_version_on() {
    // Asked for since v1.34.
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[
        {"name":"c","image":"acme/app:1","livenessProbe":{"httpGet":{"host":"a","port":1}}}]}}"#;
    for (preset, set) in [
        ("pod-security-baseline", "pod-security-baseline.version"),
        ("pod-security-restricted", "pod-security-restricted.version"),
        ("restricted", "restricted.version"),
        ("restricted", "pod-security-restricted.version"),
    ] {
        let jobs = format!("{preset}.jobs=guard");
        for (version, refused) in [("v1.33", false), ("v1.34", true), ("v1.99", true)] {
            let version = format!("{set}={version}");
            let mut set = vec![version.as_str()];
            set.extend((preset == "pod-security-restricted").then_some(jobs.as_str()));
            let guarded = lab::guard(pod, &lab::policy(&[preset], &set)).expect("a pod");
            let findings = &guarded.report["findings"];
            assert_eq!(guarded.refused, refused, "{preset} {set:?}: {findings}");
        }
        let wrong = lab::composed(&[preset], &[&format!("{set}=1.30")]);
        let wrong = wrong.expect_err("no version").plain();
        assert!(
            wrong.contains("with `v`: without, YAML reads 1.30 as 1.3"),
            "{wrong}"
        );
    }
}

#[test]
fn enforcement_tells_what_was_there() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"hostUsers":true,
        "securityContext":{"runAsNonRoot":false},"containers":[{"name":"c","image":"acme/app:1",
        "securityContext":{"privileged":true,"capabilities":{"add":["SYS_ADMIN","NET_BIND_SERVICE"]}}}]}}"#;
    let presets = ["restricted", "pod-security-enforce"];
    let guarded = lab::guard(pod, &lab::policy(&presets, &[])).expect("a pod");
    assert!(!guarded.refused, "{}", guarded.report["findings"]);
    let spec = &fixtures::yaml(&guarded.text).expect("YAML").remove(0)["spec"];
    // The uid comes with it: the image's user is not known, and the kubelet would not start it without.
    assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{spec}");
    let own = &spec["containers"][0]["securityContext"];
    let wanted = json!({"runAsUser": 1000, "privileged": false, "allowPrivilegeEscalation": false,
        "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}});
    assert_eq!(*own, wanted);
    let changes = guarded.report["changes"].as_array().expect("changes");
    let before = |rule: &str| {
        let id = format!("pod-security-enforce/{rule}");
        let mut own = changes.iter().filter(|change| change["rule"] == *id);
        own.next().map(|change| change["before"].clone())
    };
    assert_eq!(before("privileged"), Some(json!(true)));
    assert_eq!(before("capabilities"), Some(json!("SYS_ADMIN")));
    assert_eq!(before("root-pod"), Some(json!(false)));
    assert_eq!(before("proc-mount"), None);
}
