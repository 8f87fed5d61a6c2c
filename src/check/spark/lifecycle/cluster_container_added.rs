//! SK707: a container of a cluster that the operator does not take for its own.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::spark::text_of;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK707",
    grade: Grade::Warning,
    page: Page {
        id: "spark/cluster-container-added",
        title: "a container of a cluster under another name",
        what: "In a SparkCluster of Apache's operator, the container of `masterSpec.statefulSetSpec.template` that is meant for \
               Spark is called `master`, and that of `workerSpec` is called `worker`: by these names the operator finds them, \
               and it adds one that is missing. A container is taken to be meant for Spark where it has no image, an image \
               of Spark, or a name with `spark` in it; others are sidecars.",
        why_platform: "The pod has two containers: the operator's own without your limits and security context, and yours \
                       beside it, which starts nothing or the same master again.",
        why_data: "Workers have other memory and cores than the manifest says.",
        fix: "Call the container `master` or `worker`.",
        before: "\
apiVersion: spark.apache.org/v1
kind: SparkCluster
metadata: {name: shared}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  masterSpec:
    statefulSetSpec:
      template:
        spec:
          containers:
          - name: spark-master
            resources: {limits: {memory: 2Gi}}
  workerSpec: {}
",
        after: "\
apiVersion: spark.apache.org/v1
kind: SparkCluster
metadata: {name: shared}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  masterSpec:
    statefulSetSpec:
      template:
        spec:
          containers:
          - name: master
            resources: {limits: {memory: 2Gi}}
  workerSpec: {}
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut found = Vec::new();
    for (object, value) in world.of_kind("SparkCluster") {
        if !object.api_version.starts_with("spark.apache.org/") {
            continue;
        }
        for role in ["master", "worker"] {
            let spec = format!("{role}Spec");
            let path = [
                "spec",
                &spec,
                "statefulSetSpec",
                "template",
                "spec",
                "containers",
            ];
            let at: Pointer = path.iter().collect();
            let containers = at.of(value).and_then(Value::as_array);
            let containers = containers.map_or(&[][..], Vec::as_slice);
            if containers.iter().any(|container| container["name"] == role) {
                continue;
            }
            let meant = containers.iter().position(is_spark);
            found.extend(meant.map(|index| {
                let name = text_of(&containers[index]["name"]);
                let message = format!("container `{name}` of `{spec}` is not called `{role}`, and the operator adds one that is");
                let help = format!("call it `{role}`");
                let because = "the operator finds Spark's container by its name: what is written here runs beside it";
                let site = Site::object(object.index, at.child(index).child("name"));
                site.in_container(name).say(message, help).because(because)
            }));
        }
    }
    found
}

fn is_spark(container: &Value) -> bool {
    let image = text_of(&container["image"]);
    image.is_empty() || image.contains("spark") || text_of(&container["name"]).contains("spark")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn a_sidecar_is_no_mistake() {
        let text = RULE.page.before.replace(
            "spark-master",
            "logs\n            image: fluent/fluent-bit:4.0.0",
        );
        assert!(places(RULE.page.id, &text).is_empty());
    }
}
