//! Small manifests: what is the same, what is not, what may differ, and what is said.

use super::Place;

const DEV: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect, labels: {a: b}}
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: connect
          image: apache/spark:4.1.0
          args: [one, two]
          env: [{name: MODE, value: fast}, {name: DB_PASSWORD, value: hunter2}]
          ports: [{containerPort: 15002}, {containerPort: 4040}]
          resources: {requests: {cpu: 500m, memory: 2Gi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    # of dev
    spark.executor.instances 2
    spark.sql.shuffle.partitions 50
  log4j2.properties: rootLogger.level=debug
---
apiVersion: v1
kind: Secret
metadata: {name: s3}
stringData: {key: correct-horse}
";

/// The same, written in another way.
const SAME: &str = "\
{\"kind\": \"Secret\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"s3\"}, \"type\": \"Opaque\", \"data\": {\"key\": \"Y29ycmVjdC1ob3JzZQ==\"}}
---
kind: Deployment
apiVersion: apps/v1
metadata:
  annotations: {postrenderer.helm.sh/postrender-filename: x.yaml, checksum/config: abc}
  labels: {\"a\": 'b', helm.sh/chart: spark-1.2.3, app.kubernetes.io/managed-by: Helm}
  name: connect
spec:
  strategy: {type: RollingUpdate}
  template:
    metadata: {}
    spec:
      restartPolicy: Always
      containers:
        - image: docker.io/apache/spark:4.1.0
          name: connect
          ports: [{containerPort: 4040, protocol: TCP}, {containerPort: 15002}]
          env: [{name: DB_PASSWORD, value: hunter2}, {name: MODE, value: fast}]
          args:
            - one
            - two
          securityContext: {}
          resources: {requests: {memory: 2048Mi, cpu: \"0.5\"}, limits: {}}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: conf}
data:
  log4j2.properties: \"rootLogger.level = debug\"
  spark-defaults.conf: |
    spark.sql.shuffle.partitions=50

    spark.executor.instances:    2
";

#[test]
fn what_means_the_same_is_the_same() {
    let place = Place::new(&[("dev", DEV), ("prod", SAME)], "");
    let locked = place.lock(&["dev", "prod"], &[]);
    assert_eq!((locked.code, locked.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        locked.stdout,
        "sparkk8s.lock: 3 objects of dev, prod, 0 sanctioned differences\n"
    );
    for environment in ["dev", "prod"] {
        let verified = place.verify(environment);
        assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    }
    let again = place.lock(&["dev", "prod"], &["--check"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(
        again.stdout.ends_with("; nothing new\n"),
        "{}",
        again.stdout
    );
    let lock = place.read("sparkk8s.lock");
    for hidden in ["hunter2", "correct-horse", "Y29ycm"] {
        assert!(!lock.contains(hidden), "{lock}");
    }
}

/// A change of dev that makes prod of it, and what is said.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "replicas: 1",
        "replicas: 3",
        "rest `/spec/replicas`\n  dev   1\n  prod  3\n",
    ),
    (
        "cpu: 500m",
        "cpu: 750m",
        "resources `/spec/template/spec/containers/connect/resources/requests/cpu`\n  dev   500m\n  prod  750m\n",
    ),
    (
        "spark:4.1.0",
        "spark:4.1.1",
        "images `/spec/template/spec/containers/connect/image`\n  dev   docker.io/apache/spark:4.1.0\n  prod  docker.io/apache/spark:4.1.1\n",
    ),
    (
        "[one, two]",
        "[two, one]",
        "rest `/spec/template/spec/containers/connect/args`\n  dev   [\"one\",\"two\"]\n  prod  [\"two\",\"one\"]\n",
    ),
    (
        "partitions 50",
        "partitions 200",
        "config `/data/spark-defaults.conf/spark.sql.shuffle.partitions`\n  dev   50\n  prod  200\n",
    ),
    (
        "value: hunter2",
        "value: other",
        "rest `/spec/template/spec/containers/connect/env/DB_PASSWORD/value`\n  dev   (not shown)\n  prod  (not shown)\n",
    ),
    (
        "correct-horse",
        "battery-staple",
        "config `/data/key`\n  dev   (not shown)\n  prod  (not shown)\n",
    ),
    (
        "          ports:",
        "          securityContext: {privileged: true}\n          ports:",
        "security `/spec/template/spec/containers/connect/securityContext`\n  dev   (absent)\n  prod  is there\n",
    ),
    (
        "      containers:\n",
        "      containers:\n        - {name: extra, image: busybox}\n",
        "`/spec/template/spec/containers/extra`\n  dev   (absent)\n  prod  is there\n",
    ),
];

#[test]
fn each_difference_is_named_with_its_values_and_what_would_sanction_it() {
    for (from, to, said) in DIFFERENCES {
        let prod = DEV.replacen(from, to, 1);
        assert_ne!(prod, DEV, "{from}");
        let place = Place::new(&[("dev", DEV), ("prod", &prod)], "");
        let refused = place.lock(&["dev", "prod"], &[]);
        assert_eq!(refused.code, Some(4), "{from}");
        assert!(refused.stderr.contains(said), "{from}: {}", refused.stderr);
        assert_eq!(place.read("sparkk8s.lock"), "", "{from}");
        let secret = ["hunter2", "other\n", "correct-horse", "battery-staple"];
        assert!(
            !secret.iter().any(|word| refused.stderr.contains(word)),
            "{}",
            refused.stderr
        );
        // What the message offers is what sanctions it.
        let entry = refused
            .stderr
            .lines()
            .find_map(|line| line.strip_prefix("    - "));
        let vary = format!("  vary:\n    - {}\n", entry.expect("an entry"));
        place.project(&[("dev", ""), ("prod", "")], &vary);
        let locked = place.lock(&["dev", "prod"], &[]);
        assert_eq!(
            (locked.code, locked.stderr.as_str()),
            (Some(0), ""),
            "{from}"
        );
        for environment in ["dev", "prod"] {
            let verified = place.verify(environment);
            assert_eq!(verified.code, Some(0), "{from}: {}", verified.stderr);
        }
        // The one is not locked as the other.
        let swapped = place.run(&["verify", "--env", "prod", "-f", "dev.yaml"]);
        let hidden = refused.stderr.contains("(not shown)");
        assert_eq!(
            swapped.code,
            Some(if hidden { 0 } else { 4 }),
            "{from}: {}",
            swapped.stderr
        );
    }
}

#[test]
fn what_may_be_known_of_secrets_needs_a_key() {
    let place = Place::new(&[("dev", DEV), ("prod", DEV)], "");
    place.write("key", "0123456789abcdef0123456789abcdef");
    let key = ["--secret-key", "key"];
    assert_eq!(place.lock(&["dev", "prod"], &key).code, Some(0));
    let verify = |file: &str, key: &[&str]| {
        let verify = ["verify", "--env", "dev", "-f", file];
        place.run(&[&verify, key].concat())
    };
    assert_eq!(verify("dev.yaml", &key).code, Some(0));
    assert_eq!(verify("dev.yaml", &[]).code, Some(2));
    for secret in ["hunter2", "correct-horse"] {
        place.write("changed.yaml", &DEV.replace(secret, "something-else"));
        let refused = verify("changed.yaml", &key);
        assert_eq!(refused.code, Some(4));
        assert!(!refused.stderr.contains(secret) && !refused.stderr.contains("something-else"));
        assert!(
            refused.stderr.contains("  now     (not shown)\n"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn bounds_tags_and_absence() {
    let prod = DEV
        .replace("replicas: 1", "replicas: 3")
        .replace("spark:4.1.0", "spark:4.1.1")
        + "---\n\
        apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}}\n";
    let vary = |bounds: &str, image: &str| {
        format!(
            "  vary:\n    - {{kind: Deployment, path: /spec/replicas, {bounds}reason: r}}\n\
             \x20   - {{kind: Deployment, path: \"**/image\", {image}reason: r}}\n\
             \x20   - {{kind: NetworkPolicy, reason: dev is open}}\n"
        )
    };
    let dev = DEV.replace("replicas: 1", "replicas: 2");
    for (bounds, image, code) in [
        ("between: [1, 5], ", "tag: true, ", 0),
        ("between: [1, 2], ", "tag: true, ", 4),
        ("", "", 0),
    ] {
        let place = Place::new(&[("dev", &dev), ("prod", &prod)], &vary(bounds, image));
        let locked = place.lock(&["dev", "prod"], &[]);
        assert_eq!(
            locked.code,
            Some(code),
            "{bounds}{image}: {}",
            locked.stderr
        );
    }
    let other = prod.replace("apache/spark:4.1.1", "acme/spark:4.1.1");
    let place = Place::new(&[("dev", &dev), ("prod", &other)], &vary("", "tag: true, "));
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(4));
}

#[test]
fn sanctions_that_are_of_no_use_are_said_and_those_of_everything_refused() {
    let unused = "  vary:\n    - {kind: Deployment, path: /spec/replicas, reason: r}\n    - {kind: StatefulSet, path: /spec/replicas, reason: r}\n";
    let dev = DEV.replace("replicas: 1", "replicas: 2");
    let place = Place::new(&[("dev", &dev), ("prod", &dev)], unused);
    let locked = place.lock(&["dev", "prod"], &[]);
    assert_eq!(locked.code, Some(0));
    assert!(
        locked
            .stderr
            .contains("sparkk8s.yaml:10: no difference is left"),
        "{}",
        locked.stderr
    );
    assert!(
        locked
            .stderr
            .contains("sparkk8s.yaml:11: no object has what"),
        "{}",
        locked.stderr
    );
    for vary in [
        "{kind: \"*\", path: \"/**\", reason: r}",
        "{kind: \"*\", path: \"**\", reason: r}",
        "{kind: \"*\", path: \"/spec/**\", reason: r}",
        "{kind: \"*\", path: \"/data/*\", reason: r}",
        "{kind: \"*\", reason: r}",
    ] {
        let place = Place::new(
            &[("dev", DEV), ("prod", DEV)],
            &format!("  vary: [{vary}]\n"),
        );
        let refused = place.lock(&["dev", "prod"], &[]);
        assert_eq!(refused.code, Some(2), "{vary}");
        assert!(
            refused.stderr.contains("let everything differ"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn names_of_an_environment_are_its_own() {
    let dev = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: dev-conf, namespace: spark-dev}
data: {url: 'http://dev-s3.spark-dev.svc:9000'}
---
apiVersion: v1
kind: Service
metadata: {name: dev-s3, namespace: spark-dev}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dev-connect, namespace: spark-dev}
spec: {template: {spec: {containers: [{name: c, image: x, envFrom: [{configMapRef: {name: dev-conf}}]}]}}}
";
    let prod = dev.replace("dev-", "").replace("spark-dev", "spark");
    let place = Place::new(&[("dev", dev), ("prod", &prod)], "");
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(4));
    place.write(
        "sparkk8s.yaml",
        &format!(
            "{}  environments:\n    dev: {{names: {{prefix: dev-, namespace: spark-dev}}}}\n    prod: {{names: {{namespace: spark}}}}\n",
            super::HEAD
        ),
    );
    let locked = place.lock(&["dev", "prod"], &[]);
    assert_eq!((locked.code, locked.stderr.as_str()), (Some(0), ""));
    for environment in ["dev", "prod"] {
        assert_eq!(place.verify(environment).code, Some(0));
    }
}

#[test]
fn rendering_is_refused_where_the_lock_does_not_fit() {
    let place = Place::new(&[("dev", DEV), ("prod", DEV)], "");
    assert_eq!(place.lock(&["dev", "prod"], &[]).code, Some(0));
    let render = |file: &str| {
        place.run(&[
            "render", "--locked", "--env", "prod", "--host", "pipe", "-f", file,
        ])
    };
    let rendered = render("prod.yaml");
    assert_eq!((rendered.code, rendered.stdout.as_str()), (Some(0), DEV));
    place.write("drift.yaml", &DEV.replace("replicas: 1", "replicas: 7"));
    let refused = render("drift.yaml");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(4), ""));
    assert!(
        refused
            .stderr
            .contains("rest `/spec/replicas`\n  locked  (absent)\n  now     7\n"),
        "{}",
        refused.stderr
    );
}
