//! Properties files thrown together: `java.util.Properties` and this program must read them alike.

use super::dice::Dice;
use super::times;
use crate::{fixtures, hosts};
use sparkk8s_post::manifest::spark::{loaded, properties};
use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::Command;

/// As many files are tried.
const FILES: u64 = 20_000;

/// What files are made of. Line ends and backslashes are frequent, so that they meet each other.
const PIECES: [&str; 68] = [
    "\n",
    "\n",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r\n",
    "\r",
    "\r",
    "\n\n",
    "\\\n",
    "\\\n",
    "\\\r\n",
    "\\\r",
    "\\\n  ",
    "\\\n\t",
    "\\\\\n",
    "\\",
    "\\",
    "\\\\",
    " ",
    " ",
    "\t",
    "\u{c}",
    "=",
    "=",
    "=",
    ":",
    " = ",
    "\\=",
    "\\:",
    "\\ ",
    "#",
    "# a comment",
    "!",
    "\\#",
    "\\t",
    "\\n",
    "\\r",
    "\\f",
    "\\q",
    "\\\"",
    "\\u0041",
    "\\u00e9",
    "\\u0020",
    "\\uD83D\\uDE00",
    "\\uD83D",
    "\\uDE00",
    "\\u0000",
    "\\u0009",
    "\\u003d",
    "\\uuuu",
    "\\u00",
    "\\uXYZW",
    "spark.a",
    "spark.a",
    "spark.b=1",
    "spark.executor.memory",
    "4g",
    "é",
    "\u{e9}\u{ff}",
    "漢字",
    "\u{1f600}",
    "\u{feff}",
    "\u{a0}",
    "\u{2028}",
    "\u{85}",
    "\u{0}",
];

/// The file of a case: now short and dense, now long; sometimes with a byte order mark, sometimes longer than Java's buffer.
fn file(case: u64) -> String {
    let mut dice = Dice::new(case);
    let mut text = String::from(if dice.one_in(20) { "\u{feff}" } else { "" });
    let most = dice.pick(&[3, 8, 20, 60]);
    // Malformed escapes make Java refuse the whole file: most files have none.
    let strict = !dice.one_in(6);
    for _ in 0..=dice.below(most) {
        let piece = dice.pick(&PIECES);
        if strict && ["\\uuuu", "\\u00", "\\uXYZW"].contains(&piece) {
            continue;
        }
        text.push_str(piece);
    }
    if dice.one_in(200) {
        let value = "0123456789".repeat(900 + dice.below(20));
        text.push_str(&format!(
            "\nlong={value}\\\n  {value}\\\r\n{text}",
            text = text.clone()
        ));
    }
    text
}

/// What Java has of each file, or that it refuses it.
fn asked(java: &Path, files: &[String]) -> Vec<Option<BTreeMap<String, String>>> {
    let mut input = tempfile::tempfile().expect("a temporary file");
    let mut bytes = length(files.len());
    for file in files {
        bytes.extend(length(file.len()));
        bytes.extend(file.as_bytes());
    }
    input.write_all(&bytes).expect("a written file");
    input.rewind().expect("a file to read");
    let oracle = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/generated/PropertiesOracle.java"
    );
    let answer = Command::new(java)
        .arg(oracle)
        .stdin(input)
        .output()
        .expect("a program that runs");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{said}");
    let mut rest = &answer.stdout[..];
    let answers = files.iter().map(|_| entries(&mut rest)).collect();
    assert!(rest.is_empty(), "{} bytes too many", rest.len());
    answers
}

fn entries(rest: &mut &[u8]) -> Option<BTreeMap<String, String>> {
    let count = number(rest);
    (count >= 0).then(|| (0..count).map(|_| (text(rest), text(rest))).collect())
}

fn text(rest: &mut &[u8]) -> String {
    let length = usize::try_from(number(rest)).expect("a length");
    let (text, after) = rest.split_at(length);
    *rest = after;
    String::from_utf8(text.to_vec()).expect("UTF-8")
}

fn number(rest: &mut &[u8]) -> i32 {
    let (number, after) = rest.split_first_chunk().expect("four bytes");
    *rest = after;
    i32::from_be_bytes(*number)
}

fn length(length: usize) -> Vec<u8> {
    u32::try_from(length)
        .expect("a short file")
        .to_be_bytes()
        .to_vec()
}

#[test]
fn properties_are_what_java_reads() {
    let Some(java) = hosts::java() else { return };
    let files: Vec<_> = (0..times(FILES)).map(file).collect();
    let mut refused = 0;
    let mut seen = 0;
    for (case, (file, want)) in files.iter().zip(asked(&java, &files)).enumerate() {
        let read = loaded(file);
        let malformed = read.iter().any(|property| property.malformed.is_some());
        assert_eq!(malformed, want.is_none(), "case {case}: {file:?}");
        refused += u64::from(malformed);
        let Some(want) = want else { continue };
        let read: BTreeMap<_, _> = read.into_iter().map(|p| (p.key, p.value)).collect();
        assert_eq!(read, want, "case {case}: {file:?}");
        seen += read.len();
    }
    fixtures::say(&format!(
        "properties: {refused} of {} files are refused, {seen} entries",
        files.len()
    ));
    assert!(
        refused > FILES / 100 && seen > 20_000,
        "{refused} refused, {seen} entries"
    );
}

/// Where a key and a value are said to stand, there they are written: read alone they are the same.
#[test]
fn keys_and_values_stand_where_it_is_said() {
    for case in 0..FILES {
        let file = file(case);
        for (trimmed, property) in properties(&file).into_iter().zip(loaded(&file)) {
            let [key, value] = [property.key_span, property.value_span].map(|at| &file[at.range()]);
            let [again, other] =
                [format!("{key}="), format!("x={value}")].map(|text| loaded(&text));
            let again = again.first().map_or("", |again| &again.key);
            assert_eq!(again, property.key, "case {case}: {file:?}");
            let other = other.first().map_or("", |other| &other.value);
            assert_eq!(other, property.value, "case {case}: {file:?}");
            let spark = |c: char| c <= ' ' && !"\r\n".contains(c);
            assert_eq!(
                trimmed.value,
                property.value.trim_matches(spark),
                "case {case}: {file:?}"
            );
            assert!(
                file[..key_end(&trimmed)].len() <= trimmed.value_span.start,
                "case {case}: {file:?}"
            );
            let before = &file[..property.key_span.start];
            let lines = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
            assert_eq!(property.line, lines + 1, "case {case}: {file:?}");
        }
    }
}

const fn key_end(property: &sparkk8s_post::manifest::spark::Property) -> usize {
    property.key_span.end
}
