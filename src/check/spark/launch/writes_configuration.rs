//! SK611: a script that writes where a ConfigMap or a Secret is mounted.

use crate::check::Page;
use crate::check::spark::mounted::{Mount, holding, mounts};
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::Command;

pub(super) const RULE: Rule = Rule {
    code: "SK611",
    grade: Grade::Error,
    page: Page {
        id: "spark/writes-into-configuration",
        title: "a script that writes into a mounted ConfigMap or Secret",
        what: "No command of a container writes (`>`, `>>`, `tee`, `cp`, `mv`, `sed -i`, `touch`) to a path below a mount \
               of a ConfigMap, a Secret, a projected volume or the downward API. Paths with variables in them pass. Source: the \
               kubelet has mounted these volumes read-only since 1.9.6.",
        why_platform: "`readOnly: false` does not help, and neither does the user or fsGroup: the file system itself is read-only.",
        why_data: "A file with placeholders and `envsubst` is filled in at the start. Into the folder that it was mounted in it \
                   cannot be written: the container ends before Spark starts.",
        fix: "Mount the template somewhere else, and write the result into an `emptyDir`.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [sh, -c, \"envsubst < /opt/spark/conf/spark.template > /opt/spark/conf/spark-defaults.conf && exec \
                /opt/spark/bin/spark-submit --class org.apache.spark.sql.connect.service.SparkConnectServer spark-internal\"]
        volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes: [{name: conf, configMap: {name: conf}}]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [sh, -c, \"envsubst < /opt/template/spark.template > /opt/spark/conf/spark-defaults.conf && exec \
                /opt/spark/bin/spark-submit --class org.apache.spark.sql.connect.service.SparkConnectServer spark-internal\"]
        volumeMounts:
        - {name: template, mountPath: /opt/template}
        - {name: conf, mountPath: /opt/spark/conf}
      volumes:
      - {name: template, configMap: {name: conf}}
      - {name: conf, emptyDir: {}}
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    for (object, pod) in world.pods() {
        for container in pod.pod().containers() {
            let mounts = mounts(pod.pod(), container.value);
            if mounts.iter().all(|mount| mount.fixed().is_none()) {
                continue;
            }
            let commands = Command::all(container.value);
            let mut targets = commands.iter().flat_map(targets);
            let hit = targets.find_map(|path| Some((path, fixed(&mounts, path)?)));
            let Some((path, mount)) = hit else {
                continue;
            };
            let list = if container.value["args"].is_array() {
                "args"
            } else {
                "command"
            };
            let at = container.pointer().join(&[list].iter().collect());
            let site = Site::object(object, pod.at(&at)).in_container(container.name());
            let message = format!(
                "container `{}` writes to `{path}`, where the {} of volume `{}` is mounted read-only",
                container.name(),
                source(mount),
                mount.volume["name"].as_str().unwrap_or_default()
            );
            let help = "mount it in another folder and write the result into an `emptyDir`";
            said.push(site.say(message, help).because(
                "the kubelet mounts these volumes read-only, whatever `readOnly`, the user or fsGroup say: the command fails and the \
                 container ends before Spark starts",
            ));
        }
    }
    said
}

fn source(mount: &Mount<'_>) -> &'static str {
    match mount.fixed() {
        Some("configMap") => "ConfigMap",
        Some("secret") => "Secret",
        Some("downwardAPI") => "downward API",
        _ => "source",
    }
}

/// The mount that nobody can write to and that a path lies in.
fn fixed<'m, 'v>(mounts: &'m [Mount<'v>], path: &str) -> Option<&'m Mount<'v>> {
    holding(mounts, path).filter(|mount| mount.fixed().is_some())
}

/// The paths that a command writes to, as far as they are written out.
fn targets(command: &Command) -> Vec<&str> {
    let words = &command.words;
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let redirect = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if let Some(path) = redirect.strip_prefix('>') {
            let path = path.trim_start_matches('>');
            found.push(if path.is_empty() {
                words.get(at + 1).map_or("", String::as_str)
            } else {
                path
            });
        }
    }
    let is_option = |word: &&String| word.starts_with('-');
    let plain: Vec<_> = command
        .arguments()
        .iter()
        .filter(|word| !is_option(word))
        .collect();
    match command.program() {
        "tee" | "touch" => found.extend(plain.iter().map(|word| word.as_str())),
        "cp" | "mv" | "install" => found.extend(
            plain
                .last()
                .filter(|_| plain.len() > 1)
                .map(|word| word.as_str()),
        ),
        "sed"
            if command
                .arguments()
                .iter()
                .any(|word| word.starts_with("-i") || word.starts_with("--in-place")) =>
        {
            found.extend(plain.iter().map(|word| word.as_str()));
        }
        _ => {}
    }
    found.retain(|path| path.starts_with('/') && !path.contains(['$', '{']));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;
    use serde_json::json;

    fn written(script: &str) -> Vec<String> {
        let commands = Command::all(&json!({"command": ["sh", "-c", script]}));
        commands
            .iter()
            .flat_map(targets)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn what_commands_write_to() {
        assert_eq!(
            written("envsubst < /a/b > /c/d && cat x >>/e 2>/dev/null"),
            ["/c/d", "/e", "/dev/null"]
        );
        assert_eq!(
            written("sed -i s/a/b/ /c; tee -a /d; cp -r /e /f/; cp /g"),
            ["/c", "/d", "/f/"]
        );
        assert_eq!(
            written("cat /a > $OUT/x; cp /a \"${B}/c\"; sed s/a/b/ /c"),
            [""; 0]
        );
    }

    /// Field failures 004 and 005: Spark's start script renders its file into the mounted folder, and Hive's beside it does;
    /// a file that is mounted by `subPath` is no better.
    #[test]
    fn field_failures_004_and_005() {
        let before = RULE.page.before;
        assert_eq!(said(RULE.page.id, before).len(), 1);
        let file = before.replace(
            "mountPath: /opt/spark/conf}",
            "mountPath: /opt/spark/conf/spark-defaults.conf, subPath: spark-defaults.conf}",
        );
        assert_eq!(said(RULE.page.id, &file).len(), 1);
        let hive = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hive}\nspec:\n  template:\n    spec:\n      \
                    containers:\n      - name: hive\n        image: apache/hive:4.0.0\n        command: [bash, -c, \"sed s/a/b/ \
                    /opt/hive/conf/hive-site.xml.template > /opt/hive/conf/hive-site.xml\"]\n        volumeMounts: [{name: conf, \
                    mountPath: /opt/hive/conf}]\n      volumes: [{name: conf, configMap: {name: hive}}]\n";
        let beside = said(RULE.page.id, &format!("{}{hive}", RULE.page.after));
        assert!(
            beside[0]
                .1
                .starts_with("container `hive` writes to `/opt/hive/conf/hive-site.xml`"),
            "{beside:?}"
        );
        let other = before.replace(
            "mountPath: /opt/spark/conf}",
            "mountPath: /opt/spark/conf/spark.template, subPath: a}",
        );
        assert_eq!(said(RULE.page.id, &other), []);
    }
}
