//! SK508: a root file system that cannot be written, and folders that Spark writes to in it.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::mounted::{holding, mounts};
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use crate::manifest::{Command, Container};
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK508",
    grade: Grade::High,
    page: Page {
        id: "spark/read-only-root",
        title: "a read-only root and nowhere to write",
        what: "A Spark container with `readOnlyRootFilesystem: true` has a volume that it can write to where its role writes: `/tmp` \
               or what `spark.local.dir` and `SPARK_LOCAL_DIRS` name, for a worker also `SPARK_WORKER_DIR` (`/opt/spark/work`), for \
               a start script `SPARK_LOG_DIR` (`/opt/spark/logs`). Source: `Utils.getConfiguredLocalDirs`, `WorkerArguments`, \
               `sbin/spark-daemon.sh`, 3.5.9 to 4.3.0.",
        why_platform: "A read-only root is good, and Spark needs a few folders. The pod is admitted and the process ends.",
        why_data: "The driver stops with `Failed to create a temp directory` before it runs anything: shuffle files, uploaded classes \
                   and unpacked jars go to `/tmp`.",
        fix: "Mount an `emptyDir` at each of the folders; the preset block `spark-scratch` does both.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        securityContext: {readOnlyRootFilesystem: true}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        securityContext: {readOnlyRootFilesystem: true}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let Some((container, pod)) = case.own().zip(case.own_pod()) else {
        return Vec::new();
    };
    if container.value["securityContext"]["readOnlyRootFilesystem"] != true {
        return Vec::new();
    }
    let mounts = mounts(pod.pod(), container.value);
    let is_closed = |folder: &String| {
        let mount = holding(&mounts, folder);
        mount.is_none_or(|mount| mount.is_read_only() == Some(true))
    };
    let closed: Vec<_> = folders(case, container)
        .into_iter()
        .filter(is_closed)
        .collect();
    if closed.is_empty() {
        return Vec::new();
    }
    let closed = closed.join("`, `");
    let message = format!(
        "{} has a root file system that cannot be written, and writes to `{closed}`",
        case.name()
    );
    let help = format!("mount an `emptyDir` at `{closed}`");
    let site = case.at_container(&["securityContext", "readOnlyRootFilesystem"]);
    vec![site.say(message, help).because(
        "Spark makes its temporary folders before anything else: the process ends with an error, and so does each restart",
    )]
}

/// The folders that a process of this role writes to, as far as they are known.
fn folders(case: Case<'_>, container: Container<'_>) -> Vec<String> {
    let mut folders = Vec::new();
    match local(case, container) {
        // The JVM's own temporary files go there in any case.
        Some(local) => folders.extend(local),
        None => folders.push("/tmp".to_owned()),
    }
    let home = "/opt/spark";
    let of_variable = |name: &str, default: &str| match variable(case, container, name) {
        Written::Set(path) => Some(path),
        Written::Unset => Some(format!("{home}/{default}")),
        Written::Unknown => None,
    };
    if case.role == "spark-worker" {
        folders.extend(of_variable("SPARK_WORKER_DIR", "work"));
    }
    let commands = Command::all(container.value);
    let is_script = commands.iter().any(|command| {
        let program = command.program();
        program.starts_with("start-") && command.words[0].starts_with(home)
    });
    if is_script {
        folders.extend(of_variable("SPARK_LOG_DIR", "logs"));
    }
    folders
}

/// Where the variable or the setting says that local files go; nothing where neither does.
fn local(case: Case<'_>, container: Container<'_>) -> Option<Vec<String>> {
    let listed = |text: &str| text.split(',').map(|path| path.trim().to_owned()).collect();
    match variable(case, container, "SPARK_LOCAL_DIRS") {
        Written::Set(text) => return Some(listed(&text)),
        Written::Unknown => return Some(Vec::new()),
        Written::Unset => {}
    }
    match case.conf().get("spark.local.dir") {
        Told::Set(known) => Some(listed(&known.text)),
        Told::Unknown if case.conf().entry("spark.local.dir").is_some() => Some(Vec::new()),
        Told::Unknown | Told::Unset => None,
    }
}

/// What a variable of the container is.
enum Written {
    Unset,
    Unknown,
    Set(String),
}

fn variable(case: Case<'_>, container: Container<'_>, name: &str) -> Written {
    if let Some(text) = case.launch.variables.get(name) {
        return known(text);
    }
    let env = container.value["env"].as_array().into_iter().flatten();
    match env.filter(|variable| variable["name"] == name).last() {
        Some(variable) if variable["valueFrom"].is_object() => Written::Unknown,
        Some(variable) => known(text_of(&variable["value"])),
        None => Written::Unset,
    }
}

fn known(text: &str) -> Written {
    match text.contains(['$', '{']) {
        true => Written::Unknown,
        false => Written::Set(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn message(from: &str, to: &str) -> String {
        let text = RULE.page.before.replace(from, to);
        assert_ne!(text, RULE.page.before);
        said(RULE.page.id, &text)
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    #[test]
    fn roles_and_variables() {
        let class = "[/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]";
        let script = message(class, "[/opt/spark/sbin/start-history-server.sh]");
        assert!(
            script.ends_with("writes to `/tmp`, `/opt/spark/logs`"),
            "{script}"
        );
        let worker = message(
            class,
            "[/opt/spark/bin/spark-class, org.apache.spark.deploy.worker.Worker, spark://a:7077]",
        );
        assert!(worker.ends_with("`/tmp`, `/opt/spark/work`"), "{worker}");
        let local = message(
            "securityContext:",
            "env: [{name: SPARK_LOCAL_DIRS, value: /scratch}]\n        securityContext:",
        );
        assert!(local.ends_with("`/scratch`"), "{local}");
        let open = message(
            "securityContext:",
            "env: [{name: SPARK_LOCAL_DIRS, value: $(DIR)}]\n        securityContext:",
        );
        assert_eq!(open, "");
        assert_eq!(message("Filesystem: true", "Filesystem: false"), "");
    }

    #[test]
    fn a_volume_that_cannot_be_written_is_none() {
        let text = RULE
            .page
            .after
            .replace("mountPath: /tmp}", "mountPath: /tmp, readOnly: true}");
        assert_eq!(said(RULE.page.id, &text).len(), 1);
        // A claim template of a StatefulSet is no volume of the pod, and may be there.
        let claim = RULE
            .page
            .after
            .replace("      volumes: [{name: tmp, emptyDir: {}}]\n", "");
        assert_eq!(said(RULE.page.id, &claim), []);
    }
}
