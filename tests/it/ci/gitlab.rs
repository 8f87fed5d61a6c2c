//! The job of `templates/sparkk8s-post/template.yml`, as a runner of GitLab runs it.

use super::{Ended, Runner, guarded, lab, version};
use crate::fixtures;
use serde_json::Value;
use std::process::Command;

/// The inputs of the component, and its jobs, with these values put in as GitLab puts them into the text.
fn component(given: &[(&str, &str)]) -> (Value, Value) {
    let text = fixtures::read(&lab::own("templates/sparkk8s-post/template.yml"));
    let (spec, jobs) = text.split_once("\n---\n").unwrap();
    let spec = fixtures::yaml(spec).unwrap().remove(0);
    let mut jobs = jobs.to_owned();
    for (name, input) in spec["spec"]["inputs"].as_object().unwrap() {
        let given = given.iter().find(|(given, _)| given == name);
        let value = match (given, &input["default"]) {
            (Some((_, value)), _) => (*value).to_owned(),
            (None, Value::String(default)) => default.clone(),
            (None, default) => default.to_string(),
        };
        let place = format!("$[[ inputs.{name} ]]");
        assert!(jobs.contains(&place), "nothing asks for `{name}`");
        jobs = jobs.replace(&place, &value);
    }
    assert!(!jobs.contains("$[["), "{jobs}");
    (spec, fixtures::yaml(&jobs).unwrap().remove(0))
}

/// Runs the job.
fn work(runner: &Runner, given: &[(&str, &str)]) -> Ended {
    let installer = format!("file://{}", runner.path("ours/install.sh").display());
    let releases = runner.releases();
    let mirror = [("installer", installer.as_str()), ("base-url", &releases)];
    let (_, jobs) = component(&[&mirror, given].concat());
    let job = &jobs["sparkk8s-post"];
    let mut command = Command::new("sh");
    command.env("PATH", "/usr/bin:/bin").arg("-e").arg("-c");
    command.arg(job["script"][0].as_str().unwrap());
    for (name, value) in job["variables"].as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    runner.run(&mut command)
}

#[test]
fn the_component_checks_and_guards() {
    let runner = Runner::new();
    let dev = ("arguments", "--overlay=dev --set=resources.size=small");
    let ended = work(&runner, &[("manifests", "spark.yaml"), dev]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.said.contains("sparkk8s-post check: "), "{ended:?}");
    assert_eq!(runner.read("sparkk8s-post/guarded.yaml"), None);
    let ended = work(
        &runner,
        &[("manifests", "spark.yaml"), dev, ("render", "true")],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let flags = ["--overlay", "dev", "--set", "resources.size=small"];
    assert_eq!(
        runner.read("sparkk8s-post/guarded.yaml").unwrap(),
        guarded(&runner, "spark.yaml", &flags)
    );
}

#[test]
fn the_component_keeps_reports_of_a_refusal_where_it_says() {
    let runner = Runner::new();
    runner.holds("sparkk8s-post/guarded.yaml", "# of an earlier run\n");
    for render in ["false", "true"] {
        let ended = work(
            &runner,
            &[("manifests", "refused.yaml"), ("render", render)],
        );
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(runner.read("sparkk8s-post/guarded.yaml"), None);
        let (_, jobs) = component(&[("manifests", "refused.yaml")]);
        let artifacts = &jobs["sparkk8s-post"]["artifacts"];
        assert_eq!(artifacts["when"], "always");
        let junit = artifacts["reports"]["junit"].as_str().unwrap();
        assert!(runner.read(junit).unwrap().contains("<failure"), "{junit}");
        assert!(junit.starts_with(artifacts["paths"][0].as_str().unwrap()));
    }
}

#[test]
fn two_jobs_have_two_folders() {
    let runner = Runner::new();
    for folder in ["dev", "prod"] {
        let given = [
            ("manifests", "spark.yaml"),
            ("folder", folder),
            ("render", "true"),
        ];
        let ended = work(&runner, &given);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let (_, jobs) = component(&given);
        let artifacts = &jobs["sparkk8s-post"]["artifacts"];
        assert_eq!(artifacts["paths"][0], format!("{folder}/"));
        for file in ["guarded.yaml", "report.xml", "report.md"] {
            assert!(runner.read(&format!("{folder}/{file}")).is_some(), "{file}");
        }
    }
}

#[test]
fn the_component_is_of_this_version() {
    let (spec, _) = component(&[("manifests", "all.yaml")]);
    assert_eq!(spec["spec"]["inputs"]["version"]["default"], version());
}
