//! `functionConfig`: what it chooses, what it cannot lower, and where it is wrong.

use super::{LIST, function, value, violation};
use crate::lab;

fn with(config: &str) -> String {
    format!("{LIST}functionConfig:\n{config}")
}

const MAP: &str = "  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: function-input}\n";
const OURS: &str = "  apiVersion: sparkk8s.io/v1alpha1\n";
const META: &str = "  metadata:\n    name: own\n    annotations: {config.kubernetes.io/function: x}\n    labels: {a: b}\n";

/// The items of an answer that must come, without the mark of their policy.
#[track_caller]
fn items(input: &str, flags: &[&str]) -> (String, String) {
    let ended = lab::run(&[&["--host", "krm"], flags].concat(), input);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut items = value(&ended.stdout)["items"].clone();
    let annotations = items[0]["metadata"]["annotations"].as_object_mut();
    let mark = annotations.unwrap().remove("sparkk8s.io/policy");
    let mark = mark.and_then(|mark| mark.as_str().map(str::to_owned));
    (mark.unwrap_or_default(), items.to_string())
}

#[test]
fn a_config_map_chooses_as_the_flags_do() {
    for (data, flags) in [
        ("{}", &[][..]),
        ("{preset: restricted}", &["--preset", "restricted"]),
        (
            "{preset: 'default, pod-security-restricted'}",
            &["--preset", "default", "--preset", "pod-security-restricted"],
        ),
        ("{overlay: dev}", &["--overlay", "dev"]),
        (
            "{resources.size: large}",
            &["--set", "resources.size=large"],
        ),
        (
            "{overlay: dev, resources.size: small}",
            &["--overlay", "dev", "--set", "resources.size=small"],
        ),
    ] {
        let config = with(&format!("{MAP}  data: {data}\n"));
        assert_eq!(items(&config, &[]), items(LIST, flags), "{data}");
    }
    let large = items(LIST, &["--set", "resources.size=large"]);
    assert_ne!(large, items(LIST, &[]));
    // What flags say counts more.
    let config = with(&format!("{MAP}  data:\n    resources.size: small\n"));
    assert_eq!(items(&config, &["--set", "resources.size=large"]), large);
    // Without the host, a list is piped through and chooses nothing.
    let config = with(&format!("{MAP}  data:\n    preset: nix\n"));
    assert_eq!(lab::run(&["render"], &config).code, Some(0));
}

#[test]
fn our_own_kinds_are_read_where_they_stand() {
    let overlay = format!(
        "{OURS}  kind: Overlay\n{META}  spec: {{parameters: {{resources: {{size: large}}}}}}\n"
    );
    assert_eq!(
        items(&with(&overlay), &[]),
        items(LIST, &["--set", "resources.size=large"])
    );
    let preset = "  metadata: {name: own, version: 1.0.0, annotations: {a: b}}\n  spec:\n    summary: s\n    use: [default]\n";
    let (mark, own) = items(&with(&format!("{OURS}  kind: Preset\n{preset}")), &[]);
    assert_eq!(mark, "own@1.0.0");
    assert_eq!(own, items(LIST, &[]).1);
}

#[test]
fn nothing_is_lowered_that_a_preset_did_not_open() {
    let lower = "  spec: {severity: {default/spark-privileged: info}}\n";
    let config = format!(
        "{}functionConfig:\n{OURS}  kind: Overlay\n{META}{lower}",
        violation()
    );
    let ended = function(&config);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("default/spark-privileged"),
        "{}",
        ended.stderr
    );
}

#[test]
fn mistakes_are_told_at_their_place_in_the_list() {
    let first = LIST.lines().count() + 2;
    for (config, line, words) in [
        (
            format!("{MAP}  data: {{overlai: prod}}\n"),
            3,
            ["did you mean `overlay`", "unknown key"],
        ),
        (
            format!("{MAP}  data: {{preset: restrictd}}\n"),
            3,
            ["did you mean `restricted`", "no preset"],
        ),
        (
            format!("{MAP}  data: {{resources.sise: large}}\n"),
            3,
            ["did you mean", "size"],
        ),
        (
            format!("{MAP}  data: {{resources.size: lagre}}\n"),
            3,
            ["did you mean `large`", "lagre"],
        ),
        (
            format!("{MAP}  data: {{env: prod}}\n"),
            3,
            ["no environment `prod`", "init"],
        ),
        (
            format!("{MAP}  data: [a]\n"),
            3,
            ["`data` is a mapping", "stdin"],
        ),
        (
            format!("{OURS}  kind: Overlays\n"),
            1,
            ["did you mean `Overlay`", "not known"],
        ),
        (
            format!("{OURS}  kind: Overlay\n{META}  spec: {{severitty: {{}}}}\n"),
            6,
            ["did you mean `severity`", "unknown field"],
        ),
        (
            format!("{OURS}  kind: Preset\n{META}  spec: {{}}\n"),
            3,
            ["`version` is missing", "stdin"],
        ),
    ] {
        let ended = function(&with(&config));
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{config}{}",
            ended.stderr
        );
        let place = format!("--> stdin:{}:", first + line);
        for word in words.iter().chain([&place.as_str()]) {
            assert!(ended.stderr.contains(word), "no `{word}`: {}", ended.stderr);
        }
    }
}
