//! What an application's template says of a pod, and Spark or the operator overwrites.

use super::{Page, Violation};
use crate::manifest::Quantity;
use crate::yaml::Pointer;
use serde_json::Value;

pub(super) const PAGE: Page = Page {
    id: "field-overwritten",
    title: "a field of a template that the pod will not have",
    what: "What the template of a driver or of executors sets is in the pod that Spark builds of it. Judged where the \
           template stands in the application itself, or in a text that a driver's own pod mounts, and something tells the \
           version of Spark. Spark computes memory and the \
           CPU request (SK110), and takes the image (SK614), the restart policy, the host's name and its own labels from \
           elsewhere; with `spark.decommission.enabled` also `lifecycle` (SK310), from 4.1 on the grace period of executors \
           (SK309), from 4.3 on `allowPrivilegeEscalation`. Kubeflow's webhook puts its own fields in the place of a \
           template's, `securityContext` as a whole (SK702). Of a SparkCluster the operator writes image, scheduler and \
           grace period itself.",
    why_platform: "The template was reviewed, and the pod is another: limits that quotas were planned by, or a security context \
                   that an admission asks for, are not there.",
    why_data: "The template's `limits.memory: 16Gi` gives an executor nothing: it is killed at the memory that Spark computes of \
               `spark.executor.memory`.",
    fix: "Write it where Spark or the operator reads it, as the help says, and take it out of the template.",
    before: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: report}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  sparkConf:
    spark.kubernetes.container.image: apache/spark:4.1.4
    spark.executor.memory: 4g
  executorSpec:
    podTemplateSpec:
      spec:
        containers:
        - name: spark-kubernetes-executor
          resources:
            limits: {memory: 16Gi}
",
    after: "\
apiVersion: spark.apache.org/v1
kind: SparkApplication
metadata: {name: report}
spec:
  runtimeVersions: {sparkVersion: 4.1.4}
  sparkConf:
    spark.kubernetes.container.image: apache/spark:4.1.4
    spark.executor.memory: 4g
    spark.executor.memoryOverhead: 12g
",
};

/// A template in its object, and the pod that is built of it.
#[derive(Clone, Copy)]
pub(super) struct Pair<'p> {
    /// The template's value.
    pub(super) template: &'p Value,
    /// The pod's.
    pub(super) pod: &'p Value,
    /// What is looked at.
    pub(super) rows: &'static Rows,
    /// Which of `spec.containers` is Spark's: in the template, where it has one, and in the pod.
    pub(super) own: (Option<usize>, usize),
}

/// A field that the pod does not have as the template says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    /// The field, in the template.
    pub(super) field: Pointer,
    /// The same in the pod.
    pub(super) part: Pointer,
    /// The container that it is of.
    container: Option<String>,
    instead: &'static str,
    /// What decides it.
    pub(super) why: String,
}

