//! Argo CD's own plugin server runs our manifest of `deploy/argocd`, and a client takes the repo-server's place.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

mod failures;
mod generate;
#[cfg(target_os = "linux")]
mod image;
mod trust;
mod waivers;

use super::{fixtures, hosts, lab};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The charts in `examples/`.
const EXAMPLES: [&str; 3] = ["spark-connect-jupyter", "airflow-mlflow", "history-server"];

/// A plugin server with a folder of its own: `bin/` is its PATH, `etc/` holds the sidecar's files, `repo/` a repository.
struct Sidecar {
    folder: TempDir,
    client: PathBuf,
    _server: hosts::Server,
}

/// What the client was answered.
#[derive(Debug)]
struct Answer {
    done: bool,
    out: String,
    err: String,
}

impl Answer {
    /// The objects of an answer that must be one.
    #[track_caller]
    fn objects(&self) -> Vec<Value> {
        assert!(self.done, "{}", self.err);
        let lines = self.out.lines();
        let mut objects: Vec<Value> = lines.map(|l| serde_json::from_str(l).unwrap()).collect();
        objects.sort_by_key(Value::to_string);
        objects
    }

    /// The error of an answer that must be one, without a single manifest.
    #[track_caller]
    fn refused(&self) -> &str {
        assert!(!self.done && self.out.is_empty(), "{self:?}");
        &self.err
    }
}

impl Sidecar {
    /// The sidecar of `deploy/argocd`; `None` where its hosts are not built.
    fn start() -> Option<Self> {
        Self::with(&fs::read_to_string(lab::own("deploy/argocd/sidecar.yaml")).unwrap())
    }

    /// The same with another file of the sidecar.
    fn with(sidecar: &str) -> Option<Self> {
        let [helm, kustomize] = ["helm3", "kustomize"].map(hosts::host);
        let (server, client) = (
            hosts::host("argocd-cmp-server")?,
            hosts::host("cmp-client")?,
        );
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["bin", "etc", "config", "work", "plugins", "repo"] {
            fs::create_dir(path(name)).unwrap();
        }
        symlink(
            env!("CARGO_BIN_EXE_sparkk8s-post"),
            path("bin/sparkk8s-post"),
        )
        .unwrap();
        symlink(helm?, path("bin/helm")).unwrap();
        symlink(kustomize?, path("bin/kustomize")).unwrap();
        fs::write(path("etc/sidecar.yaml"), sidecar).unwrap();
        fs::copy(
            lab::own("deploy/argocd/sparkk8s.yaml"),
            path("etc/sparkk8s.yaml"),
        )
        .unwrap();
        let plugin = fs::read_to_string(lab::own("deploy/argocd/plugin.yaml")).unwrap();
        // The one thing that differs from a real sidecar is where its files lie.
        let etc = path("etc");
        let plugin = plugin.replace("/etc/sparkk8s-post", etc.to_str().unwrap());
        fs::write(path("config/plugin.yaml"), plugin).unwrap();
        let server = serve(&server, folder.path());
        Some(Self {
            folder,
            client,
            _server: hosts::Server(server),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts an example into the repository.
    fn holds(&self, example: &str) {
        fixtures::copy(
            &lab::own(&format!("examples/{example}")),
            &self.path("repo").join(example),
        );
    }

    /// A program on the server's PATH.
    fn program(&self, name: &str, script: &str) {
        let file = self.path("bin").join(name);
        drop(fs::remove_file(&file));
        fixtures::script(&file, &format!("#!/bin/sh\n{script}\n"));
    }

    /// What the repo-server would be answered for an application in a folder of the repository.
    fn ask(&self, application: &str, variables: &[(&str, &str)], more: &[&str]) -> Answer {
        let mut command = Command::new(&self.client);
        let given = [
            ("ARGOCD_APP_NAME", "spark"),
            ("ARGOCD_APP_NAMESPACE", "lake"),
        ];
        let source = [("ARGOCD_APP_SOURCE_PATH", application)];
        for (name, value) in given.iter().chain(&source).chain(variables) {
            command.arg("-env").arg(format!("{name}={value}"));
        }
        let output = command
            .arg("-socket")
            .arg(self.path("plugins/sparkk8s-post.sock"))
            .arg("-repo")
            .arg(self.path("repo"))
            .arg("-app")
            .arg(self.path("repo").join(application))
            .args(more)
            .output()
            .unwrap();
        Answer {
            done: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same with parameters of the application.
    fn choose(&self, application: &str, parameters: &str) -> Answer {
        self.ask(application, &[("ARGOCD_APP_PARAMETERS", parameters)], &[])
    }
}

/// Starts the server with the folders of a sidecar.
fn serve(server: &Path, folder: &Path) -> Child {
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    let mut command = Command::new(server);
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder.join("work"))
        .env("ARGOCD_PLUGINSOCKFILEPATH", folder.join("plugins"))
        .env("ARGOCD_CMP_WORKDIR", folder.join("work"))
        .arg("--config-dir-path")
        .arg(folder.join("config"))
        .args(["--logformat", "text", "--loglevel", "info"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    await_socket(&mut command)
}

/// Starts a plugin server, and waits until it has its socket.
fn await_socket(command: &mut Command) -> Child {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let ready = lines
        .by_ref()
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("serving on")));
    assert!(ready.is_some(), "the plugin server did not start");
    // What it says later must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    child
}
