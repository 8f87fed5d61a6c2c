//! SK317: scratch space that cannot be written, or is far away.

use super::volumes::{Volume, volumes};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;

pub(super) const RULE: Rule = Rule {
    code: "SK317",
    grade: Grade::Warning,
    page: Page {
        id: "spark/scratch-read-only-or-remote",
        title: "scratch space that is read-only or on NFS",
        what: "Volumes of `spark.kubernetes.{driver,executor}.volumes.TYPE.NAME` whose name begins with `spark-local-dir-`, which \
               Spark uses for shuffle and spill (`LocalDirsFeatureStep`, 3.5 to 4.3): `mount.readOnly` is not true, and the \
               type is not `nfs`. Kubeflow's operator makes such settings of `volumeMounts` with these names.",
        why_platform: "Shuffle writes many small files at once. On NFS they load one server for the whole cluster.",
        why_data: "On a read-only volume the first shuffle fails, and so does the job. On NFS every shuffle is as slow as the \
                   network and the locks of one server.",
        fix: "Use a disk of the node (`emptyDir`, `hostPath`) or a claim on demand, and mount it writable.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  volumes:
  - name: spark-local-dir-1
    nfs: {server: nfs.example.com, path: /scratch}
  driver: {memory: 2g}
  executor:
    memory: 8g
    instances: 4
    volumeMounts: [{name: spark-local-dir-1, mountPath: /data}]
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  volumes:
  - name: spark-local-dir-1
    emptyDir: {sizeLimit: 100Gi}
  driver: {memory: 2g}
  executor:
    memory: 8g
    instances: 4
    volumeMounts: [{name: spark-local-dir-1, mountPath: /data}]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let all = volumes(case);
    let scratch = all.iter().filter(|volume| volume.is_scratch());
    let found = scratch.flat_map(|volume| [read_only(case, volume), remote(case, volume)]);
    found.flatten().collect()
}

fn read_only(case: Case<'_>, volume: &Volume<'_>) -> Option<Said> {
    let key = volume.key("mount.readOnly");
    (case.conf().entry(&key).is_some() && case.conf().flag(&key) == Some(true)).then_some(())?;
    let message = format!("`{}` on a volume for shuffle files", case.shown(&key));
    let said = case.at(&key).say(message, "remove it");
    Some(said.because(format!(
        "Spark takes volumes with such a name for the scratch space of the {}: the first shuffle or spill fails",
        volume.role
    )))
}

fn remote(case: Case<'_>, volume: &Volume<'_>) -> Option<Said> {
    (volume.kind == "nfs").then_some(())?;
    let key = volume.key("mount.path");
    case.conf().entry(&key)?;
    let message = format!("`{}` is scratch space on NFS", case.shown(&key));
    let help = "use an `emptyDir` or a claim on demand for shuffle files";
    let said = case.at(&key).say(message, help);
    Some(said.because(format!(
        "the {} writes shuffle and spill there, many small files at once: every stage waits for one server",
        volume.role
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn a_read_only_mount_is_said_of_each_role() {
        let text = RULE
            .page
            .after
            .replace("mountPath: /data}", "mountPath: /data, readOnly: true}");
        assert_eq!(
            places(RULE.page.id, &text),
            ["SparkApplication/pi /spec/executor/volumeMounts/0"]
        );
        let other = text.replace("spark-local-dir-1", "lookup");
        assert_eq!(places(RULE.page.id, &other), [""; 0]);
    }
}
