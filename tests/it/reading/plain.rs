//! Text that may be written plain is that text to go-yaml v2 and v3, wherever it stands.

use super::generator::Writer;
use crate::support::{host, pipe};
use serde_json::Value;
use sparkk8s_post::yaml::{Scalar, is_safe_plain, resolve};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Words that some reader takes, took, or might take for more than text.
const NASTY: &str = "y Y n N yes Yes YES yEs no No NO nO on On ON off Off OFF true True TRUE tRuE false False FALSE
    null Null NULL nUll nil none None ~ nan NaN NAN .nan .NaN inf Inf INF .inf +.inf -.inf Infinity infinity
    0 00 08 0644 0o17 0O17 0x1F 0X1f 0b101 0b-1 -0b1 1_000 _1 1_ 1e3 1E3 e3 E3 e-3 1e400 .5 5. 5.e3 -.5 +1 -1 1.2.3
    12:30:45 190:20:30 1:20 a:1 a:20:30 2024-01-01 2024-1-1 2024-01-01T00:00:00Z x2024-01-01 T00 Z
    << <<< = == - -- --- -a -1a ... .. . .a ? ?a : :a a: a:: ::a a:b a::b http://x:80/y a:/b / // /a a/
    & &a a& * *a ! !a !!str a! | > % %a a% @ @a a@b a@ ` # #a a# a#b [ ] { } [a] {a} , a,b , ' ''' a'b
    a+b a=b =a a=b=c a-b a- _ __ _a a_ a.b a. a.. a-- --a a...b x---y 0x 0b 0o 0a a0 1a 1k 500m 1Gi 1.5Gi
    True1 yes1 1yes yes- yes. yes/no on/off null/null nan1 inf- Base64== a==";

/// Letters that texts are made up of: those that may stand plain, and a few that may not.
const LETTERS: &[&str] = &[
    "a", "b", "e", "E", "x", "o", "y", "Y", "n", "N", "t", "f", "i", "_", "-", ".", "/", "@", "+",
    "=", ":", "0", "1", "7", "8", "9", "T", "Z", "true", "null", "inf", "nan", "on", "off", "#",
    " ", "~", "é", ",",
];

fn texts() -> BTreeSet<String> {
    let mut texts: BTreeSet<String> = NASTY.split_ascii_whitespace().map(str::to_owned).collect();
    let mut writer = Writer::new();
    while texts.len() < 20_000 {
        let letters = 1 + writer.below(6);
        texts.insert((0..letters).map(|_| writer.one_of(LETTERS)).collect());
    }
    texts
}

#[test]
fn what_is_safe_is_text_to_us() {
    let mut safe = 0;
    for text in texts().iter().filter(|text| is_safe_plain(text)) {
        assert_eq!(resolve(text), Scalar::Str(text), "{text}");
        safe += 1;
    }
    assert!(safe > 5_000, "{safe}");
    for text in [
        "RuntimeDefault",
        "ALL",
        "/tmp",
        "app.kubernetes.io/name",
        "http://x:80/y",
    ] {
        assert!(is_safe_plain(text), "{text}");
    }
}

/// A document with the texts as values, items, keys and, without colons, in brackets.
fn document(texts: &[&String]) -> String {
    let mut out = "values:\n".to_owned();
    for (at, text) in texts.iter().enumerate() {
        writeln!(out, "  v{at}: {text}").unwrap();
    }
    out += "items:\n";
    for text in texts {
        writeln!(out, "- {text}").unwrap();
    }
    out += "keys:\n";
    for text in texts {
        writeln!(out, "  {text}: x").unwrap();
    }
    let in_brackets: Vec<_> = texts.iter().filter(|text| !text.contains(':')).collect();
    out += "brackets: [";
    for text in &in_brackets {
        write!(out, "{text}, {{{text}: {text}}}, ").unwrap();
    }
    out + "]\n"
}

#[test]
fn what_is_safe_is_text_to_both_dialects() {
    let Some(readers) = host("readers") else {
        return;
    };
    let texts = texts();
    let safe: Vec<_> = texts.iter().filter(|text| is_safe_plain(text)).collect();
    for some in safe.chunks(500) {
        let document = document(some);
        for args in [&[][..], &["-kyaml"]] {
            let out = pipe(&readers, args, document.as_bytes());
            let line: Value = serde_json::from_slice(&out).unwrap();
            let value = &line["value"];
            assert!(value.is_object(), "{args:?} {line}");
            let brackets = value["brackets"].as_array().unwrap();
            let mut brackets = brackets.iter();
            for (at, text) in some.iter().enumerate() {
                let text = text.as_str();
                assert_eq!(value["values"][format!("v{at}")], text, "{args:?}");
                assert_eq!(value["items"][at], text, "{args:?}");
                assert_eq!(value["keys"][text], "x", "{args:?} {text}");
                if !text.contains(':') {
                    assert_eq!(brackets.next().unwrap(), text, "{args:?}");
                    assert_eq!(brackets.next().unwrap()[text], text, "{args:?}");
                }
            }
        }
    }
}
