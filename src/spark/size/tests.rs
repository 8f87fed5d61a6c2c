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
fn a_size_is_respelt_where_it_stays_the_same() {
    let [bytes, kib, mib] = [Unit::Byte, Unit::Kibibyte, Unit::Mebibyte].map(Reading::Setting);
    for (reading, text, spelt) in [
        (mib, "4Gi", Some("4g")),
        (mib, "512MiB", Some("512m")),
        (mib, "0.5g", Some("512m")),
        (mib, "1.50Gi", Some("1536m")),
        (mib, "2.0g", Some("2g")),
        (mib, " 4 gb ", Some("4g")),
        (kib, "0.5m", Some("512k")),
        (bytes, "0.5k", Some("512b")),
        // Taken as they stand.
        (mib, "4096", None),
        (mib, "4gb", None),
        (mib, " 4G", None),
        (mib, "-1", None),
        // No other text is the same size.
        (mib, "0.1g", None),
        (mib, "0.5m", None),
        (mib, "512Ki", None),
        (mib, "1.5", None),
        (mib, "-0.5g", None),
        (mib, "lots", None),
        (mib, "4e", None),
        (mib, "", None),
        (mib, "9999999999Pi", None),
        // Filled in later.
        (mib, "${SIZE}Gi", None),
        (mib, "$(SIZE)", None),
        (mib, "{{ .size }}Gi", None),
        (Reading::Heap, "4096", Some("4096m")),
        (Reading::Heap, "4gb", Some("4g")),
        (Reading::Heap, "4Gi", Some("4g")),
        (Reading::Heap, "0.5g", Some("512m")),
        (Reading::Heap, " 4g", Some("4g")),
        (Reading::Heap, "4g", None),
        (Reading::Heap, "1073741824", None),
        // In which unit they are meant nobody can tell.
        (Reading::Heap, "4", None),
        (Reading::Heap, "1048576", None),
        (Reading::Heap, "000", None),
        (Reading::Heap, "1Mi", None),
        (Reading::Heap, "1pb", None),
        (Reading::Offer, "2048", Some("2048m")),
        (Reading::Offer, "4Gi", Some("4g")),
        (Reading::Offer, "1.5g", Some("1536m")),
        (Reading::Offer, "1.5m", None),
        (Reading::Offer, "4gb", None),
        (Reading::Offer, "1048576", None),
        (Reading::Offer, "2", None),
    ] {
        assert_eq!(
            reading.respelt(text).as_deref(),
            spelt,
            "{reading:?} {text:?}"
        );
        let again = spelt.and_then(|spelt| reading.respelt(spelt));
        assert_eq!(again, None, "{reading:?} {text:?}, again");
    }
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
                for reading in [Reading::Heap, Reading::Setting(Unit::Byte), Reading::Offer] {
                    _ = reading.respelt(&text);
                }
            }
        }
    }
}
