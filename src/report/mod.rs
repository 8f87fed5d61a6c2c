//! Findings and changes for people and machines. Formats are siblings that only read.

mod conf;
mod diff;
mod drift;
mod entry;
mod github;
mod held;
mod json;
mod junit;
mod listed;
mod markdown;
mod message;
mod pods;
mod sarif;
mod story;
mod summary;
mod text;

pub use conf::Configurations;
pub use diff::{diff, restarts, unified};
pub use drift::{
    json as drift_json, overview as drift_overview, text as drift_text, without_credentials,
};
pub use github::github;
pub use json::report as json;
pub use junit::junit;
pub use listed::Listed;
pub use markdown::markdown;
pub use message::{Message, Place};
pub use pods::{list as pod_list, manifests as pod_manifests, svg as pod_bars, table as pods};
pub use sarif::sarif;
pub use story::{Language, story};
pub use summary::{Summary, count};
pub use text::{errors_within, findings, overview, three_lines};

use crate::guard::{Change, Finding};
use crate::manifest::sensitive::Hidden;
use crate::manifest::{Object, helm4_template};
use crate::text::{Lines, Span};
use crate::yaml::{Document, NodeRef, Pointer, Stream};
use held::Held;
use std::cell::OnceCell;

/// All that a run has to say.
pub struct Report<'a> {
    /// What messages call the input.
    pub name: &'a str,
    /// The input.
    pub stream: &'a Stream<'a>,
    /// Its objects.
    pub objects: &'a [Object<'a>],
    /// What rules did, in the order of the objects.
    pub changes: &'a [Change],
    /// What rules and checks have to say, in the order of the objects.
    pub findings: &'a [Finding],
    /// The presets that were chosen, `name@version`.
    pub policy: &'a [String],
    /// The environment of the project, where one was chosen.
    pub environment: Option<&'a str>,
    /// The waivers that could have held.
    pub waivers: &'a [Listed<'a>],
    lines: OnceCell<Lines<'a>>,
    hidden: Hidden<'a>,
    held: Held<'a>,
}

/// Where in the input a finding or a change belongs.
pub struct Location<'a> {
    /// Bytes of the stream.
    pub span: Span,
    /// Whether the value itself stands there, or a parent of it.
    pub exact: bool,
    /// The chart's template, where the stream tells.
    pub template: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// The same with other findings.
    pub fn with<'b>(&self, findings: &'b [Finding]) -> Report<'b>
    where
        'a: 'b,
    {
        Report {
            findings,
            lines: OnceCell::new(),
            hidden: Hidden::of(self.stream.text),
            held: Held::default(),
            ..*self
        }
    }

    /// Puts the parts together.
    pub fn new(
        name: &'a str,
        stream: &'a Stream<'a>,
        objects: &'a [Object<'a>],
        (changes, findings): (&'a [Change], &'a [Finding]),
        policy: &'a [String],
    ) -> Self {
        Self {
            name,
            stream,
            objects,
            changes,
            findings,
            policy,
            environment: None,
            waivers: &[],
            lines: OnceCell::new(),
            hidden: Hidden::of(stream.text),
            held: Held::default(),
        }
    }

    /// The line index of the input, made when it is first needed.
    pub fn lines(&self) -> &Lines<'a> {
        self.lines.get_or_init(|| Lines::new(self.stream.text))
    }

    /// Where the text of what stands at a pointer, or of its nearest parent, ends: a new key appears there.
    pub fn locate_end(&self, object: usize, within: Option<&Pointer>, path: &Pointer) -> usize {
        let end = |root: NodeRef<'_>| {
            let mut pointer = Some(path.clone());
            while let Some(at) = pointer {
                if let Some(node) = root.at_pointer(&at) {
                    return (Span::empty(node.span().end), true);
                }
                pointer = at.parent();
            }
            (Span::empty(0), false)
        };
        let (document, root) = self.root(object);
        let found = self.held.find((object, root), within, path, end);
        found.0.end + document.offset
    }

    /// Where a pointer into an object, or into a text of it, points to in the input.
    pub fn locate(&self, object: usize, within: Option<&Pointer>, path: &Pointer) -> Location<'a> {
        let (document, root) = self.root(object);
        let find = |root: NodeRef<'_>| root.locate(path);
        let (span, exact) = self.held.find((object, root), within, path, find);
        Location {
            span: span.shifted(document.offset),
            exact,
            template: document.template().or_else(|| helm4_template(root)),
        }
    }

    fn root(&self, object: usize) -> (&'a Document<'a>, NodeRef<'a>) {
        let object = &self.objects[object];
        let document = &self.stream.documents[object.document];
        (document, document.node(object.node))
    }
}
