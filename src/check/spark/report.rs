//! All rules over a stream.

use super::case::Case;
use super::gather::{Gathered, seen};
use super::parameter::Parameters;
use super::rule::{Judge, rules};
use super::world::World;
use crate::guard::{Context, Finding, PodView, Subject};
use crate::manifest::{FactsBuilder, Object, Tables};
use crate::preset::{ResolvedCheck, Severity};
use crate::spark::process::{Process, Seen};
use crate::spark::version::Version;
use crate::yaml::Stream;

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

/// What the rules have to say of a stream in which anything runs Spark.
pub(in crate::check) fn findings(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    gathered: &Gathered,
    check: &ResolvedCheck,
) -> Vec<Finding> {
    let (seen, changed) = gathered.take();
    if seen.is_empty() {
        return Vec::new();
    }
    let parameters = Parameters::of(check);
    let world = World::new((stream, objects), seen, changed, parameters);
    judged(&world, check.severity)
}

/// What the rules have to say, in their order; `most` is the most that a finding may be.
pub(super) fn judged(world: &World<'_>, most: Severity) -> Vec<Finding> {
    let mut findings = Vec::new();
    let least = world.parameters.least;
    for rule in rules().filter(|rule| rule.grade >= least) {
        let said = match rule.judge {
            Judge::Stream(judge) => judge(world),
            Judge::Process(judge) => {
                let processes = world.processes.iter();
                let cases = processes.map(|process| Case { world, process });
                cases.flat_map(judge).collect()
            }
        };
        let name = (rule.page.id, rule.code);
        let first = findings.len();
        for said in said {
            let grade = said.grade(rule.grade);
            let finding = said.finding(name, grade.severity(most));
            // Processes that share a ConfigMap share what is wrong in it.
            if grade >= least && !findings[first..].contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}
