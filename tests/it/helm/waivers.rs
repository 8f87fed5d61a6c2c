//! Waivers through Helm: what one lets through, what its last day changes, and who forbids all of them.

use super::{Helm, example, violation};
use std::fs;

const HEAD: &str =
    "apiVersion: sparkk8s.io/v1alpha1\nkind: Overlay\nmetadata: {name: test}\nspec:\n  waivers:";
const ENTRY: &str = "{rule: default/spark-host-pid, where: {kinds: [Deployment], names: [spark-history]}, \
                     reason: it watches its node, expires: 2027-01-31}";

/// Before the waiver's last day, and after it.
const BEFORE: [&str; 2] = ["--today", "2026-06-30"];
const AFTER: [&str; 2] = ["--today", "2027-02-01"];

/// The history server with `hostPID: true`, which its role may not have.
fn rendered(helm: &Helm, ours: &[&str]) -> super::Answer {
    let (path, values) = (example("history-server"), violation("history-server"));
    helm.guarded(&["template", "spark", &path, "-f", &values], ours)
}

/// An overlay with these waivers, at an absolute path: Helm 4 runs plugins elsewhere.
fn overlay(helm: &Helm, name: &str, waivers: &str) -> String {
    let path = helm.home.path().join(name);
    fs::write(&path, format!("{HEAD} {waivers}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_waiver_lets_a_release_through_and_its_last_day_changes_no_byte() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let seen = rendered(&helm, &BEFORE).refused();
        assert!(seen.contains("error[default/spark-host-pid]"), "{seen}");
        let one = overlay(&helm, "one.yaml", &format!("[{ENTRY}]"));
        let over = ["--overlay", &one];
        let before = rendered(&helm, &[over, BEFORE].concat()).done();
        assert!(before.contains("hostPID: true"), "{before}");
        let after = rendered(&helm, &[over, AFTER].concat()).done();
        assert_eq!(before, after, "{:?}", helm.version);
    }
}

#[test]
fn an_expired_waiver_that_is_refused_stops_helm_with_its_place() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let refuse = format!("{{expired: refuse, entries: [{ENTRY}]}}");
        let refuse = overlay(&helm, "refuse.yaml", &refuse);
        let over = ["--overlay", &refuse];
        rendered(&helm, &[over, BEFORE].concat()).done();
        let seen = rendered(&helm, &[over, AFTER].concat()).refused();
        for part in [
            "error[waiver-expired]",
            "refuse.yaml:5:",
            "is over since 2027-01-31",
            "error[default/spark-host-pid]",
        ] {
            assert!(seen.contains(part), "{:?} {part}\n{seen}", helm.version);
        }
    }
}

#[test]
fn whoever_forbids_waivers_forbids_those_of_files_and_of_the_command_line() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        let (one, forbid) = (
            overlay(&helm, "one.yaml", &format!("[{ENTRY}]")),
            overlay(&helm, "forbid.yaml", "forbid"),
        );
        let skip = "--skip=default/spark-host-pid=Deployment/spark-history: it watches its node";
        rendered(&helm, &[skip]).done();
        let by_hand = rendered(&helm, &["--overlay", &forbid, skip]).refused();
        let files = ["--overlay", &one, "--overlay", &forbid];
        let by_file = rendered(&helm, &[&files[..], &BEFORE].concat()).refused();
        for (seen, who) in [(by_hand, "--skip"), (by_file, "one.yaml:5:")] {
            assert!(seen.contains("waivers are forbidden at"), "{seen}");
            assert!(seen.contains("forbid.yaml:5:12"), "{seen}");
            assert!(seen.contains(who), "{:?} {who}\n{seen}", helm.version);
        }
    }
}
