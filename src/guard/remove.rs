//! The verb `remove`: what makes a pattern match is taken out.

use super::Op;
use super::merge::Step;
use crate::preset::Pattern;
use crate::yaml::{Pointer, index};
use serde_json::Value;
use std::sync::Arc;

/// One removal for each place in `current`, which stands at `root`; of a list the last item first, so that no index moves.
pub(super) fn steps(patterns: &[Pattern], current: Option<&Value>, root: &Pointer) -> Vec<Step> {
    let Some(current) = current else {
        return Vec::new();
    };
    let mut places: Vec<_> = patterns
        .iter()
        .flat_map(|pattern| pattern.hits(current))
        .filter(|place| !place.is_empty() && place.of(current).is_some())
        .collect();
    places.sort_by_cached_key(|place| {
        let segments = place.segments();
        segments
            .map(|s| (index(&s), s.into_owned()))
            .collect::<Vec<_>>()
    });
    // What stands inside another place goes with it; in this order it follows that one.
    places.dedup_by(|inner, outer| inner.is_within(outer));
    let removal = |place: &Pointer| Step {
        op: Op::Remove,
        path: root.join(place),
        place: root.join(place),
        value: None,
        before: place.of(current).cloned().map(Arc::new),
    };
    places.iter().rev().map(removal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::apply;
    use crate::preset::Glob;
    use serde_json::json;

    fn text(glob: &str) -> Pattern {
        Pattern::Text(Glob::new(glob).unwrap())
    }

    fn at(key: &str, pattern: Pattern) -> Pattern {
        Pattern::Map(vec![(Glob::new(key).unwrap(), pattern)])
    }

    /// What is left of a value.
    #[track_caller]
    fn left(patterns: &[Pattern], mut value: Value) -> Value {
        for step in steps(patterns, Some(&value.clone()), &Pointer::root()) {
            assert!(apply(&mut value, &step), "{step:?}");
            assert!(step.before.is_some());
        }
        value
    }

    #[test]
    fn of_a_list_only_what_may_stay_stays() {
        let add = || Pattern::List(vec![Pattern::Not(vec![text("A"), text("B*")])]);
        let items: Vec<_> = (0..12).map(|n| format!("X{n}")).collect();
        let mut long = json!(items);
        long[10] = json!("A");
        assert_eq!(
            left(&[at("add", add())], json!({"add": long, "b": 1})),
            json!({"add": ["A"], "b": 1})
        );
        let kept = json!({"add": ["Bee", "A"]});
        assert_eq!(left(&[at("add", add())], kept.clone()), kept);
        assert_eq!(
            left(&[at("add", add())], json!({"add": null})),
            json!({"add": null})
        );
    }

    #[test]
    fn keys_that_a_glob_matches_go_by_their_value() {
        let patterns = [at("x/*", Pattern::Not(vec![text("ok"), text("")]))];
        let value = json!({"x/a": "ok", "x/b": "no", "x/c": 1, "y": "no", "x/d": ""});
        assert_eq!(
            left(&patterns, value),
            json!({"x/a": "ok", "y": "no", "x/d": ""})
        );
    }

    #[test]
    fn what_two_patterns_find_goes_once_and_nothing_that_is_not_there() {
        let inner = at("a", at("b", Pattern::Bool(true)));
        let outer = at("a", Pattern::Not(vec![at("b", Pattern::Bool(false))]));
        let absent = at("z", Pattern::Absent);
        let patterns = [inner, outer, absent];
        assert_eq!(
            left(&patterns, json!({"a": {"b": true}, "c": 1})),
            json!({"c": 1})
        );
    }
}
