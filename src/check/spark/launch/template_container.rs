//! SK608: a pod template in which Spark takes the wrong container for its own.

use super::templates::{Template, templates};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use crate::spark::conf::{Given, Told};
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK608",
    grade: Grade::High,
    page: Page {
        id: "spark/template-container",
        title: "a pod template in which a sidecar becomes Spark",
        what: "A template with more than one container says which is Spark's: \
               `spark.kubernetes.{driver,executor}.podTemplateContainerName` names one of them (kubeflow's operator sets it to \
               `spark-kubernetes-driver` and `spark-kubernetes-executor`), or the first one has `spark`, `driver` or `executor` in \
               its name. Source: `KubernetesUtils.selectSparkContainer`, 3.5.9 to 4.3.0.",
        why_platform: "Where the name matches nothing, Spark takes the first container without a word: it writes its image, its \
                       command and its resources over those of the sidecar, and the real one runs beside it as it is.",
        why_data: "Executors come up and never register, or every executor pod has two of them with half the settings.",
        fix: "Write the name into the setting, or put Spark's container first.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  driver: {memory: 2g}
  executor:
    memory: 4g
    template:
      spec:
        containers:
        - {name: log-shipper, image: \"fluent-bit:3.2\"}
        - {name: main, resources: {limits: {cpu: \"2\"}}}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  image: apache/spark:4.1.4
  driver: {memory: 2g}
  executor:
    memory: 4g
    template:
      spec:
        containers:
        - {name: log-shipper, image: \"fluent-bit:3.2\"}
        - {name: spark-kubernetes-executor, resources: {limits: {cpu: \"2\"}}}
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    let templates = templates(case);
    templates
        .iter()
        .filter_map(|template| of_template(case, template))
        .collect()
}

fn of_template(case: Case<'_>, template: &Template) -> Option<Said> {
    let names: Vec<_> = template
        .containers()
        .iter()
        .map(|container| text_of(&container["name"]))
        .collect();
    let first = names
        .first()
        .filter(|first| names.len() > 1 && !first.is_empty())?;
    let key = template.key("podTemplateContainerName");
    let asked = match case.conf().get(&key) {
        Told::Unknown => return None,
        Told::Unset => None,
        Told::Set(known) => {
            let by_hand = known.entry.given != Given::Operator;
            Some((known.text.into_owned(), by_hand)).filter(|(name, _)| !name.is_empty())
        }
    };
    let why = match &asked {
        Some((name, _)) if names.contains(&name.as_str()) => return None,
        Some((name, true)) => format!("`{key}={name}` names none of its containers"),
        _ if is_sparks(first) => return None,
        Some((name, false)) => format!("none of its containers is called `{name}`"),
        None => format!("`{key}` is not set"),
    };
    let message = format!(
        "the first container of the {} template, `{first}`, becomes Spark's own: {why}",
        template.role
    );
    let help = match &asked {
        Some((name, _)) => format!("call Spark's container `{name}`, or put it first"),
        None => format!(
            "set `{key}` to the name of Spark's container: it has `{}`",
            names.join("`, `")
        ),
    };
    let at = Pointer::from_iter(["spec", "containers"]).child(0);
    Some(template.at(&at).say(message, help).because(
        "Spark writes its image, command and resources over that container without a word, and the one that was meant for it runs \
         beside it as it is",
    ))
}

/// Whether a name says that the container is Spark's.
fn is_sparks(name: &str) -> bool {
    ["spark", "executor", "driver"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn client(conf: &str, names: [&str; 2]) -> Vec<(String, String)> {
        let [one, two] = names;
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: t}}\ndata:\n  executor.yaml: |\n    spec:\n      containers:\n      \
             - name: {one}\n      - name: {two}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  \
             template:\n    spec:\n      containers:\n      - name: c\n        image: apache/spark:4.1.1\n        command: \
             [spark-submit, --master, \"k8s://https://a:443\", --conf, \
             spark.kubernetes.executor.podTemplateFile=/t/executor.yaml{conf}, --class, \
             org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]\n        volumeMounts: [{{name: t, mountPath: \
             /t}}]\n      volumes: [{{name: t, configMap: {{name: t}}}}]\n"
        );
        said(RULE.page.id, &text)
    }

    #[test]
    fn templates_in_texts_have_a_place_inside() {
        let found = client("", ["mesh", "main"]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].0,
            "ConfigMap/t /data/executor.yaml#spec/containers/0"
        );
        assert!(found[0].1.contains("is not set"), "{found:?}");
        assert_eq!(client("", ["executor", "mesh"]), []);
        let name = ", --conf, spark.kubernetes.executor.podTemplateContainerName=";
        assert_eq!(client(&format!("{name}main"), ["mesh", "main"]), []);
        assert_eq!(client(&format!("{name}$(NAME)"), ["mesh", "main"]), []);
        assert_eq!(
            client(&format!("{name}other"), ["executor", "mesh"]).len(),
            1
        );
    }
}
