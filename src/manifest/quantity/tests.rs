//! Quantities, against what the API server does with the same text.

use super::*;
use serde_json::json;

fn nanos(text: &str) -> i128 {
    Quantity::parse(text).unwrap().nanos
}

#[test]
fn every_unit_and_exponent() {
    for (text, expected) in [
        ("0", 0),
        ("1n", 1),
        ("1u", 1_000),
        ("500m", NANO / 2),
        ("2k", 2_000 * NANO),
        ("3M", 3_000_000 * NANO),
        ("1E", 1_000_000_000_000_000_000 * NANO),
        ("1Ki", 1024 * NANO),
        ("4Ei", NANO << 62),
        ("1e3", 1_000 * NANO),
        ("1E-3", NANO / 1000),
        ("1.5e+2", 150 * NANO),
        (".5", NANO / 2),
        ("5.", 5 * NANO),
        ("+1.5Gi", 3 * (NANO << 29)),
        ("-2", -2 * NANO),
        ("007", 7 * NANO),
        ("0.000001e20", 100_000_000_000_000 * NANO),
    ] {
        assert_eq!(nanos(text), expected, "{text}");
    }
}

#[test]
fn numbers_without_digits_are_zero_as_for_the_api_server() {
    for text in ["Gi", "+", "."] {
        assert_eq!(nanos(text), 0, "{text}");
    }
}

#[test]
fn what_is_finer_than_a_billionth_is_rounded_up() {
    assert_eq!(nanos("0.0000000001"), 1);
    assert_eq!(nanos("1e-1000"), 1);
    assert_eq!(nanos("-0.0000000011"), -2);
    assert_eq!(
        nanos("1.0000000000000000000000000000000000000001"),
        NANO + 1
    );
    // A third of a kibibyte, to more digits than any integer holds.
    let thirds = format!("0.{}Ki", "3".repeat(60));
    assert_eq!(nanos(&thirds), 1024 * NANO / 3 + 1);
}

#[test]
fn refuses_what_the_api_server_refuses() {
    for text in [
        "",
        "4g",
        "512mb",
        "1K",
        "1e",
        "1e1.5",
        "0x10",
        "1_0",
        " 1",
        "1 Gi",
        "1,5",
        "1Gib",
        "1-",
        "é",
        "1é",
        "--1",
        "1e99999999999999999999",
    ] {
        assert!(Quantity::parse(text).is_err(), "{text}");
    }
}

#[test]
fn too_much_is_an_error_and_never_wraps() {
    assert_eq!(
        Quantity::parse("9223372036854775807").unwrap().bytes(),
        i64::MAX
    );
    for text in [
        "9223372036854775808",
        "8Ei",
        "1e40",
        "1e9223372036854775807",
        &"9".repeat(500),
    ] {
        let error = Quantity::parse(text).unwrap_err();
        assert_eq!(error.problem, Problem::TooLarge, "{text}");
    }
}

#[test]
fn equal_and_ordered_by_value() {
    let of = |text| Quantity::parse(text).unwrap();
    assert_eq!(of("1024Mi"), of("1Gi"));
    assert_eq!(of("0.5"), of("500m"));
    assert!(of("1G") < of("1Gi"));
    assert!(of("-1") < of("1n"));
}

#[test]
fn bytes_and_millicores_round_up() {
    assert_eq!(Quantity::parse("512m").unwrap().bytes(), 1);
    assert_eq!(Quantity::parse("1.5Ki").unwrap().bytes(), 1536);
    assert_eq!(Quantity::parse("1n").unwrap().millis(), 1);
    assert_eq!(Quantity::parse("2").unwrap().millis(), 2000);
}

#[test]
fn values_may_be_numbers() {
    assert_eq!(Quantity::of(&json!(2)).unwrap(), Quantity::whole(2));
    assert_eq!(Quantity::of(&json!(0.1)).unwrap().millis(), 100);
    assert_eq!(Quantity::of(&json!("2Gi")).unwrap().bytes(), 2 << 30);
    for value in [json!(null), json!(true), json!([1]), json!({})] {
        Quantity::of(&value).unwrap_err();
    }
}

#[test]
fn messages_say_what_to_write_instead() {
    let message = |text| Quantity::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("4g"),
        "`4g` is no Kubernetes quantity: there is no unit `g`; \
         write `4Gi` (steps of 1024) or `4G` (steps of 1000)"
    );
    assert_eq!(
        message("1K"),
        "`1K` is no Kubernetes quantity: there is no unit `K`; \
         write `1Ki` (steps of 1024) or `1k` (steps of 1000)"
    );
    for (text, instead) in [
        ("512mb", vec!["512Mi", "512M"]),
        ("2 Gi", vec!["2Gi", "2G"]),
        ("1,5", vec!["1.5"]),
        ("100b", vec!["100"]),
        ("four", vec![]),
    ] {
        assert_eq!(
            Quantity::parse(text).unwrap_err().instead,
            instead,
            "{text}"
        );
    }
    assert!(message(&"x".repeat(500)).len() < 200);
}
