//! What runs the released program elsewhere: the GitHub Action, the GitLab component, the hooks of pre-commit. Their shell runs
//! here as its runner would run it, with a folder in the place of released files.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

mod github;
mod gitlab;
mod pre_commit;

use super::{fixtures, lab};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A chart as rendered, in which something is refused.
const REFUSED: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: spark, labels: {spark-role: driver}}\nspec:\n  \
    containers:\n    - name: spark\n      image: apache/spark:4.1.4\n      securityContext: {privileged: true}\n";

/// As names of released files have it.
const OS: &str = match cfg!(target_os = "macos") {
    true => "darwin",
    false => "linux",
};
const ARCHITECTURE: &str = match cfg!(target_arch = "aarch64") {
    true => "arm64",
    false => "amd64",
};

/// A folder with the repository of a user in `work/`, a checkout of ours in `ours/`, and released files in `releases/`.
struct Runner {
    folder: TempDir,
}

/// How a job or a hook ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    said: String,
}

impl Runner {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let runner = Self { folder };
        for name in ["work", "ours", "temp", "home"] {
            fs::create_dir(runner.path(name)).unwrap();
        }
        for file in ["Cargo.toml", "action.yml", ".pre-commit-hooks.yaml"] {
            fs::copy(lab::own(file), runner.path("ours").join(file)).unwrap();
        }
        fixtures::copy(&lab::own("deploy"), &runner.path("ours/deploy"));
        fs::copy(lab::own("install.sh"), runner.path("ours/install.sh")).unwrap();
        runner.release();
        let chart = fs::read_to_string(lab::own("examples/demo.yaml")).unwrap();
        runner.holds("spark.yaml", &chart);
        runner.holds("refused.yaml", REFUSED);
        runner
    }

    /// Puts the program of this test among the released files, with its checksum.
    fn release(&self) {
        fs::create_dir(self.path("releases")).unwrap();
        let name = format!("sparkk8s-post-{OS}-{ARCHITECTURE}");
        let program = fs::read(env!("CARGO_BIN_EXE_sparkk8s-post")).unwrap();
        let sum: String = Sha256::digest(&program)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        lab::write(
            &self.path("releases/SHA256SUMS"),
            format!("{sum}  {name}\n"),
        );
        let released = self.path("releases").join(name);
        fs::write(&released, program).unwrap();
        fs::set_permissions(released, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file in the user's repository.
    fn holds(&self, name: &str, text: &str) {
        lab::write(&self.path("work").join(name), text);
    }

    /// A file that was written into the user's repository.
    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path("work").join(name)).ok()
    }

    fn releases(&self) -> String {
        format!("file://{}", self.path("releases").display())
    }

    /// Runs a command in the user's repository, without the program on its PATH.
    fn run(&self, command: &mut Command) -> Ended {
        let ended: Output = command
            .current_dir(self.path("work"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("temp"))
            .env_remove("XDG_CACHE_HOME")
            .output()
            .unwrap();
        let [out, err] = [ended.stdout, ended.stderr].map(|b| String::from_utf8(b).unwrap());
        Ended {
            code: ended.status.code(),
            said: format!("{out}{err}"),
        }
    }
}

/// The version of the program.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What the pipe makes of a file of the user's repository.
fn guarded(runner: &Runner, name: &str, flags: &[&str]) -> String {
    let guarded = lab::run(
        &[&["render", "--host", "pipe"], flags].concat(),
        runner.read(name).unwrap(),
    );
    assert_eq!(guarded.code, Some(0), "{guarded:?}");
    guarded.stdout
}

/// The documents of a YAML file of this repository.
fn documents(file: &Path) -> Vec<Value> {
    fixtures::yaml(&fixtures::read(file)).unwrap()
}

#[test]
fn pages_name_every_input_and_no_other() {
    let spec = fixtures::read(&lab::own("templates/sparkk8s-post/template.yml"));
    let (spec, _) = spec.split_once("\n---\n").unwrap();
    let spec = fixtures::yaml(spec).unwrap().remove(0);
    let action = documents(&lab::own("action.yml")).remove(0);
    let hooks = documents(&lab::own(".pre-commit-hooks.yaml")).remove(0);
    let keys =
        |inputs: &Value| -> Vec<String> { inputs.as_object().unwrap().keys().cloned().collect() };
    let hooks = hooks.as_array().unwrap().iter();
    let hooks = hooks.map(|hook| hook["id"].as_str().unwrap().to_owned());
    let mut inputs = [
        keys(&action["inputs"]),
        keys(&spec["spec"]["inputs"]),
        hooks.collect(),
    ];
    for names in &mut inputs {
        names.sort();
    }
    for page in ["docs/en/ci.md", "docs/ru/ci.md"] {
        let text = fixtures::read(&lab::own(page));
        let sections: Vec<_> = text.split("\n## ").skip(1).collect();
        assert_eq!(sections.len(), inputs.len(), "{page}");
        for (section, inputs) in sections.iter().zip(&inputs) {
            // The first column of its table.
            let rows = section.lines().filter(|line| line.starts_with("| `"));
            let cells = rows.filter_map(|row| row.split('|').nth(1));
            let mut named: Vec<_> = cells
                .flat_map(|cell| cell.split('`').skip(1).step_by(2))
                .collect();
            named.sort_unstable();
            assert_eq!(&named, inputs, "{page}");
        }
    }
}
