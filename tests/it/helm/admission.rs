//! What Pod Security says about guarded examples: the API server's code as a program, and the API server itself.

use super::server::places;
use super::{EXAMPLES, Helm, chart, example, hosts};
use serde_json::Value;

/// How many controls of the "restricted" standard are broken, workload by workload.
fn violations(stream: &str) -> Option<usize> {
    let psa = hosts::host("psa")?;
    let answer = hosts::ask(&psa, &["-levels", "restricted"], stream);
    let verdicts = answer.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        assert_eq!(verdict["error"], Value::Null, "{line}");
        verdict["checks"].as_array().map_or(0, Vec::len)
    });
    Some(verdicts.sum())
}

#[test]
fn guarded_examples_break_fewer_controls_and_restricted_ones_none() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        for chart in EXAMPLES {
            let path = example(chart);
            let template = ["template", "spark", &path, "--no-hooks"];
            let count = |stream: String| violations(&stream);
            let Some(written) = count(helm.run(&template).done()) else {
                return;
            };
            let guarded = count(helm.guarded(&template, &[]).done()).unwrap();
            assert!(
                guarded < written,
                "{:?} {chart}: {written} before, {guarded} guarded",
                helm.version
            );
            let restricted = helm.guarded(&template, &["--preset", "restricted"]);
            // PostgreSQL's init container is root on purpose, and the chart says why.
            if chart == "airflow-mlflow" {
                let seen = restricted.refused();
                assert!(seen.contains("container `own-the-data`"), "{seen}");
            } else {
                assert_eq!(count(restricted.done()), Some(0), "{chart}");
            }
        }
    }
}

#[test]
fn a_namespace_that_enforces_restricted_takes_pods_that_it_would_turn_away() {
    let label = "pod-security.kubernetes.io/enforce=restricted";
    let Some(places) = places("enforce", &[label]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = chart("run-once");
        let upgrade = ["upgrade", "--install", "spark", &path];
        let seen = place.helm(&upgrade).err;
        assert!(
            seen.contains("violates PodSecurity \"restricted"),
            "{version:?}\n{seen}"
        );
        place.helm(&["uninstall", "spark"]).done();
        place.guarded(&upgrade, &["--preset", "restricted"]).done();
        assert_eq!(place.get("Pod/spark-shell")["kind"], "Pod", "{version:?}");
    }
}

#[test]
fn a_namespace_that_warns_has_nothing_to_warn_of() {
    let label = "pod-security.kubernetes.io/warn=restricted";
    let Some(places) = places("warn", &[label]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        for name in ["spark-connect-jupyter", "history-server"] {
            let path = example(name);
            let warned = |answer: super::Answer| {
                let warned = answer.err.contains("would violate PodSecurity");
                answer.done();
                warned
            };
            let dry = ["install", name, &path];
            assert!(warned(place.helm(&dry)), "{version:?} {name}");
            place.helm(&["uninstall", name]).done();
            let guarded = place.guarded(&dry, &["--preset", "restricted"]);
            assert!(!warned(guarded), "{version:?} {name}");
        }
    }
}
