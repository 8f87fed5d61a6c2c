//! What tests need of the machine: the corpus, the real hosts, a JSON comparison.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of manifests that is beside the repository on the project's own machines.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("SPARKK8S_CORPUS").map_or(beside, PathBuf::from);
    available(folder, "the corpus")
}

/// A real host that `tests/hosts/hosts.sh` builds.
pub(crate) fn host(name: &str) -> Option<PathBuf> {
    available(hosts_folder().join(name), name)
}

fn hosts_folder() -> PathBuf {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    std::env::var_os("SPARKK8S_HOSTS")
        .map_or_else(|| home.join(".cache/sparkk8s-post/hosts"), PathBuf::from)
}

/// `None` with a word on stderr; a failure where `CI` is set, so that no test is lost in silence.
fn available(path: PathBuf, what: &str) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{what} must be there in CI"
    );
    eprintln!("ignored: {what} is not there (tests/hosts/hosts.sh builds the hosts)");
    None
}

/// The files below a folder of the corpus, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Runs a program on `input` and gives its standard output.
pub(crate) fn pipe(program: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output.stdout
}

/// Equality by JSON's rules: numbers by value, whatever their type.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            // Our reader of JSON takes a host's digits to within one unit in the last place.
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= f64::EPSILON * a.abs()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => left == right,
    }
}

/// Standard base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| {
            word << 8 | usize::from(three.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let digit = DIGITS[word >> (18 - 6 * at) & 63];
            text.push(if at > three.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}

/// Objects as a stream of JSON documents, one a line.
pub(crate) fn json_stream(objects: &[Value]) -> String {
    let documents = objects.iter().map(|object| format!("{object}\n"));
    documents.collect::<Vec<_>>().join("---\n")
}
