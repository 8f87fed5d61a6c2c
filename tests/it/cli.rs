//! The command line: verbs, exit codes, what goes where, colours.

use super::lab::{own, program, run};

fn demo() -> String {
    std::fs::read_to_string(own("examples/demo.yaml")).unwrap()
}

#[test]
fn without_a_verb_it_is_render() {
    let alone = run(&[], demo());
    let named = run(&["render"], demo());
    assert_eq!((alone.code, &alone.stdout), (Some(0), &named.stdout));
    assert!(named.stdout.contains("sparkk8s.io/policy: default@"));
    assert!(
        named.stderr.contains("sparkk8s-post render: 13 objects"),
        "{}",
        named.stderr
    );
    let again = run(&["render"], &named.stdout);
    assert_eq!(again.stdout, named.stdout);
}

#[test]
fn the_file_of_f_is_named_in_messages() {
    let file = own("examples/demo.yaml");
    let ended = run(&["check", "-f", &file.to_string_lossy()], "");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("examples/demo.yaml:"),
        "{}",
        ended.stdout
    );
    let missing = run(&["check", "-f", "no-such-file.yaml"], "");
    assert_eq!(missing.code, Some(2));
    assert!(
        missing.stderr.contains("no-such-file.yaml"),
        "{}",
        missing.stderr
    );
}

#[test]
fn diff_answers_as_kubectl_diff_does() {
    let first = run(&["diff"], demo());
    assert_eq!(first.code, Some(1));
    assert!(first.stdout.contains("\n@@ ") && first.stdout.contains("default/mark"));
    assert!(first.stdout.ends_with("pods that restart because of this:\n  Deployment/spark-connect\n  Deployment/spark-jupyter\n"));
    let guarded = run(&["render"], demo()).stdout;
    let second = run(&["diff"], guarded);
    assert_eq!((second.code, second.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_waiver_by_hand_counts_where_it_says_and_is_reported_where_it_does_not() {
    let input = demo().replacen(
        "        - name: spark-connect\n",
        "        - name: spark-connect\n          securityContext: {privileged: true}\n",
        1,
    );
    let refused = run(&["check"], &input);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(
        refused.stdout.contains("error[default/spark-privileged]"),
        "{}",
        refused.stdout
    );
    let skip =
        "default/spark-privileged=Deployment/spark-connect: a GPU driver needs it until spring";
    let waived = run(&["check", "--skip", skip], &input);
    assert_eq!(waived.code, Some(0), "{}", waived.stdout);
    assert!(waived.stdout.contains("1 waived"), "{}", waived.stdout);
    let unused = run(
        &[
            "check",
            "--skip",
            "default/mark=Deployment/no-such: why not",
        ],
        demo(),
    );
    assert!(
        unused.stdout.contains("warning[unused-waiver]"),
        "{}",
        unused.stdout
    );
}

#[test]
fn explain_knows_what_a_report_prints_and_guesses_the_rest() {
    for id in [
        "pod-security/runAsNonRoot",
        "default/no-privilege-escalation",
        "memory/heap-not-set",
        "api/quantity",
    ] {
        let page = run(&["explain", id], "");
        assert_eq!(page.code, Some(0), "{id}");
        assert!(page.stdout.starts_with(id), "{}", page.stdout);
    }
    let unknown = run(&["explain", "pod-security/runAsNonRot"], "");
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("`pod-security/runAsNonRoot`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn presets_are_listed_and_shown_with_the_lines_that_set_them() {
    let list = run(&["presets", "list"], "").stdout;
    for name in [
        "default@1.0.0",
        "restricted@1.1.0",
        "spark-scratch@1.0.0",
        "prod",
    ] {
        assert!(list.contains(name), "{list}");
    }
    let shown = run(
        &[
            "presets",
            "show",
            "default",
            "--overlay",
            "prod",
            "--set",
            "resources.size=large",
        ],
        "",
    );
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(
        shown.stdout.contains("# presets/default.yaml:")
            && shown.stdout.contains("# --set resources.size")
    );
}

#[test]
fn completions_and_the_manual_page_are_there() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell], "");
        assert!(
            script.code == Some(0) && script.stdout.contains("sparkk8s-post"),
            "{shell}"
        );
    }
    assert!(run(&["man"], "").stdout.contains(".TH sparkk8s-post"));
    let help = run(&["--help"], "");
    for word in [
        "Exit codes:",
        "render",
        "check",
        "diff",
        "explain",
        "presets",
        "--preset",
        "--host",
    ] {
        assert!(help.code == Some(0) && help.stdout.contains(word), "{word}");
    }
    assert_eq!(run(&["no-such-verb"], "").code, Some(2));
    assert_eq!(run(&["demo"], "").code, Some(0));
}

#[test]
fn colours_are_for_terminals() {
    let escape = '\u{1b}';
    let plain = run(&["diff"], demo());
    assert!(!plain.stdout.contains(escape) && !plain.stderr.contains(escape));
    let forced = program(&["diff"])
        .env("CLICOLOR_FORCE", "1")
        .input(demo())
        .run();
    assert!(forced.stdout.contains(escape));
    let refused = program(&["diff"])
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .input(demo())
        .run();
    assert!(!refused.stdout.contains(escape));
}

#[test]
fn a_reader_that_has_read_enough_is_no_error_of_diff() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_sparkk8s-post"))
        .args(["presets", "show", "default"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
#[cfg(not(feature = "live"))]
fn a_build_that_speaks_with_no_cluster_says_how_to_get_one_that_does() {
    let ended = run(&["drift", "-n", "spark"], demo());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("--features live"), "{}", ended.stderr);
    let help = run(&["--help"], "");
    assert!(!help.stdout.contains("\n  drift "), "{}", help.stdout);
}

/// The plugin writes its own `--host` before all that users add.
#[test]
fn wrong_words_pass_for_done_with_the_plugin_alone() {
    let code = |words: &[&str]| run(words, "").code;
    assert_eq!(code(&["render", "--host", "helm4", "--nosuch"]), Some(0));
    assert_eq!(code(&["--host=helm4", "--nosuch"]), Some(0));
    for words in [
        &["check", "--host=helm4", "--nosuch"][..],
        &["check", "--host=pipe", "--host=helm4"],
        &["render", "--host", "pipe", "--host", "helm4"],
        &["verify", "--host=helm4"],
    ] {
        assert_eq!(code(words), Some(2), "{words:?}");
    }
}
