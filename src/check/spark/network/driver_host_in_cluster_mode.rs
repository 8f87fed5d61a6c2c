//! SK201: a driver's host where Spark makes the driver's pod.

use super::driver::{BIND, HOST};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::Container;
use crate::manifest::spark::{Launch, holds, text_of};
use crate::spark::process::{Mode, Seen, SeenPod};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK201",
    grade: Grade::Error,
    page: Page {
        id: "spark/driver-host-in-cluster-mode",
        title: "a driver's host in cluster mode",
        what: "`spark.driver.host` and `spark.driver.bindAddress` are not set where Spark itself makes the driver's pod: \
               applications of operators in cluster mode, and `spark-submit --deploy-mode cluster` in a pod, as far as its \
               command line says so. Any value counts, also one that is not known here \
               (`DriverServiceFeatureStep`, 3.5 to 4.3, checks only that there is none).",
        why_platform: "Spark gives the driver a headless Service and binds the pod's own address. It refuses to submit where \
                       somebody else has named a host: no driver pod is ever made, and the application stays in \
                       `SUBMISSION_FAILED`.",
        why_data: "These two settings belong to client mode, where the driver runs in a notebook or a Connect server. Copied \
                   into an application they end it before it starts.",
        fix: "Remove both. Nothing has to take their place.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.driver.host: pi-driver.jobs.svc
  driver: {memory: 2g}
  executor: {memory: 2g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.driver.port: \"7078\"
  driver: {memory: 2g}
  executor: {memory: 2g}
",
    },
    judge: Judge::Stream(judge),
};

const WHY: &str = "Spark refuses to submit the application, and no driver pod is made";

fn judge(world: &World<'_>) -> Vec<Said> {
    let processes = world.processes.iter();
    let cases = processes.map(|process| Case { world, process });
    let mut said: Vec<_> = cases.flat_map(of_application).collect();
    for seen in &world.seen {
        for pod in &seen.pods {
            said.extend(
                pod.pod()
                    .containers()
                    .flat_map(|own| of_submission(seen, pod, own)),
            );
        }
    }
    said
}

fn of_application(case: Case<'_>) -> Vec<Said> {
    let keys = [HOST, BIND]
        .into_iter()
        .filter(|_| case.mode == Mode::Cluster);
    let set = keys.filter(|key| case.conf().entry(key).is_some_and(|entry| !entry.doubtful));
    set.map(|key| refused(case.at(key), key, &case.shown(key)))
        .collect()
}

/// A container that submits an application with `--deploy-mode cluster`: it runs no driver, and is no process.
fn of_submission(seen: &Seen, pod: &SeenPod, container: Container<'_>) -> Vec<Said> {
    let launch = Launch::of(container.value);
    let says = |key: &str, wanted: &str| {
        let text = launch.conf.get(key);
        text.is_some_and(|text| text.starts_with(wanted))
    };
    if !says("spark.submit.deployMode", "cluster") || !says("spark.master", "k8s://") {
        return Vec::new();
    }
    let set = [HOST, BIND]
        .into_iter()
        .filter_map(|key| Some((key, launch.conf.get(key)?)));
    set.map(|(key, text)| {
        let at = pod.at(&container.pointer().join(&word(container, key)));
        let site = Site::object(seen.index, at).in_container(container.name());
        refused(
            site,
            key,
            &format!("{key}={}", crate::text::shortened(text)),
        )
    })
    .collect()
}

/// The word of its command line that names a setting.
fn word(container: Container<'_>, key: &str) -> Pointer {
    let lists = ["args", "command"].into_iter().flat_map(|list| {
        let words = container.value[list].as_array().into_iter().flatten();
        words
            .enumerate()
            .map(move |(at, word)| (list, at, text_of(word)))
    });
    let mut named = lists.filter(|(.., word)| holds(word, key));
    let found = named.next();
    found.map_or_else(Pointer::root, |(list, at, _)| {
        Pointer::from_iter([list]).child(at)
    })
}

fn refused(site: Site, key: &str, shown: &str) -> Said {
    let help = format!("remove `{key}`: Spark makes a Service for the driver");
    site.say(format!("`{shown}` is not allowed in cluster mode"), help)
        .because(WHY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    const APACHE: &str = "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  sparkConf: {spark.driver.bindAddress: $(POD_IP)}
";

    /// Spark asks only whether it is set: what a placeholder comes to does not matter.
    #[test]
    fn also_a_value_that_is_not_known() {
        assert_eq!(
            places(RULE.page.id, APACHE),
            ["SparkApplication/pi /spec/sparkConf/spark.driver.bindAddress"]
        );
    }

    #[test]
    fn a_driver_in_a_pod_of_its_own_may() {
        let client = APACHE.replace("spark.apache.org/v1", "sparkoperator.k8s.io/v1beta2");
        let client = client.replace("spec:\n", "spec:\n  mode: client\n");
        assert_eq!(places(RULE.page.id, &client), [""; 0]);
    }

    #[test]
    fn a_job_that_submits() {
        let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: submit}\nspec:\n  template:\n    spec:\n      containers:\n        - name: submit\n          image: apache/spark:4.1.4\n          args: [spark-submit, --master, 'k8s://https://kubernetes.default.svc:443', --deploy-mode, cluster, --conf, spark.driver.host=x, --class, X, 'local:///x.jar']\n";
        assert_eq!(
            places(RULE.page.id, job),
            ["Job/submit /spec/template/spec/containers/0/args/6"]
        );
        assert_eq!(
            places(RULE.page.id, &job.replace("cluster,", "client,")),
            [""; 0]
        );
        // YARN has no such Service.
        assert_eq!(
            places(
                RULE.page.id,
                &job.replace("'k8s://https://kubernetes.default.svc:443'", "yarn")
            ),
            [""; 0]
        );
    }
}
