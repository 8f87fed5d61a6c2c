//! SK607: a pod template that is not where the setting says.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::mounted::{Mount, holding, is_within, mounts};
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::{SourceKind, base, commands, source_kind, text_of, texts};
use crate::manifest::{Container, Pod};
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK607",
    grade: Grade::Error,
    page: Page {
        id: "spark/template-file-missing",
        title: "a pod template that is not where the setting says",
        what: "The path in `spark.kubernetes.executor.podTemplateFile` of a driver that runs in a pod of the stream leads to a key \
               of the ConfigMap or Secret that is mounted there, or into a volume that a container before it writes this file to. \
               A path into the image passes, unless a file of that name is mounted somewhere else. Source: \
               `KubernetesUtils.loadPodFromTemplate`, 3.5.9 to 4.3.0.",
        why_platform: "Mount path, key, `items` and the setting are four places for one name. The pod is scheduled, its mounts are \
                       fine, and the process ends.",
        why_data: "The driver stops with `Could not load pod from template file` as soon as it asks for its first executor, and \
                   again after each restart.",
        fix: "Write the path that the file is mounted at, or mount it where the setting says.",
        before: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: template}
data:
  executor.yaml: \"spec: {containers: [{name: executor}]}\"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-submit, --master, \"k8s://https://kubernetes.default.svc:443\", --conf, \
                spark.kubernetes.executor.podTemplateFile=/opt/template/executor-pod.yaml, --class, \
                org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
        volumeMounts: [{name: template, mountPath: /opt/template}]
      volumes: [{name: template, configMap: {name: template}}]
",
        after: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: template}
data:
  executor.yaml: \"spec: {containers: [{name: executor}]}\"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-submit, --master, \"k8s://https://kubernetes.default.svc:443\", --conf, \
                spark.kubernetes.executor.podTemplateFile=/opt/template/executor.yaml, --class, \
                org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
        volumeMounts: [{name: template, mountPath: /opt/template}]
      volumes: [{name: template, configMap: {name: template}}]
",
    },
    judge: Judge::Process(judge),
};

const KEY: &str = "spark.kubernetes.executor.podTemplateFile";

fn judge(case: Case<'_>) -> Vec<Said> {
    let path = case.is_client().then(|| case.conf().text(KEY)).flatten();
    let Some((path, container)) = path.zip(case.own()) else {
        return Vec::new();
    };
    // Any other scheme is fetched from somewhere else.
    let path = path
        .strip_prefix("file://")
        .or(path.strip_prefix("local://"))
        .unwrap_or(&path);
    let Some(pod) = case.own_pod().filter(|_| path.starts_with('/')) else {
        return Vec::new();
    };
    let own = mounts(pod.pod(), container.value);
    let missing = match holding(&own, path) {
        Some(mount)
            if !mount.volume["configMap"].is_null() || !mount.volume["secret"].is_null() =>
        {
            in_object(case, mount, path)
        }
        Some(mount) if mount.is_scratch() => in_scratch(pod.pod(), container, mount, path),
        Some(_) => None,
        None => elsewhere(case, &own, path),
    };
    let Some((why, help)) = missing else {
        return Vec::new();
    };
    let named = match case.hides(KEY) {
        true => KEY.to_owned(),
        false => format!("{KEY}={path}"),
    };
    let message = format!("`{named}` names a file that is not there: {why}");
    vec![case.at(KEY).say(message, help).because(
        "the driver stops with `Could not load pod from template file` when it asks for its first executor, and again after each \
         restart, if nothing before it fails already for want of the folder",
    )]
}

/// The keys of the object behind a mount, as files: their paths in the container. Nothing where it is not in the stream.
fn files(case: Case<'_>, mount: &Mount<'_>) -> Option<Vec<String>> {
    let (kind, source) = [
        (SourceKind::ConfigMap, "configMap"),
        (SourceKind::Secret, "secret"),
    ]
    .into_iter()
    .find_map(|(kind, key)| Some((kind, mount.volume.get(key)?)))?;
    let name = source["name"]
        .as_str()
        .unwrap_or(text_of(&source["secretName"]));
    let (_, object) = case.world.named(kind.as_str(), case.namespace(), name)?;
    let keys: Vec<_> = texts(source_kind(object)?, object)
        .map(|(_, key, _)| key.to_owned())
        .collect();
    let names = match source["items"].as_array() {
        None => keys,
        Some(items) => items
            .iter()
            .map(|item| text_of(&item["path"]).to_owned())
            .collect(),
    };
    let paths = names.into_iter().filter_map(|name| match mount.sub_path {
        "" => Some(format!("{}/{name}", mount.path)),
        sub_path => (name == sub_path).then(|| mount.path.to_owned()),
    });
    Some(paths.collect())
}

fn in_object(case: Case<'_>, mount: &Mount<'_>, path: &str) -> Option<(String, String)> {
    let files = files(case, mount)?;
    if files.iter().any(|file| file == path) {
        return None;
    }
    let kind = if mount.volume["secret"].is_null() {
        "ConfigMap"
    } else {
        "Secret"
    };
    let why = format!("what is mounted at `{}` is a {kind} without it", mount.path);
    let help = match &files[..] {
        [] => "mount the object that has the template".to_owned(),
        files => format!(
            "write the path of a file that is there: `{}`",
            files.join("`, `")
        ),
    };
    Some((why, help))
}

