//! SK117: scratch files that are memory, and nothing is added for them.

use super::heap::known_heap;
use super::parts::{has_no_extra, limit, local_directories, made, scratch, written_container};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::Quantity;
use crate::spark::memory::{MIB, as_quantity, overhead_percent};
use crate::spark::process::Operator;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK117",
    grade: Grade::High,
    page: Page {
        id: "spark/memory-backed-scratch",
        title: "scratch files in memory that no pod has room for",
        what: "Where scratch files are memory (`spark.kubernetes.local.dirs.tmpfs=true`, an `emptyDir` with `medium: Memory` for \
               local directories, `/tmp` or Spark's work directory), something adds to the memory of the pod: an overhead or a \
               factor of one's own for the pods that Spark makes, a limit that holds heap, overhead and `sizeLimit` for others. \
               Spark adds nothing by itself (`LocalDirsFeatureStep`).",
        why_platform: "Files in a memory-backed volume count against the memory limit of the container that wrote them. \
                       Without a `sizeLimit` such a volume grows up to that limit.",
        why_data: "Every shuffle file and every spill takes memory that the pod does not have: the executor that spills because \
                   it is short of memory is killed for it, with exit 137.",
        fix: "Raise the overhead by what is written there at most (`spark.executor.memoryOverheadFactor`), or use a disk.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.local.dirs.tmpfs: \"true\"
  executor: {memory: 8g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.local.dirs.tmpfs: \"true\"
    spark.executor.memoryOverheadFactor: \"0.3\"
  executor: {memory: 8g}
",
    },
    judge: Judge::Process(judge),
};

const TMPFS: &str = "spark.kubernetes.local.dirs.tmpfs";
const LOCAL: &str = "spark-local-dir-";
const BECAUSE: &str = "files in such a volume count against the memory limit of the container, and Spark adds nothing for them: shuffle and \
                       spills end in OOMKilled, exit 137";

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut found = Vec::new();
    for role in made(case).iter().filter(|role| has_no_extra(case, role)) {
        found.extend(of_settings(case, role));
        found.extend(of_written_pod(case, role));
    }
    found.extend(of_own_pod(case));
    found
}

fn is_work(path: &str) -> bool {
    ["/tmp", "/opt/spark/work", "/opt/spark/work-dir"].contains(&path)
}

fn help(role: &str) -> String {
    format!(
        "set `spark.{role}.memoryOverhead` or `spark.{role}.memoryOverheadFactor` to hold what is written there, or use a disk"
    )
}

/// Volumes that Spark's settings make.
fn of_settings(case: Case<'_>, role: &str) -> Vec<Said> {
    let conf = case.conf();
    let prefix = format!("spark.kubernetes.{role}.volumes.");
    let mut volumes = conf.family(&prefix).map(|(key, _)| key);
    let has_own = volumes.any(|key| key.contains(LOCAL));
    let mut found = Vec::new();
    if role == "executor"
        && conf.flag(TMPFS) == Some(true)
        && conf.entry(TMPFS).is_some()
        && !has_own
    {
        let message = format!(
            "`{}` keeps scratch files in memory, and no executor has any for them",
            case.shown(TMPFS)
        );
        found.push(case.at(TMPFS).say(message, help(role)).because(BECAUSE));
    }
    let prefix = format!("{prefix}emptyDir.");
    for (key, _) in conf.family(&prefix) {
        let Some(name) = key
            .strip_prefix(&prefix)
            .and_then(|rest| rest.strip_suffix(".options.medium"))
        else {
            continue;
        };
        let path = conf.text(&format!("{prefix}{name}.mount.path"));
        let is_scratch =
            name.starts_with(LOCAL) || path.is_some_and(|path| is_work(path.trim_end_matches('/')));
        if is_scratch && conf.text(key).is_some_and(|medium| medium == "Memory") {
            let message = format!(
                "`{}` keeps scratch files in memory, and the {role} has none for them",
                case.shown(key)
            );
            found.push(case.at(key).say(message, help(role)).because(BECAUSE));
        }
    }
    found
}

/// Volumes of the pod that an operator's object writes for a role.
fn of_written_pod(case: Case<'_>, role: &str) -> Vec<Said> {
    let written = case.written_pod(role).zip(written_container(case, role));
    let Some((pod, container)) = written else {
        return Vec::new();
    };
    let all = scratch(pod.pod(), container).into_iter().filter(|one| {
        let is_local = one.name.starts_with(LOCAL);
        // Kubeflow makes settings of these and leaves the medium out.
        let is_lost = is_local && case.operator == Some(Operator::Kubeflow);
        one.is_memory() && !is_lost && (is_local || is_work(one.path))
    });
    let said = all.map(|one| {
        let at = Pointer::from_iter(["spec", "volumes"])
            .child(one.index)
            .child("emptyDir");
        let message = format!(
            "volume `{}` at `{}` is memory, and the {role} has none for it",
            one.name, one.path
        );
        let site = Site::object(case.object, pod.at(&at));
        site.say(message, help(role)).because(BECAUSE)
    });
    said.collect()
}

