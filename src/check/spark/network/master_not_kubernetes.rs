//! SK213: a master's address that Spark takes for another one, or not at all.

use super::driver::is_closed;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;
use crate::spark::process::{Master, Mode};

pub(super) const RULE: Rule = Rule {
    code: "SK213",
    grade: Grade::Warning,
    page: Page {
        id: "spark/master-not-kubernetes",
        title: "a master's address that does not do what it says",
        what: "`spark.master` of a driver in a pod, where it means Kubernetes, is `k8s://https://host:port`: with `k8s://` before \
               the address, and with a port, which Spark's guide asks for even where it is 443. A driver that has \
               `spark.kubernetes.executor.*` settings has such a master; with `local[…]` or `spark://`, or with none, those \
               settings do nothing, nor does a pod template for executors that is mounted beside `local[…]` (`SparkSubmit.prepareSubmitEnvironment`, `Utils.checkAndGetK8sMasterUrl`, 3.5 to 4.3).",
        why_platform: "Without `k8s://` Spark refuses to start. With another master no executor pod is ever made, although image, \
                       namespace and template of executors are all there; the whole load is on one pod.",
        why_data: "With `local[*]` each query runs in the server's own heap. It works with a sample and is killed with real data.",
        fix: "Write `k8s://https://kubernetes.default.svc:443`, or remove the `spark.kubernetes.executor.*` settings.",
        before: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
        after: "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.4
          args: [spark-submit, --master, k8s://https://kubernetes.default.svc:443,
                 --class, org.apache.spark.sql.connect.service.SparkConnectServer, spark-internal]
",
    },
    judge: Judge::Process(judge),
};

const MASTER: &str = "spark.master";
const FAMILY: &str = "spark.kubernetes.executor.";
const RIGHT: &str = "write `k8s://https://host:port`, in a pod of the cluster `k8s://https://kubernetes.default.svc:443`";

fn judge(case: Case<'_>) -> Vec<Said> {
    if !matches!(case.mode, Mode::Client(_)) || case.operator.is_some() {
        return Vec::new();
    }
    let said = match case.conf().get(MASTER) {
        Told::Set(known) => match known.text.trim().strip_prefix("k8s://") {
            Some(address) => without_port(case, address),
            None => without_scheme(case, known.text.trim()).or_else(|| other(case, &known.text)),
        },
        Told::Unset if is_closed(case) => unset(case),
        Told::Unset | Told::Unknown => None,
    };
    said.into_iter().collect()
}

fn without_port(case: Case<'_>, address: &str) -> Option<Said> {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    (!after.contains(':')).then(|| {
        let message = format!("`{}` names no port", case.shown(MASTER));
        let said = case.at(MASTER).say(message, RIGHT);
        said.because("Spark's guide asks for the port even where it is 443: what is taken without it is the client's matter")
    })
}

/// An address of an API server that is not marked as one.
fn without_scheme(case: Case<'_>, text: &str) -> Option<Said> {
    let meant = ["http://", "https://", "k8s", "kubernetes"];
    meant.iter().any(|start| text.starts_with(start)).then(|| {
        let message = format!("`{}` does not begin with `k8s://`", case.shown(MASTER));
        let said = case.at(MASTER).say(message, RIGHT);
        said.because("Spark does not take it for Kubernetes and refuses to start")
    })
}

/// A master of another kind beside what is for executors that Kubernetes runs.
fn other(case: Case<'_>, text: &str) -> Option<Said> {
    if !matches!(Master::of(text), Master::Local | Master::Standalone) {
        return None;
    }
    let shown = case.shown(MASTER);
    let message = if let Some(key) = first(case) {
        format!(
            "`{shown}` is not Kubernetes, and `{key}` is for executors in pods: it does nothing"
        )
    } else {
        let (object, key) = mounted_template(case)?;
        format!(
            "`{shown}` makes no executor pods, and the pod mounts a template for them: `{key}` of ConfigMap `{object}` does nothing"
        )
    };
    Some(idle(case.at(MASTER).say(message, RIGHT)))
}

