//! What looks alike and is not, what looks different and is the same, and what is never shown.

use super::Place;

fn deployment(pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{template: {{spec: {pod}}}}}\n"
    )
}

fn container(inner: &str) -> String {
    deployment(&format!("{{containers: [{{name: c, image: x, {inner}}}]}}"))
}

fn config_map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {data}\n")
}

fn object(version: &str, kind: &str, spec: &str) -> String {
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: o}}\nspec: {spec}\n")
}

/// Whether `lock` takes both for the same; what it says.
fn compared(dev: &str, prod: &str) -> (Option<i32>, String) {
    let place = Place::new(&[("dev", dev), ("prod", prod)], "");
    let ended = place.lock(&["dev", "prod"], &[]);
    (ended.code, ended.stderr)
}

fn are_different(pairs: &[(String, String)]) {
    for (dev, prod) in pairs {
        assert_eq!(compared(dev, prod).0, Some(4), "{dev}{prod}");
        assert_eq!(compared(dev, dev).0, Some(0), "{dev}");
    }
}

#[test]
fn what_looks_alike_is_not_the_same() {
    are_different(&[
        (
            deployment("{initContainers: [{name: i}, {name: j}]}"),
            deployment("{initContainers: [{name: j}, {name: i}]}"),
        ),
        (
            container("env: [{name: A, value: x}, {name: B, value: $(A)y}]"),
            container("env: [{name: B, value: $(A)y}, {name: A, value: x}]"),
        ),
        (
            config_map("{nginx.conf: \"deny all;\\nallow 10.0.0.0/8;\\n\"}"),
            config_map("{nginx.conf: \"allow 10.0.0.0/8;\\ndeny all;\\n\"}"),
        ),
        (
            config_map("{pg_hba.conf: \"host a trust\\nhost b md5\\n\"}"),
            config_map("{pg_hba.conf: \"host b md5\\n\"}"),
        ),
        (
            config_map("{a: b, x.properties: \"# c\"}"),
            config_map("{a: b}"),
        ),
        (
            config_map("{app.yaml: \"password: x\\nmode: dev\\n\"}"),
            config_map("{app.yaml: \"password: x\\nmode: prod\\n\"}"),
        ),
        (
            config_map("{a: \"x\\ny\"}"),
            config_map("{a: \"x\\ny\\n\"}"),
        ),
    ]);
}

#[test]
fn kinds_of_others_count_as_they_are_written() {
    are_different(&[
        (
            object("policy/v1", "PodDisruptionBudget", "{selector: {}}"),
            object("policy/v1beta1", "PodDisruptionBudget", "{selector: {}}"),
        ),
        (
            object("batch/v1", "Job", "{completions: 1, parallelism: 5}"),
            object("batch/v1", "Job", "{parallelism: 5}"),
        ),
        (
            object("acme.io/v1", "Foo", "{items: [{key: a}, {key: b}]}"),
            object("acme.io/v1", "Foo", "{items: [{key: b}, {key: a}]}"),
        ),
        (
            object("acme.io/v1", "Foo", "{verbs: [b, a]}"),
            object("acme.io/v1", "Foo", "{verbs: [a, b]}"),
        ),
        (
            object("acme.io/v1", "Foo", "{resources: {}}"),
            object("acme.io/v1", "Foo", "{}"),
        ),
        (
            object("acme.io/v1", "Foo", "{hosts: []}"),
            object("acme.io/v1", "Foo", "{}"),
        ),
        (
            object("serving.knative.dev/v1", "Service", "{type: ClusterIP}"),
            object("serving.knative.dev/v1", "Service", "{}"),
        ),
        (
            deployment("{containers: [], x: 1}"),
            deployment("{containers: [], x: '1'}"),
        ),
    ]);
}

#[test]
fn what_looks_different_is_the_same() {
    let ports = |ports: &str| object("v1", "Service", &format!("{{ports: {ports}}}"));
    let pairs = [
        (
            ports("[{port: 53, protocol: UDP}, {port: 53}]"),
            ports("[{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]"),
        ),
        (container("resources: {}"), container("securityContext: {}")),
        (
            object("batch/v1", "CronJob", "{schedule: x, suspend: false}"),
            object("batch/v1", "CronJob", "{schedule: x}"),
        ),
    ];
    for (dev, prod) in pairs {
        let (code, said) = compared(&dev, &prod);
        assert_eq!(code, Some(0), "{dev}{prod}{said}");
    }
}

