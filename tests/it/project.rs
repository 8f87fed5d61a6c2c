//! A project: found or named, for an environment or for none, and what stands in its way.

use super::lab::{Ended, own, program, write};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

const PROJECT: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Project
metadata: {name: payments}
spec:
  presets: [default, ./policy/team.yaml]
  parameters: {size: medium}
  environments:
    dev: {overlays: [dev]}
    prod: {overlays: [prod, ./policy/tags.yaml], parameters: {team.owner: night}}
";

const TEAM: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: team, version: 1.0.0}
spec:
  summary: s
  parameters: {owner: {type: string, default: day, summary: s}}
  rules:
    - {id: owner, on: pod, default: {metadata: {labels: {owner: {$parameter: owner}}}}, because: b}
";

const TAGS: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Overlay
metadata: {name: tags}
spec: {severity: {image-not-pinned: info}}
";

/// A repository with a project and a folder two below.
fn repository(project: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("sparkk8s.yaml"), project);
    write(&folder.path().join("policy/team.yaml"), TEAM);
    write(&folder.path().join("policy/tags.yaml"), TAGS);
    std::fs::create_dir_all(folder.path().join("charts/connect")).unwrap();
    folder
}

fn demo() -> String {
    std::fs::read_to_string(own("examples/demo.yaml")).unwrap()
}

fn within(folder: &Path, arguments: &[&str]) -> Ended {
    program(arguments).within(folder).input(demo()).run()
}

#[track_caller]
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    for word in words {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
    }
}

#[test]
fn an_environment_decides_from_any_folder_of_the_repository() {
    let repository = repository(PROJECT);
    let root = repository.path();
    let prod = within(root, &["--env", "prod"]);
    assert_eq!(prod.code, Some(0), "{}", prod.stderr);
    assert!(prod.stdout.contains("owner: night") && prod.stdout.contains("memory: 8Gi"));
    let summary = "by default@1.0.0, team@1.0.0 for prod; ";
    assert!(prod.stderr.contains(summary), "{}", prod.stderr);
    let below = within(&root.join("charts/connect"), &["render", "--env", "prod"]);
    assert_eq!(below.stdout, prod.stdout);
    let elsewhere = tempfile::tempdir().unwrap();
    let file = root.join("sparkk8s.yaml");
    let named = ["--config", file.to_str().unwrap(), "--env", "prod"];
    assert_eq!(within(elsewhere.path(), &named).stdout, prod.stdout);
    let dev = within(root, &["render", "--env", "dev"]);
    assert!(dev.stdout.contains("owner: day") && dev.stdout.contains("memory: 1Gi"));
    let none = within(root, &["render"]);
    assert!(none.stdout.contains("owner: day") && none.stdout.contains("memory: 4Gi"));
    assert!(!none.stderr.contains(" for "), "{}", none.stderr);
    let flags = [
        "render",
        "--env",
        "prod",
        "--overlay",
        "staging",
        "--set",
        "owner=me",
    ];
    let flags = within(root, &flags);
    assert!(flags.stdout.contains("owner: me") && flags.stdout.contains("memory: 4Gi"));
}

#[test]
fn the_nearest_project_counts_and_presets_by_name_count_more() {
    let repository = repository(PROJECT);
    let chart = repository.path().join("charts/connect");
    let nearest = PROJECT
        .replace("default, ./policy/team.yaml", "restricted")
        .replace(", parameters: {team.owner: night}", "")
        .replace(", ./policy/tags.yaml", "");
    write(&chart.join("sparkk8s.yaml"), nearest);
    let ended = within(&chart, &["check", "--env", "prod"]);
    assert!(
        ended.stdout.contains("by restricted@1.1.0 for prod"),
        "{}",
        ended.stdout
    );
    let by_name = within(&chart, &["check", "--preset", "default"]);
    assert!(
        by_name.stdout.contains("by default@1.0.0; "),
        "{}",
        by_name.stdout
    );
    let demo = within(&chart, &["demo"]);
    assert!(
        demo.stdout.contains("by default@1.0.0; "),
        "{}",
        demo.stdout
    );
}

