//! Credentials that a manifest writes out: in variables, command lines, Spark's settings and `ConfigMap`s. Their values are
//! in no finding.

use super::{Page, Violation, holder::Holder};
use crate::guard::{Finding, Severity};
use crate::manifest::sensitive::{Literal, is_literal, literals};
use crate::manifest::spark::{SourceKind, texts};
use crate::manifest::{Object, Pod};
use crate::yaml::{NodeRef, Pointer, Stream};
use serde_json::Value;

pub(super) const PAGE: Page = Page {
    id: "credentials",
    title: "a credential that stands in the manifest",
    what: "No variable, `command`, `args`, `sparkConf`, no field like these of a Spark operator's and no text of a ConfigMap holds a password, a token or a key, written \
           out. What a name tells of follows Spark's own pattern (`spark.redaction.regex`: secret, password, token, \
           access.key, and credential from 4.0 on), with the names that other programs use. A reference (`$(NAME)`, \
           `${NAME}`, `valueFrom`), a path, a class, a boolean, a number that is a setting and an empty text are none.",
    why_platform: "A manifest is in Git, in Helm's release, in every backup and in `kubectl describe`: whoever may read one of \
                   them has the password. Once it was there, it has to be changed, not only moved.",
    why_data: "Spark hides such values in its UI and its event logs, and the ConfigMap beside it shows them to everybody in the \
               namespace. A Secret with the same key is one file more, and dev and prod differ in that file alone.",
    fix: "Put the value into a Secret. A variable takes it with `valueFrom.secretKeyRef`; an argument as `$(NAME)` of such a \
          variable; Spark's drivers and executors with `spark.kubernetes.driver.secretKeyRef.NAME=secret:key` and \
          `spark.kubernetes.executor.secretKeyRef.NAME=secret:key`; a ConfigMap's file becomes a file of a Secret. Then change \
          the credential.",
    before: "\
spec:
  containers:
  - name: minio
    env:
    - name: MINIO_ROOT_PASSWORD
      value: minio123
",
    after: "\
spec:
  containers:
  - name: minio
    env:
    - name: MINIO_ROOT_PASSWORD
      valueFrom:
        secretKeyRef:
          name: minio
          key: password
",
};

const FROM_SECRET: &str =
    "put it into a Secret, and write `valueFrom: {secretKeyRef: {name: …, key: …}}`";
const FOR_ARGUMENT: &str = "put it into a Secret, take it as a variable with `secretKeyRef`, and write `$(NAME)` here; for \
                            Spark's own pods `spark.kubernetes.driver.secretKeyRef.NAME`";
// The kubelet fills in no variable of a Secret there.
const FOR_HOOK: &str = "put it into a Secret, take it as a variable with `secretKeyRef`, and let a shell read it here: `sh -c` and `$NAME`";
const FOR_SPARK: &str = "put it into a Secret, and give it to the pods with `spark.kubernetes.driver.secretKeyRef.NAME` and \
                         `spark.kubernetes.executor.secretKeyRef.NAME`";
const FOR_FILE: &str = "put the file into a Secret and mount that, or take the value from a variable with `secretKeyRef`";

/// Where a container's command lines are.
const COMMANDS: [&[&str]; 7] = [
    &["command"],
    &["args"],
    &["lifecycle", "postStart", "exec", "command"],
    &["lifecycle", "preStop", "exec", "command"],
    &["livenessProbe", "exec", "command"],
    &["readinessProbe", "exec", "command"],
    &["startupProbe", "exec", "command"],
];

/// What containers write out.
pub(super) fn in_pod(pod: Pod<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for container in Holder::containers(pod) {
        for (index, variable) in container.items(&["env"]).iter().enumerate() {
            let name = variable["name"].as_str().unwrap_or_default();
            let value = variable["value"].as_str().unwrap_or_default();
            let own = is_literal(name, value);
            let within = literals(value, false);
            if own || !within.is_empty() {
                let more = if own {
                    String::new()
                } else {
                    format!(" ({})", listed(&within, false))
                };
                let message = format!(
                    "{container} has a credential written out in the variable `{name}`{more}"
                );
                let path = ["env", &index.to_string(), "value"];
                found.push(container.violation(PAGE.id, &path, message, FROM_SECRET));
            }
        }
        for path in COMMANDS {
            let field = path[0];
            let items = container.items(path).iter();
            let words: Vec<_> = items
                .map(|item| item.as_str().unwrap_or_default())
                .collect();
            let within = literals(&words.join("\n"), false);
            if !within.is_empty() {
                let message = format!(
                    "{container} has a credential written out in `{field}` ({})",
                    listed(&within, false)
                );
                let help = match path.len() {
                    1 => FOR_ARGUMENT,
                    _ => FOR_HOOK,
                };
                found.push(container.violation(PAGE.id, path, message, help));
            }
        }
    }
    found
}

