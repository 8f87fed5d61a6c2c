//! The numbers that OpenShift gives to a namespace, as its annotations spell them.

use crate::manifest::ObjectFacts;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

const USERS: &str = "openshift.io/sa.scc.uid-range";
const GROUPS: &str = "openshift.io/sa.scc.supplemental-groups";

/// Numbers from the first to the last, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: u32,
    last: u32,
}

impl Range {
    /// `1000650000/10000` (the first, and how many) or `1000650000-1000659999`, as OpenShift reads them.
    fn block(text: &str) -> Option<Self> {
        if let Some((first, size)) = text.split_once('/') {
            let first: u32 = first.parse().ok()?;
            let last = first.checked_add(size.parse::<u32>().ok()?.checked_sub(1)?)?;
            return Some(Self { first, last });
        }
        let (first, last) = text.split_once('-')?;
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last).then_some(Self { first, last })
    }

    /// Whether a value is a number among them.
    pub(super) fn holds(self, value: &Value) -> bool {
        let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
        id.is_some_and(|id| (self.first..=self.last).contains(&id))
    }
}

impl fmt::Display for Range {
    /// As OpenShift's own refusal shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", self.first, self.last)
    }
}

/// Which numbers a namespace may use, as far as anybody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    pub(super) users: Option<Range>,
    /// The one group that a pod's volumes may have: OpenShift takes the first number of the first block.
    pub(super) group: Option<u32>,
}

impl Ranges {
    /// By the texts of the two annotations. Where only the first is there, it stands for both.
    pub(super) fn of(users: Option<&str>, groups: Option<&str>) -> Self {
        let first = |text: &str| Some(Range::block(text.split(',').next()?)?.first);
        Self {
            users: users.and_then(Range::block),
            group: groups.or(users).and_then(first),
        }
    }

    /// These, and what they do not say from others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            users: self.users.or(other.users),
            group: self.group.or(other.group),
        }
    }
}

/// Whether a setting is one range, or nothing.
pub(super) fn is_range(text: &str) -> bool {
    text.is_empty() || Range::block(text).is_some()
}

/// Whether a setting is ranges behind commas, or nothing.
pub(super) fn are_ranges(text: &str) -> bool {
    text.is_empty() || text.split(',').all(|text| Range::block(text).is_some())
}

/// What the stream's namespaces say of themselves.
#[derive(Debug, Default)]
pub(in crate::check) struct Namespaces(BTreeMap<String, Ranges>);

impl Namespaces {
    /// Whether such objects have the annotations.
    pub(in crate::check) fn reads(kind: &str) -> bool {
        matches!(kind, "Namespace" | "Project")
    }

    /// Takes in one of them.
    pub(in crate::check) fn add(&mut self, object: &Value) {
        let annotation = |key: &str| object["metadata"]["annotations"][key].as_str();
        let ranges = Ranges::of(annotation(USERS), annotation(GROUPS));
        if ranges != Ranges::default() {
            let name = ObjectFacts::of(object).name.to_owned();
            self.0.insert(name, ranges);
        }
    }

    /// What is known of a namespace; nobody knows the one that is not written.
    pub(super) fn of(&self, namespace: Option<&str>) -> Ranges {
        let known = namespace.and_then(|name| self.0.get(name));
        known.copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ranges_are_read_as_openshift_reads_them() {
        let range = |first, last| Some(Range { first, last });
        for (text, read) in [
            ("1000650000/10000", range(1_000_650_000, 1_000_659_999)),
            ("1000650000-1000659999", range(1_000_650_000, 1_000_659_999)),
            ("5/1", range(5, 5)),
            ("4294967295/1", range(u32::MAX, u32::MAX)),
            ("", None),
            ("1000650000", None),
            ("1000650000/0", None),
            ("9-5", None),
            ("a/b", None),
            ("-5/3", None),
            ("1/2/3", None),
            ("4294967295/2", None),
        ] {
            assert_eq!(Range::block(text), read, "{text}");
        }
        assert!(are_ranges("1-2,5/2") && !are_ranges("1-2,") && !is_range("1-2,5/2"));
    }

    #[test]
    fn what_is_no_number_of_the_range_is_outside() {
        let range = Range::block("10/3").unwrap();
        for (value, inside) in [
            (json!(10), true),
            (json!(12), true),
            (json!(9), false),
            (json!(13), false),
            (json!(4_294_967_306_u64), false),
            (json!(-1), false),
            (json!("10"), false),
            (json!(10.0), false),
        ] {
            assert_eq!(range.holds(&value), inside, "{value}");
        }
    }

    #[test]
    fn the_group_is_the_first_number_of_the_first_block_or_of_the_users() {
        assert_eq!(Ranges::of(None, Some("7/9,1/2")).group, Some(7));
        assert_eq!(Ranges::of(Some("5-9"), None).group, Some(5));
        assert_eq!(Ranges::of(Some("none"), Some("")), Ranges::default());
    }
}