/// A field, what to do instead, and why it is not kept where no setting of the application says so; `*` is the role.
type Row = (&'static str, &'static str, &'static str);

/// Fields of a pod and of Spark's container in it. Of a mapping each key is looked at.
pub(super) struct Rows {
    of_pod: &'static [Row],
    of_container: &'static [Row],
}

/// Of pods that Spark builds, for an operator or a driver.
pub(super) const BY_SPARK: Rows = Rows {
    of_pod: &OF_POD,
    of_container: &OF_CONTAINER,
};

/// Of pods that an operator builds itself. Source: `SparkClusterResourceSpec` (Apache), `mutateServerPod` (kubeflow).
pub(super) const BY_OPERATOR: Rows = Rows {
    of_pod: &[
        (
            "/metadata/labels",
            "choose another key",
            "the operator writes the labels that it finds its pods by over the template's",
        ),
        (
            "/spec/schedulerName",
            "set `spark.kubernetes.scheduler.name`",
            "the operator takes it from that setting, and `default-scheduler` where nothing says it",
        ),
        (
            "/spec/terminationGracePeriodSeconds",
            "let what runs there bear to be killed",
            "the operator writes 0",
        ),
        (
            "/spec/dnsConfig",
            "name Services in full",
            "the operator puts its own in the place of the whole `dnsConfig` of workers",
        ),
    ],
    of_container: &[(
        "/image",
        "set `spark.kubernetes.container.image`",
        "the operator takes it from that setting, and an image of its own where nothing says it",
    )],
};

/// Fields of the pod.
const OF_POD: [Row; 8] = [
    (
        "/metadata/labels",
        "set `spark.kubernetes.*.label.NAME` for a label that is not Spark's own",
        "Spark writes its own labels over the template's",
    ),
    (
        "/spec/securityContext",
        "write it into the operator's `podSecurityContext`",
        "the operator's webhook puts its own field in the place of the template's as a whole: SK702",
    ),
    (
        "/spec/restartPolicy",
        "let the operator start the application again",
        "no pod of Spark's starts again by itself",
    ),
    (
        "/spec/terminationGracePeriodSeconds",
        "set `spark.kubernetes.*.terminationGracePeriodSeconds`",
        "from 4.1 on Spark gives executors 30s where that setting does not say more (SK309)",
    ),
    (
        "/spec/hostname",
        "leave it to Spark",
        "Spark takes the end of the pod's name",
    ),
    (
        "/spec/schedulerName",
        "set `spark.kubernetes.*.scheduler.name`",
        "the operator sets it",
    ),
    (
        "/spec/serviceAccountName",
        "set `spark.kubernetes.authenticate.*.serviceAccountName`, or the operator's field",
        "the driver's account counts for executors that have none by a setting",
    ),
    (
        "/spec/priorityClassName",
        "write it into the operator's `priorityClassName`",
        "the operator sets it",
    ),
];

/// Fields of Spark's container.
const OF_CONTAINER: [Row; 6] = [
    (
        "/image",
        "set `spark.kubernetes.*.container.image`, or the operator's field",
        "Spark takes it from its settings (SK614)",
    ),
    (
        "/imagePullPolicy",
        "set `spark.kubernetes.container.image.pullPolicy`, or the operator's field",
        "Spark takes it from its settings, `IfNotPresent` where none says it (SK614)",
    ),
    (
        "/lifecycle",
        "set `spark.kubernetes.decommission.script` to a script that does both",
        "with `spark.decommission.enabled` Spark puts its own `preStop` there (SK310)",
    ),
    (
        "/resources/requests",
        "set `spark.*.memory` and `spark.*.memoryOverhead`, `spark.kubernetes.*.request.cores`",
        "Spark computes it from its settings (SK110)",
    ),
    (
        "/resources/limits",
        "set `spark.*.memory` and `spark.*.memoryOverhead`, `spark.kubernetes.*.limit.cores`",
        "Spark computes it from its settings (SK110)",
    ),
    (
        "/securityContext",
        "write it where it counts: the operator's `securityContext`, and from Spark 4.3 on \
         `spark.kubernetes.*.securityContext.allowPrivilegeEscalation`",
        "the operator's webhook puts its own field in the place of the template's as a whole: SK702",
    ),
];

/// All that is lost of a template.
pub(super) fn lost(pair: Pair<'_>) -> Vec<Lost> {
    let mut found = Vec::new();
    for row in pair.rows.of_pod {
        let at = pointer(row.0);
        pair.look((&at, &at), None, row, &mut found);
    }
    let containers = Pointer::from_iter(["spec", "containers"]);
    if let (Some(from), to) = pair.own {
        let (from, to) = (containers.child(from), containers.child(to));
        let name = to.of(pair.pod).and_then(|own| own["name"].as_str());
        for row in pair.rows.of_container {
            let at = pointer(row.0);
            pair.look((&from.join(&at), &to.join(&at)), name, row, &mut found);
        }
    }
    found
}

impl Pair<'_> {
    fn look(
        self,
        (from, to): (&Pointer, &Pointer),
        container: Option<&str>,
        (_, instead, why): &'static Row,
        found: &mut Vec<Lost>,
    ) {
        let said = from.of(self.template).unwrap_or(&Value::Null);
        let keys = match said {
            Value::Null => return,
            Value::Object(map) if !from.as_str().ends_with("lifecycle") => {
                let keys = map.keys().filter(|key| !map[*key].is_null());
                keys.map(|key| Pointer::root().child(key.as_str()))
                    .collect()
            }
            _ => vec![Pointer::root()],
        };
        for key in keys {
            let (field, part) = (from.join(&key), to.join(&key));
            let values = (field.of(self.template), part.of(self.pod));
            if !is_same(values.0, values.1) {
                found.push(Lost {
                    field,
                    part,
                    container: container.map(str::to_owned),
                    instead,
                    why: (*why).to_owned(),
                });
            }
        }
    }
}

