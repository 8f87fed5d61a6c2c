//! Two rules that want different values in one place: the nearer layer wins, one layer alone is an error.

use super::merge::{Step, leaves, without};
use crate::yaml::Pointer;
use serde_json::Value;
use std::collections::BTreeMap;

/// One rule's wish for one place of an object.
#[derive(Clone, Debug)]
struct Wish {
    application: usize,
    value: Value,
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
pub(super) fn settle<L: Ord>(
    wishes: &[(usize, Vec<Step>)],
    nearness: impl Fn(usize) -> L,
) -> Result<Settled, Clash> {
    let mut winners: BTreeMap<Pointer, Wish> = BTreeMap::new();
    let mut settled = Settled::default();
    for (application, steps) in wishes {
        for (place, value) in steps.iter().flat_map(leaves) {
            let wish = Wish {
                application: *application,
                value,
            };
            let Some((rival_place, rival)) = rival(&winners, &place, &wish) else {
                winners.entry(place).or_insert(wish);
                continue;
            };
            let (mine, theirs) = (nearness(*application), nearness(rival.application));
            if mine == theirs {
                return Err(Clash {
                    first: rival.application,
                    second: *application,
                    place,
                });
            }
            let (loser, winner, lost_place) = if mine > theirs {
                winners.remove(&rival_place);
                winners.insert(place, wish);
                (rival.application, *application, rival_place)
            } else {
                (*application, rival.application, place)
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
    winners: &BTreeMap<Pointer, Wish>,
    place: &Pointer,
    wish: &Wish,
) -> Option<(Pointer, Wish)> {
    let other = |other: &Wish| other.application != wish.application;
    let same = winners
        .get(place)
        .filter(|w| other(w) && !crate::yaml::same_value(&w.value, &wish.value));
    if let Some(rival) = same {
        return Some((place.clone(), rival.clone()));
    }
    let mut above = place.parent();
    while let Some(pointer) = above {
        // An empty mapping is no rival of what somebody puts into it.
        if let Some(rival) = winners
            .get(&pointer)
            .filter(|w| other(w) && !is_empty_map(&w.value))
        {
            return Some((pointer, rival.clone()));
        }
        above = pointer.parent();
    }
    let below = winners
        .range(place.clone()..)
        .take_while(|(pointer, _)| pointer.is_within(place));
    let mut below =
        below.filter(|(pointer, w)| *pointer != place && other(w) && !is_empty_map(&wish.value));
    below
        .next()
        .map(|(pointer, rival)| (pointer.clone(), rival.clone()))
}

fn is_empty_map(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// The steps without what was lost.
pub(super) fn keep(steps: Vec<Step>, lost: &[(Pointer, usize)]) -> Vec<Step> {
    lost.iter().fold(steps, |steps, (place, _)| {
        let kept = steps
            .into_iter()
            .filter_map(|step| match place.is_within(&step.place) {
                true => without(&step, place),
                false => Some(step),
            });
        kept.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{Merge, steps};
    use serde_json::json;

    fn wish(application: usize, body: &Value) -> (usize, Vec<Step>) {
        (
            application,
            steps(Merge::Default, body, Some(&json!({})), &Pointer::root()),
        )
    }

    #[test]
    fn one_layer_is_a_clash() {
        let wishes = [
            wish(0, &json!({"a": {"b": 1}})),
            wish(1, &json!({"a": {"b": 2}})),
        ];
        let clash = settle(&wishes, |_| 0).unwrap_err();
        assert_eq!(
            (clash.first, clash.second, clash.place.to_string()),
            (0, 1, "/a/b".into())
        );
        let nested = [wish(0, &json!({"a": 1})), wish(1, &json!({"a": {"b": 2}}))];
        settle(&nested, |_| 0).unwrap_err();
    }

    #[test]
    fn the_nearer_layer_wins_in_any_order() {
        for order in [[0, 1], [1, 0]] {
            let wishes = [
                wish(order[0], &json!({"a": {"b": order[0], "c": 1}})),
                wish(order[1], &json!({"a": {"b": order[1], "c": 1}})),
            ];
            let settled = settle(&wishes, |application| application).unwrap();
            assert_eq!(settled.lost.keys().copied().collect::<Vec<_>>(), [0]);
            let kept = keep(
                wish(0, &json!({"a": {"b": 0, "c": 1}})).1,
                &settled.lost[&0],
            );
            assert_eq!(kept[0].value, Some(json!({"c": 1})));
        }
    }

    #[test]
    fn equal_wishes_and_neighbours_agree() {
        let wishes = [
            wish(0, &json!({"a": {"b": 1}, "e": {}})),
            wish(1, &json!({"a": {"b": 1, "c": 2}, "e": {"f": 1}})),
        ];
        assert!(settle(&wishes, |_| 0).unwrap().lost.is_empty());
    }
}
