//! The road: a stream and a policy to guarded bytes, changes and findings. It reads as a table of contents.

mod gather;
mod proof;
mod settings;
mod text;

use gather::gather;
pub use proof::operation;
use settings::Plan;
use text::Texts;

use crate::check::{self, Checks};
use crate::guard::{
    self, Change, Finding, Outcome, PolicyConflict, Pool, Subject, Waiver, WaiverUse, Waivers,
};
use crate::manifest::reads::SecretKey;
use crate::manifest::template::{Templates, templates};
use crate::manifest::{Digests, Facts, Object, Rolls, Stranger, Tables};
use crate::preset::{Known, Policy, Root, Severity};
use crate::text::{Edit, EditSet, Span};
use crate::threads::Threads;
use crate::yaml::{Document, Pointer, Stream, Touched};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a run comes to.
#[derive(Debug)]
pub struct Rendered {
    /// What makes guarded manifests of the stream's text.
    pub edits: EditSet,
    /// What rules did, by object.
    pub changes: Vec<Change>,
    /// What rules and checks have to say, by object.
    pub findings: Vec<Finding>,
    /// The waivers that could hold, as findings count them.
    pub waivers: Vec<WaiverUse>,
    /// Objects whose running pods are replaced because their template changed.
    pub restarts: Vec<Restart>,
}

/// An object whose running pods are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// Its index in the stream.
    pub object: usize,
    /// Whether all that it runs ends first, also what is done.
    pub again: bool,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The policy contradicts itself.
    #[error(transparent)]
    Policy(#[from] PolicyConflict),
    /// What the rules want of an object would change other places of its text too.
    #[error("{objects} cannot be edited: {reason}")]
    Shared {
        /// The object.
        objects: String,
        /// The anchor, alias or merge key that is in the way, in the stream.
        span: Span,
        /// Why, and what to do.
        reason: String,
    },
    /// The guarded document would be more than is read.
    #[error("{objects} cannot be guarded: {reason}")]
    TooLarge {
        /// The objects of the document.
        objects: String,
        /// Which limit.
        reason: String,
    },
    /// A bug of ours. Nothing was written.
    #[error(
        "internal error: the edits of document {document} ({objects}) do not come out as planned: {what}"
    )]
    Bug {
        /// 1-based, in the stream.
        document: usize,
        /// The objects that it holds.
        objects: String,
        /// What is not as planned.
        what: String,
    },
}

/// Is shown each object of the stream, all of them at hand, with the value that it comes to; in no order.
pub type Observe<'s> = &'s (dyn Fn(&[Object<'_>], &Object<'_>, &Value) + Sync);

/// What a run needs beside the stream.
#[derive(Clone, Copy)]
pub struct Setup<'s> {
    /// What to apply.
    pub policy: &'s Policy,
    /// Waivers given by hand, beside those of the policy.
    pub waivers: &'s [Waiver],
    /// The tables of places, roles and images.
    pub tables: &'s Tables,
    /// What digests of Secrets are made with; without it, none are made.
    pub secret_key: Option<&'s SecretKey>,
    /// What tags of images stand for.
    pub images: Option<&'s Digests>,
    /// Who looks at the objects, if anybody does.
    pub observe: Option<Observe<'s>>,
    /// Findings below this are not kept, unless they are waived: on small documents they would take a tenth of the memory.
    pub least: Severity,
    /// What a long stream may be divided among.
    pub threads: Threads,
}

