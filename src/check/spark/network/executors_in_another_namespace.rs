//! SK209: executors that are asked for in a namespace that is not the driver's.

use super::driver::{NAMESPACE, is_closed, namespace};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::{Given, Told};
use crate::spark::process::Operator;

pub(super) const RULE: Rule = Rule {
    code: "SK209",
    grade: Grade::Error,
    page: Page {
        id: "spark/executors-in-another-namespace",
        title: "executors in another namespace than their driver",
        what: "A driver in a pod of the stream that asks Kubernetes for executors has `spark.kubernetes.namespace`, and it is the \
               namespace that the pod runs in: the one that is written, or that the bindings of its ServiceAccount name. Unset \
               means the namespace `default` (`Config.KUBERNETES_NAMESPACE`, 3.5 to 4.3); of notebooks and jobs only what is \
               written counts. Kubeflow's operator refuses an application whose `sparkConf` names another one than its own \
               (`sparkconf_validator.go`).",
        why_platform: "The ServiceAccount has its rights in its own namespace, so that the first request for a pod is answered \
                       with 403. Where it may, executors come up outside the quota and the policies that were meant for them.",
        why_data: "The server starts and no executor does: `pods is forbidden … in the namespace \"default\"`. Names of Services \
                   without a namespace do not resolve from there either.",
        fix: "Set `spark.kubernetes.namespace` to the namespace of the pod: from a variable with \
              `fieldPath: metadata.namespace`, or as text.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect, namespace: analytics}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect, namespace: analytics}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --conf, spark.kubernetes.namespace=analytics,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    match case.operator {
        None if case.is_client() => client(case),
        Some(Operator::Kubeflow) => kubeflow(case),
        _ => None,
    }
    .into_iter()
    .collect()
}

fn client(case: Case<'_>) -> Option<Said> {
    let own = namespace(case)?;
    let message = match case.conf().get(NAMESPACE) {
        Told::Set(known) if known.text != own => format!(
            "`{}` is not the namespace that {} runs in, which is `{own}`",
            case.shown(NAMESPACE),
            case.name()
        ),
        Told::Unset if is_closed(case) && own != "default" => format!(
            "`{NAMESPACE}` is not set: executors are asked for in `default`, and {} runs in `{own}`",
            case.name()
        ),
        _ => return None,
    };
    let said = case
        .at(NAMESPACE)
        .say(message, format!("set `{NAMESPACE}={own}`"));
    Some(said.because(
        "the ServiceAccount has its rights in its own namespace, and the API server answers 403",
    ))
}

/// What the operator's webhook refuses, however it comes to the settings.
fn kubeflow(case: Case<'_>) -> Option<Said> {
    let own = case.namespace();
    let all = case.conf().all(NAMESPACE);
    let entry = all.iter().find(|entry| entry.given == Given::Conf)?;
    let known = !entry.text.contains(['$', '{']);
    (known && !own.is_empty() && entry.text != own).then(|| {
        let message = format!(
            "`{NAMESPACE}={}` is not the namespace of the application, which is `{own}`",
            crate::text::shortened(&entry.text)
        );
        let said = case
            .at_entry(NAMESPACE, entry)
            .say(message, format!("remove `{NAMESPACE}`"));
        said.because(
            "the operator's webhook refuses an application that asks for pods in another namespace",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::{places, said};

    #[test]
    fn the_namespace_of_the_account_where_none_is_written() {
        let bare = RULE.page.before.replace(", namespace: analytics", "");
        assert_eq!(places(RULE.page.id, &bare), [""; 0]);
        let with = bare.replace(
            "    spec:\n",
            "    spec:\n      serviceAccountName: spark\n",
        );
        let binding = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nsubjects: [{kind: ServiceAccount, name: spark, namespace: analytics}]\n";
        let found = said(RULE.page.id, &format!("{with}{binding}"));
        assert!(found[0].1.contains("runs in `analytics`"), "{found:?}");
    }

    #[test]
    fn not_where_it_is_not_known() {
        let found = |text: &str| places(RULE.page.id, text);
        assert_eq!(
            found(
                &RULE
                    .page
                    .after
                    .replace("namespace=analytics", "namespace=$(NAMESPACE)")
            ),
            [""; 0]
        );
        assert_eq!(
            found(&RULE.page.before.replace("analytics", "default")),
            [""; 0]
        );
        let job = "org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal";
        assert_eq!(
            found(&RULE.page.before.replace(job, "example.Job, job.jar")),
            [""; 0]
        );
        assert_eq!(
            found(
                &RULE
                    .page
                    .after
                    .replace("namespace=analytics", "namespace=other")
            )
            .len(),
            1
        );
    }

    #[test]
    fn kubeflows_webhook_refuses_another_one() {
        let app = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: pi, namespace: jobs}\nspec:\n  sparkVersion: 4.1.4\n  sparkConf: {spark.kubernetes.namespace: other}\n";
        assert_eq!(
            places(RULE.page.id, app),
            ["SparkApplication/pi /spec/sparkConf/spark.kubernetes.namespace"]
        );
        assert_eq!(places(RULE.page.id, &app.replace("other", "jobs")), [""; 0]);
    }
}
