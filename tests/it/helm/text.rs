//! Texts that are easily damaged between Helm, the program and Helm.

use super::{EXAMPLES, Helm, MARK, PROGRAM, Version, chart, example, keeps, objects, pod, read};
use insta::assert_snapshot;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A policy that has nothing to say.
const NO_RULES: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: nothing, version: 1.0.0}\n\
                        spec: {summary: Nothing at all}\n";

#[test]
fn without_a_rule_the_release_is_what_it_is_through_cat() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms {
        fs::write(helm.home.path().join("nothing.yaml"), NO_RULES).unwrap();
        let charts = EXAMPLES.map(example);
        let charts = charts
            .into_iter()
            .chain([chart("odd-texts"), chart("run-once")]);
        let ours: Vec<_> = charts
            .map(|chart| {
                let template = ["template", "spark", &chart];
                let printed = helm.guarded(&template, &["--preset", "./nothing.yaml"]);
                (chart.clone(), printed.done())
            })
            .collect();
        let cat = helm.with_script("cat");
        for (chart, printed) in ours {
            let expected = cat.guarded(&["template", "spark", &chart], &[]).done();
            assert!(printed.contains("\nkind: "));
            assert_eq!(printed, expected, "{:?} {chart}", cat.version);
        }
    }
}

#[test]
fn a_list_whose_items_share_an_anchor_is_released_by_both_helms() {
    let Some(helms) = Helm::both() else { return };
    let path = chart("shared-list");
    let template = ["template", "spark", &path];
    let [three, four] = helms;
    let written = objects(&three.run(&template).done());
    for helm in [&three, &four] {
        let guarded = objects(&helm.guarded(&template, &[]).done());
        assert!(written.keys().eq(guarded.keys()), "{:?}", helm.version);
        for (name, object) in &written {
            assert!(keeps(object, &guarded[name]), "{:?} {name}", helm.version);
        }
        assert_eq!(
            guarded["ConfigMap/second"], written["ConfigMap/second"],
            "{:?}",
            helm.version
        );
        assert!(guarded["Deployment/connect"].pointer(MARK).is_some());
    }
    // Helm 4 alone cannot: it takes the List apart, and the aliases with it.
    let seen = four.with_script("cat").guarded(&template, &[]).refused();
    assert!(seen.contains("unknown anchor"), "{seen}");
}

/// A Helm whose post-renderer keeps what it was sent and what it answered, as the files `sent` and `answered` in its home.
fn recorded(helm: Helm) -> Helm {
    let host = match helm.version {
        Version::Three => "helm3",
        Version::Four => "helm4",
    };
    helm.with_script(&format!(
        "tee sent | '{PROGRAM}' --host {host} > answered && cat answered"
    ))
}

#[test]
fn glued_separators_kept_line_breaks_and_a_missing_last_one_come_through() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms.map(recorded) {
        let path = chart("odd-texts");
        // An editor that tidies up the chart leaves nothing to test.
        let file = |name: &str| read(Path::new(&format!("{path}/templates/{name}.yaml")));
        assert!(file("glued").contains("\n---apiVersion") && file("kept").ends_with("\n\n"));
        assert!(!file("no-newline").ends_with('\n'));
        let printed = helm.guarded(&["template", "spark", &path], &[]).done();
        let [sent, answered] =
            ["sent", "answered"].map(|name| objects(&read(&helm.home.path().join(name))));
        let names: Vec<_> = answered.keys().map(String::as_str).collect();
        let expected = [
            "ConfigMap/before",
            "ConfigMap/glued",
            "Deployment/kept",
            "Deployment/no-newline",
        ];
        assert_eq!(names, expected, "{:?}", helm.version);
        for (name, object) in &sent {
            assert!(keeps(object, &answered[name]), "{:?} {name}", helm.version);
            assert_eq!(pod(object).is_none(), *object == answered[name], "{name}");
        }
        let printed = objects(&printed);
        let dashes = &printed["ConfigMap/glued"]["data"]["six"];
        assert_eq!(dashes, "------ a line of dashes\n---------------\n");
        let kept = &pod(&printed["Deployment/kept"]).unwrap()["containers"][0]["args"][1];
        // Helm 3 cuts the end of every file before it sends it.
        let expected = match helm.version {
            Version::Three => "echo two lines end this\n",
            Version::Four => "echo two lines end this\n\n",
        };
        assert_eq!(kept, expected, "{:?}", helm.version);
    }
}

