//! `drift` beside the real API server: nothing is told of an untouched release, and each change by hand with who made it.

use super::server::{Place, places};
use super::{Answer, EXAMPLES, PROGRAM, example, hosts, repository};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A value that nobody may see.
const SEEDED: &str = "hunter-of-the-test";

/// An example, installed through the program. No pod ever runs here, so hooks would wait for ever.
fn install(place: &Place, chart: &str) {
    let chart = example(chart);
    let words = ["upgrade", "--install", "spark", &chart, "--no-hooks"];
    place.guarded(&words, &[]).done();
}

/// What Helm renders of an example, without the program.
fn template(place: &Place, chart: &str) -> String {
    place.helm(&["template", "spark", &example(chart)]).done()
}

/// `drift` of a stream, in nobody's environment.
fn drift(place: &Place, kubeconfig: &Path, stream: &str, args: &[&str]) -> Answer {
    let file = place.helm.home.path().join("stream.yaml");
    fs::write(&file, stream).unwrap();
    let mut command = Command::new(PROGRAM);
    place.helm.surround(&mut command);
    command.env("KUBECONFIG", kubeconfig).arg("drift");
    command.args(["--namespace", &place.namespace, "--filename"]);
    command.arg(&file).args(args).output().unwrap().into()
}

/// The same as whoever installs.
fn as_admin(place: &Place, stream: &str, args: &[&str]) -> Answer {
    drift(place, &place.helm.kubeconfig, stream, args)
}

/// All objects of the namespace with their versions: what was written has another one.
fn versions(place: &Place) -> String {
    let kinds = "all,configmaps,secrets,serviceaccounts,persistentvolumeclaims,roles,rolebindings";
    let columns = "custom-columns=:.kind,:.metadata.name,:.metadata.resourceVersion";
    place.kubectl(&["get", kinds, "--output", columns]).done()
}

#[test]
fn nothing_is_told_of_an_untouched_release_and_nothing_is_written() {
    for (at, chart) in EXAMPLES.into_iter().enumerate() {
        let Some(places) = places(&format!("untouched-{at}"), &[]) else {
            return;
        };
        for place in places {
            install(&place, chart);
            let before = versions(&place);
            let kept = place.helm(&["get", "manifest", "spark"]).done();
            for stream in [template(&place, chart), kept] {
                let answer = as_admin(&place, &stream, &[]);
                assert_eq!(answer.code, Some(0), "{chart} {}{}", answer.out, answer.err);
                assert_eq!(answer.out, "", "{chart}");
                assert!(answer.err.contains(", 0 differences"), "{}", answer.err);
            }
            assert_eq!(versions(&place), before, "{chart}");
        }
    }
}

/// What somebody does by hand, and as whom.
fn change(place: &Place) {
    let memory = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "spark-connect", "resources": {"limits": {"memory": "9Gi"}}}]}}}});
    let properties =
        format!("spark.executor.instances 9\nspark.hadoop.fs.s3a.secret.key {SEEDED}\n");
    let data = json!({"data": {"spark-defaults.conf": properties}});
    let secret = json!({"stringData": {"token": SEEDED}});
    let all = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]});
    let rules = json!({"rules": [all, all]});
    let patch = |object: &str, patch: &Value, manager: &str| {
        let (patch, manager) = (patch.to_string(), format!("--field-manager={manager}"));
        let kind = if object.starts_with("deployment") {
            "strategic"
        } else {
            "merge"
        };
        place
            .kubectl(&["patch", object, "--type", kind, "--patch", &patch, &manager])
            .done();
    };
    patch("deployment/spark-connect", &memory, "night-shift");
    patch("configmap/spark-connect-config", &data, "tuner");
    patch("secret/spark-jupyter", &secret, "rotator");
    patch("role/spark-driver", &rules, "hurry");
    let variable = format!("DB_PASSWORD={SEEDED}");
    let words = [
        "set",
        "env",
        "deployment/spark-connect",
        &variable,
        "--field-manager=debugger",
    ];
    place.kubectl(&words).done();
    for words in [
        "scale deployment/spark-jupyter --replicas=3",
        "annotate deployment/spark-jupyter sparkk8s.io/policy-",
        "set image deployment/spark-jupyter jupyter=acme/jupyter:9 --field-manager=hotfix",
        "set env deployment/spark-connect --containers=spark-connect DEBUG=1 --field-manager=debugger",
        "delete service/spark-connect-driver",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        place.kubectl(&words).done();
    }
}

/// Object, path and latest manager of each difference; a missing object has neither.
fn told(answer: &str) -> Vec<[String; 3]> {
    let report: Value = serde_json::from_str(answer).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = Vec::new();
    for object in report["objects"].as_array().unwrap() {
        let name = format!("{}/{}", text(&object["kind"]), text(&object["name"]));
        if object["status"] == "missing" {
            told.push([name.clone(), String::new(), String::new()]);
        }
        for found in object["differences"].as_array().into_iter().flatten() {
            let manager = text(&found["managers"][0]["manager"]);
            told.push([name.clone(), text(&found["path"]), manager]);
        }
    }
    told.sort();
    told
}

