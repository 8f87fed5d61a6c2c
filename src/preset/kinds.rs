//! The kinds of a user's own that hold pods: rows beside those of the built-in tables.

use super::graph::Graph;
use super::settle::Settings;
use super::{Known, Origin, PolicyError, tables};
use crate::manifest::{Place, Tables};
use crate::text::hint;
use crate::yaml::Spanned;
use std::sync::Arc;

/// A row that a preset adds.
#[derive(Clone, Debug)]
pub struct OwnPlace {
    /// The row.
    pub row: Place,
    /// Where it is written.
    pub origin: Origin,
}

/// Each kind has one row, and each row an id of its own.
pub(super) fn places(
    graph: &Graph,
    values: &[Option<Settings>],
    known: &Known<'_>,
) -> Result<Vec<OwnPlace>, PolicyError> {
    let mut own: Vec<OwnPlace> = Vec::new();
    for &node in graph.order.iter().filter(|&&node| values[node].is_some()) {
        let preset = &graph.nodes[node].preset;
        for Spanned { span, value } in &preset.written.spec.places {
            let origin = preset.file.at(*span);
            judge(value, &origin, &own, known)?;
            own.push(OwnPlace {
                row: value.clone(),
                origin,
            });
        }
    }
    Ok(own)
}

fn judge(
    row: &Place,
    origin: &Origin,
    own: &[OwnPlace],
    known: &Known<'_>,
) -> Result<(), PolicyError> {
    let says = |what: String| Err(origin.error(format!("the row `{}` {what}", row.id)));
    if let Some(missing) = row.lacks() {
        return says(format!("has nothing in `{missing}`"));
    }
    let tables = known.tables.unwrap_or(tables)();
    if let Some(role) = row.roles().find(|role| tables.roles.get(role).is_none()) {
        let message = format!("the row `{}`: there is no role `{role}`", row.id);
        return Err(origin
            .error(message)
            .help(hint(&role, &tables.role_names())));
    }
    let built_in = &tables.places;
    let same = own.iter().find(|other| other.row.id == row.id);
    if let Some(other) = same {
        return says(format!("is also at {}", other.origin.place()));
    }
    if built_in.has(&row.id) {
        return says("has the id of a built-in one".to_owned());
    }
    for (version, kind) in row.all() {
        let other = own.iter().find(|other| other.row.is_of(version, kind));
        let other = other
            .map(|other| format!("`{}` at {}", other.row.id, other.origin.place()))
            .or_else(|| {
                Some(format!(
                    "`{}`, which is built in",
                    built_in.of(version, kind)?.id
                ))
            });
        if let Some(other) = other {
            let message = format!(
                "the row `{}` is for `{kind}` of `{version}`, and so is {other}",
                row.id
            );
            let help = "a kind of one version has one row; leave it out here".to_owned();
            return Err(origin.error(message).help(help));
        }
    }
    Ok(())
}

/// The built-in tables with these rows; `None` where there are none.
pub(super) fn with(own: &[OwnPlace], known: &Known<'_>) -> Option<Arc<Tables>> {
    if own.is_empty() {
        return None;
    }
    let mut all = known.tables.unwrap_or(tables)().clone();
    all.places
        .places
        .extend(own.iter().map(|own| own.row.clone()));
    Some(Arc::new(all))
}
