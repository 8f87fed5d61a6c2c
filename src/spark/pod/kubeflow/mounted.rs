//! Secrets and scratch volumes of Kubeflow's applications: settings of Spark, which mounts them itself.

use super::{Passed, plain, variable_prefix};
use crate::spark::memory::{Failure, Problem};
use serde_json::Value;

/// Which file a secret of a type holds, and the variable that names it.
const SECRETS: [(&str, &str, &str); 2] = [
    (
        "GCPServiceAccount",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "key.json",
    ),
    (
        "HadoopDelegationToken",
        "HADOOP_TOKEN_FILE_LOCATION",
        "hadoop.token",
    ),
];

/// What a volume's source says to Spark, by type.
const VOLUMES: [(&str, &[&str]); 4] = [
    ("emptyDir", &["sizeLimit", "medium"]),
    ("hostPath", &["path", "type"]),
    ("nfs", &["path", "server", "readOnly"]),
    ("persistentVolumeClaim", &["claimName", "readOnly"]),
];

impl Passed<'_> {
    pub(super) fn secrets(&mut self, role: &str) {
        let at = format!("/spec/{role}/secrets");
        for (index, secret) in self.list(&at).enumerate() {
            let at = format!("{at}/{index}");
            let (name, path) = (plain(&secret["name"]), plain(&secret["path"]));
            self.set_from(
                format!("spark.kubernetes.{role}.secrets.{name}"),
                path.as_str(),
                &at,
            );
            let known = SECRETS
                .iter()
                .find(|(kind, ..)| secret["secretType"] == **kind);
            if let Some((_, variable, file)) = known {
                let key = format!("{}{variable}", variable_prefix(role));
                self.set_from(key, joined(&path, file), &at);
            }
        }
    }

    /// Mounts of scratch volumes become settings; Spark, not the webhook, mounts them.
    pub(super) fn scratch(&mut self, role: &str) {
        let at = format!("/spec/{role}/volumeMounts");
        let mounts = self.list(&at).enumerate();
        for (index, mount) in mounts.filter(|(_, mount)| is_scratch(mount)) {
            let at = format!("{at}/{index}");
            let Some((kind, options, source)) = source(self.object, mount) else {
                continue;
            };
            let name = plain(&mount["name"]);
            let prefix = format!("spark.kubernetes.{role}.volumes.{kind}.{name}");
            let paths = [
                ("mountPath", "path"),
                ("subPath", "subPath"),
                ("readOnly", "readOnly"),
            ];
            let mounted = paths
                .iter()
                .map(|(field, key)| (&mount[*field], format!("mount.{key}")));
            let said = options
                .iter()
                .map(|key| (&source[*key], format!("options.{key}")));
            let is_said = |value: &Value| ![Value::Null, false.into(), "".into()].contains(value);
            for (value, key) in mounted.chain(said).filter(|(value, _)| is_said(value)) {
                self.set_from(format!("{prefix}.{key}"), plain(value), &at);
            }
        }
    }
}

/// Refuses a mount of scratch space that the operator does not pass on: it submits nothing then.
pub(super) fn holds_scratch(app: &Value, role: &str) -> Result<(), Failure> {
    let mounts = app["spec"][role]["volumeMounts"].as_array();
    let mut scratch = mounts.into_iter().flatten().filter(|one| is_scratch(one));
    match scratch.all(|mount| source(app, mount).is_some()) {
        true => Ok(()),
        false => Err(Problem::NoScratch.at(format!("spec.{role}.volumeMounts"))),
    }
}

/// Whether a mount is scratch space for Spark.
pub(super) fn is_scratch(mount: &Value) -> bool {
    mount["name"]
        .as_str()
        .is_some_and(|name| name.starts_with("spark-local-dir-"))
}

/// The volume behind a mount of scratch space: its type, the options that are passed on, and its source.
fn source<'a>(
    app: &'a Value,
    mount: &Value,
) -> Option<(&'static str, &'static [&'static str], &'a Value)> {
    let volumes = app["spec"]["volumes"].as_array()?;
    let named = volumes.iter().rfind(|one| one["name"] == mount["name"])?;
    let mut known = VOLUMES.iter();
    known.find_map(|(kind, options)| {
        let source = named.get(*kind).filter(|source| !source.is_null())?;
        Some((*kind, *options, source))
    })
}

/// A file in a folder, without empty parts, `.` and `..`, as Go's `filepath.Join` makes it.
fn joined(folder: &str, file: &str) -> String {
    let root = if folder.starts_with('/') { "/" } else { "" };
    let mut parts = Vec::new();
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !root.is_empty() => {}
            part => parts.push(part),
        }
    }
    parts.push(file);
    format!("{root}{}", parts.join("/"))
}
