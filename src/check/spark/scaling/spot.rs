//! SK312: nodes that are taken away at short notice.

use super::facts::{
    DECOMMISSION, MIGRATION, Template, has_executors, is_settled, keeps_shuffle_elsewhere,
    template_of,
};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::spark::text_of;
use crate::spark::conf::{Given, Told};
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK312",
    grade: Grade::High,
    page: Page {
        id: "spark/spot-nodes",
        title: "a driver on spot nodes, or executors there without a way to hand over",
        what: "Node selectors, required node affinity and tolerations of drivers and executors (settings, operators' fields, \
               templates, the server's own pod) whose key or value says `spot` or `preemptible`, such as \
               `karpenter.sh/capacity-type=spot`. A driver must not be there at all; executors may, with decommissioning \
               or a shuffle that another service keeps.",
        why_platform: "The cloud takes such a node with a notice of 30 seconds to two minutes, most likely when everybody wants \
                       nodes.",
        why_data: "With the driver the whole application is gone, with all its executors and sessions. With an executor its \
                   shuffle files are gone: stages run again, and under load the next node goes before they are done.",
        fix: "Keep the driver on nodes that stay, with a selector of its own. For executors, switch on \
              `spark.decommission.enabled` and `spark.storage.decommission.enabled`.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  nodeSelector: {karpenter.sh/capacity-type: spot}
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4, terminationGracePeriodSeconds: 120}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.storage.decommission.enabled: \"true\"
    spark.kubernetes.driver.node.selector.karpenter.sh/capacity-type: on-demand
    spark.kubernetes.executor.node.selector.karpenter.sh/capacity-type: spot
  driver: {memory: 2g}
  executor: {memory: 8g, instances: 4, terminationGracePeriodSeconds: 120}
",
    },
    judge: Judge::Process(judge),
};

/// What sends a pod to such nodes, or lets it go there.
struct Sent {
    site: Site,
    by: String,
}

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.is_driver() {
        return Vec::new();
    }
    let driver = driver(case).map(|sent| {
        let message = format!("{} puts the driver on nodes that are taken away", sent.by);
        let help = "keep the driver on nodes that stay: a node selector of its own, and no toleration of spot nodes";
        sent.site.say(message, help).because(
            "when the node goes, the driver goes, and with it the whole application: executors, sessions and results",
        )
    });
    let executor = executor(case).map(|sent| {
        let message = format!(
            "{} puts executors on nodes that are taken away, and nothing hands their shuffle files over",
            sent.by
        );
        let help = format!("set `{DECOMMISSION}=true` and `{MIGRATION}=true`");
        sent.site.say(message, help).because(
            "each node that goes takes the shuffle files of its executors along: their stages run again, again and again when \
             nodes are scarce",
        )
    });
    driver.into_iter().chain(executor).collect()
}

fn driver(case: Case<'_>) -> Option<Sent> {
    match case.own_pod() {
        Some(pod) => of_pod(&pod.value, |at| Site::object(case.object, pod.at(at))),
        None => of_role(case, "driver"),
    }
}

fn executor(case: Case<'_>) -> Option<Sent> {
    let is_lost = is_settled(case)
        && has_executors(case)
        && case.makes_executors()
        && case.conf().flag(DECOMMISSION) == Some(false)
        && keeps_shuffle_elsewhere(case) == Some(false);
    is_lost.then(|| of_role(case, "executor")).flatten()
}

/// Of a pod that Spark makes: its settings, then what is written for it.
fn of_role(case: Case<'_>, role: &str) -> Option<Sent> {
    by_setting(case, role).or_else(|| match template_of(case, role) {
        Template::Known(pod) => of_pod(&pod.value, |at| pod.at(at)),
        Template::None | Template::Unknown => None,
    })
}

/// A selector of the role counts before one of both.
fn by_setting(case: Case<'_>, role: &str) -> Option<Sent> {
    let prefixes = [
        format!("spark.kubernetes.{role}.node.selector."),
        "spark.kubernetes.node.selector.".to_owned(),
    ];
    let conf = case.conf();
    prefixes.iter().find_map(|prefix| {
        conf.family(prefix).find_map(|(key, entry)| {
            let label = key.strip_prefix(prefix.as_str())?;
            let overruled =
                *prefix != prefixes[0] && conf.entry(&format!("{}{label}", prefixes[0])).is_some();
            let Told::Set(known) = conf.get(key) else {
                return None;
            };
            (!overruled && is_spot(label, &known.text)).then(|| Sent {
                site: case.at(key),
                by: match entry.given {
                    Given::Field => format!("node selector `{label}: {}`", known.text),
                    _ => format!("`{}`", case.shown(key)),
                },
            })
        })
    })
}

