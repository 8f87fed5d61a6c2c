//! SK110: what a pod template for Spark says of memory and CPU, and Spark overwrites.

use super::readers::Readers;
use crate::check::Page;
use crate::check::run::parse;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::Container;
use crate::manifest::spark::{SourceKind, is_size, source_kind, text_of, texts};
use crate::manifest::template::{self, Names, is_sparkish, main_containers};
use crate::yaml::Pointer;
use std::cell::LazyCell;

pub(super) const RULE: Rule = Rule {
    code: "SK110",
    grade: Grade::High,
    page: Page {
        id: "memory/template-overwritten",
        title: "a pod template sets memory or CPU that Spark overwrites",
        what: "A ConfigMap or Secret holds a pod template for Spark (`spark.kubernetes.*.podTemplateFile`), and its Spark \
               container sets `requests.memory`, `limits.memory` or `requests.cpu`. Spark writes its own figures over \
               them. Security contexts, volumes, `limits.cpu` and ephemeral storage survive.",
        why_platform: "Quotas, node sizes and OOMKilled follow the figures that Spark computes, not those in the template: \
                       a limit of 2Gi there is 1408Mi in the pod.",
        why_data: "Executors get `spark.executor.memory` (1g unless set) plus overhead, and `spark.executor.cores`, however \
                   large the template is.",
        fix: "Size executors with `spark.executor.memory`, `spark.executor.memoryOverhead` and \
              `spark.kubernetes.executor.request.cores`, and take the fields out of the template.",
        before: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  executor.yaml: |
    spec:
      containers:
      - name: executor
        resources:
          limits: {memory: 2Gi}
",
        after: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  executor.yaml: |
    spec:
      containers:
      - name: executor
  spark-defaults.conf: |
    spark.executor.memory=1664m
",
    },
    judge: Judge::Texts(judge),
};

/// What Spark writes over in its container. `limits.cpu` survives where `spark.kubernetes.*.limit.cores` is unset.
/// Source: pods that Spark 3.5.9, 4.1.4 and 4.3.0 built from a template that sets everything.
const OVERWRITTEN: [[&str; 2]; 3] = [
    ["requests", "memory"],
    ["limits", "memory"],
    ["requests", "cpu"],
];

/// A pod template in a ConfigMap or Secret.
struct Template {
    index: usize,
    path: Pointer,
    secret: bool,
    /// Its containers: name, and the fields that Spark would overwrite.
    containers: Vec<(String, Vec<String>)>,
    /// Whether it looks like a template for Spark; otherwise only a `podTemplateFile` makes it one.
    sparkish: bool,
}

fn judge(world: &World<'_>) -> Vec<Said> {
    let mut names = Names::default();
    let mentions = world.mentions().iter();
    mentions.for_each(|(_, mention)| names.add(mention));
    let readers = LazyCell::new(|| Readers::of(world));
    let is_read = |template: &Template| {
        let key = template.path.last().unwrap_or_default();
        names.role_of(&key).is_some() || !readers.are_idle(world.object(template.index))
    };
    let seen = templates(world).into_iter().filter(is_read);
    seen.filter_map(|template| template.said(&names)).collect()
}

/// The pod templates in the texts of the stream.
fn templates(world: &World<'_>) -> Vec<Template> {
    let mut seen = Vec::new();
    let maps = world.saying("ConfigMap", |text| {
        text.contains("resources") || text.contains("binaryData")
    });
    let secrets = world.of_kind("Secret");
    for (object, value) in maps.chain(secrets) {
        let Some(kind) = source_kind(value) else {
            continue;
        };
        for (place, key, text) in texts(kind, value) {
            let resources = text.contains("resources");
            let Some(pod) = resources.then(|| template::read(&text, parse)).flatten() else {
                continue;
            };
            let name = text_of(&value["metadata"]["name"]);
            seen.push(Template {
                index: object.index,
                path: Pointer::from_iter([place, key]),
                secret: kind == SourceKind::Secret,
                containers: main_containers(&pod).map(fields).collect(),
                sparkish: is_sparkish(&pod, [name, key]),
            });
        }
    }
    seen
}

