//! Environments beside each other: what differs, and whether somebody sanctioned it.

use super::ahead::{AllAhead, Places, covers};
use super::{Release, Released, Usage, Vary};
use crate::manifest::meaning::{Facet, Fact};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is not the same in all environments.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What names the object.
    pub object: String,
    /// Its kind and name, for a sanction.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The part of it; `None` where the whole object is missing somewhere.
    pub facet: Option<Facet>,
    /// The place in it; of what is missing as a whole, its root.
    pub path: String,
    /// Each environment's value; `None` where there is none.
    pub values: Vec<(String, Option<Fact>)>,
    /// Whether it is more than one fact.
    pub whole: bool,
    /// The template of it, where one is known.
    pub template: Option<String>,
    /// What lets it be.
    pub sanction: Option<Sanction>,
}

/// Why a difference is no mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sanction {
    /// An entry of `vary`, by its number.
    Vary(usize),
    /// Somebody is ahead.
    Ahead {
        /// Where, as the lock has it.
        place: String,
        /// Who, until when, and why.
        who: String,
    },
}

/// What the comparison of environments came to.
#[derive(Debug)]
pub struct Comparison {
    /// All differences, by object and place.
    pub differences: Vec<Difference>,
    /// Of each sanction, whether it was of use.
    pub usage: Vec<Usage>,
}

impl Comparison {
    /// What nobody sanctioned.
    pub fn unsanctioned(&self) -> impl Iterator<Item = &Difference> {
        self.differences
            .iter()
            .filter(|difference| difference.sanction.is_none())
    }
}

/// Compares environments.
pub fn compare(releases: &[Release], vary: &[Vary], ahead: &AllAhead) -> Comparison {
    let mut comparison = Comparison {
        differences: Vec::new(),
        usage: vary.iter().map(|_| Usage::default()).collect(),
    };
    let ids: BTreeSet<&String> = releases
        .iter()
        .flat_map(|release| release.objects.keys())
        .collect();
    for id in ids {
        let all: Vec<_> = releases
            .iter()
            .map(|release| release.objects.get(id))
            .collect();
        let pair = Pair {
            id,
            releases,
            all: &all,
            vary,
            ahead: ahead.get(id),
            usage: &comparison.usage,
        };
        let mut found: Vec<_> = pair.presence().into_iter().collect();
        found.extend(pair.facts());
        comparison.differences.extend(found);
    }
    comparison
}

/// One object in all environments.
struct Pair<'c> {
    id: &'c str,
    releases: &'c [Release],
    all: &'c [Option<&'c Released>],
    vary: &'c [Vary],
    ahead: Option<&'c Places>,
    usage: &'c [Usage],
}

