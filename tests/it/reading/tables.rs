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

/// What a data file cannot hold, with whether we accept it, and whether Kubernetes does.
fn bytes() -> Vec<(&'static str, Vec<u8>, bool, bool)> {
    let utf16 = "\u{feff}a: b\n".encode_utf16();
    let little = utf16.clone().flat_map(u16::to_le_bytes).collect();
    let big = utf16.flat_map(u16::to_be_bytes).collect();
    let key = |count: usize| format!("{}: x\n", "é".repeat(count)).into_bytes();
    let in_brackets = |count: usize| format!("{{{}: x}}\n", "é".repeat(count)).into_bytes();
    vec![
        // Exceptions of invariant 3, refused with a message.
        ("UTF-16, little end first", little, false, true),
        ("UTF-16, big end first", big, false, true),
        (
            "a byte that is no UTF-8",
            b"a: \xff\n".to_vec(),
            false,
            true,
        ),
        (
            "a byte that is no UTF-8, in a comment",
            b"# \xff\na: b\n".to_vec(),
            false,
            true,
        ),
        (
            "half a surrogate pair in JSON",
            br#"{"a": "\ud83d"}"#.to_vec(),
            false,
            true,
        ),
        // The same for both.
        (
            "a number that no float holds, in JSON",
            br#"{"a": 1e400}"#.to_vec(),
            false,
            false,
        ),
        ("a key of 1024 characters", key(1024), true, true),
        ("a key of 1025 characters", key(1025), false, false),
        (
            "a key of 1024 characters in brackets",
            in_brackets(1024),
            true,
            true,
        ),
        (
            "a key of 1025 characters in brackets",
            in_brackets(1025),
            false,
            false,
        ),
    ]
}

#[test]
fn input_that_no_table_holds() {
    let readers = host("readers");
    for (name, bytes, we, they) in bytes() {
        let our = ours(&bytes);
        assert_eq!(our.error.is_none(), we, "{name}: {our:?}");
        let Some(readers) = &readers else { continue };
        let their = theirs(readers, &[], &bytes);
        // The host hands lone surrogates on, which no JSON reader here takes.
        if name.starts_with("half") {
            continue;
        }
        assert_eq!(their.error.is_none(), they, "{name}: {their:?}");
        if we && they {
            assert_eq!(judge(&our, &their), Verdict::Same, "{name}");
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
