//! Pods that Spark will build, judged by checks and rules: what is found, and where in the application.

mod drivers;
mod operators;

use super::lab;
use sparkk8s_post::guard::Waiver;
use std::fmt::Write;

/// A preset that judges by a level, and changes nothing.
macro_rules! judge {
    ($level:literal) => {
        concat!(
            "apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: judge, version: 1.0.0}
spec:
  summary: judges
  checks:
    api-validity: {severity: error}
    pod-security: {level: ",
            $level,
            ", version: latest, severity: error}
"
        )
    };
}

/// Judges by everything.
const JUDGE: &str = judge!("restricted");

/// Judges what is there, and not what is absent.
const BASELINE: &str = judge!("baseline");

/// Each finding as `id path`.
fn found(text: &str, policy: &str) -> Vec<String> {
    let policy = lab::policy(&[policy], &[]);
    let guarded = lab::guard(text, &policy).unwrap();
    let findings = guarded.report["findings"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .filter(|finding| finding["waived"].is_null())
        .map(|finding| format!("{} {}", text(&finding["id"]), text(&finding["path"])))
        .collect()
}

/// An application of kubeflow's operator with these lines in its `spec`.
fn kubeflow(version: &str, lines: &[&str]) -> String {
    let head = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\n\
        metadata: {name: app}\nspec:\n  type: Scala\n  image: registry.example/app:1\n";
    spec(head.to_owned() + version, lines)
}

/// One of Apache's.
fn apache(version: &str, lines: &[&str]) -> String {
    let head =
        "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {name: app}\nspec:\n";
    let version = version.replace("  sparkVersion", "  runtimeVersions:\n    sparkVersion");
    spec(head.to_owned() + &version, lines)
}

fn spec(head: String, lines: &[&str]) -> String {
    lines.iter().fold(head, |mut text, line| {
        let _ = writeln!(text, "  {line}");
        text
    })
}

const OLD: &str = "  sparkVersion: 4.1.4\n";
const NEW: &str = "  sparkVersion: 4.3.0\n";
const CONF: &str = "/spec/sparkConf/spark.kubernetes.executor.volumes";

#[test]
fn a_volume_of_a_setting_is_found_at_the_setting() {
    let volume = |kind: &str, more: &str| {
        let name = format!("spark.kubernetes.executor.volumes.{kind}.data");
        let conf = format!("sparkConf: {{{name}.mount.path: /data{more}}}");
        let conf = conf.replace("NAME", &name);
        kubeflow(OLD, &[&conf, "driver: {}", "executor: {}"])
    };
    let host = volume("hostPath", ", NAME.options.path: /mnt");
    let at = [format!(
        "pod-security/hostPathVolumes {CONF}.hostPath.data.options.path"
    )];
    assert_eq!(found(&host, BASELINE), at);
    // Whatever its version: that of the image is not known.
    assert_eq!(found(&host.replace(OLD, ""), BASELINE), at);
    let claim = volume("persistentVolumeClaim", ", NAME.options.claimName: data");
    assert_eq!(found(&claim, BASELINE), [""; 0]);
    // Without its path Spark makes no pod.
    assert_eq!(found(&volume("hostPath", ""), BASELINE), [""; 0]);
}

#[test]
fn scratch_of_the_operators_fields_keeps_its_place() {
    let scratch = |name: &str| {
        let volumes = format!("volumes: [{{name: {name}, hostPath: {{path: /mnt}}}}]");
        let mount = format!("executor: {{volumeMounts: [{{name: {name}, mountPath: /tmp/1}}]}}");
        found(&kubeflow(OLD, &[&volumes, "driver: {}", &mount]), BASELINE)
    };
    let at = ["pod-security/hostPathVolumes /spec/volumes/0/hostPath"];
    assert_eq!(scratch("spark-local-dir-1"), at);
    assert_eq!(scratch("data"), at);
    // The webhook adds only what is mounted.
    let volumes = "volumes: [{name: data, hostPath: {path: /mnt}}]";
    let app = kubeflow(OLD, &[volumes, "driver: {}", "executor: {}"]);
    assert_eq!(found(&app, BASELINE), [""; 0]);
}

#[test]
fn a_limit_below_what_spark_computes_is_found_where_the_limit_stands() {
    let limit = |fields: &str| {
        let driver = format!("driver: {{{fields}}}");
        found(&kubeflow(OLD, &[&driver, "executor: {}"]), BASELINE)
    };
    let at = ["api/request-above-limit /spec/driver/memoryLimit"];
    assert_eq!(limit("memory: 2g, memoryLimit: 2g"), at);
    assert_eq!(limit("memory: 2g, memoryLimit: 2432m"), [""; 0]);
    let template = |cpu: u32| {
        let limits = format!("resources: {{limits: {{cpu: {cpu}}}, requests: {{cpu: 1}}}}");
        let container = format!("{{name: spark-kubernetes-executor, {limits}}}");
        let executor =
            format!("executorSpec: {{podTemplateSpec: {{spec: {{containers: [{container}]}}}}}}");
        let conf = "sparkConf: {spark.kubernetes.container.image: app:1, spark.executor.cores: 4}";
        found(&apache(OLD, &[conf, &executor]), BASELINE)
    };
    let at = "/spec/executorSpec/podTemplateSpec/spec/containers/0/resources/limits/cpu";
    assert_eq!(template(2), [format!("api/request-above-limit {at}")]);
    assert_eq!(template(4), [""; 0]);
}

#[test]
fn what_a_version_of_spark_overwrites_is_not_found() {
    let escalation = |version: &str, conf: &str| {
        let conf = format!("sparkConf: {{spark.kubernetes.container.image: app:1{conf}}}");
        let context = "{capabilities: {drop: [ALL]}, allowPrivilegeEscalation: true}";
        let own = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}";
        let template = |role: &str| {
            let container =
                format!("{{name: spark-kubernetes-{role}, securityContext: {context}}}");
            format!(
                "{role}Spec: {{podTemplateSpec: {{spec: {{{own}, containers: [{container}]}}}}}}"
            )
        };
        let templates = [template("driver"), template("executor")];
        let all = found(
            &apache(version, &[&conf, &templates[0], &templates[1]]),
            JUDGE,
        );
        let ids = all.iter().map(|one| one.replace("pod-security/", ""));
        ids.collect::<Vec<_>>()
    };
    let tail = "podTemplateSpec/spec/containers/0/securityContext/allowPrivilegeEscalation";
    let both = ["driver", "executor"]
        .map(|role| format!("allowPrivilegeEscalation /spec/{role}Spec/{tail}"));
    assert_eq!(escalation(OLD, ""), both);
    assert_eq!(escalation(NEW, ""), [""; 0]);
    // Where nothing tells the version, what is written counts.
    assert_eq!(escalation("", ""), both);
    let key = "spark.kubernetes.securityContext.allowPrivilegeEscalation";
    let own = escalation(NEW, &format!(", {key}: true"));
    // One setting for both pods, and a finding for each container.
    assert_eq!(
        own,
        vec![format!("allowPrivilegeEscalation /spec/sparkConf/{key}"); 2]
    );
}

#[test]
fn what_is_missing_belongs_where_the_operator_does_not_take_it_away() {
    let missing = |lines: &[&str]| {
        let all = found(&kubeflow(OLD, lines), JUDGE);
        let drop = |one: &String| one.contains("capabilities_restricted");
        all.into_iter().filter(drop).collect::<Vec<_>>()
    };
    let id = "pod-security/capabilities_restricted";
    let tail = "securityContext/capabilities/drop";
    let typed = format!("{id} /spec/driver/{tail}");
    let executor = format!("{id} /spec/executor/{tail}");
    assert_eq!(
        missing(&["driver: {}", "executor: {}"]),
        [typed.clone(), executor.clone()]
    );
    let context = "securityContext: {runAsUser: 7}";
    let container = format!("{{name: spark-kubernetes-driver, {context}}}");
    let template = format!("template: {{spec: {{containers: [{container}]}}}}");
    // The template's stays until the operator's own field stands beside it.
    let own = format!("{id} /spec/driver/template/spec/containers/0/{tail}");
    let driver = format!("driver: {{{template}}}");
    assert_eq!(missing(&[&driver, "executor: {}"]), [own, executor.clone()]);
    let driver = format!("driver: {{{template}, {context}}}");
    assert_eq!(missing(&[&driver, "executor: {}"]), [typed, executor]);
}

#[test]
fn a_template_in_a_file_hides_what_is_missing_and_no_more() {
    let file = "spark.kubernetes.executor.podTemplateFile: /opt/t.yaml";
    let volume = "spark.kubernetes.executor.volumes.hostPath.d.mount.path: /d, \
        spark.kubernetes.executor.volumes.hostPath.d.options.path: /d";
    let conf = format!("sparkConf: {{spark.kubernetes.container.image: app:1, {file}, {volume}}}");
    let all = found(&apache(OLD, &[&conf]), BASELINE);
    assert_eq!(
        all,
        [format!(
            "pod-security/hostPathVolumes {CONF}.hostPath.d.options.path"
        )]
    );
}

#[test]
fn runs_of_a_schedule_and_executors_of_a_server_are_pods_too() {
    let volume = "sparkConf: {spark.kubernetes.executor.volumes.hostPath.d.mount.path: /d, \
        spark.kubernetes.executor.volumes.hostPath.d.options.path: /d}";
    let runs = format!(
        "template: {{sparkVersion: 4.1.4, image: app:1, driver: {{}}, executor: {{}}, {volume}}}"
    );
    let schedule = kubeflow("", &[&runs]).replace("kind: Spark", "kind: ScheduledSpark");
    let at = format!("{CONF}.hostPath.d.options.path");
    let at = at.replace("/spec/", "/spec/template/");
    assert_eq!(
        found(&schedule, BASELINE),
        [format!("pod-security/hostPathVolumes {at}")]
    );
    let near = schedule
        .replace("hostPath", "emptyDir")
        .replace("options.path", "options.medium");
    assert_eq!(found(&near, BASELINE), [""; 0]);
    let server = kubeflow(OLD, &["server: {}", "executor: {}", volume]);
    let server = server
        .replace("v1beta2", "v1alpha1")
        .replace("SparkApplication", "SparkConnect");
    let at = format!("{CONF}.hostPath.d.options.path");
    assert_eq!(
        found(&server, BASELINE),
        [format!("pod-security/hostPathVolumes {at}")]
    );
    let near = server.replace("kubernetes.executor.volumes", "kubernetes.driver.volumes");
    assert_eq!(found(&near, BASELINE), [""; 0]);
}

#[test]
fn what_is_not_known_is_not_found() {
    for unknown in [
        "memory: '${SIZE}'",
        "memory: '{{ size }}'",
        "cores: '${CORES}'",
    ] {
        let executor = format!("executor: {{{unknown}, memoryLimit: 1m}}");
        let app = kubeflow(OLD, &["driver: {}", &executor]);
        assert_eq!(found(&app, BASELINE), [""; 0], "{unknown}");
    }
    for odd in [
        "executor: 7",
        "executor: []",
        "sparkConf: [1]",
        "driver: {template: {spec: 7}}",
        "volumes: 7",
    ] {
        found(&kubeflow(OLD, &[odd]), BASELINE);
        found(&apache(OLD, &[odd]), BASELINE);
    }
}

const RULES: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: team, version: 1.0.0}
spec:
  summary: rules of a team
  rules:
    - id: no-secret-mounts
      on: pod
      forbid: {spec: {volumes: [{secret: {}}]}}
      because: Secrets come from the vault.
    - id: owner
      on: pod
      require: {metadata: {labels: {team: '*'}}}
      because: Whoever is called at night has a name.
