//! SK214: a mesh's sidecar in a pod that is to end.

use super::driver::owner;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::{Said, Site};
use crate::manifest::spark::text_of;
use crate::spark::conf::Told;
use crate::spark::process::Mode;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule {
    code: "SK214",
    grade: Grade::Warning,
    page: Page {
        id: "spark/mesh-sidecar-stays",
        title: "a mesh's sidecar in a pod that is to end",
        what: "Pods of executors, drivers in cluster mode, and Jobs with a driver do not ask for the sidecar of Istio \
               (`sidecar.istio.io/inject: \"true\"`, as a label or an annotation) or Linkerd (`linkerd.io/inject`), unless it ends \
               with the pod: a native sidecar (`sidecar.istio.io/nativeSidecar`, \
               `config.alpha.linkerd.io/proxy-enable-native-sidecar`), or a command that ends it (`quitquitquit`, \
               `linkerd-await`). It reads settings (`spark.kubernetes.{driver,executor}.{label,annotation}.*`), operators' \
               fields and templates, and pods; what a namespace asks for is not known here.",
        why_platform: "A sidecar that is an ordinary container runs on when Spark has ended. The pod stays `Running`, keeps its \
                       request, and a Job never completes.",
        why_data: "The application is done and does not look so; a schedule that forbids overlap never starts the next run. An \
                   executor that crashed looks alive for as long as its sidecar runs: from 4.0 Spark judges all containers of \
                   it (`spark.kubernetes.executor.checkAllContainers`).",
        fix: "Set `sidecar.istio.io/inject: \"false\"` (`linkerd.io/inject: disabled`) for drivers and executors, or switch on \
              native sidecars in the mesh and for the pod.",
        before: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g, labels: {sidecar.istio.io/inject: \"true\"}}
  executor: {memory: 2g}
",
        after: "\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  driver: {memory: 2g, labels: {sidecar.istio.io/inject: \"false\"}}
  executor: {memory: 2g}
",
    },
    judge: Judge::Process(judge),
};

const ISTIO: &str = "sidecar.istio.io/inject";
const LINKERD: &str = "linkerd.io/inject";
/// A sidecar that Kubernetes itself ends.
const NATIVE: [&str; 3] = [
    "sidecar.istio.io/nativeSidecar",
    "config.alpha.linkerd.io/proxy-enable-native-sidecar",
    "config.beta.linkerd.io/proxy-enable-native-sidecar",
];
/// What ends a sidecar from the command line.
const ENDING: [&str; 2] = ["quitquitquit", "linkerd-await"];

/// Labels and annotations of a pod, each with its place.
type Marks = BTreeMap<String, (String, Site)>;

fn judge(case: Case<'_>) -> Vec<Said> {
    let mut pods = Vec::new();
    if case.makes_executors() {
        pods.push((
            format!("executors of {}", owner(case)),
            of_role(case, "executor"),
        ));
    }
    match case.mode {
        Mode::Cluster => pods.push((case.name(), of_role(case, "driver"))),
        Mode::Client(_) if is_job(case) && !ends_it(case) => pods.push((case.name(), own(case))),
        _ => {}
    }
    let said = pods
        .into_iter()
        .filter_map(|(who, marks)| stays(&who, &marks));
    said.collect()
}

fn stays(who: &str, marks: &Marks) -> Option<Said> {
    let native = NATIVE
        .iter()
        .any(|key| marks.get(*key).is_some_and(|(text, _)| text != "false"));
    let asks = |key: &str, words: &[&str]| {
        let (text, site) = marks.get(key)?;
        words
            .contains(&text.as_str())
            .then(|| (format!("{key}: {text}"), site.clone()))
    };
    let (mark, site) = asks(ISTIO, &["true"]).or_else(|| asks(LINKERD, &["enabled", "ingress"]))?;
    (!native).then(|| {
        let message = format!("`{mark}` gives {who} a sidecar that does not end with Spark");
        let help = format!("set `{ISTIO}: \"false\"` (`{LINKERD}: disabled`), or use native sidecars");
        site.say(message, help)
            .because("the pod stays `Running` when Spark has ended: it keeps its request, and nobody sees that it is done")
    })
}

/// What settings and the pods that an operator's object writes say of a role's pods.
fn of_role(case: Case<'_>, role: &str) -> Marks {
    let mut marks = Marks::new();
    if let Some(pod) = case.written_pod(role) {
        let at = |path: &[&str]| Site::object(case.object, pod.at(&path.iter().collect()));
        read(&pod.value["metadata"], at, &mut marks);
    }
    for kind in ["label", "annotation"] {
        let family = format!("spark.kubernetes.{role}.{kind}.");
        for (key, entry) in case.conf().family(&family) {
            if let (Told::Set(known), Some(name)) =
                (case.conf().get(key), key.strip_prefix(&family))
            {
                let mark = (known.text.trim().to_owned(), case.at_entry(key, entry));
                marks.insert(name.to_owned(), mark);
            }
        }
    }
    marks
}

fn own(case: Case<'_>) -> Marks {
    let mut marks = Marks::new();
    if let Some(pod) = case.own_pod() {
        read(&pod.value["metadata"], |path| case.at_pod(path), &mut marks);
    }
    marks
}

fn read(metadata: &Value, at: impl Fn(&[&str]) -> Site, marks: &mut Marks) {
    for kind in ["annotations", "labels"] {
        for (key, value) in metadata[kind].as_object().into_iter().flatten() {
            let site = at(&["metadata", kind, key]);
            marks.insert(key.clone(), (text_of(value).to_owned(), site));
        }
    }
}

fn is_job(case: Case<'_>) -> bool {
    ["Job", "CronJob"].contains(&case.world.object(case.object).kind)
}

/// Whether its command line ends the sidecar.
fn ends_it(case: Case<'_>) -> bool {
    let mut texts = case.launch.texts.iter();
    texts.any(|text| ENDING.iter().any(|word| text.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::spark::testing::places;

    #[test]
    fn where_pods_get_it_from() {
        let app = |from: &str, to: &str| places(RULE.page.id, &RULE.page.after.replace(from, to));
        assert_eq!(
            app(
                "sparkVersion: 4.1.4",
                "sparkVersion: 4.1.4\n  sparkConf: {spark.kubernetes.executor.annotation.linkerd.io/inject: enabled}"
            ),
            [
                "SparkApplication/pi /spec/sparkConf/spark.kubernetes.executor.annotation.linkerd.io~1inject"
            ]
        );
        let native = "sidecar.istio.io/inject: \"true\", sidecar.istio.io/nativeSidecar: \"true\"";
        assert_eq!(app("sidecar.istio.io/inject: \"false\"", native), [""; 0]);
    }

    #[test]
    fn jobs_end_and_servers_do_not() {
        let pod = |kind: &str, more: &str| {
            let text = format!(
                "apiVersion: x/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n  template:\n    metadata: {{annotations: {{linkerd.io/inject: enabled}}}}\n    spec:\n      containers:\n        - {{name: a, image: 'apache/spark:4.1.4', command: [sh, -c, 'spark-submit --master k8s://https://h:443 --class X y.jar{more}']}}\n"
            );
            let version = if kind == "Job" { "batch/v1" } else { "apps/v1" };
            places(RULE.page.id, &text.replace("x/v1", version))
        };
        assert_eq!(
            pod("Job", ""),
            ["Job/a /spec/template/metadata/annotations/linkerd.io~1inject"]
        );
        assert_eq!(
            pod("Job", "; curl -X POST localhost:15020/quitquitquit"),
            [""; 0]
        );
        assert_eq!(pod("Deployment", ""), [""; 0]);
    }
}
