//! Waivers in files: what they come to, and each mistake at its place.

use super::super::*;
use super::Desk;
use insta::assert_snapshot;

/// An overlay whose only waiver has these lines in the place of usual ones; a `-` takes one out.
fn one(lines: &[&str]) -> Desk {
    let usual = [
        ("rule", "rule: p/open"),
        ("where", "where: {kinds: [Deployment], names: [minio]}"),
        ("reason", "reason: why"),
        ("expires", "expires: 2027-01-31"),
    ];
    let is_said = |key: &str| {
        lines
            .iter()
            .any(|line| line.trim_start_matches('-').starts_with(key))
    };
    let usual = usual.into_iter().filter(|(key, _)| !is_said(key));
    let all = usual.map(|(_, line)| line).chain(lines.iter().copied());
    let all: Vec<_> = all.filter(|line| !line.starts_with('-')).collect();
    with(&format!("  waivers:\n    - {}\n", all.join("\n      ")))
}

fn with(spec: &str) -> Desk {
    let preset = "  parameters: {night: {type: boolean, default: false, summary: s}}\n  rules:\n    - {id: open, on: pod, \
                  forbid: {spec: {hostPID: true}}, because: b}\n    - {id: later, on: pod, forbid: {spec: {hostIPC: true}}, \
                  when: {night: true}, because: b}\n";
    Desk::default()
        .preset("p.yaml", "p", preset)
        .choose("./p.yaml")
        .overlay("o.yaml", spec)
}

