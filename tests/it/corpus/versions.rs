//! Upstream's Pod Security fixtures, each by the policy version of its folder: what can be filled in is, what somebody wrote is
//! changed only where `pod-security-enforce` is chosen, the rest is refused by name, and what passes goes on passing.

use super::super::{fixtures, hosts, lab};
use serde_json::Value;
use sparkk8s_post::preset::Policy;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The newest policy that upstream has fixtures of.
const NEWEST: u8 = 37;

/// What nothing mends but its author, as the fixtures spell it.
const REFUSED: [&str; 9] = [
    "hostnamespaces",
    "hostpathvolumes",
    "hostports",
    "hostprobesandhostlifecycle",
    "restrictedvolumes",
    "runasuser",
    "selinuxoptions",
    "sysctls",
    "windowshostprocess",
];

/// Which presets guard a fixture.
const ENFORCED: [&str; 2] = ["restricted", "pod-security-enforce"];

/// A file of a folder of upstream's suite.
struct Fixture {
    name: String,
    text: String,
}

/// The files of one folder; none where there is no such level, version or outcome.
fn folder(module: &Path, level: &str, minor: u8, outcome: &str) -> Vec<Fixture> {
    let folder = module.join(format!("test/testdata/{level}/v1.{minor}/{outcome}"));
    let read = |file: PathBuf| {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let pod = fixtures::yaml(&fixtures::read(&file)).expect("a fixture");
        // Names such as `base_linux` are no names of objects.
        let mut pod = pod.into_iter().next().expect("a pod");
        pod["metadata"]["name"] = Value::from("test");
        Fixture {
            name: name.into_owned(),
            text: pod.to_string() + "\n",
        }
    };
    fixtures::files(&folder).into_iter().map(read).collect()
}

/// These presets by the policy of a minor version.
fn policy(presets: &[&str], minor: u8) -> Policy {
    let version = format!("{}.version=v1.{minor}", presets[0]);
    lab::policy(presets, &[&version])
}

/// A fixture as presets left it.
struct Result {
    text: String,
    /// The ids of the checks and rules that refuse it.
    refused_by: BTreeSet<String>,
    /// The ids that Pod Security's own code refuses it by.
    theirs: BTreeSet<String>,
}

/// Guards fixtures, and asks the host what it thinks of the outcome.
fn guarded(psa: &Path, all: &[&Fixture], policy: &Policy, level: &str, minor: u8) -> Vec<Result> {
    let mut results: Vec<_> = all.iter().map(|fixture| alone(fixture, policy)).collect();
    let objects: Vec<_> = results.iter().map(|result| result.text.as_str()).collect();
    let version = format!("v1.{minor}");
    let arguments = ["-levels", level, "-version", &version];
    let answer = hosts::ask(psa, &arguments, &objects.join("\n---\n"));
    let verdicts = answer.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).expect("a verdict");
        assert_eq!(verdict["error"], Value::Null, "{line}");
        let ids = verdict["checks"].as_array().into_iter().flatten();
        let ids = ids.map(|id| id.as_str().expect("an id").to_owned());
        ids.collect::<BTreeSet<_>>()
    });
    let mut judged = 0;
    for (result, theirs) in results.iter_mut().zip(verdicts) {
        result.theirs = theirs;
        judged += 1;
    }
    assert_eq!(judged, all.len(), "{level} {version}: {answer}");
    results
}

fn alone(fixture: &Fixture, policy: &Policy) -> Result {
    let guarded = lab::guard(&fixture.text, policy);
    let guarded = guarded.unwrap_or_else(|e| panic!("{}: {e:?}", fixture.name));
    let findings = guarded.report["findings"].as_array().into_iter().flatten();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    let ids = errors.map(|finding| finding["id"].as_str().expect("an id").to_owned());
    let refused_by: BTreeSet<_> = ids.collect();
    assert_eq!(guarded.refused, !refused_by.is_empty(), "{}", fixture.name);
    Result {
        text: guarded.text,
        refused_by,
        theirs: BTreeSet::new(),
    }
}

