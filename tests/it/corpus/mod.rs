//! The corpus: real renders of public charts, plain manifests, and what hosts send.

mod compat;
mod default;
mod evidence;
mod fixtures;
mod heaps;
mod identity;
mod lines;
mod parts;
mod pins;
mod restricted;
mod rules;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod taken;
mod versions;

use super::lab::{self, Guarded};
use super::{hosts, support};
pub(crate) use default::{apply, open};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// A file of the corpus.
struct File {
    name: String,
    text: String,
}

/// The files of some folders; none, with a word about it, where the corpus is missing.
fn files(folders: &[&str]) -> Vec<File> {
    let Some(corpus) = support::corpus() else {
        return Vec::new();
    };
    let all = folders.iter().flat_map(|f| support::files(&corpus.join(f)));
    all.map(|path| File {
        name: path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        text: super::fixtures::read(&path),
    })
    .collect()
}

/// The charts as Helm renders them.
fn charts() -> Vec<File> {
    files(&["spark-charts"])
}

/// The charts, each with what `default` makes of it.
fn by_default() -> &'static [(File, Guarded)] {
    static ALL: LazyLock<Vec<(File, Guarded)>> = LazyLock::new(|| {
        let policy = lab::policy(&["default"], &[]);
        let guard = |file: File| {
            let guarded = lab::guard(&file.text, &policy);
            let guarded = guarded.unwrap_or_else(|e| panic!("{}: {e:?}", file.name));
            (file, guarded)
        };
        charts().into_iter().map(guard).collect()
    });
    &ALL
}

/// Each pod of a stream, by kind, namespace and name, with the ids of the checks that refuse it.
type Verdicts = BTreeMap<(String, String, String), BTreeSet<String>>;

/// What Pod Security's own code says at level restricted.
fn judged(psa: &Path, stream: &str) -> Verdicts {
    let answer = hosts::ask(psa, &["-levels", "restricted"], stream);
    let mut verdicts = Verdicts::new();
    for line in answer.lines() {
        let verdict: Value = serde_json::from_str(line).expect("a verdict");
        assert_eq!(verdict["error"], Value::Null, "{line}");
        let text = |key: &str| verdict[key].as_str().unwrap_or_default().to_owned();
        let checks = verdict["checks"].as_array().into_iter().flatten();
        let checks = checks.map(|id| id.as_str().expect("an id").to_owned());
        let key = (text("kind"), text("namespace"), text("name"));
        verdicts.entry(key).or_default().extend(checks);
    }
    verdicts
}

fn count(verdicts: &Verdicts) -> usize {
    verdicts.values().map(BTreeSet::len).sum()
}
