//! A long stream is divided among threads, and nobody can tell.

use super::lab::policy;
use sparkk8s_post::guard::{Change, Finding, Severity};
use sparkk8s_post::manifest::objects;
use sparkk8s_post::preset::{Policy, tables};
use sparkk8s_post::render::{Restart, Setup, render};
use sparkk8s_post::text::Edit;
use sparkk8s_post::threads::Threads;
use sparkk8s_post::yaml::Stream;
use std::num::NonZeroUsize;

const DEMO: &str = include_str!("../../examples/demo.yaml");
/// Two rules that want different things of a Namespace.
const AT_ODDS: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: at-odds, version: 1.0.0}
spec:
  summary: s
  where: {kinds: [Namespace]}
  rules:
    - {id: one, on: object, enforce: {metadata: {labels: {team: one}}}, because: b}
    - {id: two, on: object, enforce: {metadata: {labels: {team: two}}}, because: b}
";

fn many() -> Threads {
    Threads::up_to(NonZeroUsize::new(4).unwrap())
}

/// The demo so often that each thread has something to do, with other documents in some places.
fn long(others: &[(usize, String)]) -> String {
    let demo = DEMO.trim_start_matches("---\n").trim_end();
    let mut documents = vec![demo; (512 << 10) / demo.len()];
    for (at, other) in others {
        documents[*at] = other;
    }
    documents.join("\n---\n")
}

type Outcome = (Vec<Edit>, Vec<Change>, Vec<Finding>, Vec<Restart>);

fn outcome(text: &str, policy: &Policy, threads: Threads) -> Result<Outcome, String> {
    let stream = Stream::parse_on(threads, text).map_err(|error| format!("{error:?}"))?;
    let (objects, strangers) = objects(&stream);
    let setup = Setup {
        policy,
        waivers: &[],
        tables: tables(),
        secret_key: None,
        images: None,
        observe: None,
        least: Severity::Info,
        threads,
    };
    let rendered = render(&stream, (&objects, &strangers), setup);
    let rendered = rendered.map_err(|error| error.to_string())?;
    let edits = rendered.edits.edits().to_vec();
    Ok((
        edits,
        rendered.changes,
        rendered.findings,
        rendered.restarts,
    ))
}

#[test]
fn the_result_is_that_of_one_thread() {
    for preset in ["default", "restricted"] {
        let (text, policy) = (long(&[]), policy(&[preset], &[]));
        let one = outcome(&text, &policy, Threads::ONE).unwrap();
        let (edits, changes, findings, restarts) = &one;
        let least = [edits.len(), changes.len(), findings.len(), restarts.len()];
        assert!(least.iter().all(|found| *found > 40), "{least:?}");
        assert!(one == outcome(&text, &policy, many()).unwrap());
    }
}

#[test]
fn of_several_errors_the_first_is_said() {
    let policy = policy(&["default", AT_ODDS], &[]);
    let unreadable = |at: usize| (at, format!("a: [{at}"));
    let at_odds = |at: usize| {
        (
            at,
            format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: n{at}}}"),
        )
    };
    for others in [
        [unreadable(1), unreadable(40)],
        [unreadable(20), unreadable(40)],
        [at_odds(1), at_odds(40)],
        [at_odds(20), at_odds(40)],
    ] {
        let text = long(&others);
        let one = outcome(&text, &policy, Threads::ONE).unwrap_err();
        assert_eq!(one, outcome(&text, &policy, many()).unwrap_err());
        assert_ne!(
            one,
            outcome(&long(&others[1..]), &policy, many()).unwrap_err()
        );
    }
}
