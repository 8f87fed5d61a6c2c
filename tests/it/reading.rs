//! Reading as Kubernetes reads, against Kubernetes' own two readers.

use crate::support::{corpus, files, host, pipe, same};
use serde_json::Value;
use sparkk8s_post::yaml::{Stream, decode};
use std::path::Path;

/// Documents until the first error, and whether there was one.
type Reading = (Vec<Value>, Option<String>);

fn ours(bytes: &[u8]) -> Reading {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => return (vec![], Some(error.message)),
    };
    match Stream::parse(text) {
        Ok(stream) => {
            let values = stream
                .documents
                .iter()
                .filter_map(|d| d.root().map(sparkk8s_post::yaml::NodeRef::to_value));
            (values.filter(|value| !value.is_null()).collect(), None)
        }
        Err(error) => (vec![], Some(error.message)),
    }
}

fn theirs(readers: &Path, args: &[&str], bytes: &[u8]) -> Reading {
    let out = pipe(readers, args, bytes);
    let lines = out.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let mut reading = (vec![], None);
    for line in lines {
        let mut line: Value = serde_json::from_slice(line).unwrap();
        match line["error"].as_str() {
            Some(error) => reading.1 = Some(error.to_owned()),
            None => reading.0.push(line["value"].take()),
        }
    }
    reading
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Same,
    DifferentValue,
    OnlyWeAccept,
    OnlyTheyAccept,
}

fn judge(ours: &Reading, theirs: &Reading) -> Verdict {
    match (&ours.1, &theirs.1) {
        (Some(_), Some(_)) => Verdict::Same,
        (None, Some(_)) => Verdict::OnlyWeAccept,
        (Some(_), None) => Verdict::OnlyTheyAccept,
        (None, None) => {
            let equal = ours.0.len() == theirs.0.len();
            let equal = equal && ours.0.iter().zip(&theirs.0).all(|(a, b)| same(a, b));
            if equal {
                Verdict::Same
            } else {
                Verdict::DifferentValue
            }
        }
    }
}

#[test]
fn the_corpus_reads_as_kubectl_reads_it() {
    let (Some(corpus), Some(readers)) = (corpus(), host("readers")) else {
        return;
    };
    let mut read = 0;
    for folder in ["spark-charts", "plain-manifests", "host-streams"] {
        for file in files(&corpus.join(folder)) {
            let bytes = std::fs::read(&file).unwrap();
            let (ours, theirs) = (ours(&bytes), theirs(&readers, &[], &bytes));
            assert_eq!(
                judge(&ours, &theirs),
                Verdict::Same,
                "{}: {:?} {:?}",
                file.display(),
                ours.1,
                theirs.1
            );
            read += 1;
        }
    }
    assert!(read > 150, "{read}");
}

#[test]
fn yaml_test_suite() {
    let (Some(corpus), Some(readers)) = (corpus(), host("readers")) else {
        return;
    };
    let mut cases = vec![];
    for folder in files(&corpus.join("yaml-test-suite")) {
        if folder.is_dir() {
            collect(&folder, &mut cases);
        }
    }
    for case in cases {
        let bytes = std::fs::read(case.join("in.yaml")).unwrap();
        let (ours, theirs) = (ours(&bytes), theirs(&readers, &[], &bytes));
        let verdict = judge(&ours, &theirs);
        if verdict != Verdict::Same {
            println!(
                "{verdict:?} {} ours={ours:?} theirs={theirs:?}",
                case.display()
            );
        }
    }
}

fn collect(folder: &Path, cases: &mut Vec<std::path::PathBuf>) {
    if folder.join("in.yaml").exists() {
        cases.push(folder.to_owned());
    }
    for inner in files(folder).into_iter().filter(|inner| inner.is_dir()) {
        collect(&inner, cases);
    }
}
