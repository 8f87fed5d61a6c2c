//! Each case: a text, an RFC 6902 patch, the text that it must become.

use super::*;
use crate::text::EditSet;

fn patched(before: &str, patch: &str) -> Result<String, Shared> {
    let document = Document::parse(before, 0).unwrap();
    let mut target = document.root().unwrap().to_value();
    let patch: json_patch::Patch = serde_json::from_str(patch).unwrap();
    json_patch::patch(&mut target, &patch).unwrap();
    let after = EditSet::new(document.splice(&target, Touched::everything())?)
        .unwrap()
        .apply(before);
    let read = Document::parse(&after, 0).unwrap_or_else(|e| panic!("{e}:\n{after}"));
    let value = read.root().unwrap().to_value();
    assert!(
        crate::yaml::same_value(&value, &target),
        "{value}\n{target}\n{after}"
    );
    Ok(after)
}

#[track_caller]
pub(in crate::yaml) fn case(before: &str, patch: &str, after: &str) {
    assert_eq!(patched(before, patch).unwrap(), after);
}

const SET_X: &str = r#"[{"op":"add","path":"/a/x","value":1}]"#;
const SET_A: &str = r#"[{"op":"replace","path":"/a","value":{"x":{"w":true}}}]"#;
const PUSH: &str = r#"[{"op":"add","path":"/a/-","value":{"name":"k","v":"1"}}]"#;

#[test]
fn a_new_key_goes_after_the_content_and_before_trailing_comments() {
    case(
        "a:\n  b: 1 # b\n  # trail\nc: 2\n",
        SET_X,
        "a:\n  b: 1 # b\n  x: 1\n  # trail\nc: 2\n",
    );
    case(
        "a:\n    b:\n      - 1\n# end",
        SET_X,
        "a:\n    b:\n      - 1\n    x: 1\n# end",
    );
    case(
        "a:\n  b: |\n    text\n\n\nc: 2\n",
        SET_X,
        "a:\n  b: |\n    text\n  x: 1\n\n\nc: 2\n",
    );
    case(
        "a:\n  b: |+\n    text\n\n\nc: 2\n",
        SET_X,
        "a:\n  b: |+\n    text\n\n\n  x: 1\nc: 2\n",
    );
    case(
        "a:\n  b: |+\n    text\n\n",
        SET_X,
        "a:\n  b: |+\n    text\n\n  x: 1\n",
    );
    case(
        "a:\n  b: |\n      text\n       \nc: 2\n",
        SET_X,
        "a:\n  b: |\n      text\n       \n  x: 1\nc: 2\n",
    );
    case("a:\n  b:\nc: 2\n", SET_X, "a:\n  b:\n  x: 1\nc: 2\n");
}

#[test]
fn line_ends_are_kept() {
    case(
        "a:\r\n  b: 1\r\nc: 2\r\n",
        SET_X,
        "a:\r\n  b: 1\r\n  x: 1\r\nc: 2\r\n",
    );
    case("\u{feff}a:\n  b: 1", SET_X, "\u{feff}a:\n  b: 1\n  x: 1");
    case("a:\n  b: |\n    t", SET_X, "a:\n  b: |\n    t\n  x: 1");
    case(
        "a:\r\n  b: |\r\n    t\r\n",
        SET_X,
        "a:\r\n  b: |\r\n    t\r\n  x: 1\r\n",
    );
}

#[test]
fn absent_null_and_empty_values() {
    for empty in ["a: {}", "a: null", "a: ~", "a:", "a:   {}"] {
        case(
            &format!("{empty} # c\nb: 1\n"),
            SET_A,
            "a: # c\n  x:\n    w: true\nb: 1\n",
        );
    }
    case(
        "a: []\nb: 1\n",
        PUSH.replace("/-", "/0").as_str(),
        "a:\n- name: k\n  v: \"1\"\nb: 1\n",
    );
    case(
        "b: 1\n",
        &SET_A.replace("replace", "add"),
        "b: 1\na:\n  x:\n    w: true\n",
    );
    case("a:\n  {}\nb: 1\n", SET_A, "a:\n  x:\n    w: true\nb: 1\n");
    case(
        "- a: {}\n",
        r#"[{"op":"add","path":"/0/a/x","value":1}]"#,
        "- a:\n    x: 1\n",
    );
    case(
        "- {}\n",
        r#"[{"op":"add","path":"/0/x","value":1}]"#,
        "- {x: 1}\n",
    );
}

