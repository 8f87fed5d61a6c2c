//! Streams made up of separators, JSON and odd lines: they are split as Kubernetes splits them.

use super::generator::Writer;
use super::{Verdict, judge, ours, theirs};
use crate::support::host;
use sparkk8s_post::yaml::{Stream, frames};

const LINES: &[&str] = &[
    "---",
    "--- ",
    "---#x",
    "--- # c",
    "---\t",
    "--- a",
    "...",
    "... ",
    "{}",
    "{\"a\":1}",
    "{a: 1}",
    "{\"a\":1}{\"b\":2}",
    "\u{feff}",
    "a: 1",
    "b: c",
    "# c",
    "%YAML 1.1",
    "",
    " ",
    "  ",
    "- a",
    "\"x\"",
    "'",
    "}",
    "5",
    "null",
    "true",
    "a: |",
    "  x",
    "x",
    "\u{feff}---",
    "---\u{a0}",
    "----",
    "[a]",
    "  {\"a\": 2}",
    "{\"a\":",
    "1}",
    "\u{feff}a: 1",
    "{\"a\":1} b: 2",
    " a: 1",
    "a:",
    "---\r",
];
const BREAKS: &[&str] = &["\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r", ""];

#[test]
fn streams_are_split_as_kubernetes_splits_them() {
    let mut writer = Writer::new();
    let readers = host("readers");
    let mut accepted = 0;
    for _ in 0..800 {
        let lines = 1 + writer.below(7);
        let stream: String = (0..lines)
            .flat_map(|_| [writer.one_of(LINES), writer.one_of(BREAKS)])
            .collect();
        let our = ours(stream.as_bytes());
        let Some(readers) = &readers else { continue };
        let their = theirs(readers, &[], stream.as_bytes());
        let verdict = judge(&our, &their);
        let fine = matches!(verdict, Verdict::Same | Verdict::OnlyTheyAccept);
        assert!(fine, "{verdict:?}\n{stream:?}\n{our:?}\n{their:?}");
        accepted += usize::from(our.error.is_none());
    }
    assert!(readers.is_none() || accepted > 100, "{accepted}");
}

#[test]
fn an_edited_document_is_read_in_its_own_place() {
    let text = "{\"a\": \"\\/\"}{\"b\": 1}\n";
    let stream = Stream::parse(text).unwrap();
    let [first, _] = &stream.documents[..] else {
        panic!("{stream:?}");
    };
    let edited = first.edited("{\"a\": \"\\/\", \"c\": 2}").unwrap();
    assert_eq!(edited.root().unwrap().to_value()["c"], 2);
    // YAML among JSON would be read by the JSON decoder.
    let error = first.edited("{\"a\": \"/\", c: 2}").unwrap_err();
    assert!(error.message.starts_with("no longer JSON"), "{error}");
}

#[test]
fn documents_know_where_they_stand() {
    let text = "# c\n---\na: 1\n---\n# Source: x/y.yaml\nb: 2\n";
    let stream = Stream::parse(text).unwrap();
    let found: Vec<_> = stream
        .documents
        .iter()
        .map(|d| (d.offset, d.root().is_some()))
        .collect();
    assert_eq!(found, [(0, false), (8, true), (17, true)]);
    assert_eq!(stream.documents[2].template(), Some("x/y.yaml"));
    assert_eq!(frames(text).unwrap().len(), 3);
}
