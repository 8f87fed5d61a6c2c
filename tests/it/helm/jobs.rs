//! What cannot be changed once it exists, Jobs and bare Pods: why `default` leaves them alone.

use super::server::places;
use super::{MARK, chart, example};

/// A chart with a Job that is no hook, its Job, and a workload beside it where there is one.
const CHARTS: [(&str, &[&str]); 2] = [
    ("history-server", &["Job/spark-make-bucket"]),
    ("run-once", &["Job/spark-load", "Pod/spark-shell"]),
];

#[test]
fn taking_up_the_post_renderer_later_stops_no_upgrade() {
    for (name, fixed) in CHARTS {
        let Some(places) = places(&format!("later-{name}"), &[]) else {
            return;
        };
        for place in places {
            let version = place.helm.version;
            let path = match name {
                "run-once" => chart(name),
                _ => example(name),
            };
            let upgrade = ["upgrade", "--install", "spark", &path];
            place.helm(&upgrade).done();
            let before: Vec<_> = fixed.iter().map(|object| place.get(object)).collect();
            place.guarded(&upgrade, &[]).done();
            for (object, before) in fixed.iter().zip(&before) {
                let now = place.get(object);
                assert_eq!(now["spec"], before["spec"], "{version:?} {object}");
                assert_eq!(now.pointer(MARK), None, "{version:?} {object}");
            }
            if name == "history-server" {
                let guarded = place.get("Deployment/spark-history");
                assert!(guarded.pointer(MARK).is_some(), "{version:?}");
            }
            // Guarded, they would have to be made anew: the API server says so, and the user sees it.
            let answer = place.guarded(&upgrade, &["--set", "default.jobs=guard"]);
            assert_eq!(answer.code, Some(1), "{version:?} {name}");
            assert!(
                answer.err.contains("field is immutable"),
                "{version:?} {name}\n{}",
                answer.err
            );
        }
    }
}

#[test]
fn a_new_release_may_have_its_jobs_guarded() {
    let Some(places) = places("new-jobs", &[]) else {
        return;
    };
    for place in places {
        let version = place.helm.version;
        let path = chart("run-once");
        let upgrade = ["upgrade", "--install", "spark", &path];
        for _ in ["install", "and an upgrade that changes nothing"] {
            place
                .guarded(&upgrade, &["--set", "default.jobs=guard"])
                .done();
            for (name, object) in place.workloads() {
                assert!(object.pointer(MARK).is_some(), "{version:?} {name}");
            }
        }
    }
}
