//! SK313: claims that Spark makes for each executor.

use super::volumes::{Volume, volumes};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;

const OWN: &str = "spark.kubernetes.driver.ownPersistentVolumeClaim";
const REUSE: &str = "spark.kubernetes.driver.reusePersistentVolumeClaim";
const LEGACY: &str = "spark.kubernetes.legacy.useReadWriteOnceAccessMode";

pub(super) const RULE: Rule = Rule {
    code: "SK313",
    grade: Grade::Warning,
    page: Page {
        id: "spark/claims-on-demand",
        title: "volume claims on demand that are never made, never bound or never used again",
        what: "Volumes `spark.kubernetes.{driver,executor}.volumes.persistentVolumeClaim.NAME` whose `options.claimName` is \
               `OnDemand`. Spark makes the claim only where `options.storageClass` and `options.sizeLimit` are both set \
               (`MountVolumesFeatureStep`, 3.5 to 4.x). Since 4.0 it asks for ReadWriteOncePod, which only CSI drivers have: \
               said where the stream has the StorageClass and that is none. For executors, \
               `spark.kubernetes.driver.reusePersistentVolumeClaim` and `….ownPersistentVolumeClaim` are on, as by default.",
        why_platform: "A pod with a claim that nobody made, or that no driver can bind, stays Pending. Claims that belong to the \
                       driver and are not used again pile up until it ends: disks, and the quota of claims.",
        why_data: "The application hangs with no executors; or each new executor gets an empty disk while the old one, with its \
                   shuffle files, lies about.",
        fix: "Set both options. Where the storage is no CSI driver, `spark.kubernetes.legacy.useReadWriteOnceAccessMode=true`. \
              Leave owning and reusing on.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.claimName: OnDemand
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.sizeLimit: 100Gi
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.mount.path: /data
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.claimName: OnDemand
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.storageClass: gp3
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.sizeLimit: 100Gi
    spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.mount.path: /data
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let all: Vec<_> = volumes(case)
        .into_iter()
        .filter(|volume| volume.option(case, "claimName").as_deref() == Some("OnDemand"))
        .collect();
    let each = all.iter().flat_map(|volume| {
        [never_made(case, volume), never_bound(case, volume)]
            .into_iter()
            .flatten()
    });
    let mut said: Vec<_> = each.collect();
    if all.iter().any(|volume| volume.role == "executor") {
        said.extend(never_reused(case));
    }
    said
}

fn never_made(case: Case<'_>, volume: &Volume<'_>) -> Option<Said> {
    let options = ["storageClass", "sizeLimit"];
    let missing = options.map(|option| volume.key(&format!("options.{option}")));
    let missing = missing.iter().find(|key| case.conf().is_unset(key))?;
    let claim = volume.key("options.claimName");
    let message = format!(
        "`{}` makes no claim without `{missing}`",
        case.shown(&claim)
    );
    let help = format!("set `{missing}`");
    Some(case.at(&claim).say(message, help).because(
        "Spark creates the claim only where class and size are both set; the pod names a claim that does not exist, and stays \
         Pending",
    ))
}

/// A class of the stream that no CSI driver serves.
fn never_bound(case: Case<'_>, volume: &Volume<'_>) -> Option<Said> {
    let applies = case.version.since(4, 0) && case.conf().flag(LEGACY) == Some(false);
    let class = applies
        .then(|| volume.option(case, "storageClass"))
        .flatten()?;
    let mut classes = case.world.of_kind("StorageClass");
    let (_, value) = classes.find(|(object, _)| object.name == class)?;
    let provisioner = text_of(&value["provisioner"]);
    is_no_csi(provisioner).then_some(())?;
    let key = volume.key("options.storageClass");
    let message = format!(
        "`{}` is served by `{provisioner}`, which cannot bind the ReadWriteOncePod claims of Spark {}",
        case.shown(&key),
        case.version
    );
    let help = format!("set `{LEGACY}=true`, or use a class of a CSI driver");
    Some(case.at(&key).say(message, help).because(
        "since 4.0 Spark asks for an access mode that only CSI drivers know: the claim and the executor stay Pending",
    ))
}

/// Provisioners in the tree of Kubernetes and of small clusters.
fn is_no_csi(provisioner: &str) -> bool {
    const OTHERS: [&str; 3] = [
        "rancher.io/local-path",
        "k8s.io/minikube-hostpath",
        "docker.io/hostpath",
    ];
    provisioner.starts_with("kubernetes.io/") || OTHERS.contains(&provisioner)
}

fn never_reused(case: Case<'_>) -> Option<Said> {
    let off = |key: &&str| case.conf().entry(key).is_some() && case.conf().flag(key) == Some(false);
    let key = [OWN, REUSE].into_iter().find(off)?;
    let (effect, because) = match key == OWN {
        true => (
            "each claim goes with its executor",
            "the disk and the shuffle files on it are thrown away with the pod, and a new one is made for the next",
        ),
        false => (
            "claims of executors that are gone stay until the driver ends, and nobody uses them",
            "each new executor makes another claim: disks pile up, and the quota of claims fills",
        ),
    };
    let message = format!("`{}`: {effect}", case.shown(key));
    let help = "remove it: the driver owns claims and hands them on by default since 3.4";
    Some(case.at(key).say(message, help).because(because))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(text: &str) -> Vec<String> {
        said(RULE.page.id, text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    #[test]
    fn a_class_without_csi_cannot_bind_since_4_0() {
        let class = |provisioner: &str| {
            format!(
                "{}---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: gp3}}\nprovisioner: \
                 {provisioner}\n",
                RULE.page.after
            )
        };
        assert_eq!(told(&class("ebs.csi.aws.com")), [""; 0]);
        let found = told(&class("kubernetes.io/aws-ebs"));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("which cannot bind the ReadWriteOncePod claims of Spark 4.1.4"));
        let older = class("kubernetes.io/aws-ebs").replace("4.1.4", "3.5.6");
        assert_eq!(told(&older), [""; 0]);
    }

    #[test]
    fn claims_are_not_to_be_used_once() {
        let conf = |key: &str| {
            RULE.page.after.replace(
                "sparkConf:\n",
                &format!("sparkConf:\n    {key}: \"false\"\n"),
            )
        };
        assert!(told(&conf(OWN))[0].contains("goes with its executor"));
        assert!(told(&conf(REUSE))[0].contains("stay until the driver ends"));
    }

    #[test]
    fn a_class_that_is_filled_in_later_is_not_missing() {
        let text = RULE.page.after.replace("gp3", "\"${CLASS}\"");
        assert_eq!(told(&text), [""; 0]);
    }
}
