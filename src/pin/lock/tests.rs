//! The file of a lock: what is written is read again, and nothing else is.

use super::file::{Recorded, Written};
use super::{Ahead, Lock, LockError, Locked, Places, overdue, sides};
use crate::manifest::meaning::Facet;
use crate::text::Date;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "(true|null|~|1e3|0x1|\\[a|\\{a|- a|a: b|'a|\"a|sha256:0)".prop_map(Value::from),
        proptest::collection::vec("\\PC{0,5}", 1..3).prop_map(|items| json!(items)),
        Just(json!({})),
    ]
}

fn recorded() -> impl Strategy<Value = Recorded> {
    let each = proptest::collection::btree_map("[a-z]{1,6}", value(), 1..3);
    prop_oneof![
        value().prop_map(Recorded::Shared),
        each.prop_map(Recorded::Each)
    ]
}

fn written() -> impl Strategy<Value = Written> {
    let place = (0..5usize, "(/[\\PC]{0,8}){1,3}").prop_map(|(at, path)| (Facet::ALL[at], path));
    let facts = proptest::collection::btree_map(place, recorded(), 0..4);
    let only = proptest::option::of(proptest::collection::btree_set("[a-z]{1,6}", 1..3));
    (facts, only, any::<bool>(), places()).prop_map(|(facts, only, hook, ahead)| Written {
        only,
        hook,
        ahead,
        facts,
    })
}

fn places() -> impl Strategy<Value = Places> {
    let ahead = (0..40_000u64, "[a-z:,{}' ]{1,12}").prop_map(|(day, reason)| Ahead {
        until: Date::of_epoch(day * 86_400),
        reason,
    });
    let who = proptest::collection::btree_map("[a-z]{1,6}", ahead, 1..3);
    proptest::collection::btree_map("(/[\\PC]{0,8}){1,3}", who, 0..3)
}

fn parse(text: &str) -> Result<Lock, LockError> {
    Locked::parse(text)?.whole()
}

proptest! {
    #[test]
    fn what_is_written_is_read(objects in proptest::collection::btree_map("\\PC{1,12}", written(), 0..4)) {
        let presets = BTreeMap::from([("default@1.0.0".to_owned(), "sha256:0".to_owned())]);
        let lock = Lock {
            environments: BTreeMap::from([("dev".to_owned(), presets), ("y".to_owned(), BTreeMap::new())]),
            objects,
        };
        let text = lock.text();
        prop_assert_eq!(parse(&text).map_err(|error| format!("{error}: {text}")), Ok(lock));
        // It is YAML for everybody else.
        prop_assert!(crate::yaml::Stream::parse(&text).is_ok(), "{}", text);
    }
}

#[test]
fn any_text_survives() {
    for text in [
        "",
        "\n",
        "a",
        "a: b",
        "  a:",
        "kind: Lock\n      x: y",
        "kind: Lock\nobjects:\n  a:\n      /x: y",
        "\"",
        "  \"a",
        "objects: x",
        "kind: Lock\nobjects:\n  a:\n    ahead:\n      /x: {dev: soon}",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    let schema = parse("kind: Lock\nschema: 2\n");
    assert_eq!(schema, Err(LockError::Schema(2)));
}

#[test]
fn who_is_late_is_said_from_the_day_after() {
    let day = |text| Date::parse(text).unwrap();
    let ahead = Ahead {
        until: day("2026-12-31"),
        reason: "why".into(),
    };
    let places = BTreeMap::from([("/x".to_owned(), BTreeMap::from([("dev".to_owned(), ahead)]))]);
    let all = BTreeMap::from([("ConfigMap a".to_owned(), places)]);
    assert_eq!(overdue(&all, &day("2026-12-31")).count(), 0);
    let said: Vec<_> = overdue(&all, &day("2027-01-01")).collect();
    assert_eq!(
        said,
        ["`dev` is ahead in `ConfigMap a` `/x` until 2026-12-31: why"]
    );
}

#[test]
fn sides_of_a_merge() {
    let merged = "a\n<<<<<<< HEAD\nb\n||||||| base\nc\n=======\nd\n>>>>>>> other\ne\n";
    assert_eq!(
        sides(merged),
        Ok(Some(["a\nb\ne\n".into(), "a\nd\ne\n".into()]))
    );
    assert_eq!(sides("a\n"), Ok(None));
    assert_eq!(sides("<<<<<<< HEAD\nb\n"), Err(LockError::Conflict(2)));
    assert_eq!(sides("=======\n"), Err(LockError::Conflict(1)));
}
