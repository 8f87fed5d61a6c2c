//! A policy: what a run applies. Every value in it remembers where it came from.

use super::model::{Root, Severity};
use super::{
    External, Glob, Named, Origin, OwnPlace, ResolvedCheck, ResolvedRule, Setting, Waiving, tables,
};
use crate::manifest::Tables;
use crate::manifest::reads::Random;
use std::sync::Arc;

/// Presets, overlays and flags, resolved. It holds no parameter, no `when` and no `use` any more.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The chosen presets as `name@version` in the order of choice, with commas: what `{$policy: true}` stands for.
    pub mark: String,
    /// The project that chose, by its name.
    pub project: Option<Named>,
    /// The environment of the project.
    pub environment: Option<Named>,
    /// What the project declares to come from elsewhere.
    pub externals: Vec<External>,
    /// Values that the project declares to be others at each render.
    pub random: Vec<Random>,
    /// The file that says what tags of images stand for.
    pub images: Option<Named>,
    /// The presets that take part, each after those that it uses.
    pub presets: Vec<PolicyPreset>,
    /// The kinds that presets add to those that hold pods.
    pub places: Vec<OwnPlace>,
    /// The tables with them; `None` where there are none.
    pub(super) own_tables: Option<Arc<Tables>>,
    /// The rules, in the order of their presets and files.
    pub rules: Vec<ResolvedRule>,
    /// The checks that are switched on, one an id.
    pub checks: Vec<ResolvedCheck>,
    /// What overlays say of severities, in their order: the last that matches counts. See [`Policy::severity`].
    pub severities: Vec<SeverityChange>,
    /// What is excepted from them, and who may except more.
    pub waiving: Waiving,
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
    /// The tables that hold under it.
    pub fn tables(&self) -> &Tables {
        self.own_tables.as_deref().unwrap_or_else(|| tables())
    }

    /// Whether any rule writes a digest of what pods read.
    pub fn pins(&self) -> bool {
        self.rules.iter().any(|rule| rule.verb.digest().is_some())
    }

    /// Whether any rule sets settings of Spark.
    pub fn sets(&self) -> bool {
        self.rules.iter().any(|rule| rule.on == Root::Settings)
    }

    /// Whether any rule asks how the parts of a stream find each other.
    pub fn needs(&self) -> bool {
        self.rules.iter().any(|rule| rule.verb.needs())
    }

    /// The severity of a finding with this id that its rule or check gives as `declared`.
    pub fn severity(&self, id: &str, declared: Severity) -> Severity {
        let change = self.severity_change(id);
        change.map_or(declared, |change| change.severity)
    }

    /// What an overlay has to say of the severity of a finding with this id.
    pub fn severity_change(&self, id: &str) -> Option<&SeverityChange> {
        let mut changes = self.severities.iter().rev();
        changes.find(|change| change.glob.matches(id))
    }
}