#[test]
fn what_only_sounds_like_a_credential_is_held() {
    let place = Place::new(&[("dev", ""), ("prod", "")], "");
    for (locked, changed) in [
        (
            deployment("{containers: [{name: c, image: 'ghcr.io/acme/token-service:1.0'}]}"),
            deployment("{containers: [{name: c, image: 'evil.io/token-service:1.0'}]}"),
        ),
        (
            container("args: [--class, A, --conf, spark.kubernetes.driver.secrets.x=/etc/x]"),
            container("args: [--class, EVIL, --conf, spark.kubernetes.driver.secrets.x=/etc/x]"),
        ),
        (
            config_map("{app.yaml: \"password: x\\nmode: dev\\n\"}"),
            config_map("{app.yaml: \"password: x\\nmode: prod\\n\"}"),
        ),
    ] {
        place.write("dev.yaml", &locked);
        place.write("prod.yaml", &locked);
        assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
        let held = place.verify("dev");
        assert_eq!(held.code, Some(0), "{}", held.stderr);
        place.write("dev.yaml", &changed);
        assert_eq!(place.verify("dev").code, Some(4), "{changed}");
    }
    // What may not be shown is not compared, and that is said.
    let held = place.verify("prod");
    assert!(
        held.stdout
            .contains("; 1 values that may not be shown were not compared"),
        "{}",
        held.stdout
    );
}

#[test]
fn no_credential_is_shown_or_stands_in_a_lock() {
    for secret in [
        container("env: [{name: URL, value: 'https://u:hunterTwo@host/x'}]"),
        container("env: [{name: DB_PASSWORD, value: 'hunterTwo'}, {name: TOKEN, value: 'hunterTwo'}, {name: DB_PASS, value: 'hunterTwo'}]"),
        container("args: [--password, hunterTwo, --token=hunterTwo]"),
        config_map("{spark-defaults.conf: 'spark.hadoop.fs.s3a.secret.key hunterTwo'}"),
        config_map("{hive-site.xml: \"<name>ConnectionPassword</name>\\n<value>hunterTwo</value>\\n\"}"),
        config_map("{pod.yaml: \"env:\\n- name: DB_PASSWORD\\n  value: hunterTwo\\n\"}"),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {x: hunterTwo}}\nstringData: {a: hunterTwo}\n".to_owned(),
        deployment("{containers: [{name: c, image: 'u:hunterTwo@reg.io/x:1'}]}"),
    ] {
        let other = secret.replace("hunterTwo", "battery-staple");
        let place = Place::new(&[("dev", &secret), ("prod", &other)], "");
        let shown = place.lock(&["dev", "prod"], &["--show"]);
        assert_eq!(shown.code, Some(4), "{secret}");
        place.write("prod.yaml", &secret);
        assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
        place.write("prod.yaml", &other);
        let held = place.verify("prod");
        for text in [shown.stdout, shown.stderr, place.read("sparkk8s.lock"), held.stdout, held.stderr] {
            assert!(!text.contains("hunterTwo") && !text.contains("battery-staple"), "{text}");
        }
    }
}

#[test]
fn a_reference_to_another_environments_name_is_a_difference() {
    let conf = |name: &str, namespace: &str| {
        config_map("{a: b}").replace(
            "{name: m}",
            &format!("{{name: {name}, namespace: {namespace}}}"),
        )
    };
    let reader = |name: &str, mode: &str| {
        let inner = format!(
            "envFrom: [{{configMapRef: {{name: {name}}}}}], env: [{{name: MODE, value: {mode}}}]"
        );
        container(&inner).replace("name: a}", "name: NAMEa, namespace: SPACE}")
    };
    let dev = |reads: &str, mode: &str| {
        let reader = reader(reads, mode)
            .replace("NAME", "dev-")
            .replace("SPACE", "dev");
        format!("{}---\n{reader}", conf("dev-conf", "dev"))
    };
    let prod = reader("conf", "fast")
        .replace("NAME", "")
        .replace("SPACE", "prod");
    let prod = format!("{}---\n{prod}", conf("conf", "prod"));
    let place = Place::new(&[("dev", ""), ("prod", &prod)], "");
    let names =
        "dev: {names: {prefix: dev-, namespace: dev}}\n    prod: {names: {namespace: prod}}";
    place.write(
        "sparkk8s.yaml",
        &format!("{}  environments:\n    {names}\n", super::HEAD),
    );
    for (reads, mode, code) in [
        ("dev-conf", "fast", 0),
        ("conf", "fast", 4),
        ("dev-conf", "dev", 4),
    ] {
        place.write("dev.yaml", &dev(reads, mode));
        let ended = place.lock(&["dev", "prod"], &[]);
        assert_eq!(ended.code, Some(code), "{reads} {mode}: {}", ended.stderr);
    }
}
