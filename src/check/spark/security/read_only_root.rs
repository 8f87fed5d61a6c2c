//! SK508: a root file system that cannot be written, and folders that Spark writes to in it.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::mounted::{holding, mounts};
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use crate::manifest::{Command, Container, Image};
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK508",
    grade: Grade::High,
    page: Page {
        id: "spark/read-only-root",
        title: "a read-only root and nowhere to write",
        what: "A Spark container with `readOnlyRootFilesystem: true` has a volume that it can write to where its role writes: `/tmp` \
               or what `spark.local.dir` and `SPARK_LOCAL_DIRS` name, for a worker also `SPARK_WORKER_DIR` (`work` in Spark's own folder, where that is known), for Jupyter its runtime folder (`JUPYTER_RUNTIME_DIR`, or below \
               `HOME`), for \
               a start script `SPARK_LOG_DIR` (`logs` there). Source: `Utils.getConfiguredLocalDirs`, `WorkerArguments`, \
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
    let because = match case.role.as_str() {
        "spark-worker" => {
            "the worker may start and take work, and each executor that it starts makes its folders there and fails"
        }
        _ => {
            "Spark makes its temporary folders before anything else: the process ends with an error, and so does each restart"
        }
    };
    vec![site.say(message, help).because(because)]
}

/// The folders that a process of this role writes to, as far as they are known.
fn folders(case: Case<'_>, container: Container<'_>) -> Vec<String> {
    let mut folders = Vec::new();
    match local(case, container) {
        // The JVM's own temporary files go there in any case.
        Some(local) => folders.extend(local),
        None => folders.push("/tmp".to_owned()),
    }
    let home = home(case, container);
    let of_variable = |name: &str, default: &str| match variable(case, container, name) {
        Written::Set(path) => Some(path),
        Written::Unset => home.as_ref().map(|home| format!("{home}/{default}")),
        Written::Unknown => None,
    };
    if case.role == "spark-worker" {
        folders.extend(of_variable("SPARK_WORKER_DIR", "work"));
    }
    if case.role == "jupyter" {
        // Jupyter makes its runtime folder before it serves anything.
        folders.extend(jupyter(case, container));
    }
    let commands = Command::all(container.value);
    let is_script = commands.iter().any(|command| {
        command.program().starts_with("start-") && command.words[0].contains("/sbin/")
    });
    if is_script {
        folders.extend(of_variable("SPARK_LOG_DIR", "logs"));
    }
    folders
}

/// Where Spark is installed: the folder of the program that is run, what `SPARK_HOME` says, or what the image is known for.
fn home(case: Case<'_>, container: Container<'_>) -> Option<String> {
    let commands = Command::all(container.value);
    let mut programs = commands.iter().filter_map(|command| {
        let program = command.words.first()?;
        let (home, _) = program
            .rsplit_once("/bin/")
            .or(program.rsplit_once("/sbin/"))?;
        home.ends_with("spark").then(|| home.to_owned())
    });
    if let Some(home) = programs.next() {
        return Some(home);
    }
    match variable(case, container, "SPARK_HOME") {
        Written::Set(path) => return Some(path),
        Written::Unknown => return None,
        Written::Unset => {}
    }
    let image = Image::parse(container.image()).ok()?;
    let home = match image.path().as_ref() {
        "apache/spark" | "library/spark" | "spark" => "/opt/spark",
        "bitnami/spark" | "bitnamilegacy/spark" => "/opt/bitnami/spark",
        _ => return None,
    };
    Some(home.to_owned())
}

/// Where Jupyter writes its runtime files. Source: `jupyter_core.paths.jupyter_runtime_dir`.
fn jupyter(case: Case<'_>, container: Container<'_>) -> Option<String> {
    for (name, rest) in [
        ("JUPYTER_RUNTIME_DIR", ""),
        ("JUPYTER_DATA_DIR", "/runtime"),
        ("HOME", "/.local/share/jupyter"),
    ] {
        match variable(case, container, name) {
            Written::Set(folder) => return Some(format!("{}{rest}", folder.trim_end_matches('/'))),
            Written::Unknown => return None,
            Written::Unset => {}
        }
    }
    // The home folder of an image that is known; of another one nobody here knows it.
    let image = Image::parse(container.image()).ok()?;
    image
        .path()
        .starts_with("jupyter/")
        .then(|| "/home/jovyan/.local/share/jupyter".to_owned())
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
    let mut env = container.value["env"].as_array().into_iter().flatten();
    match env.rfind(|variable| variable["name"] == name) {
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
    fn the_home_of_spark_is_that_of_its_image() {
        let worker = |image: &str, folder: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: w}}\nspec:\n  template:\n    spec:\n      containers:\n      \
                 - name: spark-worker\n        image: {image}\n        env: [{{name: SPARK_MODE, value: worker}}]\n        \
                 securityContext: {{readOnlyRootFilesystem: true}}\n        volumeMounts: [{{name: tmp, mountPath: /tmp, subPath: a}}, \
                 {{name: tmp, mountPath: {folder}, subPath: b}}]\n      volumes: [{{name: tmp, emptyDir: {{}}}}]\n"
            );
            said(RULE.page.id, &text)
                .into_iter()
                .map(|(_, message)| message)
                .collect::<String>()
        };
        let bitnami = "docker.io/bitnami/spark:3.5.5";
        assert_eq!(worker(bitnami, "/opt/bitnami/spark/work"), "");
        let elsewhere = worker(bitnami, "/opt/spark/work");
        assert!(
            elsewhere.ends_with("`/opt/bitnami/spark/work`"),
            "{elsewhere}"
        );
        assert_eq!(worker("team/spark:3.5.5", "/data"), "");
    }

    /// Field failure 008: a notebook whose home folder cannot be written; as far as a manifest tells it.
    #[test]
    fn field_failure_008() {
        let notebook = |env: &str| {
            let text = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: n}}\nspec:\n  template:\n    spec:\n      containers:\n      \
                 - name: jupyter\n        image: quay.io/jupyter/pyspark-notebook:spark-4.1.1\n        env: [{env}]\n        \
                 securityContext: {{readOnlyRootFilesystem: true}}\n        volumeMounts: [{{name: tmp, mountPath: /tmp}}]\n      \
                 volumes: [{{name: tmp, emptyDir: {{}}}}]\n"
            );
            said(RULE.page.id, &text)
                .into_iter()
                .map(|(_, message)| message)
                .collect::<String>()
        };
        assert!(
            notebook("").ends_with("writes to `/home/jovyan/.local/share/jupyter`"),
            "{}",
            notebook("")
        );
        assert!(
            notebook("{name: HOME, value: /nonexistent}")
                .ends_with("`/nonexistent/.local/share/jupyter`")
        );
        assert_eq!(
            notebook("{name: JUPYTER_RUNTIME_DIR, value: /tmp/jupyter-runtime}"),
            ""
        );
        assert_eq!(notebook("{name: HOME, value: /tmp}"), "");
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