/// A pod template for executors among the files that the pod mounts: its `ConfigMap` and key.
fn mounted_template(case: Case<'_>) -> Option<(&str, &str)> {
    let volumes = case.own_pod()?.value["spec"]["volumes"].as_array()?;
    volumes.iter().find_map(|volume| {
        let name = volume["configMap"]["name"].as_str()?;
        let (object, value) = case.world.named("ConfigMap", case.namespace(), name)?;
        let mut texts = value["data"].as_object()?.iter();
        let (key, _) = texts.find(|(key, text)| {
            let file = key.contains("executor") && key.contains("template");
            file && text
                .as_str()
                .is_some_and(|text| text.contains("containers:"))
        })?;
        Some((object.name, key.as_str()))
    })
}

fn unset(case: Case<'_>) -> Option<Said> {
    let key = first(case)?;
    let message = format!(
        "`{MASTER}` is not set, and `{key}` is for executors in pods: it does nothing, and queries run in {} alone",
        case.name()
    );
    Some(idle(case.at(key).say(message, RIGHT)))
}

fn first(case: Case<'_>) -> Option<&str> {
    let (key, _) = case.conf().family(FAMILY).next()?;
    Some(key)
}

fn idle(said: Said) -> Said {
    said.because("no executor pod is made, whatever was meant: the load is on the driver, or on another cluster")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::said;

    fn told(master: &str) -> Vec<String> {
        let text = RULE
            .page
            .after
            .replace("k8s://https://kubernetes.default.svc:443", master);
        let found = said(RULE.page.id, &text);
        found.into_iter().map(|(_, message)| message).collect()
    }

    #[test]
    fn addresses() {
        assert!(
            told("https://kubernetes.default.svc:443")[0].contains("does not begin with `k8s://`")
        );
        assert!(told("k8s:https://kubernetes.default.svc:443")[0].contains("does not begin"));
        assert!(told("'k8s://https://[fd00::1]/x'")[0].contains("names no port"));
        assert_eq!(told("'k8s://https://[fd00::1]:443'"), [""; 0]);
        assert_eq!(told("k8s://kubernetes.default.svc:443"), [""; 0]);
        assert_eq!(told("k8s://https://$(KUBERNETES_SERVICE_HOST)"), [""; 0]);
        assert_eq!(told("'local[*]'"), [""; 0]);
    }

    /// Field failure 012: the settings are those of one mode, the master is that of another.
    #[test]
    fn a_master_of_another_kind() {
        let with = |master: &str| {
            told(&format!(
                "{master}, --conf, spark.kubernetes.executor.request.cores=1"
            ))
        };
        assert!(with("'local[*]'")[0].contains("it does nothing"));
        assert!(with("spark://master:7077")[0].contains("is not Kubernetes"));
        assert_eq!(with("k8s://https://kubernetes.default.svc:443"), [""; 0]);
        let template = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: t}\ndata: {executor-pod-template.yaml: \"spec:\\n  containers: []\"}\n";
        let volume = "spec:\n      volumes: [{name: t, configMap: {name: t}}]\n      containers";
        let local = RULE
            .page
            .after
            .replace("k8s://https://kubernetes.default.svc:443", "'local[*]'")
            .replace("spec:\n      containers", volume);
        let found = said(RULE.page.id, &format!("{local}{template}"));
        assert!(
            found[0]
                .1
                .contains("`executor-pod-template.yaml` of ConfigMap `t` does nothing"),
            "{found:?}"
        );
        let none = RULE.page.after.replace(
            "--master, k8s://https://kubernetes.default.svc:443",
            "--conf, spark.kubernetes.executor.podNamePrefix=x",
        );
        let found = said(RULE.page.id, &none);
        assert!(
            found[0].1.starts_with("`spark.master` is not set"),
            "{found:?}"
        );
    }
}
