//! Two rules that want different values in one place: the nearer layer wins, one layer alone is an error.

use super::merge::{Step, leaves, without};
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;

/// What one application wants in one place of an object.
#[derive(Clone, Copy)]
struct Wish<'s> {
    application: usize,
    value: &'s Value,
}

/// What every application may not do, because a nearer layer wants something else there.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// By application: places that it lost, and to which application.
    pub(super) lost: BTreeMap<usize, Vec<(Pointer, usize)>>,
}

/// Two applications of one layer disagree.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) place: Pointer,
}

/// Settles what the applications of one phase want; `nearness` orders layers, the greater wins.
pub(super) fn settle<'s, L: Ord>(
    wishes: impl Iterator<Item = &'s [Step]>,
    nearness: impl Fn(usize) -> L,
) -> Result<Settled, Clash> {
    let mut winners: BTreeMap<Pointer, Wish<'_>> = BTreeMap::new();
    let mut settled = Settled::default();
    for (application, steps) in wishes.enumerate() {
        for (place, value) in steps.iter().flat_map(leaves) {
            let wish = Wish { application, value };
            let Some((rival_place, rival)) = rival(&winners, &place, wish) else {
                winners.entry(place).or_insert(wish);
                continue;
            };
            let (mine, theirs) = (nearness(application), nearness(rival));
            if mine == theirs {
                return Err(Clash {
                    first: rival,
                    second: application,
                    place,
                });
            }
            let (loser, winner, lost_place) = if mine > theirs {
                winners.remove(&rival_place);
                winners.insert(place, wish);
                (rival, application, rival_place)
            } else {
                (application, rival, place)
            };
            settled
                .lost
                .entry(loser)
                .or_default()
                .push((lost_place, winner));
        }
    }
    Ok(settled)
}

/// A wish of another application that cannot hold together with this one: another value in the same place, or one of
/// them a collection where the other has none.
fn rival(
    winners: &BTreeMap<Pointer, Wish<'_>>,
    place: &Pointer,
    wish: Wish<'_>,
) -> Option<(Pointer, usize)> {
    let other = |other: &Wish<'_>| other.application != wish.application;
    let same = winners
        .get(place)
        .filter(|w| other(w) && !crate::yaml::same_value(w.value, wish.value));
    if let Some(rival) = same {
        return Some((place.clone(), rival.application));
    }
    let mut above = place.parent();
    while let Some(pointer) = above {
        // An empty mapping is no rival of what somebody puts into it.
        if let Some(rival) = winners
            .get(&pointer)
            .filter(|w| other(w) && !is_empty_map(w.value))
        {
            return Some((pointer, rival.application));
        }
        above = pointer.parent();
    }
    let below = winners
        .range(place.clone()..)
        .take_while(|(pointer, _)| pointer.is_within(place));
    let mut below =
        below.filter(|(pointer, w)| *pointer != place && other(w) && !is_empty_map(wish.value));
    below
        .next()
        .map(|(pointer, rival)| (pointer.clone(), rival.application))
}

fn is_empty_map(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// The step without what was lost; nothing where nothing is left.
pub(super) fn keep(step: Step, lost: &[(Pointer, usize)]) -> Option<Step> {
    lost.iter().try_fold(step, |step, (place, _)| {
        match place.is_within(&step.place) {
            true => without(&step, place),
            false => Some(step),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{Merge, steps};
    use serde_json::json;

    fn wish(body: &Value) -> Vec<Step> {
        steps(Merge::Default, body, Some(&json!({})), &Pointer::root())
    }

    fn settled<L: Ord>(
        wishes: &[Vec<Step>],
        nearness: impl Fn(usize) -> L,
    ) -> Result<Settled, Clash> {
        settle(wishes.iter().map(Vec::as_slice), nearness)
    }

    #[test]
    fn one_layer_is_a_clash() {
        let wishes = [wish(&json!({"a": {"b": 1}})), wish(&json!({"a": {"b": 2}}))];
        let clash = settled(&wishes, |_| 0).unwrap_err();
        assert_eq!(
            (clash.first, clash.second, clash.place.to_string()),
            (0, 1, "/a/b".into())
        );
        let nested = [wish(&json!({"a": 1})), wish(&json!({"a": {"b": 2}}))];
        settled(&nested, |_| 0).unwrap_err();
    }

    #[test]
    fn the_nearer_layer_wins_in_any_order() {
        let body = |b: u32| json!({"a": {"b": b, "c": 1}});
        for (nearer, farther) in [(0, 1), (1, 0)] {
            let wishes = [wish(&body(0)), wish(&body(1))];
            let settled = settled(&wishes, |application| application == nearer).unwrap();
            assert_eq!(settled.lost.keys().copied().collect::<Vec<_>>(), [farther]);
            let kept = keep(wishes[farther][0].clone(), &settled.lost[&farther]).unwrap();
            assert_eq!(kept.value.as_deref(), Some(&json!({"c": 1})));
        }
    }

    #[test]
    fn equal_wishes_and_neighbours_agree() {
        let wishes = [
            wish(&json!({"a": {"b": 1}, "e": {}})),
            wish(&json!({"a": {"b": 1, "c": 2}, "e": {"f": 1}})),
        ];
        assert!(settled(&wishes, |_| 0).unwrap().lost.is_empty());
    }
}
