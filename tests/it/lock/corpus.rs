//! A real chart's dev, staging and prod: every difference is named, and once sanctioned, drift of prod is stopped.

use super::super::{fixtures, support};
use super::{Ended, Place};
use serde_json::{Value, json};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

/// The project with the environments of the chart; nothing where the corpus is missing.
fn place() -> Option<Place> {
    let corpus = support::corpus()?;
    let texts = ENVIRONMENTS.map(|name| {
        let file = format!("spark-charts/spark-4.1__environments-{name}.yaml");
        fixtures::read(&corpus.join(file))
    });
    let named: Vec<_> = ENVIRONMENTS
        .into_iter()
        .zip(texts.iter().map(String::as_str))
        .collect();
    Some(Place::new(&named, ""))
}

/// What the chart's environments differ in: by its documents on purpose, or found nowhere but in prod.
const DIFFERENCES: [&str; 27] = [
    "rest `/spec/replicas`",
    "resources `/spec/template/spec/containers/spark-connect/resources/requests/cpu`",
    "resources `/spec/template/spec/containers/spark-connect/resources/limits/memory`",
    "/spark.dynamicAllocation.minExecutors`",
    "/spark.dynamicAllocation.maxExecutors`",
    "/spark.driver.extraJavaOptions`",
    "/spark.executor.extraJavaOptions`",
    "/spark.speculation`",
    "/spark.speculation.multiplier`",
    "/spark.serializer`",
    "/spark.sql.parquet.compression.codec`",
    "/spark.excludeOnFailure.enabled`",
    "/spark.excludeOnFailure.timeout`",
    "/spark.storage.blockManagerSlaveTimeout`",
    "/spark.sql.shuffle.partitions`",
    "/spark.network.timeout`",
    "/spark.executor.heartbeatInterval`",
    "/spark.sql.debug.maxToStringFields`",
    "/spark.task.maxFailures`",
    "security `/spec/template/spec/securityContext`",
    "config `/data/executor-pod-template.yaml.template`",
    "`networking.k8s.io/NetworkPolicy spark/spark-default-deny`",
    "`external-secrets.io/ExternalSecret spark/s3-credentials`",
    "`external-secrets.io/SecretStore spark/spark-secret-store`",
    "`monitoring.coreos.com/ServiceMonitor spark/spark-connect`",
    "`ServiceAccount spark/spark-external-secrets-sa`",
    "rest `/spec/data/0/remoteRef/key`",
];

#[test]
fn every_difference_of_a_real_chart_is_named() {
    let Some(place) = place() else { return };
    let refused = place.lock(&ENVIRONMENTS, &[]);
    assert_eq!(refused.code, Some(4));
    let unsaid: Vec<_> = DIFFERENCES
        .iter()
        .filter(|said| !refused.stderr.contains(**said))
        .collect();
    let named: Vec<_> = refused
        .stderr
        .lines()
        .filter(|line| line.starts_with('`'))
        .collect();
    assert!(unsaid.is_empty(), "{unsaid:?} of {named:#?}");
}

/// Sanctions all that differs now, with what the message offers.
fn locked(place: &Place) {
    let refused = place.lock(&ENVIRONMENTS, &[]);
    let entries = refused
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("    - "));
    let entries: String = entries.map(|entry| format!("    - {entry}\n")).collect();
    let environments = ENVIRONMENTS.map(|name| (name, ""));
    place.project(&environments, &format!("  vary:\n{entries}"));
    let locked = place.lock(&ENVIRONMENTS, &[]);
    assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    assert_eq!(locked.stderr, "");
}

/// The object of a kind and name.
fn object<'o>(objects: &'o mut [Value], kind: &str, name: &str) -> &'o mut Value {
    let mut found = objects
        .iter_mut()
        .filter(|o| o["kind"] == kind && o["metadata"]["name"] == name);
    found.next().unwrap_or_else(|| panic!("no {kind}/{name}"))
}

fn stream(objects: &[Value]) -> String {
    let documents = objects.iter().map(|object| format!("{object}\n"));
    documents.collect::<Vec<_>>().join("---\n")
}

/// The Deployment that most of it is tried on, and its container.
const CONNECT: (&str, &str) = ("Deployment", "spark-spark-41-connect");
const CONTAINER: &str = "/spec/template/spec/containers/0";

