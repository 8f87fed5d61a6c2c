//! Executors of drivers in pods of the stream: judged at the setting, the template or the driver that a change belongs to.

use super::{BASELINE, JUDGE, OVERWRITTEN, RULES, lab};
use sparkk8s_post::guard::Waiver;

/// A Connect server with these settings, in whose pod a template of executors is mounted.
fn server(settings: &[&str], template: &str, arguments: &str) -> String {
    let lines = |text: &str| text.replace('\n', "\n    ");
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata: {{name: files}}
data:
  spark-defaults.conf: |
    spark.master=k8s://https://kubernetes.default.svc
    {}
  executor.yaml: |
    {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: connect}}
spec:
  template:
    metadata: {{labels: {{team: data}}}}
    spec:
      securityContext: {{runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
      - name: helper
        image: registry.example/helper:1
        securityContext: &none {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
      - name: connect
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer{arguments}]
        securityContext: *none
        volumeMounts: [{{name: files, mountPath: /opt/spark/conf}}]
      volumes:
      - {{name: files, configMap: {{name: files}}}}
",
        settings.join("\n    "),
        lines(template),
    )
}

const IMAGE: &str = "spark.kubernetes.container.image=apache/spark:4.1.4";
const FILE: &str = "spark.kubernetes.executor.podTemplateFile=/opt/spark/conf/executor.yaml";
const HOST: [&str; 2] = [
    "spark.kubernetes.executor.volumes.hostPath.d.mount.path=/d",
    "spark.kubernetes.executor.volumes.hostPath.d.options.path=/d",
];
const WHOLE: &str = "spec:
  securityContext: {runAsNonRoot: true, runAsUser: 185, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: spark
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
const TEXT: &str = "ConfigMap/files /data/executor.yaml#";
const DRIVER: &str = "Deployment/connect /spec/template/spec/containers/1";

/// Each finding: its id, and its place as `Kind/name path`, or `Kind/name text#path`.
fn found(text: &str, policy: &[&str]) -> Vec<(String, String)> {
    let policy = lab::policy(policy, &[]);
    told(&lab::guard(text, &policy).unwrap().report)
}

fn told(report: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let live = findings.filter(|finding| finding["waived"].is_null());
    let told = live.map(|finding| {
        let object = &finding["object"];
        let (kind, name) = (text(&object["kind"]), text(&object["name"]));
        let within = finding["within"].as_str().map(|at| format!("{at}#"));
        let at = within.unwrap_or_default() + &text(&finding["path"]);
        (text(&finding["id"]), format!("{kind}/{name} {at}"))
    });
    told.collect()
}

/// The places of one id.
fn at(id: &str, found: &[(String, String)]) -> Vec<String> {
    let own = found.iter().filter(|(own, _)| own == id);
    own.map(|(_, place)| place.clone()).collect()
}

#[test]
fn a_volume_of_a_setting_is_found_where_the_setting_stands() {
    let id = "pod-security/hostPathVolumes";
    let [mount, path] = HOST;
    let key = path.split('=').next().unwrap();
    let in_file = server(&[IMAGE, mount, path], "{}", "");
    let of_file = format!("ConfigMap/files /data/spark-defaults.conf#/{key}");
    assert_eq!(found(&in_file, &[BASELINE]), [(id.to_owned(), of_file)]);
    let word = format!(", --conf, '{path}'");
    let in_command = server(&[IMAGE, mount], "{}", &word);
    let of_command = format!("{DRIVER}/command/4");
    assert_eq!(
        found(&in_command, &[BASELINE]),
        [(id.to_owned(), of_command)]
    );
    let near = in_file.replace("volumes.hostPath", "volumes.emptyDir");
    assert_eq!(found(&near, &[BASELINE]), []);
}

#[test]
fn what_nothing_says_is_the_drivers() {
    let bare = found(&server(&[IMAGE], "{}", ""), &[JUDGE]);
    let ids: Vec<_> = bare.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "pod-security/allowPrivilegeEscalation",
            "pod-security/capabilities_restricted",
            "pod-security/runAsNonRoot",
            "pod-security/seccompProfile_restricted",
        ]
    );
    assert!(bare.iter().all(|(_, place)| place == DRIVER), "{bare:?}");
    assert_eq!(found(&server(&[IMAGE, FILE], WHOLE, ""), &[JUDGE]), []);
    // From 4.3 on a setting decides on escalation, and not what is absent from a template.
    let new = server(&[IMAGE], "{}", "").replace(":4.1.4", ":4.3.0");
    let new = found(&new, &[JUDGE]);
    assert_eq!(at("pod-security/allowPrivilegeEscalation", &new), [""; 0]);
}

