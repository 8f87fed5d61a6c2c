//! A patch meets a later version of the chart.

use super::{DEPLOYMENT, built, component, objects, patched};
use crate::krm::kustomize::done;

/// What kustomize says of a later stream with the patches of the first.
#[track_caller]
fn refused(later: &str) {
    let export = component(DEPLOYMENT, &[]);
    assert!(patched(DEPLOYMENT, done(&export)).is_none_or(|objects| objects.len() == 1));
    assert_ne!(later, DEPLOYMENT);
    if let Some(ended) = built(later, Some(&export.stdout)) {
        assert_ne!(ended.code, Some(0), "{}", ended.stdout);
        assert!(ended.stderr.contains("test failed"), "{}", ended.stderr);
    }
}

#[test]
fn another_container_in_front_is_not_patched_by_mistake() {
    refused(&DEPLOYMENT.replace(
        "      - {name: main",
        "      - {name: first, image: 'b:1'}\n      - {name: main",
    ));
}

#[test]
fn what_the_chart_decides_now_is_not_overwritten() {
    refused(&format!(
        "{DEPLOYMENT}      securityContext: {{runAsUser: 7}}\n"
    ));
}

#[test]
fn annotations_of_others_stay() {
    let export = component(DEPLOYMENT, &[]);
    let later = DEPLOYMENT.replace("{name: a}", "{name: a, annotations: {team: data}}");
    let Some(objects) = patched(&later, done(&export)) else {
        return;
    };
    let annotations = &objects.values().next().unwrap()["metadata"]["annotations"];
    assert_eq!(annotations["team"], "data");
    assert_eq!(annotations["sparkk8s.io/policy"], "default@1.0.0");
}

#[test]
fn a_second_export_is_empty() {
    let export = component(DEPLOYMENT, &[]);
    let Some(ended) = built(DEPLOYMENT, Some(done(&export))) else {
        return;
    };
    let again = component(done(&ended), &[]);
    assert!(
        done(&again).ends_with("kind: Component\npatches: []\n"),
        "{}",
        again.stdout
    );
    assert!(
        built(&ended.stdout, Some(&again.stdout))
            .is_none_or(|ended| !objects(done(&ended)).is_empty())
    );
}
