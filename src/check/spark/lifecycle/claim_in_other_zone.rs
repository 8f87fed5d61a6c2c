//! SK807: one claim for driver and executors that run in different zones.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::process::SeenPod;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "SK807",
    grade: Grade::Warning,
    page: Page {
        id: "spark/claim-in-other-zone",
        title: "one claim for pods of different zones",
        what: "Driver and executors that mount one claim (`volumes` of the operator's object, \
               `spark.kubernetes.driver.volumes.persistentVolumeClaim.*.options.claimName` and the same for executors) are \
               not sent to different zones: by a node selector `topology.kubernetes.io/zone` with two values, or by a required \
               `podAntiAffinity` with that key. A claim that the stream has with `ReadWriteMany` or `ReadOnlyMany` is let pass.",
        why_platform: "A volume of a disk lives in one zone. The first pod binds it there, the others wait in `Pending` with \
                       `volume node affinity conflict`.",
        why_data: "The driver runs, and no executor ever comes: `Initial job has not accepted any resources`.",
        fix: "Send both to one zone, give executors claims of their own (`claimName=OnDemand`), or use a store that all zones \
              reach.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  timeToLiveSeconds: 604800
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: data}}
  driver:
    nodeSelector: {topology.kubernetes.io/zone: a}
    volumeMounts: [{name: data, mountPath: /data}]
  executor:
    nodeSelector: {topology.kubernetes.io/zone: b}
    volumeMounts: [{name: data, mountPath: /data}]
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  timeToLiveSeconds: 604800
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: data}}
  driver:
    nodeSelector: {topology.kubernetes.io/zone: a}
    volumeMounts: [{name: data, mountPath: /data}]
  executor:
    nodeSelector: {topology.kubernetes.io/zone: a}
    volumeMounts: [{name: data, mountPath: /data}]
",
    },
    judge: Judge::Process(judge),
};

/// The label of a node's zone, and its name before Kubernetes 1.17.
const ZONES: [&str; 2] = [
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() {
        return Vec::new();
    }
    let [driver, executor] = ["driver", "executor"].map(|role| claims(case, role));
    let mut shared = driver.intersection(&executor);
    let Some(claim) = shared.find(|claim| !is_wide(case, claim)) else {
        return Vec::new();
    };
    let [one, other] = ["driver", "executor"].map(|role| zone(case, role));
    let apart = match (&one, &other) {
        (Some(one), Some(other)) if one != other => {
            format!("driver and executors are sent to the zones `{one}` and `{other}`")
        }
        _ if spreads(case) => {
            "`podAntiAffinity` keeps executors out of each other's zone".to_owned()
        }
        _ => return Vec::new(),
    };
    let message =
        format!("`PersistentVolumeClaim/{claim}` is mounted by driver and executors, and {apart}");
    let help = "send both to one zone, or give executors claims of their own: `claimName=OnDemand`";
    let because = "a disk lives in one zone: the pods of the other one stay in `Pending`";
    vec![case.here().say(message, help).because(because)]
}

fn pod<'w>(case: Case<'w>, role: &str) -> Option<&'w SeenPod> {
    let own = (role == "driver").then(|| case.driver_pod()).flatten();
    own.or_else(|| case.written_pod(role))
}

/// The claims that a pod mounts.
fn claims(case: Case<'_>, role: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(pod) = pod(case, role) {
        let pod = pod.pod();
        let mounted = |name: &Value| {
            pod.containers().any(|container| {
                let mounts = container.value["volumeMounts"].as_array();
                mounts
                    .into_iter()
                    .flatten()
                    .any(|mount| mount["name"] == *name)
            })
        };
        let volumes = pod.spec()["volumes"].as_array();
        let mounted = volumes
            .into_iter()
            .flatten()
            .filter(|volume| mounted(&volume["name"]));
        let named =
            mounted.filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
        found.extend(named.map(str::to_owned));
    }
    let prefix = format!("spark.kubernetes.{role}.volumes.persistentVolumeClaim.");
    let conf = case.conf();
    let keys = conf
        .family(&prefix)
        .filter(|(key, _)| key.ends_with(".options.claimName"));
    let named = keys.filter_map(|(key, _)| conf.text(key));
    found.extend(named.map(Cow::into_owned).filter(|name| name != "OnDemand"));
    found
}

/// Whether the stream has the claim, and several nodes may mount it.
fn is_wide(case: Case<'_>, claim: &str) -> bool {
    let own = case
        .world
        .named("PersistentVolumeClaim", case.namespace(), claim);
    let modes = own.and_then(|(_, value)| value["spec"]["accessModes"].as_array());
    let mut modes = modes.into_iter().flatten();
    super::kubeflow::is_open(claim)
        || modes.any(|mode| mode == "ReadWriteMany" || mode == "ReadOnlyMany")
}

/// The zone that a pod is sent to.
fn zone(case: Case<'_>, role: &str) -> Option<String> {
    let told = |key: &str| {
        let keys = [
            format!("spark.kubernetes.{role}.node.selector.{key}"),
            format!("spark.kubernetes.node.selector.{key}"),
        ];
        let written =
            pod(case, role).and_then(|pod| pod.pod().spec()["nodeSelector"][key].as_str());
        let text = written.map(str::to_owned);
        text.or_else(|| {
            keys.iter()
                .find_map(|key| Some(case.conf().text(key)?.into_owned()))
        })
    };
    let zone = ZONES.into_iter().find_map(told)?;
    (!super::kubeflow::is_open(&zone)).then_some(zone)
}

/// Whether executors must not share a zone.
fn spreads(case: Case<'_>) -> bool {
    let affinity =
        pod(case, "executor").map(|pod| &pod.pod().spec()["affinity"]["podAntiAffinity"]);
    let terms =
        affinity.and_then(|own| own["requiredDuringSchedulingIgnoredDuringExecution"].as_array());
    let mut terms = terms.into_iter().flatten();
    terms.any(|term| ZONES.iter().any(|zone| term["topologyKey"] == *zone))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::places;

    #[test]
    fn claims_of_their_own_and_wide_ones_are_let_pass() {
        let text = RULE.page.before;
        let wide = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteMany]}\n";
        assert!(places(RULE.page.id, &format!("{text}{wide}")).is_empty());
        assert!(places(RULE.page.id, &text.replace("zone: b", "zone: \"${ZONE}\"")).is_empty());
        let spread = text.replace(
            "    nodeSelector: {topology.kubernetes.io/zone: b}",
            "    affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: topology.kubernetes.io/zone}]}}",
        );
        assert_eq!(places(RULE.page.id, &spread), ["SparkApplication/pi /spec"]);
        let conf = "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {name: a}\nspec:\n  mainClass: x\n  sparkConf:\n    spark.kubernetes.driver.volumes.persistentVolumeClaim.d.options.claimName: c\n    spark.kubernetes.executor.volumes.persistentVolumeClaim.d.options.claimName: c\n    spark.kubernetes.driver.node.selector.topology.kubernetes.io/zone: a\n    spark.kubernetes.executor.node.selector.topology.kubernetes.io/zone: b\n";
        assert_eq!(places(RULE.page.id, conf).len(), 1);
        let own = conf.replace(
            "executor.volumes.persistentVolumeClaim.d.options.claimName: c",
            "executor.volumes.persistentVolumeClaim.d.options.claimName: OnDemand",
        );
        assert!(places(RULE.page.id, &own).is_empty());
    }
}
