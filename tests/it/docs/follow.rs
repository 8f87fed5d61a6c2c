//! The pages of the pipelines as a new user follows them: on a clean clone, in one shell, command by command, as printed,
//! with the real hosts and an API server. Cargo alone is a stand-in, which takes the program of this test for a build.

use super::commands::{Command, commands};
use super::page::{Block, Page, root};
use super::run::held;
use crate::{fixtures, helm, hosts, lab};
use std::path::{Path, PathBuf};
use std::process;
use tempfile::TempDir;

const PAGES: [&str; 7] = [
    "README.md",
    "docs/en/quick-start.md",
    "docs/en/helm.md",
    "docs/en/argo-cd.md",
    "docs/en/flux.md",
    "docs/en/kustomize-and-kpt.md",
    "docs/en/lock.md",
];

/// What runs this very test.
const SUITE: &str = "scripts/test";

/// A namespace that a reader of the page of Argo CD has already.
const ARGOCD: &str = "argocd";

#[test]
fn pages_can_be_followed_on_a_clean_clone() {
    let names = ["helm3", "helm4", "kustomize", "kubectl"];
    let programs = names.map(hosts::host);
    let [Some(helm3), Some(helm4), Some(kustomize), Some(kubectl)] = programs else {
        return;
    };
    let others = [("kustomize", kustomize), ("kubectl", kubectl)];
    if helm::kubeconfig(ARGOCD).is_none() {
        return;
    }
    let mut bad = Vec::new();
    let mut ran = 0;
    for page in PAGES {
        let mut reader = Reader::of([&helm3, &helm4], &others, page);
        let page = Page {
            path: page.to_owned(),
            text: fixtures::read(&reader.clone().join(page)),
        };
        for block in page.blocks() {
            ran += 1;
            if let Err(why) = reader.follow(&block) {
                bad.push(format!("{}:{}: {why}", page.path, block.line));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n\n"));
    assert!(ran > 60, "only {ran} blocks were found");
}

/// Somebody with a clone, a shell and a cluster.
struct Reader {
    folder: TempDir,
    /// What the last command printed; nothing where it was not run.
    printed: Option<(String, String)>,
}

impl Reader {
    fn of(helms: [&Path; 2], others: &[(&str, PathBuf)], page: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        clone(&at("clone"));
        lab::write(&at("shell"), at("clone").to_str().expect("UTF-8"));
        let ours = Path::new(env!("CARGO_BIN_EXE_sparkk8s-post"));
        let name = page.replace(['/', '.'], "-").to_lowercase();
        for (version, program) in ["helm3", "helm4"].iter().zip(helms) {
            let bin = at(version);
            lab::write(&bin.join("README"), "");
            let link = |name: &str, program: &Path| {
                std::os::unix::fs::symlink(program, bin.join(name)).expect("a link");
            };
            link("helm", program);
            link("sparkk8s-post", ours);
            for (name, program) in others {
                link(name, program);
            }
            fixtures::script(&bin.join("cargo"), &cargo(ours));
            // A release of one name each, as a reader has who uses one of the Helms.
            let kubeconfig = helm::kubeconfig(&format!("{name}-{version}"));
            lab::write(
                &at(&format!("{version}.yaml")),
                kubeconfig.expect("a server"),
            );
        }
        Self {
            folder,
            printed: None,
        }
    }

    fn clone(&self) -> PathBuf {
        self.folder.path().join("clone")
    }

    /// Does what a block asks for.
    fn follow(&mut self, block: &Block) -> Result<(), String> {
        let words: Vec<_> = block.info.split_whitespace().collect();
        match words.as_slice() {
            ["sh", "elsewhere" | "foreign", ..] => self.printed = None,
            ["sh", rest @ ..] => {
                let helm4 = rest.contains(&"helm4");
                for command in commands(&block.text) {
                    self.run(&command, helm4)?;
                }
            }
            ["text", "output", ..] => {
                if let Some((out, err)) = &self.printed {
                    held(out, err, &block.text)?;
                }
            }
            ["yaml" | "text", name] | ["yaml", "wrong", name] => {
                lab::write(&self.here().join(name), &block.text);
            }
            _ => {}
        }
        Ok(())
    }

    /// Where the shell is.
    fn here(&self) -> PathBuf {
        fixtures::read(&self.folder.path().join("shell"))
            .trim_end()
            .into()
    }

    fn run(&mut self, command: &Command, helm4: bool) -> Result<(), String> {
        if command.text == SUITE {
            return Ok(());
        }
        let script = format!(
            "set -o pipefail\n{}\ncode=$?\npwd > '{}'\nexit $code",
            command.text,
            self.folder.path().join("shell").display()
        );
        let output = self.shell(&script, helm4);
        let [out, err] = [&output.stdout, &output.stderr]
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let exit = output.status.code();
        if exit != Some(command.exit) {
            return Err(format!(
                "`{}` ends with {exit:?}:\n{err}\n{out}",
                command.text
            ));
        }
        self.printed = Some((out, err));
        Ok(())
    }

    /// Bash in nobody's environment. Helm 4 has a data folder of its own, as the pages ask for.
    fn shell(&self, script: &str, helm4: bool) -> process::Output {
        let at = |name: &str| self.folder.path().join(name);
        let version = if helm4 { "helm4" } else { "helm3" };
        let path = std::env::var("PATH").expect("PATH");
        let mut bash = process::Command::new("bash");
        bash.args(["-c", script])
            .current_dir(self.here())
            .env_clear()
            .env("PATH", format!("{}:{path}", at(version).display()))
            .env("HOME", at("home"))
            .env("KUBECONFIG", at(&format!("{version}.yaml")));
        if helm4 {
            bash.env("HELM_DATA_HOME", at("home/.local/share/helm4"));
        }
        bash.output().expect("bash")
    }
}

/// What a clone holds: the files that git knows of, as they are in this folder.
fn clone(to: &Path) {
    let mut list = process::Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root());
    let output = list.output().expect("git");
    assert!(output.status.success(), "this is no clone");
    for name in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        let (from, to) = (root().join(name), to.join(name));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&from, &to).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

/// A `cargo` whose builds are the program of this test.
fn cargo(ours: &Path) -> String {
    format!(
        "#!/bin/sh\ncase $1 in\n\
         build) mkdir -p target/release && ln -sf '{}' target/release/sparkk8s-post ;;\n\
         metadata) printf '{{\"target_directory\":\"%s/target\"}}' \"$PWD\" ;;\n\
         install) ;;\n*) exit 1 ;;\nesac\n",
        ours.display()
    )
}
