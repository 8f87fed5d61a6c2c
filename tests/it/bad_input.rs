//! Bad input and bad policy: a message with a place, an exit code, nothing on standard output, no panic.

use super::lab::{Ended, own, program, run, write};
use std::process::Stdio;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
                          containers: [{name: main, image: apache/spark:4.1.1}]\n";

/// Refused with this code and these words, and nothing written.
#[track_caller]
fn refused(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "no `{word}` in:\n{}",
            ended.stderr
        );
    }
}

#[test]
fn texts_that_nobody_can_read() {
    let deep = format!("a: {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let block: String = (0..20_000)
        .map(|n| format!("{}a:\n", " ".repeat(n % 1_200)))
        .collect();
    let mut bomb =
        "apiVersion: v1\nkind: ConfigMap\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        bomb += &format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{}", level - 1); 10].join(", ")
        );
    }
    let large = format!(
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: {}\n",
        "x".repeat(33 << 20)
    );
    for (input, words) in [
        (
            b"apiVersion: v1\nkind: [Pod\n".to_vec(),
            &["--> stdin:"][..],
        ),
        (b"a: \"unclosed\n".to_vec(), &["--> stdin:1:4"]),
        (b"a: 1\n  b: 2\n".to_vec(), &["--> stdin:2:"]),
        (b"a:\n\tb: 1\n".to_vec(), &["--> stdin:2:1", "tab"]),
        (b"a: \0\n".to_vec(), &["--> stdin:1:4", "U+0000"]),
        (b"\xff\xfea\0:\0".to_vec(), &["UTF-16"]),
        (b"a: \xff\n".to_vec(), &["--> stdin:1:4", "UTF-8"]),
        (b"--- {a: 1}\n".to_vec(), &["--> stdin:1:1", "separator"]),
        (b"a: 1\n...\nb: 2\n".to_vec(), &["--> stdin:3:1", "..."]),
        (deep.into_bytes(), &["--> stdin:1:"]),
        (block.into_bytes(), &["--> stdin:"]),
        (bomb.into_bytes(), &["--> stdin:", "aliases"]),
        (large.into_bytes(), &["--> stdin:1:1", "32 MiB"]),
    ] {
        refused(&run(&["render", "--host", "pipe"], &input), 3, words);
    }
}

#[test]
fn an_error_names_the_template_that_the_stream_tells() {
    let input = "---\n# Source: chart/templates/a.yaml\na: [\n---\nb: 1\n";
    refused(&run(&[], input), 3, &["chart/templates/a.yaml", "stdin"]);
}

#[test]
fn no_object_is_a_mistake_in_a_pipe_and_none_in_helm() {
    for empty in ["", "\n", "# only a comment\n"] {
        refused(
            &run(&["--host", "pipe"], empty),
            3,
            &["holds no Kubernetes object"],
        );
        let helm = run(&["--host", "helm3"], empty);
        assert_eq!(helm.code, Some(0));
        assert!(helm.stdout.starts_with('#'), "{:?}", helm.stdout);
    }
}

