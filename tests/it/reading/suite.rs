//! The YAML test suite: what both accept has one value, and the lists of who accepts more are exact.

use super::{Verdict, judge, ours, rows, theirs};
use crate::support::{corpus, files, host};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `case`, `verdict` (`we`, `they`, or `cut` where they accept by invariant 3's exceptions), `reason`.
const LISTS: &str = include_str!("suite.tsv");

#[test]
fn the_lists_of_the_suite_are_exact() {
    let (Some(corpus), Some(readers)) = (corpus(), host("readers")) else {
        return;
    };
    let suite = corpus.join("yaml-test-suite");
    let mut cases = vec![];
    for folder in files(&suite).into_iter().filter(|folder| folder.is_dir()) {
        collect(&folder, &mut cases);
    }
    assert_eq!(cases.len(), 402);
    let mut found = BTreeMap::new();
    for case in &cases {
        let bytes = std::fs::read(case.join("in.yaml")).unwrap();
        let (ours, theirs) = (ours(&bytes), theirs(&readers, &[], &bytes));
        let name = case.strip_prefix(&suite).unwrap().display().to_string();
        match judge(&ours, &theirs) {
            Verdict::Same => {}
            Verdict::DifferentValue => panic!("{name}: {ours:?} {theirs:?}"),
            verdict => drop(found.insert(name, verdict)),
        }
    }
    let listed: BTreeMap<_, _> = rows::<3>(LISTS)
        .into_iter()
        .map(|[case, verdict, _]| (case.to_owned(), accepted_by(verdict)))
        .collect();
    let news: Vec<_> = found
        .iter()
        .filter(|(case, verdict)| listed.get(*case) != Some(verdict))
        .collect();
    let gone: Vec<_> = listed
        .keys()
        .filter(|case| !found.contains_key(*case))
        .collect();
    assert!(
        news.is_empty() && gone.is_empty(),
        "not listed: {news:#?}\nno longer: {gone:#?}"
    );
}

#[test]
fn the_lists_are_no_longer_than_allowed() {
    let count = |wanted| {
        let rows = rows::<3>(LISTS);
        rows.iter().filter(|[_, who, _]| *who == wanted).count()
    };
    assert!(count("we") <= 31);
    assert!(count("they") <= 16);
    assert!(rows::<3>(LISTS).iter().all(|[.., why]| !why.is_empty()));
}

fn accepted_by(word: &str) -> Verdict {
    match word {
        "we" => Verdict::OnlyWeAccept,
        "they" | "cut" => Verdict::OnlyTheyAccept,
        other => panic!("no verdict: {other}"),
    }
}

fn collect(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("in.yaml").exists() {
        cases.push(folder.to_owned());
    }
    for inner in files(folder).into_iter().filter(|inner| inner.is_dir()) {
        collect(&inner, cases);
    }
}