#[test]
fn each_change_by_hand_is_told_with_who_made_it_and_no_secret_is() {
    let Some(places) = places("by-hand", &[]) else {
        return;
    };
    for place in places {
        let chart = "spark-connect-jupyter";
        install(&place, chart);
        let stream = template(&place, chart);
        change(&place);
        let json = as_admin(&place, &stream, &["--output", "json"]);
        assert_eq!(json.code, Some(1), "{}", json.err);
        let container = |name: &str| format!(".spec.template.spec.containers[name=\"{name}\"]");
        let limit = container("spark-connect") + ".resources.limits.memory";
        let variable = |name: &str| format!("{}.env[name=\"{name}\"]", container("spark-connect"));
        let [debug, password] = ["DEBUG", "DB_PASSWORD"].map(variable);
        let image = container("jupyter") + ".image";
        let mark = ".metadata.annotations[\"sparkk8s.io/policy\"]";
        let expected = [
            [
                "ConfigMap/spark-connect-config",
                ".data[\"spark-defaults.conf\"]",
                "tuner",
            ],
            ["Deployment/spark-connect", &password, "debugger"],
            ["Deployment/spark-connect", &debug, "debugger"],
            ["Deployment/spark-connect", &limit, "night-shift"],
            // Kubernetes does not record who removes a field, or an object.
            ["Deployment/spark-jupyter", mark, ""],
            ["Deployment/spark-jupyter", ".spec.replicas", "kubectl"],
            ["Deployment/spark-jupyter", &image, "hotfix"],
            ["Role/spark-driver", ".rules", "hurry"],
            ["Secret/spark-jupyter", ".data.token", "rotator"],
            ["Service/spark-connect-driver", "", ""],
        ];
        let expected: Vec<_> = expected.map(|row| row.map(str::to_owned)).to_vec();
        assert_eq!(told(&json.out), expected, "{:?}", place.helm.version);
        let text = as_admin(&place, &stream, &[]);
        assert_eq!(text.code, Some(1));
        for words in [
            "by `night-shift` (Update) at 20",
            "\"9Gi\", not \"",
            "through `scale`",
        ] {
            assert!(text.out.contains(words), "{words}\n{}", text.out);
        }
        // Neither what was put there nor what was there before, in any form.
        let secret = place.get("secret/spark-jupyter")["data"]["token"].clone();
        let before = stream
            .split("token: ")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        let before = before.unwrap().trim_matches('"');
        for said in [&json.out, &json.err, &text.out, &text.err] {
            for value in [SEEDED, secret.as_str().unwrap(), before] {
                assert!(!said.contains(value), "{said}");
            }
        }
    }
}

/// A kubeconfig with one thing changed.
fn kubeconfig(place: &Place, name: &str, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(&place.helm.kubeconfig).unwrap();
    assert!(text.contains(from), "{text}");
    let file = place.helm.home.path().join(name);
    fs::write(&file, text.replace(from, to)).unwrap();
    file
}

#[test]
fn a_cluster_that_does_not_answer_is_no_cluster_without_differences() {
    let Some([place, _]) = places("trouble", &[]) else {
        return;
    };
    let stream = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ''}}";
    let unknown = "{apiVersion: acme.example/v1, kind: Rocket, metadata: {name: a}}";
    let sly = "{apiVersion: v1, kind: ConfigMap, metadata: {name: 'a?x='}}";
    let address = fs::read_to_string(&place.helm.kubeconfig).unwrap();
    let address = address.split("127.0.0.1:").nth(1).unwrap();
    let port = address.split('"').next().unwrap();
    let away = kubeconfig(&place, "away", port, "1");
    let stranger = kubeconfig(&place, "stranger", "test-token", "no-token");
    // A plugin that prints a token and fails, and a file that breaks off behind one.
    let plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, \
                  args: [-c, 'echo no-token; exit 1']}";
    let plugin = kubeconfig(&place, "plugin", "token: test-token", plugin);
    let broken = kubeconfig(&place, "broken", "test-token}}]", "no-token");
    let own = place.helm.kubeconfig.clone();
    for (kubeconfig, stream, code, words) in [
        (
            &own,
            stream,
            1,
            "ConfigMap/a in `trouble-three` is not in the cluster",
        ),
        (&away, stream, 6, "the cluster of `test` cannot be reached"),
        (&stranger, stream, 6, "does not accept the credentials"),
        (&plugin, stream, 6, "gives no credentials"),
        (&broken, stream, 2, "the kubeconfig is not YAML"),
        (
            &own,
            unknown,
            6,
            "the cluster knows no kind `Rocket` of `acme.example/v1`",
        ),
        (&own, sly, 6, "cannot be part of the path of a request"),
        (&own, "# nothing\n", 3, "holds no Kubernetes object"),
    ] {
        let answer = drift(&place, kubeconfig, stream, &["--preset", "observability"]);
        let said = answer.out + &answer.err;
        assert_eq!(answer.code, Some(code), "{words}: {said}");
        assert!(said.contains(words), "{words}: {said}");
        assert!(!said.contains("no-token"), "{said}");
    }
    let context = drift(&place, &own, stream, &["--context", "prod"]);
    assert_eq!(context.code, Some(2), "{}", context.err);
    assert!(context.err.contains("no context `prod`"), "{}", context.err);
}

