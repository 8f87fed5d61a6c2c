//! The project's `vary`: from what is written to what is compared with.

use super::Failure;
use crate::guard::Severity;
use crate::manifest::Quantity;
use crate::manifest::meaning::Paths;
use crate::pin::lock::{Comparison, Vary};
use crate::preset::{Draft, Origin, PolicyError, Project, Shape, VaryFile};
use crate::report::Message;
use crate::text::Glob;
use crate::yaml::Spanned;
use serde_json::Value;

/// All sanctions of a project.
pub(super) struct Sanctions {
    pub(super) vary: Vec<Vary>,
    /// Why, with the line.
    pub(super) reasons: Vec<String>,
}

/// Reads them.
pub(super) fn all(project: &Project) -> Result<Sanctions, Failure> {
    let fail = |error: PolicyError| super::super::policy::failure(&error);
    let mut sanctions = Sanctions {
        vary: Vec::new(),
        reasons: Vec::new(),
    };
    for written in &project.written.spec.vary {
        let vary = one(project, written).map_err(fail)?;
        sanctions
            .reasons
            .push(format!("{} ({})", written.reason.value, vary.origin));
        sanctions.vary.push(vary);
    }
    Ok(sanctions)
}

fn one(project: &Project, written: &VaryFile) -> Result<Vary, PolicyError> {
    let at = |text: &Spanned<String>| project.file.at(text.span);
    let glob = |text: &Spanned<String>| {
        Glob::new(&text.value).map_err(|bad| at(text).error(bad.to_string()))
    };
    let every = || Glob::new("*").map_err(|bad| at(&written.kind).error(bad.to_string()));
    if written.reason.value.trim().is_empty() {
        return Err(at(&written.reason).error("a reason must say why".to_owned()));
    }
    let paths = written
        .path
        .as_ref()
        .map(|path| Paths::parse(&path.value).map_err(|why| at(path).error(why)));
    let between = written
        .between
        .as_ref()
        .map(|drafts| between(project, written, drafts));
    let vary = Vary {
        kind: glob(&written.kind)?,
        name: written.name.as_ref().map_or_else(every, glob)?,
        paths: paths.transpose()?,
        between: between.transpose()?,
        tag: written.tag,
        origin: at(&written.kind).to_string(),
    };
    if vary.is_everything() {
        let help = "name a kind, a name or a place: what may all differ is not locked".to_owned();
        return Err(at(&written.kind)
            .error("this would let everything differ".to_owned())
            .help(help));
    }
    Ok(vary)
}

fn between(
    project: &Project,
    written: &VaryFile,
    drafts: &[Draft],
) -> Result<[Quantity; 2], PolicyError> {
    let amount = |draft: &Draft| {
        let origin: Origin = project.file.at(draft.span);
        let value = match &draft.shape {
            Shape::Number(number) => Value::Number(number.clone()),
            Shape::Text(text) => Value::from(text.as_str()),
            _ => {
                return Err(origin.error(format!("expected an amount, found {}", draft.describe())));
            }
        };
        Quantity::of(&value).map_err(|bad| origin.error(bad.to_string()))
    };
    let [least, most] = drafts else {
        let origin = project.file.at(written.kind.span);
        return Err(origin.error("`between` takes two amounts, the least and the most".to_owned()));
    };
    Ok([amount(least)?, amount(most)?])
}

impl Sanctions {
    /// Warnings of sanctions that nothing needs.
    pub(super) fn useless(&self, comparison: &Comparison) -> String {
        let mut out = String::new();
        for (vary, usage) in self.vary.iter().zip(&comparison.usage) {
            if usage.hides.get() {
                continue;
            }
            let message = if usage.selects.get() {
                "no difference is left that this sanctions"
            } else {
                "no object has what this sanctions to differ"
            };
            let message = format!("{}: {message}", vary.origin);
            let help = Some("take it out of `vary`".into());
            let warning = Message {
                severity: Severity::Warning,
                ..Message::error(message, None, help)
            };
            out += &warning.render();
        }
        out
    }
}
