//! The waivers of a run, from files, flags and annotations, and which of them were needed.

use super::Finding;
use super::finding::Waived;
use crate::manifest::{Object, Tables};
use crate::preset::{File, Known, Policy, PolicyError, Severity, Waiver, WaiverPlace};
use crate::text::Glob;
use crate::yaml::{NodeRef, Pointer, Stream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, Ordering};

/// The name of an annotation that waives begins like this; the id of a rule follows, with `.` in the place of `/`.
const ANNOTATION: &str = "sparkk8s.io/waive.";

/// All waivers that may hold for a stream.
#[derive(Debug, Default)]
pub struct Waivers<'w> {
    /// Those of files and flags.
    given: Vec<&'w Waiver>,
    /// Those of annotations, with their places.
    written: Vec<(usize, Pointer, Waiver)>,
    /// Which of them stand on an object.
    of_objects: BTreeMap<usize, Vec<usize>>,
    /// What came of each, in this order.
    uses: Vec<AtomicU8>,
}

const UNUSED: u8 = 0;
/// It would have waived something that another one waives for longer.
const SHADOWED: u8 = 1;
const USED: u8 = 2;

/// A waiver, and whether anything needed it.
#[derive(Clone, Debug)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Waiver,
    /// The object and the place in it, where an annotation waives.
    pub annotation: Option<(usize, Pointer)>,
    /// Whether it waived anything.
    pub is_used: bool,
}

/// The stream that waivers are for.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// Its documents.
    pub stream: &'p Stream<'p>,
    /// Its objects.
    pub objects: &'p [Object<'p>],
    /// Where pods are.
    pub tables: &'p Tables,
}

impl Place<'_> {
    fn node(&self, object: &Object<'_>) -> NodeRef<'_> {
        self.stream.documents[object.document].node(object.node)
    }
}

impl<'w> Waivers<'w> {
    /// The waivers of a policy, those given by hand, and those that objects carry; what is wrong with the last is told.
    pub fn of(
        policy: &'w Policy,
        by_hand: &'w [Waiver],
        place: Place<'_>,
        known: &Known<'_>,
    ) -> (Self, Vec<Finding>) {
        let mut waivers = Self {
            given: policy.waiving.entries.iter().chain(by_hand).collect(),
            ..Self::default()
        };
        let mut findings = Vec::new();
        // A name that is written with escapes waives nothing.
        let text = place.stream.text;
        let carries = memchr::memmem::find(text.as_bytes(), ANNOTATION.as_bytes()).is_some();
        for object in place.objects.iter().filter(|_| carries) {
            if place.node(object).may_hold(ANNOTATION) {
                waivers.read(policy, (place, object), known, &mut findings);
            }
        }
        let all = waivers.given.len() + waivers.written.len();
        waivers.uses = (0..all).map(|_| AtomicU8::new(UNUSED)).collect();
        (waivers, findings)
    }

    /// Reads the annotations of an object.
    fn read(
        &mut self,
        policy: &Policy,
        (place, object): (Place<'_>, &Object<'_>),
        known: &Known<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let node = place.node(object);
        let root = Pointer::from_iter(["metadata", "annotations"]);
        for (name, text) in annotations(node, &root) {
            let path = root.child(name.as_str());
            let id = name[ANNOTATION.len()..].replacen('.', "/", 1);
            match judged(policy, (object, &id), &text, known) {
                Ok(waiver) => {
                    let index = self.written.len();
                    self.of_objects.entry(object.index).or_default().push(index);
                    self.written.push((object.index, path, waiver));
                }
                Err(wrong) => findings.push(wrong.at(object, path)),
            }
        }
        let row = place.tables.places.of(object.api_version, object.kind);
        for pod in row.into_iter().flat_map(|row| row.pods(&node.to_value())) {
            let Ok(inner) = pod.resolve(&root) else {
                continue;
            };
            for (name, _) in annotations(node, &inner).filter(|_| inner != root) {
                let wrong = Wrong {
                    id: MALFORMED,
                    severity: Severity::Warning,
                    message: format!("`{name}` stands on the pod template, and waives nothing"),
                    help: "an annotation waives on the object itself: its own `metadata`".into(),
                    needed_by: None,
                };
                findings.push(wrong.at(object, inner.child(name.as_str())));
            }
        }
    }