impl Template {
    fn said(&self, names: &Names) -> Option<Said> {
        let key = self.path.last().unwrap_or_default();
        let named = names.role_of(&key);
        if named.is_none() && !self.sparkish {
            return None;
        }
        // A name that matches nothing makes Spark take the first one, without a word.
        let mut containers = self.containers.iter();
        let chosen = containers.find(|(name, _)| names.chooses(name));
        let (container, fields) = chosen.or(self.containers.first())?;
        if fields.is_empty() {
            return None;
        }
        let role = named.unwrap_or_else(|| template::guess(&key));
        let shown = if self.secret {
            "memory or CPU requests or memory limits".to_owned()
        } else {
            format!("{} on container `{container}`", listed(fields))
        };
        let message =
            format!("the {role} pod template sets {shown}, and Spark writes its own over them");
        let site = Site::object(self.index, self.path.clone());
        Some(site.say(message, help(role)).because(because(role)))
    }
}

/// `driver` or `executor`, as keys of Spark name the pod of a template.
fn keyed(role: &str) -> &'static str {
    if role == "driver" {
        "driver"
    } else {
        "executor"
    }
}

fn because(role: &str) -> String {
    let key = keyed(role);
    format!(
        "a template cannot size the pod of {}: memory request and limit both become `spark.{key}.memory` plus \
         overhead, 1408Mi where nothing is set, and the CPU request `spark.{key}.cores`; quotas and OOMKilled follow \
         those, not the template",
        template::with_article(role)
    )
}

fn help(role: &str) -> String {
    let key = keyed(role);
    format!(
        "set `spark.{key}.memory`, `spark.{key}.memoryOverhead` and `spark.kubernetes.{key}.request.cores` instead, \
         and take the fields out of the template"
    )
}

/// `a`, `b` and `c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

