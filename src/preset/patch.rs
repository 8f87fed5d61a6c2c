//! RFC 6902 operations of a rule.

use super::body::Body;
use super::scope::Scope;
use super::{Draft, Origin, PolicyError, Root, Shape};
use crate::text::hint;
use crate::yaml::Pointer;
use std::fmt;

/// One operation. Pointers start at the rule's root.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchStep {
    /// Where it is written.
    pub origin: Origin,
    /// What it does.
    pub op: PatchOp,
    /// Where.
    pub path: Pointer,
    /// Where from; there for `move` and `copy` only.
    pub from: Option<Pointer>,
    /// The value; there for `add`, `replace` and `test` only.
    pub value: Option<Body>,
}

/// The operations of RFC 6902.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchOp {
    /// Add a value.
    Add,
    /// Remove what is there.
    Remove,
    /// Replace what is there.
    Replace,
    /// Move a value.
    Move,
    /// Copy a value.
    Copy,
    /// Go on only where this is there; the rule does not apply elsewhere.
    Test,
}

const OPS: &[(&str, PatchOp)] = &[
    ("add", PatchOp::Add),
    ("remove", PatchOp::Remove),
    ("replace", PatchOp::Replace),
    ("move", PatchOp::Move),
    ("copy", PatchOp::Copy),
    ("test", PatchOp::Test),
];
const FIELDS: &[&str] = &["op", "path", "from", "value"];

impl fmt::Display for PatchOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = OPS.iter().find(|(_, op)| op == self);
        f.write_str(row.map_or("", |(word, _)| word))
    }
}

impl Scope<'_> {
    /// The operations of a rule `on` that root.
    pub(super) fn patch(&self, draft: &Draft, on: Root) -> Result<Vec<PatchStep>, PolicyError> {
        match &draft.shape {
            Shape::List(steps) if !steps.is_empty() => {
                steps.iter().map(|step| self.step(step, on)).collect()
            }
            _ => {
                let message = format!("expected a list of operations, found {}", draft.describe());
                Err(self.at(draft.span).error(message))
            }
        }
    }

    fn step(&self, draft: &Draft, on: Root) -> Result<PatchStep, PolicyError> {
        let Shape::Map(entries) = &draft.shape else {
            let message = format!("expected mapping, found {}", draft.describe());
            return Err(self.at(draft.span).error(message));
        };
        if let Some((key, _)) = entries
            .iter()
            .find(|(key, _)| !FIELDS.contains(&key.value.as_str()))
        {
            let error = self
                .at(key.span)
                .error(format!("unknown field `{}`", key.value));
            return Err(error.help(hint(&key.value, FIELDS)));
        }
        let field = |name: &str| {
            let found = entries.iter().find(|(key, _)| key.value == name);
            found.map(|(_, value)| value)
        };
        let needed = |name: &str| {
            let message = || format!("the field `{name}` is missing");
            field(name).ok_or_else(|| self.at(draft.span).error(message()))
        };
        let op = self.word(needed("op")?, OPS)?;
        let moves = matches!(op, PatchOp::Move | PatchOp::Copy);
        let writes = matches!(op, PatchOp::Add | PatchOp::Replace | PatchOp::Test);
        for (name, wanted) in [("from", moves), ("value", writes)] {
            if let Some(extra) = field(name).filter(|_| !wanted) {
                let message = format!("this operation has no `{name}`");
                return Err(self.at(extra.span).error(message));
            }
        }
        let from = moves.then(|| self.pointer(needed("from")?));
        let value = writes.then(|| self.body(needed("value")?, on));
        Ok(PatchStep {
            origin: self.at(draft.span),
            op,
            path: self.pointer(needed("path")?)?,
            from: from.transpose()?,
            value: value.transpose()?,
        })
    }

    fn pointer(&self, draft: &Draft) -> Result<Pointer, PolicyError> {
        let plain = self.plain(draft)?;
        let parsed = Pointer::parse(plain.text("a JSON pointer")?);
        parsed.map_err(|error| plain.error(error.to_string()))
    }
}
