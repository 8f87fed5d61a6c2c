//! What a run changes, as patches of kustomize: where no program of ours runs, as in a `HelmRelease` of Flux.
//!
//! Patches are of RFC 6902: lists of CRDs have no keys that a strategic merge could go by.

mod difference;
mod left;
mod target;

use crate::guard::Change;
use crate::manifest::Object;
use crate::render::RenderError;
use crate::report::Report;
use crate::yaml::{NodeRef, Pointer, flow_text};
use left::Why;
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
    /// What no patch says, and of which objects, by their places in the stream.
    left: BTreeMap<Left, BTreeSet<(usize, String)>>,
}

/// The same for some objects.
#[derive(Debug)]
struct Patch {
    target: Target,
    /// Operations, one a line.
    lines: Vec<String>,
}

/// Changes that no patch says, of some objects, for the same reason.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    path: Pointer,
    rule: String,
    why: Why,
}

impl Export {
    /// The changes of a report, but for those of rules that are right for one rendering only, given by their ids.
    ///
    /// # Errors
    /// The patch of an object does not come out as planned: a bug.
    pub fn of(report: &Report<'_>, of_rendering: &BTreeSet<&str>) -> Result<Self, RenderError> {
        let targets = Targets::of(report.objects);
        let environment = report.environment.map(|name| format!(" for {name}"));
        let mut export = Self {
            policy: report.policy.join(", ") + &environment.unwrap_or_default(),
            patches: Vec::new(),
            left: BTreeMap::new(),
        };
        let mut known = BTreeMap::new();
        for own in report.changes.chunk_by(|a, b| a.object == b.object) {
            let object = &report.objects[own[0].object];
            let node = report.stream.documents[object.document].node(object.node);
            if let Some(why) = left::of_object(object, node, &targets) {
                for change in own {
                    export.leave(object, change, why);
                }
                continue;
            }
            let why = |change: &Change| {
                left::of_change(change, of_rendering.contains(&*change.done.rule.id))
            };
            let bug = |what| bug(object, what);
            let before = node.to_value();
            let (after, left) = left::without(&before, own, why).map_err(bug)?;
            let lines = difference::lines(before, after).map_err(bug)?;
            let (lines, left) = lines.map_or_else(
                || {
                    (
                        Vec::new(),
                        own.iter().map(|change| (change, left::TELLS)).collect(),
                    )
                },
                |lines| (lines, left),
            );
            for (change, why) in left {
                export.leave(object, change, why);
            }
            if !lines.is_empty() {
                export.add(targets.of_object(object), lines, &mut known);
            }
        }
        Ok(export)
    }

    /// How many changes no patch says.
    pub fn left(&self) -> usize {
        self.left.values().map(BTreeSet::len).sum()
    }

    fn leave(&mut self, object: &Object<'_>, change: &Change, why: Why) {
        let left = Left {
            path: change
                .done
                .within
                .as_ref()
                .unwrap_or(&change.done.path)
                .clone(),
            rule: change.done.rule.id.clone(),
            why,
        };
        let namespace = object.namespace.map(|name| format!(" in {name}"));
        let name = format!("{object}{}", namespace.unwrap_or_default());
        self.left
            .entry(left)
            .or_default()
            .insert((object.index, name));
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
        for (left, objects) in &self.left {
            let objects: Vec<_> = objects.iter().map(|(_, name)| name.as_str()).collect();
            let Left { path, rule, why } = left;
            let line = format!("{path} ({rule}) of {}: {why}", objects.join(", "));
            // Names of a stream may hold line breaks.
            let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
            let _ = writeln!(out, "# - {}", line.replace(breaks, "\u{fffd}"));
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

/// An internal error, of an object.
fn bug(object: &Object<'_>, what: String) -> RenderError {
    RenderError::Bug {
        document: object.document + 1,
        objects: format!("`{object}`"),
        what,
    }
}

/// `metadata.name`, where there is one.
fn name_of(node: NodeRef<'_>) -> Option<&str> {
    Some(node.get("metadata")?.get("name")?.text())
}
