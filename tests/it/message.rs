//! `explain --message`: what real hosts say is recognised, and all of it leads somewhere.

use super::{fixtures, hosts, lab};
use lab::{Ended, program};
use serde_json::{Value, json};
use sparkk8s_post::check::{messages, pages};
use std::collections::BTreeSet;

fn explained(message: &str) -> Ended {
    program(&["explain", "--message", message]).run()
}

/// Whether the answer to a message leads to the page of this id.
#[track_caller]
fn leads_to(message: &str, id: &str) {
    let ended = explained(message);
    let page = format!("\n  sparkk8s-post explain {id}\n");
    assert!(
        ended.code == Some(0) && ended.stdout.contains(&page),
        "{id}: {message}\n{}{}",
        ended.stdout,
        ended.stderr
    );
}

#[test]
fn every_answer_leads_to_pages_that_there_are() {
    let ids: BTreeSet<_> = messages().flat_map(|said| said.ids).collect();
    assert!(ids.len() > 50, "only {} ids", ids.len());
    for id in ids {
        let ended = program(&["explain", id]).run();
        assert_eq!(ended.code, Some(0), "{id}: {}", ended.stderr);
    }
    for said in messages() {
        let ended = explained(said.words[0]);
        for part in ["what it means\n  ", "where it stands\n  ", "what to do\n  "] {
            let text = ended.stdout.split(part).nth(1);
            let first = text.and_then(|text| text.chars().next());
            assert!(
                first.is_some_and(|c| !c.is_whitespace()),
                "{}: {part}",
                said.words[0]
            );
        }
    }
}

#[test]
fn every_check_of_pod_security_and_openshift_is_somebodys_answer() {
    let answered: BTreeSet<_> = messages().flat_map(|said| said.ids).collect();
    // The standards say one thing of these, at both levels.
    let shared = [
        "pod-security/seccompProfile_baseline",
        "pod-security/procMount",
    ];
    for page in pages() {
        let family = page.id.split('/').next().unwrap_or_default();
        let asked = ["pod-security", "openshift", "kubelet"].contains(&family);
        assert!(
            !asked || shared.contains(&page.id) || answered.contains(&page.id),
            "{}",
            page.id
        );
    }
}

#[test]
fn standard_input_is_read_and_what_nobody_knows_is_not_guessed() {
    let ended = program(&["explain", "--message", "-"])
        .input("reason: OOMKilled\n")
        .run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("memory/heap-exceeds-limit"),
        "{}",
        ended.stdout
    );
    for message in ["", "all is well"] {
        let ended = explained(message);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
        for wanted in ["kubectl get events", "    OOMKilled\n", "  OpenShift\n"] {
            assert!(ended.stderr.contains(wanted), "{wanted}: {}", ended.stderr);
        }
    }
    for arguments in [
        &["explain"][..],
        &["explain", "api/quantity", "--message", "x"],
    ] {
        assert_eq!(program(arguments).run().code, Some(2), "{arguments:?}");
    }
}

/// What stands in back-ticks in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn what_the_page_says_is_recognised() {
    let mut seen = 0;
    for page in [
        "docs/en/when-a-pod-does-not-start.md",
        "docs/ru/when-a-pod-does-not-start.md",
    ] {
        let text = fixtures::read(&lab::own(page));
        // Tables whose first column is what a cluster says, and headings.
        let mut says = false;
        for line in text.lines() {
            let first = line
                .strip_prefix("| ")
                .and_then(|line| line.split('|').next());
            says = match first {
                Some("it says " | "the log says " | "что написано " | "что в журнале ") => {
                    true
                }
                Some(_) => says,
                None => says && line.starts_with("|---"),
            };
            let told = first.filter(|_| says).or(line.strip_prefix("## "));
            // `chown` and its like are programs.
            let is_said = |words: &&str| words.contains(' ') || words.contains(char::is_uppercase);
            for words in told.into_iter().flat_map(quoted).filter(is_said) {
                let ended = explained(words);
                assert_eq!(ended.code, Some(0), "{page}: {words}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 34, "{seen} messages");
}

/// The pods that pages show as wrong, by id.
fn shown(family: &str) -> Vec<(&'static str, Value)> {
    let own = pages().iter().filter(|page| page.id.starts_with(family));
    let pods = own.map(|page| {
        let mut pod = fixtures::yaml(page.before).expect("YAML").remove(0);
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        pod["metadata"]["name"] = json!("p");
        (page.id, pod)
    });
    pods.collect()
}

#[test]
fn what_the_api_server_says_of_pod_security_is_recognised() {
    let Some(psa) = hosts::host("psa") else {
        return;
    };
    let mut seen = 0;
    for (id, pod) in shown("pod-security/") {
        let answer = hosts::ask(&psa, &["-version", "v1.37"], &pod.to_string());
        let name = id.trim_start_matches("pod-security/");
        for verdict in answer.lines() {
            let verdict: Value = serde_json::from_str(verdict).expect("JSON");
            let checks = verdict["checks"].as_array().cloned().unwrap_or_default();
            if checks.iter().any(|check| check == name) {
                let id = match name {
                    "seccompProfile_baseline" => "pod-security/seccompProfile_restricted",
                    "procMount" => "pod-security/procMount_restricted",
                    _ => id,
                };
                leads_to(verdict["detail"].as_str().expect("a text"), id);
                seen += 1;
            }
        }
    }
    assert!(seen >= 19, "{seen} messages");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn what_the_api_server_says_of_a_pod_is_recognised() {
    use std::process::Command;
    let folder = tempfile::tempdir().expect("a folder");
    let Some(text) = super::helm::kubeconfig("explain-message") else {
        return;
    };
    let config = folder.path().join("kubeconfig");
    lab::write(&config, text);
    let kubectl = hosts::host("kubectl").expect("built with the server");
    let create = |arguments: &[&str], object: &Value| {
        let file = folder.path().join("object.json");
        lab::write(&file, object.to_string());
        let mut command = Command::new(&kubectl);
        command
            .env("KUBECONFIG", &config)
            .args(arguments)
            .arg("-f")
            .arg(&file);
        let output = command.output().expect("kubectl");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let mut seen = 0;
    for (id, mut pod) in shown("api/") {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
                container["image"] = json!("x");
            }
        }
        let (taken, said) = create(&["create", "--dry-run=server"], &pod);
        assert!(!taken, "{id}");
        // An ephemeral container is refused as such before its resources are looked at.
        let id = if id.starts_with("api/ephemeral") {
            "api/ephemeral-on-create"
        } else {
            id
        };
        leads_to(&said, id);
        seen += 1;
    }
    assert!(seen > 8, "{seen} messages");
    let job = |image: &str| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": image}]}}}})
    };
    assert!(create(&["create"], &job("a")).0);
    leads_to(&create(&["replace"], &job("b")).1, "left-alone");
}
