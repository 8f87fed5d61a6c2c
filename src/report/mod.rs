//! Findings and changes for people and machines. Formats are siblings that only read.

mod diff;
mod drift;
mod entry;
mod github;
mod json;
mod junit;
mod listed;
mod markdown;
mod message;
mod sarif;
mod summary;
mod text;

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
pub use sarif::sarif;
pub use summary::{Summary, count};
pub use text::{errors_within, findings, overview, three_lines};

use crate::guard::{Change, Finding};
use crate::manifest::{Object, helm4_template};
use crate::text::{Lines, Span};
use crate::yaml::{Pointer, Stream};
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
        }
    }

    /// The line index of the input, made when it is first needed.
    pub fn lines(&self) -> &Lines<'a> {
        self.lines.get_or_init(|| Lines::new(self.stream.text))
    }

    /// Where the text of what stands at a pointer, or of its nearest parent, ends: a new key appears there.
    pub fn locate_end(&self, object: usize, path: &Pointer) -> usize {
        let object = &self.objects[object];
        let document = &self.stream.documents[object.document];
        let root = document.node(object.node);
        let mut pointer = Some(path.clone());
        while let Some(at) = pointer {
            if let Some(node) = root.at_pointer(&at) {
                return node.span().end + document.offset;
            }
            pointer = at.parent();
        }
        document.offset
    }

    /// Where a pointer into an object points to in the input.
    pub fn locate(&self, object: usize, path: &Pointer) -> Location<'a> {
        let object = &self.objects[object];
        let document = &self.stream.documents[object.document];
        let (span, exact) = document.node(object.node).locate(path);
        let template = document
            .template()
            .or_else(|| helm4_template(document.node(object.node)));
        Location {
            span: span.shifted(document.offset),
            exact,
            template,
        }
    }
}
