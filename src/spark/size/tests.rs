use super::*;
use crate::spark::testing::vectors;

const UNITS: [Unit; 4] = [Unit::Byte, Unit::Kibibyte, Unit::Mebibyte, Unit::Gibibyte];

#[test]
fn sizes_are_what_sparks_own_classes_answer() {
    let mut seen = 0;
    for vector in vectors("bytes") {
        for release in vector.releases {
            let text = &*vector.text;
            let read = UNITS.map(|unit| byte_string(text, unit, *release).ok());
            let whole = setting(text, Unit::Mebibyte, *release).ok();
            let read: Vec<_> = read.into_iter().chain([whole]).collect();
            assert_eq!(read, vector.answers, "{text:?} in {release}");
            seen += 1;
        }
    }
    assert!(seen > 250, "{seen}");
}

#[test]
fn heaps_are_what_a_jvm_answers() {
    const PAGE: u64 = 1 << 21;
    let mut seen = 0;
    for vector in vectors("heap") {
        let bytes = heap(&vector.text).ok();
        let bytes = bytes.map(|bytes| bytes.next_multiple_of(PAGE).cast_signed());
        assert_eq!(vec![bytes], vector.answers, "{:?}", vector.text);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn what_is_wrong_is_said_with_what_to_write() {
    let said = |text| {
        let bad = byte_string(text, Unit::Mebibyte, Release::V4_1_4);
        bad.expect_err(text).to_string()
    };
    let any = "write a whole number and b, k, m, g, t or p, as in `4g`";
    for (text, want) in [
        (
            "4Gi",
            "`4Gi` has a unit of Kubernetes, which Spark refuses before 4.3: write `4g`".to_owned(),
        ),
        (
            "0.5g",
            "`0.5g` has a fraction, which Spark refuses: write `512m`".to_owned(),
        ),
        (
            "1.5Gi",
            "`1.5Gi` has a fraction, which Spark refuses: write `1536m`".to_owned(),
        ),
        (
            "0.1g",
            "`0.1g` has a fraction, which Spark refuses: write `102m`".to_owned(),
        ),
        (
            "2.0g",
            "`2.0g` has a fraction, which Spark refuses: write `2g`".to_owned(),
        ),
        (
            "4 gb",
            "`4 gb` has a blank between number and unit: write `4g`".to_owned(),
        ),
        ("-1", format!("`-1` is below zero: {any}")),
        (
            "100000000000000000000",
            format!("`100000000000000000000` is more than Spark can count: {any}"),
        ),
        ("", format!("`` is empty: {any}")),
        (" ", format!("` ` is empty: {any}")),
        (
            "4e",
            format!("`4e` has a unit that Spark does not know: {any}"),
        ),
        ("g", format!("`g` is no size: {any}")),
        (
            "1.5",
            format!("`1.5` has a fraction, which Spark refuses: {any}"),
        ),
    ] {
        assert_eq!(said(text), want);
    }
}

#[test]
fn a_minus_may_stand_before_a_setting_and_nothing_else() {
    let read = |text| setting(text, Unit::Mebibyte, Release::V4_1_4).map_err(|bad| bad.problem);
    assert_eq!(read("-1"), Ok(-1));
    assert_eq!(read("-1g"), Ok(-1024));
    assert_eq!(read("-"), Err(Problem::Shape));
    assert_eq!(read("--1"), Err(Problem::Negative));
    assert_eq!(read(" -1"), Err(Problem::Negative));
    assert_eq!(read(""), Err(Problem::Empty));
}

#[test]
fn what_is_wrong_with_a_heap_is_said_with_what_to_write() {
    let jvm = |text| heap(text).expect_err(text).to_string();
    assert_eq!(
        jvm("4gb"),
        "`-Xmx4gb` is no heap that a JVM reads: write `4g`"
    );
    assert_eq!(
        jvm("4Gi"),
        "`-Xmx4Gi` is no heap that a JVM reads: write `4g`"
    );
    assert_eq!(
        jvm("4g "),
        "`-Xmx4g ` is no heap that a JVM reads: write `4g`"
    );
    assert_eq!(
        jvm("4096"),
        "`-Xmx4096` is too small for a JVM, which counts a number without a unit in bytes: write a whole number and k, \
         m, g or t, as in `4g`"
    );
}

#[test]
fn any_text_is_survived() {
    let pieces = [
        "", "0", "9", "-", ".", "g", "Gi", " ", "\u{212a}", "é", "${X}", "0x", "e", "\n",
    ];
    for one in pieces {
        for two in pieces {
            for three in pieces {
                let text = format!("{one}{two}{three}{}", one.repeat(30));
                for release in Release::ALL {
                    _ = byte_string(&text, Unit::Gibibyte, release).map_err(|bad| bad.to_string());
                    _ = setting(&text, Unit::Byte, release).map_err(|bad| bad.to_string());
                }
                _ = heap(&text).map_err(|bad| bad.to_string());
            }
        }
    }
}
