//! The road in this process, and the program as users run it.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read files and the environment, the engine does not"
)]

use serde_json::Value;
use sparkk8s_post::check;
use sparkk8s_post::guard::{Severity, Waiver};
use sparkk8s_post::manifest::objects;
use sparkk8s_post::manifest::reads::SecretKey;
use sparkk8s_post::preset::{
    Assignment, Known, Named, Policy, PolicyError, Request, Step, compose, tables,
};
use sparkk8s_post::render::{RenderError, Setup, render};
use sparkk8s_post::report::{Report, Summary, json};
use sparkk8s_post::threads::Threads;
use sparkk8s_post::yaml::Stream;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A preset that asks for nothing.
pub(crate) const EMPTY: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\n\
    metadata: {name: empty, version: 1.0.0}\nspec: {summary: nothing}\n";

/// What a run in this process came to.
#[derive(Debug)]
pub(crate) struct Guarded {
    /// The guarded manifests.
    pub(crate) text: String,
    /// The report for machines.
    pub(crate) report: Value,
    /// Whether a finding at error stands in the way.
    pub(crate) refused: bool,
    /// Spans of the input that were edited, and what stands there now.
    pub(crate) edits: Vec<(std::ops::Range<usize>, String)>,
}

/// Why a run in this process gave nothing.
#[expect(dead_code, reason = "shown by Debug where a test fails")]
#[derive(Debug)]
pub(crate) enum Failed {
    /// The input cannot be read.
    Unreadable(String),
    /// The policy contradicts itself.
    Policy(String),
    /// An edit would leak into other places.
    Shared(String),
    /// A bug.
    Bug(String),
}

/// The policy of presets: names of built-ins, or whole texts.
pub(crate) fn policy(presets: &[&str], set: &[&str]) -> Policy {
    composed(presets, set).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The same, where the presets may be wrong.
pub(crate) fn composed(presets: &[&str], set: &[&str]) -> Result<Policy, PolicyError> {
    let known = Known {
        checks: check::specs(),
        tables: Some(tables),
    };
    let name = |(index, text): (usize, &&str)| {
        let is_name = !text.contains('\n');
        if is_name {
            (*text).to_owned()
        } else {
            format!("./{index}.yaml")
        }
    };
    let names: Vec<_> = presets.iter().enumerate().map(name).collect();
    let request = Request {
        presets: names.iter().map(|n| Named::flag("--preset", n)).collect(),
        steps: set
            .iter()
            .map(|set| Step::Set(Assignment::flag(set).expect("an assignment")))
            .collect(),
        ..Request::default()
    };
    let read = |path: &str| {
        let index = path.trim_start_matches("./").split('.').next();
        let index: usize = index.and_then(|n| n.parse().ok()).ok_or("no such file")?;
        Ok(presets[index].to_owned())
    };
    compose(&request, &known, &read)
}

/// Guards a text.
pub(crate) fn guard(text: &str, policy: &Policy) -> Result<Guarded, Failed> {
    guard_with(text, policy, &[])
}

/// Guards a text, with waivers given by hand.
pub(crate) fn guard_with(
    text: &str,
    policy: &Policy,
    waivers: &[Waiver],
) -> Result<Guarded, Failed> {
    road(text, policy, waivers, None)
}

/// Guards a text, with a key for what pods read of Secrets.
pub(crate) fn guard_keyed(
    text: &str,
    policy: &Policy,
    key: Option<&SecretKey>,
) -> Result<Guarded, Failed> {
    road(text, policy, &[], key)
}

fn road(
    text: &str,
    policy: &Policy,
    waivers: &[Waiver],
    secret_key: Option<&SecretKey>,
) -> Result<Guarded, Failed> {
    let stream = Stream::parse(text).map_err(|error| Failed::Unreadable(error.to_string()))?;
    let (objects, strangers) = objects(&stream);
    let setup = Setup {
        policy,
        waivers,
        tables: policy.tables(),
        secret_key,
        images: None,
        observe: None,
        least: Severity::Info,
        threads: Threads::ONE,
    };
    let rendered = render(&stream, (&objects, &strangers), setup).map_err(|error| match error {
        RenderError::Policy(_) => Failed::Policy(error.to_string()),
        RenderError::Shared { .. } | RenderError::TooLarge { .. } => {
            Failed::Shared(error.to_string())
        }
        RenderError::Bug { .. } => Failed::Bug(error.to_string()),
    })?;
    let names = [policy.mark.clone()];
    let parts = (&rendered.changes[..], &rendered.findings[..]);
    let report = Report::new("stdin", &stream, &objects, parts, &names);
    let edits = rendered.edits.edits().iter();
    Ok(Guarded {
        refused: Summary::of(&report).errors > 0,
        report: serde_json::from_str(&json(&report)).expect("a report in JSON"),
        edits: edits.map(|e| (e.span.range(), e.insert.clone())).collect(),
        text: rendered.edits.apply(text),
    })
}

/// The program: where it is, what it is told, what it is given, and what came of it.
pub(crate) struct Program {
    command: Command,
    input: Vec<u8>,
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with arguments, without input.
pub(crate) fn program<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sparkk8s-post"));
    command.args(arguments).stdout(Stdio::piped());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    Program {
        command,
        input: Vec::new(),
    }
}

impl Program {
    /// What it reads from standard input.
    pub(crate) fn input(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    /// The folder that it runs in.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where its standard output goes.
    pub(crate) fn stdout(mut self, stdout: Stdio) -> Self {
        self.command.stdout(stdout);
        self
    }

    /// Runs it.
    pub(crate) fn run(self) -> Ended {
        let (input, mut command) = (self.input, self.command);
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program");
        let mut stdin = child.stdin.take().expect("a pipe");
        // The program may end before it has read everything.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("an end");
        writer.join().expect("a writer");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the program with arguments on an input.
pub(crate) fn run(arguments: &[&str], input: impl AsRef<[u8]>) -> Ended {
    program(arguments).input(input).run()
}

/// Whether generated files are written anew (`UPDATE=1`) instead of compared.
pub(crate) fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// A file or folder of this repository.
pub(crate) fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Writes a file, with the folders above it.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) {
    let folder = path.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// Compares a text with a file of this repository, byte by byte, or writes the file where `UPDATE` is set.
pub(crate) fn matches_file(path: &str, text: &str) {
    let file = own(path);
    if updates() {
        return write(&file, text);
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let first = found.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(
        found == text,
        "{path} is not current (UPDATE=1 writes it): {first:?}"
    );
}
