//! Two environments beside each other, as people read diffs.

use super::Place;
use insta::assert_snapshot;

const DEV: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  replicas: 1
  template:
    spec:
      containers:
        - {name: connect, image: x, env: [{name: DB_PASSWORD, value: hunter2}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  run.sh: |
    set -e
    sleep 1
    exec run
---
apiVersion: v1
kind: Secret
metadata: {name: s3}
stringData: {key: correct-horse}
";

/// dev and prod, and what `diff` says of them.
fn place() -> Place {
    let prod = DEV
        .replace("replicas: 1", "replicas: 3")
        .replace("hunter2", "hunter3")
        .replace("sleep 1", "sleep 2")
        .replace("correct-horse", "battery-staple");
    Place::new(
        &[("dev", DEV), ("prod", &prod)],
        "  vary:\n    - {kind: Deployment, path: /spec/replicas, reason: prod is larger}\n",
    )
}

fn diff(place: &Place, more: &[&str]) -> super::Ended {
    let from = ["--from=dev=dev.yaml", "--from=prod=prod.yaml"];
    place.run(&[&["diff"], more, &from].concat())
}

#[test]
fn two_environments_as_people_read_diffs() {
    let place = place();
    let ended = diff(&place, &["--env=dev", "--env=prod"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert_snapshot!(ended.stdout, @r"
    --- dev
    +++ prod
    @@ ConfigMap conf @@
     /data/run.sh
    -  sleep 1
    +  sleep 2
       nobody sanctioned this
    @@ Secret s3 @@
    -/data/key: (not shown)
    +/data/key: (not shown)
       nobody sanctioned this
    @@ apps/Deployment connect @@
    -/spec/replicas: 1
    +/spec/replicas: 3
       sanctioned: prod is larger (sparkk8s.yaml:10)
    -/spec/template/spec/containers/connect/env/DB_PASSWORD/value: (not shown)
    +/spec/template/spec/containers/connect/env/DB_PASSWORD/value: (not shown)
       nobody sanctioned this
    ");
    // Turned round.
    assert!(
        diff(&place, &["--env=prod", "--env=dev"])
            .stdout
            .starts_with("--- prod\n+++ dev\n")
    );
}

#[test]
fn what_is_no_pair_of_environments() {
    let place = place();
    for (more, said) in [
        (
            &["--env=dev"][..],
            "is for the comparison of two environments",
        ),
        (&["--env=dev", "--env=dev"], "`dev` is named twice"),
        (&["--env=dev", "--env=prdo"], "did you mean `prod`?"),
        (
            &["--env=dev", "--env=prod", "--set=a.b=1"],
            "as the project has them",
        ),
        (
            &["--env=dev", "--env=prod", "--env=dev"],
            "is for the comparison of two environments",
        ),
    ] {
        let ended = diff(&place, more);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    let ended = place.run(&["check", "--env=dev", "--env=prod", "-f", "dev.yaml"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("only one environment can be chosen here"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_a_terminal_would_obey_is_taken_out() {
    let place = place();
    let escape = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: e}\ndata: {a: \"x\\e[2Jy\"}\n";
    place.write("dev.yaml", escape);
    place.write("prod.yaml", &escape.replace('y', "z"));
    let shown = diff(&place, &["--env=dev", "--env=prod"]).stdout;
    assert!(
        shown.contains("x…[2J") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}

#[test]
fn no_credential_of_a_text_is_shown() {
    let text = |secret: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  key.pem: |\n    -----BEGIN PRIVATE KEY-----\n    \
             {secret}AAAAAAAA\n    -----END PRIVATE KEY-----\n  core-site.xml: |\n    <x>\n    \
             <property><name>fs.s3a.secret.key</name><value>{secret}</value></property>\n  run.sh: |\n    set -e\n    \
             curl -H \"Authorization: Bearer {secret}\"\n    password:\n      {secret}\n"
        )
    };
    let place = place();
    place.write("dev.yaml", &text("S3cretA"));
    place.write("prod.yaml", &text("S3cretB"));
    let ended = diff(&place, &["--env=dev", "--env=prod"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(!ended.stdout.contains("S3cret"), "{}", ended.stdout);
    for key in ["key.pem", "core-site.xml", "run.sh"] {
        assert!(
            ended
                .stdout
                .contains(&format!("/data/{key}/(not shown): (not shown)")),
            "{}",
            ended.stdout
        );
    }
}

#[test]
fn the_end_of_a_text_counts() {
    let text = |end: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: \"x\\ny{end}\"}}\n"
        )
    };
    let place = place();
    for (end, said) in [("", "(no line break at the end)"), ("\\r\\n", "y…")] {
        place.write("dev.yaml", &text("\\n"));
        place.write("prod.yaml", &text(end));
        let ended = diff(&place, &["--env=dev", "--env=prod"]);
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        assert!(ended.stdout.contains(said), "{}", ended.stdout);
    }
}
