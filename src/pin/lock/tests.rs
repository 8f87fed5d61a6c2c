//! The file of a lock: what is written is read again, and nothing else is.

use super::file::{Recorded, Written};
use super::{Lock, LockError};
use crate::manifest::meaning::Facet;
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
    (facts, only, any::<bool>()).prop_map(|(facts, only, hook)| Written { only, hook, facts })
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
        prop_assert_eq!(Lock::parse(&text).map_err(|error| format!("{error}: {text}")), Ok(lock));
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
    ] {
        assert!(Lock::parse(text).is_err(), "{text}");
    }
    let schema = Lock::parse("kind: Lock\nschema: 2\n");
    assert_eq!(schema, Err(LockError::Schema(2)));
}