/// Whether two values are one, as Kubernetes reads amounts: `1Gi` is `1024Mi`.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let amount = |value: Option<&Value>| Some(Quantity::of(value?).ok()?.millis());
    one == other || amount(one).is_some_and(|is| Some(is) == amount(other))
}

impl Lost {
    /// What is wrong, with its place in the pod.
    pub(super) fn violation(self, role: &str) -> Violation {
        let names: Vec<_> = self.field.segments().collect();
        let from = if self.container.is_some() { 3 } else { 0 };
        let field = names[from.min(names.len())..].join(".");
        let who = match &self.container {
            Some(name) => format!("container `{name}`"),
            None => format!("pod `{role}`"),
        };
        let instead = self.instead.replace('*', role);
        Violation {
            check: PAGE.id,
            message: format!("{who} will not have `{field}` as its template says"),
            container: self.container,
            path: self.part,
            absent: false,
            help: format!("take it out of the template, and {instead}"),
        }
    }
}

/// The rule that a reason names in brackets at its end, which says the same of settings: `(SK110)`.
pub(super) fn code(why: &str) -> Option<&str> {
    let at = why.rfind("(SK")?;
    why.ends_with(')').then_some(&why[at..])
}

fn pointer(text: &str) -> Pointer {
    text.split('/').skip(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_one_however_they_are_written() {
        for (one, other, is) in [
            (json!("1Gi"), json!("1024Mi"), true),
            (json!(2), json!("2"), true),
            (json!("1Gi"), json!("1G"), false),
            (json!("${SIZE}"), json!("1G"), false),
        ] {
            assert_eq!(is_same(Some(&one), Some(&other)), is, "{one} {other}");
        }
        assert!(!is_same(Some(&json!("1Gi")), None));
    }

    #[test]
    fn what_is_lost_is_named_with_what_counts() {
        let container = json!({"name": "spark", "image": "a:1", "lifecycle": {"preStop": {"exec": {}}},
            "resources": {"limits": {"memory": "1Gi", "cpu": 2}}, "securityContext": {"runAsUser": 1, "privileged": null}});
        let template = json!({"spec": {"restartPolicy": "Always", "containers": [container]}});
        let mut pod = template.clone();
        let own = &mut pod["spec"]["containers"][0];
        own["resources"]["limits"]["memory"] = "2Gi".into();
        own["image"] = "b:1".into();
        let pair = Pair {
            rows: &BY_SPARK,
            template: &template,
            pod: &pod,
            own: (Some(0), 0),
        };
        let fields: Vec<_> = lost(pair)
            .into_iter()
            .map(|lost| lost.violation("driver"))
            .collect();
        let said: Vec<_> = fields.iter().map(|lost| lost.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "container `spark` will not have `image` as its template says",
                "container `spark` will not have `resources.limits.memory` as its template says",
            ]
        );
        assert!(
            fields[0]
                .help
                .contains("`spark.kubernetes.driver.container.image`")
        );
        assert_eq!(
            lost(Pair {
                pod: &template,
                ..pair
            }),
            []
        );
    }
}
