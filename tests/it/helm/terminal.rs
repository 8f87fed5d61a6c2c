//! `--summary terminal`: three lines for who sits there, although the host swallows standard error.

use super::{Helm, Version, example, read, violation};
use std::process::Command;

/// Runs a command on a terminal of its own, and prints what appears there.
const TERMINAL: &str = "import os, pty, sys\n\
                        sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// What the terminal shows of a Helm command whose standard output goes to a file, and its exit code.
fn on_a_terminal(helm: &Helm, args: &[&str], ours: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut command = Command::new("python3");
    helm.surround(&mut command);
    command
        .args(["-c", TERMINAL, "sh", "-c", "\"$@\" > out", "sh"])
        .arg(&helm.program)
        .args(args)
        .args(helm.flags(ours));
    let answer = command.output().unwrap();
    let shown = String::from_utf8(answer.stdout).unwrap();
    let lines = shown.lines().map(|line| line.trim_end().to_owned());
    (answer.status.code(), lines.collect())
}

/// Helm 4's plugin asks for the lines by itself; with Helm 3 the user does.
fn flags(helm: &Helm) -> &'static [&'static str] {
    match helm.version {
        Version::Three => &["--summary", "terminal"],
        Version::Four => &[],
    }
}

#[test]
fn three_lines_arrive_on_the_users_terminal_and_the_manifests_where_they_belong() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = example("history-server");
        let template = ["template", "spark", &path];
        let (code, lines) = on_a_terminal(&helm, &template, flags(&helm));
        assert_eq!(code, Some(0), "{lines:?}");
        assert_eq!(lines.len(), 3, "{:?} {lines:?}", helm.version);
        assert!(
            lines[0].starts_with("sparkk8s-post render: "),
            "{}",
            lines[0]
        );
        assert!(
            lines[0].contains(" by default@") && lines[0].contains("0 errors, "),
            "{}",
            lines[0]
        );
        assert_eq!(
            lines[1].split(": ").next(),
            Some("warned of"),
            "{}",
            lines[1]
        );
        assert!(lines[1].contains(" left-alone"), "{}", lines[1]);
        assert!(lines[2].contains("sparkk8s-post check"), "{}", lines[2]);
        let manifests = read(&helm.home.path().join("out"));
        assert_eq!(manifests, helm.guarded(&template, flags(&helm)).done());
    }
}

#[test]
fn without_a_terminal_nothing_breaks_and_nothing_is_said() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let path = example("history-server");
        let answer = helm.guarded(&["template", "spark", &path], flags(&helm));
        assert_eq!(answer.err, "", "{:?}", helm.version);
        assert!(!answer.done().contains("sparkk8s-post render: "));
    }
}

#[test]
fn a_refusal_names_the_object_on_the_terminal_and_again_in_helms_words() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let (path, values) = (
            example("spark-connect-jupyter"),
            violation("spark-connect-jupyter"),
        );
        let template = ["template", "spark", &path, "-f", &values];
        let (code, lines) = on_a_terminal(&helm, &template, flags(&helm));
        assert_eq!(code, Some(1), "{lines:?}");
        let refused = lines[1].strip_prefix("refused: ").unwrap();
        assert!(
            refused.starts_with("`Deployment/spark-connect` container `spark-connect` sets "),
            "{refused}"
        );
        let rest = &lines[3..];
        assert!(
            rest.iter().any(|line| line.ends_with(refused)),
            "{:?} {rest:?}",
            helm.version
        );
        assert_eq!(read(&helm.home.path().join("out")), "");
    }
}
