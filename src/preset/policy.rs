//! A policy: what a run applies. Every value in it remembers where it came from.

use super::model::Severity;
use super::{Body, Glob, Origin, ResolvedCheck, ResolvedRule, Setting};

/// Presets, overlays and flags, resolved. It holds no parameter, no `when` and no `use` any more.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The presets that take part, each after those that it uses.
    pub presets: Vec<PolicyPreset>,
    /// The rules, in the order of their presets and files.
    pub rules: Vec<ResolvedRule>,
    /// The checks that are switched on, one an id.
    pub checks: Vec<ResolvedCheck>,
    /// What overlays say of severities, in their order: the last that matches counts. See [`Policy::severity`].
    pub severities: Vec<SeverityChange>,
    /// What every parameter was worth, for `presets show`, reports and locks.
    pub parameters: Vec<ResolvedParameter>,
}

/// A preset of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyPreset {
    /// Its name.
    pub name: String,
    /// Its version, `major.minor.patch`.
    pub version: String,
    /// What it is for.
    pub summary: String,
    /// The whole file.
    pub origin: Origin,
    /// Whether somebody chose it by name; else another preset uses it.
    pub is_chosen: bool,
}

/// A severity that an overlay sets.
#[derive(Clone, Debug, PartialEq)]
pub struct SeverityChange {
    /// Ids of findings: `<preset>/<rule>`, or those of checks.
    pub glob: Glob,
    /// The severity.
    pub severity: Severity,
    /// Where it is written.
    pub origin: Origin,
}

/// A parameter and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedParameter {
    /// The preset that declares it.
    pub preset: String,
    /// Its name there.
    pub name: String,
    /// Its value, and who set it.
    pub setting: Setting,
    /// What it decides.
    pub summary: String,
}

impl Policy {
    /// The severity of a finding with this id that its rule or check gives as `declared`.
    pub fn severity(&self, id: &str, declared: Severity) -> Severity {
        let mut changes = self.severities.iter().rev();
        let change = changes.find(|change| change.glob.matches(id));
        change.map_or(declared, |change| change.severity)
    }

    /// The chosen presets as `name@version`, with commas: what `{$policy: true}` stands for.
    pub fn mark(&self) -> String {
        let chosen = self.presets.iter().filter(|preset| preset.is_chosen);
        let names = chosen.map(|preset| format!("{}@{}", preset.name, preset.version));
        names.collect::<Vec<_>>().join(",")
    }

    /// The bodies that rules write, for whoever walks through all values.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        use super::Verb;
        self.rules.iter().flat_map(|rule| {
            let verb = match &rule.verb {
                Verb::Default(body) | Verb::Enforce(body) | Verb::Include(body) => Some(body),
                Verb::Forbid(_) | Verb::Require(_) | Verb::Patch(_) => None,
            };
            verb.into_iter().chain(&rule.pod)
        })
    }
}