#[test]
fn what_is_wrong_with_a_waiver_is_told_where_it_stands() {
    let long = format!("reason: {}", "x".repeat(301));
    let messages = [
        one(&["-reason"]),
        one(&["-expires"]),
        one(&["-where"]),
        one(&["-rule"]),
        one(&["reason: \"  \""]),
        one(&["reason: \"a\\nb\""]),
        one(&["reason: 7"]),
        one(&[&long]),
        one(&["expires: 2027-02-30"]),
        one(&["expires: never"]),
        one(&["expires: 2027-01-31T00:00:00Z"]),
        one(&["expires: [2027-01-31]"]),
        one(&["rule: p/opne"]),
        one(&["rule: \"[\""]),
        one(&["rule: pod-security/runAsNonRot"]),
        one(&["rule: nix/nix"]),
    ];
    let messages: Vec<_> = messages.iter().map(Desk::refused).collect();
    assert_snapshot!(messages.join("\n"), @r"
    o.yaml:6:7: the field `reason` is missing
    o.yaml:6:7: the field `expires` is missing
    o.yaml:6:7: the field `where` is missing
    o.yaml:6:7: the field `rule` is missing
    o.yaml:9:15: a reason must say why
    o.yaml:9:15: a reason is one line, without control characters
    o.yaml:9:15: expected text, found number `7`
    o.yaml:9:15: a reason has at most 300 characters: name the document that says more
    o.yaml:9:16: `2027-02-30` is no day: write it as 2027-01-31
    o.yaml:9:16: `never` is no day: write it as 2027-01-31
    o.yaml:9:16: `2027-01-31T00:00:00Z` is no day: write it as 2027-01-31
    o.yaml:9:16: expected text, found a list
    o.yaml:9:13: no rule and no check has an id like `p/opne` (help: did you mean `p/open`?)
    o.yaml:9:13: `[` is no glob: `]` is missing
    o.yaml:9:13: no rule and no check has an id like `pod-security/runAsNonRot` (help: did you mean `pod-security/runAsNonRoot`?)
    o.yaml:9:13: no rule and no check has an id like `nix/nix` (help: ids are `<preset>/<rule>`, or those of checks)
    ");
}

#[test]
fn what_is_wrong_with_a_place_or_with_the_whole_is_told_where_it_stands() {
    let messages = [
        one(&["where: {}"]),
        one(&["where: {kind: Deployment}"]),
        one(&["where: {containers: [a]}"]),
        one(&["where: {names: []}"]),
        one(&["where: {names: {a: b}}"]),
        one(&["where: {labels: [a]}"]),
        one(&["where: minio"]),
        one(&["container: \"{a\""]),
        one(&["until: 2027-01-31"]),
        with("  waivers: forbidden\n"),
        with("  waivers: true\n"),
        with("  waivers: {expired: ignore}\n"),
        with("  waivers: {annotation: [p/open]}\n"),
        with("  waivers: {annotations: [p/opne]}\n"),
        with("  waivers: {entries: {}}\n"),
    ];
    let messages: Vec<_> = messages.iter().map(Desk::refused).collect();
    assert_snapshot!(messages.join("\n"), @r"
    o.yaml:9:14: a waiver is for some objects, not for all (help: name the objects: `{kinds: [Deployment], names: [minio]}`)
    o.yaml:9:15: unknown field `kind` (help: did you mean `kinds`?)
    o.yaml:9:15: unknown field `containers` (help: expected one of `kinds`, `names`, `namespaces`, `labels`)
    o.yaml:9:22: an empty list matches nothing
    o.yaml:9:22: expected a plain value, found a mapping
    o.yaml:9:23: expected mapping, found a list
    o.yaml:9:14: expected mapping, found text `minio`
    o.yaml:10:18: `{a` is no glob: `}` is missing; a brace itself is `[{]`
    o.yaml:10:7: unknown field `until` (help: expected one of `rule`, `where`, `container`, `reason`, `expires`)
    o.yaml:5:12: unknown value `forbidden` (help: did you mean `forbid`?)
    o.yaml:5:12: expected `forbid`, a list of waivers, or a mapping with `entries`, found boolean `true`
    o.yaml:5:22: unknown value `ignore` (help: expected `refuse`)
    o.yaml:5:13: unknown field `annotation` (help: did you mean `annotations`?)
    o.yaml:5:27: no rule and no check has an id like `p/opne` (help: did you mean `p/open`?)
    o.yaml:5:22: expected list, found a mapping
    ");
}

const ENTRY: &str = "{rule: \"p/*\", where: {names: [minio]}, reason: why, expires: 2027-01-31}";

#[test]
fn whoever_forbids_waivers_and_whoever_waives_are_both_named() {
    let other = "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\nmetadata: {name: other}\nspec:\n  waivers: forbid\n";
    let entry = format!("  waivers: [{ENTRY}]\n");
    let before = with(&entry).file("f.yaml", other).over("f.yaml");
    assert_snapshot!(before.refused(), @"o.yaml:5:20: waivers are forbidden at f.yaml:5:12 (help: mend what is found, or take one of the two out)");
    let policy = with("  waivers: forbid\n").policy();
    let by_hand = Waiver::parse("p/open=Pod/x: why").unwrap();
    let error = policy.waiving.judge_forbidden(&by_hand.origin).unwrap_err();
    assert_snapshot!(error.plain(), @"--skip 'p/open=Pod/x: why': waivers are forbidden at o.yaml:5:12 (help: mend what is found, or take one of the two out)");
}

#[test]
fn the_same_twice_is_an_error_and_an_overlay_twice_is_none() {
    let twice = format!("  waivers:\n    - {ENTRY}\n    - {ENTRY}\n");
    assert_snapshot!(with(&twice).refused(), @"o.yaml:7:14: this is waived already, at o.yaml:6:14 (help: keep one of them)");
    let once = with(&format!(
        "  waivers: {{expired: refuse, entries: [{ENTRY}]}}\n"
    ));
    let policy = once.over("o.yaml").policy();
    assert_eq!(policy.waiving.entries.len(), 1);
    assert!(policy.waiving.refuses_expired.is_some());
}

#[test]
fn rules_of_others_may_be_waived() {
    for rule in [
        "p/later",
        "pod-security/hostPorts",
        "pod-security-*/*",
        "pod-security-restricted/run-as-non-root",
        "memory/*",
    ] {
        let desk = one(&[&format!("rule: {rule}")]);
        let waiver = &desk.policy().waiving.entries[0];
        assert_eq!((waiver.rule.text(), &*waiver.reason), (rule, "why"));
        assert_eq!(waiver.place.to_string(), "Deployment/minio");
    }
}

#[test]
fn a_waiver_for_every_environment_may_name_a_rule_of_one() {
    let spec = format!(
        "  environments: {{dev: {{presets: [./p.yaml]}}, prod: {{waivers: forbid}}}}\n  waivers: [{ENTRY}]\n"
    );
    let head = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: x}\nspec:\n";
    let desk = with("  summary: s\n").file("sparkk8s.yaml", &format!("{head}{spec}"));
    let named = Named::flag("--config", "sparkk8s.yaml");
    let project = Project::load(&named, &|path| desk.read(path)).unwrap();
    let comes_to = |environment: Option<&str>| {
        let environment = environment.map(|name| Named::flag("--env", name));
        let request = project.request(environment.as_ref()).unwrap();
        compose(&request, &super::KNOWN, &|path| desk.read(path))
    };
    assert_eq!(comes_to(None).unwrap().waiving.entries.len(), 1);
    assert_eq!(comes_to(Some("dev")).unwrap().waiving.entries.len(), 1);
    assert_snapshot!(comes_to(Some("prod")).unwrap_err().plain(), @"sparkk8s.yaml:6:20: waivers are forbidden at sparkk8s.yaml:5:62 (help: mend what is found, or take one of the two out)");
}

#[test]
fn what_is_shown_of_waivers() {
    let spec = format!(
        "  waivers: {{expired: refuse, annotations: [p/*, memory/*], entries: [{ENTRY}]}}\n"
    );
    let shown = show(&with(&spec).policy());
    let part = shown.split("waivers:").nth(1).unwrap();
    let part = part.split("rules:").next().unwrap();
    assert_snapshot!(part.trim_end(), @r#"
    expired: refuse  # o.yaml:5
    annotations: ["p/*", "memory/*"]
    entries:
      - {rule: "p/*", for: "{names: [minio]}", until: 2027-01-31}  # o.yaml:5
    "#);
    assert!(show(&with("  waivers: forbid\n").policy()).contains("waivers: forbid  # o.yaml:5"));
}