impl Result {
    /// Whether it complies, and both say so.
    fn complies(&self) -> bool {
        self.refused_by.is_empty() && self.theirs.is_empty()
    }
}

/// The ids by which a fixture may be refused under `restricted`: its own, or that of the control that stands in for it.
fn may_name(check: &str) -> [&str; 2] {
    match check {
        "hostpathvolumes" => [check, "restrictedvolumes"],
        "capabilities_baseline" => [check, "capabilities_restricted"],
        "seccompprofile_baseline" => [check, "seccompprofile_restricted"],
        "procmount" => [check, "procmount_restricted"],
        _ => [check, check],
    }
}

#[test]
fn fixtures_that_fail_are_mended_changed_or_refused_by_name() {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission");
    let (Some(psa), Some(module)) = (hosts::host("psa"), module) else {
        return;
    };
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for minor in 0..=NEWEST {
        let all = folder(&module, "restricted", minor, "fail");
        let all: Vec<_> = all.iter().collect();
        let filled = policy(&["restricted"], minor);
        let filled = guarded(&psa, &all, &filled, "restricted", minor);
        let enforced = policy(&ENFORCED, minor);
        let enforced = guarded(&psa, &all, &enforced, "restricted", minor);
        for ((fixture, filled), enforced) in all.iter().zip(&filled).zip(&enforced) {
            let said = format!(
                "v1.{minor} {}: {:?}, host {:?}; enforced {:?}, host {:?}",
                fixture.name,
                filled.refused_by,
                filled.theirs,
                enforced.refused_by,
                enforced.theirs
            );
            let check = fixture.name.trim_end_matches(|c: char| c.is_ascii_digit());
            let class = match (filled.complies(), enforced.complies()) {
                (true, true) => "D",
                // Upstream's own annotation of before the field.
                (false, true) if minor < 19 && check == "seccompprofile_baseline" => "O, annotated",
                (false, true) => "O",
                (true, false) => panic!("enforcement spoils {said}"),
                (false, false) => "R",
            };
            *classes.entry(class).or_default() += 1;
            assert_eq!(
                class == "R",
                REFUSED.contains(&check),
                "class {class}: {said}"
            );
            // What does not comply is refused by us, too, and by name.
            for result in [filled, enforced].into_iter().filter(|r| !r.complies()) {
                let names = result
                    .refused_by
                    .iter()
                    .filter_map(|id| id.strip_prefix("pod-security/"));
                let ours: BTreeSet<_> = names.map(str::to_owned).collect();
                assert_eq!(ours, result.theirs, "{said}");
                let mut named = ours.iter().map(|id| id.to_lowercase());
                assert!(
                    named.any(|id| may_name(check).contains(&id.as_str())),
                    "{said}"
                );
            }
        }
    }
    let expected = [
        ("D", 203),
        ("O", 671),
        ("O, annotated", 57),
        ("R", 1490 - 57),
    ];
    assert_eq!(classes, BTreeMap::from(expected));
}

#[test]
fn fixtures_that_pass_go_on_passing_by_their_own_version() {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission");
    let (Some(psa), Some(module)) = (hosts::host("psa"), module) else {
        return;
    };
    let mut judged = 0;
    let baseline = ["pod-security-baseline", "pod-security-enforce"];
    for (level, choices) in [
        ("baseline", [&baseline[..1], &baseline]),
        ("restricted", [&ENFORCED[..1], &ENFORCED]),
    ] {
        for (minor, presets) in (0..=NEWEST).flat_map(|minor| choices.map(|all| (minor, all))) {
            let all = folder(&module, level, minor, "pass");
            let all: Vec<_> = all.iter().collect();
            let results = guarded(&psa, &all, &policy(presets, minor), level, minor);
            for (fixture, result) in all.iter().zip(&results) {
                let (name, ours, theirs) = (&fixture.name, &result.refused_by, &result.theirs);
                let said =
                    format!("{presets:?} {level} v1.{minor} {name}: {ours:?}, host {theirs:?}");
                assert!(result.complies(), "{said}");
            }
            judged += all.len();
        }
    }
    assert_eq!(judged, 2 * (433 + 618));
}
