//! A `ResourceList` in and out: what is kept, what is told, and what is refused.

use super::{LIST, function, value, violation};
use crate::{fixtures, lab, support};
use serde_json::{Value, json};

#[track_caller]
fn done(input: &str) -> String {
    let ended = function(input);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

/// The lines of `whole` without those of `part`, which must all be there, in order.
#[track_caller]
fn added<'w>(part: &str, whole: &'w str) -> Vec<&'w str> {
    let mut wanted = part.lines().peekable();
    let new = whole
        .lines()
        .filter(|line| wanted.next_if_eq(line).is_none());
    let new = new.collect();
    assert_eq!(wanted.next(), None, "a line is gone of\n{whole}");
    new
}

#[test]
fn the_list_comes_back_with_guarded_items_and_nothing_else_changed() {
    let out = done(LIST);
    let new = added(LIST, &out);
    assert!(new.iter().any(|line| line.contains("sparkk8s.io/policy")));
    // The same as a pipe makes of it.
    let pipe = lab::run(&["--host", "pipe"], LIST).stdout;
    let items = |text: &str| value(text)["items"].clone();
    assert_eq!(items(&out), items(&pipe));
    assert_eq!(out.split("results:").next(), Some(pipe.as_str()));
    assert_eq!(done(&out), out, "a second run changes something");
    // Both versions of the list are that host by themselves, and others are none.
    assert_eq!(lab::run(&[], LIST).stdout, out);
    let older = LIST.replace("io/v1\n", "io/v1beta1\n");
    assert_eq!(done(&older), out.replace("io/v1\n", "io/v1beta1\n"));
    assert_eq!(lab::run(&[], &older).stdout, done(&older));
}

#[test]
fn kpts_own_stream_comes_back_byte_for_byte() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let text = fixtures::read(&corpus.join("host-streams/kpt_resourcelist_example.yaml"));
    let out = done(&text);
    let results = out.strip_prefix(text.as_str()).expect("the same bytes");
    assert!(results.starts_with("results:\n"), "{results}");
    let results = &value(&out)["results"];
    assert_eq!(results[0]["tags"]["sparkk8s.io/id"], "yaml/duplicate-key");
    assert_eq!(results[0]["file"], json!({"path": "a-cm.yaml", "index": 0}));
    assert_eq!(done(&out), out, "a second run changes something");
}

#[test]
fn a_refusal_gives_the_items_as_they_came_with_results_and_fails() {
    let text = violation();
    let ended = function(&text);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("error[default/spark-privileged]"));
    assert!(ended.stdout.starts_with(&text), "{}", ended.stdout);
    let answer = value(&ended.stdout);
    let results = answer["results"].as_array().unwrap();
    let error = results.iter().find(|result| result["severity"] == "error");
    let error = error.unwrap();
    let place = "spec.template.spec.containers[0].securityContext.privileged";
    assert_eq!(error["field"], json!({"path": place}));
    assert_eq!(error["file"], json!({"path": "a.yaml", "index": 1}));
    let object =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "a", "namespace": "ns"});
    assert_eq!(error["resourceRef"], object);
    assert_eq!(
        error["tags"],
        json!({"sparkk8s.io/id": "default/spark-privileged"})
    );
    assert!(error["message"].as_str().unwrap().contains("(help: "));
}

#[test]
fn what_is_waived_is_information() {
    let skip = "default/spark-privileged=Deployment/a: it owns its node";
    let ended = lab::run(&["--host", "krm", "--skip", skip], violation());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let answer = value(&ended.stdout);
    let waived = answer["results"].as_array().unwrap();
    let is_waived = |result: &&Value| result["tags"]["sparkk8s.io/waived"] == "it owns its node";
    let waived = waived.iter().find(is_waived).unwrap();
    assert_eq!(waived["severity"], "info");
}

#[test]
fn results_of_another_function_are_never_lost() {
    let others = "results:\n- message: theirs # kept\n  severity: error\n";
    for text in [
        format!("{LIST}{others}"),
        format!("{}{others}", violation()),
    ] {
        let ended = function(&text);
        assert!(ended.stdout.contains("- message: theirs # kept\n"));
        let answer = value(&ended.stdout);
        assert_eq!(answer["results"][0]["message"], "theirs");
        let count = answer["results"].as_array().unwrap().len();
        assert_eq!(count > 1, ended.code == Some(1));
        let again = function(&ended.stdout);
        assert_eq!(again.stdout, ended.stdout);
    }
}

