//! Tools around Helm: what helm-diff asks it for, and helmfile itself, where it is built.

use super::server::places;
use super::{Answer, Helm, PROGRAM, example, objects, violation};
use crate::hosts;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What helm-diff adds to `helm template` for Helm 3 and Helm 4 alike (its `cmd/helm3.go`).
const ASKED: [&str; 2] = ["--is-upgrade", "--dry-run=client"];

#[test]
fn what_helm_diff_compares_differs_only_without_the_program() {
    let Some(places) = places("helm-diff", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = example("spark-connect-jupyter");
        let size = ["--set=resources.size=large"];
        place.guarded(&["install", "spark", &path], &size).done();
        let deployed = objects(&place.helm(&["get", "manifest", "spark"]).done());
        let template = [&["template", "spark", &path][..], &ASKED].concat();
        let template = [&template[..], &["--no-hooks"]].concat();
        let rendered = objects(&place.guarded(&template, &size).done());
        assert_eq!(rendered, deployed, "{version:?}");
        assert_ne!(objects(&place.guarded(&template, &[]).done()), deployed);
        assert_ne!(objects(&place.helm(&template).done()), deployed);

        let bad = violation("spark-connect-jupyter");
        let refused = place.guarded(&[&template[..], &["--values", &bad]].concat(), &[]);
        assert_eq!(refused.code, Some(1), "{version:?} {}", refused.out);
    }
}

#[test]
fn a_tool_that_starts_the_program_by_its_path_needs_no_flag_for_helm_4() {
    let Some(four) = Helm::four() else { return };
    let chart = example("history-server");
    let template = ["template", "spark", &chart];
    let by_plugin = objects(&four.guarded(&template, &[]).done());
    let four = four.with_script(&format!("exec '{PROGRAM}'"));
    assert_eq!(objects(&four.guarded(&template, &[]).done()), by_plugin);
    let bad = violation("history-server");
    four.guarded(&[&template[..], &["--values", &bad]].concat(), &[])
        .refused();
}

#[test]
fn helm_3_stops_at_the_refusal_that_is_meant_for_helm_4() {
    let Some(places) = places("skaffold", &[]) else {
        return;
    };
    // Skaffold runs a post-renderer and looks at no exit code: this one refuses with a document.
    let [mut place, _] = places;
    let guard = format!("exec '{PROGRAM}' render --host helm4");
    place.helm = place.helm.with_script(&guard);
    let path = example("history-server");
    let upgrade = ["upgrade", "--install", "spark", &path, "--no-hooks"];
    place.guarded(&upgrade, &[]).done();
    let installed = place.workloads();
    assert!(installed.len() >= 2);
    let bad = violation("history-server");
    let refused = [&upgrade[..], &["--values", &bad]].concat();
    let seen = place.guarded(&refused, &[]).refused();
    assert!(seen.contains("UPGRADE FAILED"), "{seen}");
    assert_eq!(place.workloads(), installed);
}

/// A helmfile that calls this Helm, in a folder with this `helmfile.yaml`.
fn helmfile(program: &Path, helm: &Helm, file: &str, args: &[&str]) -> Answer {
    let place = helm.home.path().join("helmfile.yaml");
    fs::write(place, file).unwrap();
    let mut command = Command::new(program);
    helm.surround(&mut command);
    command.arg("--helm-binary").arg(&helm.program);
    command.arg("--quiet").args(args).output().unwrap().into()
}

#[test]
fn helmfile_renders_what_helm_renders_and_stops_where_it_is_refused() {
    let Some(program) = hosts::rare("helmfile") else {
        return;
    };
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let (version, chart) = (helm.version, example("history-server"));
        let defaults = format!(
            "helmDefaults:\n  postRenderer: '{}'\n  postRendererArgs: [--set=resources.size=large]\n",
            helm.renderer
        );
        let releases = format!("releases:\n- name: spark\n  chart: '{chart}'\n");
        let file = format!("{defaults}{releases}");
        let large = helmfile(&program, &helm, &file, &["template"]).done();
        let template = ["template", "spark", &chart];
        let direct = helm.guarded(&template, &["--set=resources.size=large"]);
        assert_eq!(objects(&large), objects(&direct.done()), "{version:?}");

        // What a release says stands in place of what the file and the command line say.
        let file = format!("{file}  postRendererArgs: [--set=resources.size=small]\n");
        let args = ["template", "--post-renderer-args=--no-such-flag"];
        let small = helmfile(&program, &helm, &file, &args).done();
        let direct = helm.guarded(&template, &["--set=resources.size=small"]);
        assert_eq!(objects(&small), objects(&direct.done()), "{version:?}");
        assert_ne!(objects(&small), objects(&large), "{version:?}");

        let folder = helm.home.path().join("out");
        let args = ["template", "--output-dir", folder.to_str().unwrap()];
        helmfile(&program, &helm, &file, &args).done();
        assert_eq!(objects(&written(&folder)), objects(&small), "{version:?}");

        let values = violation("history-server");
        let file = format!("{defaults}{releases}  values: ['{values}']\n");
        let seen = helmfile(&program, &helm, &file, &["template"]).refused();
        assert!(seen.contains("error[default/spark-host-pid]"), "{seen}");
    }
}

/// All documents of the files below a folder, as one stream.
fn written(folder: &Path) -> String {
    let mut stream = String::new();
    for path in crate::fixtures::files(folder) {
        let text = match path.is_dir() {
            true => written(&path),
            false => super::read(&path),
        };
        stream.push_str(&text);
        stream.push('\n');
    }
    stream
}
