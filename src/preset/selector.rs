//! Where a rule holds: selectors with their parameters put in and their words understood.

use super::{Glob, Origin, Pattern};
use crate::manifest::spark::Metering;
use crate::manifest::{ContainerKind, Rolls};

/// Every field that is there must match; a list means any of its items.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// Where it is written.
    pub origin: Origin,
    /// Kinds of objects.
    pub kinds: Option<Vec<KindGlob>>,
    /// `metadata.name` of the object.
    pub names: Option<Vec<Glob>>,
    /// `metadata.namespace` of the object; where it has none, nothing matches.
    pub namespaces: Option<Vec<Glob>>,
    /// `metadata.labels` of the object: each of these is there with a value that any of its globs matches.
    pub labels: Vec<(String, Vec<Glob>)>,
    /// Whether the object makes pods.
    pub workload: Option<bool>,
    /// The role: of a container its own, of a pod or an object that of the workload. What has none matches nothing.
    pub roles: Option<Vec<Glob>>,
    /// Whether that role is one of Spark's own; what has no role is not.
    pub spark: Option<bool>,
    /// The container's image, by [`ImageGlob`]; of a pod, any container's.
    pub images: Option<Vec<ImageGlob>>,
    /// The family of the container's image; of a pod, any container's.
    pub families: Option<Vec<Glob>>,
    /// Names of containers.
    pub containers: Option<Vec<Glob>>,
    /// How the container runs.
    pub container_types: Option<Vec<ContainerKind>>,
    /// What the pod runs on.
    pub os: Option<Vec<Os>>,
    /// Whether the object is a hook of Helm or Argo CD.
    pub hooks: Option<bool>,
    /// What is known of the container's user.
    pub non_root: Option<Vec<NonRoot>>,
    /// Whether every container of the pod is declared or inferred to be non-root.
    pub all_non_root: Option<bool>,
    /// What the container says of cpu and memory.
    pub resources: Option<Resources>,
    /// Who reads the metrics of the pod.
    pub scrape: Option<Vec<Scrape>>,
    /// Whether the pod serves metrics, by its configuration.
    pub metrics: Option<Vec<Metering>>,
    /// What the pod has: any of these matches it.
    pub pod: Option<Vec<Pattern>>,
    /// Keys of labels that no selector in the stream may read.
    pub unread: Option<Vec<Glob>>,
    /// What a changed pod template does to the object's pods.
    pub rolls: Option<Vec<Rolls>>,
    /// What becomes of workloads whose template cannot be changed once created. Never there on rules that change nothing.
    pub jobs: Option<Jobs>,
}

/// `Deployment` in any API group, or `apps/Deployment`.
#[derive(Clone, Debug, PartialEq)]
pub struct KindGlob {
    /// The API group, without version.
    pub group: Option<Glob>,
    /// The kind.
    pub kind: Glob,
}

/// A glob of an image's repository, as the manifest writes it; with `:` or `@` after its last slash, of the whole
/// reference.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageGlob(pub Glob);

/// What a pod runs on: Windows where `spec.os.name` or the node selector says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Everything that does not say Windows.
    Linux,
    /// Windows.
    Windows,
}

/// What is known of the user that a container runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonRoot {
    /// Its own or its pod's uid above 0, or `runAsNonRoot: true`.
    Declared,
    /// By its image's family, or by the uid that the same image has elsewhere in the stream.
    Inferred,
    /// It runs as uid 0.
    Root,
    /// Nothing.
    Unknown,
}

/// What a container says of cpu and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resources {
    /// Neither a request nor a limit for either.
    Absent,
}

/// Who reads the metrics of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrape {
    /// Nobody yet, and nothing is in the way.
    Open,
    /// A ServiceMonitor or PodMonitor whose port exists on what it selects.
    Monitored,
    /// A monitor selects it, but the port is not there.
    DeadMonitor,
    /// A NetworkPolicy closes the port.
    Closed,
}

/// What becomes of Jobs and bare Pods that would have to be patched where they exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    /// Left alone, with a warning.
    Leave,
    /// Changed like any other workload.
    Guard,
}

impl Selector {
    /// Whether everything matches.
    pub fn is_empty(&self) -> bool {
        super::spell::selector(self) == "{}"
    }
}

impl KindGlob {
    /// Whether an object of this `apiVersion` and `kind` is meant.
    pub fn matches(&self, api_version: &str, kind: &str) -> bool {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.kind.matches(kind) && self.group.as_ref().is_none_or(|glob| glob.matches(group))
    }
}

impl ImageGlob {
    /// Whether an image reference is meant: without a tag and a digest, where the glob has none.
    pub fn matches(&self, reference: &str) -> bool {
        let last = |text: &str| text.rfind('/').map_or(0, |at| at + 1);
        let glob = self.0.text();
        if glob[last(glob)..].contains([':', '@']) {
            return self.matches_whole(reference);
        }
        let name = last(reference);
        let end = reference[name..]
            .find([':', '@'])
            .map_or(reference.len(), |at| name + at);
        self.0.matches(&reference[..end])
    }

    /// Whether the whole reference matches; its digest counts only where the glob has one, so that whoever writes the
    /// digest behind a tag escapes no rule.
    pub(super) fn matches_whole(&self, reference: &str) -> bool {
        let tagged = reference.split_once('@').map(|(tagged, _)| tagged);
        let tagged = tagged.filter(|_| !self.0.text().contains('@'));
        self.0.matches(reference) || tagged.is_some_and(|tagged| self.0.matches(tagged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_by_repository_or_whole_reference() {
        let matches = |glob, image| ImageGlob(Glob::new(glob).unwrap()).matches(image);
        assert!(matches("apache/spark", "apache/spark:4.1.0"));
        assert!(matches("*/spark", "localhost:5000/spark@sha256:00"));
        assert!(!matches("*/spark", "localhost:5000/spark-py"));
        assert!(matches("*spark*:4*", "acme/spark-custom:4.1.0"));
        assert!(!matches("*spark*:4*", "acme/spark-custom:3.5.7"));
        assert!(matches("localhost:5000/*", "localhost:5000/spark:4"));
        assert!(matches(
            "apache/spark:4.1.0",
            "apache/spark:4.1.0@sha256:00"
        ));
        assert!(!matches("apache/spark:4.1.0@*", "apache/spark:4.1.0"));
    }

    #[test]
    fn kinds_with_and_without_a_group() {
        let kind = |group: Option<&str>, kind| KindGlob {
            group: group.map(|group| Glob::new(group).unwrap()),
            kind: Glob::new(kind).unwrap(),
        };
        assert!(kind(None, "Deployment").matches("extensions/v1beta1", "Deployment"));
        assert!(!kind(Some("apps"), "Deployment").matches("extensions/v1beta1", "Deployment"));
        assert!(kind(Some(""), "*").matches("v1", "Pod"));
    }
}
