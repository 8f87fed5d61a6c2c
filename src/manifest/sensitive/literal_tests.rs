//! What is a credential that is written out, and what only looks like one.

use super::{is_literal, literals};

#[test]
fn a_credential_is_a_telling_name_with_a_value_of_its_own() {
    for (name, value) in [
        ("POSTGRES_PASSWORD", "airflow"),
        ("POSTGRES_PASSWORD", "12345"),
        ("spark.hadoop.fs.s3a.secret.key", "minioadmin"),
        ("spark.hadoop.fs.s3a.access.key", "AKIA2"),
        ("AWS_SECRET_ACCESS_KEY", "a/b+c=="),
        ("DB_PASS", "x$y"),
        ("clientSecret", "Abc.def"),
        ("API_TOKEN", "eyJhbGciOi.eyJzdWIi.c2ln"),
        ("spark.credential.of", "x"),
    ] {
        assert!(is_literal(name, value), "{name}={value}");
    }
    for (name, value) in [
        ("POSTGRES_USER", "airflow"),
        ("POSTGRES_PASSWORD", "$(DB_PASSWORD)"),
        ("POSTGRES_PASSWORD", "${env:DB_PASSWORD}"),
        ("POSTGRES_PASSWORD", "{{ .Values.password }}"),
        ("POSTGRES_PASSWORD", ""),
        ("POSTGRES_PASSWORD", "********"),
        ("POSTGRES_PASSWORD_FILE", "secret"),
        ("TOKEN_PATH", "token"),
        ("token", "/var/run/secrets/token"),
        ("spark.authenticate.secretBitLength", "256"),
        (
            "spark.kubernetes.driver.secretKeyRef.DB_PASSWORD",
            "db:password",
        ),
        ("spark.authenticate.secret.driver.file", "x"),
        ("spark.hadoop.fs.s3a.aws.credentials.provider", "x"),
        (
            "credentials",
            "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider,com.a.b.C",
        ),
        ("automountServiceAccountToken", "true"),
        ("dfs.namenode.delegation.token.max-lifetime", "7d"),
        ("max_tokens", "4096"),
        ("password_encryption", "md5"),
        ("token.renewal.every", "1d"),
        ("oauthTokenUrl", "https://login/token"),
        ("tokenizer", "simple"),
        ("existingSecret", "spark-secret"),
        ("bypass", "x"),
    ] {
        assert!(!is_literal(name, value), "{name}={value}");
    }
}

fn names(text: &str, is_program: bool) -> Vec<String> {
    let all = literals(text, is_program).into_iter();
    all.map(|found| format!("{} {}", found.line, found.name))
        .collect()
}

#[test]
fn credentials_are_found_in_texts_of_any_kind() {
    for (text, found) in [
        (
            "a=1\nspark.hadoop.fs.s3a.secret.key minio\n",
            "2 spark.hadoop.fs.s3a.secret.key",
        ),
        ("db.password = hunter # why", "1 db.password"),
        ("  password: \"hunter two\"\n", "1 password"),
        ("export DB_PASSWORD='hunter'", "1 DB_PASSWORD"),
        (
            "spark-submit --conf spark.a.password=hunter x.py",
            "1 spark.a.password",
        ),
        (
            "JAVA_OPTS=-Djavax.net.ssl.trustStorePassword=hunter -Xmx1g",
            "1 javax.net.ssl.trustStorePassword",
        ),
        ("mysql -u root --password hunter db", "1 --password"),
        ("psql -c \"ALTER USER a PASSWORD 'hunter';\"", "1 PASSWORD"),
        ("--password\nhunter", "2 --password"),
        (
            "<name>javax.jdo.option.ConnectionPassword</name>\n<value>hive</value>",
            "2 javax.jdo.option.ConnectionPassword",
        ),
        (
            "<property><name>a.password</name><value>hive</value></property>",
            "1 a.password",
        ),
        (
            "env:\n- name: DB_PASSWORD\n  value: hunter\n",
            "3 DB_PASSWORD",
        ),
        ("{name: DB_PASSWORD, value: hunter}", "1 DB_PASSWORD"),
        ("{\"a\": 1, \"token\": \"hunter\"}", "1 token"),
        (
            "url: postgresql://airflow:hunter@db:5432/a",
            "1 password of an address",
        ),
    ] {
        assert_eq!(names(text, false), [found], "{text}");
    }
    assert_eq!(
        names("password = 'hunter'\ntoken = get()\nkey = token\n", true),
        ["1 password"]
    );
}

#[test]
fn what_only_speaks_of_credentials_is_none() {
    for text in [
        "# password: hunter",
        "Password: must have eight characters",
        "password: ${DB_PASSWORD}",
        "password: {{ .Values.password }}",
        "if [ -z \"$PASSWORD\" ]; then exit 1; fi",
        "PASSWORD=$(cat /run/password)",
        "TOKEN=\"$(vault read)\"",
        "--password-file /run/password",
        "url: postgresql://airflow:$(PASSWORD)@db/a",
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}",
        "secretName: spark-token",
        "<name>a.password</name>\n<value>${x}</value>",
        "--password\n--user",
        "token: |",
    ] {
        assert_eq!(names(text, false), [""; 0], "{text}");
    }
    for text in [
        "token = os.environ[\"TOKEN\"]",
        "password: str = None",
        "def f(token=None):",
        "token = other",
    ] {
        assert_eq!(names(text, true), [""; 0], "{text}");
    }
}

#[test]
fn each_name_of_a_line_is_told_once() {
    let json = r#"{"s3_access_key":"minioadmin","s3_secret_key":"minioadmin","region":"x","s3_secret_key":"y"}"#;
    let found = literals(json, false);
    let names: Vec<_> = found.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["s3_access_key", "s3_secret_key"]);
}
