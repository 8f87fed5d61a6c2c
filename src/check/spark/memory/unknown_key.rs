//! SK111: keys that ask for pod memory and that no Spark version has.

use crate::check::Page;
use crate::check::spark::parameter::Parameters;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::check::spark::world::World;
use crate::manifest::Quantity;
use crate::manifest::spark::is_size;
use crate::manifest::template::Mention;
use crate::spark::catalogue::catalogue;
use crate::spark::memory::{LEAST_HEAP, MIB, as_heap, largest_heap};
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK111",
    grade: Grade::High,
    page: Page {
        id: "memory/unknown-key",
        title: "a Spark setting for pod memory that does not exist",
        what: "A key such as `spark.kubernetes.executor.request.memory`, `….limits.memory` or `….memory` asks for the memory of \
               driver or executors, and neither Spark 3.5.9 nor 4.1.4 nor 4.3.0 has it; only its cousins for cores are \
               there (`spark.kubernetes.executor.request.cores`). Spark ignores what it does not know. Looked for in \
               properties files and scripts in ConfigMaps and Secrets, in command lines, in variables and in `sparkConf`.",
        why_platform: "Request and limit of Spark's pods are both heap plus overhead; no setting makes them differ, and this \
                       one changes neither.",
        why_data: "Executors run with the default heap of 1g, whatever the key says.",
        fix: "Set `spark.executor.memory` (or `spark.driver.memory`) to the pod's size less its overhead, as Spark writes \
              sizes: `3712m`, not `4Gi`. Where more is needed beside the heap, set `spark.executor.memoryOverhead`.",
        before: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    spark.kubernetes.executor.request.memory=4Gi
",
        after: "\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    spark.executor.memory=3712m
",
    },
    judge: Judge::Texts(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let mentions = world.mentions().iter();
    let said = mentions.filter_map(|(index, mention)| said(&world.parameters, *index, mention));
    said.collect()
}

/// What is to be said of a setting, where it is one that Spark does not have.
fn said(parameters: &Parameters, index: usize, mention: &Mention) -> Option<Said> {
    let Mention { key, value, .. } = mention;
    let role = role(key)?;
    let shown = is_size(value) && !mention.secret;
    let set = if shown {
        format!("{key}={value}")
    } else {
        key.clone()
    };
    let place = match mention.line {
        Some(line) if !mention.secret => format!(" (line {line} of the text)"),
        _ => String::new(),
    };
    let example = shown
        .then(|| heap_for(parameters, value))
        .flatten()
        .unwrap_or_default();
    let mut site = Site::object(index, mention.path.clone());
    site.container.clone_from(&mention.container);
    let message = format!("`{set}` has no effect: no version of Spark has this key{place}");
    let because = format!(
        "Spark ignores a key that it does not know without a word; memory request and limit of {role} pods are both \
         `spark.{role}.memory` (heap, 1g unless set) plus overhead, 1408Mi where nothing is set"
    );
    let help = format!(
        "take it out and set `spark.{role}.memory` (heap) and, where the default of 10 %, at least 384m, is not enough, \
         `spark.{role}.memoryOverhead`; the pod gets the sum of both{example}"
    );
    Some(site.say(message, help).because(because))
}

/// Whose pods a key asks memory for, where no Spark has it: `spark.kubernetes.{driver,executor}.request.memory`,
/// `….limits.memory`, `….memory`. Their cousins `….request.cores` are in the catalogue.
fn role(key: &str) -> Option<&'static str> {
    let (role, rest) = key.strip_prefix("spark.kubernetes.")?.split_once('.')?;
    let mut roles = ["driver", "executor"].into_iter();
    let role = roles.find(|known| *known == role)?;
    let asks = rest.to_ascii_lowercase().contains("memory");
    (asks && catalogue().is_nobodys(key)).then_some(role)
}

