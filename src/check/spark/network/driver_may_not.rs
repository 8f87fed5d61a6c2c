//! SK210: a driver whose account may not do what Spark does with it.

use super::access::{Account, Granted};
use super::driver::{executors_namespace, namespace};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::spark::process::Mode;
use crate::yaml::Pointer;

pub(super) const RULE: Rule = Rule {
    code: "SK210",
    grade: Grade::High,
    page: Page {
        id: "spark/driver-may-not",
        title: "a driver that may not do what Spark does",
        what: "Where the stream binds the ServiceAccount of a driver, and has every role that it is bound to, those roles allow: \
               `create`, `get`, `list`, `watch`, `delete` and `deletecollection` of pods; `create` and `deletecollection` of \
               ConfigMaps, unless `spark.kubernetes.executor.disableConfigMap=true`; `deletecollection` of Services in cluster \
               mode; `create`, `list`, `delete` and `deletecollection` of PersistentVolumeClaims where a claim is `OnDemand`. \
               `*` counts, a rule with `resourceNames` does not. A role from elsewhere, or one that aggregates others, may \
               allow anything, and nothing is said (`ExecutorPodsAllocator`, `KubernetesClusterSchedulerBackend`, 3.5 to 4.3).",
        why_platform: "The driver is a client of the API server like any controller. What the Role lacks it gets 403 for, at run \
                       time, not when the chart is installed.",
        why_data: "`configmaps is forbidden: User … cannot create resource` ends the session at its start. Without `delete` and \
                   `deletecollection`, executors and their ConfigMaps stay behind when they are no longer needed.",
        fix: "Add the verbs to the Role that the ServiceAccount is bound to; a Role in the namespace of the executors is enough.",
        before: BEFORE,
        after: AFTER,
    },
    judge: Judge::Process(judge),
};

const BEFORE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: spark}
rules:
  - apiGroups: [\"\"]
    resources: [pods]
    verbs: [create, get, list, watch, delete, deletecollection]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: spark}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: spark}
subjects: [{kind: ServiceAccount, name: spark}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      serviceAccountName: spark
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
";

const AFTER: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: spark}
rules:
  - apiGroups: [\"\"]
    resources: [pods, configmaps]
    verbs: [create, get, list, watch, delete, deletecollection]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: spark}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: spark}
subjects: [{kind: ServiceAccount, name: spark}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      serviceAccountName: spark
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
";

pub(super) const DRIVER_ACCOUNT: &str = "spark.kubernetes.authenticate.driver.serviceAccountName";

/// What the driver does with pods.
const PODS: &[&str] = &[
    "create",
    "get",
    "list",
    "watch",
    "delete",
    "deletecollection",
];
const CONFIG_MAPS: &[&str] = &["create", "deletecollection"];
const CLAIMS: &[&str] = &["create", "list", "delete", "deletecollection"];

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() || is_somebody_else(case) {
        return Vec::new();
    }
    let executors = executors_namespace(case).unwrap_or_default();
    let Some(name) = account(case) else {
        return Vec::new();
    };
    let own = match case.mode {
        Mode::Cluster => executors.as_str(),
        _ => namespace(case).unwrap_or_default(),
    };
    let account = Account {
        name: &name,
        namespace: own,
    };
    let Some(granted) = Granted::of(case.world, account, &executors) else {
        return Vec::new();
    };
    let needs = needs(case);
    needs
        .into_iter()
        .filter_map(|(resource, verbs)| lacking(case, &name, &granted, (resource, verbs)))
        .collect()
}

/// Whether the driver shows the API server something else than the token of its account.
fn is_somebody_else(case: Case<'_>) -> bool {
    let mut own = case.conf().family("spark.kubernetes.authenticate.");
    own.any(|(key, _)| key.contains("oauthToken") || key.contains("clientKeyFile"))
}

fn account(case: Case<'_>) -> Option<String> {
    if case.mode == Mode::Cluster {
        return Some(case.conf().text(DRIVER_ACCOUNT)?.into_owned());
    }
    let spec = &case.own_pod()?.value["spec"];
    let named = ["serviceAccountName", "serviceAccount"]
        .into_iter()
        .find_map(|field| spec[field].as_str().filter(|name| !name.is_empty()));
    Some(named.unwrap_or("default").to_owned())
}

fn needs(case: Case<'_>) -> Vec<(&'static str, &'static [&'static str])> {
    let conf = case.conf();
    let mut needs = vec![("pods", PODS)];
    if conf.flag("spark.kubernetes.executor.disableConfigMap") == Some(false) {
        needs.push(("configmaps", CONFIG_MAPS));
    }
    if case.mode == Mode::Cluster {
        needs.push(("services", &["deletecollection"]));
    }
    let mut claims = conf.family("spark.kubernetes.executor.volumes.persistentVolumeClaim.");
    if claims.any(|(key, entry)| key.ends_with(".options.claimName") && entry.text == "OnDemand") {
        needs.push(("persistentvolumeclaims", CLAIMS));
    }
    needs
}