    /// The waiver of a rule or check on an object and container, if there is one: of several, the one that holds longest.
    pub fn find(
        &self,
        rule: &str,
        (object, node): (&Object<'_>, NodeRef<'_>),
        container: Option<&str>,
    ) -> Option<Waived> {
        if self.uses.is_empty() {
            return None;
        }
        let given = self.given.iter().enumerate();
        let given = given.map(|(index, waiver)| (index, *waiver));
        let own = self.of_objects.get(&object.index);
        let own = own.into_iter().flatten();
        let own = own.map(|index| (self.given.len() + index, &self.written[*index].2));
        let covering = given.chain(own).filter(|(_, waiver)| {
            let container_fits =
                |glob: &Glob| container.is_some_and(|container| glob.matches(container));
            waiver.rule.matches(rule)
                && is_meant(&waiver.place, object, node)
                && waiver.container.as_ref().is_none_or(container_fits)
        });
        let mut best: Option<(usize, &Waiver)> = None;
        for (index, waiver) in covering {
            self.uses[index].fetch_max(SHADOWED, Ordering::Relaxed);
            // What has no last day holds longest.
            let lasts = |waiver: &Waiver| (waiver.expires.is_none(), waiver.expires.clone());
            if best.is_none_or(|(_, best)| lasts(best) < lasts(waiver)) {
                best = Some((index, waiver));
            }
        }
        let (by, waiver) = best?;
        self.uses[by].store(USED, Ordering::Relaxed);
        Some(Waived {
            reason: waiver.reason.clone(),
            by,
        })
    }

    /// All of them, as [`Waived::by`] counts them.
    pub fn uses(&self) -> Vec<WaiverUse> {
        let given = self.given.iter().map(|waiver| (*waiver, None));
        let written = self.written.iter();
        let written = written.map(|(object, path, waiver)| (waiver, Some((*object, path.clone()))));
        let uses = given.chain(written).zip(&self.uses);
        uses.map(|((waiver, annotation), state)| WaiverUse {
            waiver: waiver.clone(),
            annotation,
            is_used: state.load(Ordering::Relaxed) == USED,
        })
        .collect()
    }

    /// What is to say of those that nothing needed.
    pub fn unused(&self, place: Place<'_>) -> Vec<Finding> {
        let uses = self.uses().into_iter().zip(&self.uses);
        let unused = uses.filter(|(one, _)| !one.is_used);
        unused
            .map(|(one, state)| unused_one(&one, state.load(Ordering::Relaxed), place))
            .collect()
    }
}

fn unused_one(one: &WaiverUse, state: u8, place: Place<'_>) -> Finding {
    let waiver = &one.waiver;
    let is_file = !waiver.origin.file.is_flag;
    let what = match (&one.annotation, is_file) {
        (Some(_), _) => "the annotation".to_owned(),
        (_, true) => format!(
            "the waiver of `{}` at {}",
            waiver.rule.text(),
            waiver.origin.place()
        ),
        (_, false) => format!("`{}`", waiver.origin),
    };
    let mut objects = place.objects.iter();
    let is_there = objects.any(|object| is_meant(&waiver.place, object, place.node(object)));
    let (message, help) = match state {
        SHADOWED => (
            format!("{what} waives only what another one waives for longer"),
            "keep one of them",
        ),
        _ if one.annotation.is_some() => (
            format!("{what} waives nothing here"),
            "remove it, or correct the rule's id in its name",
        ),
        _ => (
            format!("{what} waives nothing in this stream"),
            "remove it, or correct the rule or the object's name",
        ),
    };
    let (object, path) = one.annotation.clone().unzip();
    Finding {
        within: None,
        id: "unused-waiver".into(),
        // A project may hold those of many charts.
        severity: match is_file && !is_there {
            true => Severity::Info,
            false => Severity::Warning,
        },
        object,
        container: None,
        path: path.unwrap_or_default(),
        message,
        because: None,
        help: Some(help.into()),
        needed_by: is_file.then(|| waiver.origin.place().into()),
        waived: None,
    }
}

