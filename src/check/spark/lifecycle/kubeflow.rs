//! What rules on kubeflow's operator share.

use crate::check::spark::case::Case;
use crate::check::spark::said::Site;
use crate::spark::process::Operator;
use crate::yaml::Pointer;
use serde_json::Value;

/// The `spec` of an application of kubeflow's operator, and where it stands.
pub(super) fn application(case: Case<'_>) -> Option<(&Value, Pointer)> {
    (case.operator == Some(Operator::Kubeflow)).then(|| case.application())
}

/// A place below the application's `spec`.
pub(super) fn site(case: Case<'_>, base: &Pointer, path: &[&str]) -> Site {
    let tail: Pointer = path.iter().collect();
    Site::object(case.object, base.join(&tail))
}

/// Whether a text is still to be filled in.
pub(super) fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}
