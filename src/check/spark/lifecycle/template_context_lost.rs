//! SK702: a security context of a field takes the place of the template's.

use super::kubeflow::{application, site};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK702",
    grade: Grade::High,
    page: Page {
        id: "spark/template-context-lost",
        title: "a security context of the template that is thrown away",
        what: "Driver and executor of kubeflow's operator with both a field and a template: what the template's \
               `securityContext` has stands in `spec.driver.securityContext` too, and what the template's pod has in \
               `spec.driver.podSecurityContext`; the same for `executor`. The webhook puts its field in the place of the \
               template's, it does not merge the two (`internal/webhook/sparkpod_defaulter.go`).",
        why_platform: "A `runAsNonRoot` or `drop: [ALL]` that stands in the template is not in the pod, and Pod Security \
                       refuses it or, worse, lets it run.",
        why_data: "The file is read, the fields are right, and the pod is refused all the same.",
        fix: "Write the security context in one place: all of it in the field, or all of it in the template.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver:
    securityContext: {runAsUser: 185}
    template:
      spec:
        containers:
        - name: spark-kubernetes-driver
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver:
    securityContext:
      runAsUser: 185
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
    template:
      spec:
        containers:
        - name: spark-kubernetes-driver
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some((spec, base)) = application(case) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for role in ["driver", "executor"] {
        let template = &spec[role]["template"]["spec"];
        let contexts = [
            ("podSecurityContext", &template["securityContext"]),
            ("securityContext", of_container(template, role)),
        ];
        for (field, other) in contexts {
            let lost = lost(&spec[role][field], other);
            if lost.is_empty() {
                continue;
            }
            let message = format!(
                "`{field}` of the {role} takes the place of the template's, which loses {}",
                lost.join(", ")
            );
            let help = format!("write it in `{field}`, too, or take `{field}` out");
            let because = "the operator's webhook replaces the security context of the template, it does not merge the two";
            found.push(
                site(case, &base, &[role, field])
                    .say(message, help)
                    .because(because),
            );
        }
    }
    found
}

fn of_container<'v>(template: &'v Value, role: &str) -> &'v Value {
    let name = format!("spark-kubernetes-{role}");
    let containers = template["containers"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let own = containers.iter().find(|own| own["name"] == name.as_str());
    own.or(containers.first())
        .map_or(&Value::Null, |own| &own["securityContext"])
}

/// What stands in the template and not in the field, where both are there.
fn lost(field: &Value, template: &Value) -> Vec<String> {
    let Some((field, template)) = field.as_object().zip(template.as_object()) else {
        return Vec::new();
    };
    let missing = template
        .iter()
        .filter(|(key, value)| !value.is_null() && !field.contains_key(*key));
    missing.map(|(key, _)| format!("`{key}`")).collect()
}
