//! SK804: a file of Spark's configuration by `subPath`, and nothing that starts the pod anew.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK804",
    grade: Grade::Warning,
    page: Page {
        id: "spark/conf-by-sub-path",
        title: "a file of Spark's configuration that is never updated",
        what: "A Spark process of a Deployment, StatefulSet or DaemonSet that mounts a file of its configuration \
               (`spark-defaults.conf`, `*.properties`, a pod template, `*-site.xml`) from a ConfigMap or a Secret by \
               `subPath` has a digest on its pod template: an annotation with `checksum`, `digest` or `hash` in its key, \
               or one of Stakater's Reloader on the object. The kubelet never updates such a file. ConfigMaps that are \
               immutable or named by their content are let pass, and mounts of init containers.",
        why_platform: "`helm upgrade` changes the ConfigMap, no pod restarts, and the file in the pod stays the old one: the \
                       change comes with the next node that fails.",
        why_data: "You changed a setting and nothing happened; a week later it suddenly holds.",
        fix: "Put a digest of the ConfigMap on the pod template (the block `pins` does it), and mount the directory instead \
              of the file.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        volumeMounts:
        - {name: conf, mountPath: /opt/spark/conf/spark-defaults.conf, subPath: spark-defaults.conf}
      volumes:
      - {name: conf, configMap: {name: history}}
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    metadata:
      annotations: {checksum/config: 3f1c9a}
    spec:
      containers:
      - name: history
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        volumeMounts:
        - {name: conf, mountPath: /opt/spark/conf/spark-defaults.conf, subPath: spark-defaults.conf}
      volumes:
      - {name: conf, configMap: {name: history}}
",
    },
    judge: Judge::Process(judge),
};

/// Words in the key of an annotation that changes with what is mounted.
const DIGESTS: [&str; 3] = ["checksum", "digest", "hash"];

fn judge(case: Case<'_>) -> Vec<Said> {
    let kind = text_of(&case.seen().value["kind"]);
    let rolls = ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind);
    let Some((pod, own)) = case.own_pod().zip(case.own()).filter(|_| rolls) else {
        return Vec::new();
    };
    let annotated = |annotations: &Value, words: &[&str]| {
        let mut keys = annotations
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys());
        keys.any(|key| words.iter().any(|word| key.contains(word)))
    };
    let pinned = annotated(&pod.pod().metadata()["annotations"], &DIGESTS)
        || annotated(&case.seen().value["metadata"]["annotations"], &["reloader"]);
    if pinned {
        return Vec::new();
    }
    let mounts = own.value["volumeMounts"].as_array();
    let mounts = mounts.into_iter().flatten().enumerate();
    let found = mounts.filter_map(|(at, mount)| {
        let path = text_of(&mount["mountPath"]);
        let part = mount["subPath"].as_str().filter(|part| !part.is_empty())?;
        if !is_configuration(path) {
            return None;
        }
        let source = source(case, pod.pod().spec(), &mount["name"])?;
        let message = format!("`{path}` is `{part}` of `{source}` by `subPath`: a change reaches no pod that runs");
        let help = "put a digest of it on the pod template, as the block `pins` does, or mount the directory";
        let because = "the kubelet never updates such a file, and nothing starts the pod anew";
        let site = case.at_container(&["volumeMounts", &at.to_string(), "subPath"]);
        Some(site.say(message, help).because(because))
    });
    found.collect()
}

fn is_configuration(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let folder = path.contains("/conf/") || path.contains("spark");
    let ends = [
        "-defaults.conf",
        "spark-env.sh",
        ".properties",
        "-site.xml",
        "emplate.yaml",
        "emplate.yml",
    ];
    folder && ends.iter().any(|end| file.ends_with(end))
}

/// The ConfigMap or Secret of a volume, unless its name or itself says that it does not change.
fn source(case: Case<'_>, spec: &Value, volume: &Value) -> Option<String> {
    let volumes = spec["volumes"].as_array()?;
    let volume = volumes.iter().find(|own| own["name"] == *volume)?;
    let kinds = [
        ("ConfigMap", "configMap", "name"),
        ("Secret", "secret", "secretName"),
    ];
    kinds.into_iter().find_map(|(kind, field, key)| {
        let name = volume[field][key].as_str()?;
        let named = case.world.named(kind, case.namespace(), name);
        let fixed = named.is_some_and(|(_, value)| value["immutable"] == true);
        (!fixed && !is_hashed(name)).then(|| format!("{kind}/{name}"))
    })
}

/// Whether a name ends as kustomize's generators end it. Source: `kustomize/api/hasher`.
fn is_hashed(name: &str) -> bool {
    let tail = name.rsplit('-').next().unwrap_or_default();
    tail.len() == 10 && tail.chars().all(|c| "bcdfghkmt2456789".contains(c))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn what_does_not_change_or_is_watched_is_let_pass() {
        let text = RULE.page.before;
        let at = "/spec/template/spec/containers/0/volumeMounts/0/subPath";
        assert_eq!(
            places(RULE.page.id, text),
            [format!("Deployment/history {at}")]
        );
        for (from, to) in [
            (
                "configMap: {name: history}",
                "configMap: {name: history-9g7bk2k4hf}",
            ),
            ("configMap: {name: history}", "emptyDir: {}"),
            (", subPath: spark-defaults.conf", ""),
            (
                "metadata: {name: history}",
                "metadata: {name: history, annotations: {reloader.stakater.com/auto: \"true\"}}",
            ),
            ("kind: Deployment", "kind: Job"),
        ] {
            assert!(
                places(RULE.page.id, &text.replacen(from, to, 1)).is_empty(),
                "{to}"
            );
        }
        let fixed =
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: history}\nimmutable: true\n";
        assert!(places(RULE.page.id, &format!("{text}{fixed}")).is_empty());
    }
}
