//! Streams thrown together, in every manner of writing: what must hold for any of them.

mod dice;
mod objects;
mod patches;
mod pins;
mod properties;
mod scribe;
mod settings;
mod splices;

use super::lab::{self, Failed};
use super::{fixtures, support};
use dice::Dice;
use serde_json::Value;
use sparkk8s_post::preset::Policy;
use sparkk8s_post::yaml::Stream;

/// As many streams are tried.
const CASES: u64 = 10_000;

/// `SPARKK8S_TIMES` as many, for a longer search than each change needs.
fn times(cases: u64) -> u64 {
    let times = std::env::var("SPARKK8S_TIMES").ok();
    cases * times.and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// The stream of a case.
fn text(case: u64) -> String {
    let mut dice = Dice::new(case);
    let documents = objects::stream(&mut dice);
    scribe::stream(&documents, &mut dice)
}

/// The values of a stream as this program reads them; `None` where it refuses it.
fn values(text: &str) -> Option<Vec<Value>> {
    let stream = Stream::parse(text).ok()?;
    let roots = stream
        .documents
        .iter()
        .filter_map(sparkk8s_post::yaml::Document::root);
    Some(roots.map(sparkk8s_post::yaml::NodeRef::to_value).collect())
}

#[test]
fn without_a_rule_the_output_is_the_input() {
    let policy = lab::policy(&[lab::EMPTY], &[]);
    let mut unreadable = 0;
    for case in 0..CASES {
        let text = text(case);
        match lab::guard(&text, &policy) {
            Ok(guarded) => assert!(
                guarded.text == text,
                "case {case}:\n{text}\n---\n{}",
                guarded.text
            ),
            Err(Failed::Unreadable(_)) => unreadable += 1,
            Err(failed) => panic!("case {case}: {failed:?}\n{text}"),
        }
    }
    fixtures::say(&format!(
        "generated: {unreadable} of {CASES} cannot be read"
    ));
    assert!(unreadable < CASES / 20, "{unreadable} cannot be read");
}

#[test]
fn guarded_by_default() {
    guarded(&lab::policy(&["default"], &[]), CASES);
}

#[test]
fn guarded_by_restricted_and_scratch() {
    guarded(
        &lab::policy(
            &["restricted", "spark-scratch", "service-account-token"],
            &["resources.limits=true"],
        ),
        CASES,
    );
}

#[test]
fn guarded_by_restricted_with_enforcement() {
    let policy = lab::policy(&["restricted", "pod-security-enforce"], &[]);
    guarded(&policy, CASES / 4);
}

/// No bug, no panic; rendered twice it is the same; an independent reader reads the input and the reported changes.
fn guarded(policy: &Policy, cases: u64) {
    let cases = times(cases);
    let (mut changed, mut compared, mut wrong) = (0, 0, Vec::new());
    for case in 0..cases {
        match guard(policy, &text(case)) {
            Ok((was_changed, was_compared)) => {
                changed += u64::from(was_changed);
                compared += u64::from(was_compared);
            }
            Err(what) => wrong.push(format!("case {case}: {what}")),
        }
    }
    fixtures::say(&format!(
        "generated: {changed} of {cases} changed, {compared} compared by another reader"
    ));
    assert!(
        wrong.is_empty(),
        "{} wrong, first {}",
        wrong.len(),
        wrong[0]
    );
    assert!(changed * 2 > cases, "only {changed} changed");
    assert!(
        compared * 10 > changed * 6,
        "only {compared} of {changed} compared"
    );
}

/// Whether the text was changed, and whether another reader read it; or what is wrong.
fn guard(policy: &Policy, text: &str) -> Result<(bool, bool), String> {
    let once = match lab::guard(text, policy) {
        Ok(guarded) => guarded,
        Err(Failed::Unreadable(_)) => return Ok((false, false)),
        Err(failed) => return Err(format!("{failed:?}\n{text}")),
    };
    let seen = || format!("\n{text}\n=== becomes\n{}", once.text);
    let twice = lab::guard(&once.text, policy).map_err(|e| format!("{e:?}{}", seen()))?;
    if twice.text != once.text {
        return Err(format!("{}\n=== and then\n{}", seen(), twice.text));
    }
    if once.text == text {
        return Ok((false, false));
    }
    let compared = compared(text, &once).map_err(|e| format!("{e}{}", seen()))?;
    Ok((true, compared))
}

/// Whether another reader could be asked; what it reads must be what was planned.
fn compared(text: &str, guarded: &lab::Guarded) -> Result<bool, String> {
    let (Ok(before), Some(ours)) = (fixtures::yaml(text), values(text)) else {
        return Ok(false);
    };
    let before = without_null(before);
    if !same(&before, &without_null(ours)) {
        return Ok(false);
    }
    let after = fixtures::yaml(&guarded.text)?;
    let mut planned = fixtures::objects(before);
    // The report counts objects only.
    let is_object = |value: &Value| {
        let filled = |field: &str| value[field].as_str().is_some_and(|text| !text.is_empty());
        filled("kind") && filled("apiVersion")
    };
    if !planned.iter().all(is_object) {
        return Ok(false);
    }
    super::corpus::apply(&mut planned, &guarded.report, "generated");
    let mut after = fixtures::objects(without_null(after));
    super::corpus::open(&mut after, &guarded.report);
    if same(&planned, &after) {
        Ok(true)
    } else {
        Err("another reader reads something else".into())
    }
}

fn without_null(documents: Vec<Value>) -> Vec<Value> {
    documents.into_iter().filter(|d| !d.is_null()).collect()
}

fn same(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| support::same(a, b))
}