#[test]
fn the_report_names_the_environment_where_there_is_one() {
    let repository = repository(PROJECT);
    let report = |arguments: &[&str]| -> Value {
        let ended = within(repository.path(), arguments);
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let prod = report(&["check", "-o", "json", "--env", "prod"]);
    assert_eq!(prod["environment"], "prod");
    let none = report(&["check", "-o", "json"]);
    assert_eq!(none.get("environment"), None);
}

#[test]
fn presets_show_prints_the_policy_of_an_environment_with_its_places() {
    let repository = repository(PROJECT);
    let chart = repository.path().join("charts/connect");
    let shown = within(&chart, &["presets", "show", "--env", "prod"]).stdout;
    for line in [
        "project: payments  # ../../sparkk8s.yaml:3\n",
        "environment: prod  # ../../sparkk8s.yaml:9\n",
        "  - team@1.0.0  # ../../policy/team.yaml: s\n",
        "    owner: night  # ../../sparkk8s.yaml:9\n",
        "    size: large  # overlays/prod.yaml:7\n",
        "  memory/heap-exceeds-limit:  # presets/default.yaml:",
        "    severity: error  # overlays/prod.yaml:9\n",
        "          owner: night  # ../../sparkk8s.yaml:9 (team.owner)\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
    let none = within(&chart, &["presets", "show"]).stdout;
    assert!(
        none.contains("    size: medium  # ../../sparkk8s.yaml:6\n"),
        "{none}"
    );
}

#[test]
fn what_stands_in_the_way_of_a_project() {
    let repository = repository(PROJECT);
    let root = repository.path();
    for verb in [&["render"][..], &["check"], &["diff"], &["presets", "show"]] {
        let typo = [verb, &["--env", "prdo"]].concat();
        refused(
            &within(root, &typo),
            &["no environment `prdo`", "did you mean `prod`?"],
        );
    }
    let nowhere = tempfile::tempdir().unwrap();
    let none = within(nowhere.path(), &["--env", "prod"]);
    refused(
        &none,
        &["no `sparkk8s.yaml`", "sparkk8s-post init", "--config"],
    );
    let missing = within(root, &["--config", "no/such.yaml"]);
    refused(&missing, &["cannot read `no/such.yaml`"]);
    for flag in [["--env", "prod"], ["--config", "sparkk8s.yaml"]] {
        let both = within(root, &[&["--preset", "default"][..], &flag].concat());
        refused(&both, &[flag[0], "`default` is chosen by name"]);
        let shown = within(root, &[&["presets", "show", "default"][..], &flag].concat());
        refused(&shown, &[flag[0], "`default` is chosen by name"]);
    }
    write(&root.join("sparkk8s.yaml"), PROJECT.replace("medium", "3"));
    let below = within(&root.join("charts"), &["render"]);
    refused(
        &below,
        &[
            "--> ../sparkk8s.yaml:6:22",
            "expected string, found number `3`",
        ],
    );
    // A link that leads nowhere is a project that cannot be read, not one that is not there.
    #[cfg(unix)]
    {
        std::fs::remove_file(root.join("sparkk8s.yaml")).unwrap();
        std::os::unix::fs::symlink("gone.yaml", root.join("sparkk8s.yaml")).unwrap();
        refused(&within(root, &["render"]), &["cannot read `sparkk8s.yaml`"]);
    }
    let helm4 = within(root, &["render", "--host", "helm4", "--env", "prdo"]);
    assert_eq!(helm4.code, Some(0));
    assert!(helm4.stdout.contains("sparkk8s-post-refused"));
}

#[test]
fn rules_of_the_project_are_explained() {
    let prod = "presets: [./policy/team.yaml], overlays: [prod]";
    let project = PROJECT
        .replace(", ./policy/team.yaml]", "]")
        .replace("overlays: [prod, ./policy/tags.yaml]", prod);
    let repository = repository(&project);
    let chart = repository.path().join("charts/connect");
    let explained = within(&chart, &["explain", "team/owner", "--env", "prod"]);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    assert!(
        explained.stdout.contains("\n  ../../policy/team.yaml:8\n"),
        "{}",
        explained.stdout
    );
    let none = within(&chart, &["explain", "team/owner"]);
    refused(&none, &["nothing is called `team/owner`", "`--env NAME`"]);
}
