//! SK310: a hook of one's own on executors that are decommissioned by one.

use super::facts::{DECOMMISSION, Template, Written, field, is_kubeflow, template_of};
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::spark::conf::Told;

const CONTAINER: &str = "spark.kubernetes.executor.podTemplateContainerName";

pub(super) const RULE: Rule = Rule {
    code: "SK310",
    grade: Grade::Warning,
    page: Page {
        id: "spark/pre-stop-replaced",
        title: "a lifecycle of one's own on executors that are decommissioned",
        what: "`spark.decommission.enabled` is on, and executors have a `lifecycle` of their own. Spark writes the whole field, with \
               its script as preStop hook, over the template's (`BasicExecutorFeatureStep`, 3.1 to 4.3). Kubeflow's operator \
               writes `executor.lifecycle` over Spark's (`sparkpod_defaulter.go`). Whether the image has the script \
               (`spark.kubernetes.decommission.script`, `/opt/decom.sh`) is not seen here.",
        why_platform: "Of two hooks one is gone, and no event says which: a pod has one `lifecycle`.",
        why_data: "Either your own hook does not run, or Spark's does not, and then nothing is moved from an executor that must go.",
        fix: "Put both into one script in the image, and name it in `spark.kubernetes.decommission.script`.",
        before: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  jars: local:///app.jar
  mainClass: Pi
  sparkConf:
    spark.decommission.enabled: \"true\"
  executorSpec:
    podTemplateSpec:
      spec:
        containers:
        - name: spark-kubernetes-executor
          lifecycle: {preStop: {exec: {command: [/opt/flush-logs.sh]}}}
",
        after: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: pi}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  jars: local:///app.jar
  mainClass: Pi
  sparkConf:
    spark.decommission.enabled: \"true\"
    spark.kubernetes.decommission.script: /opt/flush-logs-and-decommission.sh
  executorSpec:
    podTemplateSpec:
      spec:
        containers:
        - name: spark-kubernetes-executor
",
    },
    judge: Judge::Process(judge),
};

fn judge(case: Case<'_>) -> Vec<Said> {
    if !case.makes_executors() || case.conf().flag(DECOMMISSION) != Some(true) {
        return Vec::new();
    }
    let (own, site) = field(case, &["executor", "lifecycle"]);
    if is_kubeflow(case) && own.is_object() {
        let message = format!(
            "`executor.lifecycle` takes the place of the hook that `{}` needs",
            case.shown(DECOMMISSION)
        );
        let help = "remove it, or call `/opt/decom.sh` in its preStop as well";
        return vec![site.say(message, help).because(
            "the operator's webhook writes it over Spark's own preStop hook: executors that must go move nothing",
        )];
    }
    match template_of(case, "executor") {
        Template::Known(pod) => of_template(case, &pod).into_iter().collect(),
        Template::None | Template::Unknown => Vec::new(),
    }
}

fn of_template(case: Case<'_>, pod: &Written<'_>) -> Option<Said> {
    let name = match case.conf().get(CONTAINER) {
        Told::Set(known) => known.text.into_owned(),
        Told::Unset => "spark-kubernetes-executor".to_owned(),
        Told::Unknown => return None,
    };
    let (container, at) = pod.container(&name)?;
    container["lifecycle"].is_object().then_some(())?;
    let message = format!(
        "`lifecycle` of executors is overwritten by `{}`",
        case.shown(DECOMMISSION)
    );
    let help = "put both into one script in the image, and name it in `spark.kubernetes.decommission.script`";
    let said = pod.at(&at.child("lifecycle")).say(message, help);
    Some(said.because(
        "Spark writes its own preStop hook over the whole field of the template: yours never runs",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn kubeflows_field_takes_the_place_of_sparks_hook() {
        let app = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: pi}\nspec:\n  type: \
                   Scala\n  sparkVersion: 4.1.4\n  sparkConf: {spark.decommission.enabled: \"true\"}\n  executor: {instances: \
                   2, lifecycle: {preStop: {exec: {command: [ls]}}}}\n";
        assert_eq!(
            places(RULE.page.id, app),
            ["SparkApplication/pi /spec/executor/lifecycle"]
        );
        let off = app.replace("\"true\"", "\"false\"");
        assert_eq!(places(RULE.page.id, &off), [""; 0]);
    }

    /// The file that a server reads is written by an init container from one that is called like it.
    #[test]
    fn a_template_in_a_config_map_is_read() {
        let stream = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      initContainers:
      - name: render
        command: [sh, -c, envsubst < /in/executor.yaml.template > /tmp/executor.yaml]
        volumeMounts: [{name: in, mountPath: /in}, {name: out, mountPath: /tmp}]
      containers:
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/sbin/start-connect-server.sh]
        args: [--master, \"k8s://https://kubernetes.default:443\", --conf, spark.decommission.enabled=true, --conf, spark.kubernetes.executor.podTemplateFile=/tmp/executor.yaml]
        volumeMounts: [{name: out, mountPath: /tmp}]
      volumes: [{name: in, configMap: {name: templates}}, {name: out, emptyDir: {}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: templates}
data:
  executor.yaml.template: |
    spec:
      containers:
      - name: log
      - name: spark-kubernetes-executor
        lifecycle: {preStop: {exec: {command: [ls]}}}
";
        assert_eq!(
            places(RULE.page.id, stream),
            ["ConfigMap/templates /data/executor.yaml.template#spec/containers/1/lifecycle"]
        );
        // One that its pod does not mount is another's.
        let other = stream.replace("configMap: {name: templates}", "configMap: {name: others}");
        assert_eq!(places(RULE.page.id, &other), [""; 0]);
    }
}