#[test]
fn policies_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let preset = |name: &str, spec: &str| {
        let head = format!(
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {{name: {name}, version: 1.0.0}}\n"
        );
        write(
            &folder.path().join(format!("{name}.yaml")),
            format!("{head}spec:\n  summary: s\n{spec}"),
        );
    };
    preset("itself", "  use: [./itself.yaml]\n");
    preset("above", "  use: [../above.yaml]\n");
    preset(
        "verbs",
        "  rules:\n    - {id: a, on: pod, default: {a: 1}, enforce: {a: 2}, because: b}\n",
    );
    let deep = "  rules:\n    - id: a\n      on: pod\n      default: {spec: {a: {b: [{c: {$parameter: nothing}}]}}}\n      because: b\n";
    preset("deep", deep);
    preset(
        "field",
        "  rules:\n    - {id: a, on: pod, defualt: {a: 1}, because: b}\n",
    );
    for (name, words) in [
        ("itself", &["itself.yaml:6:", "itself"][..]),
        ("above", &["above.yaml:6:", ".."]),
        ("verbs", &["verbs.yaml:7:", "two verbs"]),
        ("deep", &["deep.yaml:9:", "nothing"]),
        ("field", &["field.yaml:7:", "`default`"]),
    ] {
        let arguments = ["render", "--preset", &format!("./{name}.yaml")];
        refused(
            &program(&arguments)
                .within(folder.path())
                .input(DEPLOYMENT)
                .run(),
            2,
            words,
        );
    }
    for (set, words) in [
        ("resources.size=huge", &["huge", "small"][..]),
        ("resources.sice=large", &["sice", "size"]),
        ("nonsense", &["="]),
    ] {
        refused(&run(&["--set", set], DEPLOYMENT), 2, words);
    }
    refused(
        &run(&["--preset", "defualt"], DEPLOYMENT),
        2,
        &["defualt", "`default`"],
    );
    refused(&run(&["--skip", "no-reason"], DEPLOYMENT), 2, &["REASON"]);
}

#[test]
fn two_rules_of_one_layer_and_rules_that_do_not_rest() {
    let folder = tempfile::tempdir().unwrap();
    let preset = |name: &str, rules: &str| {
        let head = format!(
            "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {{name: {name}, version: 1.0.0}}\n"
        );
        write(
            &folder.path().join(format!("{name}.yaml")),
            format!("{head}spec:\n  summary: s\n  rules:\n{rules}"),
        );
    };
    preset(
        "one",
        "    - {id: a, on: pod, default: {spec: {priorityClassName: high}}, because: b}\n",
    );
    preset(
        "two",
        "    - {id: a, on: pod, default: {spec: {priorityClassName: low}}, because: b}\n",
    );
    preset(
        "grows",
        "    - {id: a, on: container, patch: [{op: add, path: /args, value: []}, {op: add, path: /args/-, value: x}], because: b}\n",
    );
    preset(
        "restless",
        "    - {id: a, on: pod, patch: [{op: add, path: /spec/volumes/-, value: {name: v}}], because: b}\n",
    );
    let at = |presets: &[&str], input: &str| {
        let names: Vec<_> = presets
            .iter()
            .map(|name| format!("./{name}.yaml"))
            .collect();
        let flags = names.iter().flat_map(|name| ["--preset", name]);
        program(&flags.collect::<Vec<_>>())
            .within(folder.path())
            .input(input)
            .run()
    };
    refused(
        &at(&["one", "two"], DEPLOYMENT),
        2,
        &[
            "`one/a` (one.yaml:7)",
            "`two/a` (two.yaml:7)",
            "/spec/template/spec/priorityClassName",
        ],
    );
    let volumes = DEPLOYMENT.to_owned() + "      volumes: [{name: u}]\n";
    refused(
        &at(&["restless"], &volumes),
        2,
        &["do not come to rest", "`restless/a` (restless.yaml:7)"],
    );
    // The project's own preset is nearer than a built-in one.
    let both = program(&["--preset", "default", "--preset", "./one.yaml"])
        .within(folder.path())
        .input(DEPLOYMENT)
        .run();
    assert_eq!(both.code, Some(0), "{}", both.stderr);
    assert!(both.stdout.contains("priorityClassName: high"));
}

#[test]
fn reports_that_cannot_be_written_leave_no_manifest() {
    let folder = own("docs");
    for target in [
        format!("json={}", folder.display()),
        "json=/nowhere/at/all.json".into(),
        "xml=x".into(),
    ] {
        refused(&run(&["--report", &target], DEPLOYMENT), 2, &["report"]);
    }
    if cfg!(target_os = "linux") {
        refused(
            &run(&["--report", "json=/dev/full"], DEPLOYMENT),
            2,
            &["/dev/full"],
        );
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let ended = program(&["render"])
            .input(DEPLOYMENT)
            .stdout(Stdio::from(full))
            .run();
        refused(&ended, 2, &["standard output"]);
    }
}