impl Pair<'_> {
    fn any(&self) -> &Released {
        let first = self.all.iter().flatten().next();
        first.expect("internal error: an id comes from an object")
    }

    fn difference(
        &self,
        facet: Option<Facet>,
        path: String,
        values: Vec<Option<Fact>>,
    ) -> Difference {
        let names = self
            .releases
            .iter()
            .map(|release| release.environment.clone());
        let any = self.any();
        Difference {
            object: self.id.to_owned(),
            kind: any.kind.clone(),
            name: any.name.clone(),
            facet,
            path,
            values: names.zip(values).collect(),
            whole: false,
            template: self
                .all
                .iter()
                .flatten()
                .find_map(|object| object.template.clone()),
            sanction: None,
        }
    }

    /// Whether it is missing somewhere.
    fn presence(&self) -> Option<Difference> {
        let any = self.any();
        let missing = self.all.iter().any(Option::is_none);
        let sanction = self.sanction(missing, |vary| vary.lets_be_absent(any), |_| true);
        missing.then(|| Difference {
            whole: true,
            sanction: sanction.or_else(|| self.ahead("", one_presence)),
            ..self.difference(None, String::new(), self.presences())
        })
    }

    /// A fact for each environment that has the object.
    fn presences(&self) -> Vec<Option<Fact>> {
        let fact = |_: &&Released| Fact {
            facet: Facet::Rest,
            value: "is there".into(),
            hidden: false,
            is_default: false,
        };
        self.all
            .iter()
            .map(|object| object.as_ref().map(fact))
            .collect()
    }

    /// The first sanction that selects and allows it; remembers which were of use.
    fn sanction(
        &self,
        differs: bool,
        selects: impl Fn(&Vary) -> bool,
        allows: impl Fn(&Vary) -> bool,
    ) -> Option<Sanction> {
        let mut found = None;
        for (index, vary) in self.vary.iter().enumerate() {
            if !selects(vary) {
                continue;
            }
            self.usage[index].selects.set(true);
            if differs && allows(vary) {
                self.usage[index].hides.set(true);
                found = found.or(Some(index));
            }
        }
        found.map(Sanction::Vary)
    }

    /// Where somebody is ahead, if those who are not agree.
    fn ahead(&self, path: &str, agree: impl Fn(&[Option<&Released>]) -> bool) -> Option<Sanction> {
        let places = self.ahead?.iter().filter(|(place, _)| covers(place, path));
        let mut fitting = places.filter(|(_, ahead)| {
            let all = self.releases.iter().zip(self.all);
            let others = all.filter(|(release, _)| !ahead.contains_key(&release.environment));
            let others: Vec<_> = others.map(|(_, object)| *object).collect();
            !others.is_empty() && agree(&others)
        });
        let (place, ahead) = fitting.next()?;
        let who = ahead.iter().map(|(name, ahead)| format!("{name} {ahead}"));
        Some(Sanction::Ahead {
            place: place.clone(),
            who: who.collect::<Vec<_>>().join("; "),
        })
    }

    /// What differs among the environments that have the object.
    fn facts(&self) -> Vec<Difference> {
        let having: Vec<_> = self.all.iter().flatten().collect();
        let paths: BTreeSet<&String> = having
            .iter()
            .flat_map(|object| object.facts.keys())
            .collect();
        let mut found = Vec::new();
        for path in paths {
            let facts: Vec<_> = having.iter().map(|object| object.facts.get(path)).collect();
            let differs = !are_one(&facts);
            if !differs && self.vary.is_empty() {
                continue;
            }
            let segments = segments(path);
            let segments: Vec<_> = segments.iter().map(String::as_str).collect();
            let any = self.any();
            let sanction = self.sanction(
                differs,
                |vary| vary.selects(any, &segments),
                |vary| vary.lets_differ(&facts),
            );
            if differs {
                let all = self
                    .all
                    .iter()
                    .map(|object| object.and_then(|o| o.facts.get(path)).cloned());
                let facet = facts.iter().flatten().map(|fact| fact.facet).next();
                let mut difference = self.difference(facet, path.clone(), all.collect());
                let agree = |others: &[Option<&Released>]| {
                    let having = others.iter().flatten();
                    let facts: Vec<_> = having.map(|object| object.facts.get(path)).collect();
                    let selects = |vary: &Vary| vary.selects(any, &segments);
                    let varies = || self.sanction(true, selects, |vary| vary.lets_differ(&facts));
                    !facts.is_empty() && (are_one(&facts) || varies().is_some())
                };
                difference.sanction = sanction.or_else(|| self.ahead(path, agree));
                found.push(difference);
            }
        }
        self.gathered(found)
    }

    /// Facts that are missing together, as one difference at what they have in common.
    fn gathered(&self, found: Vec<Difference>) -> Vec<Difference> {
        let mut gathered: BTreeMap<(String, Option<Sanction>), Difference> = BTreeMap::new();
        for mut difference in found {
            if let Some(root) = self.missing_root(&difference) {
                difference.path.truncate(root);
                difference.whole = true;
            }
            let key = (difference.path.clone(), difference.sanction.clone());
            gathered.entry(key).or_insert(difference);
        }
        gathered.into_values().collect()
    }

    /// Where the highest place ends that some environments have nothing at or below, if it is above the fact.
    fn missing_root(&self, difference: &Difference) -> Option<usize> {
        let path = difference.path.as_str();
        let lacking: Vec<_> = self
            .all
            .iter()
            .zip(&difference.values)
            .filter(|(object, (_, fact))| object.is_some() && fact.is_none())
            .filter_map(|(object, _)| object.as_ref())
            .collect();
        if lacking.is_empty() {
            return None;
        }
        let ends = path.match_indices('/').skip(1).map(|(at, _)| at);
        let mut ends = ends.filter(|end| {
            let prefix = format!("{}/", &path[..*end]);
            lacking.iter().all(|object| !holds_below(object, &prefix))
        });
        ends.next()
    }
}

fn holds_below(object: &Released, prefix: &str) -> bool {
    let mut range = object.facts.range(prefix.to_owned()..);
    range
        .next()
        .is_some_and(|(path, _)| path.starts_with(prefix))
}

/// Whether all have it, or none.
fn one_presence(all: &[Option<&Released>]) -> bool {
    all.windows(2)
        .all(|pair| pair[0].is_some() == pair[1].is_some())
}

fn are_one(facts: &[Option<&Fact>]) -> bool {
    facts
        .windows(2)
        .all(|pair| value(pair[0]) == value(pair[1]))
}

/// What counts: the API's default is as good as nothing.
fn value(fact: Option<&Fact>) -> Option<&serde_json::Value> {
    fact.filter(|fact| !fact.is_default).map(|fact| &fact.value)
}

/// The segments of a pointer.
pub(super) fn segments(path: &str) -> Vec<String> {
    let parts = path.split('/').skip(1);
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}
