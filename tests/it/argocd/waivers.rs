//! Waivers in Argo CD's plugin server: those of the sidecar's project, and none of an application's own.

use super::{EXAMPLES, Sidecar, fixtures, lab};
use serde_json::json;
use std::fs;

const CHART: &str = EXAMPLES[2];

/// A day, as seconds since 1970.
const BEFORE: u64 = 1_782_777_600;
const AFTER: u64 = 1_801_440_000;

const ENTRY: &str = "{rule: default/spark-host-pid, where: {kinds: [Deployment], names: [spark-history]}, \
                     reason: it watches its node, expires: 2027-01-31}";

impl Sidecar {
    /// The sidecar's project, with these waivers.
    fn waives(&self, waivers: &str) {
        let spec = "spec:\n  presets: [default]\n  environments: {dev: {}, prod: {}}\n  waivers:";
        let text = format!(
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {{name: platform}}\n{spec} {waivers}\n"
        );
        fs::write(self.path("etc/sparkk8s.yaml"), text).unwrap();
    }

    /// From now on it is that day.
    fn dates(&self, seconds: u64) {
        let program = env!("CARGO_BIN_EXE_sparkk8s-post");
        let script = format!("SOURCE_DATE_EPOCH={seconds} exec '{program}' \"$@\"");
        self.program("sparkk8s-post", &script);
    }

    /// The history server with `hostPID: true`, which its role may not have.
    fn violated(&self, more: &[serde_json::Value]) -> super::Answer {
        let values = json!({"name": "values-files", "array": ["values-violation.yaml"]});
        let dev = json!({"name": "environment", "string": "dev"});
        let all = [&[values, dev], more].concat();
        self.choose(CHART, &json!(all).to_string())
    }
}

#[test]
fn waivers_of_the_sidecars_project_count_until_they_are_refused() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    sidecar.dates(BEFORE);
    let seen = sidecar.violated(&[]);
    assert!(seen.refused().contains("error[default/spark-host-pid]"));
    sidecar.waives(&format!("[{ENTRY}]"));
    let before = sidecar.violated(&[]).objects();
    assert!(
        before
            .iter()
            .any(|o| o["spec"]["template"]["spec"]["hostPID"] == true)
    );
    sidecar.dates(AFTER);
    assert_eq!(sidecar.violated(&[]).objects(), before);
    sidecar.waives(&format!("{{expired: refuse, entries: [{ENTRY}]}}"));
    let seen = sidecar.violated(&[]);
    let seen = seen.refused();
    assert!(seen.contains("error[waiver-expired]"), "{seen}");
    assert!(seen.contains("is over since 2027-01-31"), "{seen}");
    sidecar.waives("forbid");
    let seen = sidecar.violated(&[]);
    assert!(seen.refused().contains("error[default/spark-host-pid]"));
}

#[test]
fn an_application_waives_only_what_the_sidecars_project_opens() {
    let Some(sidecar) = Sidecar::start() else {
        return;
    };
    sidecar.holds(CHART);
    sidecar.dates(BEFORE);
    let skip =
        json!({"name": "skip", "string": "default/spark-host-pid=Deployment/spark-history: x"});
    let seen = sidecar.violated(&[skip]);
    assert!(seen.refused().contains("there is no parameter"));
    // A project and an overlay of the repository are nobody's.
    let own = format!(
        "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {{name: x}}\nspec: {{waivers: [{ENTRY}]}}\n"
    );
    fs::write(sidecar.path("repo").join(CHART).join("sparkk8s.yaml"), own).unwrap();
    sidecar.violated(&[]).refused();
    let template = sidecar
        .path("repo")
        .join(CHART)
        .join("templates/history-server.yaml");
    let text = fixtures::read(&template);
    let waiver =
        "  annotations: {sparkk8s.io/waive.default.spark-host-pid: \"x; until 2027-01-31\"}\n";
    let annotated = text.replacen(
        "kind: Deployment\nmetadata:\n",
        &format!("kind: Deployment\nmetadata:\n{waiver}"),
        1,
    );
    assert_ne!(annotated, text);
    lab::write(&template, &annotated);
    sidecar.violated(&[]).refused();
    sidecar.waives("{annotations: [default/spark-host-pid]}");
    sidecar.violated(&[]).objects();
    sidecar.waives("forbid");
    let seen = sidecar.violated(&[]);
    let seen = seen.refused();
    assert!(seen.contains("error[waiver-refused]"), "{seen}");
}
