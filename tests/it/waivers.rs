//! Waivers in a pipe: what the day changes and what it does not, for every verb that answers.

use super::lab::{Ended, program, write};

const TEAM: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: team, version: 1.0.0}\nspec:\n  \
    summary: no process of the node\n  rules:\n    - id: host-pid\n      on: pod\n      forbid: {spec: {hostPID: true}}\n      \
    because: it sees every process\n    - id: no-escalation\n      on: container\n      default: {securityContext: \
    {allowPrivilegeEscalation: false}}\n      because: nothing needs it\n";

const STREAM: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: agent\n  annotations: {sparkk8s.io/waive.team.no-escalation: \
    \"sandboxes; until 2027-01-31\"}\nspec:\n  hostPID: true\n  containers: [{name: main, image: \"example.com/agent:1\"}]\n";

const ENTRY: &str = "{rule: team/host-pid, where: {kinds: [Pod], names: [agent]}, reason: it counts processes, expires: 2027-01-31}";

/// A run in a project whose `spec.waivers` reads so, on a day.
fn on(day: &str, verb: &str, waivers: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let spec = format!("spec:\n  presets: [./team.yaml]\n  waivers: {waivers}\n");
    let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: p}\n";
    write(
        &folder.path().join("sparkk8s.yaml"),
        format!("{head}{spec}"),
    );
    write(&folder.path().join("team.yaml"), TEAM);
    let run = program(&[verb, "--host", "pipe"]);
    let run = match day.parse::<u64>() {
        Ok(_) => run.env("SOURCE_DATE_EPOCH", day),
        Err(_) => program(&[verb, "--host", "pipe", "--today", day]),
    };
    run.within(folder.path()).input(STREAM).run()
}

#[test]
fn no_byte_of_the_manifests_depends_on_the_day() {
    let waivers = format!("{{annotations: [team/*], entries: [{ENTRY}]}}");
    let days = [
        "2026-02-01",
        "2026-12-31",
        "2027-01-31",
        "2027-02-01",
        "2099-01-01",
    ];
    for day in days {
        let ended = on(day, "render", &waivers);
        // Both are waived: nothing is refused, nothing is set.
        assert_eq!(ended.code, Some(0), "{day}\n{}", ended.stderr);
        assert_eq!(ended.stdout, STREAM, "{day}");
        let loud = ended.stderr.matches("warning[waiver-expired]: ").count();
        let expected = if day > "2027-01-31" { 2 } else { 0 };
        assert_eq!(loud, expected, "{day}\n{}", ended.stderr);
    }
}

#[test]
fn check_warns_for_thirty_days_and_then_answers_no() {
    let waivers = format!("{{annotations: [team/*], entries: [{ENTRY}]}}");
    for (day, code, said, times) in [
        ("2026-12-31", 0, "waiver", 2),
        ("2027-01-01", 0, "warning[waiver-expires]: ", 3),
        ("2027-01-31", 0, "today is its last day", 2),
        ("2027-02-01", 1, "error[waiver-expired]: ", 2),
        // 2027-02-01, as seconds since 1970.
        ("1801440000", 1, "error[waiver-expired]: ", 2),
    ] {
        let ended = on(day, "check", &waivers);
        assert_eq!(ended.code, Some(code), "{day}\n{}", ended.stdout);
        let lines = ended.stdout.lines();
        let lines = lines.filter(|line| line.contains(said) && !line.contains(" = "));
        assert_eq!(lines.count(), times, "{day} {said}\n{}", ended.stdout);
    }
}

#[test]
fn what_is_refused_after_its_last_day_leaves_no_manifest() {
    let waivers = format!("{{expired: refuse, annotations: [team/*], entries: [{ENTRY}]}}");
    assert_eq!(on("2027-01-31", "render", &waivers).stdout, STREAM);
    let ended = on("2027-02-01", "render", &waivers);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    for part in [
        "error[waiver-expired]: the waiver of `team/host-pid` at sparkk8s.yaml:6:",
        "error[waiver-expired]: `Pod/agent`: the waiver of this annotation is over since 2027-01-31",
        "error[team/host-pid]",
    ] {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.stderr);
    }
}

#[test]
fn who_forbids_waivers_is_named_with_who_waives() {
    let ended = on("2026-12-31", "render", "forbid");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    for part in [
        "error[waiver-refused]: `Pod/agent`",
        "stdin:5:",
        "sparkk8s.yaml:6:12",
    ] {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.stderr);
    }
    let nobody = on("2026-12-31", "check", "[]");
    assert_eq!(nobody.code, Some(1), "{}", nobody.stdout);
    assert!(nobody.stdout.contains("warning[waiver-refused]"));
    assert!(nobody.stdout.contains("whoever owns `sparkk8s.yaml`"));
}

#[test]
fn a_day_that_is_none_is_refused() {
    for day in ["tomorrow", "2027-02-29", ""] {
        let ended = on(day, "render", "[]");
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("is no day: write it as 2027-01-31"));
    }
}
