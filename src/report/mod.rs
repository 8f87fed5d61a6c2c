//! Findings and changes for people and machines. Formats are siblings that only read.

mod conf;
mod diff;
mod drift;
mod entry;
mod github;
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
use crate::manifest::spark::{edit, properties};
use crate::manifest::template::readable;
use crate::manifest::{Object, helm4_template};
use crate::text::{Lines, Span};
use crate::yaml::{Document, Nested, NodeRef, Pointer, Stream};
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
        found(root, within, path, end).0.end + document.offset
    }

    /// Where a pointer into an object, or into a text of it, points to in the input.
    pub fn locate(&self, object: usize, within: Option<&Pointer>, path: &Pointer) -> Location<'a> {
        let (document, root) = self.root(object);
        let (span, exact) = found(root, within, path, |root| root.locate(path));
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

/// Where a text of properties has a setting; the last entry that it would stand behind, where it has none. `None` where the
/// path is none of a setting.
fn setting(text: &str, path: &Pointer) -> Option<(Span, bool)> {
    let key = path.last().filter(|_| path.len() == 1)?;
    if !key.starts_with("spark.") {
        return None;
    }
    let entries = properties(text);
    let own = entries.iter().rev().find(|entry| entry.key == *key);
    let own = own.map(|entry| (Span::new(entry.key_span.start, entry.value_span.end), true));
    let nearest = edit::neighbour(&entries, &key).or(entries.last());
    let nearest = nearest.map_or(Span::empty(text.len()), |entry| {
        Span::new(entry.key_span.start, entry.value_span.end)
    });
    Some(own.unwrap_or((nearest, false)))
}

/// Where in a document something stands that is looked for in an object, or in a text of it: at its own line, where each
/// line of the text is one of the document.
fn found(
    root: NodeRef<'_>,
    within: Option<&Pointer>,
    path: &Pointer,
    find: impl Fn(NodeRef<'_>) -> (Span, bool),
) -> (Span, bool) {
    let Some(held) = within.and_then(|within| root.at_pointer(within)) else {
        return find(root);
    };
    let held = held.resolved();
    if let Some((span, exact)) = setting(held.text(), path) {
        let lines = Nested::of(held);
        let outer = |lines: Nested| Span::new(lines.outer(span.start), lines.outer(span.end));
        return lines.map_or((held.span(), false), |lines| (outer(lines), exact));
    }
    let text = readable(held.text());
    let read = Stream::parse(&text).ok();
    let inner = read
        .as_ref()
        .and_then(|read| read.documents.iter().find_map(Document::root));
    let Some(inner) = inner else {
        return (held.span(), false);
    };
    let (span, exact) = find(inner);
    let Some(lines) = Nested::of(held) else {
        return (held.span(), exact);
    };
    let span = span.shifted(inner.document.offset);
    (
        Span::new(lines.outer(span.start), lines.outer(span.end)),
        exact,
    )
}