fn lacking(
    case: Case<'_>,
    account: &str,
    granted: &Granted<'_>,
    (resource, verbs): (&str, &[&str]),
) -> Option<Said> {
    let missing = verbs
        .iter()
        .filter(|verb| !granted.allows(verb, ("", resource)));
    let missing: Vec<_> = missing.map(|verb| format!("`{verb}`")).collect();
    let (role, _) = granted.roles.first()?;
    (!missing.is_empty()).then(|| {
        let message = format!(
            "{} does not let ServiceAccount `{account}` {} {resource}, as {} has to",
            granted.named(),
            missing.join(", "),
            case.name()
        );
        let help = format!("add {} on `{resource}` to the rules", missing.join(", "));
        let at = Site::object(role.index, Pointer::from_iter(["rules"]));
        at.say(message, help).because(why(resource, &missing))
    })
}

fn why(resource: &str, missing: &[String]) -> &'static str {
    let starts = ["`create`", "`get`", "`list`", "`watch`"];
    if missing.iter().any(|verb| starts.contains(&verb.as_str())) {
        return match resource {
            "persistentvolumeclaims" => {
                "no executor with a claim of its own can be made: the API server answers 403"
            }
            _ => "the session ends at its start: the API server answers 403",
        };
    }
    "what the driver made stays behind when it is no longer needed: the API server answers 403"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(role: &str) -> Vec<String> {
        let text = BEFORE.replace(
            "    resources: [pods]\n    verbs: [create, get, list, watch, delete, deletecollection]\n",
            role,
        );
        assert_ne!(text, BEFORE);
        let found = said(RULE.page.id, &text);
        found
            .into_iter()
            .map(|(place, message)| format!("{place}: {message}"))
            .collect()
    }

    /// Field failures 021, 032 and 033: `cannot create resource configmaps`.
    #[test]
    fn what_a_role_lacks() {
        let found = told("    resources: [pods, configmaps]\n    verbs: [get, list, watch]\n");
        assert_eq!(
            found,
            [
                "Role/spark /rules: Role `spark` does not let ServiceAccount `spark` `create`, `delete`, `deletecollection` pods, as container `connect` has to",
                "Role/spark /rules: Role `spark` does not let ServiceAccount `spark` `create`, `deletecollection` configmaps, as container `connect` has to",
            ]
        );
        let named =
            "    resources: [pods, configmaps]\n    verbs: ['*']\n    resourceNames: [one]\n";
        assert_eq!(told(named).len(), 2);
        let group = "    resources: ['*']\n    verbs: ['*']\n  - apiGroups: [apps]\n    resources: [pods]\n    verbs: [create]\n";
        assert_eq!(told(group), [""; 0]);
    }

    #[test]
    fn what_is_not_in_the_stream_may_allow_it() {
        let said = |text: &str| said(RULE.page.id, text).len();
        assert_eq!(
            said(&BEFORE.replace("kind: Role, name: spark", "kind: ClusterRole, name: edit")),
            0
        );
        assert_eq!(
            said(&BEFORE.replace(
                "subjects: [{kind: ServiceAccount, name: spark}]",
                "subjects: [{kind: ServiceAccount, name: other}]"
            )),
            0
        );
        let aggregated = BEFORE
            .replace("kind: Role\n", "kind: ClusterRole\naggregationRule: {}\n")
            .replace("kind: Role,", "kind: ClusterRole,");
        assert_eq!(said(&aggregated), 0);
        let elsewhere = BEFORE.replace(
            "kind: RoleBinding\nmetadata: {name: spark}",
            "kind: RoleBinding\nmetadata: {name: spark, namespace: b}",
        );
        let placed = elsewhere.replace(
            "metadata: {name: connect}",
            "metadata: {name: connect, namespace: b}",
        );
        assert_eq!(said(&placed), 0, "executors are asked for in `default`");
        let group = BEFORE.replace(
            "{kind: ServiceAccount, name: spark}",
            "{kind: Group, name: 'system:serviceaccounts'}",
        );
        assert_eq!(said(&group), 1);
    }

    #[test]
    fn claims_that_are_made_on_demand() {
        let claim = "--conf, spark.kubernetes.executor.volumes.persistentVolumeClaim.d.options.claimName=OnDemand, --class";
        let found = said(RULE.page.id, &AFTER.replace("--class", claim));
        assert!(found[0].1.contains("persistentvolumeclaims"), "{found:?}");
    }
}