";

#[test]
fn rules_see_the_pods_that_spark_builds() {
    let conf = |more: &str| {
        let conf = format!("sparkConf: {{spark.kubernetes.container.image: app:1{more}}}");
        found(&apache(OLD, &[&conf]), RULES)
    };
    let team =
        ", spark.kubernetes.driver.label.team: data, spark.kubernetes.executor.label.team: data";
    assert_eq!(conf(team), [""; 0]);
    assert_eq!(conf("").len(), 2);
    let secret = format!("{team}, spark.kubernetes.executor.secrets.key: /etc/key");
    let at = "/spec/sparkConf/spark.kubernetes.executor.secrets.key";
    assert_eq!(conf(&secret), [format!("team/no-secret-mounts {at}")]);
    // The operator copies the labels of the object to its pods.
    let app = kubeflow(OLD, &["driver: {}", "executor: {}"]);
    assert_eq!(found(&app, RULES).len(), 2);
    let labelled = app.replace("{name: app}", "{name: app, labels: {team: data}}");
    assert_eq!(found(&labelled, RULES), [""; 0]);
}

#[test]
fn a_waiver_holds_for_pods_that_are_not_there_yet() {
    let volume = "sparkConf: {spark.kubernetes.executor.volumes.hostPath.d.mount.path: /d, \
        spark.kubernetes.executor.volumes.hostPath.d.options.path: /d}";
    let app = kubeflow(OLD, &["driver: {}", "executor: {}", volume]);
    let policy = lab::policy(&[BASELINE], &[]);
    let waiver =
        Waiver::parse("pod-security/hostPathVolumes=SparkApplication/app: scratch disks").unwrap();
    let guarded = lab::guard_with(&app, &policy, &[waiver]).unwrap();
    assert!(!guarded.refused, "{:?}", guarded.report["findings"]);
    assert!(lab::guard(&app, &policy).unwrap().refused);
}