#[test]
fn seeded_credentials_are_nowhere() {
    let input = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: s3cr3t-one\n\
                 \x20 spark.conf: spark.kubernetes.executor.limit.memory=s3cr3t-two\n---\napiVersion: v1\nkind: ConfigMap\n\
                 metadata: {name: c}\ndata:\n  token: s3cr3t-three\n  a: 1\n  a: 2\n---\n"
        .to_owned()
        + DEPLOYMENT.replace("[{name: main,", "[{env: [{name: DB_PASSWORD, value: s3cr3t-four}], name: main,").as_str();
    let report = tempfile::NamedTempFile::new().unwrap();
    let target = format!("json={}", report.path().display());
    for arguments in [
        &["check"][..],
        &["check", "-o", "json"],
        &["diff"],
        &["render", "--preset", "restricted", "--report", &target],
    ] {
        let ended = run(arguments, &input);
        let shown = if arguments[0] == "render" {
            String::new()
        } else {
            ended.stdout
        };
        assert!(!(shown + &ended.stderr).contains("s3cr3t"), "{arguments:?}");
    }
    assert!(
        !std::fs::read_to_string(report.path())
            .unwrap()
            .contains("s3cr3t")
    );
    let broken = input.replace("  password", "\tpassword");
    assert!(!run(&["check"], &broken).stderr.contains("s3cr3t"));
}

/// A rule that meets credentials in every place that an author has for them.
#[test]
fn credentials_that_a_rule_meets_are_nowhere() {
    let preset = "apiVersion: sparkk8s.io/v1alpha1\nkind: Preset\nmetadata: {name: p, version: 1.0.0}\nspec:\n  summary: x\n  rules:\n\
        \x20   - {id: env, on: container, enforce: {env: [{name: DB_PASSWORD, value: x}], args: [--x]}, because: x}\n\
        \x20   - {id: data, on: object, where: {kinds: [ConfigMap, Secret]}, enforce: {data: {all: ''}}, because: x}\n\
        \x20   - {id: move, on: object, where: {kinds: [Secret]}, patch: [{op: move, from: /data/q, path: /data/r}], because: x}\n";
    let input = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {q: s3cr3t, all: s3cr3t}\n---\n\
        apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  all: password=s3cr3t\n  conf: |\n\
        \x20   fs.s3a.secret.key s3cr3t\n    a.password = s3cr3t\n---\n\
        apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}\nspec:\n  containers:\n  - name: c\n    env:\n\
        \x20   - name: DB_PASSWORD\n      value: s3cr3t\n    args: [--conf, a.secret=s3cr3t, --password, s3cr3t]\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yaml"), preset).unwrap();
    let [json, text] = ["r.json", "r.txt"].map(|name| folder.path().join(name));
    let reports = [
        format!("--report=json={}", json.display()),
        format!("--report=text={}", text.display()),
    ];
    for verb in ["check", "diff", "render"] {
        let mut arguments = vec![verb, "--preset", "./p.yaml"];
        if verb != "diff" {
            arguments.extend(reports.iter().map(String::as_str));
        }
        let ended = program(&arguments).within(folder.path()).input(input).run();
        let shown = if verb == "render" { "" } else { &ended.stdout };
        assert!(!shown.contains("s3cr3t"), "{verb}: {shown}");
        assert!(!ended.stderr.contains("s3cr3t"), "{verb}: {}", ended.stderr);
    }
    let [json, text] = [json, text].map(|file| std::fs::read_to_string(file).unwrap());
    assert!(
        json.contains("\"before\":\"…\"") && !json.contains("s3cr3t"),
        "{json}"
    );
    assert!(!text.contains("s3cr3t"), "{text}");
}
