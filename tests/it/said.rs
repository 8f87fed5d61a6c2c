//! What is said, how often, and with which way out.

use super::lab::{self, run};
use sparkk8s_post::guard::Waiver;

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\n")
}

fn deployment(spec: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{template: {{spec: {spec}}}}}\n"
    )
}

const AT: &str = "/spec/template/spec/containers/0";

/// The findings of that id, as the report for machines has them.
fn findings(guarded: &lab::Guarded, id: &str) -> Vec<serde_json::Value> {
    let all = guarded.report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["id"] == id).cloned().collect()
}

#[test]
fn an_object_that_is_left_alone_is_named_once_with_all_rules() {
    let text = pod("{containers: [{name: c, image: apache/spark:4.0.1, args: [driver]}]}");
    let guarded = lab::guard(&text, &lab::policy(&["default"], &[])).unwrap();
    let [finding] = &findings(&guarded, "left-alone")[..] else {
        panic!("{:#}", guarded.report);
    };
    let because = finding["because"].as_str().unwrap();
    for rule in [
        "default/image-user",
        "default/run-as-non-root",
        "observability/driver-metrics",
        "resources/",
    ] {
        assert!(because.contains(rule), "{because}");
    }
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("more rules do not apply"), "{message}");
    let needed = finding["neededBy"].as_str().unwrap();
    let files = ["default.yaml:", "observability.yaml:", "resources.yaml:"];
    assert!(files.iter().all(|file| needed.contains(file)), "{needed}");
}

#[test]
fn forbid_on_a_pod_finds_every_container() {
    let preset = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: t, version: 1.0.0}\n\
                  spec:\n  summary: s\n  rules:\n    - id: no-latest\n      on: pod\n\
                  \x20     forbid: {spec: {containers: [{image: \"*:latest\"}]}}\n      because: b\n";
    let text = deployment(
        "{containers: [{name: a, image: \"x:latest\"}, {name: b, image: \"x:1\"}, {name: c, image: \"y:latest\"}]}",
    );
    let guarded = lab::guard(&text, &lab::policy(&[preset], &[])).unwrap();
    let found = findings(&guarded, "t/no-latest");
    let paths: Vec<_> = found.iter().map(|f| f["path"].as_str().unwrap()).collect();
    let at = "/spec/template/spec/containers";
    assert_eq!(paths, [format!("{at}/0/image"), format!("{at}/2/image")]);
}

#[test]
fn two_presets_that_disagree_say_how_to_agree() {
    let demo = std::fs::read_to_string(lab::own("examples/demo.yaml")).unwrap();
    let both = [
        "--host",
        "pipe",
        "--preset",
        "default",
        "--preset",
        "restricted",
    ];
    let refused = run(&both, demo.clone());
    assert_eq!(refused.code, Some(2));
    let ways = [
        "`--set default.jobs=guard`",
        "`--set restricted.jobs=leave`",
    ];
    for way in ways {
        assert!(refused.stderr.contains(way), "{}", refused.stderr);
    }
    for set in [
        &["default.jobs=guard"][..],
        &["restricted.jobs=leave"],
        // Whoever has the last word anyway.
        &[
            "resources.jobs=guard",
            "observability.jobs=guard",
            "images.jobs=guard",
        ],
    ] {
        let set = set.iter().flat_map(|set| ["--set", set]);
        let args: Vec<_> = both.into_iter().chain(set).collect();
        let ended = run(&args, demo.clone());
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn a_number_out_of_bounds_is_called_a_number() {
    let set = [
        "--preset",
        "restricted",
        "--set",
        "pod-security-restricted.runAsUser=0",
    ];
    let ended = run(&set, pod("{containers: []}"));
    let wanted = "is at least `1`, found number `0`";
    assert!(ended.stderr.contains(wanted), "{}", ended.stderr);
}

#[test]
fn what_a_container_lacks_is_not_called_set() {
    let text = deployment("{containers: [{name: c, image: acme/app:1}]}");
    let ended = run(&["check", "--host", "pipe"], text);
    assert!(
        ended.stdout.contains("pod-security/incomplete"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("not set below this"),
        "{}",
        ended.stdout
    );
    assert!(!ended.stdout.contains("set here"), "{}", ended.stdout);
}

#[test]
fn one_root_by_choice_does_not_free_the_others() {
    let text = deployment(
        "{initContainers: [{name: chown, image: busybox, securityContext: {runAsUser: 0}}], \
          containers: [{name: c, image: apache/spark:4.0.1}]}",
    );
    let waiver = Waiver::parse("pod-security*/*=Deployment/d/chown: hands a volume over").unwrap();
    let policy = lab::policy(&["restricted"], &[]);
    let guarded = lab::guard_with(&text, &policy, &[waiver]).unwrap();
    let changes = guarded.report["changes"].as_array().unwrap().iter();
    let changed = changes
        .filter(|change| change["rule"] == "pod-security-restricted/run-as-non-root-container");
    let paths: Vec<_> = changed
        .map(|change| change["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, [format!("{AT}/securityContext/runAsNonRoot")]);
    // Where the pod says so, no container repeats it.
    let whole = deployment("{containers: [{name: c, image: apache/spark:4.0.1}]}");
    let whole = lab::guard(&whole, &policy).unwrap();
    assert_eq!(whole.text.matches("runAsNonRoot").count(), 1);
    // The rules that would take from it what it needs are waived with the same word.
    let value = super::fixtures::yaml(&guarded.text).unwrap().remove(0);
    let spec = &value["spec"]["template"]["spec"];
    assert_eq!(
        spec["initContainers"][0]["securityContext"],
        serde_json::json!({"runAsUser": 0})
    );
    assert_eq!(
        spec["containers"][0]["securityContext"]["runAsNonRoot"],
        true
    );
}
