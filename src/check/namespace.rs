//! Namespaces of the stream that enforce a level of Pod Security, and the pods that they would refuse.

use super::{Page, Violation, pod_security};
use crate::manifest::Pod;
use pod_security::{Level, Version};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const PAGE: Page = Page {
    id: "namespace-enforces",
    title: "a pod that its own namespace would refuse",
    what: "Where a Namespace in the stream has the label `pod-security.kubernetes.io/enforce`, every pod of the stream's \
           objects in it meets that level, at the version of `enforce-version`; also driver and executors that Spark makes of \
           an application, and executors of a driver in a pod of the stream (SK504). The finding names the controls; their own pages tell of each.",
    why_platform: "The API server enforces the level on pods alone. A Deployment, a Job or a SparkApplication that is against it \
                   is accepted, and the release ends well; the pods are what is refused, one by one, later.",
    why_data: "`kubectl get pods` shows no executor at all, and the driver's log repeats `forbidden: violates PodSecurity`. \
               Spark itself writes no security context: without a template or a field of the operator, its pods never pass \
               `restricted`.",
    fix: "Give the pods what the level asks for: the preset `restricted` writes it where it survives. Or let whoever owns the \
          namespace choose `baseline`, which Spark's own pods pass.",
    before: "\
apiVersion: v1
kind: Namespace
metadata:
  name: jobs
  labels: {pod-security.kubernetes.io/enforce: restricted}
---
apiVersion: v1
kind: Pod
metadata: {name: driver, namespace: jobs}
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.4
",
    after: "\
apiVersion: v1
kind: Namespace
metadata:
  name: jobs
  labels: {pod-security.kubernetes.io/enforce: restricted}
---
apiVersion: v1
kind: Pod
metadata: {name: driver, namespace: jobs}
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 185
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: spark
    image: apache/spark:4.1.4
    securityContext:
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
",
};

/// What the stream's namespaces enforce.
#[derive(Debug, Default)]
pub(super) struct Enforced(BTreeMap<String, (Level, Version)>);

impl Enforced {
    /// Takes in a Namespace. Source: `PolicyToEvaluate` of `k8s.io/pod-security-admission`: a label that is no level counts as
    /// `restricted`, a version that is none as `latest`.
    pub(super) fn add(&mut self, object: &Value) {
        const LEVEL: &str = "pod-security.kubernetes.io/enforce";
        const VERSION: &str = "pod-security.kubernetes.io/enforce-version";
        let text = |label: &str| object["metadata"]["labels"][label].as_str();
        let (Some(name), Some(level)) = (object["metadata"]["name"].as_str(), text(LEVEL)) else {
            return;
        };
        let level = match level {
            "privileged" => return,
            // What a placeholder stands for is not known.
            level if level.contains(['$', '{']) => return,
            "baseline" => Level::Baseline,
            _ => Level::Restricted,
        };
        let version = text(VERSION).and_then(Version::parse);
        let version = version.unwrap_or(Version::LATEST);
        self.0.insert(name.to_owned(), (level, version));
    }

    /// What a pod of a namespace lacks there, as one violation; `open` where what it lacks may stand somewhere else, and
    /// `role` its name among the pods of its object.
    pub(super) fn refused(
        &self,
        namespace: Option<&str>,
        role: Option<&str>,
        pod: Pod<'_>,
        open: bool,
    ) -> Option<Violation> {
        let namespace = namespace?;
        let (level, version) = *self.0.get(namespace)?;
        let mut violations = pod_security::evaluate(pod, level, version);
        violations.retain(|violation| !(open && violation.absent));
        let mut controls: Vec<_> = violations.iter().map(|it| it.check).collect();
        controls.sort_unstable();
        controls.dedup();
        let first = violations.into_iter().next()?;
        let who = role.map_or("pod".to_owned(), |role| format!("pod `{role}`"));
        Some(Violation {
            check: PAGE.id,
            container: None,
            path: first.path,
            absent: first.absent,
            message: format!(
                "{who} would be refused: namespace `{namespace}` enforces `{level}` (`{}`)",
                controls.join("`, `")
            ),
            help: "the preset `restricted` writes what is missing; nothing refuses the object itself, so that a release \
                   ends well and has no pods"
                .to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::run::parse;
    use crate::manifest::ObjectFacts;
    use serde_json::json;

    fn said(text: &str) -> Option<String> {
        let mut documents = text.split("---\n").map(|text| parse(text).unwrap());
        let mut enforced = Enforced::default();
        enforced.add(&documents.next().unwrap());
        let pod = documents.next().unwrap();
        let namespace = ObjectFacts::of(&pod).namespace;
        let refused = enforced.refused(namespace, None, Pod { value: &pod }, false);
        refused.map(|it| it.message)
    }

    #[test]
    fn the_page_shows_a_refused_pod_and_how_it_is_mended() {
        let controls = "`allowPrivilegeEscalation`, `capabilities_restricted`, `runAsNonRoot`, `seccompProfile_restricted`";
        let message =
            format!("pod would be refused: namespace `jobs` enforces `restricted` ({controls})");
        assert_eq!(said(PAGE.before).unwrap(), message);
        assert_eq!(said(PAGE.after), None);
    }

    #[test]
    fn only_a_level_that_is_known_refuses_and_only_in_its_namespace() {
        let change = |from: &str, to: &str| said(&PAGE.before.replacen(from, to, 1));
        for level in ["privileged", "baseline", "\"${LEVEL}\"", "\"{{ .level }}\""] {
            assert_eq!(
                change("enforce: restricted", &format!("enforce: {level}")),
                None
            );
        }
        assert_eq!(change("name: jobs", "name: other"), None);
        let unknown = change("enforce: restricted", "enforce: strict");
        assert!(unknown.unwrap().contains("enforces `restricted`"));
        // Before 1.8 a pod needed no more than `runAsNonRoot`.
        let old = change(
            "enforce: restricted}",
            "enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.7}",
        );
        assert!(old.unwrap().ends_with("(`runAsNonRoot`)"));
        let none = json!({"metadata": {"name": "jobs", "labels": null}});
        let mut enforced = Enforced::default();
        enforced.add(&none);
        assert!(enforced.0.is_empty());
    }
}
