//! Waivers over a stream: which cover what, and what is said of those that objects carry.

use super::*;
use crate::manifest::objects;
use crate::preset::tables;
use crate::yaml::Document;

fn document() -> Stream<'static> {
    Stream::parse(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: minio, namespace: lake, labels: {app: store, n: 1}}\n",
    )
    .unwrap()
}

#[test]
fn every_field_of_a_place_must_match() {
    let stream = document();
    let (all, _) = objects(&stream);
    let node = Document::root(&stream.documents[0]).unwrap();
    let glob = |text: &str| Some(vec![Glob::new(text).unwrap()]);
    let meant = |place: &WaiverPlace| is_meant(place, &all[0], node);
    let full = WaiverPlace {
        names: glob("min*"),
        namespaces: glob("lake"),
        labels: vec![("app".into(), glob("st*").unwrap())],
        ..WaiverPlace::default()
    };
    assert!(meant(&full));
    let labels = |key: &str, value| vec![(key.to_owned(), glob(value).unwrap())];
    for other in [
        WaiverPlace {
            names: glob("min"),
            ..full.clone()
        },
        WaiverPlace {
            namespaces: glob("dev"),
            ..full.clone()
        },
        WaiverPlace {
            labels: labels("app", "web"),
            ..full.clone()
        },
        // A number is no text to a selector.
        WaiverPlace {
            labels: labels("n", "1"),
            ..full.clone()
        },
        WaiverPlace {
            labels: labels("gone", "*"),
            ..full
        },
    ] {
        assert!(!meant(&other), "{other:?}");
    }
}

#[test]
fn annotations_of_any_shape_are_read_as_kubernetes_reads_them() {
    let read = |map: &str| {
        let text = format!("metadata:\n  annotations: {map}\n");
        let stream = Stream::parse(&text).unwrap();
        let root = Document::root(&stream.documents[0]).unwrap();
        let at = Pointer::from_iter(["metadata", "annotations"]);
        annotations(root, &at).collect::<Vec<_>>()
    };
    let is = |name: &str, text: &str| (format!("{ANNOTATION}{name}"), text.to_owned());
    assert_eq!(read("[sparkk8s.io/waive.a.b]"), []);
    assert_eq!(read("sparkk8s.io/waive.a.b"), []);
    assert_eq!(read("{other: x}"), []);
    assert_eq!(read("{sparkk8s.io/waive.a.b: 7}"), [is("a.b", "7")]);
    let twice = "{sparkk8s.io/waive.a.b: x, \"sparkk8s.io/waive.a.b\": z}";
    assert_eq!(read(twice), [is("a.b", "z")]);
    assert_eq!(read("&a {sparkk8s.io/waive.a.b: x}"), [is("a.b", "x")]);
}

#[test]
fn of_several_the_one_that_holds_longest_counts() {
    let stream = document();
    let (all, _) = objects(&stream);
    let place = Place {
        stream: &stream,
        objects: &all,
        tables: tables(),
    };
    let origin = File::flag("x", "").whole();
    let until = |day: &str| Waiver::annotation("a/b", &format!("{day}; until {day}"), &origin);
    let by_hand = [
        until("2026-01-01"),
        until("2026-03-01"),
        until("2026-02-01"),
    ];
    let by_hand = by_hand.map(Result::unwrap);
    let policy = Policy::default();
    let (waivers, _) = Waivers::of(&policy, &by_hand, place, &Known::default());
    let node = place.node(&all[0]);
    let found = waivers.find("a/b", (&all[0], node), None).unwrap();
    assert_eq!((found.by, &*found.reason), (1, "2026-03-01"));
    let unused = waivers.unused(place);
    assert_eq!(unused.len(), 2);
    assert!(unused[0].message.contains("for longer"), "{unused:?}");
}
