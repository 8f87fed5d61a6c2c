//! Whoever owns an application, or may write into its repository, gets no more than the sidecar's file opens.

use super::{EXAMPLES, Sidecar};
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;

const CHART: &str = EXAMPLES[0];
const DEV: &str = r#"{"name":"environment","string":"dev"}"#;

/// A preset that would undo what the sidecar's do.
const WEAK: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: weak, version: 1.0.0}\nspec:\n  \
    summary: weak\n  rules:\n    - id: privileged\n      on: container\n      enforce: {securityContext: {privileged: true}}\n      \
    because: why not\n";

#[test]
fn what_is_no_parameter_changes_nothing() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let dev = format!("[{DEV}]");
    let before = sidecar.choose(CHART, &dev).objects();
    let attempts = [
        ("ARGOCD_ENV_SPARKK8S_CONFIG", "/dev/null"),
        ("ARGOCD_ENV_PRESET", "./weak.yaml"),
        ("ARGOCD_ENV_HELM_PLUGINS", "/tmp"),
        ("ARGOCD_ENV_PATH", "/tmp"),
        (
            "ARGOCD_ENV_SKIP",
            "default/drop-all-capabilities=Deployment/spark-connect: x",
        ),
        ("PARAM_PRESETS_0", "./weak.yaml"),
        ("PARAM_ENVIRONMENT", "prod"),
        ("PARAM_RESOURCES_SIZE", "large"),
        ("PARAM_CONFIG", "/dev/null"),
        ("PARAM_VALUES_FILES_0", "/etc/passwd"),
    ];
    let with = |variable| [("ARGOCD_APP_PARAMETERS", dev.as_str()), variable];
    for attempt in attempts {
        let after = sidecar.ask(CHART, &with(attempt), &[]).objects();
        assert_eq!(after, before, "{attempt:?}");
    }
    // Files of the repository: a project, a preset, and what the repo-server alone reads.
    let files = [
        (
            "sparkk8s.yaml",
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: x}\nspec: {presets: [./weak.yaml]}\n",
        ),
        ("weak.yaml", WEAK),
        (
            ".argocd-source.yaml",
            "plugin: {parameters: [{name: presets, array: [./weak.yaml]}]}\n",
        ),
        (
            "sidecar.yaml",
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Sidecar\nmetadata: {name: x}\nspec: {open: {repositoryPresets: true}}\n",
        ),
    ];
    for (name, text) in files {
        for folder in ["repo".to_owned(), format!("repo/{CHART}")] {
            fs::write(sidecar.path(&folder).join(name), text).unwrap();
        }
        assert_eq!(sidecar.choose(CHART, &dev).objects(), before, "{name}");
    }
}

/// Attempts to choose what the policy does not open, and a part of the reason that each is told.
fn of_the_policy() -> Vec<(String, &'static str)> {
    vec![
        (
            text("environment", "staging"),
            "is not open to applications",
        ),
        (text("environment", "../dev"), "is not open to applications"),
        (text("default.jobs", "leave"), "is not open to applications"),
        (
            text("Resources.Size", "large"),
            "is not open to applications",
        ),
        (text("resources.size", "huge"), "is one of"),
        (text("resources.size", "large\n"), "is one of"),
        (text("size", "large"), "there is no parameter"),
        (
            text("skip", "default/x=Deployment/y: z"),
            "there is no parameter",
        ),
        (text("config", "/dev/null"), "there is no parameter"),
        (text("presets", "restricted"), "it takes a list of texts"),
        (list("presets", "./weak.yaml"), "is not built in"),
        (list("presets", "../weak.yaml"), "is not built in"),
        (list("presets", "/etc/passwd.yaml"), "is an absolute path"),
        (list("presets", "builtin:presets/x.yaml"), "is not built in"),
        (list("presets", "$(touch x)"), "there is no preset"),
        (list("presets", "default@0"), "there is no version"),
    ]
}

/// Attempts to make something else of Helm, or of the list of parameters.
fn of_the_tool() -> Vec<(String, &'static str)> {
    vec![
        (list("environment", "dev"), "it takes one text"),
        (text("tool", "sh"), "there is no tool"),
        (
            text("release-name", "--post-renderer=sh"),
            "it is no name of a release",
        ),
        (
            text("release-name", "{{ env \"HOME\" }}"),
            "it is no name of a release",
        ),
        (list("values-files", "../../outside.yaml"), "it is not"),
        (
            list("values-files", "/etc/passwd"),
            "it is not in the repository",
        ),
        (
            list("values-files", "https://example.com/x.yaml"),
            "it is not there",
        ),
        (
            list("values-files", "values.yaml,/etc/passwd"),
            "it is not there",
        ),
        (list("values-files", "-"), "it is not there"),
        (format!("[{DEV},{DEV}]"), "it is given twice"),
        (
            r#"[{"name":"values","map":{"a":"b"}}]"#.to_owned(),
            "it takes one text",
        ),
        (
            r#"[{"name":"values","string":"a","array":["b"]}]"#.to_owned(),
            "it takes one text",
        ),
        ("{}".to_owned(), "is no list of parameters"),
        ("[hunter2]".to_owned(), "is no list of parameters"),
    ]
}

