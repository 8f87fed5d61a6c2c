//! Real hosts that tests drive. Where one is missing a test says so and is done; with `CI` set it fails.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read the environment, the engine does not"
)]

use super::fixtures;
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The program `name`, in the folder `$SPARKK8S_HOSTS`, or else in the one that the test command builds hosts into.
pub(crate) fn host(name: &str) -> Option<PathBuf> {
    built(name).or_else(|| {
        missing(&format!(
            "the host `{name}` is not built (folder: `$SPARKK8S_HOSTS`)"
        ))
    })
}

/// A host that takes so long to build that the test command leaves it out: who wants it tried calls `hosts.sh`.
pub(crate) fn rare(name: &str) -> Option<PathBuf> {
    let found = built(name);
    if found.is_none() {
        fixtures::say(&format!("ignored: the host `{name}` is built on demand"));
    }
    found
}

fn built(name: &str) -> Option<PathBuf> {
    let cache =
        || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/sparkk8s-post/hosts"));
    let folder = std::env::var_os("SPARKK8S_HOSTS")
        .map(PathBuf::from)
        .or_else(cache);
    folder
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
}

/// The folder of a Go module that the sources of the host `name` require, as the module cache has it.
pub(crate) fn go_module(name: &str, module: &str) -> Option<PathBuf> {
    let Some(sources) = fixtures::sources_of_host(name) else {
        return missing(&format!("the sources of the host `{name}` are not there"));
    };
    let mut go = Command::new("go");
    go.args(["list", "-m", "-f", "{{.Dir}}", module])
        .current_dir(sources);
    let Ok(answer) = go.stderr(Stdio::null()).output() else {
        return missing("Go is not installed");
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    if folder.is_absolute() {
        return Some(folder);
    }
    missing(&format!("the Go module `{module}` is not downloaded"))
}

/// A Java that runs a source file by itself, on the path: a JDK, from 11 on.
pub(crate) fn java() -> Option<PathBuf> {
    let asked = Command::new("javac").arg("-version").output();
    match asked.is_ok_and(|answer| answer.status.success()) {
        true => Some(PathBuf::from("java")),
        false => missing("no JDK is installed"),
    }
}

/// What `program` answers to `input`; it must succeed.
pub(crate) fn ask(program: &Path, arguments: &[&str], input: &str) -> String {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(input.as_bytes()).expect("a written file");
    file.rewind().expect("a file to read");
    let mut command = Command::new(program);
    let answer = command
        .args(arguments)
        .stdin(file)
        .output()
        .expect("a program that runs");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{}: {said}", program.display());
    String::from_utf8(answer.stdout).expect("UTF-8")
}

/// The program as a static binary, which `scripts/static` builds.
#[cfg(target_os = "linux")]
pub(crate) fn static_program() -> Option<PathBuf> {
    let named = std::env::var_os("SPARKK8S_STATIC").map(PathBuf::from);
    let found = named.filter(|program| program.is_file());
    found.or_else(|| missing("`$SPARKK8S_STATIC` names no binary of `scripts/static`"))
}

/// Whether a user may have a root and mounts of their own, as a container does.
#[cfg(target_os = "linux")]
pub(crate) fn user_namespaces() -> Option<()> {
    let tried = Command::new("unshare")
        .args(["--map-root-user", "--mount", "true"])
        .stderr(Stdio::null())
        .status();
    match tried.is_ok_and(|status| status.success()) {
        true => Some(()),
        false => missing("this machine has no user namespaces"),
    }
}

/// Says that this test is ignored and why; a panic with `CI` set.
fn missing<T>(reason: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "CI is set, and {reason}");
    fixtures::say(&format!("ignored: {reason}"));
    None
}

/// A server that ends with its test.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// An empty OCI registry on loopback, and its address.
pub(crate) fn registry() -> Option<(Server, String)> {
    let mut registry = Command::new(host("crane")?)
        .args(["registry", "serve", "--address", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a registry");
    let said = registry.stderr.take().expect("standard error");
    let mut lines = BufReader::new(said).lines();
    let line = lines.next().expect("a line").expect("a line");
    // "… serving on port 12345"
    let port = line.rsplit(' ').next().expect("a port");
    let address = format!("127.0.0.1:{port}");
    std::thread::spawn(move || lines.for_each(drop));
    Some((Server(registry), address))
}
