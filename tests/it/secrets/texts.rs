//! Manifests and policies with credentials in every kind of place.

use crate::fixtures;

/// A stream that can be read, and that `default` lets pass.
pub(super) const STREAM: &str = r#"# Source: chart/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: login
  annotations:
    example.com/note: "{{secret-note}}"
data:
  password: {{secret-data|64}}
  user.conf: {{secret-conf|64}}
stringData:
  token: {{secret-text}}
  name: {{secret-name}}
  lines: |
    first line
    {{secret-lines}}
---
# Source: chart/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
data:
  spark-defaults.conf: |
    spark.master k8s://x
    spark.hadoop.fs.s3a.secret.key={{property}}
    spark.ssl.keyPassword {{property-blank}}
    spark.authenticate.secret: {{property-colon}}
    spark.executor.memory 4g
  hive-site.xml: |
    <property>
      <name>javax.jdo.option.ConnectionPassword</name>
      <value>{{xml}}</value>
    </property>
  url: postgres://user:{{url}}@db/x
  api-token: {{config-token}}
  app.yaml: |
    password: {{config-yaml}}
    mode: dev
---
# Source: chart/templates/app.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: main
          image: example.com/app:1
          command:
            - /opt/spark/bin/spark-submit
            - --password
            - {{argument-block}}
          args: [--password, {{argument}}, "--token={{argument-equals}}", "-Dspark.x.secret={{argument-property}}", --conf, "spark.hadoop.fs.s3a.secret.key={{argument-conf}}"]
          env:
            - name: DB_PASSWORD
              value: {{variable}}
            - {name: API_TOKEN, value: {{variable-flow}}}
            - name: AWS_SECRET_ACCESS_KEY
              value: "{{variable-quoted}}"
            - value: {{variable-before}}
              name: DB_PASS
            - name: JDBC
              value: jdbc:postgresql://user:{{variable-url}}@db/x
            - {name: FLOW_PASS, value: {{variable-flow-pass}}}
            - name: OTHER_PWD
              # why it is here
              value: {{variable-comment}}
            - name: BLOCK_PASSWORD
              value: |
                {{variable-block}}
                {{variable-block-next}}
            - name: FOLDED_TOKEN
              value: "first
                {{variable-folded}}"
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: login, key: password}}
          envFrom:
            - configMapRef: {name: conf}
            - secretRef: {name: login}
"#;

/// The same as JSON, one document or line after the other.
pub(super) fn json(text: &str, pretty: bool) -> String {
    // Brackets of JSON are none of ours.
    let mut parts = text.split("{{").map(|part| part.replacen("}}", ">>", 1));
    let first = parts.next().expect("a text").replace(">>", "}}");
    let marked = parts.fold(first, |text, part| text + "<<" + &part);
    let documents = fixtures::yaml(&marked).expect("YAML");
    let documents = documents.iter().map(|value| match pretty {
        true => format!("{value:#}"),
        false => value.to_string(),
    });
    let text = documents.collect::<Vec<_>>().join("\n---\n");
    text.replace("<<", "{{").replace(">>", "}}") + "\n"
}

/// The same, with other credentials, and something else that everybody may see.
pub(super) fn other(text: &str) -> String {
    text.replace("{{", "{{other-")
        .replace("memory 4g", "memory 8g")
}

/// The head of a preset.
pub(super) const PRESET: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: own, version: 1.0.0}\nspec:\n  summary: own rules\n";

/// Rules that change what is a credential.
pub(super) const RULES: &str = r"  rules:
    - id: variable
      on: container
      where: {kinds: [Deployment]}
      enforce: {env: [{name: DB_PASSWORD, value: {{new-variable}}}, {name: API_TOKEN, value: {{new-variable-flow}}}]}
      because: it is so
    - id: arguments
      on: container
      where: {kinds: [Deployment]}
      enforce: {args: [--password, {{new-argument}}]}
      because: it is so
    - id: secret
      on: object
      where: {kinds: [Secret]}
      enforce: {data: {password: {{new-secret|64}}}, stringData: {token: {{new-secret-text}}}}
      because: it is so
    - id: property
      on: object
      where: {kinds: [ConfigMap]}
      enforce: {data: {api-token: {{new-token}}, url: 'http://u:{{new-url}}@h', spark-defaults.conf: 'spark.ssl.keyPassword {{new-property}}'}}
      because: it is so
