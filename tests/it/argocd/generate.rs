//! What comes out of the plugin server is what comes out of the pipe.

use super::{EXAMPLES, Sidecar, fixtures, hosts, lab};
use serde_json::json;
use std::fs;
use std::process::Command;

/// What the same chart gives in a pipe, with the policy of the sidecar.
fn piped(sidecar: &Sidecar, example: &str, ours: &[&str]) -> String {
    let rendered = Command::new(sidecar.path("bin/helm"))
        .args([
            "template",
            "spark",
            ".",
            "--include-crds",
            "--namespace",
            "lake",
        ])
        .current_dir(sidecar.path("repo").join(example))
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{rendered:?}");
    let config = sidecar.path("etc/sparkk8s.yaml");
    let config = ["--host", "pipe", "--config", config.to_str().unwrap()];
    let guarded = lab::run(&[&config, ours].concat(), rendered.stdout);
    assert_eq!(guarded.code, Some(0), "{}", guarded.stderr);
    guarded.stdout
}

#[test]
fn the_plugin_server_gives_what_the_pipe_gives() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    for example in EXAMPLES {
        sidecar.holds(example);
        let dev = r#"[{"name":"environment","string":"dev"}]"#;
        let answer = sidecar.choose(example, dev);
        assert_eq!(
            answer.objects(),
            fixtures::sorted(&piped(&sidecar, example, &["--env", "dev"]))
        );
        let marked = answer.out.matches("sparkk8s.io/policy").count();
        assert!(marked > 0, "{example} is not guarded");
    }
}

#[test]
fn an_application_in_any_namespace_is_released_by_its_own_name() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(EXAMPLES[0]);
    let dev = r#"[{"name":"environment","string":"dev"}]"#;
    let variables = [
        ("ARGOCD_APP_PARAMETERS", dev),
        ("ARGOCD_APP_NAME", "team_spark"),
    ];
    let answer = sidecar.ask(EXAMPLES[0], &variables, &[]);
    assert_eq!(answer.objects(), sidecar.choose(EXAMPLES[0], dev).objects());
}

#[test]
fn kustomize_is_run_where_its_file_lies() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    let folder = sidecar.path("repo/overlay");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("kustomization.yaml"), "resources: [all.yaml]\n").unwrap();
    let stream = fs::read_to_string(lab::own("examples/demo.yaml")).unwrap();
    fs::write(folder.join("all.yaml"), stream).unwrap();
    let answer = sidecar.choose("overlay", r#"[{"name":"environment","string":"dev"}]"#);
    assert!(answer.objects().len() > 5);
    assert!(answer.out.contains("sparkk8s.io/policy"), "{}", answer.out);
}

#[test]
fn values_of_an_application_reach_its_chart() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(EXAMPLES[0]);
    fs::write(
        sidecar.path("repo/shared.yaml"),
        "executors: {memory: 5g}\njupyter: {storage: 6Gi}\n",
    )
    .unwrap();
    let given = json!([
        {"name": "environment", "string": "dev"},
        {"name": "values-files", "array": ["../shared.yaml"]},
        {"name": "values", "string": "jupyter:\n  storage: 7Gi\n"},
        {"name": "release-name", "string": "other"},
    ]);
    let answer = sidecar.choose(EXAMPLES[0], &given.to_string());
    // Values count more than files of them.
    for part in [
        r#""name":"other-connect""#,
        "spark.executor.memory",
        "5g",
        r#""storage":"7Gi""#,
    ] {
        assert!(answer.out.contains(part), "{part}: {answer:?}");
    }
}

#[test]
fn eight_applications_at_once() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    for example in EXAMPLES {
        sidecar.holds(example);
    }
    let dev = r#"[{"name":"environment","string":"dev"}]"#;
    let alone = EXAMPLES.map(|example| sidecar.choose(example, dev).objects());
    let sidecar = &sidecar;
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|at| {
                (
                    at % 3,
                    scope.spawn(move || sidecar.choose(EXAMPLES[at % 3], dev)),
                )
            })
            .collect();
        for (example, answer) in asked {
            assert_eq!(answer.join().unwrap().objects(), alone[example]);
        }
    });
}

