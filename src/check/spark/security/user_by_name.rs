//! SK506: a container that must not be root, and an image whose user is a name.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::{Container, Family};
use crate::preset::tables;
use crate::spark::process::SeenPod;

pub(super) const RULE: Rule = Rule {
    code: "SK506",
    grade: Grade::High,
    page: Page {
        id: "spark/user-by-name",
        title: "not to be root, and a user that the kubelet cannot check",
        what: "A container with `runAsNonRoot: true`, its own or the pod's, has a `runAsUser`, where its image is known to start as a \
               user by name or as root: `apache/spark`, `apache/hive` and others of the table of images. `runAsUser: 0` is \
               `kubelet/root-but-non-root`. Source: the images' Dockerfiles; the kubelet's `verifyRunAsNonRoot`.",
        why_platform: "The API server and Pod Security take the pod. The kubelet knows numbers only and refuses to create the \
                       container: CreateContainerConfigError.",
        why_data: "`USER spark` in the official image is uid 185, and the kubelet does not look it up. The pod is scheduled and never \
                   starts.",
        fix: "Write `runAsUser: 185` beside `runAsNonRoot` for Spark's images; on OpenShift leave both to the platform.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 185}
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let pods = world.pods().filter(|(_, pod)| !pod.pod().is_windows());
    let said = pods.flat_map(|(object, pod)| {
        let containers: Vec<_> = pod.pod().containers().collect();
        containers
            .into_iter()
            .filter_map(move |container| of_container(object, pod, container))
    });
    said.collect()
}

fn of_container(object: usize, pod: &SeenPod, container: Container<'_>) -> Option<Said> {
    let of = |field: &str| {
        let own = &container.value["securityContext"][field];
        if own.is_null() {
            &pod.pod().spec()["securityContext"][field]
        } else {
            own
        }
    };
    if of("runAsNonRoot") != true || !of("runAsUser").is_null() {
        return None;
    }
    let family = tables().images.of_text(container.image())?;
    let (what, help) = told(family)?;
    let message = format!(
        "container `{}` must not be root, and `{}` {what}: the kubelet does not start it",
        container.name(),
        container.image()
    );
    let at = container.pointer().join(&["image"].iter().collect());
    let site = Site::object(object, pod.at(&at)).in_container(container.name());
    Some(site.say(message, help).because(
        "the kubelet checks `runAsNonRoot` by the number of the user alone; the pod passes every admission and stays in \
         CreateContainerConfigError",
    ))
}

/// What is known of the user of an image that the kubelet refuses.
fn told(family: &Family) -> Option<(String, String)> {
    let uid = family.user;
    match &family.user_name {
        Some(name) => Some((
            format!("starts as `{name}`, a name and no number"),
            format!("write `runAsUser: {uid}` beside `runAsNonRoot`: that is the uid of `{name}` in this image"),
        )),
        None if uid == 0 => Some((
            "starts as root".to_owned(),
            "write `runAsUser` with a uid that the image can work as, or `runAsNonRoot: false` on this container".to_owned(),
        )),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    /// Field failure 009: Hive's image beside Spark's, in a pod of its own that runs no Spark.
    #[test]
    fn field_failure_009() {
        let hive = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hive}\nspec:\n  template:\n    spec:\n      \
                    securityContext: {runAsNonRoot: true}\n      containers: [{name: hive, image: \"apache/hive:4.0.1\"}]\n";
        let found = said(RULE.page.id, &format!("{}{hive}", RULE.page.after));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.contains("starts as `hive`"), "{found:?}");
    }

    #[test]
    fn images_that_nobody_knows_and_numbers_pass() {
        for image in [
            "team/own:1",
            "quay.io/prometheus/node-exporter-x:1",
            "\"${IMAGE}\"",
        ] {
            let text = RULE.page.before.replace("apache/spark:4.1.1", image);
            assert_eq!(said(RULE.page.id, &text), [], "{image}");
        }
        let own = RULE.page.before.replace(
            "image: apache",
            "securityContext: {runAsNonRoot: false}\n        image: apache",
        );
        assert_eq!(said(RULE.page.id, &own), []);
    }
}