/// Guards a stream.
///
/// # Errors
/// The policy contradicts itself, an edit would leak into other places, or the result is not what was planned.
pub fn render(
    stream: &Stream<'_>,
    (objects, strangers): (&[Object<'_>], &[Stranger]),
    setup: Setup<'_>,
) -> Result<Rendered, RenderError> {
    let place = guard::Place {
        stream,
        objects,
        tables: setup.tables,
    };
    let known = Known {
        checks: check::specs(),
        tables: None,
    };
    let (waivers, malformed) = Waivers::of(setup.policy, setup.waivers, place, &known);
    let mut checks = Checks::new(setup.policy, &waivers);
    let templates = looked_for(setup.policy, stream, objects);
    let (facts, plan) = gather(stream, objects, &templates, (setup, &waivers), &mut checks)?;
    let road = Road {
        stream,
        objects,
        setup,
        facts: &facts,
        plan: &plan,
        checks: &checks,
        waivers: &waivers,
        templates: &templates,
    };
    let documents: Vec<_> = objects.chunk_by(|a, b| a.document == b.document).collect();
    let length = |own: &&[Object<'_>]| stream.documents[own[0].document].text.len();
    let pieces = setup
        .threads
        .each(&documents, length, |documents| road.over(documents));
    let mut done = Piece::default();
    for piece in pieces {
        done.append(piece?);
    }
    let Piece {
        edits,
        changes,
        mut findings,
        restarts,
        meets,
    } = done;
    if !objects.is_empty() {
        findings.extend(guard::absent(setup.policy, &meets));
    }
    checks.finish(setup.context(&facts), (stream, objects), &mut findings);
    findings.extend(malformed.into_iter().chain(plan.said(setup.least)));
    findings.extend(waivers.unused(place));
    findings.extend(check::strangers(stream, strangers));
    findings.extend(check::lost_newlines(stream, objects, setup.tables));
    if guards_pods(setup.policy) {
        findings.extend(check::unguarded(stream, objects, setup.tables, &templates));
    }
    findings.sort_by(|a, b| (a.object, &a.id, &a.path).cmp(&(b.object, &b.id, &b.path)));
    // What pods of one object share is said once.
    findings.dedup();
    let edits = EditSet::new(edits).map_err(|conflict| bug(0, objects, conflict.to_string()))?;
    Ok(Rendered {
        edits,
        changes,
        findings,
        waivers: waivers.uses(),
        restarts,
    })
}

/// A text of one document with another value under some of its keys, proved as the edits of rules are.
///
/// # Errors
/// The edit would leak into other places, or the result is not what was planned.
pub fn revise(
    document: &Document<'_>,
    target: &Value,
    keys: &[&str],
) -> Result<Vec<Edit>, RenderError> {
    let mut touched = Touched::default();
    for key in keys {
        touched.add(&Pointer::root().child(*key));
    }
    proof::proved(document, &[], target, &touched)
}

/// What some documents of a stream come to, in order.
#[derive(Default)]
struct Piece {
    edits: Vec<Edit>,
    changes: Vec<Change>,
    findings: Vec<Finding>,
    restarts: Vec<Restart>,
    /// The rules whose part of the stream is there.
    meets: BTreeSet<usize>,
}

impl Piece {
    fn append(&mut self, mut other: Self) {
        self.edits.append(&mut other.edits);
        self.changes.append(&mut other.changes);
        self.findings.append(&mut other.findings);
        self.restarts.append(&mut other.restarts);
        self.meets.append(&mut other.meets);
    }
}

/// All that is known before the first document is guarded. From here on no document knows of another.
struct Road<'r> {
    stream: &'r Stream<'r>,
    objects: &'r [Object<'r>],
    setup: Setup<'r>,
    facts: &'r Facts,
    plan: &'r Plan,
    checks: &'r Checks<'r>,
    waivers: &'r Waivers<'r>,
    templates: &'r Templates,
}

impl Road<'_> {
    /// Guards documents, each given as its objects.
    fn over(&self, documents: &[&[Object<'_>]]) -> Result<Piece, RenderError> {
        let (mut piece, mut pool) = (Piece::default(), Pool::default());
        for own in documents {
            self.document(own, &mut piece, &mut pool)?;
        }
        Ok(piece)
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            setup: self.setup,
            waivers: self.waivers,
            facts: self.facts,
        }
    }

    /// Whether no rule has to do with an object, but for texts of it.
    fn lets_be(&self, subject: Subject<'_>) -> bool {
        let object = subject.object;
        subject.place.is_none()
            && !guard::concerns(self.setup.policy, object)
            && !self.plan.concerns(object.index)
    }

    fn observe(&self, object: &Object<'_>, value: &Value) {
        if let Some(observe) = self.setup.observe {
            observe(self.objects, object, value);
        }
    }

    fn document(
        &self,
        own: &[Object<'_>],
        piece: &mut Piece,
        pool: &mut Pool,
    ) -> Result<(), RenderError> {
        let Setup { policy, tables, .. } = self.setup;
        let context = self.setup.context(self.facts);
        let document = &self.stream.documents[own[0].document];
        let before = piece.changes.len();
        let (mut values, mut retold) = (Vec::new(), Vec::new());
        for object in own {
            let subject = subject(document, object, tables);
            let templates = self.templates.get(&object.index);
            let is_let_be = templates.is_none() && self.lets_be(subject);
            if is_let_be && self.setup.observe.is_none() {
                continue;
            }
            let value = subject.node.to_value();
            if is_let_be {
                self.observe(object, &value);
                continue;
            }
            let mut outcome = guard::run(policy, self.waivers, context, subject, value)?;
            piece.restarts.extend(restarted(subject, &outcome));
            piece.meets.extend(outcome.meets.drain(..));
            let said = outcome.findings.drain(..).collect();
            let mut said = self.checks.judge(context, subject, &outcome, said);
            for template in templates.into_iter().flatten() {
                let guarded =
                    self.texts()
                        .guard((object, subject.node), template, Some(self.checks))?;
                let Some(mut guarded) = guarded else { continue };
                said.append(&mut guarded.findings);
                if guarded.put(&mut outcome.value) {
                    outcome.changes.append(&mut guarded.changes);
                    retold.push(guarded.retold(object, subject.node));
                }
            }
            self.plan.tell(subject, &mut outcome, &mut retold);
            self.checks.settle(subject, &outcome);
            let least = self.setup.least;
            let is_kept = |said: &Finding| said.severity >= least || said.waived.is_some();
            piece.findings.extend(said.into_iter().filter(is_kept));
            self.observe(object, &outcome.value);
            if !outcome.changes.is_empty() {
                let shared = outcome.changes.drain(..).map(|mut change| {
                    change.share(pool);
                    change
                });
                piece.changes.extend(shared);
                values.push((object, outcome.value));
            }
        }
        if piece.changes.len() > before {
            let edits = proof::edit(document, own, &piece.changes[before..], &values, &retold)?;
            piece.edits.extend(edits);
        }
        Ok(())
    }
}

fn subject<'s>(
    document: &'s Document<'s>,
    object: &'s Object<'s>,
    tables: &'s Tables,
) -> Subject<'s> {
    let place = tables.places.of(object.api_version, object.kind);
    Subject {
        object,
        node: document.node(object.node),
        place,
        within: None,
    }
}

