//! SK615: a label that the API server refuses.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::text::shortened;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK615",
    grade: Grade::Error,
    page: Page {
        id: "spark/label-value",
        title: "a label that the API server refuses",
        what: "In a stream that runs Spark, each value of `metadata.labels` of an object or of a pod template is text of at most 63 \
               letters, digits, `-`, `_` and `.` that begins and ends with a letter or a digit, or is empty. Source: \
               `validation.IsValidLabelValue` of apimachinery.",
        why_platform: "One object is refused, and the release stops half-way: Helm leaves it as failed, with what came before it.",
        why_data: "Versions and names of teams end up in labels: `N/A`, `3.5 (LTS)` or an unquoted `4.1` are no values of one.",
        fix: "Write another value, or put the text into an annotation, which takes any.",
        before: "\
apiVersion: v1
kind: Service
metadata: {name: minio, labels: {app.kubernetes.io/version: N/A}}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
",
        after: "\
apiVersion: v1
kind: Service
metadata: {name: minio, labels: {app.kubernetes.io/version: none}}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec: {type: Scala, sparkVersion: 4.1.4, driver: {memory: 2g}, executor: {memory: 4g}}
",
    },
    judge: Judge::Stream(judge),
};

/// The longest value.
const MOST: usize = 63;

fn judge(world: &World<'_>) -> Vec<Said> {
    let at = Pointer::from_iter(["metadata", "labels"]);
    let mut said = Vec::new();
    for (object, labels) in world.labels() {
        let site = |key: &str| Site::object(object.index, at.child(key));
        said.extend(of_labels(&labels, site));
    }
    // The labels of a bare Pod are those of the object.
    for (object, pod) in world.pods().filter(|(_, pod)| pod.at(&at) != at) {
        let site = |key: &str| Site::object(object, pod.at(&at.child(key)));
        said.extend(of_labels(&pod.value["metadata"]["labels"], site));
    }
    said
}

fn of_labels(labels: &Value, site: impl Fn(&str) -> Site) -> Vec<Said> {
    let labels = labels.as_object().into_iter().flatten();
    let wrong = labels.filter_map(|(key, value)| {
        let why = wrong(value)?;
        let shown = value.as_str().map_or_else(|| value.to_string(), shortened);
        let message = format!("the label `{key}: {shown}` {why}: the API server refuses the object");
        let help = "write another value, or make an annotation of it";
        Some(site(key).say(message, help).because(
            "a label may have 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit; one object that is \
             refused stops the release half-way",
        ))
    });
    wrong.collect()
}

/// Why a value is none of a label; nothing for one that is, or that is filled in later.
fn wrong(value: &Value) -> Option<&'static str> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text,
        Value::Array(_) | Value::Object(_) => return Some("is no text"),
        Value::Bool(_) | Value::Number(_) => return Some("is no text without quotes around it"),
    };
    let is_end = |b: u8| b.is_ascii_alphanumeric();
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        _ if text.contains(['$', '{']) => None,
        (Some(first), Some(last)) if !is_end(*first) || !is_end(*last) => {
            Some("does not begin and end with a letter or a digit")
        }
        _ if text.len() > MOST => Some("is longer than 63 characters"),
        _ => {
            let is_plain = |b: &u8| is_end(*b) || b"-_.".contains(b);
            (!bytes.iter().all(is_plain))
                .then_some("has more in it than letters, digits, `-`, `_` and `.`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};
    use serde_json::json;

    /// Field failure 030: `N/A` as the version of MinIO, on its Service and its Deployment.
    #[test]
    fn field_failure_030() {
        let deployment = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: minio}\nspec:\n  template:\n    metadata: \
                          {labels: {version: N/A}}\n    spec: {containers: [{name: minio, image: minio}]}\n";
        let found = places(RULE.page.id, &format!("{}{deployment}", RULE.page.before));
        let want = [
            "Service/minio /metadata/labels/app.kubernetes.io~1version",
            "Deployment/minio /spec/template/metadata/labels/version",
        ];
        assert_eq!(found, want);
        assert!(
            said(RULE.page.id, RULE.page.before)[0]
                .1
                .contains("`app.kubernetes.io/version: N/A`")
        );
    }

    #[test]
    fn values() {
        for right in [
            json!(""),
            json!("a"),
            json!("3.5.7"),
            json!("a_b-c.d"),
            json!("${V}"),
            json!("{{ v }}"),
            json!(null),
        ] {
            assert_eq!(wrong(&right), None, "{right}");
        }
        for bad in [
            json!("a b"),
            json!("-a"),
            json!("a."),
            json!(4.1),
            json!(true),
            json!("a".repeat(64)),
            json!("é"),
        ] {
            assert!(wrong(&bad).is_some(), "{bad}");
        }
    }
}