/// A volume that is empty until somebody writes to it.
fn in_scratch(
    pod: Pod<'_>,
    own: Container<'_>,
    mount: &Mount<'_>,
    path: &str,
) -> Option<(String, String)> {
    let name = base(path);
    let volume = &mount.volume["name"];
    let mut writers = pod.containers().filter(|container| {
        let mounts = container.value["volumeMounts"].as_array();
        container.pointer() != own.pointer()
            && mounts
                .into_iter()
                .flatten()
                .any(|mount| mount["name"] == *volume)
    });
    let writes_itself = may_write(own.value, mount.path, name);
    if writes_itself || writers.any(|writer| may_write_there(writer.value, volume, name)) {
        return None;
    }
    let why = format!(
        "the volume at `{}` is empty when the pod starts, and no container writes `{name}` to it",
        mount.path
    );
    Some((
        why,
        format!(
            "write `{name}` there in an init container that mounts this volume, or mount the ConfigMap itself"
        ),
    ))
}

fn may_write_there(container: &Value, volume: &Value, name: &str) -> bool {
    let mounts = container["volumeMounts"].as_array().into_iter().flatten();
    let mut own = mounts.filter(|mount| mount["name"] == *volume);
    own.any(|mount| may_write(container, text_of(&mount["mountPath"]), name))
}

/// Whether what a container runs may put a file of that name into a folder: it names the file, copies into the folder, or
/// nobody here knows what it runs.
fn may_write(container: &Value, folder: &str, name: &str) -> bool {
    let words: Vec<_> = ["command", "args"]
        .into_iter()
        .flat_map(|list| container[list].as_array().into_iter().flatten())
        .map(text_of)
        .collect();
    let Some(script) = words
        .iter()
        .rev()
        .find(|word| word.contains(char::is_whitespace))
    else {
        // Spark's own programs write none; of others nobody knows.
        return !words.iter().any(|word| word.contains("spark"));
    };
    let folder = folder.trim_end_matches('/');
    commands(script).iter().any(|command| {
        let mut words = command.iter();
        let last = command.last().map_or("", String::as_str);
        let open = last.contains('$') && !last.contains('/');
        // `--conf spark.….podTemplateFile=…` names it, and does not write it.
        open || words.any(|word| {
            let named = word.ends_with(name) && !word.contains('=');
            named || word.trim_end_matches(['/', '.']) == folder || word.starts_with('.')
        })
    })
}

/// A path into the image, where a file of that name is mounted somewhere else.
fn elsewhere(case: Case<'_>, own: &[Mount<'_>], path: &str) -> Option<(String, String)> {
    let name = base(path);
    let mut files = own.iter().filter_map(|mount| files(case, mount)).flatten();
    let file = files
        .find(|file| base(file) == name && !own.iter().any(|mount| is_within(path, mount.path)))?;
    let why = format!("nothing is mounted there, and a file of this name is at `{file}`");
    Some((why, format!("write `{file}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn found(from: &str, to: &str) -> Vec<String> {
        let text = RULE.page.after.replace(from, to);
        assert_ne!(text, RULE.page.after);
        said(RULE.page.id, &text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    /// Field failure 015: the setting says one folder, the template is mounted in another.
    #[test]
    fn field_failure_015_a_file_of_that_name_elsewhere() {
        let found = found(
            "File=/opt/template/executor.yaml",
            "File=/opt/spark/conf/executor.yaml",
        );
        assert!(
            found[0].contains("a file of this name is at `/opt/template/executor.yaml`"),
            "{found:?}"
        );
    }

    #[test]
    fn what_the_image_or_another_volume_may_have_passes() {
        for (from, to) in [
            (
                "File=/opt/template/executor.yaml",
                "File=/opt/spark/conf/other.yaml",
            ),
            (
                "File=/opt/template/executor.yaml",
                "File=s3a://a/executor.yaml",
            ),
            (
                "File=/opt/template/executor.yaml",
                "File=$(T)/executor.yaml",
            ),
            ("configMap: {name: template}", "configMap: {name: other}"),
            (
                "configMap: {name: template}",
                "persistentVolumeClaim: {claimName: a}",
            ),
            ("File=/opt", "File=file:///opt"),
        ] {
            assert_eq!(found(from, to), [""; 0], "{to}");
        }
    }

    #[test]
    fn an_empty_volume_needs_a_writer() {
        let empty = "emptyDir: {}";
        assert_eq!(found("configMap: {name: template}", empty).len(), 1);
        let with = |script: &str| {
            let init = format!(
                "{empty}}}]\n      initContainers: [{{name: i, image: busybox, command: [sh, -c, \"{script}\"], volumeMounts: \
                 [{{name: template, mountPath: /out}}]"
            );
            found("configMap: {name: template}", &init).len()
        };
        for writes in [
            "envsubst < /t > /out/executor.yaml",
            "cp -r /t/* /out/",
            "/make.sh $OUT",
            "cd /out && cp /t/* .",
        ] {
            assert_eq!(with(writes), 0, "{writes}");
        }
        assert_eq!(with("cp /jars/a.jar /out/jars/"), 1);
    }
}
