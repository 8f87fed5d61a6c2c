//! `deploy/admission`: what lacks the mark does not go unseen.

use super::server::places;
use super::{example, fixtures, repository};

#[test]
fn a_workload_without_the_mark_is_warned_of_or_denied() {
    let label = |action: &str| format!("sparkk8s.io/require-marker={action}");
    let Some([warned, _]) = places("marker-warn", &[&label("warn")]) else {
        return;
    };
    let Some(denied) = places("marker-deny", &[&label("deny")]) else {
        return;
    };
    warned
        .kubectl(&[
            "apply",
            "--filename",
            &repository("deploy/admission/require-marker.yaml"),
        ])
        .done();
    let bare = [
        "create",
        "deployment",
        "bare",
        "--image",
        "spark",
        "--dry-run=server",
    ];
    // The server needs a moment until it knows the policy.
    let told = |place: &super::server::Place, what: &str| {
        (0..300).any(|_| place.kubectl(&bare).err.contains(what))
    };
    // The page shows what is said.
    let page = fixtures::read(repository("docs/en/admission.md").as_ref());
    let mut lines = page.lines();
    let why = lines.find(|line| line.starts_with("Deployment/bare did not go through"));
    let why = why.expect("a line of the page");
    assert!(told(&warned, why), "nobody is warned");
    assert_eq!(warned.kubectl(&bare).code, Some(0));
    let path = example("history-server");
    for place in denied {
        assert!(told(&place, why), "nothing is denied");
        assert_ne!(place.kubectl(&bare).code, Some(0));
        // Jobs, which the preset leaves alone, and Helm's hooks are none of its business.
        let seen = place.helm(&["install", "bare", &path]);
        assert_eq!(seen.code, Some(1), "{}", seen.err);
        assert!(
            seen.err
                .contains("Deployment/bare-history did not go through"),
            "{}",
            seen.err
        );
        place.guarded(&["install", "spark", &path], &[]).done();
    }
}
