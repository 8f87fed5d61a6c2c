//! What Prometheus is told about Spark's processes, as users meet it: streams in, guarded streams and reports out.

use super::lab::{self, Guarded};

/// A Connect server with Spark 4: lines of its container, and of its pod.
fn connect(container: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: connect
spec:
  template:
    spec:
{pod}      containers:
        - name: connect
          image: apache/spark:4.0.1
{container}"
    )
}

fn start(words: &str) -> String {
    format!("          command: [sh, -c, \"exec start-connect-server.sh {words}\"]\n")
}

fn guard(text: &str, set: &[&str]) -> Guarded {
    lab::guard(text, &lab::policy(&["default"], set)).unwrap()
}

/// The port that is annotated.
fn port(guarded: &Guarded) -> Option<&str> {
    let mut lines = guarded.text.lines();
    let line = lines.find_map(|line| line.trim().strip_prefix("prometheus.io/port: "))?;
    Some(line.trim_matches(['"', '\'']))
}

/// The messages of findings whose ids begin so.
fn messages(guarded: &Guarded, id: &str) -> Vec<String> {
    let findings = guarded.report["findings"].as_array().unwrap().iter();
    let about = findings.filter(|f| f["id"].as_str().unwrap().starts_with(id));
    about
        .map(|f| f["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn annotations_follow_the_configuration() {
    for (words, expected) in [
        ("", Some("4040")),
        ("--conf spark.ui.port=4050", Some("4050")),
        ("--conf spark.ui.enabled=false", None),
        ("--conf spark.ui.prometheus.enabled=false", None),
    ] {
        let guarded = guard(&connect(&start(words), ""), &[]);
        assert_eq!(port(&guarded), expected, "{words}");
        assert!(messages(&guarded, "observability/").is_empty(), "{words}");
    }
}

#[test]
fn what_is_not_known_is_not_annotated_and_said() {
    let guarded = guard(&connect(&start("--conf spark.ui.port=$(UI_PORT)"), ""), &[]);
    assert_eq!(port(&guarded), None);
    let said = messages(&guarded, "observability/metrics-unknown");
    assert_eq!(
        said,
        [
            "pod meets `observability/metrics-unknown`: the stream does not tell what `spark.ui.port` is set to"
        ]
    );
}

#[test]
fn mounted_defaults_count_wherever_they_stand_in_the_stream() {
    let mount = "          volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]\n";
    let volume = "      volumes: [{name: conf, configMap: {name: conf}}]\n";
    let workload = connect(&(start("") + mount), volume);
    let conf = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  spark-defaults.conf: |\n    spark.ui.port 4060\n";
    for text in [
        format!("{conf}---\n{workload}"),
        format!("{workload}---\n{conf}"),
    ] {
        assert_eq!(port(&guard(&text, &[])), Some("4060"), "{text}");
    }
    // What stands in a Secret is not written where everybody reads it.
    let secret = conf
        .replace("ConfigMap", "Secret")
        .replace("\ndata:", "\nstringData:");
    let mounted = workload.replace("configMap: {name: conf}", "secret: {secretName: conf}");
    let hidden = guard(&format!("{secret}---\n{mounted}"), &[]);
    assert_eq!(port(&hidden), None);
    let said = messages(&hidden, "observability/metrics-unknown");
    assert!(
        said[0].ends_with("a Secret says what `spark.ui.port` is"),
        "{said:?}"
    );
    let alone = guard(&workload, &[]);
    assert_eq!(port(&alone), None);
    let said = messages(&alone, "observability/metrics-unknown");
    assert!(
        said[0].contains("`ConfigMap/conf` is not in the stream"),
        "{said:?}"
    );
}

#[test]
fn spark_3_is_annotated_where_somebody_turned_metrics_on() {
    let spark3 = |words: &str| connect(&start(words), "").replace(":4.0.1", ":3.5.7");
    assert_eq!(port(&guard(&spark3(""), &[])), None);
    let on = "--conf spark.ui.prometheus.enabled=true";
    assert_eq!(port(&guard(&spark3(on), &[])), Some("4040"));
}

#[test]
fn network_policies_are_asked_about_the_port_that_is_meant() {
    let policy = |port: u16| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\n\
             spec: {{podSelector: {{}}, ingress: [{{ports: [{{port: {port}}}]}}]}}\n"
        )
    };
    let moved = connect(&start("--conf spark.ui.port=4050"), "");
    let open = guard(&(moved.clone() + &policy(4050)), &[]);
    assert_eq!(port(&open), Some("4050"));
    assert_eq!(port(&guard(&(moved + &policy(4040)), &[])), None);
}

#[test]
fn masters_are_annotated_at_the_port_of_their_variable() {
    let variable = "          env: [{name: SPARK_MASTER_WEBUI_PORT, value: \"9090\"}]\n";
    let command = "          command: [/opt/spark/sbin/start-master.sh]\n";
    let text = connect(&format!("{command}{variable}"), "");
    assert_eq!(port(&guard(&text, &[])), None);
    let guarded = guard(&text, &["observability.standaloneMetrics=true"]);
    assert_eq!(port(&guarded), Some("9090"));
}

/// A Service that selects by a label.
fn service(label: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{selector: {{{label}}}}}\n"
    )
}

/// How often each recommended label stands in the result, the version as quoted text.
fn labels(guarded: &Guarded) -> [usize; 3] {
    let text = guarded.text.replace(['"', '\''], "");
    let values = [
        "name: spark-connect",
        "component: spark-connect",
        "version: 4.0.1",
    ];
    values.map(|value| text.matches(&format!("app.kubernetes.io/{value}")).count())
}

#[test]
fn recommended_labels_are_asked_for_and_never_read_by_a_selector() {
    let on = ["observability.labels=true"];
    let text = connect(&start(""), "");
    assert_eq!(labels(&guard(&text, &[])), [0; 3]);
    assert_eq!(labels(&guard(&text, &on)), [2; 3]);
    let selected = text.clone() + &service("app.kubernetes.io/component: other");
    assert_eq!(labels(&guard(&selected, &on)), [2, 0, 2]);
    let latest = guard(&text.replace(":4.0.1", ":latest"), &on);
    assert_eq!(labels(&latest), [2, 2, 0]);
    // Once more, nothing is left to do.
    let once = guard(&text, &on).text;
    assert_eq!(guard(&once, &on).text, once);
}

#[test]
fn recommended_labels_leave_jobs_alone() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: connect}\nspec:\n  containers:\n\
               \x20   - {name: c, image: apache/spark:4.0.1, command: [start-connect-server.sh]}\n";
    let on = ["observability.labels=true", "default.jobs=guard"];
    let guarded = guard(pod, &on);
    assert_eq!(labels(&guarded), [0; 3]);
    assert!(guarded.text.contains("runAsNonRoot"), "{}", guarded.text);
}

#[test]
fn a_label_speaks_for_the_container_that_has_the_role() {
    let side = "        - {name: side, image: acme/proxy:1}\n";
    let text = connect(&start(""), "") + side;
    let named = text.replace(
        "  template:\n",
        "  template:\n    metadata: {annotations: {kubectl.kubernetes.io/default-container: side}}\n",
    );
    let on = ["observability.labels=true"];
    assert_eq!(labels(&guard(&text, &on))[0], 2);
    assert_eq!(labels(&guard(&named, &on))[0], 0);
}
