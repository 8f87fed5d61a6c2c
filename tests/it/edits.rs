//! Edits that a user's rules ask for and that the text does not allow: done otherwise, left out, or refused; no bug.

use super::lab::{Ended, program, write};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

/// The program with one rule on objects, given as its verb.
fn ruled(verb: &str, arguments: &[&str], input: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let preset = format!(
        "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {{name: p, version: 1.0.0}}\nspec:\n  \
         summary: one rule\n  rules:\n  - {{id: r, on: object, because: a test, {verb}}}\n"
    );
    write(&folder.path().join("p.yaml"), preset);
    let all = [arguments, &["--host", "pipe", "--preset", "./p.yaml"]].concat();
    program(&all).within(folder.path()).input(input).run()
}

/// Written as it came, with a warning that says why.
#[track_caller]
fn left(verb: &str, input: &str, why: &str) {
    becomes(verb, input, input);
    let checked = ruled(verb, &["check"], input);
    let warned = checked.stdout.contains("warning[not-applied]") && checked.stdout.contains(why);
    assert!(warned, "{}", checked.stdout);
}

#[track_caller]
fn becomes(verb: &str, input: &str, output: &str) {
    let ended = ruled(verb, &["render"], input);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), output),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_others_refer_to_stays() {
    let input = format!("{CONFIG}data:\n  a: &a x\n  b: *a\n");
    for verb in [
        "patch: [{op: remove, path: /data/a}]",
        "patch: [{op: remove, path: /data/b}]",
        "patch: [{op: replace, path: /data/a, value: z}]",
        "enforce: {data: {b: z}}",
    ] {
        left(verb, &input, "by the anchor `&a`");
    }
    let within = format!("x: &x {{y: 1}}\n{CONFIG}other: *x\n");
    left(
        "patch: [{op: remove, path: /x}]",
        &within,
        "by the anchor `&x`",
    );
    // With all that refer to it, it may go.
    let together = format!("{CONFIG}data: {{k: v}}\nx:\n  a: &a 1\n  b: *a\n");
    let alone = format!("{CONFIG}data: {{k: v}}\n");
    becomes("patch: [{op: remove, path: /x}]", &together, &alone);
}

#[test]
fn an_item_of_a_shared_list_stays() {
    let input = "apiVersion: v1\nkind: List\nitems: &i\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\nother: *i\n";
    left("default: {data: {k: v}}", input, "by the anchor `&i`");
}

#[test]
fn a_key_that_a_merge_key_brings_back_stays() {
    let input = format!("{CONFIG}x: &m {{k: v}}\ndata:\n  <<: *m\n  k: w\n");
    left(
        "patch: [{op: remove, path: /data/k}]",
        &input,
        "the merge key `<<` would bring `k` back",
    );
    let becoming = input.replace("k: w", "k: z");
    becomes(
        "patch: [{op: replace, path: /data/k, value: z}]",
        &input,
        &becoming,
    );
}

#[test]
fn a_leak_that_only_the_result_shows_is_refused() {
    // By the time of the second operation the first item is another one.
    let verb = "patch: [{op: remove, path: /l/0}, {op: add, path: /l/0/x, value: 1}]";
    let input = format!("{CONFIG}l:\n- name: one\n- &two\n  name: two\nother: *two\n");
    for arguments in [&["render"][..], &["check"], &["diff"]] {
        let ended = ruled(verb, arguments, &input);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
        for words in [
            "`ConfigMap/c` cannot be edited: the value is shared with other places by the anchor `&two`",
            "--> stdin:6:3",
            "nothing was written",
        ] {
            assert!(
                ended.stderr.contains(words),
                "no {words} in {}",
                ended.stderr
            );
        }
    }
}

#[test]
fn a_patch_that_does_not_fit_does_nothing_and_says_so_in_the_report() {
    for (input, verb, why) in [
        (
            "data: null\n",
            "patch: [{op: add, path: /data/k, value: v}]",
            "`/data` is neither a mapping nor a list",
        ),
        (
            "",
            "patch: [{op: add, path: /data/k, value: v}]",
            "nothing stands at `/data`",
        ),
        (
            "l: [1]\n",
            "patch: [{op: add, path: /l/5, value: v}]",
            "the list has no such place",
        ),
        (
            "",
            "patch: [{op: remove, path: /q}]",
            "nothing stands at `/q`",
        ),
    ] {
        let input = format!("{CONFIG}{input}");
        becomes(verb, &input, &input);
        let report = ruled(verb, &["check", "-o", "json"], &input);
        let says = report.stdout.contains(why) && report.stdout.contains("\"not-applied\"");
        assert!(report.code == Some(0) && says, "{}", report.stdout);
    }
    // A `test` is the author's own question.
    let verb = "patch: [{op: test, path: /q, value: 1}, {op: remove, path: /q}]";
    let report = ruled(verb, &["check", "-o", "json"], CONFIG);
    assert!(!report.stdout.contains("not-applied"), "{}", report.stdout);
}

#[test]
fn a_removed_key_leaves_the_text_before_it_alone() {
    becomes(
        "patch: [{op: remove, path: /data/b}]",
        &format!("{CONFIG}data:\n  a: |\n    text\n  b: x # goes\n      # deep\n  c: y\n"),
        &format!("{CONFIG}data:\n  a: |\n    text\n  # deep\n  c: y\n"),
    );
}

#[test]
fn values_of_any_depth_and_any_number_are_moved_as_they_are() {
    let deep = format!("{}1{}", "[".repeat(900), "]".repeat(900));
    for value in [deep.as_str(), "0.9424502837770503", "60e33"] {
        let input = format!("{CONFIG}from: {value}\n");
        let ended = ruled(
            "patch: [{op: copy, from: /from, path: /to}]",
            &["render", "--report", "json=report.json"],
            &input,
        );
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains("\nto:"), "{}", ended.stdout);
    }
    becomes(
        "enforce: {size: 60e33}",
        &format!("{CONFIG}size: 1\n"),
        &format!("{CONFIG}size: 6e+34\n"),
    );
}

#[test]
fn what_would_be_larger_than_is_read_is_refused() {
    let deep = format!("{CONFIG}a: {}1{}\nx: 1\n", "[".repeat(998), "]".repeat(998));
    let verb = "patch: [{op: test, path: /x, value: 1}, \
        {op: replace, path: /x, value: {y: {z: 1}}}, {op: copy, from: /a, path: /x/y/z}]";
    let ended = ruled(verb, &["render"], &deep);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .contains("it would be nested more than 1000 levels deep"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_a_rule_changes_is_looked_at_anew() {
    let preset = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: t, version: 1.0.0}\nspec:\n  \
        summary: a registry of our own\n  use: [default]\n  rules:\n  \
        - {id: image, on: container, enforce: {image: 'apache/spark:4.0.0'}, because: it is scanned}\n";
    let input = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  \
        selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    \
        spec:\n      containers:\n      - name: c\n        image: old/thing:1\n";
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("t.yaml"), preset);
    let render = |text: &str| {
        let arguments = ["render", "--host", "pipe", "--preset", "./t.yaml"];
        let ended = program(&arguments).within(folder.path()).input(text).run();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stdout
    };
    let once = render(input);
    assert!(once.contains("runAsUser: 185"), "{once}");
    assert_eq!(render(&once), once);
}
