//! All rules over a stream.

use super::case::Case;
use super::gather::{Gathered, seen};
use super::parameter::Parameters;
use super::rule::{Grade, Judge, rules};
use super::world::World;
use crate::guard::{Context, Finding, PodView, Subject};
use crate::manifest::{FactsBuilder, Object, Tables};
use crate::preset::{ResolvedCheck, Severity};
use crate::spark::process::{Process, Seen};
use crate::spark::version::Version;
use crate::yaml::Stream;
use std::collections::BTreeSet;

/// The processes of a stream as it is, and the objects that run them; `assumed` is the version where nothing says it.
pub fn processes(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    tables: &Tables,
    assumed: Version,
) -> (Vec<Seen>, Vec<Process>) {
    let facts = FactsBuilder::new(objects).finish();
    let context = Context {
        tables,
        facts: &facts,
        images: None,
    };
    let seen = objects.iter().filter_map(|object| {
        let node = stream.documents[object.document].node(object.node);
        let place = tables.places.of(object.api_version, object.kind);
        let subject = Subject {
            object,
            node,
            place,
            within: None,
        };
        let value = node.to_value();
        seen(
            object.index,
            &value,
            &PodView::all(context, subject, &value),
        )
    });
    let parameters = Parameters {
        version: assumed,
        ..Parameters::default()
    };
    let world = World::new((stream, objects), seen.collect(), Vec::new(), parameters);
    (world.seen, world.processes)
}

/// A stream as the rules of the policy left it; these checks say by which parameters it is read.
pub(in crate::check) fn world<'w>(
    stream: &'w Stream<'w>,
    objects: &'w [Object<'w>],
    gathered: &Gathered,
    checks: &[ResolvedCheck],
) -> World<'w> {
    let (seen, changed) = gathered.take();
    World::new((stream, objects), seen, changed, Parameters::of(checks))
}

/// What the rules have to say of it, as far as these checks switch them on.
pub(in crate::check) fn findings(world: &World<'_>, checks: &[ResolvedCheck]) -> Vec<Finding> {
    let most = |id: &str| {
        let mut checks = checks.iter();
        checks
            .find(|check| check.id == id)
            .map(|check| check.severity)
    };
    judged(world, most)
}

/// What the rules have to say, in their order; `most` is the most that the findings of a check may be, where it is on.
pub(super) fn judged(
    world: &World<'_>,
    most: impl Fn(&'static str) -> Option<Severity>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules() {
        let Some(most) = most(rule.check()) else {
            continue;
        };
        let least = match rule.has_own_check() {
            true => Grade::Info,
            false => world.parameters.least,
        };
        if rule.grade < least {
            continue;
        }
        let said = match rule.judge {
            Judge::Texts(judge) => judge(world),
            _ if world.seen.is_empty() => continue,
            Judge::Stream(judge) => judge(world),
            Judge::Process(judge) => {
                let processes = world.processes.iter();
                let cases = processes.map(|process| Case { world, process });
                cases.flat_map(judge).collect()
            }
        };
        let name = (rule.page.id, rule.code);
        let graded = said.into_iter().filter_map(|said| {
            let grade = said.grade(rule.grade);
            let severity = match rule.has_own_check() {
                true => most,
                false => grade.severity(most),
            };
            (grade >= least).then(|| said.finding(name, severity))
        });
        findings.extend(once(graded.collect()));
    }
    findings
}

/// Each finding once: processes that share a `ConfigMap` share what is wrong in it.
fn once(findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    let mut known = BTreeSet::new();
    let is_new: Vec<_> = findings.iter().map(|one| known.insert(one)).collect();
    let new = findings.into_iter().zip(is_new);
    new.filter_map(|(finding, is_new)| is_new.then_some(finding))
}
