//! `deploy/flux/publish.sh` with a real registry, and Flux's own libraries on the other side.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

use super::{fixtures, hosts, lab};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// `flux push artifact`, in whose place Flux's own library pushes: the program itself cannot be had here.
const FLUX: &str = r#"#!/bin/bash
set -euo pipefail
[ "$1 $2" = "push artifact" ]
url=$3
shift 3
while [ $# -gt 0 ]; do
  case "$1" in
    --path) path=$2 ;;
    --revision) revision=$2 ;;
    --source) [ -n "$2" ] ;;
    --output) [ "$2" = json ] ;;
    *) exit 64 ;;
  esac
  shift 2
done
digest=$(flux-library push "${url#oci://}" "$path" "$revision")
echo "{\"digest\": \"${digest##*@}\"}"
"#;

/// A registry on loopback, and a copy of the examples with the script's programs on the path.
struct Shop {
    folder: TempDir,
    _registry: hosts::Server,
    address: String,
}

impl Shop {
    fn open() -> Option<Self> {
        let (registry, address) = hosts::registry()?;
        let [flux, helm] = ["flux", "helm3"].map(hosts::host);
        let (flux, helm) = (flux?, helm?);
        let folder = TempDir::new().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        symlink(flux, bin.join("flux-library")).unwrap();
        symlink(helm, bin.join("helm")).unwrap();
        symlink(
            env!("CARGO_BIN_EXE_sparkk8s-post"),
            bin.join("sparkk8s-post"),
        )
        .unwrap();
        fixtures::script(&bin.join("flux"), FLUX);
        fixtures::copy(&lab::own("examples"), &folder.path().join("examples"));
        Some(Self {
            folder,
            _registry: registry,
            address,
        })
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("examples/environments")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display()),
            )
            .env("HOME", self.folder.path())
            .env("REPORTS", self.folder.path().join("reports"))
            .current_dir(self.project());
        command
    }

    fn publish(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("bash");
        command
            .arg(lab::own("deploy/flux/publish.sh"))
            .args(arguments);
        command.output().unwrap()
    }

    /// What kustomize-controller would apply of an artifact.
    fn applied(&self, artifact: &str, variables: &[&str]) -> Vec<Value> {
        let folder = TempDir::new().unwrap();
        let library = self.folder.path().join("bin/flux-library");
        let library = library.to_str().unwrap();
        let pulled = self
            .command(library)
            .args(["pull", artifact])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(pulled.status.success(), "{pulled:?}");
        assert_eq!(
            String::from_utf8_lossy(&pulled.stdout).trim(),
            "main@sha1:abc"
        );
        let mut build = self.command(library);
        let built = build
            .arg("build")
            .arg(folder.path())
            .args(variables)
            .output()
            .unwrap();
        assert!(built.status.success(), "{built:?}");
        fixtures::sorted(&String::from_utf8(built.stdout).unwrap())
    }
}

#[test]
fn what_is_pushed_and_pulled_is_what_was_guarded() {
    let Some(shop) = Shop::open() else {
        return;
    };
    let repository = format!("{}/spark", shop.address);
    let published = shop.publish(&[&repository, "main", "main@sha1:abc", "dev", "prod"]);
    assert!(published.status.success(), "{published:?}");
    let told = String::from_utf8(published.stdout).unwrap();
    assert_eq!(told.lines().count(), 2, "{told}");
    for environment in ["dev", "prod"] {
        let guarded = shop
            .command("sparkk8s-post")
            .args(["render", "--host", "pipe", "--env", environment, "--run"])
            .output()
            .unwrap();
        let guarded = String::from_utf8(guarded.stdout).unwrap();
        assert!(guarded.contains("sparkk8s.io/policy"));
        let artifact = format!("{repository}/{environment}:main");
        assert_eq!(
            shop.applied(&artifact, &[]),
            fixtures::sorted(&guarded),
            "{environment}"
        );
        assert!(
            told.contains(&format!("{repository}/{environment}@sha256:")),
            "{told}"
        );
    }
}

#[test]
fn a_change_without_a_new_lock_is_not_pushed() {
    let Some(shop) = Shop::open() else {
        return;
    };
    let chart = shop
        .folder
        .path()
        .join("examples/spark-connect-jupyter/values.yaml");
    let values = fs::read_to_string(&chart).unwrap();
    let changed = values.replace("memory: 2g", "memory: 3g");
    assert_ne!(changed, values);
    fs::write(&chart, changed).unwrap();
    let repository = format!("{}/spark", shop.address);
    for arguments in [&["--check"][..], &[]] {
        let rest = [&repository, "main", "main@sha1:abc", "dev", "prod"];
        let published = shop.publish(&[arguments, &rest].concat());
        let said = String::from_utf8_lossy(&published.stderr);
        assert_eq!(published.status.code(), Some(4), "{said}");
        assert_eq!(published.stdout, b"", "{said}");
        // Whoever reviews the change reads why.
        let report = shop.folder.path().join("reports/dev.md");
        let report = fs::read_to_string(report).unwrap();
        assert!(report.starts_with('#') && report.contains("3g"), "{report}");
    }
    let library = shop.folder.path().join("bin/flux-library");
    let pulled = shop
        .command(library.to_str().unwrap())
        .args(["pull", &format!("{repository}/dev:main"), "."])
        .output()
        .unwrap();
    assert!(!pulled.status.success(), "something was pushed");
}

#[test]
fn an_environment_that_the_project_does_not_have_is_said() {
    let config = lab::own("examples/environments/sparkk8s.yaml");
    let words = [
        "render",
        "--run",
        "--env",
        "nix",
        "--config",
        config.to_str().unwrap(),
    ];
    let ended = lab::run(&words, "");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(
        ended.stderr.contains("has no environment `nix`"),
        "{}",
        ended.stderr
    );
}
