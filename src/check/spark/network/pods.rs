//! The pods that other objects of the stream make.

use crate::check::spark::case::Case;
use crate::manifest::Object;
use serde_json::Value;

/// The other objects whose pods a Service's selector finds.
pub(super) fn selected<'w>(case: Case<'w>, service: &Value) -> Vec<&'w Object<'w>> {
    let namespace = service["metadata"]["namespace"]
        .as_str()
        .unwrap_or_default();
    let found = case.world.selected(namespace, &service["spec"]["selector"]);
    let others = found.into_iter();
    others
        .filter(|object| object.index != case.object)
        .collect()
}
