//! `helm template` with the post-renderer, and the pipe: the same objects, guarded.

use super::{EXAMPLES, Helm, MARK, Version, example, is_hook, keeps, objects, pipe, pod};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A container that a guarded example must have, its own securityContext as the program leaves it.
fn guarded_container(chart: &str) -> (&'static str, &'static str, Value) {
    let (object, container, user) = match chart {
        "spark-connect-jupyter" => ("Deployment/spark-connect", "spark-connect", 185),
        "airflow-mlflow" => ("Deployment/spark-scheduler", "scheduler", 50000),
        _ => ("Deployment/spark-history", "history-server", 185),
    };
    let context = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": true,
        "runAsUser": user,
    });
    (object, container, context)
}

#[test]
fn a_chart_comes_out_of_both_helms_and_the_pipe_with_the_same_guards() {
    let Some([three, four]) = Helm::both() else {
        return;
    };
    for chart in EXAMPLES {
        let path = example(chart);
        let template = ["template", "spark", &path];
        let written = three.run(&template).done();
        let piped = objects(&pipe(&["--host", "pipe"], &written).done());
        let by_four = objects(&four.guarded(&template, &[]).done());
        assert_eq!(by_four, piped, "{chart}");
        // Helm 3 adds its hooks behind the post-renderer's back.
        let written = objects(&written);
        let mut expected = piped.clone();
        expected.extend(written.clone().into_iter().filter(|(_, o)| is_hook(o)));
        assert_eq!(
            objects(&three.guarded(&template, &[]).done()),
            expected,
            "{chart}"
        );
        guards(chart, &written, &piped);
    }
}

/// Everything written is still there, workloads are marked, nothing else changed, and one container has the full set.
fn guards(chart: &str, written: &BTreeMap<String, Value>, guarded: &BTreeMap<String, Value>) {
    assert!(written.keys().eq(guarded.keys()), "{chart}");
    for (name, object) in guarded {
        let text = |object: &Value| {
            Some(
                object
                    .pointer("/data/executor-template.yaml")?
                    .as_str()?
                    .to_owned(),
            )
        };
        if let (Some(before), Some(after)) = (text(&written[name]), text(object)) {
            // A pod in a text: every line is still there, in order, and some are new.
            let mut lines = after.lines();
            assert!(
                before.lines().all(|line| lines.any(|other| other == line)),
                "{after}"
            );
            assert!(after.contains("RuntimeDefault"), "{after}");
            continue;
        }
        assert!(
            keeps(&written[name], object),
            "{chart} {name}: something of the author's is gone"
        );
        // A Job that Helm would have to patch, and what makes no pods, stay as they are.
        let alone = pod(object).is_none() || name == "Job/spark-make-bucket";
        assert_eq!(
            alone,
            *object == written[name],
            "{chart} {name} changed or not"
        );
        let mark = object.pointer(MARK).and_then(Value::as_str);
        let marked = mark.is_some_and(|mark| mark.starts_with("default@"));
        assert_eq!(!alone, marked, "{chart} {name} marked: {mark:?}");
    }
    let (name, container, context) = guarded_container(chart);
    let spec = pod(&guarded[name]).unwrap();
    assert_eq!(
        spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault",
        "{chart} {name}"
    );
    let mut containers = spec["containers"].as_array().unwrap().iter();
    let found = containers.find(|c| c["name"] == container).unwrap();
    assert_eq!(found["securityContext"], context, "{chart} {name}");
}

#[test]
fn helm_3_prints_the_bytes_that_the_pipe_prints() {
    let Some(helm) = Helm::three() else { return };
    for chart in EXAMPLES {
        let path = example(chart);
        let template = ["template", "spark", &path, "--no-hooks"];
        let piped = pipe(&["--host", "pipe"], &helm.run(&template).done()).done();
        assert!(piped.contains("sparkk8s.io/policy"), "{chart}");
        assert_eq!(helm.guarded(&template, &[]).done(), piped, "{chart}");
    }
}

#[test]
fn one_template_can_be_shown_alone() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = example("spark-connect-jupyter");
        let only = "templates/connect.yaml";
        let shown = helm.guarded(&["template", "spark", &path, "--show-only", only], &[]);
        let shown = objects(&shown.done());
        let names: Vec<_> = shown.keys().map(String::as_str).collect();
        let expected = [
            "Deployment/spark-connect",
            "Service/spark-connect",
            "Service/spark-connect-driver",
        ];
        assert_eq!(names, expected, "{:?}", helm.version);
        assert!(shown["Deployment/spark-connect"].pointer(MARK).is_some());
    }
}

#[test]
fn hooks_are_guarded_by_helm_4_and_never_shown_to_the_program_by_helm_3() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = example("airflow-mlflow");
        let template = ["template", "spark", &path];
        let written = objects(&helm.run(&template).done());
        let guarded = objects(&helm.guarded(&template, &[]).done());
        let hook = "Job/spark-db-migrate";
        assert!(is_hook(&guarded[hook]), "it is still a hook");
        match helm.version {
            Version::Three => assert_eq!(guarded[hook], written[hook]),
            Version::Four => {
                let container = &pod(&guarded[hook]).unwrap()["containers"][0];
                assert_eq!(container["securityContext"]["runAsUser"], 50000);
                assert!(guarded[hook].pointer(MARK).is_some());
            }
        }
    }
}

#[test]
fn hooks_and_manifests_that_are_sent_apart_are_guarded_as_if_together() {
    let Some(helm) = Helm::three() else { return };
    for chart in EXAMPLES {
        let written = helm.run(&["template", "spark", &example(chart)]).done();
        let whole = objects(&pipe(&[], &written).done());
        let (hooks, rest): (Vec<_>, Vec<_>) = written
            .split_inclusive("---\n")
            .partition(|document| document.contains("helm.sh/hook"));
        let mut apart = objects(&pipe(&["--host", "helm4"], &rest.concat()).done());
        apart.extend(objects(&pipe(&["--host", "helm4"], &hooks.concat()).done()));
        assert_eq!(apart, whole, "{chart}");
    }
}