/// The pod templates in texts, where any rule or check looks into pods.
fn looked_for(policy: &Policy, stream: &Stream<'_>, objects: &[Object<'_>]) -> Templates {
    if guards_pods(policy) || !policy.checks.is_empty() {
        templates(stream, objects)
    } else {
        Templates::new()
    }
}

/// Whether any rule looks into pods.
fn guards_pods(policy: &Policy) -> bool {
    let mut rules = policy.rules.iter();
    rules.any(|rule| matches!(rule.on, Root::Pod | Root::Container))
}

/// Whether a change of the pod template replaces running pods.
fn restarted(subject: Subject<'_>, outcome: &Outcome<'_>) -> Option<Restart> {
    let rolls = subject.place?.rolls(&outcome.value);
    let meets = |change: &Change| {
        let mut pods = outcome.pods.iter();
        pods.any(|pod| pod.place.meets(&change.done.path))
    };
    let restarts = matches!(rolls, Rolls::Pods | Rolls::Again) && outcome.changes.iter().any(meets);
    restarts.then_some(Restart {
        object: subject.object.index,
        again: rolls == Rolls::Again,
    })
}

fn bug(document: usize, objects: &[Object<'_>], what: String) -> RenderError {
    RenderError::Bug {
        document,
        objects: names(objects),
        what,
    }
}

fn names(objects: &[Object<'_>]) -> String {
    if objects.is_empty() {
        return "the list".to_owned();
    }
    let names: Vec<_> = objects
        .iter()
        .take(3)
        .map(|object| format!("`{object}`"))
        .collect();
    names.join(", ")
}