/// What is set in one object of prod: kind, name, place, value, and the place that the refusal names. `@` is the container
/// in both, `.` the pod's spec.
const MUTATIONS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/image",
        r#""spark:evil""#,
        "@/image",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/resources/limits/memory",
        r#""1Gi""#,
        "@/resources/limits/memory",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/resources/requests/cpu",
        r#""100m""#,
        "@/resources/requests/cpu",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/command",
        r#"["sleep"]"#,
        "@/command",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/workingDir",
        r#""/tmp""#,
        "@/workingDir",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/env/0/value",
        r#""other""#,
        "@/env/",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/livenessProbe/initialDelaySeconds",
        "999",
        "@/livenessProbe/initialDelaySeconds",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/readinessProbe/periodSeconds",
        "999",
        "@/readinessProbe/periodSeconds",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/securityContext/privileged",
        "true",
        "@/securityContext/privileged",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/securityContext/allowPrivilegeEscalation",
        "true",
        "@/securityContext/allowPrivilegeEscalation",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/securityContext/runAsUser",
        "0",
        "@/securityContext/runAsUser",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/volumeMounts/0/readOnly",
        "true",
        "@/volumeMounts/",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/volumeMounts/0/mountPath",
        r#""/elsewhere""#,
        "@/volumeMounts/~1elsewhere/name",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/imagePullPolicy",
        r#""Never""#,
        "@/imagePullPolicy",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/tty",
        "true",
        "@/tty",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "@/lifecycle",
        r#"{"preStop": {"exec": {"command": ["x"]}}}"#,
        "@/lifecycle/preStop/exec/command",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "/spec/replicas",
        "17",
        "/spec/replicas",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "/spec/strategy",
        r#"{"type": "Recreate"}"#,
        "/spec/strategy/type",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./serviceAccountName",
        r#""default""#,
        "./serviceAccountName",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./hostNetwork",
        "true",
        "./hostNetwork",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./hostPID",
        "true",
        "./hostPID",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./automountServiceAccountToken",
        "false",
        "./automountServiceAccountToken",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./nodeSelector",
        r#"{"pool": "spot"}"#,
        "./nodeSelector/pool",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./tolerations",
        r#"[{"operator": "Exists"}]"#,
        "./tolerations/0/operator",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./terminationGracePeriodSeconds",
        "1",
        "./terminationGracePeriodSeconds",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./dnsPolicy",
        r#""None""#,
        "./dnsPolicy",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./priorityClassName",
        r#""low""#,
        "./priorityClassName",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "./securityContext/fsGroup",
        "1",
        "./securityContext/fsGroup",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "/spec/template/metadata/labels/x",
        r#""y""#,
        "/spec/template/metadata/labels/x",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "/spec/template/metadata/annotations/x",
        r#""y""#,
        "/spec/template/metadata/annotations/x",
    ),
    (
        "Deployment",
        "spark-spark-41-connect",
        "/spec/selector/matchLabels/x",
        r#""y""#,
        "/spec/selector/matchLabels/x",
    ),
    (
        "Role",
        "spark-spark-41-spark-role",
        "/rules/0/verbs",
        r#"["*"]"#,
        "/rules/0/verbs",
    ),
    (
        "Role",
        "spark-spark-41-spark-role",
        "/rules/0/resources",
        r#"["secrets"]"#,
        "/rules/0/resources",
    ),
    (
        "RoleBinding",
        "spark-spark-41-spark-rolebinding",
        "/subjects/0/name",
        r#""other""#,
        "/subjects/other/name",
    ),
    (
        "ClusterRole",
        "spark-spark-41-spark-cluster-role",
        "/rules/0/verbs",
        r#"["delete"]"#,
        "/rules/0/verbs",
    ),
    (
        "Service",
        "spark-spark-41-connect",
        "/spec/type",
        r#""LoadBalancer""#,
        "/spec/type",
    ),
    (
        "Service",
        "spark-spark-41-connect",
        "/spec/ports/0/port",
        "1",
        "/spec/ports/1/",
    ),
    (
        "Service",
        "spark-spark-41-connect",
        "/spec/selector/x",
        r#""y""#,
        "/spec/selector/x",
    ),
    (
        "NetworkPolicy",
        "spark-default-deny",
        "/spec/podSelector/matchLabels",
        r#"{"a": "b"}"#,
        "/spec/podSelector",
    ),
    (
        "ServiceAccount",
        "spark-41",
        "/automountServiceAccountToken",
        "false",
        "/automountServiceAccountToken",
    ),
    (
        "ConfigMap",
        "spark-hive-metastore-config",
        "/data/new",
        r#""x""#,
        "/data/new",
    ),
    (
        "Secret",
        "spark-hive-metastore-db",
        "/stringData/new",
        r#""x""#,
        "/data/new",
    ),
    (
        "ServiceMonitor",
        "spark-connect",
        "/spec/endpoints/0/interval",
        r#""9m""#,
        "/spec/endpoints/0/interval",
    ),
    (
        "Job",
        "spark-hive-metastore-init",
        "/spec/backoffLimit",
        "99",
        "/spec/backoffLimit",
    ),
];

