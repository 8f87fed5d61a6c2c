//! How a policy can contradict itself.

use crate::preset::{ResolvedRule, RuleLabel};
use crate::yaml::Pointer;

/// The policy contradicts itself.
#[derive(Debug, thiserror::Error)]
pub enum PolicyConflict {
    /// Two rules of one layer want different values in one place.
    #[error(transparent)]
    Clash(Box<Clash>),
    /// A second run would change the result of the first.
    #[error(
        "the rules do not come to rest on `{object}`: run once more, {rules} would change it again"
    )]
    Restless {
        /// The object.
        object: String,
        /// The rules that would do more, each with its file and line.
        rules: String,
    },
}

/// Two rules of one layer, and where they meet.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{}` ({}) and `{}` ({}) want different values at `{place}` of `{object}`",
    rules[0].0, rules[0].1, rules[1].0, rules[1].1
)]
pub struct Clash {
    /// Each rule's id, and its file and line.
    pub rules: [(String, String); 2],
    /// Where they meet, inside the object.
    pub place: Pointer,
    /// The object.
    pub object: String,
}

impl PolicyConflict {
    /// Two rules want different values.
    pub(super) fn clash(rules: [&ResolvedRule; 2], place: Pointer, object: String) -> Self {
        let rules = rules.map(|rule| (rule.id.clone(), rule.origin.to_string()));
        Self::Clash(Box::new(Clash {
            rules,
            place,
            object,
        }))
    }

    /// Rules that would change an object again.
    pub(super) fn restless<'l>(rules: impl Iterator<Item = &'l RuleLabel>, object: String) -> Self {
        let mut rules: Vec<_> = rules
            .map(|rule| format!("`{}` ({})", rule.id, rule.origin))
            .collect();
        rules.dedup();
        let rules = rules.join(" and ");
        Self::Restless { object, rules }
    }
}
