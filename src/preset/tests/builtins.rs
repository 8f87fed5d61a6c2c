//! The presets and overlays that are shipped.

use super::*;
use crate::preset::builtin::{BUILTINS, BuiltinKind};

#[test]
fn every_built_in_is_what_the_table_says() {
    for builtin in BUILTINS {
        let file = builtin.file();
        if builtin.is_preset() {
            let preset = Preset::load(&file, Layer::BuiltIn, &KNOWN)
                .unwrap_or_else(|error| panic!("{}", error.plain()));
            assert_eq!(preset.name(), builtin.name);
            assert_eq!(preset.version(), builtin.version, "{}", builtin.name);
        } else {
            let overlay = Overlay::load(&file).unwrap_or_else(|error| panic!("{}", error.plain()));
            assert_eq!(overlay.written.metadata.name.value, builtin.name);
        }
        assert!(!builtin.summary().is_empty(), "{}", builtin.name);
        assert_eq!(
            builtin.path.starts_with("presets/blocks/"),
            builtin.kind == BuiltinKind::Block
        );
    }
}

#[test]
fn every_built_in_composes_alone_and_under_every_overlay() {
    for builtin in BUILTINS.iter().filter(|b| b.is_preset()) {
        for overlay in [None, Some("dev"), Some("staging"), Some("prod")] {
            let desk = Desk::default().choose(builtin.name);
            let desk = overlay.into_iter().fold(desk, Desk::over);
            let policy = desk.policy();
            assert!(!policy.rules.is_empty() || !policy.checks.is_empty());
        }
    }
}

#[test]
fn all_files_of_the_folders_are_in_the_table() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["presets", "presets/blocks", "overlays"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            let is_policy = !matches!(name.as_str(), "blocks" | "tables" | "README.md");
            assert!(
                !is_policy || BUILTINS.iter().any(|b| b.path == path),
                "{path}"
            );
        }
    }
}

/// Every rule that changes something, with what it writes.
fn changes(policy: &Policy) -> impl Iterator<Item = (&ResolvedRule, serde_json::Value)> {
    policy.rules.iter().filter_map(|rule| {
        let (Verb::Default(body) | Verb::Enforce(body) | Verb::Include(body)) = &rule.verb else {
            return None;
        };
        let value = body.to_value(&|_| Some(185.into())).unwrap();
        Some((rule, value.into_owned()))
    })
}

#[test]
fn default_sets_only_what_is_absent_and_no_limits() {
    let policy = Desk::default().choose("default").policy();
    for (rule, value) in changes(&policy) {
        assert!(value["resources"]["limits"].is_null(), "{}", rule.id);
        let enforces = matches!(rule.verb, Verb::Enforce(_));
        let ours = [
            "default/mark",
            "images/digest",
            "pins/application-digest",
            "pins/config-digest",
        ];
        let ours = ours.contains(&rule.id.as_str());
        assert_eq!(enforces, ours, "{}", rule.id);
        let resources = rule.id.starts_with("resources/");
        let absent = rule
            .selectors
            .iter()
            .any(|s| s.resources == Some(Resources::Absent));
        assert_eq!(resources, absent, "{}", rule.id);
    }
    let mut refusals: Vec<_> = policy
        .rules
        .iter()
        .filter(|rule| rule.verb.reports() && rule.severity == Severity::Error)
        .map(|rule| rule.id.as_str())
        .collect();
    refusals.sort_unstable();
    assert_eq!(
        refusals,
        [
            "default/spark-host-ipc",
            "default/spark-host-pid",
            "default/spark-privileged"
        ]
    );
    let errors: Vec<_> = policy
        .checks
        .iter()
        .filter(|c| c.severity == Severity::Error)
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(errors, ["api-validity"]);
}

#[test]
fn default_changes_a_container_only_by_evidence() {
    let policy = Desk::default().choose("default").policy();
    let security = changes(&policy)
        .filter(|(rule, _)| rule.on == Root::Container && rule.id.starts_with("default/"));
    let known = [NonRoot::Declared, NonRoot::Inferred];
    let mut seen = 0;
    for (rule, _) in security {
        let evidence = rule.selectors.iter().find_map(|s| s.non_root.as_ref());
        assert!(
            evidence.unwrap().iter().all(|word| known.contains(word)),
            "{}",
            rule.id
        );
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_size_is_one_rule_for_each_role() {
    for (size, limits) in [("small", "false"), ("medium", "true"), ("large", "false")] {
        let desk = Desk::default()
            .choose("resources")
            .set(&format!("size={size}"))
            .set(&format!("limits={limits}"));
        let policy = desk.policy();
        let mut roles: Vec<_> = policy
            .rules
            .iter()
            .filter(|rule| rule.id != "resources/helpers")
            .flat_map(|rule| {
                rule.selectors
                    .iter()
                    .filter_map(|s| s.roles.as_ref())
                    .flatten()
            })
            .map(Glob::text)
            .collect();
        roles.sort_unstable();
        // Spark overwrites what is written for executors.
        let mut expected = tables().role_names();
        expected.retain(|role| *role != "spark-executor");
        expected.sort_unstable();
        assert_eq!(roles, expected, "{size}");
        for (rule, value) in changes(&policy) {
            let limit = &value["resources"]["limits"]["memory"];
            let wanted = limits == "true" && rule.id != "resources/helpers";
            assert_eq!(limit.is_string(), wanted, "{}", rule.id);
            assert!(limit.is_null() || *limit == value["resources"]["requests"]["memory"]);
        }
    }
}

#[test]
fn restricted_guards_jobs_unless_told_otherwise() {
    let jobs = |desk: Desk| {
        let policy = desk.choose("restricted").policy();
        let mut jobs: Vec<_> = policy
            .rules
            .iter()
            .flat_map(|r| &r.selectors)
            .filter_map(|s| s.jobs)
            .collect();
        jobs.dedup();
        jobs
    };
    assert_eq!(jobs(Desk::default()), [Jobs::Guard]);
    assert_eq!(jobs(Desk::default().set("jobs=leave")), [Jobs::Leave]);
    let policy = Desk::default().choose("restricted").policy();
    let level = policy
        .checks
        .iter()
        .find(|check| check.id == "pod-security")
        .unwrap();
    assert_eq!(level.setting("level").unwrap(), "restricted");
    assert_eq!(level.severity, Severity::Error);
}

#[test]
fn scratch_mounts_have_their_volumes() {
    let policy = Desk::default().choose("spark-scratch").policy();
    let (rule, value) = changes(&policy).next().unwrap();
    let names = |value: &serde_json::Value| {
        let items = value.as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let pod = rule.pod.as_ref().unwrap().to_value(&|_| None).unwrap();
    assert_eq!(
        names(&value["volumeMounts"]),
        names(&pod["spec"]["volumes"])
    );
}

#[test]
fn versions_can_be_pinned() {
    assert_eq!(
        Desk::default().choose("default@1").policy().mark,
        "default@1.0.0"
    );
    assert_eq!(
        Desk::default()
            .choose("default")
            .choose("default@1")
            .policy()
            .presets
            .len(),
        5
    );
}
