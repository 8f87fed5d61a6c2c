//! KRM functions: the protocol as kpt speaks it, and the real kustomize, alone and inside kubectl. kpt itself is not
//! among the hosts, so that only its protocol is held.
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped fails its test"
)]

mod config;
#[cfg(unix)]
pub(crate) mod kustomize;
mod protocol;

use super::fixtures;
use super::lab::{Ended, run};
use serde_json::Value;

/// A list with one Deployment that nobody refuses; what follows it is the caller's.
const LIST: &str = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n\
    - apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: a # ours\n    namespace: ns\n    annotations:\n\
    \x20     config.kubernetes.io/index: '1'\n      config.kubernetes.io/path: 'a.yaml'\n\
    \x20     internal.config.kubernetes.io/index: '1'\n      internal.config.kubernetes.io/path: 'a.yaml'\n\
    \x20     internal.config.kubernetes.io/seqindent: 'compact'\n\
    \x20     internal.config.kubernetes.io/annotations-migration-resource-id: '0'\n\
    \x20     internal.config.kubernetes.io/id: '1'\n      config.k8s.io/id: '1'\n\
    \x20 spec:\n    strategy: {type: Recreate}\n    selector: {matchLabels: {app: spark-connect}}\n    template:\n      metadata:\n        labels: {app: spark-connect}\n        annotations: {prometheus.io/scrape: 'false'}\n\
    \x20     spec:\n        containers:\n        - name: main\n          image: apache/spark:4.1.1\n\
    \x20         env: [{name: SPARK_NO_DAEMONIZE, value: 'true'}]\n          command: [/opt/spark/sbin/start-connect-server.sh]\n";

/// The same, with a container that is privileged, which the default preset refuses of Spark.
fn violation() -> String {
    format!("{LIST}          securityContext:\n            privileged: true\n")
}

/// A run as a function.
fn function(input: &str) -> Ended {
    run(&["--host", "krm"], input)
}

/// The one document of an answer.
fn value(text: &str) -> Value {
    let mut documents = fixtures::yaml(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}