#[test]
fn what_a_template_lacks_is_said_once_in_its_text() {
    let lacks = WHOLE.replace("runAsNonRoot: true, runAsUser: 185, ", "");
    let place = format!("{TEXT}/spec/containers/0/securityContext/runAsNonRoot");
    let policy = lab::policy(&[JUDGE], &[]);
    for settings in [&[IMAGE, FILE][..], &[FILE]] {
        // Without an image Spark makes no pod: the text alone is judged.
        let report = lab::guard(&server(settings, &lacks, ""), &policy)
            .unwrap()
            .report;
        let id = "pod-security/runAsNonRoot".to_owned();
        assert_eq!(told(&report), [(id, place.clone())]);
        let because = report["findings"][0]["because"]
            .as_str()
            .unwrap_or_default();
        assert_eq!(because.contains("from this template"), settings.len() == 2);
    }
}

#[test]
fn a_template_that_a_preset_mends_is_judged_mended() {
    let bare = "spec:\n  containers:\n  - name: spark";
    let at_once = |template: &str| {
        let all = found(&server(&[IMAGE, FILE], template, ""), &["restricted"]);
        let own = all
            .into_iter()
            .filter(|(id, _)| id.starts_with("pod-security/"));
        own.collect::<Vec<_>>()
    };
    assert_eq!(at_once(bare), []);
    let root = format!("{bare}\n    securityContext: {{privileged: true}}");
    assert!(!at_once(&root).is_empty());
}

#[test]
fn rules_and_namespaces_see_executors() {
    let label = "spark.kubernetes.executor.label.team=data";
    let rules = |settings: &[&str]| found(&server(settings, "{}", ""), &[RULES]);
    assert_eq!(
        rules(&[IMAGE]),
        [("team/owner".to_owned(), DRIVER.to_owned())]
    );
    assert_eq!(rules(&[IMAGE, label]), []);
    let secret = "spark.kubernetes.executor.secrets.key";
    let mounted = rules(&[IMAGE, label, &format!("{secret}=/etc/key")]);
    let place = format!("ConfigMap/files /data/spark-defaults.conf#/{secret}");
    assert_eq!(mounted, [("team/no-secret-mounts".to_owned(), place)]);

    let enforces = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: refuses, version: 1.0.0}\n\
        spec: {summary: s, checks: {namespace-enforces: {severity: warning}}}\n";
    let namespace = |settings: &[&str], name: &str| {
        let level = "pod-security.kubernetes.io/enforce: restricted";
        let namespace = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{level}}}}}\n---\n"
        );
        found(&(namespace + &server(settings, "{}", "")), &[enforces])
    };
    let jobs = "spark.kubernetes.namespace=jobs";
    let refused = ("namespace-enforces".to_owned(), DRIVER.to_owned());
    assert_eq!(namespace(&[IMAGE, jobs], "jobs"), [refused]);
    assert_eq!(namespace(&[IMAGE, jobs], "other"), []);
}

#[test]
fn what_the_template_says_and_executors_do_not_have_is_said_once() {
    let template = "metadata: {labels: {spark-role: x}}\n".to_owned()
        + &WHOLE.replace(
            "- name: spark",
            "- name: spark\n    resources: {limits: {memory: 16Gi}}",
        );
    let stream = server(&[IMAGE, FILE], &template, "");
    let label = format!("{TEXT}/metadata/labels/spark-role");
    let memory = format!("{TEXT}/spec/containers/0/resources/limits/memory");
    let alone = found(&stream, &[OVERWRITTEN]);
    assert_eq!(at("field-overwritten", &alone), [label.clone(), memory]);
    let rule = OVERWRITTEN.replace(
        "checks: {",
        "checks: {memory/template-overwritten: {severity: warning}, ",
    );
    let both = found(&stream, &[&rule]);
    assert_eq!(at("field-overwritten", &both), [label]);
    assert_eq!(at("memory/template-overwritten", &both).len(), 1);
    // A note does not stand for what is graded higher.
    let note = rule.replacen("severity: warning", "severity: info", 1);
    assert_eq!(at("field-overwritten", &found(&stream, &[&note])).len(), 2);
}

