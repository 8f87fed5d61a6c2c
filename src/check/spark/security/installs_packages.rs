//! SK509: a container that installs packages when it starts.

use crate::check::Page;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::{Command, Container};
use crate::spark::process::SeenPod;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK509",
    grade: Grade::High,
    page: Page {
        id: "spark/installs-packages",
        title: "packages that are installed at each start",
        what: "No container of the stream runs `apk add`, `apt-get install`, `yum`, `dnf` or `microdnf install`, or `pip install` into \
               the system (without `--target`, `--prefix`, `--user` or a virtual environment). Where the container is not root or \
               cannot write its root, this is certain to fail; where it is root, it is a warning.",
        why_platform: "A package manager needs root, a root file system that can be written and a way to the internet: three things \
                       that `restricted` Pod Security and a NetworkPolicy take away.",
        why_data: "The pod does not start, or it starts on some days: each restart waits for somebody else's mirror, and gets whatever \
                   version is there.",
        fix: "Build an image that has the package, or take one that has it: `envsubst` is in images with `gettext`.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 185}
      initContainers:
      - name: render
        image: alpine:3.19
        command: [sh, -c, \"apk add --no-cache gettext && envsubst < /in/spark.conf > /out/spark.conf\"]
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 185}
      initContainers:
      - name: render
        image: team/render:1
        command: [sh, -c, \"envsubst < /in/spark.conf > /out/spark.conf\"]
      containers:
      - name: connect
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Stream(judge),
};

/// Programs and their words for "install".
const MANAGERS: [(&str, &str); 8] = [
    ("apk", "add"),
    ("apt", "install"),
    ("apt-get", "install"),
    ("dnf", "install"),
    ("microdnf", "install"),
    ("pip", "install"),
    ("pip3", "install"),
    ("yum", "install"),
];

/// Options with which `pip` writes somewhere else.
const ELSEWHERE: [&str; 4] = ["--target", "-t", "--prefix", "--user"];

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    for (object, pod) in world.pods() {
        for container in pod.pod().containers() {
            let commands = Command::all(container.value);
            if let Some(installs) = commands.iter().find_map(installs) {
                said.push(of_container((object, pod), container, installs));
            }
        }
    }
    said
}

/// What a command installs with, `apk add`; nothing for other commands.
fn installs(command: &Command) -> Option<&'static str> {
    let program = command.program();
    let words = command.arguments();
    let (manager, word) = MANAGERS.iter().find(|(manager, word)| {
        let mut plain = words.iter().filter(|word| !word.starts_with('-'));
        *manager == program && plain.next().is_some_and(|first| first == word)
    })?;
    if !manager.starts_with("pip") {
        return Some(named(manager, word));
    }
    let is_elsewhere = |word: &String| {
        ELSEWHERE
            .iter()
            .any(|option| word == option || word.starts_with(&format!("{option}=")))
    };
    // One with a path is that of a virtual environment.
    let own = command.words[0].contains('/') && !command.words[0].starts_with("/usr/");
    (!own && !words.iter().any(is_elsewhere)).then(|| named(manager, word))
}

fn named(manager: &str, word: &str) -> &'static str {
    match (manager, word) {
        ("apk", _) => "apk add",
        ("apt", _) => "apt install",
        ("apt-get", _) => "apt-get install",
        ("dnf", _) => "dnf install",
        ("microdnf", _) => "microdnf install",
        ("yum", _) => "yum install",
        ("pip3", _) => "pip3 install",
        _ => "pip install",
    }
}

fn of_container(
    (object, pod): (usize, &SeenPod),
    container: Container<'_>,
    installs: &str,
) -> Said {
    let why = obstacle(
        pod.pod().spec(),
        container.value,
        installs.starts_with("pip"),
    );
    let list = if container.value["args"].is_array() {
        "args"
    } else {
        "command"
    };
    let at = container.pointer().join(&[list].iter().collect());
    let site = Site::object(object, pod.at(&at)).in_container(container.name());
    let name = container.name();
    let help = "build an image that has what is installed here, or take one that has it";
    let because = "a package manager needs root, a root file system that can be written and a way to the internet; each restart gets \
                   whatever is on the mirror that day";
    let Some(why) = why else {
        let message = format!("container `{name}` runs `{installs}` at each start");
        return site
            .say(message, help)
            .because(because)
            .only(Grade::Warning);
    };
    let message = format!("container `{name}` runs `{installs}` and {why}: that fails");
    site.say(message, help).because(because)
}

/// Why nothing can be installed.
fn obstacle(spec: &Value, container: &Value, is_pip: bool) -> Option<&'static str> {
    let own = &container["securityContext"];
    let of = |field: &str| {
        if own[field].is_null() {
            &spec["securityContext"][field]
        } else {
            &own[field]
        }
    };
    if own["readOnlyRootFilesystem"] == true {
        return Some("cannot write its root file system");
    }
    // As another user `pip` installs into the home folder, where there is one.
    let is_user =
        of("runAsUser").as_i64().is_some_and(|uid| uid != 0) || of("runAsNonRoot") == true;
    (is_user && !is_pip).then_some("is not root")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::found;
    use crate::preset::Severity;

    fn graded(from: &str, to: &str) -> Vec<Severity> {
        let text = RULE.page.before.replace(from, to);
        let found = found(&text)
            .into_iter()
            .filter(|finding| finding.id == RULE.page.id);
        found.map(|finding| finding.severity).collect()
    }

    /// Field failure 014: `envsubst` is missing, so that an init container fetches it at each start.
    #[test]
    fn field_failure_014() {
        let context = "      securityContext: {runAsNonRoot: true, runAsUser: 185}\n";
        assert_eq!(graded(context, "").len(), 1);
        assert!(
            found(RULE.page.before)
                .iter()
                .any(|f| f.message.contains("`apk add` and is not root: that fails"))
        );
    }

    #[test]
    fn pip_has_other_places_to_write_to() {
        let add = "apk add --no-cache gettext";
        for (command, want) in [
            ("pip install --prefix=/opt/p grpcio", 0),
            ("pip install -t /opt/p grpcio", 0),
            ("/venv/bin/pip install grpcio", 0),
            ("pip install grpcio", 1),
            ("python -m venv /v", 0),
            ("apt-get -y install curl", 1),
            ("apt-get update", 0),
            ("echo apk add", 0),
        ] {
            assert_eq!(graded(add, command).len(), want, "{command}");
        }
    }
}