/// Volumes of a driver's or a worker's own pod, where its limit does not hold them.
fn of_own_pod(case: Case<'_>) -> Vec<Said> {
    let own = case.own_pod().zip(case.own());
    let works = case.is_driver() || case.role == "spark-worker";
    let (Some((pod, container)), true) = (own, works) else {
        return Vec::new();
    };
    let local = local_directories(case).unwrap_or_default();
    let mut found = Vec::new();
    for one in scratch(pod.pod(), container) {
        let is_local = local.iter().any(|path| path == one.path);
        if !one.is_memory() || !(is_local || is_work(one.path)) {
            continue;
        }
        let Some((message, help)) = wanting(case, one.name, &one.source["sizeLimit"]) else {
            continue;
        };
        let at = Pointer::from_iter(["spec", "volumes"])
            .child(one.index)
            .child("emptyDir");
        let site = Site::object(case.object, pod.at(&at)).in_container(container.name());
        found.push(site.say(message, help).because(BECAUSE));
    }
    found
}

/// What to say of a memory-backed volume with this limit in a container with a limit of its own.
fn wanting(case: Case<'_>, name: &str, size: &Value) -> Option<(String, String)> {
    let (written, limit) = limit(case)?;
    if size.is_null() {
        let message = format!(
            "volume `{name}` is memory without a `sizeLimit`: it may take all of the {written} beside the heap"
        );
        return Some((
            message,
            "set a `sizeLimit`, and a memory limit that holds it beside heap and overhead"
                .to_owned(),
        ));
    }
    let size = u64::try_from(Quantity::of(size).ok()?.bytes()).ok()? / MIB;
    let heap = known_heap(case)?;
    let needed = heap
        .checked_add(overhead_percent(heap, 10, 384))?
        .checked_add(size)?;
    // What the heap alone needs is said by `memory/heap-exceeds-limit`.
    (limit < needed && limit >= needed - size).then(|| {
        let message = format!(
            "volume `{name}` is memory of up to {}, and the limit of {written} holds heap and overhead alone",
            as_quantity(size)
        );
        (message, format!("raise `limits.memory` to {} or more, or use a disk", as_quantity(needed)))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn a_pod_of_ones_own_is_measured() {
        let of = |limit: &str, empty: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: c}}\nspec:\n  template:\n    spec:\n      volumes:\n      \
                 - name: tmp\n        emptyDir: {empty}\n      containers:\n      - name: c\n        command: \
                 [/opt/spark/sbin/start-connect-server.sh, --driver-memory, 2g]\n        volumeMounts: [{{name: tmp, mountPath: \
                 /tmp}}]\n        resources: {{limits: {{memory: {limit}}}}}\n"
            );
            places(RULE.page.id, &text).len()
        };
        assert_eq!(of("4Gi", "{medium: Memory}"), 1);
        assert_eq!(of("4Gi", "{medium: Memory, sizeLimit: 1Gi}"), 0);
        assert_eq!(of("3Gi", "{medium: Memory, sizeLimit: 1Gi}"), 1);
        assert_eq!(of("4Gi", "{}"), 0);
        assert_eq!(of("'${LIMIT}'", "{medium: Memory}"), 0);
    }

    #[test]
    fn volumes_of_settings_and_fields() {
        let of = |lines: &str| {
            let tmpfs = "    spark.kubernetes.local.dirs.tmpfs: \"true\"\n";
            places(RULE.page.id, &RULE.page.before.replace(tmpfs, lines))
        };
        let medium = "spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1.options.medium";
        let at = format!("SparkApplication/pi /spec/sparkConf/{medium}");
        assert_eq!(of(&format!("    {medium}: Memory\n")), [at]);
        let volumes = "    a: b\n  volumes: [{name: t, emptyDir: {medium: Memory}}]\n";
        let text = RULE
            .page
            .before
            .replace("    spark.kubernetes.local.dirs.tmpfs: \"true\"\n", volumes);
        let text = text.replace(
            "{memory: 8g}",
            "{memory: 8g, volumeMounts: [{name: t, mountPath: /tmp}]}",
        );
        assert_eq!(
            places(RULE.page.id, &text),
            ["SparkApplication/pi /spec/volumes/0/emptyDir"]
        );
    }
}