fn fields(container: Container<'_>) -> (String, Vec<String>) {
    let resources = &container.value["resources"];
    let set = OVERWRITTEN.iter().filter_map(|[list, name]| {
        let value = Some(&resources[list][name]).filter(|value| !value.is_null())?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some(if is_size(&text) {
            format!("`{list}.{name}: {text}`")
        } else {
            format!("`{list}.{name}`")
        })
    });
    (container.name().to_owned(), set.collect())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::found;
    use crate::guard::Finding;
    use serde_json::{Value, json};

    const TEMPLATE: &str = r#"{"kind": "Pod", "spec": {"containers": [{"name": "executor", "resources": {
        "requests": {"memory": "1Gi", "cpu": 1}, "limits": {"memory": "2Gi", "cpu": 2}}}]}}"#;

    fn find(objects: &[Value]) -> Vec<Finding> {
        let documents: Vec<_> = objects.iter().map(Value::to_string).collect();
        let found = found(&documents.join("\n---\n")).into_iter();
        found.filter(|found| found.id == RULE.page.id).collect()
    }

    fn config_map(key: &str, text: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {key: text}})
    }

    #[test]
    fn memory_and_cpu_requests_are_named_and_cpu_limits_are_not() {
        let found = find(&[config_map("executor.yaml.template", TEMPLATE)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path.to_string(), "/data/executor.yaml.template");
        assert_eq!(
            found[0].message,
            "the executor pod template sets `requests.memory: 1Gi`, `limits.memory: 2Gi` and `requests.cpu: 1` \
             on container `executor`, and Spark writes its own over them"
        );
        let kept = TEMPLATE
            .replace("\"memory\": \"1Gi\", \"cpu\": 1", "")
            .replace("\"memory\": \"2Gi\", ", "");
        assert_eq!(find(&[config_map("executor.yaml", &kept)]), []);
    }

    #[test]
    fn a_kind_may_be_missing_and_must_not_be_another() {
        let without = TEMPLATE.replace("\"kind\": \"Pod\", ", "");
        assert_eq!(find(&[config_map("executor.yaml", &without)]).len(), 1);
        let other = TEMPLATE.replace("\"Pod\"", "\"Deployment\"");
        assert_eq!(find(&[config_map("executor.yaml", &other)]), []);
        assert_eq!(
            find(&[config_map("executor.yaml", "containers: resources: [")]),
            []
        );
    }

    #[test]
    fn only_templates_for_spark() {
        let airflow = TEMPLATE.replace("executor", "base");
        assert_eq!(find(&[config_map("pod_template_file.yaml", &airflow)]), []);
        let other = TEMPLATE.replace("executor", "agent");
        assert_eq!(find(&[config_map("jenkins.yaml", &other)]), []);
        let job = TEMPLATE.replace(
            "\"resources\"",
            "\"command\": [\"spark-submit\"], \"resources\"",
        );
        assert_eq!(find(&[config_map("spark-job.yaml", &job)]), []);
        // Named as one, it is one.
        let conf = config_map(
            "a.conf",
            "spark.kubernetes.driver.podTemplateFile=/tmp/jenkins.yaml",
        );
        let found = find(&[config_map("jenkins.yaml.tmpl", &other), conf]);
        assert!(
            found[0].message.starts_with("the driver pod template"),
            "{}",
            found[0].message
        );
        assert!(
            found[0]
                .help
                .as_deref()
                .unwrap()
                .contains("`spark.driver.memory`")
        );
    }

    #[test]
    fn a_driver_without_executor_pods_reads_no_template() {
        let driver = |words: &str| {
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "c"}, "spec": {"template": {"spec": {
                "volumes": [{"name": "t", "configMap": {"name": "c"}}],
                "containers": [{"name": "c", "image": "apache/spark:4.1.1",
                    "args": ["spark-submit", "--master", words, "app.jar"],
                    "volumeMounts": [{"name": "t", "mountPath": "/t"}]}]}}}})
        };
        let template = config_map("executor.yaml", TEMPLATE);
        for (master, wanted) in [
            ("local[*]", 0),
            ("spark://m:7077", 0),
            ("k8s://https://k:443", 1),
            ("${MASTER}", 1),
        ] {
            assert_eq!(
                find(&[template.clone(), driver(master)]).len(),
                wanted,
                "{master}"
            );
        }
        // Somebody else mounts it, too.
        let cron = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
            "volumes": [{"name": "t", "projected": {"sources": [{"configMap": {"name": "c"}}]}}], "containers": [{"name": "p", "image": "i"}]}});
        assert_eq!(find(&[template.clone(), driver("local[*]"), cron]).len(), 1);
        // The driver of another namespace mounts its own.
        let at = |mut object: Value, namespace: &str| {
            object["metadata"]["namespace"] = json!(namespace);
            object
        };
        let (idle, busy) = (driver("local[*]"), driver("k8s://https://k:443"));
        let found = find(&[
            at(template.clone(), "a"),
            at(idle, "a"),
            at(template, "b"),
            at(busy, "b"),
        ]);
        let places: Vec<_> = found.iter().map(|found| found.object).collect();
        assert_eq!(places, [Some(2)]);
    }

    #[test]
    fn the_named_container_or_else_the_first() {
        let two = r#"{"spec": {"containers": [{"name": "proxy", "resources": {"limits": {"memory": "1Gi"}}},
            {"name": "spark", "resources": {"limits": {"memory": "2Gi"}}}]}}"#;
        let template = config_map("executor.yaml", two);
        let found = find(std::slice::from_ref(&template));
        assert!(
            found[0]
                .message
                .contains("`limits.memory: 1Gi` on container `proxy`")
        );
        let conf = json!({"apiVersion": "v1", "kind": "X", "sparkConf": {"spark.kubernetes.executor.podTemplateContainerName": "spark"}});
        let found = find(&[template, conf]);
        assert!(
            found[0]
                .message
                .contains("`limits.memory: 2Gi` on container `spark`")
        );
    }

    #[test]
    fn secrets_keep_what_they_hold() {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"executor.yaml": TEMPLATE}});
        let found = find(&[object]);
        assert_eq!(found[0].path.to_string(), "/stringData/executor.yaml");
        assert!(!format!("{found:?}").contains("2Gi"), "{found:?}");
    }

    #[test]
    fn placeholders_are_overwritten_all_the_same() {
        let open = TEMPLATE.replace("2Gi", "${LIMIT}");
        let found = find(&[config_map("executor.yaml", &open)]);
        assert!(
            found[0].message.contains("`limits.memory` and"),
            "{}",
            found[0].message
        );
    }
}
