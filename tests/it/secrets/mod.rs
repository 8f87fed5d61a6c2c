//! No credential in any output: every verb, every format, every way to end, over streams that are full of them.
//!
//! A row of [`rows`] is a run: its files, what is typed, how it ends. In texts `{{name}}` is a credential of that name,
//! and `{{name|64}}` the same in base64; whatever the run prints or writes is searched for each of them.

mod rows;
mod spark;
mod texts;

use super::lab::program;
use super::{fixtures, support};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use texts::PLAIN_PROJECT;

/// All of them, where a row says `REPORTS`.
const REPORTS: &str = "--report json=r.json --report text=r.txt --report sarif=r.sarif --report junit=r.xml \
    --report github=r.log --report markdown=r.md";
const KEY: (&str, &str) = ("key", "0123456789abcdef0123456789abcdef\n");

/// One run.
struct Row {
    name: String,
    /// Names and texts.
    files: Vec<(&'static str, String)>,
    /// What is typed; the runs before the last only prepare it.
    runs: Vec<Vec<String>>,
    /// How the last one ends.
    code: i32,
}

fn row(name: &str, mut files: Vec<(&'static str, String)>, runs: &[&str], code: i32) -> Row {
    if !files.iter().any(|(name, _)| *name == KEY.0) {
        files.push((KEY.0, KEY.1.to_owned()));
    }
    if !files.iter().any(|(name, _)| *name == "sparkk8s.yaml") {
        files.push(("sparkk8s.yaml", PLAIN_PROJECT.to_owned()));
    }
    let words = |run: &&str| {
        let all = run.replace("REPORTS", REPORTS);
        all.split(' ').map(str::to_owned).collect()
    };
    Row {
        name: name.to_owned(),
        files,
        runs: runs.iter().map(words).collect(),
        code,
    }
}

/// A credential: letters that stand nowhere else.
fn credential(name: &str) -> String {
    let bytes = Sha256::digest(name.as_bytes());
    let letter =
        |byte: &u8| char::from(b"abcdefghijkmnopqrstuvwxyzABCDEFG"[usize::from(byte & 31)]);
    bytes.iter().take(20).map(letter).collect()
}

/// A text with its credentials, which are added to `seeds`.
fn filled(text: &str, seeds: &mut BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("an end");
        let (name, encoded) = match name.strip_suffix("|64") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let seed = credential(name);
        out += before;
        out += &if encoded {
            support::base64(seed.as_bytes())
        } else {
            seed
        };
        seeds.insert(name.to_owned());
        rest = after;
    }
    out + rest
}

/// What may not be seen of a credential: itself, its base64 wherever in a longer text it stands, its digest.
fn needles(seed: &str) -> Vec<(&'static str, String)> {
    let mut found = vec![
        ("itself", seed.to_owned()),
        ("its beginning", seed[..8].to_owned()),
        ("its end", seed[12..].to_owned()),
    ];
    for offset in 0..3 {
        let shifted = [&b"..."[..offset], seed.as_bytes()].concat();
        let whole = support::base64(&shifted);
        // The digits that its neighbours have no part in.
        let begins = (offset * 8).div_ceil(6);
        let ends = shifted.len() * 8 / 6;
        found.push(("in base64", whole[begins..ends].to_owned()));
    }
    let encoded = support::base64(seed.as_bytes());
    // As JSON, too: a lock has digests of values.
    let json = [seed, &encoded].map(|text| Value::from(text).to_string());
    for text in [seed.to_owned(), encoded].into_iter().chain(json) {
        let digest = Sha256::digest(text.as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        found.push(("its digest", hex[..32].to_owned()));
    }
    found
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let all = fixtures::files(folder).into_iter();
    all.map(|file| (file.display().to_string(), fixtures::read(&file)))
        .collect()
}

/// Whether these are the manifests of a run that was let pass.
fn is_manifests(text: &str) -> bool {
    let documents = fixtures::yaml(text).unwrap_or_default();
    documents.iter().any(|object| object["kind"] == "Secret")
        || documents.iter().any(|object| object["kind"] == "Pod")
}

/// What is wrong with a row.
fn try_row(row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seeds = BTreeSet::new();
    for (name, text) in &row.files {
        super::lab::write(&folder.path().join(name), filled(text, &mut seeds));
    }
    let mut texts = Vec::new();
    let mut code = None;
    for arguments in &row.runs {
        let before = files(folder.path());
        let arguments: Vec<_> = arguments.iter().map(|a| filled(a, &mut seeds)).collect();
        let ended = program(&arguments).within(folder.path()).run();
        code = ended.code;
        texts.push(("standard error".to_owned(), ended.stderr));
        // That of `render` is the manifests themselves, or a refusal in their place.
        if arguments[0] != "render" || !is_manifests(&ended.stdout) {
            texts.push(("standard output".to_owned(), ended.stdout));
        }
        let written = files(folder.path()).into_iter();
        texts.extend(written.filter(|(name, text)| before.get(name) != Some(text)));
    }
    let mut wrong = Vec::new();
    if code != Some(row.code) {
        let said = texts.iter().map(|(_, text)| text.as_str());
        wrong.push(format!(
            "ends with {code:?}, not {}:\n{}",
            row.code,
            said.collect::<String>()
        ));
    }
    for seed in &seeds {
        for (what, needle) in needles(&credential(seed)) {
            for (place, text) in texts.iter().filter(|(_, text)| text.contains(&needle)) {
                let line = text.lines().find(|line| line.contains(&needle));
                let line: String = line.unwrap_or_default().chars().take(300).collect();
                wrong.push(format!("`{seed}` ({what}) is in {place}: {line}"));
            }
        }
    }
    wrong
}

#[test]
fn no_credential_is_in_any_output() {
    let (mut rows, mut wrong) = (rows::all(), Vec::new());
    rows.extend(spark::all());
    for row in &rows {
        let found = try_row(row);
        wrong.extend(
            found
                .into_iter()
                .map(|what| format!("{}: {what}", row.name)),
        );
    }
    fixtures::say(&format!("secrets: {} runs searched", rows.len()));
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_search_finds_a_credential_however_it_stands_there() {
    let seed = credential("x");
    let found = |text: &str| {
        needles(&seed)
            .iter()
            .any(|(_, needle)| text.contains(needle))
    };
    assert!(!found("nothing"));
    for text in [
        seed.clone(),
        support::base64(seed.as_bytes()),
        support::base64(format!("a{seed}b").as_bytes()),
        support::base64(format!("ab{seed}").as_bytes()),
        sparkk8s_post::manifest::reads::sum(&seed),
    ] {
        assert!(found(&text), "{text}");
    }
}
