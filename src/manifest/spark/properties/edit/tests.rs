use super::*;
use crate::manifest::spark::loaded;
use proptest::prelude::*;

#[track_caller]
fn assert_set(text: &str, (key, value): (&str, &str), want: &str) {
    assert_eq!(set(text, key, value).as_deref(), Ok(want), "{text:?}");
    assert_eq!(set(want, key, value).as_deref(), Ok(want), "a second time");
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    for (before, after) in [
        ("# c\nspark.a=1\nspark.b=2\n", "# c\nspark.a=9\nspark.b=2\n"),
        ("spark.a : 1  \r\nb 2\r\n", "spark.a : 9  \r\nb 2\r\n"),
        ("spark.a   1\t", "spark.a   9\t"),
        ("spark.a=1\nspark.a=2\n# x\n", "spark.a=1\nspark.a=9\n# x\n"),
        ("spark.a=1,\\\n   2 \nb=3", "spark.a=9 \nb=3"),
        ("x: y\nspark.a\n", "x: y\nspark.a: 9\n"),
        ("spark.a=\n", "spark.a=9\n"),
    ] {
        assert_set(before, ("spark.a", "9"), after);
    }
}

#[test]
fn a_new_entry_stands_behind_its_family() {
    for (before, after) in [
        ("", "spark.executor.cores=2\n"),
        ("# c\n", "# c\nspark.executor.cores=2\n"),
        (
            "spark.executor.memory=4g\nspark.sql.x=1\n",
            "spark.executor.memory=4g\nspark.executor.cores=2\nspark.sql.x=1\n",
        ),
        (
            "spark.executor.memory: 4g\r\n# end\r\n",
            "spark.executor.memory: 4g\r\nspark.executor.cores: 2\r\n# end\r\n",
        ),
        (
            "spark.sql.x = 1",
            "spark.sql.x = 1\nspark.executor.cores = 2",
        ),
        (
            "spark.executor.opts=a \\\n  b\nspark.sql.x=1\n",
            "spark.executor.opts=a \\\n  b\nspark.executor.cores=2\nspark.sql.x=1\n",
        ),
        (
            "  spark.executor.x 1\n",
            "  spark.executor.x 1\n  spark.executor.cores 2\n",
        ),
        ("spark.a\t1\n", "spark.a\t1\nspark.executor.cores 2\n"),
    ] {
        assert_set(before, ("spark.executor.cores", "2"), after);
    }
}

#[test]
fn values_stay_below_one_another() {
    for (before, after) in [
        (
            "spark.master            k8s\nspark.executor.memory   4g\n",
            "spark.master            k8s\nspark.executor.memory   4g\nspark.executor.cores    2\n",
        ),
        (
            "spark.master          = k8s\nspark.executor.memory = 4g\n",
            "spark.master          = k8s\nspark.executor.memory = 4g\nspark.executor.cores  = 2\n",
        ),
        (
            "spark.master:          k8s\nspark.executor.memory: 4g\n",
            "spark.master:          k8s\nspark.executor.memory: 4g\nspark.executor.cores:  2\n",
        ),
        (
            "spark.a    1\nspark.bcd  4g\n",
            "spark.a    1\nspark.bcd  4g\nspark.executor.cores 2\n",
        ),
    ] {
        assert_set(before, ("spark.executor.cores", "2"), after);
    }
}

#[test]
fn what_java_reads_otherwise_is_escaped() {
    for value in [
        "=x",
        ": y",
        "C:\\dir\\",
        "a\tb\nc",
        "# no comment",
        "\u{e9}\u{1}x",
        "a b",
    ] {
        for text in ["", "spark.b 1\n", "spark.b: 1"] {
            let edited = set(text, "spark.a", value).unwrap();
            assert_eq!(told(&edited)["spark.a"], value, "{edited:?}");
        }
    }
}

#[test]
fn what_is_not_known_stays() {
    let unknown = |text| set(text, "spark.a", "9").unwrap_err();
    assert_eq!(unknown("spark.a=${X}\n"), CannotEdit::Unknown);
    assert_eq!(
        unknown("b=1\n{{- if .x }}\nspark.b=1\n"),
        CannotEdit::Controlled { line: 2 }
    );
    assert_eq!(
        unknown("b=1\nspark.c=\\u00\n"),
        CannotEdit::Malformed { line: 2 }
    );
    // A backslash at the very end joins whatever follows.
    assert_eq!(unknown("spark.b=1\\"), CannotEdit::NoPlace);
    assert_eq!(
        set("spark.b=-Dx={{APP_ID}}\n", "spark.a", "9").as_deref(),
        Ok("spark.b=-Dx={{APP_ID}}\nspark.a=9\n")
    );
}

fn line() -> impl Strategy<Value = String> {
    let key = "(spark\\.[ab]|spark\\.executor\\.[xy]|other|[ab\\\\=: #!\t]{0,4})";
    let separator = "( ?[=:]? {0,3}|\t)";
    let value = "[a-z0-9=:#\\\\ ,\u{e9}$]{0,6}(\\\\\n *[a-z]{0,3})?";
    let entry = (" {0,2}", key, separator, value).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}"));
    prop_oneof![6 => entry, 1 => "[#!][ a-z\\\\]{0,5}", 1 => " {0,2}"]
}

fn text() -> impl Strategy<Value = String> {
    let ends = prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    let lines = proptest::collection::vec(line(), 0..8);
    (lines, ends, any::<bool>())
        .prop_map(|(lines, end, ends)| lines.join(end) + if ends { end } else { "" })
}

/// What is common at both ends of two texts, as the bytes between in each.
fn between<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    let same = |(a, b): &(u8, u8)| a == b;
    let least = before.len().min(after.len());
    let start = before.bytes().zip(after.bytes()).take_while(same).count();
    let ends = before.bytes().rev().zip(after.bytes().rev());
    let end = ends.take_while(same).count().min(least - start);
    let part = |text: &'t str| text.get(start..text.len() - end).unwrap_or(text);
    (part(before), part(after))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_entry_is_another_and_every_other_byte_is_the_same(
        text in text(),
        key in "spark\\.([abc]|executor\\.[xyz])",
        value in "([a-z0-9=:#\\\\.,\u{e9}][a-z0-9=:#\\\\ .,]{0,5})?[a-z0-9\\\\]",
    ) {
        let before = told(&text);
        if let Ok(edited) = set(&text, &key, &value) {
            let mut wanted = before.clone();
            wanted.insert(key.clone(), value.clone());
            prop_assert_eq!(&told(&edited), &wanted);
            prop_assert_eq!(set(&edited, &key, &value), Ok(edited.clone()));
            if before.get(&key) != Some(&value) {
                let (gone, made) = between(&text, &edited);
                let entries = loaded(&text).len() + usize::from(!before.contains_key(&key));
                prop_assert_eq!(loaded(&edited).len(), entries, "{:?}", edited);
                // What goes is of the one entry's own value, and nothing goes for a new one.
                prop_assert!(before.contains_key(&key) || gone.is_empty(), "{:?} {:?}", gone, made);
            }
        }
    }
}