fn text(name: &str, value: &str) -> String {
    json!([{"name": name, "string": value}]).to_string()
}

fn list(name: &str, value: &str) -> String {
    json!([{"name": name, "array": [value]}]).to_string()
}

#[test]
fn what_is_not_open_is_refused() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    fs::write(sidecar.path("repo").join(CHART).join("weak.yaml"), WEAK).unwrap();
    fs::write(sidecar.path("outside.yaml"), "a: 1\n").unwrap();
    let attempts = [of_the_policy(), of_the_tool()].concat();
    assert!(attempts.len() >= 20);
    for (given, expected) in attempts {
        let answer = sidecar.choose(CHART, &given);
        let error = answer.refused();
        assert!(error.contains(expected), "{given}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
        let announced = sidecar.ask(
            CHART,
            &[("ARGOCD_APP_PARAMETERS", &given)],
            &["-parameters"],
        );
        if given.contains("presets") {
            announced.refused();
        }
    }
}

#[test]
fn what_is_open_can_be_chosen_and_presets_that_are_built_in_only_tighten() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let small = sidecar.choose(CHART, &format!("[{DEV}]")).objects();
    let large = format!(r#"[{DEV},{{"name":"resources.size","string":"large"}}]"#);
    assert_ne!(sidecar.choose(CHART, &large).objects(), small);
    let token = format!(r#"[{DEV},{{"name":"presets","array":["service-account-token"]}}]"#);
    let token = sidecar.choose(CHART, &token);
    assert!(
        token
            .out
            .contains(r#""automountServiceAccountToken":false"#),
        "{}",
        token.err
    );
    for null in ["null", "[]"] {
        assert!(
            sidecar
                .ask(CHART, &[("ARGOCD_APP_PARAMETERS", null)], &["-parameters"])
                .done
        );
    }
}

#[test]
fn presets_of_a_repository_count_where_they_are_open_and_stay_inside() {
    let open = "apiVersion: sparkk8s.io/v1alpha1\nkind: Sidecar\nmetadata: {name: x}\nspec: {open: {repositoryPresets: true}}\n";
    let Some(sidecar) = Sidecar::with(open) else {
        return;
    };
    sidecar.holds(CHART);
    let folder = sidecar.path("repo").join(CHART);
    let preset = WEAK.replace(
        "enforce: {securityContext: {privileged: true}}",
        "default: {terminationMessagePolicy: FallbackToLogsOnError}",
    );
    fs::create_dir(folder.join("policy")).unwrap();
    fs::write(folder.join("policy/mine.yaml"), preset).unwrap();
    let choose = |path: &str| {
        sidecar.choose(
            CHART,
            &json!([{"name": "presets", "array": [path]}]).to_string(),
        )
    };
    let answer = choose("./policy/mine.yaml");
    assert!(
        answer.out.contains("FallbackToLogsOnError"),
        "{}",
        answer.err
    );
    fs::write(sidecar.path("outside.yaml"), WEAK).unwrap();
    let uses = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: up, version: 1.0.0}\nspec: {summary: up, use: [../../../outside.yaml]}\n";
    fs::write(folder.join("policy/up.yaml"), uses).unwrap();
    for path in [
        "./policy/up.yaml",
        "../../outside.yaml",
        "./policy/none.yaml",
    ] {
        choose(path).refused();
    }
    // The client refuses such a link, as the repo-server does; the program does so where it is run by hand.
    symlink(
        sidecar.path("outside.yaml"),
        folder.join("policy/link.yaml"),
    )
    .unwrap();
    choose("./policy/link.yaml").refused();
}

#[test]
fn what_a_chart_prints_chooses_no_policy() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    let pod = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {containers: \
               [{name: a, image: 'apache/spark:4.1.1', securityContext: {runAsUser: 185}}]}}}}";
    let weak = WEAK.replace('\n', "\\n");
    let list = format!(
        "kind: ResourceList\\napiVersion: config.kubernetes.io/v1\\nitems: [{pod}]\\nfunctionConfig:\\n  {}",
        weak.replace("\\n", "\\n  ")
    );
    sidecar.program("helm", &format!("printf \"{}\"", list.replace('"', "\\\"")));
    let answer = sidecar.choose(CHART, &format!("[{DEV}]"));
    assert!(answer.done, "{}", answer.err);
    let list = &answer.objects()[0];
    let container = &list["items"][0]["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        container["securityContext"]["privileged"],
        serde_json::Value::Null,
        "{list}"
    );
    assert_eq!(
        container["securityContext"]["allowPrivilegeEscalation"], false,
        "{list}"
    );
}