#[test]
fn sequences() {
    case(
        "a:\n- name: m\n# c\nb: 1\n",
        PUSH,
        "a:\n- name: m\n- name: k\n  v: \"1\"\n# c\nb: 1\n",
    );
    case(
        "a:\n  - name: 'm' # c\nb: 1\n",
        PUSH,
        "a:\n  - name: 'm' # c\n  - name: k\n    v: '1'\nb: 1\n",
    );
    case(
        "a:\n  -\n    name: m\n",
        PUSH,
        "a:\n  -\n    name: m\n  - name: k\n    v: \"1\"\n",
    );
    case(
        "a: [x, y]\n",
        r#"[{"op":"add","path":"/a/1","value":"z"}]"#,
        "a: [x, z, y]\n",
    );
    case(
        "a: [ x, y, ]\n",
        r#"[{"op":"add","path":"/a/-","value":"z"}]"#,
        "a: [ x, y, z, ]\n",
    );
    case(
        "a:\n- x\n- y\n",
        r#"[{"op":"add","path":"/a/0","value":"z"}]"#,
        "a:\n- z\n- x\n- y\n",
    );
    case(
        "a:\n- x # gone\n# stays\n- y\n",
        r#"[{"op":"remove","path":"/a/0"}]"#,
        "a:\n# stays\n- y\n",
    );
    case(
        "a:\n- x\n- y\nb: 1\n",
        r#"[{"op":"remove","path":"/a/1"}]"#,
        "a:\n- x\nb: 1\n",
    );
    case(
        "a:\n- x\nb: 1\n",
        r#"[{"op":"remove","path":"/a/0"}]"#,
        "a: []\nb: 1\n",
    );
    case(
        "a:\n- - x\n  - y\n",
        r#"[{"op":"remove","path":"/a/0/0"}]"#,
        "a:\n- - y\n",
    );
    case(
        "a:\n- x\n- y\n",
        r#"[{"op":"replace","path":"/a/0","value":"z"}]"#,
        "a:\n- z\n- y\n",
    );
}

#[test]
fn brackets_and_json() {
    case("a: {b: 1}\n", SET_X, "a: {b: 1, x: 1}\n");
    case(
        "a: {}\nb: {c: {}}\n",
        r#"[{"op":"add","path":"/b/c/x","value":"u:1"}]"#,
        "a: {}\nb: {c: {x: \"u:1\"}}\n",
    );
    case("{\"a\":{\"b\":1}}", SET_X, "{\"a\":{\"b\":1, \"x\": 1}}");
    case(
        "{\n  \"a\": {\n    \"b\": \"c\"\n  }\n}\n",
        SET_X,
        "{\n  \"a\": {\n    \"b\": \"c\",\n    \"x\": 1\n  }\n}\n",
    );
    case(
        "{a: {b: 1, c: 2}}",
        r#"[{"op":"remove","path":"/a/b"}]"#,
        "{a: {c: 2}}",
    );
    case(
        "{a: {b: 1, c: 2}}",
        r#"[{"op":"remove","path":"/a/c"}]"#,
        "{a: {b: 1}}",
    );
    case(
        "{\"a\":[\"v\",false]}",
        r#"[{"op":"add","path":"/a/-","value":"w"}]"#,
        "{\"a\":[\"v\",false, \"w\"]}",
    );
    case(
        "{\"a\":{}}",
        r#"[{"op":"add","path":"/a/k","value":["v"]}]"#,
        "{\"a\":{\"k\": [\"v\"]}}",
    );
}

