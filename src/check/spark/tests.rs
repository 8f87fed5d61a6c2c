//! What holds for every rule.

use super::report::judged;
use super::rule::{FAMILIES, rules};
use super::testing::{said, seen_in};
use crate::preset::Severity;
use crate::spark::conf::Given;
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

/// Values of settings that stand in their streams as names and mounts, too, or in the words of a rule.
const ELSEWHERE: [&str; 5] = [
    "/scratch",
    "connect",
    "false",
    "k8s://https://kubernetes.default.svc",
    "spark",
];

/// The streams of the pages, every value of a setting or a variable as if it stood in a Secret.
#[test]
fn no_rule_tells_a_value_of_a_secret() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let (values, found) = seen_in(rule.page.before, |mut world| {
            let mut values = BTreeSet::new();
            for process in &mut world.processes {
                let settings = process.conf.iter().flat_map(|(_, entries)| entries);
                let all = settings.chain(process.conf.variables().map(|(_, entry)| entry));
                let all =
                    all.filter(|entry| !matches!(entry.given, Given::Field | Given::Operator));
                let texts = all.map(|entry| entry.text.clone());
                values.extend(texts.filter(|text| text.len() > 4 && !ELSEWHERE.contains(&&**text)));
                process.conf.hide();
            }
            (values, judged(&world, |_| Some(Severity::Error)))
        });
        for finding in found.iter().filter(|finding| finding.id == rule.page.id) {
            let parts = [
                Some(&finding.message),
                finding.because.as_ref(),
                finding.help.as_ref(),
            ];
            for part in parts.into_iter().flatten() {
                let told = values.iter().filter(|value| part.contains(value.as_str()));
                wrong.extend(told.map(|value| format!("{} `{value}`: {part}", rule.code)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
