//! The plugin server in the image of `scripts/image`, as `deploy/argocd` runs it: a closed root, user 999, default paths.

use super::{EXAMPLES, Sidecar, await_socket, fixtures, hosts, lab};
use crate::images::{ARGO_CD, Shop, within};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

/// The sidecar's container in `deploy/argocd`.
fn container() -> Value {
    let text = fs::read_to_string(lab::own("deploy/argocd/repo-server.yaml")).unwrap();
    fixtures::sorted(&text)[0]["spec"]["template"]["spec"]["containers"][0].clone()
}

/// The volumes of the container as folders, with what is in them at the start.
fn volumes(server: &Path) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["plugins", "sparkk8s-post-tmp", "var-files", "repo"] {
        fs::create_dir(path(name)).unwrap();
    }
    for (volume, file) in [
        ("sparkk8s-post-plugin", "plugin.yaml"),
        ("sparkk8s-post-policy", "sidecar.yaml"),
        ("sparkk8s-post-policy", "sparkk8s.yaml"),
    ] {
        let text = fixtures::read(&lab::own(&format!("deploy/argocd/{file}")));
        lab::write(&path(volume).join(file), text);
    }
    fs::copy(server, path("var-files/argocd-cmp-server")).unwrap();
    folder
}

/// Starts that container: the image is its root.
fn start(root: &Path) -> Option<Sidecar> {
    let (server, client) = (
        hosts::host("argocd-cmp-server")?,
        hosts::host("cmp-client")?,
    );
    let folder = volumes(&server);
    let container = container();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mounts = container["volumeMounts"].as_array().unwrap().iter();
    let mounts = mounts.map(|mount| {
        let volume = folder.path().join(text(&mount["name"]));
        (volume, text(&mount["mountPath"]))
    });
    // What every container is given.
    let devices = (PathBuf::from("/dev"), "/dev".to_owned());
    let mounts: Vec<_> = mounts.chain([devices]).collect();
    let security = &container["securityContext"];
    assert_eq!(security["readOnlyRootFilesystem"], true);
    let user = u32::try_from(security["runAsUser"].as_u64().unwrap()).unwrap();
    let program = text(&container["command"][0]);
    let words = [
        program.as_str(),
        "--logformat",
        "text",
        "--loglevel",
        "info",
    ];
    let mut command = within(root, user, &mounts, &words);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    for variable in container["env"].as_array().unwrap() {
        command.env(text(&variable["name"]), text(&variable["value"]));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let server = await_socket(command.stderr(Stdio::piped()));
    Some(Sidecar {
        folder,
        client,
        _server: hosts::Server(server),
    })
}

#[test]
fn the_sidecar_of_deploy_runs_in_its_image() {
    let (Some(shop), Some(())) = (Shop::real(), hosts::user_namespaces()) else {
        return;
    };
    let Some(sidecar) = start(&shop.exported(&ARGO_CD)) else {
        return;
    };
    let Some(plain) = Sidecar::start() else {
        return;
    };
    // Helm's way, and that of Kustomize.
    let folder = sidecar.path("repo/overlay");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("kustomization.yaml"), "resources: [all.yaml]\n").unwrap();
    fs::copy(lab::own("examples/demo.yaml"), folder.join("all.yaml")).unwrap();
    fixtures::copy(&folder, &plain.path("repo/overlay"));
    sidecar.holds(EXAMPLES[0]);
    plain.holds(EXAMPLES[0]);
    let dev = r#"[{"name":"environment","string":"dev"}]"#;
    for application in [EXAMPLES[0], "overlay"] {
        let answer = sidecar.choose(application, dev);
        assert!(answer.out.contains("sparkk8s.io/policy"), "{answer:?}");
        assert_eq!(answer.objects(), plain.choose(application, dev).objects());
    }
}
