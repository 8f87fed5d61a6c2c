//! Upstream's Pod Security fixtures through the presets, alone and in every core kind: what passes goes on passing, at its own
//! level and version, and what only lacks what can be filled in passes under `restricted`.

use super::super::lab::{self, Guarded};
use super::super::{fixtures, hosts};
use serde_json::{Value, json};
use sparkk8s_post::manifest::PodPlace;
use sparkk8s_post::preset::tables;
use sparkk8s_post::yaml::Pointer;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Kinds of Kubernetes and OpenShift that hold a pod.
const KINDS: [(&str, &str); 10] = [
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "ReplicationController"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "PodTemplate"),
    ("apps.openshift.io/v1", "DeploymentConfig"),
];

/// Fixtures of restricted/v1.37 that fail and lack nothing but what may be filled in.
const MENDED: [&str; 9] = [
    "allowprivilegeescalation2",
    "allowprivilegeescalation3",
    "capabilities_restricted0",
    "capabilities_restricted1",
    "capabilities_restricted2",
    "runasnonroot0",
    "seccompprofile_restricted0",
    "seccompprofile_restricted2",
    "seccompprofile_restricted3",
];

/// A level and a version, as the host is asked.
type Standard = (&'static str, String);

/// A pod of upstream's suite: many versions have the same.
struct Fixture {
    name: String,
    pod: Value,
    standards: BTreeSet<Standard>,
}

/// A fixture in one kind, guarded.
struct Wrapped<'f> {
    fixture: &'f Fixture,
    kind: &'static str,
    guarded: Guarded,
    /// As the host knows it: OpenShift's kinds as a Pod.
    object: String,
}

/// The fixtures that pass, or that fail, of all versions; `None` where there is no Go, or no module.
fn suite(folder: &str) -> Option<Vec<Fixture>> {
    let module = hosts::go_module("psa", "k8s.io/pod-security-admission")?;
    let mut found: BTreeMap<(String, String), BTreeSet<Standard>> = BTreeMap::new();
    for level in ["baseline", "restricted"] {
        for version in fixtures::files(&module.join("test/testdata").join(level)) {
            for file in fixtures::files(&version.join(folder)) {
                let standard = (level, name(&version));
                let key = (name(&file), fixtures::read(&file));
                found.entry(key).or_default().insert(standard);
            }
        }
    }
    let read = |((name, text), standards): ((String, String), BTreeSet<Standard>)| {
        let pod = fixtures::yaml(&text).expect("a fixture").remove(0);
        Fixture {
            name,
            pod,
            standards,
        }
    };
    Some(found.into_iter().map(read).collect())
}

/// The name of a folder, or of a file without `.yaml`.
fn name(path: &Path) -> String {
    let name = path.file_name().expect("a name").to_string_lossy();
    name.trim_end_matches(".yaml").to_owned()
}

/// A pod in an object of this kind.
fn wrapped(pod: &Value, (api_version, kind): (&str, &str)) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "test"}});
    for part in ["metadata", "spec"] {
        let to = place(api_version, kind).resolve(&Pointer::from_iter([part]));
        let mut here = &mut object;
        for segment in to.expect("a place").segments() {
            here = &mut here[&*segment];
        }
        *here = pod[part].clone();
    }
    // Names of fixtures such as `base_linux` are no names of objects.
    object["metadata"]["name"] = Value::from("test");
    object
}

fn place(api_version: &str, kind: &str) -> Arc<PodPlace> {
    let place = tables().places.of(api_version, kind);
    let place = place.expect("a kind of the table");
    place.pods(&Value::Null).remove(0)
}

/// All fixtures in all kinds under a preset.
fn guarded<'f>(fixtures: &'f [Fixture], preset: &str) -> Vec<Wrapped<'f>> {
    let policy = lab::policy(&[preset], &[]);
    let each = fixtures.iter().flat_map(|fixture| {
        let policy = &policy;
        KINDS.into_iter().map(move |kind| {
            let text = wrapped(&fixture.pod, kind).to_string() + "\n";
            let guarded = lab::guard(&text, policy);
            let guarded =
                guarded.unwrap_or_else(|e| panic!("{} in {}: {e:?}", fixture.name, kind.1));
            Wrapped {
                fixture,
                kind: kind.1,
                object: judgeable(&guarded.text, kind.1),
                guarded,
            }
        })
    });
    each.collect()
}

