//! A rule: what it is called, how grave it is, its page, and the function that judges.

use super::case::Case;
use super::said::Said;
use super::world::World;
use super::{
    ID, contradiction, launch, lifecycle, memory, network, observability, scaling, security,
};
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

impl Rule {
    /// The check that presets switch it on with: `spark`, or one of its own, which was there before.
    pub(super) fn check(&self) -> &'static str {
        match self.has_own_check() {
            true => self.page.id,
            false => ID,
        }
    }

    /// Whether presets switch it on by itself, and grade it as they like.
    pub(super) fn has_own_check(&self) -> bool {
        !self.page.id.starts_with("spark/")
    }
}

/// What a rule looks at.
pub(super) enum Judge {
    /// One Spark process after the other.
    Process(fn(Case<'_>) -> Vec<Said>),
    /// The stream as a whole, where anything in it runs Spark.
    Stream(for<'w> fn(&World<'w>) -> Vec<Said>),
    /// The texts of a stream, whatever else is in it.
    Texts(for<'w> fn(&World<'w>) -> Vec<Said>),
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

    /// The word that presets use.
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::High => "high",
            Self::Warning => "warning",
            Self::Info => "info",
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
pub(super) const FAMILIES: [(&str, &[&Rule]); 8] = [
    ("memory", memory::RULES),
    ("network", network::RULES),
    ("scaling", scaling::RULES),
    ("observability", observability::RULES),
    ("security", security::RULES),
    ("launch", launch::RULES),
    ("contradiction", contradiction::RULES),
    ("lifecycle", lifecycle::RULES),
];

/// All rules, by number.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flat_map(|(_, rules)| rules).copied()
}

/// Rules of the catalogue that checks of another kind judge, and the one that two numbers have.
const ELSEWHERE: [(&str, &str, Grade); 5] = [
    ("SK114", "memory/heap-exceeds-limit", Grade::High),
    ("SK501", "credentials", Grade::High),
    ("SK504", "namespace-enforces", Grade::High),
    ("SK505", "pod-security/hostPathVolumes", Grade::High),
    ("SK507", "openshift/runAsUser", Grade::Error),
];

/// A rule by its number.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    /// `SK112`.
    pub code: &'static str,
    /// The id of its findings.
    pub id: &'static str,
    /// `error`, `high`, `warning` or `info`.
    pub grade: &'static str,
    /// The family that its file is in; nothing where it is a check of its own.
    pub family: Option<&'static str>,
}

/// Every rule that has a number, in its order.
pub fn numbered() -> Vec<Numbered> {
    let numbered = |code, id, grade: Grade, family| Numbered {
        code,
        id,
        grade: grade.word(),
        family,
    };
    let own = FAMILIES.into_iter().flat_map(|(family, rules)| {
        let of = move |rule: &&Rule| numbered(rule.code, rule.page.id, rule.grade, Some(family));
        rules.iter().map(of)
    });
    let elsewhere = ELSEWHERE.into_iter();
    let elsewhere = elsewhere.map(|(code, id, grade)| numbered(code, id, grade, None));
    let mut all: Vec<_> = own.chain(elsewhere).collect();
    all.sort_by_key(|rule| rule.code);
    all
}

/// The check that switches on the rule with this id; nothing where no rule has it.
pub(in crate::check) fn check_of(id: &str) -> Option<&'static str> {
    let mut rules = rules();
    rules.find(|rule| rule.page.id == id).map(Rule::check)
}

/// Whether a check switches on any rule.
pub(in crate::check) fn is_switch(id: &str) -> bool {
    rules().any(|rule| rule.check() == id)
}

/// The checks that switch on one rule each.
pub(in crate::check) fn own_checks() -> impl Iterator<Item = &'static str> {
    let own = rules().filter(|rule| rule.has_own_check());
    own.map(|rule| rule.page.id)
}

/// The pages of all rules.
pub(in crate::check) fn pages() -> impl Iterator<Item = Page> {
    rules().map(|rule| rule.page)
}
