//! What each way to write a value, and each shape of a stream, means: our tables, kept true by the host.

use super::{Reading, Verdict, judge, ours, rows, theirs, theirs_each, unescaped};
use crate::support::{host, same};
use serde_json::Value;

/// As written (escaped), and what Kubernetes reads: JSON or `refused`; behind `they` what only Kubernetes accepts.
const SCALARS: &str = include_str!("scalars.tsv");
/// Name, stream (escaped), and what Kubernetes reads: a JSON list of documents, or `refused`; behind `they`
/// what only Kubernetes accepts, behind `cut` what it does not read whole.
const STRUCTURES: &str = include_str!("structures.tsv");

fn config_map(value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  v: {value}\n")
}

/// A row's meaning: what Kubernetes reads, if it accepts it, and whether we do.
struct Meaning {
    value: Option<Value>,
    we_accept: bool,
}

fn meaning(text: &str) -> Meaning {
    let only_they = ["they ", "cut "]
        .iter()
        .find_map(|who| text.strip_prefix(who));
    let json = only_they.unwrap_or(text);
    let value = (json != "refused")
        .then(|| serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}")));
    Meaning {
        we_accept: value.is_some() && only_they.is_none(),
        value,
    }
}

/// Whether a reading of ours or theirs is the wanted value, or the wanted refusal.
fn assert_reading(name: &str, error: Option<&String>, value: &Value, wanted: Option<&Value>) {
    match (error, wanted) {
        (Some(_), None) => {}
        (None, Some(wanted)) => assert!(same(value, wanted), "{name}: {value}, not {wanted}"),
        (error, wanted) => panic!("{name}: {value} {error:?}, not {wanted:?}"),
    }
}

fn data(reading: &Reading) -> Value {
    let first = reading.values.first();
    first.map_or(Value::Null, |document| document["data"]["v"].clone())
}

#[test]
fn scalars_mean_what_the_table_says() {
    for [written, text] in rows::<2>(SCALARS) {
        let reading = ours(config_map(&unescaped(written)).as_bytes());
        let meaning = meaning(text);
        let wanted = meaning.value.as_ref().filter(|_| meaning.we_accept);
        assert_reading(written, reading.error.as_ref(), &data(&reading), wanted);
    }
}

#[test]
fn structures_mean_what_the_table_says() {
    for [name, stream, text] in rows::<3>(STRUCTURES) {
        let reading = ours(unescaped(stream).as_bytes());
        let meaning = meaning(text);
        let wanted = meaning.value.as_ref().filter(|_| meaning.we_accept);
        let value = reading.values.into();
        assert_reading(name, reading.error.as_ref(), &value, wanted);
    }
}

#[test]
fn the_tables_are_what_kubernetes_reads() {
    let Some(readers) = host("readers") else {
        return;
    };
    let scalars = rows::<2>(SCALARS);
    let documents: Vec<_> = scalars
        .iter()
        .map(|[written, _]| config_map(&unescaped(written)))
        .collect();
    let readings = theirs_each(&readers, &[], &documents);
    for ([written, text], reading) in scalars.iter().zip(readings) {
        let wanted = meaning(text).value;
        assert_reading(
            written,
            reading.error.as_ref(),
            &data(&reading),
            wanted.as_ref(),
        );
    }
    for [name, stream, text] in rows::<3>(STRUCTURES) {
        let reading = theirs(&readers, &[], unescaped(stream).as_bytes());
        let wanted = meaning(text).value;
        let value = reading.values.into();
        assert_reading(name, reading.error.as_ref(), &value, wanted.as_ref());
    }
}

/// What a data file cannot hold, and whether it is accepted. Bytes that are no UTF-8 are an exception of invariant 3:
/// kubectl itself puts U+FFFD in their place, or reads UTF-16, before its reader sees them.
fn bytes() -> Vec<(&'static str, Vec<u8>, bool)> {
    let utf16 = "\u{feff}a: b\n".encode_utf16();
    let little = utf16.flat_map(u16::to_le_bytes).collect();
    let key = |count: usize| format!("{}: x\n", "é".repeat(count)).into_bytes();
    let in_brackets = |count: usize| format!("{{{}: x}}\n", "é".repeat(count)).into_bytes();
    vec![
        ("UTF-16", little, false),
        ("a byte that is no UTF-8", b"a: \xff\n".to_vec(), false),
        ("half a character", b"# \xc3(\na: b\n".to_vec(), false),
        (
            "a number out of range, in JSON",
            br#"{"a": 1e400}"#.to_vec(),
            false,
        ),
        (
            "half a surrogate pair, in JSON",
            br#"{"a": "\ud83d"}"#.to_vec(),
            false,
        ),
        ("a key of 1024 characters", key(1024), true),
        ("a key of 1025 characters", key(1025), false),
        ("1024 in brackets", in_brackets(1024), true),
        ("1025 in brackets", in_brackets(1025), false),
    ]
}

#[test]
fn input_that_no_table_holds() {
    let readers = host("readers");
    for (name, bytes, accepted) in bytes() {
        let our = ours(&bytes);
        assert_eq!(our.error.is_none(), accepted, "{name}: {our:?}");
        if let Some(readers) = &readers {
            let their = theirs(readers, &[], &bytes);
            assert_eq!(judge(&our, &their), Verdict::Same, "{name}: {their:?}");
        }
    }
}

#[test]
fn keys_that_collide_after_conversion_count_as_agreement() {
    let text = "1: a\n0x1: b\n\"1\": c\n";
    assert_eq!(ours(text.as_bytes()).values[0]["1"], "c");
    let Some(readers) = host("readers") else {
        return;
    };
    // Go's maps have no order: either may win.
    let their = theirs(&readers, &[], text.as_bytes());
    assert!(their.values[0]["1"] == "b" || their.values[0]["1"] == "c");
}

#[test]
fn a_byte_order_mark_at_the_edge_of_a_buffer_is_never_misread() {
    let readers = host("readers");
    let (mut refused, mut accepted) = (0, 0);
    for length in 490..520 {
        // go-yaml reads 512 bytes at a time, and skips the first letter of lines behind a mark that begins such a part.
        let text = format!("a: {}\u{feff}y\nbc: d\n", "x".repeat(length));
        let our = ours(text.as_bytes());
        refused += usize::from(our.error.is_some());
        accepted += usize::from(our.error.is_none());
        if let Some(readers) = &readers {
            let their = theirs(readers, &[], text.as_bytes());
            let verdict = judge(&our, &their);
            assert_ne!(
                verdict,
                Verdict::DifferentValue,
                "{length}: {our:?} {their:?}"
            );
        }
    }
    assert!(refused > 0 && accepted > refused, "{refused} {accepted}");
}
