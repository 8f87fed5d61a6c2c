//! Every YAML block of a page is read by the program that it is for.
//!
//! | fence | |
//! |---|---|
//! | `yaml`, `yaml NAME` | a file: a `Preset`, `Overlay`, `Project` or `Sidecar` is read as one, anything else as a stream, and a kustomization by kustomize as well |
//! | `yaml part KIND` | what stands under `spec` of a file of ours |
//! | `yaml wrong NAME` | a file that the page shows because the program has something to say against it |

use super::page::{Block, pages};
use super::said::text;
use crate::lab::{program, write};
use crate::{fixtures, hosts};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const UNNAMED: &str = "unnamed.yaml";

#[test]
fn every_yaml_block_is_read_by_what_it_is_for() {
    let Some(kustomize) = hosts::host("kustomize") else {
        return;
    };
    let mut bad = Vec::new();
    let mut read = 0;
    for page in pages() {
        let mut place = Place::new(&kustomize);
        for block in page.blocks() {
            let words: Vec<_> = block.info.split_whitespace().collect();
            let verdict = match words.as_slice() {
                ["yaml"] => place.judge(UNNAMED, &block.text),
                ["yaml", name] => place.judge(name, &block.text),
                ["yaml", "part", kind] => {
                    let whole = whole(kind, &block);
                    place.judge("part.yaml", &whole)
                }
                ["yaml", "wrong", name] => match place.judge(name, &block.text) {
                    Ok(()) => Err("nothing is wrong with it".to_owned()),
                    Err(_) => Ok(()),
                },
                [first, ..] if ["yaml", "yml"].contains(first) => {
                    Err(format!("what is `{}`?", block.info))
                }
                _ => continue,
            };
            read += 1;
            if let Err(why) = verdict {
                bad.push(format!("{}:{}: {why}", page.path, block.line));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n\n"));
    assert!(read > 80, "only {read} blocks were found");
}

fn whole(kind: &str, part: &Block) -> String {
    let indented = part.text.lines().map(|line| format!("  {line}\n"));
    let indented: String = indented.collect();
    format!(
        "apiVersion: sparkk8s.io/v1alpha1\nkind: {kind}\nmetadata: {{name: part}}\nspec:\n{indented}"
    )
}

/// The files of a page.
struct Place<'k> {
    folder: TempDir,
    kustomize: &'k Path,
    /// Presets of the page, which its overlays may set parameters of.
    presets: Vec<String>,
}

impl<'k> Place<'k> {
    fn new(kustomize: &'k Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // What a sidecar's file on a page names beside itself.
        let project = text("deploy/argocd/sparkk8s.yaml");
        write(&folder.path().join("sparkk8s.yaml"), project);
        write(&folder.path().join("Chart.yaml"), "name: c\n");
        Self {
            folder,
            kustomize,
            presets: Vec::new(),
        }
    }

    /// What the program, or the host, has to say against a file.
    fn judge(&mut self, name: &str, text: &str) -> Result<(), String> {
        let folder = self.folder.path();
        write(&folder.join(name), text);
        let documents = fixtures::yaml(text).map_err(|why| format!("it is no YAML: {why}"))?;
        let path = format!("./{name}");
        for document in &documents {
            let ours = document["apiVersion"] == "sparkk8s.io/v1alpha1";
            match document["kind"].as_str().filter(|_| ours) {
                Some("Preset") => {
                    accepts(folder, &["presets", "show", &path])?;
                    // One without a name is replaced by the next.
                    self.presets.extend((name != UNNAMED).then(|| path.clone()));
                }
                Some("Overlay") => {
                    let presets = self.presets.iter().map(String::as_str);
                    let words = ["presets", "show", "default"].into_iter().chain(presets);
                    let words: Vec<_> = words.chain(["--overlay", path.as_str()]).collect();
                    accepts(folder, &words)?;
                }
                Some("Project") => project(folder, name, document)?,
                Some("Sidecar") => {
                    let path = folder.join(name);
                    let path = path.to_str().expect("UTF-8");
                    accepts(folder, &["argocd", "parameters", "--config", path])?;
                }
                _ => stream(folder, name, document)?,
            }
        }
        let lists = ["resources", "components", "transformers"];
        let is_list = |file: &Value| lists.iter().any(|list| file[list].is_array());
        match documents.iter().any(is_list) {
            true => kustomization(folder, text, self.kustomize),
            false => Ok(()),
        }
    }
}

/// A project, as it is and in each of its environments.
fn project(folder: &Path, name: &str, project: &Value) -> Result<(), String> {
    let show = ["presets", "show", "--config", name];
    accepts(folder, &show)?;
    let environments = project["spec"]["environments"].as_object();
    environments
        .into_iter()
        .flatten()
        .try_for_each(|(environment, _)| {
            accepts(folder, &[&show[..], &["--env", environment]].concat())
        })
}

fn accepts(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let ended = program(arguments).within(folder).run();
    match ended.code {
        Some(0) => Ok(()),
        _ => Err(ended.stderr),
    }
}

/// Manifests, or what is none: without a remark on how it is written.
fn stream(folder: &Path, name: &str, document: &Value) -> Result<(), String> {
    let checked = program(&["check", "-o", "json", "-f", name]);
    let ended = checked.within(folder).run();
    let Ok(report) = serde_json::from_str::<Value>(&ended.stdout) else {
        return Err(ended.stderr);
    };
    let is_object = ["apiVersion", "kind"]
        .iter()
        .all(|key| document[key].is_string());
    let findings = report["findings"].as_array().into_iter().flatten();
    let remarks = findings.filter(|finding| {
        let id = finding["id"].as_str().unwrap_or_default();
        id.starts_with("yaml/") && (is_object || id != "yaml/no-object")
    });
    let remarks: Vec<_> = remarks
        .map(|finding| finding["message"].to_string())
        .collect();
    if !remarks.is_empty() {
        return Err(remarks.join("\n"));
    }
    if document["kind"] == "ResourceList" {
        let answered = program(&["render", "--host", "krm", "-f", name]);
        let ended = answered.within(folder).run();
        return match ended.code {
            Some(0 | 1) => Ok(()),
            _ => Err(ended.stderr),
        };
    }
    Ok(())
}

/// Whether kustomize knows the fields. What they name need not be there.
fn kustomization(folder: &Path, text: &str, kustomize: &Path) -> Result<(), String> {
    let alone = folder.join("alone");
    write(&alone.join("kustomization.yaml"), text);
    let mut build = Command::new(kustomize);
    let output = build.arg("build").arg(alone).output().expect("kustomize");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match said.contains("invalid Kustomization") {
        true => Err(said),
        false => Ok(()),
    }
}
