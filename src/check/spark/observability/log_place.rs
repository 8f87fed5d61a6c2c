//! Where logs of events lie: what a URI of Hadoop's means, and what keeps a path of the driver's pod.

use crate::check::spark::case::Case;
use crate::manifest::spark::text_of;
use crate::manifest::{Container, ContainerKind};
use crate::spark::conf::{Given, Told};
use serde_json::Value;

/// The switch that makes a driver write its events.
pub(super) const ENABLED: &str = "spark.eventLog.enabled";
/// Where a driver writes them.
pub(super) const DIR: &str = "spark.eventLog.dir";
/// Where a history server looks for them.
pub(super) const LOG_DIRECTORY: &str = "spark.history.fs.logDirectory";

/// A directory of logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LogPlace {
    /// A path of the pod.
    Local(String),
    /// A path in a store that all pods see.
    Store {
        /// `s3` for each of `s3`, `s3n`, `s3a`: they are one store.
        scheme: String,
        /// Bucket or host.
        host: String,
        /// Without slashes at its ends.
        path: String,
    },
}

/// What keeps a path of the driver's pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// A volume that outlives the pod.
    Lasting,
    /// What goes with the pod.
    Fleeting(&'static str),
    /// Something that is not told.
    Unknown,
}

impl LogPlace {
    /// By its text; without a scheme it is a path, as `Utils.resolveURI` has it.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        let clean = |path: &str| {
            let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
            parts.join("/")
        };
        let Some((scheme, rest)) = text.split_once(':') else {
            return Self::Local(format!("/{}", clean(text)));
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "file" || scheme == "local" {
            return Self::Local(format!("/{}", clean(rest)));
        }
        let rest = rest.trim_start_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let scheme = match scheme.as_str() {
            "s3a" | "s3n" => "s3".to_owned(),
            _ => scheme,
        };
        Self::Store {
            scheme,
            host: host.to_owned(),
            path: clean(path),
        }
    }
}

/// Whether a process is a driver that certainly writes events.
pub(super) fn writes(case: Case<'_>) -> bool {
    let told = matches!(case.conf().get(ENABLED), Told::Set(_));
    case.is_driver() && told && case.conf().flag(ENABLED) == Some(true)
}

/// What keeps a path of the driver's pod: the volume that is mounted nearest above it.
pub(super) fn ground(case: Case<'_>, path: &str) -> Ground {
    let template = case.conf().entry("spark.kubernetes.driver.podTemplateFile");
    let foreign = template.is_some_and(|entry| entry.given != Given::Operator);
    if (foreign && !case.is_client()) || !case.conf().gaps().is_empty() {
        return Ground::Unknown;
    }
    let volumes = of_pod(case).into_iter().chain(of_conf(case));
    let above = volumes.filter(|(mount, _)| is_within(path, mount));
    above.max_by_key(|(mount, _)| mount.len()).map_or(
        Ground::Fleeting("the file system of the container"),
        |(_, ground)| ground,
    )
}

fn is_within(path: &str, mount: &str) -> bool {
    let rest = path.strip_prefix(mount.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The mounts of the JVM's container, as far as they are written.
fn of_pod(case: Case<'_>) -> Vec<(String, Ground)> {
    let Some(seen) = case.driver_pod() else {
        return Vec::new();
    };
    let pod = seen.pod();
    let runs = |container: &Container<'_>| {
        matches!(container.kind, ContainerKind::Main | ContainerKind::Sidecar)
    };
    let all: Vec<_> = pod.containers().filter(runs).collect();
    let own = match case.own() {
        Some(own) => vec![own],
        None => all.clone(),
    };
    let volumes = pod.spec()["volumes"].as_array();
    let mut found = Vec::new();
    for mount in own.iter().flat_map(|container| mounts(*container)) {
        let mut volumes = volumes.into_iter().flatten();
        let volume = volumes.find(|volume| volume["name"] == mount["name"]);
        let sharing = all.iter().filter(|container| {
            let mut other = mounts(**container);
            other.any(|other| other["name"] == mount["name"])
        });
        let shared = sharing.count() > 1;
        let ground = volume.map_or(Ground::Lasting, |volume| of_volume(volume, shared));
        found.push((text_of(&mount["mountPath"]).to_owned(), ground));
    }
    found
}

fn mounts(container: Container<'_>) -> impl Iterator<Item = &Value> {
    let mounts = container.value["volumeMounts"].as_array();
    mounts.into_iter().flatten()
}

fn of_volume(volume: &Value, shared: bool) -> Ground {
    let fleeting = ["configMap", "secret", "projected", "downwardAPI", "image"];
    match () {
        // Another container may carry away what is written there.
        () if volume["emptyDir"].is_object() && shared => Ground::Unknown,
        () if volume["emptyDir"].is_object() => Ground::Fleeting("an `emptyDir`"),
        () if fleeting.iter().any(|kind| volume[*kind].is_object()) => {
            Ground::Fleeting("a volume that nobody writes to")
        }
        () => Ground::Lasting,
    }
}

/// Volumes that Spark itself mounts into the driver that it makes.
fn of_conf(case: Case<'_>) -> Vec<(String, Ground)> {
    const PREFIX: &str = "spark.kubernetes.driver.volumes.";
    let named = case.conf().family(PREFIX).filter_map(|(key, _)| {
        let rest = key.strip_prefix(PREFIX)?.strip_suffix(".mount.path")?;
        let kind = rest.split('.').next()?;
        let path = case.conf().text(key)?;
        let ground = match kind {
            "emptyDir" => Ground::Fleeting("an `emptyDir`"),
            _ => Ground::Lasting,
        };
        Some((path.into_owned(), ground))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_however_it_is_spelt() {
        let same = [
            "s3a://spark-logs/events",
            "s3://spark-logs/events/",
            "S3N://spark-logs//events",
        ];
        for text in same {
            let expected = LogPlace::Store {
                scheme: "s3".to_owned(),
                host: "spark-logs".to_owned(),
                path: "events".to_owned(),
            };
            assert_eq!(LogPlace::of(text), expected, "{text}");
        }
        for text in [
            "/tmp/spark-events",
            "file:/tmp/spark-events",
            "file:///tmp/spark-events/",
        ] {
            assert_eq!(
                LogPlace::of(text),
                LogPlace::Local("/tmp/spark-events".to_owned())
            );
        }
    }
}