#[test]
fn a_list_without_items_has_an_empty_one() {
    let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    let wanted = format!("{head}items: []\n");
    for text in [
        "",
        "\n",
        head,
        &wanted,
        &format!("{head}items:\n"),
        &format!("{head}items: null\n"),
    ] {
        assert_eq!(done(text), wanted, "{text:?}");
        let ended = lab::run(&["check", "--host", "krm"], text);
        assert_eq!(
            (ended.code, ended.stdout),
            (Some(0), wanted.clone()),
            "{text:?}"
        );
    }
}

#[test]
fn lists_of_the_wrong_shape_are_refused_at_their_place() {
    let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    for (text, words) in [
        (format!("{head}items: 3\n"), ["stdin:3:8", "`items`"]),
        (format!("{head}items: {{a: b}}\n"), ["stdin:3:8", "`items`"]),
        (
            format!("{head}items: []\nresults: 3\n"),
            ["stdin:4:10", "`results`"],
        ),
        (
            format!("{head}results: {{name: x}}\n"),
            ["stdin:3:10", "`results`"],
        ),
        (format!("{LIST}---\n{LIST}"), ["stdin:1:1", "one document"]),
        (
            "apiVersion: v1\nkind: Pod\n".to_owned(),
            ["stdin:2:7", "--host pipe"],
        ),
        ("# nothing\n".to_owned(), ["stdin:1:1", "ResourceList"]),
        (
            "kind: [ResourceList]\n".to_owned(),
            ["stdin:1:7", "ResourceList"],
        ),
    ] {
        for verb in ["render", "check"] {
            let ended = lab::run(&[verb, "--host", "krm"], &text);
            assert_eq!(ended.code, Some(3), "{text}: {}", ended.stderr);
            assert_eq!(ended.stdout, "", "{text}");
            for word in words {
                assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
            }
        }
    }
    for results in ["[3]", "[{tags: 3}, null, a]", "null"] {
        let ended = function(&format!(
            "{head}items: [3, null, {{}}]\nresults: {results}\n"
        ));
        assert_eq!(ended.code, Some(0), "{results}: {}", ended.stderr);
    }
    let shared = function(&format!("{head}x: &r []\nitems: []\nresults: *r\n"));
    assert_eq!(shared.code, Some(0), "{}", shared.stderr);
}

#[test]
fn a_validator_gives_back_what_it_was_given() {
    let ended = lab::run(&["check", "--host", "krm"], LIST);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.starts_with(LIST));
    assert!(ended.stderr.contains("sparkk8s-post check: 1 object"));
    let ended = lab::run(&["check", "--host", "krm"], violation());
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.starts_with(&violation()));
    // A person asks for no list.
    let ended = lab::run(&["check"], LIST);
    assert!(!ended.stdout.contains("ResourceList"), "{}", ended.stdout);
}

#[test]
fn json_stays_json() {
    let text = value(LIST).to_string();
    let out = done(&text);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["items"], value(&done(LIST))["items"]);
}

#[test]
fn a_marker_is_asked_for_of_what_came() {
    let check = |input: &str, more: &[&str]| {
        let words = ["check", "--require-marker", "--host", "pipe"];
        lab::run(&[&words, more].concat(), input)
    };
    let ended = check(LIST, &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(
        ended
            .stdout
            .contains("error[marker-missing]: `Deployment/a`")
    );
    let guarded = lab::run(&["--host", "pipe"], LIST).stdout;
    assert_eq!(check(&guarded, &[]).code, Some(0));
    // A job is left alone, and has no mark to show; a preset that guards it wants one.
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c, image: a}]}}}\n";
    assert_eq!(check(job, &[]).code, Some(0));
    assert_eq!(check(job, &["--set", "default.jobs=guard"]).code, Some(1));
    let empty = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    assert_eq!(check(empty, &[]).code, Some(0));
    let odd = LIST
        .replace("    annotations:\n", "    x:\n")
        .replace("name: a # ours", "{name: a, annotations: 3}");
    assert_ne!(check(&odd, &[]).code, Some(70));
}