fn of_pod(pod: &Value, at: impl Fn(&Pointer) -> Site) -> Option<Sent> {
    let spec = &pod["spec"];
    let selector = spec["nodeSelector"].as_object().into_iter().flatten();
    let mut selector = selector.filter(|(key, value)| is_spot(key, text_of(value)));
    if let Some((key, value)) = selector.next() {
        return Some(Sent {
            site: at(&Pointer::from_iter(["spec", "nodeSelector", key])),
            by: format!("node selector `{key}: {}`", text_of(value)),
        });
    }
    let tolerations = spec["tolerations"].as_array().into_iter().flatten();
    let mut tolerations = tolerations.enumerate();
    let tolerated =
        tolerations.find(|(_, own)| is_spot(text_of(&own["key"]), text_of(&own["value"])));
    if let Some((index, own)) = tolerated {
        return Some(Sent {
            site: at(&Pointer::from_iter(["spec", "tolerations"]).child(index)),
            by: format!("the toleration of `{}`", text_of(&own["key"])),
        });
    }
    affinity(spec, at)
}

/// Node affinity that admits nothing else.
fn affinity(spec: &Value, at: impl Fn(&Pointer) -> Site) -> Option<Sent> {
    const PATH: [&str; 5] = [
        "spec",
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    ];
    let terms = PATH[1..].iter().fold(spec, |value, name| &value[*name]);
    let terms = terms.as_array()?;
    let is_bound = |term: &Value| {
        let all = term["matchExpressions"].as_array().into_iter().flatten();
        let mut all = all.filter(|one| one["operator"] == "In");
        all.any(|one| {
            let values = one["values"].as_array().map_or(&[][..], Vec::as_slice);
            let key = text_of(&one["key"]);
            !values.is_empty() && values.iter().all(|value| is_spot(key, text_of(value)))
        })
    };
    (!terms.is_empty() && terms.iter().all(is_bound)).then(|| Sent {
        site: at(&PATH.iter().collect()),
        by: "node affinity".to_owned(),
    })
}

/// Whether a label or a taint speaks of nodes that are taken away.
fn is_spot(key: &str, value: &str) -> bool {
    const WORDS: [&str; 3] = ["spot", "preemptible", "preemptable"];
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| WORDS.contains(&word))
    };
    let denies = ["false", "no", "0"].contains(&value.to_ascii_lowercase().as_str());
    let on_demand = value.to_ascii_lowercase().replace(['-', '_'], "") == "ondemand";
    says(value) || says(key) && !denies && !on_demand
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(text: &str) -> Vec<String> {
        let found = said(RULE.page.id, text).into_iter();
        found
            .map(|(place, message)| format!("{place}: {message}"))
            .collect()
    }

    #[test]
    fn labels_and_taints_of_clouds() {
        for (key, value) in [
            ("karpenter.sh/capacity-type", "spot"),
            ("eks.amazonaws.com/capacityType", "SPOT"),
            ("cloud.google.com/gke-spot", "true"),
            ("cloud.google.com/gke-preemptible", "true"),
            ("kubernetes.azure.com/scalesetpriority", "spot"),
            ("oci.oraclecloud.com/oke-is-preemptible", "true"),
            ("spot-instance", ""),
        ] {
            assert!(is_spot(key, value), "{key}");
        }
        for (key, value) in [
            ("karpenter.sh/capacity-type", "on-demand"),
            ("cloud.google.com/gke-spot", "false"),
            ("example.com/spotlight", "true"),
            ("spotinst.io/node-lifecycle", "od"),
        ] {
            assert!(!is_spot(key, value), "{key}");
        }
    }

    #[test]
    fn each_kind_of_pod_is_said_of_itself() {
        let executors =
            "  executor: {memory: 8g, instances: 4, tolerations: [{key: spot, operator: Exists}]";
        let own = RULE
            .page
            .before
            .replace("  nodeSelector: {karpenter.sh/capacity-type: spot}\n", "")
            .replace("  executor: {memory: 8g, instances: 4", executors);
        assert_eq!(
            told(&own),
            [
                "SparkApplication/pi /spec/executor/tolerations/0: the toleration of `spot` puts executors on nodes that are \
                 taken away, and nothing hands their shuffle files over"
            ]
        );
        let server = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: connect}\nspec:\n  template:\n    spec:\n      \
                      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: \
                      [{matchExpressions: [{key: karpenter.sh/capacity-type, operator: OPERATOR, values: [spot]}]}]}}}\n      \
                      containers:\n      - name: connect\n        image: apache/spark:4.1.4\n        command: \
                      [/opt/spark/sbin/start-connect-server.sh]\n        args: [--master, \"local[*]\"]\n";
        assert_eq!(told(&server.replace("OPERATOR", "In")).len(), 1);
        assert_eq!(told(&server.replace("OPERATOR", "NotIn")), [""; 0]);
    }
}
