//! SK304: executors of a server that are kept for their shuffle files, for any time.

use super::facts::{
    DECOMMISSION, SERVICE, TRACKING, is_dynamic, is_for_good, keeps_shuffle_elsewhere,
};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

const TIMEOUT: &str = "spark.dynamicAllocation.shuffleTracking.timeout";

pub(super) const RULE: Rule = Rule {
    code: "SK304",
    grade: Grade::Warning,
    page: Page {
        id: "spark/executors-kept-for-shuffle",
        title: "a server whose executors are kept for their shuffle files without a limit",
        what: "A Connect or Thrift server with dynamic allocation and shuffle tracking, and no \
               `spark.dynamicAllocation.shuffleTracking.timeout`: its default is no limit at all (3.0 to 4.3). Silent where \
               another service keeps shuffle files, or executors are decommissioned.",
        why_platform: "After a busy morning the executors of that morning stay for hours, with their requests: the node pool \
                       does not shrink, and the quota is full.",
        why_data: "An executor with shuffle files is let go when the driver forgets the shuffle, which happens when its own \
                   garbage collector finds nobody who holds the DataFrame. A job ends; a server's sessions do not.",
        fix: "Set a timeout that is longer than the pauses between queries that use the same data, such as `30m`.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"k8s://https://kubernetes.default:443\", --conf, spark.dynamicAllocation.enabled=true, --conf, spark.dynamicAllocation.maxExecutors=10]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"k8s://https://kubernetes.default:443\", --conf, spark.dynamicAllocation.enabled=true, --conf, spark.dynamicAllocation.maxExecutors=10, --conf, spark.dynamicAllocation.shuffleTracking.timeout=30m]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    let kept = is_for_good(case)
        && is_dynamic(case)
        && conf.flag(TRACKING) == Some(true)
        && conf.flag(SERVICE) == Some(false)
        && conf.flag(DECOMMISSION) == Some(false)
        && keeps_shuffle_elsewhere(case) == Some(false)
        && conf.is_unset(TIMEOUT);
    if !kept {
        return Vec::new();
    }
    let at = match conf.entry(TRACKING) {
        Some(_) => TRACKING,
        None => super::facts::DYNAMIC,
    };
    let message = format!(
        "`{}` and no `{TIMEOUT}`: the {} keeps executors with shuffle files for any time",
        case.shown(at),
        case.word()
    );
    let help = format!("set `{TIMEOUT}=30m`, or longer than queries on the same data are apart");
    let said = case.at(at).say(message, help);
    vec![said.because(
        "an executor is let go when the driver's garbage collector finds that nobody uses its shuffle files, and a server's \
         sessions hold on to them",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn a_job_ends_and_lets_its_executors_go() {
        let job = RULE.page.before.replace(
            "/opt/spark/sbin/start-connect-server.sh",
            "/opt/spark/bin/spark-submit",
        );
        assert_eq!(places(RULE.page.id, &job), [""; 0]);
    }

    #[test]
    fn a_standalone_cluster_waits_as_long() {
        let standalone = RULE.page.before.replace(
            "k8s://https://kubernetes.default:443",
            "spark://master:7077",
        );
        assert_eq!(places(RULE.page.id, &standalone).len(), 1);
        let local = RULE
            .page
            .before
            .replace("k8s://https://kubernetes.default:443", "local[*]");
        assert_eq!(places(RULE.page.id, &local), [""; 0]);
    }

    #[test]
    fn what_a_file_outside_of_the_stream_may_set_is_not_missing() {
        let file = RULE.page.before.replace(
            "args: [",
            "envFrom: [{configMapRef: {name: elsewhere}}]\n        args: [--properties-file, /etc/spark/own.conf, ",
        );
        assert_eq!(places(RULE.page.id, &file), [""; 0]);
    }
}
