//! Runs the commands of a page in a folder of its own.

use super::commands::Command;
use super::page::root;
use crate::hosts;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;
use tempfile::TempDir;

const OURS: &str = "sparkk8s-post";

/// What a command that is run begins with.
const STARTS: [&str; 9] = [
    OURS,
    "helm template ",
    "HELM_PLUGINS=",
    "kustomize build ",
    "kubectl kustomize ",
    "cat ",
    "echo ",
    "(cd examples/",
    "(cd empty ",
];

/// A folder that looks like the root of the repository, and what was printed there last.
pub(super) struct Place {
    folder: TempDir,
    helms: [PathBuf; 2],
    has_plugin: bool,
    printed: (String, String),
}

impl Place {
    pub(super) fn new(helm3: &Path, helm4: &Path, others: &[(&str, PathBuf)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["examples", "presets", "overlays"] {
            symlink(root().join(name), folder.path().join(name)).expect("a link");
        }
        let helmfile = hosts::rare("helmfile");
        for (name, helm) in [("helm3", helm3), ("helm4", helm4)] {
            let bin = folder.path().join(name);
            fs::create_dir(&bin).expect("a folder");
            symlink(helm, bin.join("helm")).expect("a link");
            symlink(env!("CARGO_BIN_EXE_sparkk8s-post"), bin.join(OURS)).expect("a link");
            for (name, other) in others {
                symlink(other, bin.join(name)).expect("a link");
            }
            if let Some(helmfile) = &helmfile {
                symlink(helmfile, bin.join("helmfile")).expect("a link");
            }
        }
        Self {
            folder,
            helms: [helm3.to_owned(), helm4.to_owned()],
            has_plugin: false,
            printed: (String::new(), String::new()),
        }
    }

    pub(super) fn helm(&self, helm4: bool) -> PathBuf {
        self.helms[usize::from(helm4)].clone()
    }

    /// Writes a file that a page shows.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests write files, the engine does not"
    )]
    pub(super) fn write(&self, name: &str, text: &str) {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    /// Runs a command; it must answer with the exit code that the page says.
    pub(super) fn run(&mut self, command: &Command, helm4: bool) -> Result<(), String> {
        let text = command.text.as_str();
        let known = STARTS.iter().any(|start| text.starts_with(start));
        // What makes a key is no command of ours.
        let is_key = text.starts_with("head -c 32 /dev/urandom ");
        // helmfile's file says what is run behind it.
        let is_helmfile = text.starts_with("helmfile ");
        if !is_key && !is_helmfile && (!known || !text.contains(OURS)) {
            return Err(format!(
                "`{text}` is none of the commands that this test knows"
            ));
        }
        if helm4 && !self.has_plugin {
            self.install_plugin()?;
        }
        let output = self.shell(&format!("set -o pipefail\n{text}"), helm4);
        let [out, err] = [&output.stdout, &output.stderr]
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let exit = output.status.code().unwrap_or(-1);
        if exit != command.exit {
            return Err(format!(
                "`{text}` exits {exit}, not {}:\n{err}",
                command.exit
            ));
        }
        self.printed = (out, err);
        Ok(())
    }

    /// Whether the last command printed these lines, in this order, on either stream.
    pub(super) fn printed(&self, wanted: &str) -> Result<(), String> {
        let (out, err) = &self.printed;
        held(out, err, wanted).map_err(|why| format!("the command before {why}"))
    }

    fn install_plugin(&mut self) -> Result<(), String> {
        let script = root().join(".ci/install-plugin.sh");
        let folder = self.folder.path().join("plugin/sparkk8s-post");
        let line = format!(
            "'{}' --binary '{}' --folder '{}' helm",
            script.display(),
            env!("CARGO_BIN_EXE_sparkk8s-post"),
            folder.display(),
        );
        let output = self.shell(&line, true);
        self.has_plugin = true;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "the plugin is not installed: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// The two Helms have data folders of their own, as the pages ask for.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests read the environment, the engine does not"
    )]
    fn shell(&self, script: &str, helm4: bool) -> process::Output {
        let version = if helm4 { "helm4" } else { "helm3" };
        let home = |kind: &str| self.folder.path().join(format!("{version}-{kind}"));
        let own = self.folder.path().join(version);
        let path = std::env::var("PATH").expect("PATH");
        process::Command::new("bash")
            .args(["-c", script])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", own.display()))
            .env("HELM_DATA_HOME", home("data"))
            .env("HELM_CONFIG_HOME", home("config"))
            .env("HELM_CACHE_HOME", home("cache"))
            .env_remove("HELM_PLUGINS")
            .output()
            .expect("bash")
    }
}