const OVERWRITTEN: &str = "apiVersion: sparkk8s.io/v1alpha1
kind: Preset
metadata: {name: judge, version: 1.0.0}
spec:
  summary: judges
  checks: {field-overwritten: {severity: warning}}
";

#[test]
fn the_page_shows_a_field_that_the_pod_will_not_have() {
    let mut pages = sparkk8s_post::check::pages().iter();
    let page = pages.find(|page| page.id == "field-overwritten").unwrap();
    let at = "/spec/executorSpec/podTemplateSpec/spec/containers/0/resources/limits/memory";
    assert_eq!(
        found(page.before, OVERWRITTEN),
        [format!("{} {at}", page.id)]
    );
    assert_eq!(found(page.after, OVERWRITTEN), [""; 0]);
    // Where nothing tells the version, nothing is said.
    let unknown = page
        .before
        .replace("  runtimeVersions: {sparkVersion: 4.1.4}\n", "");
    let unknown = unknown.replace("apache/spark:4.1.4", "app:1");
    assert_eq!(found(&unknown, OVERWRITTEN), [""; 0]);
}

#[test]
fn the_same_amount_in_other_words_is_no_loss() {
    let template = |memory: &str| {
        let container = format!(
            "{{name: spark-kubernetes-driver, resources: {{limits: {{memory: {memory}}}}}}}"
        );
        let driver =
            format!("driver: {{memory: 1g, template: {{spec: {{containers: [{container}]}}}}}}");
        found(&kubeflow(OLD, &[&driver, "executor: {}"]), OVERWRITTEN)
    };
    assert_eq!(template("1408Mi"), [""; 0]);
    assert_eq!(template("1441792Ki"), [""; 0]);
    assert_eq!(template("2Gi").len(), 1);
}
