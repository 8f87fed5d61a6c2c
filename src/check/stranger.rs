//! Documents that are no Kubernetes objects: passed on as they are, and said.

use crate::guard::{Finding, Severity};
use crate::manifest::Stranger;
use crate::text::Source;
use crate::yaml::{Pointer, Stream};

/// A warning for each.
pub fn findings(stream: &Stream<'_>, strangers: &[Stranger]) -> Vec<Finding> {
    let finding = |stranger: &Stranger| {
        let document = &stream.documents[stranger.document];
        let start = document.node(stranger.node).span().start + document.offset;
        let position = Source {
            name: "",
            text: stream.text,
        }
        .position(start);
        Finding {
            within: None,
            id: "yaml/no-object".into(),
            severity: Severity::Warning,
            object: None,
            container: None,
            path: Pointer::root(),
            message: format!(
                "line {}: no Kubernetes object, passed on as it is: {}",
                position.line, stranger.why
            ),
            because: Some(
                "kubectl and Helm refuse a document without `apiVersion` and `kind`".into(),
            ),
            help: Some("keep other YAML out of the stream".into()),
            needed_by: None,
            waived: None,
        }
    };
    strangers.iter().map(finding).collect()
}
