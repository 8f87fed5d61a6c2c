//! Waivers as they are read by hand.

use super::*;

#[test]
fn reasons_are_mandatory() {
    let waiver = Waiver::parse("pod-security/*=Deployment/minio/init: owns its volume").unwrap();
    assert_eq!(
        (
            waiver.container.as_ref().map(Glob::text),
            waiver.reason.as_str()
        ),
        (Some("init"), "owns its volume")
    );
    for bad in [
        "a=Deployment/x",
        "a=Deployment/x:  ",
        "a=x: r",
        "Deployment/x: r",
        "a=D/x/c/d: r",
        "a=D/x: two\nlines",
    ] {
        Waiver::parse(bad).unwrap_err();
    }
}

#[test]
fn annotations_have_a_reason_and_a_day() {
    let origin = File::flag("annotation", "").whole();
    let read = |text| Waiver::annotation("a/b", text, &origin);
    let waiver = read("moves in May; it is slow; until 2027-05-31").unwrap();
    assert_eq!(waiver.reason, "moves in May; it is slow");
    assert_eq!(waiver.expires, Date::parse("2027-05-31"));
    for (bad, why) in [
        ("moves in May", "must read"),
        ("; until 2027-05-31", "must say why"),
        ("x; until spring", "`spring` is no day"),
        ("x; until 2027-02-30", "is no day"),
        ("x\u{1b}[2J; until 2027-02-28", "control"),
        ("true", "must read"),
    ] {
        let said = read(bad).unwrap_err();
        assert!(said.contains(why), "{bad}: {said}");
    }
    assert!(read(&format!("{}; until 2027-02-28", "x".repeat(301))).is_err());
}

#[test]
fn a_year_is_the_most() {
    let origin = File::flag("annotation", "").whole();
    let waiver = Waiver::annotation("a/b", "x; until 2028-01-02", &origin).unwrap();
    let judged = |today| waiver.judge_length(&Date::parse(today).unwrap());
    judged("2027-01-01").unwrap();
    judged("2030-01-01").unwrap();
    let error = judged("2026-12-31").unwrap_err();
    assert_eq!(
        error.message,
        "a waiver holds for 366 days at most, and 2028-01-02 is 367 days from 2026-12-31"
    );
}