/// What `ConfigMap`s and the settings of Spark's own kinds write out.
pub(super) fn in_objects(stream: &Stream<'_>, objects: &[Object<'_>]) -> Vec<Finding> {
    let found = objects.iter().flat_map(|object| {
        let node = stream.documents[object.document].node(object.node);
        in_object(object, node)
            .into_iter()
            .map(|(path, message, help)| Finding {
                within: None,
                id: PAGE.id.to_owned(),
                severity: Severity::Warning,
                object: Some(object.index),
                container: None,
                path,
                message,
                because: None,
                help: Some(help.to_owned()),
                needed_by: None,
                waived: None,
            })
    });
    found.collect()
}

fn in_object(object: &Object<'_>, node: NodeRef<'_>) -> Vec<(Pointer, String, &'static str)> {
    if object.kind == "ConfigMap" {
        let value = node.to_value();
        return in_files(&value);
    }
    let mut found = Vec::new();
    if object.api_version.contains("spark") {
        in_settings(&node.to_value(), &Pointer::root(), &mut found);
    }
    found
}

fn in_files(object: &Value) -> Vec<(Pointer, String, &'static str)> {
    let found = texts(SourceKind::ConfigMap, object).filter_map(|(place, key, text)| {
        let is_program = [".py", ".scala", ".java", ".js", ".ipynb", ".md"]
            .iter()
            .any(|end| key.ends_with(end));
        let within = literals(&text, is_program);
        let what = if !text.trim().contains('\n') && is_literal(key, &text) {
            format!("`{key}` is a credential, written out")
        } else if within.is_empty() {
            return None;
        } else {
            format!(
                "`{key}` has a credential written out ({})",
                listed(&within, true)
            )
        };
        Some((Pointer::from_iter([place, key]), what, FOR_FILE))
    });
    found.collect()
}

/// Fields of Spark's operators that are settings, variables or files by name; words of a command line; and options.
const MAPS: [&str; 5] = ["sparkConf", "hadoopConf", "envVars", "envOverrides", "data"];
const WORDS: [&str; 2] = ["arguments", "driverArgs"];
const OPTIONS: &str = "javaOptions";

/// What the fields of an operator's object write out, wherever they are.
fn in_settings(value: &Value, at: &Pointer, found: &mut Vec<(Pointer, String, &'static str)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let at = at.child(key.as_str());
                let is_map = MAPS.contains(&key.as_str());
                let settings = value.as_object().filter(|_| is_map).into_iter().flatten();
                for (name, value) in settings {
                    let text = value.as_str().unwrap_or_default();
                    if is_literal(name, text) || !literals(text, false).is_empty() {
                        let message = format!("`{key}` has a credential written out (`{name}`)");
                        found.push((at.child(name.as_str()), message, FOR_SPARK));
                    }
                }
                let words = value.as_array().filter(|_| WORDS.contains(&key.as_str()));
                let words = words.into_iter().flatten().filter_map(Value::as_str);
                let options = value.as_str().filter(|_| key == OPTIONS);
                let text: Vec<_> = words.chain(options).collect();
                let within = literals(&text.join("\n"), false);
                if !within.is_empty() {
                    let names = listed(&within, false);
                    let message = format!("`{key}` has a credential written out ({names})");
                    found.push((at.clone(), message, FOR_SPARK));
                }
                in_settings(value, &at, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                in_settings(item, &at.child(index), found);
            }
        }
        _ => {}
    }
}

/// The first names, where they stand, and how many there are beside.
fn listed(found: &[Literal], lines: bool) -> String {
    const SHOWN: usize = 3;
    let one = |it: &Literal| match lines {
        true => format!("`{}` on line {}", it.name, it.line),
        false => format!("`{}`", it.name),
    };
    let mut shown: Vec<_> = found.iter().take(SHOWN).map(one).collect();
    if found.len() > SHOWN {
        shown.push(format!("{} more", found.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::run::parse;
    use serde_json::json;

    #[test]
    fn the_page_shows_a_credential_and_how_it_is_mended() {
        let found = |text: &str| {
            let pod = parse(text).unwrap();
            in_pod(Pod { value: &pod }).len()
        };
        assert_eq!((found(PAGE.before), found(PAGE.after)), (1, 0));
    }

    #[test]
    fn no_value_is_in_a_message() {
        let pod = json!({"spec": {"containers": [{"name": "c", "command": ["x", "--token=hunter2"], "args": ["--password", "hunter2"],
            "env": [{"name": "A_PASSWORD", "value": "hunter2"}, {"name": "URL", "value": "http://a:hunter2@b"}]}],
            "initContainers": [null, {"env": null, "args": {"password": "hunter2"}}, {"env": [7, {"name": 7, "value": 7}]}]}});
        let found = in_pod(Pod { value: &pod });
        let places: Vec<_> = found.iter().map(|it| it.path.to_string()).collect();
        let at = |place: &str| format!("/spec/containers/0/{place}");
        assert_eq!(
            places,
            ["env/0/value", "env/1/value", "command", "args"].map(at)
        );
        for it in found {
            assert!(!format!("{it:?}").contains("hunter2"), "{it:?}");
        }
    }
}