#[test]
fn what_is_open_is_announced_with_its_type_and_value() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(EXAMPLES[0]);
    let answer = sidecar.ask(EXAMPLES[0], &[], &["-parameters"]);
    assert!(answer.done, "{}", answer.err);
    let expected = [
        r#"name:"presets""#,
        r#"name:"environment""#,
        r#"string:"prod""#,
        r#"name:"resources.size""#,
        r#"string:"large""#,
        r#"name:"values-files""#,
    ];
    for part in expected {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
    assert!(!answer.out.contains("default.jobs"), "{}", answer.out);
    // Current values are those of the application.
    let chosen =
        r#"[{"name":"environment","string":"dev"},{"name":"resources.size","string":"medium"}]"#;
    let answer = sidecar.ask(
        EXAMPLES[0],
        &[("ARGOCD_APP_PARAMETERS", chosen)],
        &["-parameters"],
    );
    assert!(answer.out.contains(r#"string:"medium""#), "{}", answer.out);
}

#[test]
fn the_files_of_deploy_agree_with_each_other_and_with_kustomize() {
    let read = |name: &str| {
        let text = fs::read_to_string(lab::own(&format!("deploy/argocd/{name}"))).unwrap();
        fixtures::sorted(&text).remove(0)
    };
    let values = read("values.yaml");
    let plugin = read("plugin.yaml");
    assert_eq!(
        values["configs"]["cmp"]["plugins"]["sparkk8s-post"],
        plugin["spec"]
    );
    let pod = &read("repo-server.yaml")["spec"]["template"]["spec"];
    let (ours, chart) = (
        &pod["containers"][0],
        &values["repoServer"]["extraContainers"][0],
    );
    for field in ["name", "image", "command", "env", "securityContext"] {
        assert_eq!(ours[field], chart[field], "{field}");
    }
    let Some(kustomize) = hosts::host("kustomize") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    fixtures::copy(&lab::own("deploy/argocd"), &folder.path().join("argocd"));
    let server = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: argocd-repo-server}\nspec:\n  template:\n    \
                  spec:\n      containers: [{name: argocd-repo-server, image: argocd}]\n      volumes: [{name: var-files, emptyDir: {}}]\n";
    fs::write(folder.path().join("argocd.yaml"), server).unwrap();
    let all = "resources: [argocd.yaml]\ncomponents: [argocd]\n";
    fs::write(folder.path().join("kustomization.yaml"), all).unwrap();
    let built = Command::new(kustomize)
        .arg("build")
        .arg(folder.path())
        .output()
        .unwrap();
    let built = String::from_utf8(built.stdout).unwrap();
    let deployment = fixtures::sorted(&built)
        .into_iter()
        .find(|object| object["kind"] == "Deployment");
    let pod = &deployment.unwrap()["spec"]["template"]["spec"];
    let names = |list: &str| {
        pod[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].clone())
            .collect::<Vec<_>>()
    };
    assert!(
        names("containers").contains(&"sparkk8s-post".into()),
        "{built}"
    );
    for mount in ours["volumeMounts"].as_array().unwrap() {
        let is_argocd = ["plugins", "var-files"]
            .iter()
            .any(|name| mount["name"] == *name);
        assert!(
            is_argocd || names("volumes").contains(&mount["name"]),
            "{mount}"
        );
    }
}

#[test]
fn the_application_of_deploy_chooses_what_the_sidecar_of_deploy_opens() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    let text = fs::read_to_string(lab::own("deploy/argocd/application.yaml")).unwrap();
    let application = fixtures::sorted(&text).remove(0);
    let source = &application["spec"]["source"];
    sidecar.holds(EXAMPLES[0]);
    assert_eq!(source["path"], format!("examples/{}", EXAMPLES[0]));
    let parameters = source["plugin"]["parameters"].to_string();
    assert!(
        !sidecar
            .choose(EXAMPLES[0], &parameters)
            .objects()
            .is_empty()
    );
}
