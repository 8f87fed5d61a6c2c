//! SK118: scratch space on the node's disk without a bound.

use super::parts::{local_directories, scratch, written_container};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::Container;
use crate::spark::conf::Told;
use crate::spark::process::{Master, Mode};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK118",
    grade: Grade::Warning,
    page: Page {
        id: "spark/scratch-without-limit",
        title: "scratch space on the node's disk without a bound",
        what: "Where an `emptyDir` is written for shuffle files and spills (the local directories and the work directory of a \
               standalone worker, the local directories of a driver with a local master, `spark-local-dir-*` of executors in \
               Spark's settings), it has a `sizeLimit`, or its container asks for `ephemeral-storage`. Volumes of memory are \
               SK117's. What Spark makes where nothing is written is not judged.",
        why_platform: "Such a volume lies on the node's disk and grows until the disk is full: DiskPressure, and the kubelet \
                       evicts pods of every team from the node.",
        why_data: "One job with a large shuffle takes down the executors of others. With a bound only the one that wrote too \
                   much is evicted, and says so.",
        fix: "Set `sizeLimit`, or request `ephemeral-storage`; for large shuffles a claim (`OnDemand`) for each executor.",
        before: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      volumes:
      - {name: scratch, emptyDir: {}}
      containers:
      - name: worker
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, 'spark://master:7077']
        env:
        - {name: SPARK_LOCAL_DIRS, value: /scratch}
        volumeMounts:
        - {name: scratch, mountPath: /scratch}
",
        after: "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: worker}
spec:
  template:
    spec:
      volumes:
      - {name: scratch, emptyDir: {sizeLimit: 50Gi}}
      containers:
      - name: worker
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, 'spark://master:7077']
        env:
        - {name: SPARK_LOCAL_DIRS, value: /scratch}
        volumeMounts:
        - {name: scratch, mountPath: /scratch}
",
    },
    judge: Judge::Process(judge),
};

const BECAUSE: &str = "what Spark writes there (shuffle files, spills, jars and logs of applications) may fill the disk of the node; the \
                       kubelet then evicts pods from it, those of others as well";

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut found = of_own_pod(case);
    found.extend(of_settings(case));
    found
}

/// Whether a container asks for space on the node's disk.
fn asks(container: Container<'_>) -> bool {
    let mut lists = ["requests", "limits"].into_iter();
    lists.any(|list| !container.value["resources"][list]["ephemeral-storage"].is_null())
}

/// A worker, or a driver that does the work itself.
fn of_own_pod(case: Case<'_>) -> Vec<Said> {
    let works = case.role == "spark-worker" || case.mode == Mode::Client(Master::Local);
    let own = case
        .own_pod()
        .zip(case.own())
        .filter(|(_, own)| works && !asks(*own));
    let Some((pod, container)) = own else {
        return Vec::new();
    };
    let local = local_directories(case).unwrap_or_default();
    let mut paths = local.clone();
    if case.role == "spark-worker" {
        match case.conf().variable("SPARK_WORKER_DIR") {
            Told::Set(known) => paths.push(known.text.trim_end_matches('/').to_owned()),
            Told::Unset => paths.push("/opt/spark/work".to_owned()),
            Told::Unknown => {}
        }
    }
    let all = scratch(pod.pod(), container).into_iter().filter(|one| {
        let is_local = paths.iter().any(|path| path == one.path);
        is_local && !one.is_memory() && one.source["sizeLimit"].is_null()
    });
    let said = all.map(|one| {
        let at = Pointer::from_iter(["spec", "volumes"])
            .child(one.index)
            .child("emptyDir");
        let site = Site::object(case.object, pod.at(&at)).in_container(container.name());
        let message = format!(
            "volume `{}` at `{}` has no `sizeLimit`, and {} asks for no `ephemeral-storage`",
            one.name,
            one.path,
            case.name()
        );
        site.say(message, "set `sizeLimit`, or request `ephemeral-storage`")
            .because(BECAUSE)
    });
    said.collect()
}

/// Volumes of executors that Spark's settings make.
fn of_settings(case: Case<'_>) -> Vec<Said> {
    let conf = case.conf();
    // A template may ask for space on the disk.
    let has_template =
        case.has_template_file("executor") || written_container(case, "executor").is_some_and(asks);
    if !case.makes_executors() || has_template {
        return Vec::new();
    }
    let prefix = "spark.kubernetes.executor.volumes.emptyDir.";
    let names = conf.family(prefix).filter_map(|(key, _)| {
        let name = key.strip_prefix(prefix)?.strip_suffix(".mount.path")?;
        name.starts_with("spark-local-dir-").then_some(name)
    });
    let without = names.filter(|name| {
        let options = format!("{prefix}{name}.options");
        conf.is_unset(&format!("{options}.sizeLimit"))
            && conf.is_unset(&format!("{options}.medium"))
    });
    let said = without.map(|name| {
        let key = format!("{prefix}{name}.mount.path");
        let message = format!("volume `{name}` of executors has no `sizeLimit`");
        let help = format!(
            "set `{prefix}{name}.options.sizeLimit`, or use a claim for each executor (`OnDemand`)"
        );
        case.at(&key).say(message, help).because(BECAUSE)
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn only_what_is_scratch_and_unbounded() {
        let of =
            |from: &str, to: &str| places(RULE.page.id, &RULE.page.before.replace(from, to)).len();
        assert_eq!(of("mountPath: /scratch", "mountPath: /data"), 0);
        assert_eq!(of("value: /scratch", "value: '$(DIRS)'"), 0);
        assert_eq!(of("value: /scratch", "value: '/a,/scratch/'"), 1);
        assert_eq!(of("mountPath: /scratch", "mountPath: /opt/spark/work"), 1);
        assert_eq!(of("emptyDir: {}", "emptyDir: {medium: Memory}"), 0);
        assert_eq!(
            of(
                "        env:",
                "        resources: {requests: {ephemeral-storage: 1Gi}}\n        env:"
            ),
            0
        );
        assert_eq!(of("deploy.worker.Worker", "deploy.master.Master"), 0);
    }

    #[test]
    fn executors_by_settings() {
        let of = |more: &str| {
            let prefix = "spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1";
            let text = format!(
                "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {{name: a}}\nspec:\n  runtimeVersions: {{sparkVersion: \
                 4.1.4}}\n  sparkConf:\n    {prefix}.mount.path: /data\n{more}"
            );
            places(RULE.page.id, &text.replace("PREFIX", prefix)).len()
        };
        assert_eq!(of(""), 1);
        assert_eq!(of("    PREFIX.options.sizeLimit: 10Gi\n"), 0);
        assert_eq!(
            of("    spark.kubernetes.executor.podTemplateFile: /a.yaml\n"),
            0
        );
    }
}
