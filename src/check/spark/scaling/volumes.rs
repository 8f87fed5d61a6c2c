//! Volumes that settings give to drivers and executors.

use crate::check::spark::case::Case;

/// A volume of the settings.
pub(super) struct Volume<'c> {
    /// `driver` or `executor`.
    pub(super) role: &'static str,
    /// `persistentVolumeClaim`, `nfs`, ….
    pub(super) kind: &'c str,
    pub(super) name: &'c str,
}

impl Volume<'_> {
    /// Whether Spark keeps shuffle files there. Source: `LocalDirsFeatureStep`.
    pub(super) fn is_scratch(&self) -> bool {
        self.name.starts_with("spark-local-dir-")
    }

    /// A setting of it.
    pub(super) fn key(&self, rest: &str) -> String {
        let Self { role, kind, name } = self;
        format!("spark.kubernetes.{role}.volumes.{kind}.{name}.{rest}")
    }

    /// The known value of an option.
    pub(super) fn option(&self, case: Case<'_>, name: &str) -> Option<String> {
        let text = case.conf().text(&self.key(&format!("options.{name}")));
        text.map(std::borrow::Cow::into_owned)
    }
}

/// The volumes of the pods that Spark makes, each once. Source: `KubernetesVolumeUtils.parseVolumesWithPrefix`.
pub(super) fn volumes(case: Case<'_>) -> Vec<Volume<'_>> {
    let roles: &[&'static str] = match (case.makes_executors(), case.is_client()) {
        (false, _) => &[],
        (true, true) => &["executor"],
        (true, false) => &["driver", "executor"],
    };
    let mut found: Vec<Volume<'_>> = Vec::new();
    for role in roles {
        let prefix = format!("spark.kubernetes.{role}.volumes.");
        let conf = case.process.conf.iter();
        let keys = conf.filter_map(|(key, _)| key.strip_prefix(prefix.as_str()));
        for rest in keys {
            let mut parts = rest.splitn(3, '.');
            if let (Some(kind), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next())
                && !found
                    .iter()
                    .any(|known| (known.role, known.kind, known.name) == (*role, kind, name))
            {
                found.push(Volume { role, kind, name });
            }
        }
    }
    found
}