fn expanded(place: &str, container: &str) -> String {
    let place = place.replace('@', container);
    match place.strip_prefix("./") {
        Some(inner) => format!("/spec/template/spec/{inner}"),
        None => place,
    }
}

/// Sets a value, with the mappings on the way.
fn set(object: &mut Value, place: &str, value: Value) {
    let mut target = object;
    for segment in place.split('/').skip(1) {
        target = match segment.parse::<usize>() {
            Ok(index) => &mut target[index],
            Err(_) => &mut target[segment],
        };
    }
    *target = value;
}

/// Prod of the locked chart, as a whole and object by object.
struct Prod {
    place: Place,
    text: String,
    objects: Vec<Value>,
}

impl Prod {
    fn new() -> Option<Self> {
        let place = place()?;
        locked(&place);
        let text = place.read("prod.yaml");
        let objects = fixtures::objects(fixtures::yaml(&text).expect("YAML"));
        Some(Self {
            place,
            text,
            objects,
        })
    }

    fn verify(&self, text: &str) -> Ended {
        self.place.write("changed.yaml", text);
        let verify = ["verify", "--env", "prod", "-f", "changed.yaml"];
        self.place.run(&verify)
    }

    /// The stream after a change of its objects.
    fn changed(&self, change: impl FnOnce(&mut Vec<Value>)) -> String {
        let mut objects = self.objects.clone();
        change(&mut objects);
        stream(&objects)
    }
}

#[test]
fn drift_of_prod_is_stopped_at_its_object_and_field() {
    let Some(prod) = Prod::new() else { return };
    for (kind, name, at, value, said) in MUTATIONS {
        let value = serde_json::from_str(value).expect("JSON");
        let at = expanded(at, CONTAINER);
        let refused = prod.verify(&prod.changed(|all| set(object(all, kind, name), &at, value)));
        assert_eq!(
            refused.code,
            Some(4),
            "{kind}/{name} {at}: {}",
            refused.stderr
        );
        let first = refused.stderr.lines().next().unwrap_or_default();
        assert!(
            first.contains(&format!("{kind} ")) && first.contains(name),
            "{first}"
        );
        let said = expanded(said, "/spec/template/spec/containers/spark-connect");
        assert!(refused.stderr.contains(&said), "{said}: {}", refused.stderr);
    }
    assert!(MUTATIONS.len() >= 44);
}

#[test]
fn drift_of_texts_and_of_whole_objects_is_stopped() {
    let Some(prod) = Prod::new() else { return };
    let key = "spark-properties.conf.template";
    for property in ["spark.sql.adaptive.enabled", "spark.network.timeout"] {
        let refused = prod.verify(&prod.changed(|all| {
            let config = object(all, "ConfigMap", "spark-spark-41-connect-config");
            let text = config["data"][key].as_str().expect("properties");
            let other = text.replacen(property, &format!("{property}x"), 1);
            assert_ne!(other, text);
            config["data"][key] = json!(other);
        }));
        assert_eq!(refused.code, Some(4));
        assert!(
            refused.stderr.contains(&format!("/{property}x`")),
            "{}",
            refused.stderr
        );
    }
    for index in [0, 5, 9] {
        let name = prod.objects[index]["metadata"]["name"]
            .as_str()
            .expect("a name");
        let refused = prod.verify(&prod.changed(|all| _ = all.remove(index)));
        assert_eq!(refused.code, Some(4), "{name}");
        assert!(refused.stderr.contains(name) && refused.stderr.contains("is not in the stream"));
    }
    let refused = prod.verify(&prod.changed(|all| {
        let mut added = all[0].clone();
        added["metadata"]["name"] = json!("added");
        all.push(added);
    }));
    assert_eq!(refused.code, Some(4));
    assert!(refused.stderr.contains("added") && refused.stderr.contains("is not locked"));
}

