//! A rule: what it is called, how grave it is, its page, and the function that judges.

use super::case::Case;
use super::said::Said;
use super::world::World;
use super::{launch, lifecycle, memory, network, observability, scaling, security};
use crate::check::Page;
use crate::preset::Severity;

/// One rule of the catalogue.
pub(super) struct Rule {
    /// Its number, as in `SK202`: what a user looks for on the web.
    pub(super) code: &'static str,
    /// How grave it is at most: what the preset says of the check counts where it is lower.
    pub(super) grade: Grade,
    /// What `explain` says; its `before` is found and its `after` is not, both whole streams.
    pub(super) page: Page,
    /// What it looks at.
    pub(super) judge: Judge,
}

/// What a rule looks at.
pub(super) enum Judge {
    /// One Spark process after the other.
    Process(fn(Case<'_>) -> Vec<Said>),
    /// The stream as a whole.
    Stream(for<'w> fn(&World<'w>) -> Vec<Said>),
}

/// How grave what a rule finds is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// Worth knowing.
    Info,
    /// Works, and hurts some day.
    Warning,
    /// An incident, sooner or later.
    High,
    /// It fails for certain.
    Error,
}

impl Grade {
    /// By the word that presets use.
    pub(super) fn named(word: &str) -> Self {
        match word {
            "error" => Self::Error,
            "high" => Self::High,
            "warning" => Self::Warning,
            _ => Self::Info,
        }
    }

    /// The severity of a finding, at most that of the check.
    pub(super) fn severity(self, most: Severity) -> Severity {
        let own = match self {
            Self::Info => Severity::Info,
            Self::Warning | Self::High => Severity::Warning,
            Self::Error => Severity::Error,
        };
        own.min(most)
    }
}

/// The rules of each family, by number.
pub(super) const FAMILIES: [(&str, &[&Rule]); 7] = [
    ("memory", memory::RULES),
    ("network", network::RULES),
    ("scaling", scaling::RULES),
    ("observability", observability::RULES),
    ("security", security::RULES),
    ("launch", launch::RULES),
    ("lifecycle", lifecycle::RULES),
];

/// All rules, by number.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flat_map(|(_, rules)| rules).copied()
}

/// The pages of all rules.
pub(in crate::check) fn pages() -> impl Iterator<Item = Page> {
    rules().map(|rule| rule.page)
}
