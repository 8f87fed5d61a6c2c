//! SK401: events that are written to a place which goes with the pod.

use super::log_place::{DIR, ENABLED, Ground, LogPlace, ground, writes};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK401",
    grade: Grade::High,
    page: Page {
        id: "spark/event-log-lost",
        title: "an event log that goes with the pod",
        what: "Where `spark.eventLog.enabled` is true, `spark.eventLog.dir` is a store that outlives the pod: an object store, \
               or a path on a claim, on NFS or on the node. Unset, it is `/tmp/spark-events` (`EventLoggingListener`, 3.5 to \
               4.3). An `emptyDir` that a second container mounts is let pass: that one may carry the files away.",
        why_platform: "A path of the container's own file system is gone with the pod, and the history server runs in another \
                       one: it sees nothing of it. The directory must be there beforehand, too, or the driver does not start \
                       (`FileNotFoundException`), and no image of Spark has `/tmp/spark-events`.",
        why_data: "After the job there is no page to look at: stages, shuffle and spill of the run that failed last night are \
                   lost with its driver.",
        fix: "Write to an object store, as in `spark.eventLog.dir=s3a://spark-logs/events`, or mount a claim at the path that \
              driver and history server share.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
  driver: {memory: 2g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
    spark.eventLog.dir: s3a://spark-logs/events
  driver: {memory: 2g}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    // A notebook may name the directory itself.
    let told = case.conf().get(DIR);
    let is_open = told == Told::Unknown || (told == Told::Unset && case.role == "jupyter");
    if !writes(case) || is_open {
        return Vec::new();
    }
    let Some(LogPlace::Local(path)) = case.conf().effective(DIR).map(|text| LogPlace::of(&text))
    else {
        return Vec::new();
    };
    let Ground::Fleeting(what) = ground(case, &path) else {
        return Vec::new();
    };
    let (site, message) = match told {
        Told::Unset => (
            case.at(ENABLED),
            format!(
                "`{}`, and nothing sets `{DIR}`: events go to `{path}`, on {what}",
                case.shown(ENABLED)
            ),
        ),
        _ => (
            case.at(DIR),
            format!("`{}` lies on {what}", case.shown(DIR)),
        ),
    };
    let help = format!(
        "set `{DIR}` to a store that outlives the pod, as `s3a://spark-logs/events`, or mount a claim at `{path}`"
    );
    let because = "the log of events goes with the driver's pod, and no history server sees it; where the directory is not \
                   there, the driver does not start";
    vec![site.say(message, help).because(because)]
}

#[cfg(test)]
mod tests {
    use crate::check::spark::testing::places;

    fn connect(dir: &str, volume: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: c}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: spark\n        image: apache/spark:4.1.4\n        command: [/opt/spark/bin/spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, --conf, spark.eventLog.enabled=true, --conf, \"spark.eventLog.dir={dir}\"]\n        volumeMounts: [{{name: v, mountPath: /logs}}]\n      volumes: [{{name: v, {volume}}}]\n"
        );
        places("spark/event-log-lost", &text)
    }

    #[test]
    fn a_path_counts_by_the_volume_that_it_lies_on() {
        let claim = "persistentVolumeClaim: {claimName: a}";
        assert!(connect("file:/logs/events", claim).is_empty());
        assert!(connect("${LOGS}/events", claim).is_empty());
        assert!(connect("hdfs://namenode/events", claim).is_empty());
        let at = "Deployment/c /spec/template/spec/containers/0/command/6";
        assert_eq!(connect("/logs/events", "emptyDir: {}"), [at]);
        assert_eq!(connect("/logs2", claim), [at]);
    }

    #[test]
    fn volumes_of_an_application_and_of_its_settings_count() {
        let app = |more: &str| {
            let text = format!(
                "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  type: Scala\n  volumes: [{{name: v, persistentVolumeClaim: {{claimName: c}}}}]\n  sparkConf:\n    spark.eventLog.enabled: \"true\"\n    spark.eventLog.dir: /logs\n{more}"
            );
            places("spark/event-log-lost", &text)
        };
        assert_eq!(
            app(""),
            ["SparkApplication/a /spec/sparkConf/spark.eventLog.dir"]
        );
        assert!(app("  driver: {volumeMounts: [{name: v, mountPath: /logs}]}\n").is_empty());
        assert!(
            app("    spark.kubernetes.driver.volumes.persistentVolumeClaim.l.mount.path: /logs\n")
                .is_empty()
        );
    }
}
