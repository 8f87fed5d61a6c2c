//! Input that is meant to hurt: it is refused, fast, and on a small stack.

use super::{Verdict, judge, ours, theirs};
use crate::support::{host, pipe};
use serde_json::Value;
use sparkk8s_post::yaml::{MAX_DEPTH, MAX_DOCUMENT, Stream};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// What a thread of a test, and of most programs, has.
const STACK: usize = 2 << 20;

fn on_a_small_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn(test).unwrap().join().unwrap()
}

/// Documents of `depth` nested collections, one for each way to write them.
fn nested(depth: usize) -> Vec<(&'static str, String)> {
    let mut block = String::new();
    for level in 0..depth.min(2 * MAX_DEPTH) {
        writeln!(block, "{}k:", " ".repeat(level)).unwrap();
    }
    let dashes = "- ".repeat(depth) + "x\n";
    let brackets = format!("k: {}{}\n", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let braces = format!("{}x{}\n", "{k: ".repeat(depth), "}".repeat(depth));
    let json = format!("{}1{}\n", r#"{"k":"#.repeat(depth), "}".repeat(depth));
    let pairs = format!("{}x: y{}\n", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let open = "[".repeat(depth);
    vec![
        ("block", block),
        ("dashes", dashes),
        ("brackets", brackets),
        ("braces", braces),
        ("JSON", json),
        ("pairs", pairs),
        ("open brackets", open),
    ]
}

/// The text of the message, and how long it took.
fn refusal(text: String) -> (String, Duration) {
    on_a_small_stack(move || {
        let start = Instant::now();
        let error = Stream::parse(&text).unwrap_err();
        (error.message, start.elapsed())
    })
}

fn assert_refused_fast(name: &str, text: String, wanted: &str) {
    let (message, time) = refusal(text);
    assert!(message.contains(wanted), "{name}: {message}");
    assert!(time < Duration::from_secs(1), "{name}: {time:?}");
}

#[test]
fn the_deepest_nesting_that_is_read_needs_no_large_stack() {
    let readers = host("readers");
    for (how, text) in nested(MAX_DEPTH) {
        if how == "open brackets" {
            continue;
        }
        let bytes = text.clone().into_bytes();
        let written = on_a_small_stack(move || {
            let stream = Stream::parse(&text).unwrap_or_else(|error| panic!("{how}: {error}"));
            let value = stream.documents[0].root().unwrap().to_value();
            let mut depth = 0;
            let mut inner = &value;
            while let Some(next) = inner.get("k").or_else(|| inner.get(0)) {
                inner = next;
                depth += 1;
            }
            assert!(depth >= MAX_DEPTH - 1, "{how}: {depth}");
            value.to_string()
        });
        // No reader here takes JSON of this depth, so it is compared as text.
        if let Some(readers) = &readers {
            let line = String::from_utf8(pipe(readers, &[], &bytes)).unwrap();
            assert_eq!(line.trim(), format!(r#"{{"value":{written}}}"#), "{how}");
        }
    }
}

#[test]
fn deeper_nesting_is_refused() {
    for depth in [MAX_DEPTH + 1, 100_000] {
        for (how, text) in nested(depth) {
            assert_refused_fast(how, text, "nested more than 1000 levels deep");
        }
    }
}

#[test]
fn nesting_counts_behind_aliases() {
    let list = |depth: usize, inner: &str| "[".repeat(depth) + inner + &"]".repeat(depth);
    let text = |first: usize| format!("a: &a {}\nb: {}\n", list(first, ""), list(500, "*a"));
    let deepest = text(MAX_DEPTH - 1 - 500);
    on_a_small_stack(move || {
        let stream = Stream::parse(&deepest).unwrap();
        drop(stream.documents[0].root().unwrap().to_value());
    });
    assert_refused_fast("lists", text(MAX_DEPTH - 500), "nested more than");
}

#[test]
fn a_chain_of_merges_needs_no_large_stack() {
    on_a_small_stack(|| {
        let mut text = "a0: &a0 {k: v}\n".to_owned();
        for at in 1..100 {
            writeln!(text, "a{at}: &a{at} {{<<: *a{}}}", at - 1).unwrap();
        }
        let stream = Stream::parse(&text).unwrap();
        let root = stream.documents[0].root().unwrap();
        let last = root.get("a99").unwrap();
        assert_eq!(last.get("k").unwrap().to_value(), "v");
        assert!(last.get("absent").is_none());
        assert_eq!(last.to_value()["k"], "v");
    });
}

/// Each line ten times the one before.
fn laughs(levels: usize) -> String {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..levels {
        let row = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{row}]").unwrap();
    }
    text
}

#[test]
fn alias_bombs_are_refused() {
    let wanted = "grows too much through its aliases";
    assert_refused_fast("laughs", laughs(9), wanted);
    assert_refused_fast("more laughs", laughs(200), wanted);
    let keys: String = (0..1_000).map(|n| format!("k{n}: 1, ")).collect();
    let merges = "  - <<: *a\n".repeat(2_000);
    assert_refused_fast("merges", format!("a: &a {{{keys}}}\nb:\n{merges}"), wanted);
}

/// Documents around the limit of aliases, of several shapes.
fn near_the_limit() -> Vec<String> {
    let list = |text: &str, count: usize| vec![text; count].join(", ");
    let mut documents: Vec<_> = (1..6).map(laughs).collect();
    for count in (96..106).chain(995..1005) {
        documents.push(format!("a: &a x\nb: [{}]\n", list("*a", count)));
    }
    // 99 in 100 steps may come from aliases: the longer the list, the closer to 100 times may it be named.
    for (base, counts) in [(300, 140..165), (1_000, 105..120), (3_000, 100..107)] {
        for count in counts {
            let (items, aliases) = (list("x", base), list("*a", count));
            documents.push(format!("a: &a [{items}]\nb: [{aliases}]\n"));
        }
    }
    for (padding, count) in [(20_000, 400), (40_000, 99), (40_000, 120), (60_000, 80)] {
        let (pad, items) = (list("x", padding), list("x", padding / 10));
        let aliases = list("*a", count);
        documents.push(format!("p: [{pad}]\na: &a [{items}]\nb: [{aliases}]\n"));
    }
    let keys: Vec<_> = (0..1_000).map(|n| format!("k{n}: 1")).collect();
    let keys = keys.join(", ");
    for count in 112..124 {
        let merges: String = (0..count).map(|n| format!("b{n}: {{<<: *a}}\n")).collect();
        documents.push(format!("a: &a {{{keys}}}\n{merges}"));
        let merges: String = (0..count / 2)
            .map(|n| format!("b{n}: {{<<: [*a, *a]}}\n"))
            .collect();
        documents.push(format!("a: &a {{{keys}}}\n{merges}"));
    }
    documents
}

#[test]
fn aliases_are_counted_as_kubernetes_counts() {
    let documents = near_the_limit();
    let read: Vec<_> = documents.iter().map(|text| ours(text.as_bytes())).collect();
    let refused = read.iter().filter(|read| read.error.is_some()).count();
    assert!((20..documents.len() - 20).contains(&refused), "{refused}");
    let Some(readers) = host("readers") else {
        return;
    };
    for (our, text) in read.iter().zip(&documents) {
        let their = theirs(&readers, &[], text.as_bytes());
        let (length, start) = (text.len(), &text[..text.len().min(60)]);
        assert_eq!(judge(our, &their), Verdict::Same, "{length} bytes: {start}");
    }
}

#[test]
fn documents_and_lines_of_any_length() {
    let large = format!("a: {}\n", "x".repeat(MAX_DOCUMENT));
    assert_refused_fast(
        "33 MiB",
        large,
        "a document of 33 MiB, and 32 MiB is the most",
    );
    let (word, items) = ("x".repeat(1 << 20), "a, ".repeat(100_000));
    for text in [
        format!("a: {word}\n"),
        format!("a: \"{word}\\n\"\n"),
        format!("a: [{items}]\n"),
        format!("a: |\n  {word}\n"),
        format!("# {word}\na: b\n"),
        format!("a: {{{}}}\n", "\"k\":\t\t1,".repeat(50_000)),
        format!("a: b{}\nc: d\n", "\n  \t".repeat(50_000)),
        format!("a: |\n  x\n{}", "  \t-\tx\n".repeat(50_000)),
        format!("a: b\n{}c: d\n", "# -\tx\n".repeat(50_000)),
    ] {
        let start = Instant::now();
        let reading = ours(text.as_bytes());
        assert!(reading.error.is_none(), "{}: {reading:?}", &text[..20]);
        assert!(start.elapsed() < Duration::from_secs(5), "{}", &text[..20]);
        if let Some(readers) = host("readers") {
            let their = theirs(&readers, &[], text.as_bytes());
            assert_eq!(judge(&reading, &their), Verdict::Same, "{}", &text[..20]);
        }
    }
}

#[test]
fn what_is_no_text_is_refused_at_its_place() {
    for (bytes, message, at) in [
        (&b"a: \0\n"[..], "the character U+0000 is not allowed", 3),
        (
            b"a: b\n# \x1b[0m\n",
            "the character U+001B is not allowed",
            7,
        ),
        (b"\xff\xfea\0:\0", "the input is UTF-16", 0),
        (b"a: \xc3\x28\n", "the byte 0xc3 is not UTF-8", 3),
    ] {
        let error = sparkk8s_post::yaml::decode(bytes)
            .and_then(|text| Stream::parse(text).map(|_| ()))
            .unwrap_err();
        assert_eq!((&*error.message, error.span.start), (message, at));
    }
    assert_eq!(ours(b"").values, Vec::<Value>::new());
}
