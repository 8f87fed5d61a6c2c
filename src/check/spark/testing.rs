//! Help for tests of rules: what a stream comes to.

use super::gather::Gathered;
use super::parameter::Parameters;
use super::report::judged;
use super::world::World;
use crate::guard::{Context, Finding, Place, Subject, Waivers, run};
use crate::manifest::{Container, ContainerKind, FactsBuilder, Pod, objects};
use crate::preset::{Known, Policy, Severity, tables};
use crate::spark::process::{Seen, SeenPod};
use crate::yaml::Stream;
use serde_json::Value;

/// What all rules say of a stream.
pub(super) fn found(text: &str) -> Vec<Finding> {
    seen_in(text, |world| judged(&world, |_| Some(Severity::Error)))
}

/// What there is to see in a stream.
pub(super) fn seen_in<R>(text: &str, see: impl FnOnce(World<'_>) -> R) -> R {
    let stream = Stream::parse(text).unwrap();
    let (all, _) = objects(&stream);
    let place = Place {
        stream: &stream,
        objects: &all,
        tables: tables(),
    };
    let policy = Policy::default();
    let (waivers, _) = Waivers::of(&policy, &[], place, &Known::default());
    let facts = FactsBuilder::new(&all).finish();
    let context = Context {
        tables: tables(),
        facts: &facts,
        images: None,
    };
    let gathered = Gathered::default();
    for object in &all {
        let subject = Subject {
            object,
            node: stream.documents[object.document].node(object.node),
            place: tables().places.of(object.api_version, object.kind),
            within: None,
        };
        let value = subject.node.to_value();
        let outcome = run(&policy, &waivers, context, subject, value).unwrap();
        gathered.add(subject, &outcome);
    }
    let (seen, changed) = gathered.take();
    see(World::new(
        (&stream, &all),
        seen,
        changed,
        Parameters::default(),
    ))
}

/// What all rules say of objects of which the last one is a Deployment whose main container has this role.
pub(super) fn of_objects(role: &str, objects: &[Value]) -> Vec<Finding> {
    let documents: Vec<_> = objects.iter().map(Value::to_string).collect();
    let text = documents.join("\n---\n");
    let stream = Stream::parse(&text).unwrap();
    let (all, _) = crate::manifest::objects(&stream);
    let object = all.last().unwrap();
    let place = tables().places.of(object.api_version, object.kind).unwrap();
    let value = objects.last().unwrap();
    let pods = place.pods(value).into_iter().map(|place| {
        let value = place.extract(value).unwrap();
        let main = |container: Container<'_>| {
            (container.kind == ContainerKind::Main).then(|| role.to_owned())
        };
        let roles = Pod { value: &value }.containers().map(main).collect();
        SeenPod {
            place,
            value,
            roles,
        }
    });
    let seen = Seen {
        index: object.index,
        value: value.clone(),
        pods: pods.collect(),
    };
    let place = (&stream, all.as_slice());
    let world = World::new(place, vec![seen], Vec::new(), Parameters::default());
    judged(&world, |_| Some(Severity::Error))
}

/// What one rule says of a stream: where, as `Kind/name path` (`Kind/name path#setting` inside of a text), and what.
pub(super) fn said(id: &str, text: &str) -> Vec<(String, String)> {
    let stream = Stream::parse(text).unwrap();
    let (all, _) = objects(&stream);
    let own = found(text).into_iter().filter(|finding| finding.id == id);
    let told = own.map(|finding| {
        let object = &all[finding.object.unwrap()];
        let inner = finding.path.as_str().trim_start_matches('/');
        let at = match &finding.within {
            Some(within) => format!("{within}#{inner}"),
            None => finding.path.as_str().to_owned(),
        };
        (format!("{object} {at}"), finding.message)
    });
    told.collect()
}

/// The places of what one rule says of a stream.
pub(super) fn places(id: &str, text: &str) -> Vec<String> {
    said(id, text).into_iter().map(|(place, _)| place).collect()
}