impl Wrapped<'_> {
    /// The ids of the rules and checks that refuse it.
    fn refused_by(&self) -> BTreeSet<String> {
        let findings = self.guarded.report["findings"].as_array();
        let errors = findings
            .into_iter()
            .flatten()
            .filter(|f| f["severity"] == "error");
        errors
            .map(|f| f["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// How many operations the preset did.
    fn changes(&self) -> u64 {
        self.guarded.report["summary"]["changes"]
            .as_u64()
            .expect("a number")
    }
}

/// An object as the host knows it: OpenShift's kinds as a Pod.
fn judgeable(text: &str, kind: &str) -> String {
    let object = fixtures::yaml(text).expect("YAML").remove(0);
    if kind != "DeploymentConfig" {
        return object.to_string();
    }
    let pod = place("apps.openshift.io/v1", kind).extract(&object);
    let mut pod = pod.expect("a pod");
    pod["apiVersion"] = Value::from("v1");
    pod["kind"] = Value::from("Pod");
    pod.to_string()
}

/// Those that Pod Security's own code refuses at this level and version, with the ids of its checks.
fn refused(psa: &Path, (level, version): &Standard, all: &[&Wrapped<'_>]) -> Vec<String> {
    let objects: Vec<_> = all.iter().map(|wrapped| wrapped.object.as_str()).collect();
    let arguments = ["-levels", *level, "-version", version.as_str()];
    let answer = hosts::ask(psa, &arguments, &objects.join("\n---\n"));
    let verdicts: Vec<Value> = answer
        .lines()
        .map(|line| serde_json::from_str(line).expect("a verdict"))
        .collect();
    assert_eq!(verdicts.len(), all.len(), "{level} {version}: {answer}");
    let wrong = verdicts
        .iter()
        .zip(all)
        .filter(|(verdict, _)| verdict["allowed"] != true);
    let said = wrong.map(|(verdict, wrapped)| {
        let (name, kind) = (&wrapped.fixture.name, wrapped.kind);
        format!("{level} {version} {name} in {kind}: {verdict}")
    });
    said.collect()
}

#[test]
fn what_only_lacks_what_can_be_filled_in_becomes_compliant() {
    let (Some(psa), Some(fixtures)) = (hosts::host("psa"), suite("fail")) else {
        return;
    };
    let standard = ("restricted", "v1.37".to_owned());
    let own = fixtures
        .into_iter()
        .filter(|f| f.standards.contains(&standard));
    let (mended, others): (Vec<_>, Vec<_>) = own.partition(|f| MENDED.contains(&f.name.as_str()));
    assert_eq!((mended.len(), others.len()), (MENDED.len(), 67));
    let all = guarded(&mended, "restricted");
    for wrapped in &all {
        let (name, kind) = (&wrapped.fixture.name, wrapped.kind);
        assert!(
            !wrapped.guarded.refused,
            "{name} in {kind}: {:?}",
            wrapped.refused_by()
        );
    }
    let wrong = refused(&psa, &standard, &all.iter().collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The others hold something that somebody wrote: refused by name, never changed in silence.
    for wrapped in guarded(&others, "restricted") {
        let check = wrapped
            .fixture
            .name
            .trim_end_matches(|c: char| c.is_ascii_digit());
        let ids = wrapped.refused_by();
        let named = ids.iter().any(|id| id.starts_with("pod-security/"));
        assert!(named, "{check} in {}: {ids:?}", wrapped.kind);
    }
}

#[test]
fn what_passes_goes_on_passing_wherever_the_pod_lives() {
    let (Some(psa), Some(mut fixtures)) = (hosts::host("psa"), suite("pass")) else {
        return;
    };
    assert!(fixtures.len() > 80, "only {} fixtures", fixtures.len());
    let known: Vec<_> = fixtures.iter().map(of_a_known_image).collect();
    fixtures.extend(known);
    let standards: BTreeSet<_> = fixtures.iter().flat_map(|f| &f.standards).collect();
    let newest = ("restricted", "v1.37".to_owned());
    for preset in ["default", "restricted"] {
        let all = guarded(&fixtures, preset);
        let (no, kept): (Vec<_>, Vec<_>) = all.iter().partition(|w| w.guarded.refused);
        for wrapped in &no {
            let ids = wrapped.refused_by();
            let named = ids.iter().all(|id| id.starts_with("pod-security/"));
            let may = preset == "restricted" && !wrapped.fixture.standards.contains(&newest);
            let (name, kind) = (&wrapped.fixture.name, wrapped.kind);
            assert!(named && may, "{preset} refuses {name} in {kind}: {ids:?}");
        }
        let changed = kept.iter().filter(|w| w.changes() > 0).count();
        assert!(changed > kept.len() / 2, "{preset} changes only {changed}");
        let mut judged = 0;
        for standard in &standards {
            let own = kept
                .iter()
                .filter(|w| w.fixture.standards.contains(*standard));
            let own: Vec<_> = own.copied().collect();
            judged += own.len();
            let wrong = refused(&psa, standard, &own);
            assert!(wrong.is_empty(), "{preset}: {}", wrong.join("\n"));
        }
        println!(
            "{preset}: of {} pods {} were changed, {} refused by name; {judged} verdicts, all allowed",
            all.len(),
            changed,
            no.len()
        );
    }
}

/// The same pod, of an image that is known not to run as root, so that every guardrail of `default` holds for it.
fn of_a_known_image(fixture: &Fixture) -> Fixture {
    let mut pod = fixture.pod.clone();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let containers = pod.pointer_mut(&format!("/spec/{list}"));
        let containers = containers.and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            container["image"] = Value::from("apache/spark:4.1.1");
        }
    }
    Fixture {
        name: format!("{} of a known image", fixture.name),
        pod,
        standards: fixture.standards.clone(),
    }
}
