//! A part of a lock, written anew: one object, or what a merge left in dispute.

use super::Place;

const BOTH: [&str; 2] = ["dev", "prod"];

fn maps(values: [&str; 3]) -> String {
    let map = |(name, value): (&str, &str)| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{k: '{value}'}}\n"
        )
    };
    let all: Vec<_> = ["a", "b", "c"].into_iter().zip(values).map(map).collect();
    all.join("---\n")
}

fn place(values: [&str; 3]) -> Place {
    let text = maps(values);
    let place = Place::new(&BOTH.map(|name| (name, text.as_str())), "");
    assert_eq!(place.lock(&BOTH, &[]).code, Some(0));
    place
}

fn set(place: &Place, values: [&str; 3]) {
    for name in BOTH {
        place.write(&format!("{name}.yaml"), &maps(values));
    }
}

#[test]
fn one_object_is_locked_anew_and_the_others_stay() {
    let place = place(["1", "1", "1"]);
    set(&place, ["2", "2", "1"]);
    let ended = place.lock(&BOTH, &["--update", "configmap/a"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = place.verify("prod");
    assert_eq!(ended.code, Some(4));
    assert!(!ended.stderr.contains("`ConfigMap a`") && ended.stderr.contains("`ConfigMap b`"));
    // What others differ in does not count; what it differs in itself does.
    place.write("prod.yaml", &maps(["2", "2", "3"]));
    assert_eq!(
        place.lock(&BOTH, &["--update", "ConfigMap b"]).code,
        Some(0)
    );
    assert_eq!(
        place.lock(&BOTH, &["--update", "ConfigMap/c"]).code,
        Some(4)
    );
    let ended = place.lock(&BOTH, &["--update", "ConfigMap/aa"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("did you mean `ConfigMap/a`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_object_that_is_gone_leaves_the_lock() {
    let place = place(["1", "1", "1"]);
    let less = maps(["1", "1", "1"])
        .split("---\n")
        .skip(1)
        .collect::<Vec<_>>()
        .join("---\n");
    for name in BOTH {
        place.write(&format!("{name}.yaml"), &less);
    }
    assert_eq!(place.verify("dev").code, Some(4));
    assert_eq!(
        place.lock(&BOTH, &["--update", "ConfigMap/a"]).code,
        Some(0)
    );
    assert_eq!(place.verify("dev").code, Some(0));
}

/// A lock whose branches changed `a` in two ways.
fn conflict(place: &Place) -> String {
    let lock = |values| {
        set(place, values);
        assert_eq!(place.lock(&BOTH, &[]).code, Some(0));
        place.read("sparkk8s.lock")
    };
    let (ours, theirs) = (lock(["2", "1", "1"]), lock(["3", "1", "1"]));
    let pairs = ours.lines().zip(theirs.lines());
    let lines = pairs.map(|(ours, theirs)| match ours == theirs {
        true => format!("{ours}\n"),
        false => format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> other\n"),
    });
    lines.collect()
}

#[test]
fn conflicts_are_settled_by_what_the_environments_are() {
    let place = place(["1", "1", "1"]);
    let text = conflict(&place);
    assert!(text.contains("<<<<<<<"), "{text}");
    place.write("sparkk8s.lock", &text);
    // Somebody decides in the chart; without a word the conflict stays.
    set(&place, ["2", "1", "1"]);
    let ended = place.lock(&BOTH, &[]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("lock --resolve"), "{}", ended.stderr);
    // What both sides lock alike may not change under way.
    set(&place, ["2", "1", "9"]);
    let ended = place.lock(&BOTH, &["--resolve"]);
    assert_eq!(ended.code, Some(4));
    assert!(
        ended
            .stderr
            .contains("`ConfigMap c` is not as it is locked"),
        "{}",
        ended.stderr
    );
    assert_eq!(place.read("sparkk8s.lock"), text);
    set(&place, ["2", "1", "1"]);
    let ended = place.lock(&BOTH, &["--resolve"]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), "1 objects were in dispute\n")
    );
    assert_eq!(place.verify("prod").code, Some(0));
    let ended = place.lock(&BOTH, &["--resolve"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("has no conflict"), "{}", ended.stderr);
}
