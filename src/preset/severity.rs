//! What overlays may do to severities: raise all, lower what is open.

use super::check::finding_ids;
use super::model::{Open, Severity};
use super::policy::SeverityChange;
use super::{
    Glob, Known, Layer, Origin, Overlay, PolicyError, Preset, ResolvedCheck, ResolvedRule, builtin,
};
use crate::text::hint;

/// What the overlays ask for, as far as the presets let them.
pub(super) fn changes<'o>(
    overlays: impl Iterator<Item = &'o Overlay>,
    rules: &[ResolvedRule],
    checks: &[ResolvedCheck],
    known: &Known<'_>,
) -> Result<Vec<SeverityChange>, PolicyError> {
    let mut changes = Vec::new();
    for overlay in overlays {
        for (id, severity) in &overlay.written.spec.severity.0 {
            let origin = overlay.file.at(id.span);
            let glob = Glob::new(&id.value).map_err(|error| origin.error(error.to_string()))?;
            let change = SeverityChange {
                glob,
                severity: severity.value,
                origin: overlay.file.at(severity.span),
            };
            let mut is_met = false;
            for graded in graded(rules, checks, &change.glob, known) {
                is_met = true;
                graded.judge(&change)?;
            }
            if !is_met {
                let own = rules.iter().map(|rule| rule.id.clone()).collect();
                exists(&change.glob, &origin, own, known)?;
            }
            changes.push(change);
        }
    }
    Ok(changes)
}

/// Something that makes findings.
struct Graded<'a> {
    id: &'a str,
    severity: Severity,
    open: &'a [Open],
    origin: &'a Origin,
}

fn graded<'a>(
    rules: &'a [ResolvedRule],
    checks: &'a [ResolvedCheck],
    glob: &Glob,
    known: &Known<'_>,
) -> Vec<Graded<'a>> {
    let reports = |rule: &&ResolvedRule| rule.verb.reports();
    let rules = rules.iter().filter(reports);
    let rules = rules
        .filter(|rule| glob.matches(&rule.id))
        .map(|rule| Graded {
            id: &rule.id,
            severity: rule.severity,
            open: &rule.open,
            origin: &rule.origin,
        });
    let answers = |check: &&ResolvedCheck| {
        let mut specs = known.checks.iter().filter(|spec| spec.id == check.id);
        specs.any(|spec| spec.answers(glob))
    };
    let checks = checks.iter().filter(answers).map(|check| Graded {
        id: &check.id,
        severity: check.severity,
        open: &check.open,
        origin: &check.origin,
    });
    rules.chain(checks).collect()
}

impl Graded<'_> {
    fn judge(&self, change: &SeverityChange) -> Result<(), PolicyError> {
        if change.severity >= self.severity || self.open.contains(&Open::Severity) {
            return Ok(());
        }
        let message = format!(
            "`{}` is `{}` by {}, and no overlay may lower it to `{}`",
            self.id, self.severity, self.origin, change.severity
        );
        let help = "only what its preset marks `open: [severity]` can be lowered".to_owned();
        Err(change.origin.error(message).help(help))
    }
}

/// Overlays are written for any presets: an id that only other presets have is fine, a typing error is not. `ids` are
/// those of rules at hand.
pub(super) fn exists(
    glob: &Glob,
    origin: &Origin,
    mut ids: Vec<String>,
    known: &Known<'_>,
) -> Result<(), PolicyError> {
    ids.extend(finding_ids(known.checks).map(str::to_owned));
    ids.extend(known.checks.iter().map(|check| check.id.to_owned()));
    // Reading all presets takes longer than a short run has.
    if ids.iter().any(|id| glob.matches(id)) {
        return Ok(());
    }
    for builtin in builtin::BUILTINS.iter().filter(|b| b.is_preset()) {
        let preset = Preset::read(&builtin.file(), Layer::BuiltIn)?;
        let rules = &preset.written.spec.rules;
        let full = |id: &str| format!("{}/{id}", preset.name());
        ids.extend(rules.iter().map(|rule| full(&rule.id.value)));
    }
    if ids.iter().any(|id| glob.matches(id)) {
        return Ok(());
    }
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let near = crate::text::nearest(glob.text(), ids.iter().copied());
    let help = match near {
        Some(_) => hint(glob.text(), &ids),
        None => Some("ids are `<preset>/<rule>`, or those of checks".to_owned()),
    };
    let message = format!("no rule and no check has an id like `{}`", glob.text());
    Err(origin.error(message).help(help))
}
