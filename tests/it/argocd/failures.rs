//! Whatever fails, Argo CD is told why and takes nothing for an answer.

use super::{EXAMPLES, Sidecar, lab};
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Command;

const CHART: &str = EXAMPLES[0];

#[test]
fn an_empty_result_is_refused() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    for script in [
        "exit 0",
        "echo",
        "echo '# no resources'",
        "printf -- '---\\n---\\nnull\\n'",
    ] {
        sidecar.program("helm", script);
        let answer = sidecar.ask(CHART, &[], &[]);
        assert!(
            answer.refused().contains("delete everything"),
            "{script}: {}",
            answer.err
        );
    }
}

#[test]
fn a_helm_that_fails_is_heard_and_its_credentials_are_not() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    // What was printed before counts for nothing.
    let script =
        "cat Chart.yaml; echo 'password: hunter2' >&2; echo 'Error: no such template' >&2; exit 3";
    sidecar.program("helm", script);
    let answer = sidecar.ask(CHART, &[], &[]);
    let error = answer.refused();
    assert!(error.contains("Error: no such template"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    // A flood is cut to what people read.
    sidecar.program(
        "helm",
        "yes 'Error: again' | head -n 100000 >&2; echo 'Error: last' >&2; exit 1",
    );
    let answer = sidecar.ask(CHART, &[], &[]);
    assert!(answer.refused().contains("Error: last"), "{}", answer.err);
    assert!(answer.err.len() < 5_000, "{}", answer.err.len());
    fs::remove_file(sidecar.path("bin/helm")).unwrap();
    let answer = sidecar.ask(CHART, &[], &[]);
    assert!(
        answer.refused().contains("`helm` cannot be run"),
        "{}",
        answer.err
    );
}

#[test]
fn a_missing_dependency_is_told_as_helm_tells_it() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let mut chart = fs::File::options()
        .append(true)
        .open(sidecar.path("repo").join(CHART).join("Chart.yaml"))
        .unwrap();
    let dependency =
        "dependencies: [{name: gone, version: 1.0.0, repository: \"https://example.com\"}]";
    writeln!(chart, "{dependency}").unwrap();
    let answer = sidecar.ask(CHART, &[], &[]);
    let error = answer.refused();
    assert!(
        error.contains("missing in charts/ directory: gone"),
        "{error}"
    );
}

#[test]
fn a_folder_must_tell_what_it_is() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    fs::create_dir(sidecar.path("repo/nothing")).unwrap();
    fs::write(sidecar.path("repo/nothing/README"), "").unwrap();
    let answer = sidecar.ask("nothing", &[], &[]);
    assert!(
        answer.refused().contains("holds no Chart.yaml"),
        "{}",
        answer.err
    );
    let both = sidecar.path("repo").join(CHART).join("kustomization.yaml");
    fs::write(both, "resources: []\n").unwrap();
    let answer = sidecar.ask(CHART, &[], &[]);
    assert!(
        answer.refused().contains("say which counts"),
        "{}",
        answer.err
    );
    assert!(
        sidecar
            .choose(
                CHART,
                r#"[{"name":"environment","string":"dev"},{"name":"tool","string":"helm"}]"#
            )
            .done
    );
}

#[test]
fn a_refusal_fits_the_panel() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    // What the kubelet would refuse, a hundred times.
    let bad = "kind: Pod\napiVersion: v1\nmetadata: {name: p$n}\nspec: {containers: [{name: c, image: i, \
               securityContext: {privileged: true, allowPrivilegeEscalation: false}}]}";
    sidecar.program(
        "helm",
        &format!("for n in $(seq 100); do cat <<END\n---\n{bad}\nEND\ndone"),
    );
    let answer = sidecar.ask(CHART, &[], &[]);
    let error = answer.refused();
    assert!(
        error.contains("Pod/p1") && error.contains("more"),
        "{error}"
    );
    assert!(error.len() < 6_000 && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn too_much_for_a_message_is_refused() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    sidecar.program("helm", "head -c 110000000 /dev/zero | tr '\\0' '#'");
    let answer = sidecar.ask(CHART, &[], &[]);
    assert!(
        answer.refused().contains("Argo CD takes less than 100 MiB"),
        "{}",
        answer.err
    );
}

