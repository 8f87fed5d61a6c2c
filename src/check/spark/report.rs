//! All rules over a stream.

use super::case::Case;
use super::gather::Gathered;
use super::parameter::Parameters;
use super::rule::{Judge, rules};
use super::world::World;
use crate::guard::Finding;
use crate::manifest::Object;
use crate::preset::{ResolvedCheck, Severity};
use crate::yaml::Stream;

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
        let graded = said
            .into_iter()
            .map(|said| (said.grade(rule.grade), said))
            .filter(|(grade, _)| *grade >= least);
        findings.extend(graded.map(|(grade, said)| said.finding(name, grade.severity(most))));
    }
    findings
}
