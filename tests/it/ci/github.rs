//! The steps of `action.yml`, as a runner of GitHub runs them.

use super::{Ended, Runner, documents, fs, guarded, lab, version};
use serde_json::Value;
use std::process::Command;

/// Runs the steps with these inputs; the first that fails is the last.
fn act(runner: &Runner, inputs: &[(&str, &str)]) -> Ended {
    let action = documents(&lab::own("action.yml")).remove(0);
    let releases = runner.releases();
    let input = |name: &str| {
        let default = action["inputs"][name]["default"].as_str();
        let given = inputs.iter().find(|(given, _)| *given == name);
        let given = given.map(|(_, value)| *value);
        let ours = (name == "base-url").then_some(releases.as_str());
        given.or(ours).or(default).unwrap().to_owned()
    };
    let mut ended = Ended {
        code: Some(0),
        said: String::new(),
    };
    for step in action["runs"]["steps"].as_array().unwrap() {
        // The one condition that is asked.
        let asked = step.get("if");
        assert!(asked.is_none_or(|asked| asked == "inputs.manifests != ''"));
        if asked.is_some() && input("manifests").is_empty() {
            continue;
        }
        assert_eq!(step["shell"], "bash");
        let path = fs::read_to_string(runner.path("path")).unwrap_or_default();
        let path = path.replace('\n', ":");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"])
            .arg(step["run"].as_str().unwrap())
            .env("PATH", format!("{path}/usr/bin:/bin"))
            .env("GITHUB_ACTION_PATH", runner.path("ours"))
            .env("GITHUB_PATH", runner.path("path"))
            .env("GITHUB_STEP_SUMMARY", runner.path("summary.md"))
            .env("RUNNER_TEMP", runner.path("temp"));
        for (name, value) in step["env"].as_object().unwrap() {
            let value = value
                .as_str()
                .and_then(|value| value.strip_prefix("${{ inputs."));
            let value = value.and_then(|value| value.strip_suffix(" }}")).unwrap();
            command.env(name, input(value));
        }
        let step = runner.run(&mut command);
        ended.said.push_str(&step.said);
        ended.code = step.code;
        if step.code != Some(0) {
            break;
        }
    }
    ended
}

#[test]
fn it_puts_the_program_of_its_own_version_on_the_path() {
    let runner = Runner::new();
    let ended = act(&runner, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let path = fs::read_to_string(runner.path("path")).unwrap();
    let mut program = Command::new(format!("{}/sparkk8s-post", path.trim()));
    let told = runner.run(program.arg("--version")).said;
    assert_eq!(told.trim(), format!("sparkk8s-post {}", version()));
    // A release that is not there ends the job.
    let ended = act(&runner, &[("version", "9.9.9")]);
    assert_ne!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn it_guards_and_tells() {
    let runner = Runner::new();
    fs::write(runner.path("summary.md"), "of a step before\n").unwrap();
    let ended = act(
        &runner,
        &[
            ("manifests", "spark.yaml"),
            ("output", "guarded.yaml"),
            (
                "arguments",
                "--overlay=dev\n--skip=left-alone=Job/none: none\n",
            ),
            ("reports", "sarif=out.sarif\njson=out.json\n"),
        ],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let flags = ["--overlay", "dev", "--skip", "left-alone=Job/none: none"];
    assert_eq!(
        runner.read("guarded.yaml").unwrap(),
        guarded(&runner, "spark.yaml", &flags)
    );
    let report: Value = serde_json::from_str(&runner.read("out.json").unwrap()).unwrap();
    assert!(report["summary"].is_object() && runner.read("out.sarif").is_some());
    assert!(ended.said.contains("::warning "), "{}", ended.said);
    let summary = fs::read_to_string(runner.path("summary.md")).unwrap();
    assert!(summary.starts_with("of a step before\n#"), "{summary}");
}

#[test]
fn a_refusal_is_annotated_and_leaves_no_manifests() {
    let runner = Runner::new();
    runner.holds("guarded.yaml", "# of an earlier run\n");
    for output in ["guarded.yaml", ""] {
        let ended = act(
            &runner,
            &[("manifests", "refused.yaml"), ("output", output)],
        );
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.said.contains("::error "), "{}", ended.said);
        assert_eq!(runner.read("guarded.yaml"), None);
        let summary = fs::read_to_string(runner.path("summary.md")).unwrap();
        assert!(summary.contains("Pod/spark"), "{summary}");
    }
    // A flag that is Helm's alone cannot make a pass of it.
    let helm4 = [("manifests", "refused.yaml"), ("arguments", "--host=helm4")];
    for output in ["", "guarded.yaml"] {
        let ended = act(&runner, &[&helm4[..], &[("output", output)]].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert_eq!(runner.read("guarded.yaml"), None);
    }
    // What cannot be read has no report.
    runner.holds("broken.yaml", "a: [1\n");
    let ended = act(&runner, &[("manifests", "broken.yaml")]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
}
