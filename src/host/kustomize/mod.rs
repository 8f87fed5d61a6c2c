//! What a run changes, as patches of kustomize: where no program of ours runs, as in a `HelmRelease` of Flux.
//!
//! Patches are of RFC 6902: lists of CRDs have no keys that a strategic merge could go by.

mod operations;
mod target;

use crate::guard::{Change, Op};
use crate::manifest::Object;
use crate::render::RenderError;
use crate::report::Report;
use crate::yaml::{NodeRef, Pointer, flow_text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use target::{Target, Targets};

/// Where patches go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `spec.postRenderers` of a `HelmRelease` of Flux, which patches what its chart renders.
    HelmRelease,
    /// A component, which a kustomization takes in by `components:`.
    Component,
}

/// What a run changes, for kustomize.
#[derive(Debug)]
pub struct Export {
    policy: String,
    patches: Vec<Patch>,
    /// What no patch says.
    pub left: Vec<Left>,
}

/// The same for some objects.
#[derive(Debug)]
struct Patch {
    target: Target,
    /// Operations, one a line.
    lines: Vec<String>,
}

/// A change that no patch says.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    object: String,
    path: Pointer,
    rule: String,
    why: &'static str,
}

impl Export {
    /// The changes of a report, but for those of rules that write digests.
    ///
    /// # Errors
    /// The patch of an object does not come out as planned: a bug.
    pub fn of(report: &Report<'_>, digests: &BTreeSet<&str>) -> Result<Self, RenderError> {
        let targets = Targets::of(report.objects);
        let mut export = Self {
            policy: report.policy.join(", "),
            patches: Vec::new(),
            left: Vec::new(),
        };
        let mut known = BTreeMap::new();
        for own in report.changes.chunk_by(|a, b| a.object == b.object) {
            let object = &report.objects[own[0].object];
            let node = report.stream.documents[object.document].node(object.node);
            let nameless = targets.why_nameless(object, node);
            let mut said = Vec::new();
            for change in own {
                let is_digest = digests.contains(&*change.done.rule.id);
                match nameless.or_else(|| why_left(object, change, is_digest)) {
                    Some(why) => export.left.push(Left::new(object, change, why)),
                    None => said.push(change),
                }
            }
            if !said.is_empty() {
                let lines = operations::of(object, node.to_value(), &said)?;
                export.add(targets.of_object(object), lines, &mut known);
            }
        }
        Ok(export)
    }

    /// Objects that only differ in their names, and get the same operations, share a patch.
    fn add(
        &mut self,
        target: Target,
        lines: Vec<String>,
        known: &mut BTreeMap<(Target, Vec<String>), usize>,
    ) {
        let key = (target.of_any_name(), lines.clone());
        let at = *known.entry(key).or_insert(self.patches.len());
        match self.patches.get_mut(at) {
            Some(patch) => patch.target.join(target),
            None => self.patches.push(Patch { target, lines }),
        }
    }

    /// The file, with what no patch says in a comment above.
    pub fn text(&self, form: Form) -> String {
        let (head, indent) = match form {
            Form::Component => (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
                "",
            ),
            Form::HelmRelease => ("spec:\n  postRenderers:\n  - kustomize:\n", "      "),
        };
        self.comment() + head + &self.list(indent)
    }

    fn comment(&self) -> String {
        let mut out = format!(
            "# What {} makes of one rendering. Export again when the chart or its values change.\n",
            self.policy
        );
        if !self.left.is_empty() {
            out.push_str("# No patch says:\n");
        }
        for left in &self.left {
            let _ = writeln!(out, "# - {}", left.line());
        }
        out
    }

    fn list(&self, indent: &str) -> String {
        if self.patches.is_empty() {
            return format!("{indent}patches: []\n");
        }
        let mut out = format!("{indent}patches:\n");
        for patch in &self.patches {
            let _ = writeln!(out, "{indent}- target:");
            for (key, value) in patch.target.fields() {
                let value = flow_text(&Value::String(value));
                let _ = writeln!(out, "{indent}    {key}: {value}");
            }
            let _ = writeln!(out, "{indent}  patch: |-");
            for line in &patch.lines {
                let _ = writeln!(out, "{indent}    {line}");
            }
        }
        out
    }
}

impl Left {
    fn new(object: &Object<'_>, change: &Change, why: &'static str) -> Self {
        Self {
            object: object.to_string(),
            path: change.done.path.clone(),
            rule: change.done.rule.id.clone(),
            why,
        }
    }

    /// For a comment: names of a stream may hold line breaks.
    fn line(&self) -> String {
        let line = format!(
            "{} {} ({}): {}",
            self.object, self.path, self.rule, self.why
        );
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        line.replace(breaks, "\u{fffd}")
    }
}

/// Why a patch does not say a change.
fn why_left(object: &Object<'_>, change: &Change, is_digest: bool) -> Option<&'static str> {
    let done = &change.done;
    if is_digest {
        return Some(
            "a digest is of this rendering only, and would stay when what it stands for changes",
        );
    }
    if object.kind == "Secret"
        && done
            .path
            .segments()
            .next()
            .is_some_and(|key| key.ends_with("ata") && key != "metadata")
    {
        return Some("data of a Secret would stand in the patch");
    }
    let before = done.before.as_ref().filter(|_| done.op == Op::Replace);
    let is_text = before.is_some_and(|before| {
        before
            .value()
            .as_str()
            .is_some_and(|text| text.contains('\n'))
    });
    is_text.then_some("it is a part of a longer text, which a patch can only replace as a whole")
}

/// `metadata.name`, where there is one.
fn name_of(node: NodeRef<'_>) -> Option<&str> {
    Some(node.get("metadata")?.get("name")?.text())
}
