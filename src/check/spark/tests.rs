//! What holds for every rule.

use super::rule::{FAMILIES, rules};
use super::testing::said;
use crate::text::current::assert_file;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[test]
fn every_rule_finds_its_own_example_and_lets_the_mended_one_pass() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let page = &rule.page;
        if said(page.id, page.before).is_empty() {
            wrong.push(format!(
                "{} {}: nothing is said of `before`",
                rule.code, page.id
            ));
        }
        for (place, message) in said(page.id, page.after) {
            wrong.push(format!(
                "{} {}: after: {place}: {message}",
                rule.code, page.id
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_number_and_an_id_of_its_own() {
    let codes: BTreeSet<_> = rules().map(|rule| rule.code).collect();
    let ids: BTreeSet<_> = rules().map(|rule| rule.page.id).collect();
    assert_eq!(codes.len(), rules().count());
    assert_eq!(ids.len(), rules().count());
    assert!(
        ids.iter()
            .all(|id| id.starts_with("spark/") || id.starts_with("memory/"))
    );
    let order: Vec<_> = rules().map(|rule| rule.code).collect();
    assert!(order.is_sorted(), "{order:?}");
}

/// Where and what each rule says of its own example, by family.
#[test]
fn messages() {
    for (family, rules) in FAMILIES {
        let mut told = String::new();
        for rule in rules {
            writeln!(told, "{} {}", rule.code, rule.page.id).unwrap();
            for (place, message) in said(rule.page.id, rule.page.before) {
                writeln!(told, "  {place}\n    {message}").unwrap();
            }
        }
        assert_file(&format!("src/check/spark/{family}/messages.txt"), &told);
    }
}