#[test]
fn an_image_that_never_runs_needs_no_digest() {
    let check = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\n\
        spec: {summary: s, checks: {image-not-pinned: {severity: error}}}\n";
    let template = WHOLE.replace("- name: spark", "- name: spark\n    image: team/base:1");
    let of_template = |settings: &[&str]| {
        let all = found(&server(settings, &template, ""), &[check]);
        let own = at("image-not-pinned", &all).into_iter();
        own.filter(|place| place.starts_with(TEXT)).count()
    };
    assert_eq!(of_template(&[IMAGE, FILE]), 0);
    // Nothing is known of executors without an image, or nothing reads the template.
    assert_eq!(of_template(&[FILE]), 1);
    assert_eq!(of_template(&[IMAGE]), 1);
    // Another driver's executors are not known, and may have it.
    let both = server(&[IMAGE, FILE], &template, "") + "---\n";
    let other = server(&[IMAGE, FILE], &template, "");
    let other = other.split_once("---\n").unwrap().1;
    let other = other.replace("name: connect}", "name: other}");
    let open = other.replace(
        "SparkConnectServer",
        "SparkConnectServer, --conf, 'spark.executor.memory=${SIZE}'",
    );
    for (driver, wanted) in [(&other, 0), (&open, 1)] {
        let all = found(&format!("{both}{driver}"), &[check]);
        let own = at("image-not-pinned", &all).into_iter();
        assert_eq!(own.filter(|place| place.starts_with(TEXT)).count(), wanted);
    }
}

#[test]
fn the_image_of_executors_is_pinned_by_hand() {
    let pinned = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\n\
        spec: {summary: s, checks: {image-not-pinned: {severity: error}}}\n";
    let policy = lab::policy(&[pinned], &[]);
    let sidecar = format!("{WHOLE}\n  - {{name: side, image: 'side:1'}}");
    let report = lab::guard(&server(&[IMAGE, FILE], &sidecar, ""), &policy)
        .unwrap()
        .report;
    let findings = report["findings"].as_array().unwrap();
    let of = |name: &str| {
        findings
            .iter()
            .find(|finding| finding["container"] == name)
            .unwrap()
    };
    let help = |name: &str| of(name)["help"].as_str().unwrap().to_owned();
    assert!(help("spark").ends_with("the file of `--images` reaches no setting"));
    assert!(!help("side").contains("reaches no setting"));
    assert_eq!(
        findings.len(),
        4,
        "two of the driver, two of executors: {findings:?}"
    );
}

#[test]
fn executors_that_are_not_known_are_not_judged() {
    let [mount, path] = HOST;
    for open in [
        "spark.kubernetes.container.image=${IMAGE}",
        "spark.executor.memory={{ memory }}",
        "spark.kubernetes.executor.podTemplateFile=/opt/other.yaml",
        "spark.master=spark://master:7077",
        "spark.master=local[*]",
    ] {
        let all = found(&server(&[IMAGE, mount, path, open], "{}", ""), &[BASELINE]);
        assert_eq!(all, [], "{open}");
    }
}

#[test]
fn a_waiver_names_the_object_that_the_report_names() {
    let stream = server(&[IMAGE, HOST[0], HOST[1]], "{}", "");
    let policy = lab::policy(&[BASELINE], &[]);
    let refused = |of: &str| {
        let waiver = format!("pod-security/hostPathVolumes={of}: scratch disks");
        let waiver = Waiver::parse(&waiver).unwrap();
        lab::guard_with(&stream, &policy, &[waiver])
            .unwrap()
            .refused
    };
    assert!(!refused("ConfigMap/files"));
    assert!(refused("Deployment/connect"));
}
