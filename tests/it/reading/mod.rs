//! Reading as Kubernetes reads, against Kubernetes' own two readers.

mod corpus;
mod generated;
mod generator;
mod independent;
mod limits;
mod plain;
mod refusals;
mod streams;
mod suite;
mod tables;

use crate::support::{pipe, same};
use serde_json::Value;
use sparkk8s_post::yaml::{Document, NodeRef, Stream, decode};
use std::path::Path;

/// Values of the documents until the first error, null ones left out, and the error.
#[derive(Clone, Debug, Default)]
struct Reading {
    values: Vec<Value>,
    error: Option<String>,
}

/// Whether two readers agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Same,
    DifferentValue,
    OnlyWeAccept,
    OnlyTheyAccept,
}

/// How we read a stream.
fn ours(bytes: &[u8]) -> Reading {
    let read = |bytes| {
        let stream = Stream::parse(decode(bytes)?)?;
        let roots = stream.documents.iter().filter_map(Document::root);
        let values = roots.map(NodeRef::to_value);
        Ok(values.filter(|value| !value.is_null()).collect())
    };
    match read(bytes) {
        Ok(values) => Reading {
            values,
            error: None,
        },
        Err(sparkk8s_post::yaml::ReadError { message, .. }) => Reading {
            values: vec![],
            error: Some(message),
        },
    }
}

/// How the host reads a stream: kubectl's dialect, or with `-kyaml` kustomize's.
fn theirs(readers: &Path, args: &[&str], bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    for (value, error) in lines(&pipe(readers, args, bytes)) {
        reading.values.extend(value);
        reading.error = error.or(reading.error);
    }
    reading
}

/// The host's lines: a value or an error each.
fn lines(out: &[u8]) -> Vec<(Option<Value>, Option<String>)> {
    let lines = out.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let read = |line: &[u8]| {
        // What no reader can hold is as good as a refusal.
        let mut line: Value = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => return (None, Some(error.to_string())),
        };
        let error = line["error"].as_str().map(str::to_owned);
        let value = error.is_none().then(|| line["value"].take());
        (value, error)
    };
    lines.map(read).collect()
}

fn judge(ours: &Reading, theirs: &Reading) -> Verdict {
    match (&ours.error, &theirs.error) {
        (Some(_), Some(_)) => Verdict::Same,
        (None, Some(_)) => Verdict::OnlyWeAccept,
        (Some(_), None) => Verdict::OnlyTheyAccept,
        (None, None) if same_values(&ours.values, &theirs.values) => Verdict::Same,
        (None, None) => Verdict::DifferentValue,
    }
}

fn same_values(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
}

/// How the host reads each of many documents, with few processes: marked documents between them tell which value is
/// whose, and after an error the rest goes to a new process.
fn theirs_each(readers: &Path, args: &[&str], documents: &[String]) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    while readings.len() < documents.len() {
        let first = readings.len();
        let mut stream = String::new();
        let some = documents[first..].iter().take(AT_ONCE);
        let wanted = first + some.len();
        for (offset, document) in some.enumerate() {
            let line_break = if document.ends_with('\n') { "" } else { "\n" };
            let mark = first + offset;
            stream += &format!("{MARK}: {mark}\n---\n{document}{line_break}---\n");
        }
        let mut failed = false;
        for (value, error) in lines(&pipe(readers, args, stream.as_bytes())) {
            failed |= error.is_some();
            match value {
                Some(value) if value.get(MARK).is_some() => readings.push(Reading::default()),
                value => {
                    let last = readings.last_mut().unwrap();
                    last.values.extend(value);
                    last.error = error;
                }
            }
        }
        assert!(failed || readings.len() == wanted);
    }
    readings
}

/// Documents for one process: each error costs the rest of them.
const AT_ONCE: usize = 50;
const MARK: &str = "the-mark-between-documents";

/// Text with `\n`, `\t`, `\r`, `\s` (a space), `\\` and `\u{…}` written out, as data files have it.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out += before;
        let kind = escape.chars().next().unwrap();
        rest = &escape[kind.len_utf8()..];
        out.push(match kind {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            's' => ' ',
            '\\' => '\\',
            'u' => {
                let (code, after) = rest[1..].split_once('}').unwrap();
                rest = after;
                char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap()
            }
            other => panic!("no escape: {other}"),
        });
    }
    out + rest
}

/// Rows of a data file: tab-separated, without comments and empty lines.
fn rows<const N: usize>(file: &'static str) -> Vec<[&'static str; N]> {
    let rows = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &'static str| {
        let columns: Vec<_> = line.split('\t').collect();
        <[&str; N]>::try_from(columns).unwrap_or_else(|_| panic!("not {N} columns: {line}"))
    };
    rows.map(row).collect()
}
