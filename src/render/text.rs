//! Pod templates in texts: a document of its own, guarded as any other, whose edits are edits of its parent.

use super::proof::{self, Retold};
use super::{RenderError, Setup};
use crate::check::{self, Checks};
use crate::guard::{self, Change, Finding, Subject, Waivers};
use crate::manifest::template::{Template, readable};
use crate::manifest::{Facts, Object};
use crate::text::{Conflict, Edit, EditSet};
use crate::yaml::{Nested, NodeRef, Pointer, Stream};
use serde_json::Value;

/// What guards texts.
#[derive(Clone, Copy)]
pub(super) struct Texts<'t> {
    pub(super) setup: Setup<'t>,
    pub(super) waivers: &'t Waivers<'t>,
    pub(super) facts: &'t Facts,
}

/// A text of an object, guarded.
pub(super) struct Guarded {
    /// Where it stands in its object.
    path: Pointer,
    before: String,
    /// The text afterwards.
    text: String,
    /// What makes it of the text before.
    edits: Vec<Edit>,
    pub(super) changes: Vec<Change>,
    pub(super) findings: Vec<Finding>,
}

impl Guarded {
    /// Puts the text into its object; false where nothing was changed, or where a rule changed the text as a whole.
    pub(super) fn put(&self, object: &mut Value) -> bool {
        let held = object.pointer_mut(self.path.as_str());
        match held {
            Some(held) if !self.changes.is_empty() && *held == *self.before => {
                *held = self.text.as_str().into();
                true
            }
            _ => false,
        }
    }

    /// The same as a part of the object's document.
    pub(super) fn retold(self, object: &Object<'_>, node: NodeRef<'_>) -> Retold {
        let lines = node.at_pointer(&self.path).and_then(Nested::of);
        Retold {
            at: object.pointer.join(&self.path),
            text: self.text,
            edits: lines.map(|lines| self.edits.iter().map(|edit| lines.edit(edit)).collect()),
        }
    }
}

impl Texts<'_> {
    /// Guards the text of a template; `None` where nothing is written into it.
    pub(super) fn guard(
        self,
        (object, node): (&Object<'_>, NodeRef<'_>),
        template: &Template,
        checks: Option<&Checks<'_>>,
    ) -> Result<Option<Guarded>, RenderError> {
        let Setup { policy, tables, .. } = self.setup;
        let held = node.at_pointer(&template.path).map(NodeRef::resolved);
        let held = held.filter(|_| template.cannot.is_none());
        let place = tables.places.template(template.whose);
        let Some((text, place)) = held.map(NodeRef::text).zip(place) else {
            return Ok(None);
        };
        let read = readable(text);
        let stream = Stream::parse(&read).ok();
        let mut documents = stream.iter().flat_map(|stream| &stream.documents);
        let Some((document, root)) = documents.find_map(|d| Some((d, d.root()?))) else {
            return Ok(None);
        };
        let inner = Object {
            document: 0,
            node: root.id,
            above: None,
            pointer: Pointer::root(),
            ..object.clone()
        };
        let subject = Subject {
            object: &inner,
            node: root,
            place: Some(place),
            within: Some(&template.path),
        };
        let context = self.setup.context(self.facts);
        let mut outcome = guard::run(policy, self.waivers, context, subject, root.to_value())?;
        let mut findings: Vec<_> = outcome.findings.drain(..).collect();
        if let (Some(checks), Some(stream)) = (checks, &stream) {
            let own = std::slice::from_ref(&inner);
            findings = checks.judge(context, subject, &outcome, findings);
            findings.extend(check::duplicate_keys(stream, own, " of the text"));
        }
        for finding in &mut findings {
            place_within(finding, object, template);
        }
        let changes = std::mem::take(&mut outcome.changes);
        let own = std::slice::from_ref(&inner);
        let values = [(&inner, outcome.value)];
        // Most texts of a stream that was guarded before need nothing: there is nothing to prove.
        let edits = if changes.is_empty() {
            Vec::new()
        } else {
            proof::edit(document, own, &changes, &values, &[])?
        };
        let fail = |conflict: Conflict| super::bug(object.document + 1, &[], conflict.to_string());
        let edited = EditSet::new(edits.clone()).map_err(fail)?.apply(text);
        let within = |change: Change| change.within(&template.path);
        Ok(Some(Guarded {
            path: template.path.clone(),
            before: text.to_owned(),
            text: edited,
            edits,
            changes: changes.into_iter().map(within).collect(),
            findings,
        }))
    }
}

/// Makes a finding one about a text of its object.
fn place_within(finding: &mut Finding, object: &Object<'_>, template: &Template) {
    finding.within = Some(template.path.clone());
    // What it quotes may be the Secret's.
    if object.kind == "Secret" {
        let id = &finding.id;
        finding.message =
            format!("a pod in a text does not pass `{id}`, and what a Secret holds is not shown");
    }
}