/// Whether an object, as it came, is one of these.
fn is_meant(place: &WaiverPlace, object: &Object<'_>, node: NodeRef<'_>) -> bool {
    let any = |globs: &Option<Vec<Glob>>, text: Option<&str>| {
        let fits = |globs: &Vec<Glob>| {
            text.is_some_and(|text| globs.iter().any(|glob| glob.matches(text)))
        };
        globs.as_ref().is_none_or(fits)
    };
    let kinds = place.kinds.as_ref();
    let labels = || node.get("metadata")?.get("labels");
    kinds.is_none_or(|kinds| {
        let mut kinds = kinds.iter();
        kinds.any(|kind| kind.matches(object.api_version, object.kind))
    }) && any(&place.names, Some(object.name))
        && any(&place.namespaces, object.namespace)
        && (place.labels.is_empty()
            || labels().is_some_and(|labels| {
                place.labels.iter().all(|(key, globs)| {
                    let value = labels.get(key).map(|value| value.resolved().to_value());
                    let value = value.as_ref().and_then(|value| value.as_str());
                    value.is_some_and(|value| globs.iter().any(|glob| glob.matches(value)))
                })
            }))
}

/// The annotations that would waive, of what has them at `root`.
fn annotations<'n>(
    node: NodeRef<'n>,
    root: &Pointer,
) -> impl Iterator<Item = (String, String)> + use<'n> {
    let map = node.at_pointer(root).map(NodeRef::resolved);
    let names = map
        .into_iter()
        .flat_map(|map| map.entries().collect::<Vec<_>>());
    let names = names.filter_map(|(key, _)| Some(key.key_text()?.into_owned()));
    // A key that stands twice counts once, with its last value.
    let names: BTreeSet<_> = names.filter(|name| name.starts_with(ANNOTATION)).collect();
    names.into_iter().filter_map(move |name| {
        let value = map?.get(&name)?.resolved().to_value();
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((name, text))
    })
}

const MALFORMED: &str = "waiver-malformed";
const REFUSED: &str = "waiver-refused";

/// Why an annotation does not waive.
struct Wrong {
    id: &'static str,
    severity: Severity,
    message: String,
    help: String,
    needed_by: Option<String>,
}

impl Wrong {
    fn at(self, object: &Object<'_>, path: Pointer) -> Finding {
        Finding {
            within: None,
            id: self.id.into(),
            severity: self.severity,
            object: Some(object.index),
            container: None,
            path,
            message: self.message,
            because: None,
            help: Some(self.help),
            needed_by: self.needed_by.map(Into::into),
            waived: None,
        }
    }
}

fn judged(
    policy: &Policy,
    (object, id): (&Object<'_>, &str),
    text: &str,
    known: &Known<'_>,
) -> Result<Waiver, Wrong> {
    let waiving = &policy.waiving;
    let wrong = |id, severity, message: String, help: String| Wrong {
        id,
        severity,
        message,
        help,
        needed_by: None,
    };
    if let Some(who) = &waiving.forbidden {
        let message = format!("the annotation would waive `{id}`, and waivers are forbidden");
        let help = "mend what is found, and take the annotation out".into();
        return Err(Wrong {
            needed_by: Some(who.place()),
            ..wrong(REFUSED, Severity::Error, message, help)
        });
    }
    if id.is_empty() {
        let message = "the annotation waives nothing: its name has no rule".to_owned();
        let help = format!("write `{ANNOTATION}PRESET.RULE`");
        return Err(wrong(MALFORMED, Severity::Warning, message, help));
    }
    if !waiving.open.iter().any(|glob| glob.matches(id)) {
        let message = format!("the annotation waives nothing: nobody opened `{id}` to annotations");
        let project = policy.project.as_ref();
        let who = project.map_or("the project", |project| &project.origin.file.name);
        let help = format!(
            "whoever owns `{who}` or an overlay can, with `waivers: {{annotations: [{id}]}}`; or waive it there"
        );
        return Err(wrong(REFUSED, Severity::Warning, message, help));
    }
    let origin = File::flag(format!("an annotation of `{object}`"), text).whole();
    if let Some(PolicyError { message, help, .. }) = waiving.judge_id(id, &origin, known) {
        let help = help.unwrap_or_default();
        return Err(wrong(MALFORMED, Severity::Warning, message, help));
    }
    Waiver::annotation(id, text, &origin).map_err(|why| {
        let help = "write `REASON; until 2027-01-31`".into();
        let message = format!("the annotation waives nothing: {why}");
        wrong(MALFORMED, Severity::Warning, message, help)
    })
}

#[cfg(test)]
#[path = "waiver_tests.rs"]
mod tests;