#[test]
fn a_file_that_helm_4_cut_is_another_to_its_readers_and_is_said() {
    let Some(helms) = Helm::both() else { return };
    let path = chart("no-last-newline");
    // An editor that tidies up the chart leaves nothing to test.
    let file = |name: &str| read(Path::new(&format!("{path}/templates/{name}.yaml")));
    assert!(!file("cut").ends_with('\n') && file("whole").ends_with('\n'));
    let [three, four] = helms.map(|helm| {
        let ours = ["--preset", "pins", "--report", "json=report"];
        let printed = helm.guarded(&["template", "spark", &path], &ours).done();
        let report = read(&helm.home.path().join("report"));
        let report: Value = serde_json::from_str(&report).unwrap();
        (objects(&printed), report)
    });
    let last = |guarded: &BTreeMap<String, Value>, name: &str| {
        guarded[&format!("ConfigMap/{name}")]["data"]["last.conf"].clone()
    };
    let digest = |guarded: &BTreeMap<String, Value>, name: &str| {
        let reader = &guarded[&format!("Deployment/reads-{name}")];
        reader["spec"]["template"]["metadata"]["annotations"]["sparkk8s.io/config-digest"].clone()
    };
    assert_eq!(last(&three.0, "cut"), "b=2\nc=3\n");
    assert_eq!(last(&four.0, "cut"), "b=2\nc=3");
    assert!(digest(&three.0, "cut").is_string());
    assert_ne!(digest(&four.0, "cut"), digest(&three.0, "cut"));
    assert_eq!(last(&four.0, "whole"), last(&three.0, "whole"));
    assert_eq!(digest(&four.0, "whole"), digest(&three.0, "whole"));
    assert_eq!(lost(&three.1), [""; 0]);
    assert_snapshot!(lost(&four.1).join("\n"), @r"
    cut info
    /data/last.conf
    `last.conf` has no line break at its end, which Helm 4 may have taken; `Deployment/reads-cut` reads it, and its digest may be another than through Helm 3
    Helm 4 takes it where a template ends without a line break; 4.2.0 to 4.2.3 do at the end of other documents, too
    end `no-last-newline/templates/cut.yaml` with a line break, and use Helm 4.2.4 or later; where the author wrote `|-`, nothing is wrong
    ");
}

/// What the report says of files that were cut.
fn lost(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let lost = findings.filter(|finding| finding["id"] == "helm4-lost-newline");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lost.map(|finding| {
        let parts = ["severity", "path", "message", "because", "help"].map(|at| text(&finding[at]));
        format!("{} {}", text(&finding["object"]["name"]), parts.join("\n"))
    })
    .collect()
}

#[test]
fn documents_stay_as_many_and_apart_by_the_lines_that_helm_diff_splits_at() {
    let Some(helms) = Helm::both() else { return };
    for helm in helms.map(recorded) {
        let charts = EXAMPLES.map(example).into_iter();
        for chart in charts.chain([chart("odd-texts"), chart("only-hooks")]) {
            helm.guarded(&["template", "spark", &chart], &[]).done();
            let [sent, answered] =
                ["sent", "answered"].map(|name| read(&helm.home.path().join(name)));
            let lines = |text: &str| {
                let lines = text.lines().filter(|line| line.starts_with("---"));
                lines.map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(lines(&answered), lines(&sent), "{:?} {chart}", helm.version);
            assert!(lines(&answered).iter().all(|line| line == "---"));
            let parts = |text: &str| text.split("\n---\n").count();
            assert_eq!(parts(&answered), parts(&sent), "{:?} {chart}", helm.version);
            assert!(
                answered.ends_with('\n'),
                "Helm 4 would strip the last block scalar"
            );
        }
    }
}

#[test]
fn ten_kilobytes_of_comment_stay_in_helm_3s_stream() {
    let Some(helm) = Helm::three() else { return };
    let path = chart("odd-texts");
    let printed = helm
        .guarded(&["template", "spark", &path, "--no-hooks"], &[])
        .done();
    let comments = printed
        .lines()
        .filter(|line| line.starts_with("# As long as a licence"));
    assert!(comments.map(str::len).sum::<usize>() > 10_000);
    assert!(printed.contains("# Source: odd-texts/templates/comment.yaml\n# As long"));
}
