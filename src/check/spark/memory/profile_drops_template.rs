//! SK121: a resource profile of a program's own, and a pod template with resources, which it drops.

use crate::check::Page;
use crate::check::run::parse;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::template;

pub(super) const RULE: Rule = Rule {
    code: "SK121",
    grade: Grade::Warning,
    page: Page {
        id: "spark/profile-drops-template",
        title: "a resource profile drops the resources of the pod template",
        what: "A driver whose pod mounts a script with `ResourceProfileBuilder` in it, and whose \
               `spark.kubernetes.executor.podTemplateFile` is in the stream, has no `resources` in that template: executors of a \
               profile that the program makes get none of them (documented in \"Running Spark on Kubernetes\", resource \
               profiles). Programs inside an image are not seen.",
        why_platform: "Limits of CPU and requests of `ephemeral-storage` that the template guarantees are missing on part of the \
                       executors, and quotas refuse these.",
        why_data: "Stages that ask for a profile of their own run in pods that look different from all others.",
        fix: "Ask for what is needed in the profile, or in Spark's settings, and take `resources` out of the template.",
        before: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: job}
data:
  job.py: |
    profile = ResourceProfileBuilder().require(requests).build
  executor.yaml: |
    spec:
      containers:
      - name: executor
        resources: {limits: {ephemeral-storage: 10Gi}}
  spark-defaults.conf: |
    spark.master k8s://https://kubernetes.default.svc
    spark.kubernetes.executor.podTemplateFile /job/executor.yaml
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: job}
spec:
  template:
    spec:
      containers:
      - name: job
        command: [/opt/spark/bin/spark-submit, /job/job.py]
        volumeMounts:
        - {name: job, mountPath: /job}
      volumes:
      - name: job
        configMap: {name: job}
",
        after: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: job}
data:
  job.py: |
    profile = ResourceProfileBuilder().require(requests).build
  executor.yaml: |
    spec:
      containers:
      - name: executor
  spark-defaults.conf: |
    spark.master k8s://https://kubernetes.default.svc
    spark.kubernetes.executor.podTemplateFile /job/executor.yaml
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: job}
spec:
  template:
    spec:
      containers:
      - name: job
        command: [/opt/spark/bin/spark-submit, /job/job.py]
        volumeMounts:
        - {name: job, mountPath: /job}
      volumes:
      - name: job
        configMap: {name: job}
",
    },
    judge: Judge::Process(judge),
};

const BUILDER: &str = "ResourceProfileBuilder";

fn judge(case: Case<'_>) -> Vec<Said> {
    let makes = case.makes_executors() && case.conf().may_hold(BUILDER);
    let held = case.template_text().filter(|_| makes);
    let Some(held) = held.filter(|held| has_resources(&held.text)) else {
        return Vec::new();
    };
    let message = format!(
        "`resources` of the template `{}` are dropped for executors of a profile that the program makes",
        held.path.last().unwrap_or_default()
    );
    let help =
        format!("ask for them in the profile (`{BUILDER}`), and take them out of the template");
    let because = "Spark builds executors of a resource profile from the profile alone: limits and ephemeral storage of the \
                   template are missing on them";
    let site = Site::object(held.object, held.path.clone());
    vec![site.say(message, help).because(because)]
}

fn has_resources(text: &str) -> bool {
    let pod = template::read(text, parse);
    pod.is_some_and(|pod| {
        let mut all = template::main_containers(&pod);
        all.any(|container| {
            let resources = container.value["resources"].as_object();
            resources.is_some_and(|lists| !lists.is_empty())
        })
    })
}