#[test]
fn replacing_and_removing() {
    case(
        "a: 'x' # c\n",
        r#"[{"op":"replace","path":"/a","value":"1"}]"#,
        "a: '1' # c\n",
    );
    case(
        "a: |\n  x\nb: 1\n",
        r#"[{"op":"replace","path":"/a","value":"z"}]"#,
        "a: z\nb: 1\n",
    );
    case(
        "a:\nb: 1\n",
        r#"[{"op":"replace","path":"/a","value":"z"}]"#,
        "a: z\nb: 1\n",
    );
    case(
        "a:\n- x\nb: 1\n",
        r#"[{"op":"replace","path":"/a","value":3}]"#,
        "a: 3\nb: 1\n",
    );
    case(
        "a: 1 # c\n# stays\nb: 1\n",
        r#"[{"op":"remove","path":"/a"}]"#,
        "# stays\nb: 1\n",
    );
    case("a: 1\nb: 1", r#"[{"op":"remove","path":"/b"}]"#, "a: 1");
    case(
        "- a: 1\n  b: 2\n",
        r#"[{"op":"remove","path":"/0/a"}]"#,
        "- b: 2\n",
    );
    case(
        "a:\n  b: 1\n",
        r#"[{"op":"remove","path":"/a/b"}]"#,
        "a: {}\n",
    );
    case(
        "a: {b: 1}\n",
        r#"[{"op":"replace","path":"/a","value":[1]}]"#,
        "a:\n- 1\n",
    );
    case(
        "a:\n  b: 1\nc: 2\n",
        r#"[{"op":"replace","path":"/a","value":[1]}]"#,
        "a:\n- 1\nc: 2\n",
    );
    case(
        "a: {b: 1} # c\n",
        r#"[{"op":"replace","path":"/a/b","value":{"c":[1]}}]"#,
        "a: {b: {c: [1]}} # c\n",
    );
}

#[test]
fn what_goes_and_comes_together() {
    let swap = r#"[{"op":"remove","path":"/b"},{"op":"remove","path":"/c"},{"op":"add","path":"/d","value":4}]"#;
    case("{a: 1, b: 2, c: 3}", swap, "{a: 1, d: 4}");
    case("a: 1\nb: 2\nc: 3\n", swap, "a: 1\nd: 4\n");
    case("a: 1\nb: 2\n# c\nc: 3", swap, "a: 1\nd: 4\n# c");
    let items = r#"[{"op":"remove","path":"/a/1"},{"op":"remove","path":"/a/1"},{"op":"add","path":"/a/-","value":"z"}]"#;
    case("a: [v, w, x]\n", items, "a: [v, z]\n");
    case(
        "a:\n- v\n- w # w\n- x\nb: 1\n",
        items,
        "a:\n- v\n- z\nb: 1\n",
    );
    case(
        "- a: 1\n  b: 2\n  c: 3\n",
        r#"[{"op":"remove","path":"/0/a"},{"op":"remove","path":"/0/b"}]"#,
        "- c: 3\n",
    );
}

#[test]
fn the_last_duplicate_counts() {
    case("a: {}\na:\n  b: 1\n", SET_X, "a: {}\na:\n  b: 1\n  x: 1\n");
    case(
        "b: 1\na: 1\nc: 2\na: 2\n",
        r#"[{"op":"remove","path":"/a"}]"#,
        "b: 1\nc: 2\n",
    );
}

#[test]
fn anchors_do_not_leak() {
    patched("d: &d\n  b: 1\na: *d\n", SET_X).unwrap_err();
    let leak = patched("a: &d\n  b: 1\nc: *d\n", SET_X).unwrap_err();
    assert!(leak.reason.contains("`&d`"), "{leak}");
    case("a: &d\n  b: 1\n", SET_X, "a: &d\n  b: 1\n  x: 1\n");
    // What goes takes no anchor along that others refer to; with all of them it may.
    let gone = r#"[{"op":"remove","path":"/a"}]"#;
    for holder in ["a: {b: &d 1}", "a: [&d 1]", "a: {b: [&d 1]}\na: 2"] {
        let leak = patched(&format!("{holder}\nc: *d\n"), gone).unwrap_err();
        assert!(leak.reason.contains("`&d`"), "{leak}");
    }
    let inside = r#"[{"op":"replace","path":"/a/l","value":7}]"#;
    patched("a: {l: [&d 1]}\nc: *d\n", inside).unwrap_err();
    let both = r#"[{"op":"remove","path":"/a"},{"op":"remove","path":"/c"}]"#;
    case("a: [&d 1]\nc: *d\ne: 2\n", both, "e: 2\n");
    case(
        "d: &d {b: 1}\na:\n  c: *d\n",
        SET_X,
        "d: &d {b: 1}\na:\n  c: *d\n  x: 1\n",
    );
}

#[test]
fn keys_behind_a_merge() {
    let base = "d: &d\n  b: 1\n  s: {w: 2}\n";
    case(
        &format!("{base}a:\n  <<: *d\n"),
        SET_X,
        &format!("{base}a:\n  <<: *d\n  x: 1\n"),
    );
    let deep = r#"[{"op":"add","path":"/a/s/z","value":3}]"#;
    case(
        &format!("{base}a:\n  <<: *d\n  c: 1\n"),
        deep,
        &format!("{base}a:\n  <<: *d\n  c: 1\n  s:\n    w: 2\n    z: 3\n"),
    );
    case(
        &format!("{base}a:\n  <<: *d\n  s: {{q: 1}}\n"),
        deep,
        &format!("{base}a:\n  <<: *d\n  s: {{q: 1, z: 3}}\n"),
    );
    patched(
        &format!("{base}a:\n  b: 5\n  <<: *d\n"),
        r#"[{"op":"replace","path":"/a/b","value":9}]"#,
    )
    .unwrap_err();
    patched(
        &format!("{base}a:\n  <<: *d\n"),
        r#"[{"op":"remove","path":"/a/b"}]"#,
    )
    .unwrap_err();
}

#[test]
fn keys_behind_a_question_mark() {
    case(
        "a:\n  ? b\n  : 1\n  ?   c\n  : d: 2\n",
        r#"[{"op": "add", "path": "/a/e", "value": 3}, {"op": "remove", "path": "/a/b"}]"#,
        "a:\n  ?   c\n  : d: 2\n  e: 3\n",
    );
    case(
        "{? a : 1, ? b : 2}\n",
        r#"[{"op": "add", "path": "/c", "value": 3}, {"op": "remove", "path": "/a"}]"#,
        "{? b : 2, c: 3}\n",
    );
}

#[test]
fn among_lines_that_end_in_a_return_alone_nothing_is_written() {
    let push = r#"[{"op":"add","path":"/-","value":1}]"#;
    let refused = patched("- \r- a\n", push).unwrap_err();
    assert_eq!(refused.span, Span::new(2, 3));
    assert!(refused.reason.starts_with("a carriage return alone"));
    case("- a\r\n", push, "- a\r\n- 1\r\n");
    // What stays as it is may have them.
    case("- \r- a\n", "[]", "- \r- a\n");
}