/// 90 MB of them, in documents that are within what is read.
#[test]
fn what_just_fits_a_message_passes() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    sidecar.program(
        "helm",
        "for n in 1 2 3; do printf '%s\\n' --- 'apiVersion: v1' 'kind: ConfigMap' \"metadata: {name: m$n}\" \
         'data:' '  a: |'; yes '    0123456789012345678901234567890123456789012345678901234567890123456789' \
         | head -n 400000; done",
    );
    let answer = sidecar.ask(CHART, &[], &[]);
    assert!(answer.done, "{}", answer.err);
    assert!(answer.out.len() > 80_000_000, "{}", answer.out.len());
}

#[test]
fn a_sidecar_without_helm_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let application = folder.path().join("repo/app");
    fs::create_dir_all(&application).unwrap();
    fs::write(application.join("Chart.yaml"), "").unwrap();
    let ended = lab::program(&["argocd", "generate"])
        .within(&application)
        .env("ARGOCD_APP_SOURCE_PATH", "app")
        .env("PATH", "/nowhere")
        .run();
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("`helm` cannot be run"),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .contains("the image of the sidecar must hold it")
    );
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_hostile_name_of_a_preset_is_no_terminals_business() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    for name in [
        "\\u001b]0;owned\\u0007",
        "a\\nerror: b",
        "\\u202egnp.exe",
        "x\\u0000",
    ] {
        let given = format!(r#"[{{"name":"presets","array":["{name}"]}}]"#);
        for verb in [&[][..], &["-parameters"]] {
            let answer = sidecar.ask(CHART, &[("ARGOCD_APP_PARAMETERS", &given)], verb);
            let error = answer.refused();
            let controls = |c: char| c.is_control() && c != '\n';
            assert!(!error.contains(controls), "{error:?}");
        }
    }
}

#[test]
fn a_deadline_ends_the_program_that_renders() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let fifo = sidecar.path("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    sidecar.program("helm", &format!("exec cat {} > /dev/null", fifo.display()));
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| sidecar.ask(CHART, &[], &["-timeout", "2s"]));
        // Opens when somebody reads, and breaks when nobody does any more.
        let mut held = fs::File::options().write(true).open(&fifo).unwrap();
        asked.join().unwrap().refused();
        while held.write_all(b"x").is_ok() {
            std::thread::yield_now();
        }
    });
}

#[test]
fn a_link_out_of_the_repository_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let application = folder.path().join("repo/app");
    fs::create_dir_all(application.join("templates")).unwrap();
    fs::write(application.join("Chart.yaml"), "").unwrap();
    symlink("/etc/passwd", application.join("templates/passwd.yaml")).unwrap();
    let ended = lab::program(&["argocd", "generate"])
        .within(&application)
        .env("ARGOCD_APP_SOURCE_PATH", "app")
        .run();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("`app/templates/passwd.yaml` is a link out of the repository"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_link_by_way_of_another_folder_is_refused_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let application = folder.path().join("repo/app");
    fs::create_dir_all(&application).unwrap();
    fs::create_dir_all(folder.path().join("repo/lib")).unwrap();
    fs::write(application.join("Chart.yaml"), "").unwrap();
    symlink("../lib", application.join("lib")).unwrap();
    symlink("/etc/passwd", folder.path().join("repo/lib/evil")).unwrap();
    let ended = lab::program(&["argocd", "generate"])
        .within(&application)
        .env("ARGOCD_APP_SOURCE_PATH", "app")
        .run();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
}

#[test]
fn what_helm_would_not_take_for_a_name_is_not_replaced_in_silence() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let long = "team-data-platform-spark-connect-jupyter-production-eu-west";
    let answer = sidecar.ask(CHART, &[("ARGOCD_APP_NAME", long)], &[]);
    assert!(
        answer.refused().contains("parameter `release-name`"),
        "{}",
        answer.err
    );
    // Nor are words for Helm dropped where Kustomize renders.
    fs::create_dir(sidecar.path("repo/overlay")).unwrap();
    fs::write(
        sidecar.path("repo/overlay/kustomization.yaml"),
        "resources: []\n",
    )
    .unwrap();
    let answer = sidecar.choose("overlay", r#"[{"name":"values","string":"a: 1"}]"#);
    assert!(
        answer.refused().contains("it is for charts"),
        "{}",
        answer.err
    );
}

#[test]
fn a_sidecar_file_is_named_by_an_absolute_path() {
    let ended = lab::run(&["argocd", "generate", "--config", "sidecar.yaml"], "");
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("must be an absolute path"),
        "{}",
        ended.stderr
    );
}
