//! The pod templates that a process makes its pods from, as far as the stream has them.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::manifest::template::readable;
use crate::spark::process::Operator;
use crate::yaml::{Pointer, Stream};
use serde_json::Value;

/// A template, and where it is written.
pub(super) struct Template {
    /// `driver` or `executor`.
    pub(super) role: &'static str,
    /// The pod.
    pub(super) pod: Value,
    object: usize,
    /// The text that holds it, where it is not a part of the object.
    within: Option<Pointer>,
    /// Where the pod stands in the object or in the text.
    base: Pointer,
}

impl Template {
    /// A place in it.
    pub(super) fn at(&self, path: &Pointer) -> Site {
        Site {
            object: self.object,
            within: self.within.clone(),
            path: self.base.join(path),
            container: None,
        }
    }

    /// Its containers.
    pub(super) fn containers(&self) -> &[Value] {
        self.pod["spec"]["containers"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// The setting that names Spark's container in it.
    pub(super) fn key(&self, last: &str) -> String {
        format!("spark.kubernetes.{}.{last}", self.role)
    }
}

/// Where operators' objects have templates that Spark merges: whose, and where. Sources: `v1beta2/sparkapplication_types.go`,
/// `v1alpha1/sparkconnect_types.go` (kubeflow), `BaseApplicationTemplateSpec.java` (Apache).
const FIELDS: [(Operator, &str, &[&str]); 5] = [
    (Operator::Kubeflow, "driver", &["driver", "template"]),
    (Operator::Kubeflow, "executor", &["executor", "template"]),
    (Operator::Connect, "executor", &["executor", "template"]),
    (
        Operator::Apache,
        "driver",
        &["driverSpec", "podTemplateSpec"],
    ),
    (
        Operator::Apache,
        "executor",
        &["executorSpec", "podTemplateSpec"],
    ),
];

/// The templates of a process.
pub(super) fn templates(case: Case<'_>) -> Vec<Template> {
    match case.operator {
        Some(operator) => in_fields(case, operator),
        None => Vec::from_iter(in_text(case)),
    }
}

fn in_fields(case: Case<'_>, operator: Operator) -> Vec<Template> {
    let object = &case.seen().value;
    let spec: &[&str] = match object["kind"] == "ScheduledSparkApplication" {
        true => &["spec", "template"],
        false => &["spec"],
    };
    let rows = FIELDS.iter().filter(|(own, ..)| *own == operator);
    let found = rows.filter_map(|(_, role, path)| {
        let base: Pointer = spec.iter().chain(*path).collect();
        let pod = object
            .pointer(base.as_str())
            .filter(|pod| pod.is_object())?;
        Some(Template {
            role,
            pod: pod.clone(),
            object: case.object,
            within: None,
            base,
        })
    });
    found.collect()
}

/// The template of executors that a driver in a pod of the stream reads. One that is filled in first is read as it is.
fn in_text(case: Case<'_>) -> Option<Template> {
    let held = case.template_text()?;
    Some(Template {
        role: "executor",
        pod: parsed(&held.text)?,
        object: held.object,
        within: Some(held.path.clone()),
        base: Pointer::root(),
    })
}

/// The pod that a text holds, what is not filled in yet made readable.
fn parsed(text: &str) -> Option<Value> {
    let text = readable(text);
    let stream = Stream::parse(&text).ok()?;
    let root = stream.documents.first()?.root()?;
    let value = root.to_value();
    value["spec"]["containers"].is_array().then_some(value)
}
