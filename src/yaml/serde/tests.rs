//! Values and their places, and errors with theirs, of small types.

use super::*;
use crate::text::Source;
use crate::yaml::Stream;
use std::fmt::Debug;

#[derive(Debug, ::serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "read through Debug only")]
struct Fruit {
    name: Spanned<String>,
    weight: Option<Spanned<u32>>,
    #[serde(default)]
    is_ripe: bool,
    colour: Option<Colour>,
    #[serde(default)]
    notes: Entries<Spanned<String>>,
    #[serde(default)]
    seeds: Vec<Fruit>,
}

#[derive(Debug, ::serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let stream = Stream::parse(text).unwrap();
    from_document(stream.documents.last().unwrap())
}

fn refused(text: &str) -> String {
    let error = read::<Fruit>(text).unwrap_err();
    let at = Source { name: "", text }.position(error.span.start);
    let help = error.help.map(|help| format!(" ({help})"));
    let (line, column) = (at.line, at.column);
    format!(
        "{line}:{column}: {}{}",
        error.message,
        help.unwrap_or_default()
    )
}

#[test]
fn values_keep_their_place_in_the_file() {
    let text =
        "# a comment\n---\nname: 'apple'\nseeds: [{name: pip}]\nnotes: {é: soft, b: \"1\"}\n";
    let fruit: Fruit = read(text).unwrap();
    assert_eq!(&text[fruit.name.span.range()], "'apple'");
    assert_eq!(fruit.name.value, "apple");
    assert_eq!(&text[fruit.seeds[0].name.span.range()], "pip");
    let (key, value) = &fruit.notes.0[1];
    assert_eq!(&text[key.span.range()], "b");
    assert_eq!(&text[value.span.range()], "\"1\"");
}

#[test]
fn errors_have_the_place_of_what_is_wrong() {
    let cases = [
        (
            "nmae: x",
            "1:1: unknown field `nmae` (did you mean `name`?)",
        ),
        ("name: 1.0", "1:7: expected text, found number `1.0`"),
        (
            "name: x\nweight: heavy",
            "2:9: expected integer, found text `heavy`",
        ),
        (
            "name: x\nweight: -1",
            "2:9: expected integer, found number `-1`",
        ),
        (
            "name: x\nisRipe: {}",
            "2:9: expected boolean, found a mapping",
        ),
        (
            "name: x\nisRipe: maybe",
            "2:9: expected boolean, found text `maybe`",
        ),
        (
            "name: x\ncolour: gren",
            "2:9: unknown value `gren` (did you mean `green`?)",
        ),
        (
            "name: x\ncolour: 3",
            "2:9: expected one of `red`, `green`, found number `3`",
        ),
        (
            "name: x\nseeds:\n  - weight: 3",
            "3:5: the field `name` is missing",
        ),
        (
            "name: x\nseeds:\n  - a",
            "3:5: expected mapping, found text `a`",
        ),
        ("name: x\nseeds: {}", "2:8: expected list, found a mapping"),
        ("name: x\nname: y", "2:1: the key `name` is written twice"),
        (
            "name: x\nnotes: {a: [b]}",
            "2:12: expected text, found a list",
        ),
        ("[]", "1:1: expected mapping, found a list"),
        ("# nothing", "1:1: there is nothing in the document"),
        (
            "---\n---\nname: |\n  a\n  b\ncolour: |-\n  a\n  b",
            "6:9: unknown value `a…` (expected one of `red`, `green`)",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text), message, "{text}");
    }
}

#[test]
fn aliases_and_merges_are_read_as_kubernetes_reads_them() {
    let text = "name: &n x\nseeds:\n- &base {name: a, weight: 1}\n- {<<: *base, weight: 2}\n- {weight: 3, <<: *base}\n- name: *n\n";
    let fruit: Fruit = read(text).unwrap();
    let seeds: Vec<_> = fruit
        .seeds
        .iter()
        .map(|seed| (seed.name.value.as_str(), seed.weight.map(|w| w.value)))
        .collect();
    assert_eq!(
        seeds,
        [("a", Some(1)), ("a", Some(2)), ("a", Some(1)), ("x", None)]
    );
    let mut value = serde_json::Value::Null;
    for document in Stream::parse(text).unwrap().documents {
        value = document.root().unwrap().to_value();
    }
    assert_eq!(value["seeds"][2]["weight"], 1);
    assert_eq!(&text[fruit.seeds[3].name.span.range()], "x");
    let several = "{<<: [{name: a}, {name: b, weight: 1}], colour: red}";
    let fruit: Fruit = read(several).unwrap();
    assert_eq!(
        (fruit.name.value.as_str(), fruit.weight.unwrap().value),
        ("a", 1)
    );
    let merged_twice = "name: x\nseeds:\n- &a {nme: y}\n- {<<: [*a]}\n";
    assert!(refused(merged_twice).starts_with("3:7: unknown field `nme`"));
}

#[test]
fn keys_are_what_is_written() {
    let notes: Entries<Spanned<String>> = read("{on: a, 1.0: b, !!str yes: c, 'n': d}").unwrap();
    let names: Vec<_> = notes.0.iter().map(|(key, _)| key.value.as_str()).collect();
    assert_eq!(names, ["on", "1.0", "yes", "n"]);
    let twice = read::<Entries<Spanned<String>>>("{on: a, \"on\": b}").unwrap_err();
    assert_eq!(twice.message, "the key `on` is written twice");
}

#[test]
fn null_is_absent_where_a_value_may_be() {
    let fruit: Fruit = read("name: x\nweight: ~\ncolour:\n").unwrap();
    assert!(fruit.weight.is_none());
    assert!(fruit.colour.is_none());
    assert_eq!(refused("name: ~"), "1:7: expected text, found nothing");
}

#[test]
fn depth_is_limited() {
    let deep = "{name: x, seeds: [".repeat(300) + &"]}".repeat(300);
    assert!(refused(&deep).ends_with("nested more than 100 levels deep"));
    let merges = format!(
        "name: x\nnotes: {}{{}}{}",
        "{<<: ".repeat(300),
        "}".repeat(300)
    );
    assert!(refused(&merges).ends_with("nested more than 100 levels deep"));
}