/// Whether these lines were printed, in this order, whichever stream came first.
pub(super) fn held(out: &str, err: &str, wanted: &str) -> Result<(), String> {
    let either = [format!("{out}\n{err}"), format!("{err}\n{out}")];
    let missing = either.iter().map(|all| missing(all, wanted));
    match missing.collect::<Option<Vec<_>>>() {
        None => Ok(()),
        Some(missing) => Err(format!(
            "does not print `{}`; it prints:\n{}",
            missing[0], either[0]
        )),
    }
}

/// The first line that is not printed where it should be.
fn missing<'w>(printed: &str, wanted: &'w str) -> Option<&'w str> {
    let mut lines = printed.lines();
    let wanted = wanted
        .lines()
        .filter(|line| !line.trim().is_empty() && line.trim() != "…");
    let same = |line: &str, wanted: &str| match wanted.strip_suffix('…') {
        Some(start) => line.starts_with(start.trim_end()),
        None => line.trim_end() == wanted.trim_end(),
    };
    wanted
        .into_iter()
        .find(|wanted| !lines.any(|line| same(line, wanted)))
}

/// Whether the verbs and flags of a command exist, of ours and of Helm's.
pub(super) fn flags_exist(helm: &Path, command: &Command) -> Result<(), String> {
    for stage in command.text.split(['|', ';']) {
        let words: Vec<_> = stage.split_whitespace().collect();
        let (program, rest) = match words.split_first() {
            Some((&"helm", rest)) => (helm, rest),
            Some((&OURS, rest)) => (Path::new(env!("CARGO_BIN_EXE_sparkk8s-post")), rest),
            _ => continue,
        };
        // Helm's verbs may have verbs of their own; ours are the first word, or none.
        let verbs: Vec<_> = rest
            .iter()
            .take_while(|word| is_verb(word))
            .take(2)
            .collect();
        known_flags(program, &verbs, rest)
            .or_else(|_| known_flags(program, &verbs[..verbs.len().min(1)], rest))?;
        arguments_exist(rest)?;
    }
    Ok(())
}

/// Whether what other programs pass on to ours exists.
pub(super) fn passed_on(command: &Command) -> Result<(), String> {
    let words: Vec<_> = command.text.split_whitespace().collect();
    arguments_exist(&words)
}

/// Whether the flags behind `--post-renderer-args` are flags of ours.
fn arguments_exist(words: &[&str]) -> Result<(), String> {
    let passed = words
        .iter()
        .skip_while(|word| **word != "--post-renderer-args")
        .skip(1)
        .map(|word| word.trim_matches(['"', '\'']))
        .filter(|word| word.starts_with('-') && *word != "--post-renderer-args");
    let ours = Path::new(env!("CARGO_BIN_EXE_sparkk8s-post"));
    known_flags(ours, &[&"render"], &passed.collect::<Vec<_>>())
}

fn is_verb(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
}

fn known_flags(program: &Path, verbs: &[&&str], words: &[&str]) -> Result<(), String> {
    let mut asked = process::Command::new(program);
    asked.args(verbs).arg("--help").env("HELM_PLUGINS", "");
    let output = asked.output().map_err(|error| error.to_string())?;
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("there is no verb `{verbs:?}`"));
    }
    // What goes to the post-renderer is its own affair.
    let own = words
        .iter()
        .take_while(|word| **word != "--post-renderer-args");
    for flag in own.filter(|word| word.starts_with('-') && **word != "-") {
        let name = flag.split('=').next().unwrap_or_default();
        let listed = help.split(|c: char| c.is_whitespace() || c == ',' || c == '=' || c == '[');
        if !listed.into_iter().any(|word| word == name) {
            return Err(format!("`{verbs:?}` has no flag `{name}`"));
        }
    }
    Ok(())
}

/// Whether the scripts that a command runs are there.
pub(super) fn exists(command: &Command) -> Result<(), String> {
    let words = command.text.split_whitespace();
    for word in words.filter(|word| {
        ["scripts/", ".ci/", "tests/", "examples/", "benches/"]
            .iter()
            .any(|f| word.starts_with(f))
    }) {
        if !root().join(word).exists() {
            return Err(format!("`{word}` is not there"));
        }
    }
    Ok(())
}
