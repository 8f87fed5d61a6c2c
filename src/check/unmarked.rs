//! Workloads that went through no policy, where somebody asks for its mark: a host that skips a function says nothing.

use crate::guard::{Finding, Severity};
use crate::manifest::{Object, Tables};
use crate::yaml::{NodeRef, Pointer, Stream};
use std::collections::BTreeSet;

/// Where the mark stands on an object.
const MARK: [&str; 3] = ["metadata", "annotations", "sparkk8s.io/policy"];

/// An error for each workload of the stream, as it came, that has no mark. What the policy leaves alone gets none.
pub fn findings(
    stream: &Stream<'_>,
    objects: &[Object<'_>],
    said: &[Finding],
    tables: &Tables,
) -> Vec<Finding> {
    let left_alone = said.iter().filter(|finding| finding.id == "left-alone");
    let left_alone: BTreeSet<_> = left_alone.filter_map(|finding| finding.object).collect();
    let is_workload = |object: &&Object<'_>| {
        let place = tables.places.of(object.api_version, object.kind);
        place.is_some() && !left_alone.contains(&object.index)
    };
    let lacks = |object: &&Object<'_>| {
        let node = stream.documents[object.document].node(object.node);
        let mark = MARK.iter().try_fold(node, |node, key| node.get(key));
        mark.map(NodeRef::text).is_none_or(str::is_empty)
    };
    let unmarked = objects.iter().filter(is_workload).filter(lacks);
    unmarked.map(finding).collect()
}

fn finding(object: &Object<'_>) -> Finding {
    Finding {
within: None,
        id: "marker-missing".into(),
        severity: Severity::Error,
        object: Some(object.index),
        container: None,
        path: Pointer::from_iter(MARK),
        message: "there is no mark of a policy, so nobody guarded this".into(),
        because: Some("kustomize leaves a function out without a word where functions are off".into()),
        help: Some("run kustomize with `--enable-alpha-plugins --enable-exec`, or guard its output in a pipe".into()),
        needed_by: None,
        waived: None,
    }
}