/// The heap that makes a pod of the size that was asked for.
fn heap_for(parameters: &Parameters, value: &str) -> Option<String> {
    let room = Quantity::of(&Value::from(value)).ok()?.bytes();
    let room = u64::try_from(room).ok()? / MIB;
    let heap = largest_heap(
        room,
        parameters.overhead_percent,
        parameters.overhead_minimum,
    )?;
    let heap = (heap >= LEAST_HEAP).then(|| as_heap(heap))?;
    Some(format!(": a heap of `{heap}` makes a pod of {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Finding;
    use crate::manifest::template::mentions;
    use crate::preset::Severity;
    use serde_json::json;

    const KEY: &str = "spark.kubernetes.executor.request.memory";

    fn find(object: &Value) -> Vec<Finding> {
        let found = mentions(object);
        let said = found
            .iter()
            .filter_map(|mention| said(&Parameters::default(), 3, mention));
        let name = (RULE.page.id, RULE.code);
        said.map(|said| said.finding(name, Severity::Warning))
            .collect()
    }

    fn paths(object: &Value) -> Vec<String> {
        find(object)
            .into_iter()
            .map(|f| f.path.to_string())
            .collect()
    }

    #[test]
    fn all_spellings_and_nothing_else() {
        for (of, want) in [("driver", "driver"), ("executor", "executor")] {
            for ask in ["request", "limit", "requests", "limits"] {
                let key = format!("spark.kubernetes.{of}.{ask}.memory");
                assert_eq!(role(&key), Some(want), "{key}");
            }
        }
        for also in [
            "spark.kubernetes.executor.memory",
            "spark.kubernetes.executor.memoryOverhead",
            "spark.kubernetes.executor.limitMemory",
        ] {
            assert_eq!(role(also), Some("executor"), "{also}");
        }
        for known in [
            "spark.kubernetes.executor.request.cores",
            "spark.kubernetes.executor.limit.cores",
            "spark.kubernetes.memoryOverheadFactor",
            "spark.kubernetes.executor.label.memory",
            "spark.kubernetes.driver.annotation.example.com/memory",
            "spark.kubernetes.executor.node.selector.memory",
            "spark.executor.memory",
        ] {
            assert_eq!(role(known), None, "{known}");
        }
    }

    #[test]
    fn properties_in_config_maps_name_key_line_and_a_heap_that_works() {
        let text = format!("# {KEY}=8Gi\nspark.master=k8s://x\n{KEY} = 4Gi\n");
        let found = find(&json!({"kind": "ConfigMap", "data": {"spark.conf": text, "other": "x"}}));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].object, Some(3));
        assert_eq!(found[0].path.to_string(), "/data/spark.conf");
        assert_eq!(
            found[0].message,
            format!(
                "`{KEY}=4Gi` has no effect: no version of Spark has this key (line 3 of the text)"
            )
        );
        let help = found[0].help.as_deref().unwrap();
        assert!(
            help.ends_with(": a heap of `3712m` makes a pod of 4Gi"),
            "{help}"
        );
    }

    #[test]
    fn an_executor_below_the_documented_least_is_not_suggested() {
        let found = find(&json!({"kind": "X", "sparkConf": {KEY: "512Mi"}}));
        assert!(
            found[0]
                .help
                .as_deref()
                .unwrap()
                .ends_with("the sum of both")
        );
    }

    #[test]
    fn yaml_json_and_scripts_in_config_maps() {
        for text in [
            format!("sparkConf:\n  {KEY}: 1Gi\n"),
            format!("  \"{KEY}\": \"1Gi\",\n"),
            format!("exec spark-submit \\\n  --conf {KEY}=1Gi \\\n  app.jar\n"),
        ] {
            let found = find(&json!({"kind": "ConfigMap", "data": {"f": text}}));
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].message.contains("=1Gi`"), "{}", found[0].message);
        }
        let prose = json!({"kind": "ConfigMap", "data": {"f": format!("#{KEY}=1\nsee {KEY}")}});
        assert_eq!(paths(&prose), Vec::<String>::new());
    }

    #[test]
    fn secrets_give_the_key_and_no_value() {
        // `spark.kubernetes.driver.limit.memory=77Gi`
        let encoded = "c3Bhcmsua3ViZXJuZXRlcy5kcml2ZXIubGltaXQubWVtb3J5PTc3R2k=";
        let object = json!({"kind": "Secret", "data": {"a.conf": encoded},
            "stringData": {"b.conf": format!("{KEY}=77Gi")}});
        assert_eq!(paths(&object), ["/data/a.conf", "/stringData/b.conf"]);
        let found = find(&object);
        assert!(!format!("{found:?}").contains("77"), "{found:?}");
        assert!(
            found.iter().all(|f| !f.message.contains("line")),
            "{found:?}"
        );
    }

    #[test]
    fn command_lines_environment_and_spark_conf() {
        let pod = json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{
            "name": "connect",
            "args": ["--conf", format!("{KEY}=1Gi"), format!("--conf={KEY}=1Gi"), "--conf", "spark.x=1"],
            "command": ["sh", "-c", format!("spark-submit --conf \"{KEY}=1Gi\" app.jar")],
            "env": [{"name": "SPARK_SUBMIT_OPTS", "value": format!("-Da=b -D{KEY}=1Gi")}],
        }]}}}});
        let base = "/spec/template/spec/containers/0";
        assert_eq!(
            paths(&pod),
            [
                format!("{base}/args/1"),
                format!("{base}/args/2"),
                format!("{base}/command/2"),
                format!("{base}/env/0/value"),
            ]
        );
        assert!(
            find(&pod)
                .iter()
                .all(|f| f.container.as_deref() == Some("connect"))
        );

        let application = json!({"kind": "SparkApplication",
            "metadata": {"annotations": {"last-applied": format!("--conf {KEY}=1Gi")}},
            "spec": {"sparkConf": {KEY: "512Mi", "spark.executor.memory": "1g"}}});
        assert_eq!(paths(&application), [format!("/spec/sparkConf/{KEY}")]);
    }

    #[test]
    fn a_value_that_is_no_size_is_not_repeated() {
        let found = find(&json!({"kind": "X", "sparkConf": {KEY: "${MEMORY}"}}));
        assert!(
            found[0]
                .message
                .starts_with(&format!("`{KEY}` has no effect"))
        );
    }
}