#[test]
fn kinds_of_others_and_what_cannot_be_changed_are_compared() {
    let Some([place, _]) = places("others", &[]) else {
        return;
    };
    let create = |file: &str| {
        let file = repository(&format!("tests/it/helm/drift/{file}"));
        let words = ["create", "--field-manager=pipeline", "--filename", &file];
        place.kubectl(&words).done();
    };
    create("engine.yaml");
    let wait = "wait crd/engines.drift.example --for=condition=Established --timeout=60s";
    place.kubectl(&wait.split(' ').collect::<Vec<_>>()).done();
    create("others.yaml");
    let stream = fs::read_to_string(repository("tests/it/helm/drift/others.yaml")).unwrap();
    let answer = as_admin(&place, &stream, &["--preset", "observability"]);
    assert_eq!(answer.code, Some(0), "{}{}", answer.out, answer.err);
    let patch = json!({"spec": {"mode": "slow", "parts": [{"name": "y"}, {"name": "x", "size": 2}], "free": {"list": [1]}}});
    let patch = format!("--patch={patch}");
    let words = [
        "patch",
        "engine/a",
        "--type=merge",
        "--field-manager=hand",
        &patch,
    ];
    place.kubectl(&words).done();
    // A Job's pods cannot be changed, so the server is of no help.
    let other = stream.replace("load:1", "load:2");
    let words = ["--preset", "observability", "--output", "json"];
    let json = as_admin(&place, &other, &words);
    assert_eq!(json.code, Some(1), "{}", json.err);
    let container = ".spec.template.spec.containers[name=\"load\"]";
    let (image, cpu) = (".image", ".resources.requests.cpu");
    let [image, cpu] = [image, cpu].map(|end| format!("{container}{end}"));
    let expected = [
        ["Engine/a", ".spec.free.list", "hand"],
        ["Engine/a", ".spec.parts[name=\"x\"].size", "hand"],
        ["Engine/a", ".spec.parts[name=\"y\"]", "hand"],
        ["Job/load", &image, "pipeline"],
        ["Job/load", &cpu, "pipeline"],
    ];
    let expected: Vec<_> = expected.map(|row| row.map(str::to_owned)).to_vec();
    assert_eq!(told(&json.out), expected);
}

#[test]
fn the_rights_of_the_manifest_are_enough_and_change_nothing() {
    let Some([place, _]) = places("rights", &[]) else {
        return;
    };
    let chart = "spark-connect-jupyter";
    install(&place, chart);
    let stream = template(&place, chart);
    let manifest = fs::read_to_string(repository("deploy/drift/rbac.yaml")).unwrap();
    let (bare, bound) = (
        "namespace: spark\n",
        format!("namespace: {}\n", place.namespace),
    );
    assert!(manifest.contains(bare));
    let file = place.helm.home.path().join("rbac.yaml");
    fs::write(&file, manifest.replace(bare, &bound)).unwrap();
    let kubectl = |words: &[&str]| -> Answer {
        let mut command = Command::new(hosts::host("kubectl").unwrap());
        place.helm.surround(&mut command);
        command.args(words).output().unwrap().into()
    };
    kubectl(&["apply", "--filename", &file.to_string_lossy()]).done();
    let name = "sparkk8s-drift";
    let token = kubectl(&["create", "token", name, "--namespace", name]).done();
    let own = kubeconfig(&place, "account", "test-token", token.trim());
    // What is no dry run is refused; the server needs a moment until it knows the policy.
    let account = own.to_string_lossy().into_owned();
    let label = [
        "label",
        "service/spark-connect",
        "--kubeconfig",
        &account,
        "--overwrite",
    ];
    let refused = (0..300).any(|round| {
        let round = format!("round={round}");
        place
            .kubectl(&[&label[..], &[&round]].concat())
            .err
            .contains("change nothing")
    });
    assert!(refused, "the account may write");
    let answer = drift(&place, &own, &stream, &[]);
    assert_eq!(answer.code, Some(0), "{}{}", answer.out, answer.err);
    // Where it is not bound, it is refused, object by object, and that is no answer.
    let elsewhere = "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: kube-system}}";
    let answer = drift(&place, &own, elsewhere, &[]);
    assert_eq!(answer.code, Some(6), "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("Forbidden (403)"), "{}", answer.out);
}
