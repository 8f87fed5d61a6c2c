//! `init`: what it writes loads, what is there stays, and the commands that it prints are those to run.

use super::lab::{Ended, own, program, write};
use std::path::Path;

fn within(folder: &Path, arguments: &[&str], input: &str) -> Ended {
    program(arguments).within(folder).input(input).run()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

/// What is in a folder, so that nothing is left over.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_it_writes_is_a_project_with_dev_and_prod() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("Pay & Go");
    std::fs::create_dir(&root).unwrap();
    let ended = within(&root, &["init"], "");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(names(&root), ["sparkk8s.yaml"]);
    for (environment, size) in [("dev", "small"), ("prod", "large")] {
        let shown = within(&root, &["presets", "show", "--env", environment], "");
        assert_eq!(shown.code, Some(0), "{}", shown.stderr);
        let size = format!("    size: {size}  # overlays/{environment}.yaml:");
        assert!(shown.stdout.contains(&size), "{}", shown.stdout);
        assert!(
            shown
                .stdout
                .starts_with("project: pay---go  # sparkk8s.yaml:")
        );
        let command = format!("| sparkk8s-post diff --host pipe --env {environment}\n");
        assert!(ended.stdout.contains(&command), "{}", ended.stdout);
    }
    // The example in its last comment is one that works.
    let text = read(&root.join("sparkk8s.yaml"));
    let (before, example) = text
        .split_once("# A value of this environment alone would be: ")
        .unwrap();
    write(&root.join("sparkk8s.yaml"), before.to_owned() + example);
    let shown = within(&root, &["presets", "show", "--env", "prod"], "");
    assert!(
        shown.stdout.contains("    size: medium  # sparkk8s.yaml:"),
        "{}",
        shown.stderr
    );
}

#[test]
fn what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sparkk8s.yaml");
    write(&file, "mine");
    let refused = |arguments: &[&str], words: &str| {
        let ended = within(folder.path(), arguments, "");
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        assert_eq!(names(folder.path()), ["sparkk8s.yaml"]);
    };
    refused(&["init"], "`sparkk8s.yaml` is there already");
    assert_eq!(read(&file), "mine");
    refused(
        &["init", "--config", "no/such.yaml"],
        "writing `no/such.yaml`",
    );
    std::fs::remove_file(&file).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone.yaml", &file).unwrap();
        refused(&["init"], "`sparkk8s.yaml` is there already");
    }
}

#[test]
fn a_chart_gives_its_name_and_the_values_of_its_environments() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        &root.join("my chart/Chart.yaml"),
        "apiVersion: v2\nname: Connect\nversion: 1.0.0\n",
    );
    write(&root.join("my chart/environments/dev/values.yaml"), "");
    write(&root.join("values/prod.yaml"), "");
    let ended = within(root, &["init", "my chart/", "--config", "policy.yaml"], "");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for command in [
        "helm template connect 'my chart' -f 'my chart/environments/dev/values.yaml' | sparkk8s-post diff --host pipe --env dev --config policy.yaml\n",
        "helm template connect 'my chart' -f values/prod.yaml | sparkk8s-post diff --host pipe --env prod --config policy.yaml\n",
    ] {
        assert!(ended.stdout.contains(command), "{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("no values file"), "{}", ended.stdout);
    assert!(read(&root.join("policy.yaml")).contains("\n  name: connect\n"));
    write(&root.join("my chart/values-dev.yaml"), "");
    std::fs::remove_file(root.join("values/prod.yaml")).unwrap();
    let ended = within(root, &["init", "my chart"], "");
    assert!(ended.stdout.contains(" -f 'my chart/values-dev.yaml' | "));
    assert!(ended.stdout.contains("no values file of prod was found\n"));
    let none = within(root, &["init", "values", "--config", "b.yaml"], "");
    assert_eq!(none.code, Some(2));
    assert!(
        none.stderr.contains("cannot read `values/Chart.yaml`"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_stream_is_read_for_what_makes_pods() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let demo = read(&own("examples/demo.yaml"));
    let unknown = "\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
    let ended = within(root, &["init", "-f", "-"], &(demo + unknown));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = read(&root.join("sparkk8s.yaml"));
    for line in [
        "of 14 objects in all",
        "#   1 jupyter\n",
        "#   1 spark-connect\n",
        "#   1 of no known role: ",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(within(root, &["check", "--env", "prod"], "").code, Some(0));
    for (input, words) in [("", "holds no Kubernetes object"), ("a: [\n", "stdin:1:4")] {
        let ended = within(root, &["init", "-f", "-", "--config", "b.yaml"], input);
        assert_eq!(ended.code, Some(3));
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert_eq!(names(root), ["sparkk8s.yaml"]);
}

#[test]
fn a_project_above_is_said_to_count_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("sparkk8s.yaml"), "");
    let below = folder.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    let ended = within(&below, &["init"], "");
    assert!(
        ended
            .stdout
            .contains("../../sparkk8s.yaml no longer counts"),
        "{}",
        ended.stdout
    );
}
