//! What is known of a stream before the first document is guarded.

use super::settings::{Plan, Planner};
use super::text::Texts;
use super::{RenderError, Setup, subject};
use crate::check::Checks;
use crate::guard::{self, Context, Waivers};
use crate::manifest::reads::Contents;
use crate::manifest::template::Templates;
use crate::manifest::{Facts, FactsBuilder, Object};
use crate::yaml::Stream;

impl<'s> Setup<'s> {
    /// What rules and checks are given, where the stream says this.
    pub(super) fn context(self, facts: &'s Facts) -> Context<'s> {
        Context {
            tables: self.tables,
            facts,
            images: self.images,
        }
    }
}

/// What the stream as a whole says, before any rule runs. Only kinds that say something become values.
pub(super) fn gather(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    templates: &Templates,
    (setup, waivers): (Setup<'_>, &Waivers<'_>),
    checks: &mut Checks<'_>,
) -> Result<(Facts, Plan), RenderError> {
    let Setup { policy, tables, .. } = setup;
    let mut facts = FactsBuilder::new(objects);
    if policy.pins() {
        let contents = Contents::new(setup.secret_key.cloned());
        facts = facts.with_contents(contents.without(&policy.random));
    }
    if policy.needs() {
        facts = facts.with_parts(objects);
    }
    for object in objects {
        let node = stream.documents[object.document].node(object.node);
        let place = tables.places.of(object.api_version, object.kind);
        let tells = place.is_some() || FactsBuilder::reads(object, node);
        let gathers = checks.gathers(object);
        let makes = (policy.pins() || policy.needs())
            && tables.reads.makes(object.api_version, object.kind);
        if !tells && !gathers && !makes {
            continue;
        }
        let value = node.to_value();
        // Of pods, only the uids that are written count.
        let pods = place.filter(|_| node.may_hold("runAsUser"));
        facts.add(object.index, &value, pods);
        facts.add_part(tables, &value, place);
        if makes {
            facts.add_made(&tables.reads, &value);
        }
        if gathers {
            checks.gather(&value);
        }
    }
    let mut facts = facts.finish();
    let planner = Planner {
        stream,
        objects,
        setup,
        waivers,
        facts: &facts,
    };
    let plan = planner.plan()?;
    if policy.sets() {
        look_again(stream, objects, &plan, &mut facts);
    }
    digest(
        (stream, objects, templates),
        (setup, waivers),
        &plan,
        &mut facts,
    )?;
    Ok((facts, plan))
}

/// Takes in what settings become in texts.
fn look_again(stream: &Stream<'_>, objects: &[Object<'_>], plan: &Plan, facts: &mut Facts) {
    for object in objects.iter().filter(|object| plan.concerns(object.index)) {
        let node = stream.documents[object.document].node(object.node);
        let mut value = node.to_value();
        plan.put((object, node), &mut value);
        facts.tell(&value);
        facts.hold(object.index, &value);
    }
}

/// Digests what rules make of the data, where digests are asked for.
fn digest(
    (stream, objects, templates): (&Stream<'_>, &[Object<'_>], &Templates),
    (setup, waivers): (Setup<'_>, &Waivers<'_>),
    plan: &Plan,
    facts: &mut Facts,
) -> Result<(), RenderError> {
    let Setup { policy, tables, .. } = setup;
    let is_source = |object: &&Object<'_>| matches!(object.kind, "ConfigMap" | "Secret");
    for object in objects.iter().filter(is_source) {
        let templates = templates.get(&object.index);
        let is_told = plan.concerns(object.index);
        if policy.pins() && (guard::concerns(policy, object) || templates.is_some() || is_told) {
            let subject = subject(&stream.documents[object.document], object, tables);
            let value = subject.node.to_value();
            let context = setup.context(facts);
            let mut outcome = guard::run(policy, waivers, context, subject, value)?;
            let texts = Texts {
                setup,
                waivers,
                facts,
            };
            for template in templates.into_iter().flatten() {
                if let Some(guarded) = texts.guard((object, subject.node), template, None)? {
                    guarded.put(&mut outcome.value);
                }
            }
            plan.put((object, subject.node), &mut outcome.value);
            facts.hold(object.index, &outcome.value);
        }
    }
    Ok(())
}