/// What says nothing new in the Deployment, by its segments, and its value.
const HARMLESS: &[(&[&str], &str)] = &[
    (&["spec", "progressDeadlineSeconds"], "600"),
    (&["spec", "revisionHistoryLimit"], "10"),
    (
        &["spec", "template", "spec", "restartPolicy"],
        r#""Always""#,
    ),
    (
        &["spec", "template", "spec", "schedulerName"],
        r#""default-scheduler""#,
    ),
    (&["spec", "template", "spec", "hostPID"], "false"),
    (&["spec", "template", "spec", "nodeSelector"], "{}"),
    (&["spec", "template", "spec", "tolerations"], "[]"),
    (&["spec", "template", "spec", "affinity"], "null"),
    (
        &[
            "metadata",
            "annotations",
            "postrenderer.helm.sh/postrender-filename",
        ],
        r#""x""#,
    ),
    (
        &["metadata", "annotations", "config.kubernetes.io/index"],
        r#""1""#,
    ),
    (
        &["metadata", "annotations", "argocd.argoproj.io/tracking-id"],
        r#""x""#,
    ),
    (&["metadata", "labels", "helm.sh/chart"], r#""spark-9""#),
    (
        &[
            "spec",
            "template",
            "metadata",
            "annotations",
            "checksum/config",
        ],
        r#""x""#,
    ),
    (&["status", "replicas"], "3"),
    (&["metadata", "creationTimestamp"], "null"),
];

#[test]
fn what_is_written_in_another_way_passes() {
    let Some(prod) = Prod::new() else { return };
    let list = json!({"apiVersion": "v1", "kind": "List", "items": prod.objects});
    let (kind, name) = CONNECT;
    let reversed = |list: &str| {
        prod.changed(|all| {
            let items = object(all, kind, name).pointer_mut(&format!("{CONTAINER}/{list}"));
            items
                .and_then(Value::as_array_mut)
                .expect("a list")
                .reverse();
        })
    };
    let memory = prod.changed(|all| {
        let limit = format!("{CONTAINER}/resources/limits/memory");
        let limit = object(all, kind, name)
            .pointer_mut(&limit)
            .expect("a limit");
        let amount = limit
            .as_str()
            .and_then(|text| text.strip_suffix("Gi"))
            .expect("Gi");
        *limit = json!(format!(
            "{}Mi",
            amount.parse::<u64>().expect("a number") * 1024
        ));
    });
    let ways = [
        ("as it is", prod.text.clone()),
        ("comments", prod.text.replace("\n---", "\n# a comment\n---")),
        ("line ends", prod.text.replace('\n', "\r\n")),
        ("JSON", prod.changed(|_| ())),
        ("order of documents", prod.changed(|all| all.reverse())),
        ("one List", list.to_string()),
        ("an amount", memory),
        ("order of variables", reversed("env")),
        ("order of mounts", reversed("volumeMounts")),
        ("order of ports", reversed("ports")),
    ];
    for (way, text) in ways {
        let ended = prod.verify(&text);
        assert_eq!(ended.code, Some(0), "{way}: {}", ended.stderr);
    }
}

#[test]
fn what_changes_no_meaning_passes() {
    let Some(prod) = Prod::new() else { return };
    let (kind, name) = CONNECT;
    for (segments, value) in HARMLESS {
        let text = prod.changed(|all| {
            let mut target = object(all, kind, name);
            for segment in *segments {
                target = &mut target[*segment];
            }
            *target = serde_json::from_str(value).expect("JSON");
        });
        let ended = prod.verify(&text);
        assert_eq!(ended.code, Some(0), "{segments:?}: {}", ended.stderr);
    }
}