";

/// Rules that refuse what stands where credentials are.
pub(super) const REFUSALS: &str = r"  rules:
    - id: forbidden
      on: container
      where: {kinds: [Deployment]}
      forbid: {env: [{name: DB_PASSWORD}]}
      because: it is so
    - id: required
      on: container
      where: {kinds: [Deployment]}
      require: {env: [{name: API_TOKEN, value: {{wanted}}}]}
      because: it is so
    - id: secret
      on: object
      where: {kinds: [Secret]}
      require: {data: {password: {{wanted-secret|64}}}}
      because: it is so
    - id: property
      on: object
      where: {kinds: [ConfigMap]}
      require: {data: {api-token: {{wanted-token}}}}
      because: it is so
";

/// The project that locks are of.
pub(super) const PROJECT: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: p}\nspec:\n  presets: [./own.yaml]\n  environments:\n    dev: {}\n    prod: {}\n";

/// What every other run is of: the project that lies nearest must not be somebody else's.
pub(super) const PLAIN_PROJECT: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: p}\nspec:\n  presets: [default]\n";

/// Where each credential is that a broken line stands beside.
pub(super) const BROKEN: &[(&str, &str)] = &[
    (
        "tab-in-secret",
        "kind: Secret\ndata:\n\tpassword: {{a|64}}\n",
    ),
    (
        "tab-before-secret",
        "kind: Secret\ndata:\n  password: {{a|64}}\n\tb: 1\n",
    ),
    (
        "quote-in-secret",
        "kind: Secret\nstringData:\n  a: \"{{a}}\n  b: {{b}}\n",
    ),
    ("kind-behind", "data:\n  a: \"{{a}}\nkind: Secret\n"),
    ("two-colons", "kind: Secret\nstringData:\n  a: x: {{a}}\n"),
    (
        "bracket",
        "kind: Secret\nstringData: {a: {{a}}, b: [{{b}}\n---\nkind: A\n",
    ),
    ("anchor-twice", "kind: Secret\nstringData:\n  a: *{{a}}\n"),
    ("tag", "kind: Secret\nstringData:\n  a: !!int {{a}}\n"),
    (
        "binary",
        "kind: Secret\nstringData:\n  a: !!binary {{a}}=x\n",
    ),
    ("backtick", "kind: Secret\nstringData:\n  a: `{{a}}\n"),
    ("escape", "kind: Secret\nstringData:\n  a: \"\\q{{a}}\"\n"),
    (
        "value-of-variable",
        "kind: Pod\nspec:\n  containers:\n  - name: c\n    env:\n    - name: DB_PASSWORD\n      value: \"{{a}}\n",
    ),
    (
        "colons-in-variable",
        "kind: Pod\nspec:\n  containers:\n  - name: c\n    env:\n    - name: DB_PASSWORD\n      value: x: {{a}}\n",
    ),
    (
        "value-before-name",
        "kind: Pod\nspec:\n  containers:\n  - name: c\n    env:\n    - value: `{{a}}\n      name: DB_PASSWORD\n",
    ),
    (
        "argument",
        "kind: Pod\nspec:\n  containers:\n  - name: c\n    args:\n    - --password\n    - `{{a}}\n",
    ),
    (
        "argument-next",
        "kind: Pod\nspec:\n  containers:\n  - name: c\n    args: [--password, {{a}}, `x]\n",
    ),
    (
        "property",
        "kind: ConfigMap\ndata:\n  a: \"spark.ssl.keyPassword {{a}}\n   spark.hadoop.fs.s3a.secret.key={{b}}\n",
    ),
    ("url", "kind: ConfigMap\ndata:\n  a: x: http://u:{{a}}@h\n"),
];
