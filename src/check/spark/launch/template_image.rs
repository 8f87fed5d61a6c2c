//! SK614: an image in a pod template that Spark writes its own over.

use super::images::{Role, image_of};
use super::templates::{Template, templates};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use crate::spark::process::Operator;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK614",
    grade: Grade::Info,
    page: Page {
        id: "spark/template-image",
        title: "an image in a pod template that counts for nothing",
        what: "Spark's container in a pod template has no `image` and no `imagePullPolicy` other than what Spark writes: the image \
               of `spark.kubernetes.{driver,executor}.container.image` or `spark.kubernetes.container.image`, the policy of \
               `spark.kubernetes.container.image.pullPolicy`. Source: pods that 3.5.9, 4.1.4 and 4.3.0 built of a template that \
               sets both.",
        why_platform: "A scanner or a policy that reads the template judges an image that never runs.",
        why_data: "You change the image in the template, and executors go on with the old one.",
        fix: "Take both fields out of the template; set the image in the configuration.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  driver: {memory: 2g}
  executor:
    memory: 4g
    template: {spec: {containers: [{name: spark-kubernetes-executor, image: \"team/spark:4.1.4-7\"}]}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  driver: {memory: 2g}
  executor:
    memory: 4g
    template: {spec: {containers: [{name: spark-kubernetes-executor}]}}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let templates = templates(case);
    templates
        .iter()
        .filter_map(|template| of_template(case, template))
        .collect()
}

fn of_template(case: Case<'_>, template: &Template) -> Option<Said> {
    // kubeflow's Connect server takes the template's image.
    if case.operator == Some(Operator::Connect) && template.role == "driver" {
        return None;
    }
    let (at, container) = own(case, template)?;
    let role = if template.role == "driver" {
        Role::Driver
    } else {
        Role::Executor
    };
    let image = image_of(case, role)?;
    let place = |field: &str| {
        let at = Pointer::from_iter(["spec", "containers"])
            .child(at)
            .child(field);
        template.at(&at)
    };
    let said = |field: &str, written: &str, taken: &str, key: &str| {
        let message = format!(
            "`{field}: {written}` in the {} template has no effect: Spark writes `{taken}` over it",
            template.role
        );
        let help =
            format!("take it out of the template, and set `{key}` where another one is meant");
        place(field).say(message, help).because(
            "image and pull policy of Spark's container come from the configuration alone; whoever reads the template sees an image \
             that never runs",
        )
    };
    let written = text_of(&container["image"]);
    if !written.is_empty() && !written.contains(['$', '{']) && written != image.text {
        return Some(said(
            "image",
            written,
            &image.text,
            &template.key("container.image"),
        ));
    }
    let key = "spark.kubernetes.container.image.pullPolicy";
    let policy = case.conf().effective(key)?;
    let written = text_of(&container["imagePullPolicy"]);
    let differs = !written.is_empty() && !written.contains(['$', '{']) && written != policy;
    differs.then(|| said("imagePullPolicy", written, &policy, key))
}

/// The container that Spark takes for its own, and its place.
fn own<'t>(case: Case<'_>, template: &'t Template) -> Option<(usize, &'t Value)> {
    let containers = template.containers();
    let name = case.conf().text(&template.key("podTemplateContainerName"));
    let named = containers
        .iter()
        .position(|container| name.as_deref() == container["name"].as_str());
    let at = named.filter(|_| name.is_some()).unwrap_or(0);
    Some((at, containers.get(at)?))
}
