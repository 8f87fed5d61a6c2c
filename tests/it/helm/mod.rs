//! The real Helms with the real program behind `--post-renderer`: what somebody notices who types these commands.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

mod admission;
#[cfg(feature = "live")]
mod drift;
mod empty;
mod export;
mod jobs;
mod marker;
mod pins;
mod plugin;
mod refusal;
mod release;
mod server;
mod signed;
mod template;
mod terminal;
mod text;
mod tools;
mod validity;
mod waivers;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) use server::kubeconfig;

use super::{fixtures, hosts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_sparkk8s-post");

/// The charts in `examples/`.
const EXAMPLES: [&str; 3] = ["spark-connect-jupyter", "airflow-mlflow", "history-server"];

/// Where the policy's mark stands on an object.
const MARK: &str = "/metadata/annotations/sparkk8s.io~1policy";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Three,
    Four,
}

/// A Helm with folders of its own, the program at hand as a post-renderer.
struct Helm {
    version: Version,
    program: PathBuf,
    home: TempDir,
    /// What follows `--post-renderer`.
    renderer: String,
    kubeconfig: PathBuf,
}

/// What a command answered.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Helm {
    /// Helm 3 and Helm 4, neither with a cluster; `None` where they are not built.
    fn both() -> Option<[Self; 2]> {
        Some([Self::three()?, Self::four()?])
    }

    /// Helm 3, which takes the program by its path.
    fn three() -> Option<Self> {
        Self::new(Version::Three, "helm3", PROGRAM)
    }

    /// Helm 4, where the program is a plugin: a folder with `plugin.yaml` and `bin/`, as a checkout has it.
    fn four() -> Option<Self> {
        let helm = Self::new(Version::Four, "helm4", "sparkk8s-post")?;
        let folder = helm.home.path().join("checkout");
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::copy(repository("plugin.yaml"), folder.join("plugin.yaml")).unwrap();
        symlink(PROGRAM, folder.join("bin").join(binary_name())).unwrap();
        helm.run(&["plugin", "install", folder.to_str().unwrap()])
            .done();
        Some(helm)
    }

    fn new(version: Version, host: &str, renderer: &str) -> Option<Self> {
        let home = TempDir::new().unwrap();
        Some(Self {
            version,
            program: hosts::host(host)?,
            kubeconfig: home.path().join("no-cluster"),
            renderer: renderer.to_owned(),
            home,
        })
    }

    /// Another post-renderer: a shell script.
    fn with_script(mut self, script: &str) -> Self {
        let folder = match self.version {
            // Helm 3 loads no plugin at all where it meets one of Helm 4's.
            Version::Three => self.home.path().join("script"),
            Version::Four => self.home.path().join("data/plugins/script"),
        };
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("run");
        fixtures::script(&file, &format!("#!/bin/sh\n{script}\n"));
        self.renderer = match self.version {
            Version::Three => file.display().to_string(),
            Version::Four => "script".to_owned(),
        };
        let plugin = "apiVersion: v1\ntype: postrenderer/v1\nname: script\nversion: 0.1.0\nruntime: subprocess\n\
                      runtimeConfig:\n  platformCommand: [{command: \"${HELM_PLUGIN_DIR}/run\"}]\n";
        fs::write(folder.join("plugin.yaml"), plugin).unwrap();
        self
    }

    /// The command, in nobody's environment and without a terminal, which tests must not write to.
    fn command(&self) -> Command {
        let mut command = if cfg!(target_os = "linux") {
            let mut command = Command::new("setsid");
            command.arg("--wait").arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        self.surround(&mut command);
        command
    }

    /// Gives a command this Helm's folders and nothing else.
    fn surround(&self, command: &mut Command) {
        let home = self.home.path();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("HELM_DATA_HOME", home.join("data"))
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("KUBECONFIG", &self.kubeconfig)
            .current_dir(home)
            .stdin(Stdio::null());
    }

    /// Helm as it is.
    fn run(&self, args: &[&str]) -> Answer {
        self.command().args(args).output().unwrap().into()
    }

    /// Helm with the post-renderer, which gets `ours`.
    fn guarded(&self, args: &[&str], ours: &[&str]) -> Answer {
        let mut command = self.command();
        command.args(args).args(self.flags(ours));
        command.output().unwrap().into()
    }

    /// What to add to a Helm command for the post-renderer, which gets `ours`.
    fn flags<'s>(&'s self, ours: &[&'s str]) -> Vec<&'s str> {
        let ours = ours.iter().flat_map(|word| ["--post-renderer-args", word]);
        ["--post-renderer", &self.renderer]
            .into_iter()
            .chain(ours)
            .collect()
    }
}

impl Answer {
    /// Standard output of a command that must succeed.
    #[track_caller]
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self.out
    }

    /// What is on the screen after a command that must fail, and print nothing that a next command could take for manifests.
    #[track_caller]
    fn refused(self) -> String {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        assert_eq!(self.out, "", "{}", self.err);
        self.err
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What the program answers to `input`.
fn pipe(args: &[&str], input: &str) -> Answer {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, input.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(args).stdin(file).output().unwrap().into()
}

/// The name that plugin.yaml gives the program on this machine.
fn binary_name() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        arch => arch,
    };
    format!("sparkk8s-post-{os}-{arch}")
}

/// A path in the repository.
fn repository(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// An example's folder.
fn example(name: &str) -> String {
    repository(&format!("examples/{name}"))
}

/// An example's values that no preset accepts.
fn violation(name: &str) -> String {
    repository(&format!("examples/{name}/values-violation.yaml"))
}

/// A chart of these tests.
fn chart(name: &str) -> String {
    repository(&format!("tests/it/helm/charts/{name}"))
}

/// The objects of a stream by `Kind/name`; Lists flattened.
fn objects(stream: &str) -> BTreeMap<String, Value> {
    let documents = fixtures::yaml(stream).unwrap_or_else(|e| panic!("{e}\n{stream}"));
    let objects = fixtures::objects(documents);
    let named = objects.into_iter().map(|object| (name(&object), object));
    let named: Vec<_> = named.collect();
    let map: BTreeMap<_, _> = named.iter().cloned().collect();
    assert_eq!(map.len(), named.len(), "two objects of one name\n{stream}");
    map
}

/// `Kind/name`.
fn name(object: &Value) -> String {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap();
    format!("{}/{}", text("/kind"), text("/metadata/name"))
}

/// Whether Helm runs the object as a hook.
fn is_hook(object: &Value) -> bool {
    object
        .pointer("/metadata/annotations/helm.sh~1hook")
        .is_some()
}

/// The pod's spec that an object makes pods from.
fn pod(object: &Value) -> Option<&Value> {
    let pointer = match object["kind"].as_str()? {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let spec = object.pointer(pointer)?;
    spec["containers"].is_array().then_some(spec)
}

/// Whether `guarded` still has everything that `written` has: keys, items in their places, values.
fn keeps(written: &Value, guarded: &Value) -> bool {
    match (written, guarded) {
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(k, v)| b.get(k).is_some_and(|w| keeps(v, w)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() <= b.len() && a.iter().zip(b).all(|(v, w)| keeps(v, w))
        }
        _ => written == guarded,
    }
}

/// The text of a file that must be there.
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
