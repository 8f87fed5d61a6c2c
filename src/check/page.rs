//! What `explain` has to say about a check.

use super::{
    credentials, image, namespace, openshift, overwritten, pod_security, spark, substitution,
    validity,
};
use std::sync::LazyLock;

/// One check, for whoever met it in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// As reports print it: `pod-security/runAsNonRoot`, `api/…`, `kubelet/…`.
    pub id: &'static str,
    /// A few words, lower case.
    pub title: &'static str,
    /// Which fields it reads, and which values it lets pass.
    pub what: &'static str,
    /// Why a platform engineer wants it.
    pub why_platform: &'static str,
    /// What it means to somebody who runs Spark, and does not speak Kubernetes.
    pub why_data: &'static str,
    /// What to change.
    pub fix: &'static str,
    /// A piece of a pod that does not meet it, as YAML.
    pub before: &'static str,
    /// The same piece, mended.
    pub after: &'static str,
}

/// The pages of all checks: Pod Security in upstream's order, then OpenShift, validity, credentials, images and Flux, then what breaks in Spark.
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
        pod_security::pages()
            .chain(openshift::PAGES.iter().copied())
            .chain(validity::pages())
            .chain([
                credentials::PAGE,
                image::PAGE,
                namespace::PAGE,
                overwritten::PAGE,
                substitution::PAGE,
            ])
            .chain(spark::pages())
            .collect()
    });
    &PAGES
}
