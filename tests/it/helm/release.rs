//! Releases in a cluster: what the API server has after `upgrade --install`, another upgrade, and a rollback.

use super::server::{Place, places};
use super::{EXAMPLES, MARK, Version, example, objects, pipe, pod, violation};
use serde_json::Value;

/// `helm upgrade --install` of an example. Airflow's hook waits for a database, and here no pod ever runs.
fn upgrade(chart: &str) -> Vec<String> {
    let words = [
        "upgrade",
        "--install",
        "spark",
        &example(chart),
        "--no-hooks",
    ];
    words.map(str::to_owned).to_vec()
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// What would replace running pods if it differed: the pod's spec, and how often the spec was changed.
fn templates(place: &Place) -> Vec<(String, Value, Value)> {
    let workloads = place.workloads().into_iter();
    let facts = workloads.map(|(name, object)| {
        let generation = object["metadata"]["generation"].clone();
        let template = object["spec"]["template"].clone();
        (name, generation, template)
    });
    facts.collect()
}

/// Whether a workload has the mark and its pods a seccomp profile.
fn is_guarded(object: &Value) -> bool {
    let marked = object.pointer(MARK).is_some();
    let profile = &pod(object).unwrap()["securityContext"]["seccompProfile"]["type"];
    assert_eq!(marked, profile == "RuntimeDefault", "{object:#}");
    marked
}

#[test]
fn an_example_is_installed_upgraded_and_rolled_back() {
    for (at, chart) in EXAMPLES.into_iter().enumerate() {
        let Some(places) = places(&format!("example-{at}"), &[]) else {
            return;
        };
        for place in places {
            let version = place.helm.version;
            let upgrade = upgrade(chart);
            let upgrade = words(&upgrade);
            place.guarded(&upgrade, &[]).done();
            let installed = place.workloads();
            assert!(installed.len() >= 2, "{version:?} {chart}");
            for (name, object) in &installed {
                let alone = name == "Job/spark-make-bucket";
                assert_eq!(is_guarded(object), !alone, "{version:?} {chart} {name}");
            }
            // Nothing restarts because of an upgrade that changes nothing.
            let before = templates(&place);
            place.guarded(&upgrade, &[]).done();
            assert_eq!(templates(&place), before, "{version:?} {chart}");
            // Without the program the guards leave; they come with it, and with a rollback, which never runs it.
            let marked = || {
                let workloads = place.workloads().into_iter();
                workloads.filter(|(_, o)| o.pointer(MARK).is_some()).count()
            };
            place.helm(&upgrade).done();
            assert_eq!(marked(), 0, "{version:?} {chart}");
            place.guarded(&upgrade, &[]).done();
            same(&place.workloads(), &installed, chart);
            for (revision, guarded) in [("3", false), ("1", true)] {
                let rollback = ["rollback", "spark", revision, "--no-hooks"];
                place.helm(&rollback).done();
                assert_eq!(marked() > 0, guarded, "{version:?} {chart} {revision}");
            }
            same(&place.workloads(), &installed, chart);
        }
    }
}

/// Whether workloads have the specs and marks that they had when they were installed.
#[track_caller]
fn same(now: &[(String, Value)], installed: &[(String, Value)], chart: &str) {
    assert_eq!(now.len(), installed.len(), "{chart}");
    for ((name, now), (_, then)) in now.iter().zip(installed) {
        assert_eq!(now["spec"], then["spec"], "{chart} {name}");
        assert_eq!(now.pointer(MARK), then.pointer(MARK), "{chart} {name}");
    }
}

#[test]
fn hooks_are_kept_guarded_by_helm_4() {
    let Some(places) = places("hooks", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = example("history-server");
        place.guarded(&["install", "spark", &path], &[]).done();
        let hooks = objects(&place.helm(&["get", "hooks", "spark"]).done());
        let hook = &hooks["Pod/spark-history-answers"];
        assert_eq!(is_guarded(hook), version == Version::Four, "{version:?}");
    }
}

#[test]
fn helm_keeps_the_manifest_that_the_pipe_writes() {
    let Some(places) = places("manifest", &[]) else {
        return;
    };
    for place in places {
        let path = example("spark-connect-jupyter");
        let namespace = ["--namespace", &place.namespace];
        let template = [&["template", "spark", &path], &namespace[..]].concat();
        let piped = pipe(&["--host", "pipe"], &place.helm(&template).done()).done();
        place.guarded(&["install", "spark", &path], &[]).done();
        let kept = place.helm(&["get", "manifest", "spark"]).done();
        assert_eq!(objects(&kept), objects(&piped));
        if place.helm.version == Version::Three {
            assert_eq!(kept.trim_end(), piped.trim_end(), "byte for byte");
        }
    }
}

#[test]
fn a_refused_upgrade_leaves_the_release_as_it_was() {
    let Some(places) = places("refused", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let (chart, rule) = (
            "spark-connect-jupyter",
            "error[pod-security/privileged]: `Deployment/spark-connect` container `spark-connect`",
        );
        let upgrade = upgrade(chart);
        let mut upgrade = words(&upgrade);
        place.guarded(&upgrade, &["--preset", "restricted"]).done();
        let history = || place.helm(&["history", "spark", "--output", "json"]).done();
        let everything = || {
            let kinds = "deployments,services,configmaps,secrets,serviceaccounts,roles";
            place.kubectl(&["get", kinds, "--output", "json"]).done()
        };
        let before = (history(), everything());
        let values = violation(chart);
        upgrade.extend(["-f", &values]);
        let seen = place.guarded(&upgrade, &["--preset", "restricted"]);
        assert_eq!(seen.code, Some(1), "{version:?} {}", seen.out);
        assert!(
            seen.err.lines().any(|line| line.contains(rule)),
            "{version:?}\n{}",
            seen.err
        );
        assert_eq!((history(), everything()), before, "{version:?}");
    }
}

#[test]
fn a_server_side_dry_run_shows_the_guards_and_makes_nothing() {
    let Some(places) = places("dry-run", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = example("history-server");
        let install = ["install", "spark", &path, "--dry-run=server"];
        let shown = place.guarded(&install, &[]).done();
        assert!(
            shown.contains("sparkk8s.io/policy: default@"),
            "{version:?}"
        );
        let values = violation("history-server");
        let seen = place.guarded(&[&install[..], &["-f", &values]].concat(), &[]);
        assert_eq!(seen.code, Some(1), "{version:?} {}", seen.out);
        assert!(
            seen.err.contains("error[default/spark-host-pid]"),
            "{version:?}\n{}",
            seen.err
        );
        assert!(place.workloads().is_empty(), "{version:?}");
        let history = place.helm(&["history", "spark"]).refused();
        assert!(history.contains("not found"), "{version:?} {history}");
    }
}
