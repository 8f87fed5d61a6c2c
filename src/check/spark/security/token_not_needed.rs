//! SK513: a token for the Kubernetes API in a pod that never speaks to it.

use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::manifest::spark::text_of;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    code: "SK513",
    grade: Grade::Warning,
    page: Page {
        id: "spark/token-not-needed",
        title: "a token for the Kubernetes API that nobody uses",
        what: "A pod whose containers are a history server, a standalone master or a worker, and nothing else, has \
               `automountServiceAccountToken: false`, its own or that of its ServiceAccount in the stream. Pods with a sidecar, with a \
               projected token of their own, or with an injector's annotation pass. Source: none of the three classes makes a \
               Kubernetes client, 3.5.9 to 4.3.0.",
        why_platform: "The account is often the driver's, which may make pods and read ConfigMaps. A token that is not mounted cannot \
                       be taken.",
        why_data: "A history server reads event logs and needs nothing of the cluster. Access to S3 by a cloud identity uses a token \
                   of its own.",
        fix: "Write `automountServiceAccountToken: false`; the preset block `service-account-token` does. Never on a driver, a Connect \
              server or a notebook that makes executors.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      serviceAccountName: spark
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      serviceAccountName: spark
      automountServiceAccountToken: false
      containers:
      - name: history
        image: apache/spark:4.1.1
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
",
    },
    judge: Judge::Process(judge),
};

const FIELD: &str = "automountServiceAccountToken";

/// Annotations whose injectors add a container that needs the token: its beginning.
const INJECTORS: [&str; 3] = ["vault.hashicorp.com/", "sidecar.istio.io/", "linkerd.io/"];

fn judge(case: Case<'_>) -> Vec<Said> {
    let is_one =
        ["spark-history-server", "spark-master", "spark-worker"].contains(&case.role.as_str());
    let Some(pod) = case.own_pod().filter(|_| is_one) else {
        return Vec::new();
    };
    let spec = pod.pod().spec();
    let list = |key: &str| spec[key].as_array().map_or(&[][..], Vec::as_slice);
    let alone = list("containers").len() == 1
        && list("initContainers")
            .iter()
            .all(|init| init["restartPolicy"].is_null());
    let account = spec["serviceAccountName"]
        .as_str()
        .or(spec["serviceAccount"].as_str());
    if !alone || !spec[FIELD].is_null() && spec[FIELD] != true || brings_its_own(&pod.value) {
        return Vec::new();
    }
    let named = account.and_then(|name| case.world.named("ServiceAccount", case.namespace(), name));
    // The pod's own word counts before that of its account.
    let by_account = named.is_some_and(|(_, account)| account[FIELD] == false);
    if by_account && spec[FIELD] != true {
        return Vec::new();
    }
    let message = format!(
        "{} has a token for the Kubernetes API{}, and a {} never speaks to it",
        case.name(),
        account
            .map(|name| format!(" as `{name}`"))
            .unwrap_or_default(),
        case.word()
    );
    let help = format!("write `{FIELD}: false` into the pod's spec");
    vec![case.at_pod(&["spec"]).say(message, help).because(
        "the account is often the driver's, which may make pods; a token that is not mounted cannot be taken from a process that is \
         open to the network",
    )]
}

/// Whether something else in the pod wants the token.
fn brings_its_own(pod: &Value) -> bool {
    let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
    let mut sources = volumes.flat_map(|volume| {
        volume["projected"]["sources"]
            .as_array()
            .into_iter()
            .flatten()
    });
    let annotations = pod["metadata"]["annotations"].as_object();
    let mut keys = annotations.into_iter().flat_map(|map| map.keys());
    sources.any(|source| !text_of(&source["serviceAccountToken"]["path"]).is_empty())
        || keys.any(|key| INJECTORS.iter().any(|injector| key.starts_with(injector)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    #[test]
    fn accounts_sidecars_and_injectors() {
        let before = RULE.page.before;
        let account = |value: &str| {
            let text = format!(
                "{before}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: spark}}\nautomountServiceAccountToken: {value}\n"
            );
            said(RULE.page.id, &text).len()
        };
        assert_eq!((account("false"), account("true")), (0, 1));
        let sidecar = before.replace(
            "      containers:\n",
            "      containers:\n      - {name: s, image: a}\n",
        );
        assert_eq!(said(RULE.page.id, &sidecar), []);
        let vault = before.replace(
            "    spec:\n      service",
            "    metadata: {annotations: {vault.hashicorp.com/agent-inject: \"true\"}}\n    spec:\n      service",
        );
        assert_ne!(vault, before);
        assert_eq!(said(RULE.page.id, &vault), []);
        let connect = before.replace(
            "spark-class, org.apache.spark.deploy.history.HistoryServer",
            "spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal",
        );
        assert_eq!(said(RULE.page.id, &connect), []);
    }
}
