//! A refusal: Helm stops, prints no manifest, and the reason is on the user's screen.

use super::{Helm, PROGRAM, Version, chart, example, read, violation};
use std::fs;

/// An example, and what its values-violation.yaml breaks: rule, object, container.
const VIOLATIONS: [(&str, &str, &str); 3] = [
    (
        "spark-connect-jupyter",
        "error[default/spark-privileged]",
        "`Deployment/spark-connect` container `spark-connect`",
    ),
    (
        "airflow-mlflow",
        "error[kubelet/root-but-non-root]",
        "`Deployment/spark-mlflow` container `mlflow`",
    ),
    (
        "history-server",
        "error[default/spark-host-pid]",
        "`Deployment/spark-history`",
    ),
];

#[test]
fn the_reason_is_on_the_screen() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        for (name, rule, who) in VIOLATIONS {
            let (path, values) = (example(name), violation(name));
            let template = ["template", "spark", &path, "-f", &values];
            let seen = helm.guarded(&template, &[]).refused();
            let line = seen.lines().find(|line| line.starts_with(rule));
            let line = line.unwrap_or_else(|| panic!("{:?} {name}\n{seen}", helm.version));
            assert!(line.contains(who), "{line}");
            // Where it is written, and what to do, in lines of their own.
            assert!(seen.contains(&format!("stdin:{name}/templates/")), "{seen}");
            assert!(seen.contains("\n    = help: "), "{seen}");
        }
    }
}

#[test]
fn nothing_but_the_reason_differs_between_the_helms() {
    let Some([three, four]) = Helm::both() else {
        return;
    };
    // A chart without hooks, for those only Helm 4 sends.
    let (path, values) = (
        example("spark-connect-jupyter"),
        violation("spark-connect-jupyter"),
    );
    let template = ["template", "spark", &path, "-f", &values];
    let [three, four] = [three, four].map(|helm| {
        let seen = helm.guarded(&template, &["--preset", "restricted"]);
        let seen = seen.refused();
        let errors = seen.lines().filter(|line| line.starts_with("error["));
        errors.map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(three.len(), 2, "{three:?}");
    assert_eq!(three, four);
}

#[test]
fn every_kind_of_mistake_is_seen_and_stops_helm() {
    let Some(helms) = Helm::both() else { return };
    let mistakes: [(&[&str], &str, &str); 9] = [
        (&["--preset", "nix"], "there is no preset `nix`", "2"),
        (&["--nix"], "unexpected argument '--nix'", "2"),
        (&["--report"], "a value is required for '--report", "2"),
        (&["--set", "nix"], "there is no `=`", "2"),
        (
            &["--set", "default.jobs=nix"],
            "`default.jobs` is one of `leave`, `guard`",
            "2",
        ),
        (&["--overlay", "./nix.yaml"], "cannot read `nix.yaml`", "2"),
        // Helm 4 drops a file whose name begins with `_`, and what it shows is a file name.
        (&["--preset", "/_nix.yaml"], "cannot read `/_nix.yaml`", "2"),
        (
            &["--report", "json=/nix/nix.json"],
            "the reports could not be written",
            "2",
        ),
        (&["--skip", "nix"], "must read RULE=KIND/NAME", "2"),
    ];
    for helm in helms {
        for (ours, message, code) in mistakes {
            let path = example("history-server");
            let seen = helm.guarded(&["template", "spark", &path], ours).refused();
            assert!(
                seen.contains(message),
                "{:?} {ours:?}\n{seen}",
                helm.version
            );
            let code = format!("exit status {code}");
            assert!(
                helm.version == Version::Four || seen.contains(&code),
                "{seen}"
            );
        }
    }
}

#[test]
fn what_no_api_server_reads_is_refused_with_its_templates_name() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = chart("unreadable");
        let seen = helm.guarded(&["template", "spark", &path], &[]).refused();
        let expected = match helm.version {
            // It reads each document itself before it sends any.
            Version::Three => "YAML parse error on unreadable/templates/infinite.yaml",
            Version::Four => " --> stdin:unreadable/templates/infinite.yaml:8:10",
        };
        assert!(seen.contains(expected), "{seen}");
    }
}

#[test]
fn control_characters_in_a_reason_do_not_hide_it() {
    let Some(helm) = Helm::four() else { return };
    let path = example("history-server");
    let seen = helm.guarded(&["template", "spark", &path], &["--a\u{80}b"]);
    let seen = seen.refused();
    assert!(seen.contains("unexpected argument '--a"), "{seen}");
}

#[test]
fn a_refusal_to_helm_4_is_one_document_that_no_cluster_takes() {
    let Some(helm) = Helm::four() else { return };
    let folder = helm.home.path().to_owned();
    let at = |name: &str| folder.join(name).display().to_string();
    let helm = helm.with_script(&format!(
        "'{PROGRAM}' --host helm4 > '{}'; echo $? > '{}'; cat '{}'",
        at("answer"),
        at("code"),
        at("answer")
    ));
    let values = violation("history-server");
    let template = [
        "template",
        "spark",
        &example("history-server"),
        "-f",
        &values,
    ];
    helm.guarded(&template, &[]).refused();
    assert_eq!(
        read(&folder.join("code")),
        "0\n",
        "Helm 4 reads only what succeeds"
    );
    let answer = read(&folder.join("answer"));
    assert_eq!(answer.lines().count(), 1, "{answer}");
    let document: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert!(
        document["kind"].is_array(),
        "a kind that no API server knows: {answer}"
    );
    // Even with `--debug`, which prints what Helm has, the command fails.
    let debug = helm.guarded(&[&template[..], &["--debug"]].concat(), &[]);
    assert_eq!(debug.code, Some(1));
}

#[test]
fn a_report_is_written_through_both_helms_refused_or_not() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let report = helm.home.path().join("report.json");
        let ours = format!("json={}", report.display());
        let (path, values) = (example("history-server"), violation("history-server"));
        for refused in [false, true] {
            let mut template = vec!["template", "spark", &path];
            if refused {
                template.extend(["-f", &values]);
            }
            let answer = helm.guarded(&template, &["--report", &ours]);
            assert_eq!(answer.code, Some(i32::from(refused)), "{}", answer.err);
            let read: serde_json::Value = serde_json::from_str(&read(&report)).unwrap();
            let findings = read["findings"].as_array().unwrap();
            let errors = findings.iter().filter(|f| f["severity"] == "error");
            assert_eq!(errors.count(), usize::from(refused), "{:?}", helm.version);
            fs::remove_file(&report).unwrap();
        }
    }
}
